import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  aroundTheClock,
  participantRates,
  ratesOf,
  readTimetable,
  type Timetable,
  type Usage,
  usageOfPlan,
  usageOfTimetable,
} from '@livekit-swarm/cost';
import type { LoadAssumption } from '@livekit-swarm/report/cost';
import { expandPlan, type Plan, readScenarioFile } from '@livekit-swarm/scenario';
import { plainOf, readMapping, usageError } from '@livekit-swarm/settings';
import { adjustScenario } from '../adjust-scenario.ts';
import { prepareOwnMedia } from '../own-media.ts';

/** A load whose cost is asked for. */
export interface PricedLoad {
  name: string;
  usage: Usage;
  /** Plan of a scenario, or of the one that a timetable names. */
  traffic: { plan: Plan; usageOf(plan: Plan): Usage } | null;
  assumptions: LoadAssumption[];
}

export interface LoadFlags {
  scale?: string;
  seed?: string;
  perMonth?: string;
}

interface LoadContext {
  /** Unit to which LiveKit Cloud rounds each connection up, minutes. */
  roundMinutes: number;
  /** Called while media files of the user are prepared. */
  progress(line: string): void;
}

/**
 * Reads a scenario or a timetable, which has the key `timetable`.
 * @throws SwarmError `invalid_file`, `usage`
 */
export const readPricedLoad = (
  path: string,
  flags: LoadFlags,
  context: LoadContext,
): PricedLoad => {
  const timetable = timetableOf(path);
  if (timetable === null) return loadOfScenario(path, flags, context);
  const misplaced = (['scale', 'seed', 'perMonth'] as const).find(
    (flag) => flags[flag] !== undefined,
  );
  if (misplaced !== undefined)
    throw usageError(
      `--${misplaced === 'perMonth' ? 'per-month' : misplaced} is for scenarios, and ${path} is a timetable`,
      'change the timetable instead',
    );
  return loadOfTimetable(path, timetable, context);
};

const timetableOf = (path: string): Timetable | null => {
  if (path === '-') return null;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Read as a scenario, whose errors say why it cannot be.
    return null;
  }
  const whole = plainOf(
    readMapping(text, { file: path, noun: 'scenario or timetable', begin: 'see docs/cost.md' }),
  );
  return typeof whole === 'object' && whole !== null && 'timetable' in whole
    ? readTimetable(text, path)
    : null;
};

const loadOfScenario = (path: string, flags: LoadFlags, context: LoadContext): PricedLoad => {
  const plan = planOf(path, flags, context);
  const { roundMinutes } = context;
  const times = flags.perMonth === undefined ? aroundTheClock(plan) : readTimes(flags.perMonth);
  const usageOf = (of: Plan): Usage => usageOfPlan(of, times, roundMinutes);
  return {
    name: plan.scenario.name,
    usage: usageOf(plan),
    traffic: { plan, usageOf },
    assumptions:
      flags.perMonth === undefined ? [{ type: 'around_the_clock', perMonth: times }] : [],
  };
};

const planOf = (
  path: string,
  { scale, seed }: Pick<LoadFlags, 'scale' | 'seed'>,
  { progress }: LoadContext,
): Plan => {
  const { scenario } = prepareOwnMedia(readScenarioFile(path, { scale }), 'any', progress);
  return expandPlan(adjustScenario(scenario, { threshold: [], seed, tag: [] }), 'cost');
};

const readTimes = (text: string): number => {
  const times = Number(text);
  if (!(times > 0 && times <= 1e6))
    throw usageError(`--per-month ${text}: must be a number above 0`, 'write --per-month 20');
  return times;
};

const loadOfTimetable = (path: string, timetable: Timetable, context: LoadContext): PricedLoad => {
  const { scenario, perParticipant, monthly, session } = timetable;
  const plan =
    scenario === undefined ? null : planOf(resolve(dirname(path), scenario), {}, context);
  const usageOf = (of: Plan | null): Usage =>
    usageOfTimetable(
      timetable,
      of === null ? ratesOf(perParticipant ?? { up: 0, down: 0 }) : participantRates(of),
      context.roundMinutes,
    );
  const usage = usageOf(plan);
  return {
    name: timetable.timetable,
    usage,
    traffic: plan === null ? null : { plan, usageOf },
    assumptions: [
      ...usersOf(timetable, usage),
      ...(monthly !== undefined && monthly.peakParticipants === undefined
        ? [{ type: 'peak_to_mean' } as const]
        : []),
      ...(plan === null ? [{ type: 'packets' } as const] : []),
      { type: 'session', ms: session },
    ],
  };
};

const usersOf = ({ monthly, session }: Timetable, { hours }: Usage): LoadAssumption[] =>
  monthly?.activeUsers === undefined || monthly.sessionsPerUser === undefined
    ? []
    : [
        {
          type: 'users',
          users: monthly.activeUsers,
          sessions: monthly.sessionsPerUser,
          ms: session,
          peak: Math.max(0, ...hours.map(({ participants }) => participants)),
        },
      ];
