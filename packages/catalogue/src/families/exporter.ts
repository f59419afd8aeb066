import { counter, gauge, type MetricFamily } from './entry.ts';

export const SOURCE_NAMES = ['runs', 'probes', 'lifecycle', 'clients', 'sessions'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** Reasons why a probe did not run. */
export const PROBE_REJECTIONS = ['busy', 'no_time', 'bad_request', 'stopping'] as const;
export type ProbeRejection = (typeof PROBE_REJECTIONS)[number];

const source = [...SOURCE_NAMES] as const;

/** Metrics of the exporter itself. */
export const EXPORTER_METRICS = {
  livekit_swarm_exporter_build_info: gauge(
    'Version of the exporter, the commit that it was built from, and the version of Node: always 1',
    { labels: ['version', 'revision', 'node'] },
  ),
  livekit_swarm_exporter_up: gauge(
    '1 while an enabled source works: everything that it monitors answers, for lifecycle every target',
    {
      labels: ['source'],
      values: { source },
    },
  ),
  livekit_swarm_exporter_scrape_duration_seconds: gauge('Duration of each source for this scrape', {
    labels: ['source'],
    values: { source },
  }),
  livekit_swarm_exporter_series: gauge('Series in this scrape, by source', {
    labels: ['source'],
    values: { source },
  }),
  livekit_swarm_exporter_errors_total: counter('Errors within a source', {
    labels: ['source'],
    values: { source },
  }),
  livekit_swarm_exporter_requests_total: counter('HTTP requests answered, by route and status', {
    labels: ['route', 'code'],
    why: 'after the first request',
  }),
  livekit_swarm_exporter_probes: gauge('Probes that are running and waiting', {
    labels: ['state'],
    values: { state: ['running', 'waiting'] },
    why: 'while the source probes is enabled',
  }),
  livekit_swarm_exporter_probes_rejected_total: counter('Probes that were rejected', {
    labels: ['reason'],
    values: { reason: PROBE_REJECTIONS },
    why: 'while the source probes is enabled',
  }),
} as const satisfies MetricFamily;
