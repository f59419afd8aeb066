import type { Recovery } from './recovery.ts';

/**
 * Quantiles of the times to recover by nearest rank, ms: with few values, every figure is a measured
 * value. Media that did not recover counts as the slowest, so that a quantile among it is null.
 * @param times times of all interrupted media; null: not recovered
 * @returns null if nothing was interrupted, or nothing recovered
 */
export const quantiles = (times: readonly (number | null)[]): Recovery['timeToRecover'] => {
  const recovered = times.filter((time) => time !== null).sort((a, b) => a - b);
  if (recovered.length === 0) return null;
  const rank = (q: number): number | null =>
    recovered[Math.max(0, Math.ceil(q * times.length) - 1)] ?? null;
  return { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
};
