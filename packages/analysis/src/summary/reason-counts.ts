import type { FailureReason } from './summary.ts';

/** How often each reason was given. */
export type ReasonCounts = Map<string, FailureReason>;

export const countReason = (
  counts: ReasonCounts,
  { reason, message }: { reason: string | null; message: string | null },
): void => {
  const word = reason ?? 'unknown';
  const known = counts.get(word);
  counts.set(word, {
    reason: word,
    count: (known?.count ?? 0) + 1,
    message: known?.message ?? message,
  });
};

/** Most frequent first. */
export const reasonsOf = (counts: ReasonCounts): FailureReason[] =>
  [...counts.values()].sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
