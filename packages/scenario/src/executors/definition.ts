/** Definition of an executor: each has one file, and the registry lists them. */
import { duration, type Path, strict, text } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Complain } from '../language/checks.ts';
import type { Entry } from '../language/write/form.ts';
import { LIMITS } from '../limits.ts';
import { groupKeys, roles } from '../role-keys/registry.ts';
import type { Expansion, Group } from './expansion.ts';

/** Keys of every group. */
export const commonKeys = {
  startTime: duration().prefault('0s').describe('Start of the group, after the start of the run.'),
  joinSpread: duration()
    .prefault('0s')
    .describe('Participants of a room join at random within this time after it opened.'),
  room: text(LIMITS.roomName, 'the name of a room')
    .optional()
    .meta({
      description:
        'One room of this name, instead of generated names. Groups that name the same room share it.',
      samples: ['town-hall'],
    }),
  roomPrefix: text(LIMITS.roomPrefix, 'a prefix')
    .optional()
    .meta({
      description: 'Beginning of generated room names. Default: swarm.',
      samples: ['call'],
    }),
  ...groupKeys,
  roles: roles(),
};

/** Group of a scenario file with this executor. */
export type GroupFileOf<Type extends string, Keys extends z.ZodRawShape> = z.output<
  z.ZodObject<{ executor: z.ZodLiteral<Type> } & Keys & typeof commonKeys>
>;

export interface ReadContext {
  /** Prefix of names of unnamed stages, so that those of several groups differ. */
  prefix: string;
}

export interface WriteContext {
  /** True if the group names its only room: `rooms` is not written. */
  namedRoom: boolean;
}

/** Number of rooms and their duration, as text. */
export interface LoadDescription {
  /** Number of rooms, such as `20 rooms` or `5 → 50 → 5 rooms`. */
  rooms: string;
  /** Durations, such as `30s` or `sessions of 45s`, to be joined by commas. */
  time: string[];
}

/**
 * Methods of an executor, which decides when rooms and participants come and go. They are pure: the
 * same settings and random numbers give the same result. `Spec`: the settings with all defaults
 * filled in, for plans and records. `File`: the group in the form of the scenario file.
 */
export interface ExecutorMethods<Spec, File> {
  read(file: File, context: ReadContext): Spec;
  /** Entries of the scenario file that read back to the same settings, in their order. */
  write(spec: Spec, context: WriteContext): Entry[];
  /** Report settings of the file that contradict each other. */
  check?(at: Path, file: File, complain: Complain): void;
  /**
   * Rooms and sessions of a group.
   * @throws SwarmError `usage` if too many participants would join
   */
  expand(spec: Spec, group: Group): Expansion;
  /** Settings with rooms and rates times the factor; durations stay. */
  scale(spec: Spec, factor: number): Spec;
  /**
   * Settings of a group that names its only room: its participants are scaled, and here only the
   * join rates.
   */
  scaleRates?(spec: Spec, factor: number): Spec;
  /**
   * Settings with another duration. Absent: the settings do not have one duration, for which the
   * rooms are open.
   */
  withDuration?(spec: Spec, durationMs: number): Spec;
  /** Largest number of rooms in the settings. */
  maxRooms(spec: Spec): number;
  /** Latest time at which the last room closes, ms after the start of the executor. */
  extentMs(spec: Spec, group: { perRoom: number; joinSpreadMs: number }): number;
  /** Shortest overlap of two participants of a room, ms; null: it is random. */
  overlapMs(spec: Spec): number | null;
  /** Names of the stages, in order: the windows of `@*`. */
  windowNames(spec: Spec): string[];
  describe(spec: Spec): LoadDescription;
}

/** Specific keys of each executor, for hints. */
const OWN_KEYS = new Map<string, readonly string[]>();

/** Hint that names the executors with a key that `type` does not have. */
const ownersHint =
  (type: string) =>
  (key: string): string | null => {
    const owners = [...OWN_KEYS].flatMap(([owner, keys]) => (keys.includes(key) ? [owner] : []));
    if (owners.length === 0) return null;
    return `it belongs to ${owners.join(', ')}; ${type} has ${OWN_KEYS.get(type)?.join(', ')}`;
  };

/**
 * Define an executor.
 * @param given `keys`: its specific keys in a scenario file; `settings`: the same with defaults
 * filled in, for records
 */
export const defineExecutor = <
  const Type extends string,
  Keys extends z.ZodRawShape,
  Settings extends z.ZodRawShape,
>({
  type,
  description,
  replacesParticipants = false,
  keys,
  settings,
  ...methods
}: {
  type: Type;
  description: string;
  replacesParticipants?: boolean;
  keys: Keys;
  settings: Settings;
} & ExecutorMethods<
  z.infer<z.ZodObject<{ type: z.ZodLiteral<Type> } & Settings>>,
  GroupFileOf<Type, Keys>
>) => {
  OWN_KEYS.set(type, Object.keys(keys));
  return {
    type,
    replacesParticipants,
    keys,
    group: strict(
      { executor: z.literal(type).describe(description), ...keys, ...commonKeys },
      ownersHint(type),
    ),
    schema: z.object({ type: z.literal(type), ...settings }),
    ...methods,
  };
};

/** Scaled whole number: at least one if the count was above zero. */
export const scaleCount = (count: number, factor: number): number =>
  count === 0 ? 0 : Math.max(1, Math.round(count * factor));

/** Scaled rate, rounded to hide binary fractions. */
export const scaleRate = (perSecond: number, factor: number): number =>
  Number((perSecond * factor).toPrecision(12));

export const scaleJoinRate = (perSecond: number, factor: number): number =>
  Math.min(LIMITS.joinRate, scaleRate(perSecond, factor));
