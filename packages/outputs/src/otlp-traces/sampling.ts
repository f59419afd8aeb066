/** Selection of the joins to send: all that failed, were retried or were slow, and a share of the others. */
export interface Sampling {
  /** Share of the joins that are neither, from 0 to 1. */
  share: number;
  /** Time from which a join is slow, ms. */
  slowMs: number;
}

/** Reason why a join is sent. */
export type Kept = 'failed' | 'retried' | 'slow' | 'share';

/**
 * Decides about a join that ended; null: it is not sent.
 * @param join its join time is null if the participant did not join
 */
export const keptBecause = (
  join: { traceId: string; hasFailed: boolean; attempts: number; joinTimeMs: number | null },
  { share, slowMs }: Sampling,
): Kept | null => {
  if (join.hasFailed) return 'failed';
  if (join.attempts > 1) return 'retried';
  if (join.joinTimeMs !== null && join.joinTimeMs >= slowMs) return 'slow';
  return randomOf(join.traceId) < share ? 'share' : null;
};

const BITS = 56;

/** The random part of a trace id (W3C Trace Context Level 2, "Random Trace ID Flag"), from 0 to 1. */
const randomOf = (traceId: string): number =>
  Number(BigInt(`0x${traceId.slice(-BITS / 4)}`)) / 2 ** BITS;
