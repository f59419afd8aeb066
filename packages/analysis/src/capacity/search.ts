import {
  isCarried,
  isDecided,
  isExceeded,
  type LoadState,
  type RunEvidence,
  stateOf,
  weightOf,
} from './sequential-test.ts';

/** A run at one load; null: the load generator was impaired, so that there is no result on the server. */
export interface SearchRun {
  load: number;
  evidence: RunEvidence | null;
}

export interface SearchOptions {
  /** The first load. */
  start: number;
  /** The largest that is tried. */
  max: number;
  /** Each load of the ramp is this many times the one before, above 1. */
  growth: number;
  /** How far carried and exceeded may be apart, as a share of the load; at least one. */
  resolution: number;
}

/** Why a search ended. */
export type SearchEnd =
  /** The largest load that is carried is known. */
  | 'knee'
  /** The largest load that was asked for is carried. */
  | 'max'
  /** The load generator was impaired at the next load, again and again. */
  | 'generator'
  /** Evidence stayed contradictory. */
  | 'undecided';

export interface Found {
  end: SearchEnd;
  /** The largest load that is carried; 0: none. */
  carried: number;
  /** Whether the test has decided that, rather than one run. */
  decided: boolean;
  /** The smallest load above it that is not carried; null: none is known. */
  exceeded: number | null;
}

export type SearchStep = { type: 'run'; load: number } | ({ type: 'found' } & Found);

/** A load that contradicts itself for so long is at the limit: it counts as exceeded. */
const MOST_RUNS = 6;
/** As often a run is repeated during which the load generator was impaired. */
const MOST_IMPAIRED = 3;
/** A search ends: each load takes a few runs, and there are about twenty between 1 and a million. */
const MOST_RUNS_OF_A_SEARCH = 120;

interface Known {
  load: number;
  state: LoadState;
  runs: number;
  impaired: number;
}

/**
 * The next step of a search for the largest load that is carried: a ramp until a load is exceeded, then bisection, both by one run of each load; then the two loads on
 * either side of the limit are decided by the sequential test. A decision that contradicts the first answer moves the limit.
 * Pure: the same runs give the same step.
 * @param runs so far, in any order
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
  // A larger load was carried: the smaller one was exceeded at random, unless it stays so.
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

/** Every load with the evidence of all its runs, in ascending order. */
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
