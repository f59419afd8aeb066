import { counter, gauge, type MetricFamily } from './entry.ts';

export const SOURCE_NAMES = ['runs', 'probes', 'lifecycle', 'clients'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** Why a probe was not made at all. */
export const PROBE_REFUSALS = ['busy', 'no_time', 'bad_request', 'stopping'] as const;
export type ProbeRefusal = (typeof PROBE_REFUSALS)[number];

const source = [...SOURCE_NAMES] as const;

/** The exporter about itself. */
export const EXPORTER_METRICS = {
  swarm_exporter_build_info: gauge('Version of the exporter and of Node: always 1', {
    labels: ['version', 'node'],
  }),
  swarm_exporter_up: gauge(
    '1 while a source that is on works: everything that it watches answers, all targets of lifecycle',
    {
      labels: ['source'],
      values: { source },
    },
  ),
  swarm_exporter_scrape_duration_seconds: gauge('How long each source took for this answer', {
    labels: ['source'],
    values: { source },
  }),
  swarm_exporter_series: gauge('Series in this answer, by source', {
    labels: ['source'],
    values: { source },
  }),
  swarm_exporter_errors_total: counter('Errors within a source', {
    labels: ['source'],
    values: { source },
  }),
  swarm_exporter_requests_total: counter('HTTP requests answered, by route and status', {
    labels: ['route', 'code'],
    why: 'somebody must have asked',
  }),
  swarm_exporter_resident_bytes: gauge('Memory of the exporter'),
  swarm_exporter_probes: gauge('Probes under way and waiting for their turn', {
    labels: ['state'],
    values: { state: ['running', 'waiting'] },
    why: 'the source probes must be on',
  }),
  swarm_exporter_probes_refused_total: counter('Probes that were turned away', {
    labels: ['reason'],
    values: { reason: PROBE_REFUSALS },
    why: 'the source probes must be on',
  }),
} as const satisfies MetricFamily;
