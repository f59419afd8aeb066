/** Resolution of the queries that Grafana sends. */

/** Round steps, s. */
const STEPS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600,
  43_200, 86_400,
];

/** Largest number of points of a line: a panel has about as many pixels. */
const MOST_POINTS = 400;

export interface Resolution {
  stepSeconds: number;
  /** Value of `$__rate_interval`. */
  rateInterval: string;
}

/**
 * @param rangeSeconds time range of the picture, s
 * @param scrapeSeconds interval of scrapes, s: the shortest useful step
 */
export const resolutionOf = (rangeSeconds: number, scrapeSeconds: number): Resolution => {
  const least = Math.max(rangeSeconds / MOST_POINTS, scrapeSeconds);
  const stepSeconds = STEPS.find((step) => step >= least) ?? Math.ceil(least);
  // Four scrapes contain two samples even if one is missed (docs of Grafana, "Using
  // $__rate_interval").
  return {
    stepSeconds,
    rateInterval: `${Math.max(stepSeconds + scrapeSeconds, 4 * scrapeSeconds)}s`,
  };
};
