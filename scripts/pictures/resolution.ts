/** How finely Grafana asks Prometheus. */

/** Round steps, in seconds. */
const STEPS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600,
  43_200, 86_400,
];

/** A line has no more points than this: a panel is about as many pixels wide. */
const MOST_POINTS = 400;

export interface Resolution {
  stepSeconds: number;
  /** What Grafana puts in for `$__rate_interval`. */
  rateInterval: string;
}

/** @param rangeSeconds what the picture shows @param scrapeSeconds between two scrapes: there is nothing to see between them */
export const resolutionOf = (rangeSeconds: number, scrapeSeconds: number): Resolution => {
  const least = Math.max(rangeSeconds / MOST_POINTS, scrapeSeconds);
  const stepSeconds = STEPS.find((step) => step >= least) ?? Math.ceil(least);
  // Four scrapes hold two samples even when one is missed (docs of Grafana, "Using $__rate_interval").
  return {
    stepSeconds,
    rateInterval: `${Math.max(stepSeconds + scrapeSeconds, 4 * scrapeSeconds)}s`,
  };
};
