import { counter, gauge, type MetricFamily } from './entry.ts';

export const SOURCE_NAMES = [
  'runs',
  'probes',
  'lifecycle',
  'agents',
  'clients',
  'sessions',
] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** Reasons why a probe did not run. */
export const PROBE_REJECTIONS = ['busy', 'no_time', 'bad_request', 'stopping'] as const;
export type ProbeRejection = (typeof PROBE_REJECTIONS)[number];

/** Files of an exporter's configuration: its own one, and that of TLS and users. */
export const CONFIG_FILES = ['config', 'web'] as const;
export type ConfigFileKind = (typeof CONFIG_FILES)[number];

const source = [...SOURCE_NAMES] as const;
const ofConfigFiles = {
  labels: ['file'],
  values: { file: CONFIG_FILES },
  why: 'where there is such a file',
};

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
  livekit_swarm_exporter_config_last_reload_successful: gauge(
    '1 while the file in use is the one on disk: 0 after a reload that failed',
    ofConfigFiles,
  ),
  livekit_swarm_exporter_config_last_reload_success_timestamp_seconds: gauge(
    'Unix time of the last successful reading of the file',
    ofConfigFiles,
  ),
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
