import {
  isCarried,
  isDecided,
  isExceeded,
  type LoadState,
  type RunEvidence,
  stateOf,
  weightOf,
} from './sequential-test.ts';

/**
 * Run at one load; null: the load generator was impaired, so the run has no result on the server.
 */
export interface SearchRun {
  load: number;
  evidence: RunEvidence | null;
}

export interface SearchOptions {
  /** First load. */
  start: number;
  /** Largest load that is tried. */
  max: number;
  /** Factor between two loads of the ramp, above 1. */
  growth: number;
  /**
   * Largest distance between the carried and the exceeded load at the end, as a share of the
   * carried load; at least 1 is allowed.
   */
  resolution: number;
}

/** Reason for which a search ended. */
export type SearchEnd =
  /** The largest load that is carried is known. */
  | 'knee'
  /** The largest load that was requested is carried. */
  | 'max'
  /** The load generator was impaired at the next load, in every run of it. */
  | 'generator'
  /** The evidence remained contradictory. */
  | 'undecided';

export interface SearchResult {
  end: SearchEnd;
  /** Largest load that is carried; 0: none. */
  carried: number;
  /** True if the sequential test decided that `carried` is carried, rather than a single run. */
  decided: boolean;
  /** Smallest load above `carried` that is not carried; null: unknown. */
  exceeded: number | null;
}

export type SearchStep = { type: 'run'; load: number } | ({ type: 'found' } & SearchResult);

/**
 * Runs after which a load without a decision counts as exceeded: its runs contradict each other, so
 * it is at the limit.
 */
const MOST_RUNS = 6;
/**
 * Runs of one load during which the load generator was impaired, before the search gives the load
 * up.
 */
const MOST_IMPAIRED = 3;
/**
 * Runs after which a search ends in any case: each load takes a few runs, and there are about
 * twenty loads between 1 and a million.
 */
const MOST_RUNS_OF_A_SEARCH = 120;

interface Known {
  load: number;
  state: LoadState;
  runs: number;
  impaired: number;
}

/**
 * Next step of a search for the largest load that is carried. A ramp leads to a load that is
 * exceeded, bisection narrows the interval, both with one run of each load; then the sequential
 * test decides the two loads on either side of the limit. A decision that contradicts the first run
 * of its load moves the limit. The function is pure: the same runs give the same step.
 * @param runs all runs so far, in any order
 */
export const nextStep = (runs: readonly SearchRun[], options: SearchOptions): SearchStep => {
  const { start, max, growth, resolution } = options;
  const known = knownLoads(runs);
  const exceeded = known.find(({ state }) => isExceeded(state)) ?? null;
  const carried =
    known.findLast(
      ({ state, load }) => isCarried(state) && load < (exceeded?.load ?? Number.POSITIVE_INFINITY),
    ) ?? null;
  const found = (end: SearchEnd): SearchStep => ({
    type: 'found',
    end,
    carried: carried?.load ?? 0,
    decided: carried === null ? exceeded?.state === 'exceeded' : isDecided(carried.state),
    exceeded: exceeded?.load ?? null,
  });
  const run = (load: number): SearchStep =>
    runs.length < MOST_RUNS_OF_A_SEARCH ? { type: 'run', load } : found('undecided');
  const confirm = (...loads: (Known | null)[]): SearchStep | null => {
    const open = loads.find((one) => one !== null && !isDecided(one.state) && !isBlind(one));
    return open === undefined || open === null ? null : run(open.load);
  };

  const open = known.find((one) => one.state === 'open' && !isBlind(one));
  if (open !== undefined) return run(open.load);
  const blind = known.find((one) => isBlind(one) && one.state === 'open') ?? null;
  if (
    blind !== null &&
    blind.load > (carried?.load ?? 0) &&
    (exceeded === null || blind.load < exceeded.load)
  )
    return confirm(carried) ?? found('generator');

  if (exceeded === null) {
    if (carried === null) return run(Math.min(start, max));
    if (carried.load >= max) return confirm(carried) ?? found('max');
    return run(Math.min(max, Math.max(carried.load + 1, Math.round(carried.load * growth))));
  }
  // A larger load was carried: this load may have been exceeded at random, so its result is
  // confirmed.
  if (known.some(({ load, state }) => load > exceeded.load && isCarried(state))) {
    const again = confirm(exceeded);
    if (again !== null) return again;
  }
  if (carried === null) {
    if (exceeded.load <= 1) return confirm(exceeded) ?? found('knee');
    return run(Math.max(1, Math.floor(exceeded.load / growth)));
  }
  const step = Math.max(1, Math.floor(carried.load * resolution));
  if (exceeded.load - carried.load > step)
    return run(Math.floor((carried.load + exceeded.load) / 2));
  return confirm(carried, exceeded) ?? found('knee');
};

const isBlind = ({ impaired, runs }: Known): boolean =>
  impaired >= MOST_IMPAIRED || runs >= MOST_RUNS;

/** Loads with the evidence of all their runs, in ascending order. */
const knownLoads = (runs: readonly SearchRun[]): Known[] =>
  [...Map.groupBy(runs, ({ load }) => load)]
    .map(([load, all]): Known => {
      const evidence = all.flatMap((one) => one.evidence ?? []);
      const weight = evidence.reduce((sum, one) => sum + weightOf(one), 0);
      const isContradictory = evidence.length >= MOST_RUNS && stateOf(weight) === 'open';
      return {
        load,
        state: isContradictory ? 'probably-exceeded' : stateOf(weight),
        runs: evidence.length,
        impaired: all.length - evidence.length,
      };
    })
    .sort((a, b) => a.load - b.load);
