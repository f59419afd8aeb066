import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { median } from 'simple-statistics';
import type { ServerProfile } from '../summary/server-summary.ts';
import { fitCostModel, shapeOf } from './cost-model.ts';
import { firstCause } from './first-cause.ts';
import { kneeInterval } from './knee-interval.ts';
import { costsOf, pointsOf } from './points.ts';
import {
  CAPACITY_SCHEMA,
  type CapacityEnd,
  type CapacityResult,
  type StepFacts,
} from './result.ts';
import type { SearchResult } from './search.ts';
import { sizingOf } from './sizing.ts';

/** CPU profiles of the nodes in a run that crossed a limit. */
export interface ProfiledRun {
  load: number;
  profiles: readonly ServerProfile[];
}

/** Session of searches, ended or not. */
export interface CapacitySession
  extends Pick<CapacityResult, 'scenario' | 'unit' | 'startedAt' | 'limits' | 'error'> {
  target: Omit<CapacityResult['target'], 'nodes'>;
  /** Workers of voice agents; absent: not given. */
  workers?: number;
  /** Cores of a worker of voice agents; absent: not given. */
  workerCores?: number;
  /** Memory of a worker of voice agents, bytes; absent: not given. */
  workerBytes?: number;
  /** Processor of the host of an embedded server. */
  cpu: string | null;
  steps: readonly StepFacts[];
  /** CPU profiles that runs took. Default: none. */
  profiles?: readonly ProfiledRun[];
  /** Results of the searches that ended; an interrupted search has none. */
  searches: readonly SearchResult[];
  /** Cause that ended the session before its searches were complete; null: none. */
  stopped: 'interrupted' | 'unreachable' | 'error' | null;
  /** Exit code of the error that stopped the search. Default: that of an internal error. */
  errorExitCode?: ExitCode;
}

/** Concludes the result of a session, also of one that was interrupted. */
export const concludeCapacity = (session: CapacitySession): CapacityResult => {
  const { scenario, unit, startedAt, limits, error, steps, searches } = session;
  const points = pointsOf(steps);
  const end = endOf(session);
  const knees = searches.filter((one) => one.end === 'knee');
  const knee = kneeInterval(knees);
  const carried = carriedOf(session, knee?.load ?? null, points);
  const last = knees.at(-1) ?? searches.at(-1) ?? null;
  const exceeded = exceededAbove(points, carried) ?? last?.exceeded ?? null;
  const nodes = Math.max(1, ...points.map(({ measured }) => measured.nodes));
  const participants = participantsAt(points, carried);
  const { nodeCores } = session.target;
  return {
    schema: CAPACITY_SCHEMA,
    end,
    exitCode: exitCodeOf(end, error !== null, session.errorExitCode),
    scenario,
    unit,
    perUnit: { participants: carried === 0 ? 0 : participants / carried },
    startedAt,
    target: { ...session.target, nodes },
    limits,
    ...(session.workers !== undefined && { workers: session.workers }),
    ...(session.workerCores !== undefined && { workerCores: session.workerCores }),
    ...(session.workerBytes !== undefined && { workerBytes: session.workerBytes }),
    carried,
    decided: searches.length > 0 && searches.every(({ decided }) => decided),
    exceeded,
    knee,
    participants: { total: participants, perNode: participants / nodes },
    cause:
      exceeded === null
        ? null
        : firstCause(
            steps.filter(({ load }) => load === exceeded),
            {
              cores: nodeCores,
              workerCores: session.workerCores ?? null,
              workerBytes: session.workerBytes ?? null,
            },
          ),
    ...profilesAt(session, exceeded),
    points,
    steps: [...steps],
    costs: costsOf(points),
    sizing: sizingOf(participants / nodes),
    model: fitCostModel([shapeOf({ scenario, points })], {
      serverVersion: session.target.serverVersion,
      cpu: session.cpu,
    }),
    error,
  };
};

/** Profiles of the last run at a load that took any; if no run did, the failures of the last one. */
const profilesAt = (
  { profiles = [] }: CapacitySession,
  load: number | null,
): Pick<CapacityResult, 'profiles'> => {
  const runs = profiles.filter((run) => run.load === load);
  const taken =
    runs.findLast((run) => run.profiles.some(({ failure }) => failure === null)) ?? runs.at(-1);
  return taken === undefined ? {} : { profiles: [...taken.profiles] };
};

const endOf = ({ stopped, searches, steps }: CapacitySession): CapacityEnd => {
  if (stopped !== null) return stopped;
  const ends = new Set(searches.map(({ end }) => end));
  if (ends.has('generator')) {
    const last = steps.findLast(({ outcome }) => outcome === 'inconclusive');
    return last !== undefined && last.impairments.length === 0 ? 'not_measured' : 'generator';
  }
  if (ends.has('undecided')) return 'undecided';
  return ends.has('knee') ? 'knee' : 'max';
};

/** Largest load that was carried: the limit where one was found. */
const carriedOf = (
  { searches, stopped }: CapacitySession,
  knee: number | null,
  points: CapacityResult['points'],
): number => {
  if (knee !== null) return Math.floor(knee);
  if (searches.length > 0 && stopped === null)
    return Math.floor(median(searches.map(({ carried }) => carried)));
  const below =
    points.find(({ state }) => state.endsWith('exceeded'))?.load ?? Number.POSITIVE_INFINITY;
  return points.findLast(({ state, load }) => state.endsWith('carried') && load < below)?.load ?? 0;
};

const exceededAbove = (points: CapacityResult['points'], carried: number): number | null =>
  points.find(({ load, state }) => load > carried && state.endsWith('exceeded'))?.load ?? null;

/**
 * Participants at a load, scaled from the plan of the nearest load that was run: the median of
 * repeated searches may lie between two loads that were run.
 */
const participantsAt = (points: CapacityResult['points'], load: number): number => {
  const nearest = points.reduce<CapacityResult['points'][number] | null>(
    (best, point) =>
      best === null || Math.abs(point.load - load) < Math.abs(best.load - load) ? point : best,
    null,
  );
  return nearest === null || load === 0
    ? 0
    : Math.floor((nearest.planned.participants * load) / nearest.load);
};

const exitCodeOf = (
  end: CapacityEnd,
  hasError: boolean,
  errorExitCode: ExitCode = EXIT_CODES.internalError.code,
): ExitCode => {
  switch (end) {
    case 'knee':
    case 'max':
      return hasError ? EXIT_CODES.internalError.code : EXIT_CODES.passed.code;
    case 'generator':
    case 'not_measured':
    case 'undecided':
      return EXIT_CODES.inconclusive.code;
    case 'unreachable':
      return EXIT_CODES.unreachable.code;
    case 'interrupted':
      return EXIT_CODES.interrupted.code;
    case 'error':
      return errorExitCode;
  }
};
