import { FAULTS } from '@livekit-swarm/chaos/faults';
import {
  type FaultChoice,
  type KnownViolation,
  parseKnownViolations,
  type RandomSettings,
} from '@livekit-swarm/chaos/random';
import { LONGEST_DURATION_MS, parseDuration, suggest, usageError } from '@livekit-swarm/settings';
import { readLoadOverride } from '../chaos/override-drill.ts';
import { readFileText } from '../file-text.ts';
import { drawSeed } from '../night/night-settings.ts';
import { wholeNumber } from '../requests/whole-number.ts';

export interface SearchFlags {
  seed?: string;
  for?: string;
  drills?: string;
  maxDuration?: string;
  shrink?: string;
  faults?: string;
  without?: string;
  span?: string;
  intensity?: string;
  atOnce?: string;
  recovery?: string;
  rooms?: string;
  participants?: string;
  scenario?: string;
  scale?: string;
  steadyAt?: string;
  reconnectPolicy?: RandomSettings['load']['reconnectPolicy'];
  nodes?: string;
  known?: string;
}

/** Flags whose values a search keeps: --resume takes them from the search that is continued. */
export const KEPT_FLAGS = [
  'seed',
  'for',
  'drills',
  'faults',
  'without',
  'span',
  'intensity',
  'atOnce',
  'recovery',
  'rooms',
  'participants',
  'scenario',
  'scale',
  'steadyAt',
  'reconnectPolicy',
  'nodes',
] as const satisfies readonly (keyof SearchFlags)[];

/** Limits of this execution, besides those that the search keeps. */
export interface SearchLimits {
  maxDurationMs: number | null;
  /** Executions to make one schedule smaller. */
  shrinkRuns: number;
  known: KnownViolation[];
}

const MAX_SEED = 2 ** 32 - 1;
const MAX_COUNT = 1_000_000;
const MAX_ROOMS = 1_000;
const MAX_PARTICIPANTS = 100;
const MAX_NODES = 20;
const MAX_INTENSITY = 60;
const MAX_SHRINK_RUNS = 100;
/** Longest drill of a search, ms: a longer one finds less in the same time. */
const LONGEST_DRILL_MS = 3_600_000;
/** Shortest quiet time, ms: subscriptions are judged after 30 s without faults. */
const LEAST_RECOVERY_MS = 32_000;

const whole = (
  flag: string,
  min: number,
  max: number,
  value: string | undefined,
  initial: number,
) => (value === undefined ? initial : wholeNumber(flag, min, max)(value));

const time = (
  flag: string,
  { min, max }: { min: number; max: number },
  value: string | undefined,
  initial: number,
): number => {
  const ms = value === undefined ? initial : parseDuration(value);
  if (ms >= min && ms <= max) return ms;
  throw usageError(
    `${flag} ${value}: must be from ${min / 1_000}s to ${max / 1_000}s`,
    `write ${initial / 1_000}s`,
  );
};

/** @throws SwarmError `usage`, `invalid_file` */
export const readSearchLimits = (flags: SearchFlags): SearchLimits => ({
  maxDurationMs:
    flags.maxDuration === undefined
      ? null
      : time('--max-duration', { min: 1_000, max: LONGEST_DURATION_MS }, flags.maxDuration, 60_000),
  shrinkRuns: whole('--shrink', 0, MAX_SHRINK_RUNS, flags.shrink, 8),
  known: flags.known === undefined ? [] : readKnown(flags.known),
});

const readKnown = (file: string): KnownViolation[] =>
  parseKnownViolations(readFileText(file, 'give a file of known violations'), file);

/** Settings that a search keeps, without what its deployment decides. */
export interface SearchSettings {
  forMs: number;
  /** Number of drills; null: no limit. */
  drills: number | null;
  /** Settings of schedules. The number of nodes is that of a lab. */
  random: Omit<RandomSettings, 'hasAbort'>;
  /** True for a fault that may be drawn. */
  isChosen(choice: FaultChoice): boolean;
}

/** @throws SwarmError `usage`, `invalid_file` */
export const readSearchSettings = (flags: SearchFlags): SearchSettings => {
  const only = readNames('--faults', flags.faults);
  const without = readNames('--without', flags.without) ?? [];
  // Reads the scenario, so that what is wrong with it shows before anything is started.
  const load = readLoadOverride(flags);
  for (const flag of ['rooms', 'participants'] as const)
    if (load !== undefined && flags[flag] !== undefined)
      throw usageError(`--${flag} and --scenario: the scenario has its own load`, 'leave one out');
  return {
    forMs: time('--for', { min: 1_000, max: LONGEST_DURATION_MS }, flags.for, 600_000),
    drills: flags.drills === undefined ? null : whole('--drills', 1, MAX_COUNT, flags.drills, 1),
    isChosen: ({ fault }) => (only === null || only.includes(fault)) && !without.includes(fault),
    random: {
      seed: flags.seed === undefined ? drawSeed() : whole('--seed', 0, MAX_SEED, flags.seed, 0),
      spanS: time('--span', { min: 1_000, max: LONGEST_DRILL_MS }, flags.span, 30_000) / 1_000,
      intensity: whole('--intensity', 1, MAX_INTENSITY, flags.intensity, 6),
      atOnce: whole('--at-once', 1, MAX_NODES, flags.atOnce, 2),
      recoveryS:
        time(
          '--recovery',
          { min: LEAST_RECOVERY_MS, max: LONGEST_DRILL_MS },
          flags.recovery,
          40_000,
        ) / 1_000,
      nodes: whole('--nodes', 1, MAX_NODES, flags.nodes, 3),
      load: {
        rooms: whole('--rooms', 1, MAX_ROOMS, flags.rooms, 3),
        participants: whole('--participants', 2, MAX_PARTICIPANTS, flags.participants, 3),
        reconnectPolicy: flags.reconnectPolicy ?? 'app',
        scenario:
          flags.scenario === undefined
            ? null
            : {
                file: flags.scenario,
                scale: flags.scale ?? null,
                steadyAtMs: load?.steadyAtMs ?? null,
              },
      },
    },
  };
};

/** Names of faults in a list; null: the flag was not given. */
const readNames = (flag: string, list: string | undefined): string[] | null => {
  if (list === undefined) return null;
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !FAULTS.has(name));
  if (unknown !== undefined)
    throw usageError(
      `${flag} ${list}: unknown fault "${unknown}"`,
      suggest(unknown, [...FAULTS.keys()], 'available:'),
    );
  return names;
};
