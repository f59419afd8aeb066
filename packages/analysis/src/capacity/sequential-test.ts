/**
 * Decides over repeated windows of repeated runs whether a load is carried: Wald's sequential
 * probability ratio test on the share of windows in which a limit was crossed (Wald 1945,
 * Sequential Tests of Statistical Hypotheses). The test needs few windows where they agree, and
 * more where they do not.
 */

/** Evidence of one run on its load. */
export interface RunEvidence {
  /** Windows of the steady state that were evaluated. */
  windows: number;
  /** Windows in which a limit was crossed. */
  crossed: number;
  /** True if a limit was crossed that only a whole run shows: a failed join, a missing track. */
  failedAsAWhole: boolean;
  /** True if the server ended, which decides without a further run. */
  certain: boolean;
}

/**
 * Share of windows that cross a limit at random if the load is carried, and the smallest such share
 * if the load is exceeded.
 */
const CROSSED_WHEN_CARRIED = 0.1;
const CROSSED_WHEN_EXCEEDED = 0.6;

/** Probability of either kind of error. */
const ERROR = 0.05;

const CROSSED = Math.log(CROSSED_WHEN_EXCEEDED / CROSSED_WHEN_CARRIED);
const HELD = Math.log((1 - CROSSED_WHEN_EXCEEDED) / (1 - CROSSED_WHEN_CARRIED));

/** Evidence from which the test has decided, as the logarithm of a likelihood ratio. */
const DECIDED = Math.log((1 - ERROR) / ERROR);

/** Largest evidence of one run: its windows resemble each other, so no run decides alone. */
const MOST_OF_A_RUN = 0.7 * DECIDED;

/** Least evidence for a first answer. */
const TENDENCY = 1;

export type LoadState =
  /** The test has decided. */
  | 'carried'
  | 'exceeded'
  /** One run tends to this answer, which suffices far from the limit. */
  | 'probably-carried'
  | 'probably-exceeded'
  | 'open';

/** Evidence of a run, as the logarithm of a likelihood ratio; above 0: the load is exceeded. */
export const weightOf = ({ windows, crossed, failedAsAWhole, certain }: RunEvidence): number => {
  if (certain) return DECIDED;
  if (failedAsAWhole) return MOST_OF_A_RUN;
  const weight = crossed * CROSSED + (windows - crossed) * HELD;
  return Math.max(-MOST_OF_A_RUN, Math.min(MOST_OF_A_RUN, weight));
};

/**
 * State of a load.
 * @param weight sum of the evidence of all runs of the load
 */
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
