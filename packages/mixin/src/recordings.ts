import { capacityRecordings, EXAMPLE_CAPACITY, type NodeCapacity } from './capacity.ts';
import { boundIs } from './panels/query.ts';
import type { Recording } from './rule.ts';
import { JOBS, LIMITS } from './settings.ts';

const LIVEKIT = `job="${JOBS.livekit}"`;
const NODE = 'job, instance';

/** The burn-rate windows of the join objective (Site Reliability Workbook, chapter 5). */
export const BURN_WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/** Longer than a gap in the samples after a restart of Prometheus or a failed scrape. */
const GAP = '30m';

/**
 * Joins of all nodes that reached a state within the window. A node starts counting at 0 with each start and has no series of a
 * state before its first join reaches it, so `increase` misses the joins before the first scrape of that series: it would count
 * the first joins of a node as begun but not as successful. Therefore the whole value of a series counts if the series did not
 * exist before the window (if Prometheus itself has just started: everything since the start of the node).
 */
const counted = (state: string, window: string): string => {
  const series = `livekit_participant_join_total{${LIVEKIT}, state="${state}"}`;
  return `sum by (job) (
  (last_over_time(${series}[${window}]) unless last_over_time(${series}[${GAP}] offset ${window}))
  or
  increase(${series}[${window}])
)`;
};

/** 0 for each node that is scraped. */
const NO_SESSION = `0 * sum by (${NODE}) (livekit_participant_total{${LIVEKIT}})`;

/** Figures that alerts and dashboards share. A division by 0 gives no sample rather than NaN. @param capacity of a node; null: not measured */
export const recordings = (capacity: NodeCapacity | null): readonly Recording[] => [
  {
    record: 'instance_direction:livekit_packet_loss:ratio_rate5m',
    // Before the first lost packet there is no series of lost packets: the loss is 0, not unknown.
    expr: `(
  sum by (${NODE}, direction) (rate(livekit_packet_loss_total{${LIVEKIT}}[5m]))
  or
  0 * sum by (${NODE}, direction) (rate(livekit_packet_total{${LIVEKIT}, transmission="initial"}[5m]))
)
/
(sum by (${NODE}, direction) (rate(livekit_packet_total{${LIVEKIT}, transmission="initial"}[5m])) > 0)`,
  },
  {
    record: 'instance_direction:livekit_jitter_high:ratio_rate5m',
    // Bucket bounds are 10, 30 and 50 ms: a share above a bound is exact, a percentile would be interpolated.
    expr: `1 -
sum by (${NODE}, direction) (rate(livekit_jitter_us_bucket{${LIVEKIT}, ${boundIs(LIMITS.jitterSeconds * 1e6)}}[5m]))
/
(sum by (${NODE}, direction) (rate(livekit_jitter_us_count{${LIVEKIT}}[5m])) > 0)`,
  },
  {
    record: 'instance_direction:livekit_nack:rate5m',
    expr: `sum by (${NODE}, direction) (rate(livekit_nack_total{${LIVEKIT}}[5m]))`,
  },
  // To compare windows: `rate` divides by the whole window even for a new node; in a quotient of two rates this cancels out.
  ...['5m', '1h'].map((window) => ({
    record: `instance_direction:livekit_nack_per_packet:ratio_rate${window}`,
    expr: `sum by (${NODE}, direction) (rate(livekit_nack_total{${LIVEKIT}}[${window}]))
/
(sum by (${NODE}, direction) (rate(livekit_packet_total{${LIVEKIT}, transmission="initial"}[${window}])) > 0)`,
  })),
  {
    record: 'job:livekit_session_start:p95_5m',
    // The server exports milliseconds, the recording is in seconds.
    expr: `histogram_quantile(0.95, sum by (job, le) (rate(livekit_session_start_time_ms_bucket{${LIVEKIT}}[5m]))) / 1000`,
  },
  ...BURN_WINDOWS.flatMap((window) => [
    // Joins that passed signalling but did not establish media. A client that gives up counts as failed.
    { record: `job:livekit_joins_begun:increase${window}`, expr: counted('rtc_init', window) },
    {
      record: `job:livekit_joins_failed:increase${window}`,
      // Without any successful join there is no series of successful joins: all joins failed.
      expr: `clamp_min(
  job:livekit_joins_begun:increase${window}
  -
  (
    ${counted('rtc_active', window).replaceAll('\n', '\n    ')}
    or
    0 * job:livekit_joins_begun:increase${window}
  ),
  0
)`,
    },
    {
      record: `job:livekit_join_errors:ratio_rate${window}`,
      expr: `job:livekit_joins_failed:increase${window} / (job:livekit_joins_begun:increase${window} > 0)`,
    },
  ]),
  {
    record: 'instance:livekit_participants:active',
    // livekit_participant_total counts a participant on the node of its signal connection and on the node of its media. Sessions
    // start and end on the node of the media only. Before the first start or end a node does not export that series.
    expr: `clamp_min(
  (sum by (${NODE}) (livekit_session_start_time_ms_count{${LIVEKIT}}) or ${NO_SESSION})
  -
  (sum by (${NODE}) (livekit_session_duration_ms_count{${LIVEKIT}}) or ${NO_SESSION}),
  0
)`,
  },
  ...(capacity === null ? [] : capacityRecordings(capacity)),
  {
    record: 'instance:node_cpu_used:ratio_rate5m',
    // Divided by CPU time, not by elapsed time: for a new host, the window contains time before it existed.
    expr: `1 -
sum by (${NODE}) (rate(node_cpu_seconds_total{job="${JOBS.node}", mode="idle"}[5m]))
/
(sum by (${NODE}) (rate(node_cpu_seconds_total{job="${JOBS.node}"}[5m])) > 0)`,
  },
  {
    record: 'instance:node_memory_used:ratio',
    expr: `1 - max by (${NODE}) (node_memory_MemAvailable_bytes{job="${JOBS.node}"}) / max by (${NODE}) (node_memory_MemTotal_bytes{job="${JOBS.node}"})`,
  },
];

/** Every recording there may be. */
export const RECORDINGS: readonly Recording[] = recordings(EXAMPLE_CAPACITY);
