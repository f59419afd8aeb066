import type { Recovery } from './recovery.ts';

/** Quantiles by nearest rank, ms: with few values, every figure is a measured value. */
export const quantiles = (values: readonly number[]): Recovery['timeToRecover'] => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
};
