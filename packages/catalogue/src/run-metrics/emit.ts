import type { Labels } from '@livekit-swarm/metrics';
import type { RUN_METRICS } from '../index.ts';

export type RunMetricName = keyof typeof RUN_METRICS;

/** Sets a series; the label `scenario` is added. */
export type Emit = (name: RunMetricName, labels: Record<string, string>, value: number) => void;

/** Labels of the record's metrics, without absent ones. */
export const textOf = (labels: Labels): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
