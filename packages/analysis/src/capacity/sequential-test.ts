/**
 * Whether a load is carried, decided over repeated windows of repeated runs: Wald's sequential probability ratio test on the share of windows in which a limit was
 * crossed (Wald 1945, Sequential Tests of Statistical Hypotheses). It asks for few windows where they agree and for more where they do not.
 */

/** The evidence of one run on its load. */
export interface RunEvidence {
  /** Windows of its steady state that were evaluated. */
  windows: number;
  /** Those of them in which a limit was crossed. */
  crossed: number;
  /** A limit was crossed by what only a whole run shows: a join that failed, a missing track. */
  failedAsAWhole: boolean;
  /** The server ended: no further run is needed to believe it. */
  certain: boolean;
}

/** The share of windows that cross a limit at random where the load is carried, and the least where it is not. */
const CROSSED_WHEN_CARRIED = 0.1;
const CROSSED_WHEN_EXCEEDED = 0.6;

/** Both kinds of error are this rare. */
const ERROR = 0.05;

const CROSSED = Math.log(CROSSED_WHEN_EXCEEDED / CROSSED_WHEN_CARRIED);
const HELD = Math.log((1 - CROSSED_WHEN_EXCEEDED) / (1 - CROSSED_WHEN_CARRIED));

/** Evidence, as a logarithm of a likelihood ratio, from which on the test has decided. */
const DECIDED = Math.log((1 - ERROR) / ERROR);

/** Windows of one run resemble each other, so that no run decides alone. */
const MOST_OF_A_RUN = 0.7 * DECIDED;

/** Less than this is not even a first answer. */
const TENDENCY = 1;

export type LoadState =
  /** Decided. */
  | 'carried'
  | 'exceeded'
  /** By one run, which suffices far from the limit. */
  | 'probably-carried'
  | 'probably-exceeded'
  | 'open';

/** Positive: the load is exceeded. */
export const weightOf = ({ windows, crossed, failedAsAWhole, certain }: RunEvidence): number => {
  if (certain) return DECIDED;
  if (failedAsAWhole) return MOST_OF_A_RUN;
  const weight = crossed * CROSSED + (windows - crossed) * HELD;
  return Math.max(-MOST_OF_A_RUN, Math.min(MOST_OF_A_RUN, weight));
};

/** @param weight the sum of the runs of one load */
export const stateOf = (weight: number): LoadState => {
  if (weight >= DECIDED) return 'exceeded';
  if (weight <= -DECIDED) return 'carried';
  if (weight >= TENDENCY) return 'probably-exceeded';
  return weight <= -TENDENCY ? 'probably-carried' : 'open';
};

export const isCarried = (state: LoadState): boolean =>
  state === 'carried' || state === 'probably-carried';

export const isExceeded = (state: LoadState): boolean =>
  state === 'exceeded' || state === 'probably-exceeded';

export const isDecided = (state: LoadState): boolean => state === 'carried' || state === 'exceeded';
