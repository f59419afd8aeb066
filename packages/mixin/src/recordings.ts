import { boundIs } from './panels/query.ts';
import type { Recording } from './rule.ts';
import { JOBS, LIMITS, PARTICIPANTS_PER_NODE } from './settings.ts';

const LIVEKIT = `job="${JOBS.livekit}"`;
const NODE = 'job, instance';

/** The burn-rate windows of the join objective (Site Reliability Workbook, chapter 5). */
export const BURN_WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/** Longer than the gaps that Prometheus leaves when it is restarted, or a node does not answer for a while. */
const GAP = '30m';

/**
 * How many joins of all nodes got so far, within the window. A node counts anew from each start, and has no series of a state before its first join gets
 * there: `increase` does not see that one, nor those who came with it until the next scrape. Of the first people of a node it would see who began and not
 * who got in. So all that a series counts which was not there before the window was counted within it (where Prometheus
 * itself has just begun to watch: all since the node's start).
 */
const counted = (state: string, window: string): string => {
  const series = `livekit_participant_join_total{${LIVEKIT}, state="${state}"}`;
  return `sum by (job) (
  (last_over_time(${series}[${window}]) unless last_over_time(${series}[${GAP}] offset ${window}))
  or
  increase(${series}[${window}])
)`;
};

/** Every ratio once, by the same rules for alerts and dashboards. Divisions by nothing give no sample rather than NaN. */
export const RECORDINGS: readonly Recording[] = [
  {
    record: 'instance_direction:livekit_packet_loss:ratio_rate5m',
    // Lost packets are no series before the first one is lost: then the loss is 0, not unknown.
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
    // Buckets jump from 10 to 30 to 50 ms: a share above a bound is exact, a percentile would be a guess.
    expr: `1 -
sum by (${NODE}, direction) (rate(livekit_jitter_us_bucket{${LIVEKIT}, ${boundIs(LIMITS.jitterSeconds * 1e6)}}[5m]))
/
(sum by (${NODE}, direction) (rate(livekit_jitter_us_count{${LIVEKIT}}[5m])) > 0)`,
  },
  {
    record: 'instance_direction:livekit_nack:rate5m',
    expr: `sum by (${NODE}, direction) (rate(livekit_nack_total{${LIVEKIT}}[5m]))`,
  },
  // For comparing windows: of a node that has just started, a rate of the last hour is spread over all of it; of two, the time falls out.
  ...['5m', '1h'].map((window) => ({
    record: `instance_direction:livekit_nack_per_packet:ratio_rate${window}`,
    expr: `sum by (${NODE}, direction) (rate(livekit_nack_total{${LIVEKIT}}[${window}]))
/
(sum by (${NODE}, direction) (rate(livekit_packet_total{${LIVEKIT}, transmission="initial"}[${window}])) > 0)`,
  })),
  {
    record: 'job:livekit_session_start:p95_5m',
    // Milliseconds in the server's words, seconds in ours.
    expr: `histogram_quantile(0.95, sum by (job, le) (rate(livekit_session_start_time_ms_bucket{${LIVEKIT}}[5m]))) / 1000`,
  },
  ...BURN_WINDOWS.flatMap((window) => [
    // Of those who were let in by signalling, who never got media through. A client that gives up early counts, too: it had waited.
    { record: `job:livekit_joins_begun:increase${window}`, expr: counted('rtc_init', window) },
    {
      record: `job:livekit_joins_failed:increase${window}`,
      // Where nobody ever got through there is no series of those who did: that is all of them, not nothing.
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
    record: 'instance:livekit_capacity:participants',
    expr: `max by (${NODE}) (up{${LIVEKIT}} * 0 + ${PARTICIPANTS_PER_NODE})`,
  },
  {
    record: 'instance:livekit_capacity_used:ratio',
    expr: `max by (${NODE}) (livekit_participant_total{${LIVEKIT}}) / on (${NODE}) instance:livekit_capacity:participants`,
  },
  {
    record: 'instance:node_cpu_used:ratio_rate5m',
    // Not of the seconds that went by: of a machine that has just come, they are mostly those before it did.
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
