import { evaluate, type InterimSummary, type SourcedThreshold } from '@livekit-swarm/analysis';
import type { Emit } from './emit.ts';

/**
 * Whether each threshold holds that can be judged by now. One that was given twice, or for a stage by its name and as one of `@*`, is one series: a page
 * with two of the same name is none that scrapers need take. It holds when all of it does.
 */
export const emitThresholds = (
  interim: InterimSummary,
  thresholds: readonly SourcedThreshold[],
  say: Emit,
): void => {
  const standing = new Map<string, boolean>();
  for (const { metric, expression, ok } of thresholds.flatMap((threshold) =>
    evaluate(interim, threshold),
  )) {
    const name = `${metric}: ${expression}`;
    if (ok !== null) standing.set(name, ok && (standing.get(name) ?? true));
  }
  for (const [threshold, ok] of standing) say('swarm_run_threshold_met', { threshold }, ok ? 1 : 0);
};
