import { capacityRecordings, type NodeCapacity } from './capacity.ts';
import type { Names } from './config/names.ts';
import { boundIs } from './panels/query.ts';
import type { Recording } from './rule.ts';
import { sloRecordings } from './slo.ts';

/** Burn-rate windows of the join objective (Site Reliability Workbook, chapter 5). */
export const BURN_WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/**
 * Duration longer than any gap in the samples, after a restart of Prometheus or a failed scrape.
 */
const GAP = '30m';

/**
 * Joins of all nodes that reached a state within the window. A node starts counting at 0 with each
 * start and has no series of a state before its first join reaches it, so `increase` misses the
 * joins before the first scrape of that series: it would count the first joins of a node as begun
 * but not as successful. Therefore the whole value of a series counts if the series did not exist
 * before the window (if Prometheus itself has just started: everything since the start of the
 * node).
 */
const counted = ({ livekit, perJob }: Names, state: string, window: string): string => {
  const series = `livekit_participant_join_total{${livekit}, state="${state}"}`;
  return `sum by (${perJob}) (
  (last_over_time(${series}[${window}]) unless last_over_time(${series}[${GAP}] offset ${window}))
  or
  increase(${series}[${window}])
)`;
};

/**
 * Joins that began in a window minus those that established media in it; negative if more of them
 * began in the window before.
 */
const withoutMedia = (
  names: Names,
  window: string,
): string => `job:livekit_joins_begun:increase${window}
-
(
  ${counted(names, 'rtc_active', window).replaceAll('\n', '\n  ')}
  or
  0 * job:livekit_joins_begun:increase${window}
)`;

/**
 * Recordings that alerts and dashboards share. A division by 0 gives no sample rather than NaN.
 * @param capacity capacity of a node; null: not measured
 */
export const recordings = (names: Names, capacity: NodeCapacity | null): readonly Recording[] => {
  const { livekit, hosts, perNode, perHost, perJob } = names;
  const { limits } = names.config;
  const perStream = `${names.cluster}, job, direction, kind`;
  /** Value 0 for each scraped node. */
  const noSession = `0 * sum by (${perNode}) (livekit_participant_total{${livekit}})`;
  return [
    {
      by: `${perNode}, direction`,
      record: 'instance_direction:livekit_packet_loss:ratio_rate5m',
      // Before the first lost packet there is no series of lost packets: the loss is 0, not
      // unknown.
      expr: `(
  sum by (${perNode}, direction) (rate(livekit_packet_loss_total{${livekit}}[5m]))
  or
  0 * sum by (${perNode}, direction) (rate(livekit_packet_total{${livekit}, transmission="initial"}[5m]))
)
/
(sum by (${perNode}, direction) (rate(livekit_packet_total{${livekit}, transmission="initial"}[5m])) > 0)`,
    },
    {
      by: `${perNode}, direction`,
      record: 'instance_direction:livekit_jitter_high:ratio_rate5m',
      // Bucket bounds are 10, 30 and 50 ms: a share above a bound is exact, a percentile would be
      // interpolated.
      expr: `1 -
sum by (${perNode}, direction) (rate(livekit_jitter_us_bucket{${livekit}, ${boundIs(limits.jitter * 1_000)}}[5m]))
/
(sum by (${perNode}, direction) (rate(livekit_jitter_us_count{${livekit}}[5m])) > 0)`,
    },
    {
      by: `${perNode}, direction`,
      record: 'instance_direction:livekit_nack:rate5m',
      expr: `sum by (${perNode}, direction) (rate(livekit_nack_total{${livekit}}[5m]))`,
    },
    // Rates for comparing windows: `rate` divides by the whole window even for a new node, which
    // cancels out in a quotient of two rates.
    ...['5m', '1h'].map((window) => ({
      by: `${perNode}, direction`,
      record: `instance_direction:livekit_nack_per_packet:ratio_rate${window}`,
      expr: `sum by (${perNode}, direction) (rate(livekit_nack_total{${livekit}}[${window}]))
/
(sum by (${perNode}, direction) (rate(livekit_packet_total{${livekit}, transmission="initial"}[${window}])) > 0)`,
    })),
    {
      by: perJob,
      record: 'job:livekit_session_start:p95_5m',
      // The server exports milliseconds, the recording is in seconds.
      expr: `histogram_quantile(0.95, sum by (${perJob}, le) (rate(livekit_session_start_time_ms_bucket{${livekit}}[5m]))) / 1000`,
    },
    ...BURN_WINDOWS.flatMap((window) => [
      // Joins that passed signalling but did not establish media. A client that gives up counts as
      // failed.
      {
        by: perJob,
        record: `job:livekit_joins_begun:increase${window}`,
        // Before its first join a node has no series of joins, which means zero joins.
        expr: `${counted(names, 'rtc_init', window)}
or
0 * sum by (${perJob}) (livekit_participant_total{${livekit}})`,
      },
      {
        by: perJob,
        record: `job:livekit_joins_failed:increase${window}`,
        // Without any successful join there is no series of successful joins: all joins failed.
        expr: `clamp_min(
  ${withoutMedia(names, window).replaceAll('\n', '\n  ')},
  0
)`,
      },
      {
        by: perJob,
        record: `job:livekit_join_errors:ratio_rate${window}`,
        expr: `job:livekit_joins_failed:increase${window} / (job:livekit_joins_begun:increase${window} > 0)`,
      },
    ]),
    {
      by: perJob,
      // Not clamped: over several windows the joins that span two of them cancel out.
      record: 'job:livekit_joins_without_media:delta5m',
      expr: withoutMedia(names, '5m'),
    },
    {
      by: perNode,
      record: 'instance:livekit_participants:active',
      // livekit_participant_total counts a participant on the node of its signal connection and on
      // the node of its media. Sessions start and end on the node of the media only. Before the
      // first start or end a node does not export that series.
      expr: `clamp_min(
  (sum by (${perNode}) (livekit_session_start_time_ms_count{${livekit}}) or ${noSession})
  -
  (sum by (${perNode}) (livekit_session_duration_ms_count{${livekit}}) or ${noSession}),
  0
)`,
    },
    {
      // The histogram counts the lowest score of a participant once per report.
      record: 'job_direction_kind:livekit_swarm_client_poor_reports:ratio_rate15m',
      expr: `sum by (${perStream}) (rate(livekit_swarm_client_quality_score_bucket{${boundIs(3)}}[15m]))
/
(sum by (${perStream}) (rate(livekit_swarm_client_quality_score_count[15m])) > 0)`,
      by: perStream,
    },
    ...sloRecordings(names),
    ...(capacity === null ? [] : capacityRecordings(names, capacity)),
    {
      by: perHost,
      record: 'instance:node_cpu_used:ratio_rate5m',
      // The divisor is CPU time instead of elapsed time: for a new host, the window contains time
      // before it existed.
      expr: `1 -
sum by (${perHost}) (rate(node_cpu_seconds_total{${hosts}, mode="idle"}[5m]))
/
(sum by (${perHost}) (rate(node_cpu_seconds_total{${hosts}}[5m])) > 0)`,
    },
    {
      by: perHost,
      record: 'instance:node_memory_used:ratio',
      expr: `1 - max by (${perHost}) (node_memory_MemAvailable_bytes{${hosts}}) / max by (${perHost}) (node_memory_MemTotal_bytes{${hosts}})`,
    },
  ];
};
