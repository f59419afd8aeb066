/** What an executor is: one file defines each of them, and the registry lists them. */
import { duration, type Path, strict, text } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Complain } from '../language/checks.ts';
import type { Entry } from '../language/write/form.ts';
import { LIMITS } from '../limits.ts';
import { groupKeys, roles } from '../role-keys/registry.ts';
import type { Expansion, Group } from './expansion.ts';

/** Keys of every group. */
export const commonKeys = {
  startTime: duration()
    .prefault('0s')
    .describe('When the group begins, after the start of the run.'),
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
      description: 'What generated room names begin with. Default: swarm.',
      samples: ['call'],
    }),
  ...groupKeys,
  roles: roles(),
};

/** A group of a scenario file with this executor. */
export type GroupFileOf<Type extends string, Keys extends z.ZodRawShape> = z.output<
  z.ZodObject<{ executor: z.ZodLiteral<Type> } & Keys & typeof commonKeys>
>;

export interface ReadContext {
  /** What the names of unnamed stages begin with, so that those of several groups differ. */
  prefix: string;
}

export interface WriteContext {
  /** The group names its one room: `rooms` is not written. */
  namedRoom: boolean;
}

/** How many rooms, and for how long. */
export interface LoadDescription {
  /** `20 rooms`, `5 → 50 → 5 rooms`. */
  rooms: string;
  /** `30s`, `sessions of 45s`, …: to be joined by commas. */
  time: string[];
}

/**
 * How rooms and participants come and go. Methods are pure: the same settings and random numbers give the same result.
 * `Spec`: the settings with everything filled in, as plans use them and records hold them. `File`: the group as the scenario file has it.
 */
export interface ExecutorMethods<Spec, File> {
  read(file: File, context: ReadContext): Spec;
  /** Entries of the scenario file that read back to the same settings, in their order. */
  write(spec: Spec, context: WriteContext): Entry[];
  /** Reports settings of the file that contradict each other. */
  check?(at: Path, file: File, complain: Complain): void;
  /** @throws SwarmError `usage` where too many would join */
  expand(spec: Spec, group: Group): Expansion;
  /** Rooms and rates times the factor; durations stay. */
  scale(spec: Spec, factor: number): Spec;
  /** Of a group that names its one room: there participants are scaled, and only join rates follow. */
  scaleRates?(spec: Spec, factor: number): Spec;
  /** The largest number of rooms in the settings. */
  maxRooms(spec: Spec): number;
  /** When the last room closes at the latest, ms after the executor began. */
  extentMs(spec: Spec, group: { perRoom: number; joinSpreadMs: number }): number;
  /** How long two participants of a room overlap at least, ms; null where that is random. */
  overlapMs(spec: Spec): number | null;
  /** Names of its stages, in order: the windows of `@*`. */
  windowNames(spec: Spec): string[];
  describe(spec: Spec): LoadDescription;
}

/** The own keys of every executor that is defined, for hints. */
const OWN_KEYS = new Map<string, readonly string[]>();

/** Which executors have a key that does not belong to `type`. */
const ownersHint =
  (type: string) =>
  (key: string): string | null => {
    const owners = [...OWN_KEYS].flatMap(([owner, keys]) => (keys.includes(key) ? [owner] : []));
    if (owners.length === 0) return null;
    return `it belongs to ${owners.join(', ')}; ${type} has ${OWN_KEYS.get(type)?.join(', ')}`;
  };

/**
 * Defines an executor.
 * @param given `keys`: its own keys in a scenario file; `settings`: the same filled in, as records hold them
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

/** A whole number: at least one if there was any. */
export const scaleCount = (count: number, factor: number): number =>
  count === 0 ? 0 : Math.max(1, Math.round(count * factor));

/** Rounded to hide binary fractions. */
export const scaleRate = (perSecond: number, factor: number): number =>
  Number((perSecond * factor).toPrecision(12));

export const scaleJoinRate = (perSecond: number, factor: number): number =>
  Math.min(LIMITS.joinRate, scaleRate(perSecond, factor));
