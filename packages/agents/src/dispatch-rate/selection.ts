import { gammaln } from 'simple-statistics';

/** Fit of the jobs of each worker to a random choice. */
export interface SelectionFit {
  chiSquare: number;
  degreesOfFreedom: number;
  /** Probability of jobs that are spread at least as unevenly, if the choice is random. */
  p: number;
}

/** Fewer expected jobs of a worker make the distribution of chi-square a bad approximation. */
const LEAST_EXPECTED = 5;

/**
 * Compare the jobs of each worker with a random choice: Pearson's chi-square test of a
 * multinomial distribution. The smallest and the largest number alone prove nothing: of ten workers
 * with equal chances and 400 jobs, one with 27 and one with 53 are usual.
 * @param jobs jobs of each worker
 * @param weights chances of each worker, in any unit. Default: equal ones
 * @returns null: fewer than two workers, or too few jobs
 */
export const fitOfSelection = (
  jobs: readonly number[],
  weights: readonly number[] = jobs.map(() => 1),
): SelectionFit | null => {
  const total = sum(jobs);
  const scale = total / sum(weights);
  const expected = weights.map((weight) => weight * scale);
  if (jobs.length < 2 || Math.min(...expected) < LEAST_EXPECTED) return null;
  const chiSquare = sum(
    jobs.map((count, index) => {
      const mean = expected[index] ?? 0;
      return (count - mean) ** 2 / mean;
    }),
  );
  const degreesOfFreedom = jobs.length - 1;
  return { chiSquare, degreesOfFreedom, p: 1 - lowerGamma(degreesOfFreedom / 2, chiSquare / 2) };
};

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/** Far above `a`, which is 100 at most. */
const MOST_X = 600;

/** Regularised lower incomplete gamma function P(a, x), by its series (Abramowitz and Stegun, 6.5.29). */
const lowerGamma = (a: number, x: number): number => {
  if (x <= 0) return 0;
  // The series would overflow, and differs from 1 by nothing that a number can hold.
  if (x > MOST_X) return 1;
  let term = 1 / a;
  let series = term;
  // Terms grow until n exceeds x, and fall quickly afterwards.
  for (let n = 1; term > series * Number.EPSILON; n++) {
    term *= x / (a + n);
    series += term;
  }
  return Math.min(1, series * Math.exp(a * Math.log(x) - x - gammaln(a)));
};
