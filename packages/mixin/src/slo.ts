import type { Names } from './config/names.ts';
import type { MixinConfig } from './config/schema.ts';
import { boundIs } from './panels/query.ts';
import type { Recording } from './rule.ts';

/** Window of the recordings of an objective, ms. Months are sums of such windows. */
export const SLO_WINDOW_MS = 300_000;

/** Service level objective: number of units and of bad units, in windows of five minutes. */
export interface Slo {
  id: 'joins' | 'availability' | 'media_minutes' | 'user_reports';
  title: string;
  /** Counted unit, in the plural. */
  unit: string;
  /** Share of units that must be good, 0 … 1. */
  objective: (limits: MixinConfig['limits']) => number;
  /** Names of the recordings: all units (`total`), bad units (`bad`). */
  total: string;
  bad: string;
  /** Factor from a value of the recordings to units per window. */
  factor: number;
  /** Label by which figures are grouped. */
  of: 'job' | 'target';
  /** Number of windows after a fault that its effects still impair. */
  windowsAfter: number;
}

export const SLOS: readonly Slo[] = [
  {
    id: 'joins',
    title: 'Joins',
    unit: 'joins',
    objective: ({ joinObjective }) => joinObjective,
    total: 'job:livekit_joins_begun:increase5m',
    bad: 'job:livekit_joins_without_media:delta5m',
    factor: 1,
    of: 'job',
    windowsAfter: 0,
  },
  {
    id: 'availability',
    title: 'Availability',
    unit: 'probes',
    objective: ({ availabilityObjective }) => availabilityObjective,
    total: 'target:livekit_swarm_probe_runs:increase5m',
    bad: 'target:livekit_swarm_probe_failures:increase5m',
    factor: 1,
    of: 'target',
    windowsAfter: 0,
  },
  {
    id: 'media_minutes',
    title: 'Good media minutes',
    unit: 'minutes',
    objective: ({ mediaObjective }) => mediaObjective,
    total: 'job:livekit_participants:avg5m',
    bad: 'job:livekit_participants_impaired:avg5m',
    factor: SLO_WINDOW_MS / 60_000,
    of: 'job',
    // The recording is the mean over five minutes of rates over five minutes.
    windowsAfter: 1,
  },
  {
    id: 'user_reports',
    title: 'Good reports of users',
    unit: 'reports',
    objective: ({ mediaObjective }) => mediaObjective,
    total: 'job:livekit_swarm_client_reports:increase5m',
    bad: 'job:livekit_swarm_client_poor_reports:increase5m',
    factor: 1,
    of: 'job',
    windowsAfter: 0,
  },
];

/** Recordings of the objectives. Those of joins belong to the burn-rate alerts. */
export const sloRecordings = (names: Names): Recording[] => {
  const { cluster, perNode, perJob, config } = names;
  const { limits } = config;
  const perTarget = `${cluster}, target`;
  const perExporter = `${cluster}, job`;
  const worst = (record: string): string =>
    `max by (${perNode}) (instance_direction:${record}:ratio_rate5m)`;
  // Only probes through the load balancer and by the usual path count, like joins of users; those
  // that call a voice agent or follow a stream depend on other services.
  const probes = (selector: string): string => `sum by (${perTarget}) (
  increase(livekit_swarm_probe_runs_total{node=""${selector}}[5m])
  unless on (${cluster}, target, module)
  (livekit_swarm_probe_path_success{node="", path!~"direct|auto"} or livekit_swarm_probe_agent_success or livekit_swarm_probe_hls_success)
)`;
  const orNone = (some: string, all: string): string => `${some}\nor\n0 * ${all}`;
  return [
    {
      by: perJob,
      record: 'job:livekit_participants:active',
      expr: `sum by (${perJob}) (instance:livekit_participants:active)`,
    },
    {
      by: perJob,
      record: 'job:livekit_participants_impaired:active',
      // Grouped by node, because the server has no figures of single participants.
      expr: orNone(
        `sum by (${perJob}) (
  instance:livekit_participants:active
  and on (${perNode})
  (
    ${worst('livekit_packet_loss')} > ${limits.loss}
    or
    ${worst('livekit_jitter_high')} > ${limits.jitterShare}
  )
)`,
        'job:livekit_participants:active',
      ),
    },
    ...['livekit_participants', 'livekit_participants_impaired'].map((metric) => ({
      by: perJob,
      record: `job:${metric}:avg5m`,
      expr: `avg_over_time(job:${metric}:active[5m])`,
    })),
    { by: perTarget, record: 'target:livekit_swarm_probe_runs:increase5m', expr: probes('') },
    {
      by: perTarget,
      record: 'target:livekit_swarm_probe_failures:increase5m',
      expr: orNone(probes(', result="failure"'), 'target:livekit_swarm_probe_runs:increase5m'),
    },
    {
      by: perExporter,
      record: 'job:livekit_swarm_client_reports:increase5m',
      expr: `sum by (${perExporter}) (increase(livekit_swarm_client_quality_score_count[5m]))`,
    },
    {
      by: perExporter,
      record: 'job:livekit_swarm_client_poor_reports:increase5m',
      expr: `sum by (${perExporter}) (increase(livekit_swarm_client_quality_score_bucket{${boundIs(3)}}[5m]))`,
    },
  ];
};
