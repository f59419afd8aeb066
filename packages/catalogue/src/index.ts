import { AGENT_METRICS } from './families/agents.ts';
import { CHAOS_METRICS } from './families/chaos.ts';
import { CLIENT_METRICS } from './families/client.ts';
import type { CatalogueEntry, MetricFamily } from './families/entry.ts';
import { EXPORTER_METRICS } from './families/exporter.ts';
import { LIFECYCLE_METRICS } from './families/lifecycle.ts';
import { PROBE_METRICS } from './families/probe.ts';
import { RUN_METRICS } from './families/run.ts';
import { SESSION_METRICS } from './families/session.ts';

export { AGENT_METRICS, JOB_STATES } from './families/agents.ts';
export { CHAOS_METRICS } from './families/chaos.ts';
export { CLIENT_METRICS, NETWORK_VALUES, TRANSPORT_VALUES } from './families/client.ts';
export type { CatalogueEntry, MetricFamily, MetricType } from './families/entry.ts';
export {
  CONFIG_FILES,
  type ConfigFileKind,
  EXPORTER_METRICS,
  PROBE_REJECTIONS,
  type ProbeRejection,
  SOURCE_NAMES,
  type SourceName,
} from './families/exporter.ts';
export { ENDED_EGRESS, LIFECYCLE_METRICS } from './families/lifecycle.ts';
export {
  PROBE_FAILURES,
  PROBE_METRICS,
  PROBE_TARGET_LABELS,
  type ProbeFailure,
} from './families/probe.ts';
export { PUSH_LABEL, RUN_METRICS } from './families/run.ts';
export { SESSION_METRICS } from './families/session.ts';

export interface NamedEntry extends CatalogueEntry {
  name: string;
}

const named = (family: MetricFamily): NamedEntry[] =>
  Object.entries(family).map(([name, entry]) => ({ name, ...entry }));

/** All metrics by source. */
export const CATALOGUE = {
  run: named(RUN_METRICS),
  probe: named(PROBE_METRICS),
  lifecycle: named(LIFECYCLE_METRICS),
  agents: named(AGENT_METRICS),
  client: named(CLIENT_METRICS),
  session: named(SESSION_METRICS),
  chaos: named(CHAOS_METRICS),
  exporter: named(EXPORTER_METRICS),
} as const satisfies Record<string, readonly NamedEntry[]>;

/** Names of all series of /metrics: histograms with `_bucket`, `_sum`, `_count`. */
export const seriesNames = (): Set<string> =>
  new Set(
    Object.values(CATALOGUE)
      .flat()
      .flatMap(({ name, type }) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
  );
