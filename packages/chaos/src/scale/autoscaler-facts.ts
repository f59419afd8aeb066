import type { DrillLine } from '@livekit-swarm/record';
import type { AutoscalerFacts } from './rehearsal.ts';

/** Condition of an autoscaler that is false while it cannot read its metrics. */
const ACTS = 'ScalingActive';

/** Facts about the autoscaler of a deployment, from the lines of its record. */
export const createAutoscalerFold = () => {
  const changes: AutoscalerFacts['changes'] = [];
  const notices: AutoscalerFacts['notices'] = [];
  const inactive: { fromAt: number; toAt: number | null; message: string }[] = [];
  return {
    add: (line: DrillLine): void => {
      if (line.event === 'autoscaler_noticed')
        notices.push({ at: line.at, reason: line.reason, message: line.message });
      if (line.event !== 'autoscaler_observed') return;
      const { at, desired, current, conditions } = line;
      changes.push({ at, desired, current, conditions });
      const failed = conditions.find(({ type, isTrue }) => type === ACTS && !isTrue);
      const last = inactive.at(-1);
      if (failed === undefined) {
        if (last !== undefined) last.toAt ??= at;
      } else if (last === undefined || last.toAt !== null)
        inactive.push({
          ...{ fromAt: at, toAt: null },
          message: `${failed.reason}: ${failed.message}`,
        });
    },
    result: (endAtMs: number): AutoscalerFacts => ({
      ...{ changes, notices },
      inactiveMs: inactive.reduce((sum, { fromAt, toAt }) => sum + (toAt ?? endAtMs) - fromAt, 0),
      inactiveReason: inactive.at(-1)?.message ?? null,
    }),
  };
};
