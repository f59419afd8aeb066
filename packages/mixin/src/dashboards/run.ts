import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { LATE_SENDS_SHARE } from '@livekit-swarm/analysis';
import type { MetricName } from '@livekit-swarm/metrics';
import { alerts, faults, starts } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, JOINS, LIMIT, PER_SECOND, stat, states, table } from '../panels/panel.ts';
import { promql, type Query, quantile, rate } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { FEW, NONE, type Scope } from './shared.ts';

const NO_RUN = 'no run';

/** Selectors and queries of the selected runs. */
interface RunScope extends Scope {
  run: string;
  group: string;
  down: string;
  packets: string;
  /** Expression for expected packets, received and lost. */
  expected: string;
  /**
   * p95 since the start of the run: all joins may happen between two scrapes, which leaves no rate.
   */
  sinceStart(histogram: string, by?: readonly string[]): string;
}

const runScope = (scope: Scope): RunScope => {
  const run = `${scope.inCluster}, scenario=~"$scenario", testid=~"$testid"`;
  const group = `${run}, group=~"$group"`;
  const down = `${group}, direction="down"`;
  const by = ['kind', 'direction'];
  const packets = rate('livekit_swarm_run_packets_total', group, by);
  const lost = rate('livekit_swarm_run_packets_lost_total', `${down}, recovery="after"`, by);
  return {
    ...scope,
    run,
    group,
    down,
    packets,
    // Packets received do not include lost ones; packets sent do.
    expected: `${packets} + (${lost} or 0 * ${packets})`,
    sinceStart: (histogram, labels = []) =>
      `histogram_quantile(0.95, sum by (${[...labels, 'le'].join(', ')}) (${histogram}_bucket{${group}}))`,
  };
};

/**
 * Limits of the run's own thresholds on metrics, as dashed lines. Those of counts have another unit
 * than the values of the graph.
 */
const limitsOf = ({ run }: RunScope, ...metrics: MetricName[]): Query =>
  promql(
    `max by (threshold) (livekit_swarm_run_threshold_limit{${run}, metric=~"${metrics.join('|')}", threshold!~".*: count.*"})`,
    `${LIMIT}{{threshold}}`,
  );

const glance = (scope: RunScope): Row => ({
  title: 'Run',
  open: true,
  panels: [
    stat({
      title: 'Participants connected',
      description:
        'Connected participants of those planned. Below the plan in the steady phase: joins fail or connections are lost.',
      noData: NO_RUN,
      queries: [
        promql(`sum(livekit_swarm_run_participants{${scope.run}, state="connected"})`, 'connected'),
        promql(`sum(livekit_swarm_run_participants{${scope.run}, state="planned"})`, 'planned'),
      ],
    }),
    stat({
      title: 'Failed joins',
      description:
        'Participants whose join failed after all attempts. Above 0: the load exceeds the capacity of the deployment, or the deployment has a fault.',
      limits: NONE,
      noData: NO_RUN,
      queries: [
        promql(`sum(livekit_swarm_run_participants{${scope.run}, state="failed"})`, 'failed'),
      ],
    }),
    stat({
      title: 'Join time, p95',
      description:
        'Of the whole run, from the scheduled time until joined. The limits of the run are in "Crossed thresholds" and in the graphs below.',
      unit: 's',
      noData: NO_RUN,
      queries: [
        promql(
          `histogram_quantile(0.95, sum by (le) (livekit_swarm_run_join_duration_seconds_bucket{${scope.group}, phase="joined"}))`,
          'p95',
        ),
      ],
    }),
    stat({
      title: 'Packet loss',
      description:
        'Share of all packets since the start of the run that were never received, after loss recovery.',
      unit: 'percentunit',
      noData: NO_RUN,
      queries: [
        promql(
          `sum(livekit_swarm_run_packets_lost_total{${scope.down}, kind!="data", recovery="after"}) / (sum(livekit_swarm_run_packets_total{${scope.down}, kind!="data"}) + sum(livekit_swarm_run_packets_lost_total{${scope.down}, kind!="data", recovery="after"}) > 0)`,
          'lost',
        ),
      ],
    }),
    stat({
      title: 'Crossed thresholds',
      description:
        'Thresholds of the scenario that are crossed now. Above 0 at the end, the run fails.',
      limits: NONE,
      noData: NO_RUN,
      queries: [
        promql(
          `count(livekit_swarm_run_threshold_met{${scope.run}} == 0) or 0 * count(livekit_swarm_run_info{${scope.run}})`,
          'crossed',
        ),
      ],
    }),
    stat({
      title: 'Generator: late packets',
      description:
        'Share of the packets of the last minute that the load generator sent more than 20 ms late. Above 1 % in the whole run, the generator is the bottleneck, and the run is inconclusive; a few late packets say nothing about the server.',
      unit: 'percentunit',
      limits: { warn: LATE_SENDS_SHARE / 2, bad: LATE_SENDS_SHARE },
      noData: NO_RUN,
      queries: [
        promql(
          `sum(increase(livekit_swarm_run_generator_late_sends_total{${scope.run}}[1m])) / (sum(increase(livekit_swarm_run_packets_total{${scope.run}, direction="up"}[1m])) > 0)`,
          'late',
        ),
      ],
    }),
    states({
      title: 'Phase',
      description:
        'Joining, steady, leaving, ended. Thresholds apply to the steady phase by default. A long joining phase: joins are slow or fail.',
      limits: { bad: 1, lowIsBad: true },
      columns: 6,
      labels: { 1: { text: 'now' } },
      queries: [promql(`livekit_swarm_run_phase{${scope.run}} == 1`, '{{scenario}} {{phase}}')],
    }),
    states({
      title: 'Thresholds',
      description: 'Green while a threshold of the scenario is met. Red at the end: the run fails.',
      labels: { 1: { text: 'met' }, 0: { text: 'crossed' } },
      columns: 8,
      queries: [promql(`livekit_swarm_run_threshold_met{${scope.run}}`, '{{threshold}}')],
    }),
    table({
      title: 'Run info',
      description:
        'Scenario, run and server. No row: no run serves or pushes metrics (swarm run --metrics or --out).',
      by: ['scenario', 'run', 'url', 'version', 'server_version'],
      span: 10,
      heads: {
        url: { title: 'url', width: 190 },
        version: { title: 'swarm', width: 70 },
        server_version: { title: 'livekit-server', width: 120 },
      },
      noData: NO_RUN,
      columns: [{ expr: `livekit_swarm_run_info{${scope.run}}`, legend: 'Runs' }],
    }),
  ],
});

const joins = (scope: RunScope): Row => ({
  title: 'Joins and reconnects',
  panels: [
    graph({
      title: 'Participants',
      description:
        'By state. waiting that does not fall: joins are slower than planned. left in the steady phase: participants left early.',
      queries: [
        promql(`sum by (state) (livekit_swarm_run_participants{${scope.run}})`, '{{state}}'),
      ],
    }),
    graph({
      title: 'Joins',
      description:
        'Per second, by result. failed above 0: the server rejects joins or does not answer in time.',
      unit: JOINS,
      queries: [
        promql(rate('livekit_swarm_run_joins_total', scope.group, ['result']), '{{result}}'),
        promql(rate('livekit_swarm_run_join_retries_total', scope.group), 'tried again'),
      ],
    }),
    graph({
      title: 'Join failures by reason',
      description: 'Participants whose join failed since the start of the run.',
      noData: 'none',
      limits: NONE,
      queries: [
        promql(
          `sum by (reason) (livekit_swarm_run_join_failures_total{${scope.run}})`,
          '{{reason}}',
        ),
      ],
    }),
    graph({
      title: 'Join time, p95',
      description:
        'From the scheduled join until signalling, ICE, DTLS and the first media of a remote participant. The phase that grows shows the cause.',
      unit: 's',
      queries: [
        promql(scope.sinceStart('livekit_swarm_run_join_duration_seconds', ['phase']), '{{phase}}'),
        promql(scope.sinceStart('livekit_swarm_run_first_media_seconds'), 'first media'),
        limitsOf(scope, 'join_time'),
      ],
    }),
    graph({
      title: 'Lost connections',
      description:
        'Per second: recovered, by method (resume keeps the session, reconnect starts a new one), and not recovered, by reason. In the steady phase it should be 0.',
      unit: PER_SECOND,
      limits: FEW,
      queries: [
        promql(rate('livekit_swarm_run_reconnects_total', scope.group, ['method']), '{{method}}'),
        promql(
          rate('livekit_swarm_run_disconnects_total', scope.run, ['reason']),
          'lost: {{reason}}',
        ),
      ],
    }),
    graph({
      title: 'Reconnect time, p95',
      description: 'From the loss of the connection until the media transport was ready again.',
      unit: 's',
      limits: { warn: 5, bad: 15 },
      noData: 'no lost connections',
      queries: [promql(scope.sinceStart('livekit_swarm_run_reconnect_duration_seconds'), 'p95')],
    }),
  ],
});

const media = (scope: RunScope): Row => ({
  title: 'Media',
  panels: [
    graph({
      title: 'Packet loss',
      description:
        'Share of packets, before and after loss recovery. High before and low after: NACK works and costs bandwidth. The dashed line is the limit of the run.',
      unit: 'percentunit',
      queries: [
        limitsOf(scope, 'packet_loss', 'uplink_loss'),
        promql(
          `${rate('livekit_swarm_run_packets_lost_total', scope.group, ['kind', 'direction', 'recovery'])} / on (kind, direction) group_left () (${scope.expected} > 0)`,
          '{{kind}} {{direction}}, {{recovery}} recovery',
        ),
      ],
    }),
    graph({
      title: 'Jitter, p95',
      description:
        'Sampled per second and track; up as the server reports it. The dashed lines are the limits of the run.',
      unit: 's',
      queries: [
        limitsOf(scope, 'jitter', 'uplink_jitter'),
        promql(
          quantile(0.95, 'livekit_swarm_run_jitter_seconds', scope.group, ['kind', 'direction']),
          '{{kind}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Latency',
      description:
        'One-way latency from publisher to subscriber, every packet. The dashed lines are the limits of the run. A rise within one location: the server is overloaded.',
      unit: 's',
      queries: [
        limitsOf(scope, 'media_latency', 'data_latency'),
        ...[0.5, 0.95, 0.99].map((share) =>
          promql(
            quantile(share, 'livekit_swarm_run_media_latency_seconds', scope.group, ['kind']),
            `p${share * 100} {{kind}}`,
          ),
        ),
      ],
    }),
    graph({
      title: 'RTT, p95',
      description: 'Between participants and the server. It rises before packets are lost.',
      unit: 's',
      queries: [
        limitsOf(scope, 'rtt'),
        promql(
          quantile(0.95, 'livekit_swarm_run_rtt_seconds', scope.group, ['kind', 'direction']),
          '{{kind}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'NACKs, PLIs and recovered packets',
      description:
        'Per second. Rising NACKs: loss that is still recovered. PLIs in the steady phase: keyframes were requested because video could not be decoded.',
      unit: PER_SECOND,
      queries: [
        promql(
          rate('livekit_swarm_run_nacks_total', scope.group, ['direction']),
          'NACK {{direction}}',
        ),
        promql(
          rate('livekit_swarm_run_plis_total', scope.group, ['direction']),
          'PLI {{direction}}',
        ),
        promql(rate('livekit_swarm_run_packets_recovered_total', scope.group), 'packets repaired'),
      ],
    }),
    graph({
      title: 'Media interruptions',
      description:
        'Share of the time of received tracks in intervals of more than 500 ms without media. Above 0 in the steady phase: audio and video were interrupted.',
      unit: 'percentunit',
      limits: FEW,
      queries: [
        promql(
          `${rate('livekit_swarm_run_media_interruption_seconds_total', scope.down, ['kind'])} / (sum by (kind) (livekit_swarm_run_tracks{${scope.down}}) > 0)`,
          '{{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Media bitrate',
      description:
        'RTP payload, bits per second. Down that flattens while participants still join: a full link or an overloaded server.',
      unit: 'bps',
      queries: [
        promql(
          `8 * ${rate('livekit_swarm_run_bytes_total', scope.group, ['kind', 'direction'])}`,
          '{{kind}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Tracks',
      description: 'Sent and received tracks. Received below the scenario: failed subscriptions.',
      queries: [
        promql(
          `sum by (kind, direction) (livekit_swarm_run_tracks{${scope.group}})`,
          '{{kind}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Video tracks by height',
      description:
        'Received video tracks by frame height. Falling heights: the server sends lower layers because it estimates that the link is full.',
      stacked: true,
      queries: [
        promql(
          `sum by (height) (livekit_swarm_run_video_tracks{${scope.run}, direction="down"})`,
          '{{height}}p',
        ),
      ],
    }),
  ],
});

const generator = (scope: RunScope): Row => ({
  title: 'Load generator health',
  panels: [
    graph({
      title: 'CPU and event loop',
      description:
        'Cores in use by all processes of the generator. At all cores of the host, the run is inconclusive.',
      columns: 6,
      queries: [
        promql(
          `sum by (scenario) (livekit_swarm_run_generator_cpu_cores{${scope.run}})`,
          '{{scenario}}',
        ),
      ],
    }),
    graph({
      title: 'Event loop lag',
      description:
        'p99 of the last second, of the slowest process. Above 20 ms, packets are sent late and the generator causes jitter.',
      unit: 's',
      limits: { warn: 0.02, bad: 0.05 },
      columns: 6,
      queries: [
        promql(
          `max by (scenario) (livekit_swarm_run_generator_event_loop_lag_seconds{${scope.run}})`,
          '{{scenario}}',
        ),
      ],
    }),
    graph({
      title: 'Late and dropped packets',
      description:
        'Per second: packets sent late, rejected or dropped by the kernel of the generator, and joins started late. Above 0 for minutes: use more hosts or fewer participants.',
      unit: PER_SECOND,
      limits: { bad: 1 },
      columns: 6,
      queries: [
        promql(rate('livekit_swarm_run_generator_late_sends_total', scope.run), 'sent late'),
        promql(rate('livekit_swarm_run_generator_send_errors_total', scope.run), 'rejected'),
        promql(rate('livekit_swarm_run_generator_socket_drops_total', scope.run), 'dropped'),
        promql(rate('livekit_swarm_run_generator_late_joins_total', scope.run), 'late joins'),
      ],
    }),
    graph({
      title: 'Memory and processes',
      description:
        'Resident memory of all processes. A process that dies disconnects its participants: the run is then inconclusive.',
      unit: 'bytes',
      columns: 6,
      queries: [
        promql(
          `sum by (scenario) (livekit_swarm_run_generator_resident_bytes{${scope.run}})`,
          'memory, {{scenario}}',
        ),
        promql(
          `sum(livekit_swarm_run_generator_processes{${scope.run}, state="died"}) > 0`,
          'processes that died',
        ),
      ],
    }),
  ],
});

/** Dashboard of a running load test. */
export const runDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'run',
    clusterOf: 'livekit_swarm_run_participants',
    title: 'LiveKit / Swarm run',
    description:
      'A running load test (swarm run --metrics or --out): joins, received media, and the health of the load generator.',
    variables: [
      labelVariable('scenario', {
        label: 'Scenario',
        description: 'Running scenarios',
        of: 'livekit_swarm_run_info',
        where: scope.inCluster,
      }),
      labelVariable('testid', {
        label: 'Test',
        description: 'Runs that push their metrics; those that are scraped have no testid',
        of: 'livekit_swarm_run_info',
        where: `${scope.inCluster}, scenario=~"$scenario"`,
        all: '.*',
      }),
      labelVariable('group', {
        label: 'Group',
        description: 'Groups of the scenario',
        of: 'livekit_swarm_run_joins_total',
        where: `${scope.inCluster}, scenario=~"$scenario"`,
      }),
    ],
    annotations: [alerts(scope), faults(scope), starts(scope)],
    rows: [glance, joins, media, generator].map((row) => row(runScope(scope))),
  });
