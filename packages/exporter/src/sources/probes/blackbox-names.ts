import type { Snapshot } from '@livekit-swarm/catalogue/registry';
import { type ModuleResult, tookMs } from './module-result.ts';

/**
 * Result of a probe under the names of blackbox_exporter, for its alerts, dashboards and rules.
 * Only /probe has them, whose scrape job distinguishes them from those of other exporters: the series
 * have no labels of their own there.
 */
export const blackboxNames = (result: ModuleResult): Snapshot[] => [
  gaugeOf('probe_success', 'Whether the probe succeeded: 1 or 0', result.success ? 1 : 0),
  gaugeOf('probe_duration_seconds', 'Duration of the probe', tookMs(result) / 1_000),
];

const gaugeOf = (name: string, help: string, value: number): Snapshot => ({
  name,
  help,
  type: 'gauge',
  aggregator: 'omit',
  values: [{ labels: {}, value }],
});
