import type { Snapshot } from '@livekit-swarm/catalogue/registry';
import type { ProbeResult } from '@livekit-swarm/probe';

/**
 * Result of a probe under the names of blackbox_exporter, for its alerts, dashboards and rules.
 * Only /probe has them, whose scrape job distinguishes them from those of other exporters: the series
 * have no labels of their own there.
 */
export const blackboxNames = ({ success, observation }: ProbeResult): Snapshot[] => [
  gaugeOf('probe_success', 'Whether the probe succeeded: 1 or 0', success ? 1 : 0),
  gaugeOf('probe_duration_seconds', 'Duration of the probe', observation.tookMs / 1_000),
];

const gaugeOf = (name: string, help: string, value: number): Snapshot => ({
  name,
  help,
  type: 'gauge',
  aggregator: 'omit',
  values: [{ labels: {}, value }],
});
