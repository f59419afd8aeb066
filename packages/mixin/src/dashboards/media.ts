import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults, starts } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, PACKETS_PER_MINUTE, PER_SECOND, table } from '../panels/panel.ts';
import { boundIs, mean, promql, quantile, rate, shareAbove } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { FEW, livekitVariables, RTT, SCORE, type Scope } from './shared.ts';

const usersOf = ({ inCluster }: Scope): string => `${inCluster}, sdk=~"$sdk", browser=~"$browser"`;
const HALF = { columns: 12 } as const;
const NO_USERS = 'no browser reports';
const BOTH = ['direction', 'kind'] as const;
const WAYS = 'incoming is the uplink of clients, outgoing their downlink';

/** Packet loss of clients, share. Sent packets include lost ones; received packets do not. */
const clientLoss = (scope: Scope, direction: 'up' | 'down'): string => {
  const selector = `${usersOf(scope)}, direction="${direction}"`;
  const lost = rate('livekit_swarm_client_packets_lost_total', selector, BOTH);
  const packets = rate('livekit_swarm_client_packets_total', selector, BOTH);
  return `${lost} / ((${direction === 'up' ? packets : `${packets} + ${lost}`}) > 0)`;
};

const loss = (scope: Scope): Row => ({
  title: 'Packet loss (server left, clients right)',
  open: true,
  panels: [
    graph({
      title: 'Packet loss (server)',
      description: `Share of packets in five minutes; ${WAYS}. Above 2 %, users notice. Only incoming: networks of publishers, or the node cannot read fast enough. Only outgoing: networks of subscribers.`,
      unit: 'percentunit',
      limits: scope.colours.loss,
      ...HALF,
      queries: [
        promql(
          `instance_direction:livekit_packet_loss:ratio_rate5m{${scope.livekitNodes}}`,
          `{{${scope.node}}} {{direction}}`,
        ),
      ],
    }),
    graph({
      title: 'Packet loss (clients)',
      description:
        'Share of packets lost before retransmission. High here and low at the server: the access network, often the Wi-Fi of users.',
      unit: 'percentunit',
      limits: scope.colours.loss,
      noData: NO_USERS,
      ...HALF,
      queries: [
        promql(clientLoss(scope, 'up'), '{{direction}} {{kind}}'),
        promql(clientLoss(scope, 'down'), '{{direction}} {{kind}}'),
      ],
    }),
    graph({
      title: 'Lost packets by kind',
      description: `Packets that were not received, at the server; ${WAYS}. Only video: links are full. Audio and video: the network or the host.`,
      unit: PACKETS_PER_MINUTE,
      noData: 'none lost',
      ...HALF,
      queries: [
        promql(
          `60 * ${rate('livekit_packet_loss_total', scope.livekitNodes, ['direction', 'type'])}`,
          '{{direction}} {{type}}',
        ),
      ],
    }),
    graph({
      title: 'Streams above 1 % loss',
      description:
        'Share of the streams of each kind, at the server. A small share: a few users with impaired networks. A large share: the deployment or its network.',
      unit: 'percentunit',
      limits: { warn: 0.02, bad: 0.1 },
      ...HALF,
      queries: [
        promql(
          shareAbove(1, 'livekit_packet_loss_percent', scope.livekitNodes, ['direction', 'type']),
          '{{direction}} {{type}}',
        ),
      ],
    }),
  ],
});

const jitter = (scope: Scope): Row => ({
  title: 'Jitter and RTT',
  panels: [
    graph({
      title: 'Streams above 30 ms jitter (server)',
      description: `Share of the streams in five minutes; ${WAYS}. Above 5 %, audio breaks up for many users: full links, or hosts with high CPU usage.`,
      unit: 'percentunit',
      limits: scope.colours.jitterShare,
      ...HALF,
      queries: [
        promql(
          `instance_direction:livekit_jitter_high:ratio_rate5m{${scope.livekitNodes}}`,
          `{{${scope.node}}} {{direction}}`,
        ),
      ],
    }),
    graph({
      title: 'Reports above 30 ms jitter (clients)',
      description:
        'Share of the values that browsers reported. High in only one direction: check the path in that direction.',
      unit: 'percentunit',
      limits: scope.colours.jitterShare,
      noData: NO_USERS,
      ...HALF,
      queries: [
        promql(
          shareAbove(
            scope.config.limits.jitter / 1_000,
            'livekit_swarm_client_jitter_seconds',
            usersOf(scope),
            BOTH,
          ),
          '{{direction}} {{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Jitter (server)',
      description:
        'p95 of the highest value of each five seconds. The server counts in coarse steps (1, 10, 30, 50 ms) and omits zeros, so small values appear too high.',
      unit: 's',
      limits: scope.colours.jitter,
      ...HALF,
      queries: [
        promql(
          `${quantile(0.95, 'livekit_jitter_us', scope.livekitNodes, ['direction', 'type'])} / 1e6`,
          '{{direction}} {{type}}',
        ),
      ],
    }),
    graph({
      title: 'Jitter (clients)',
      description:
        'p95 of the values that browsers reported. Above 30 ms, decoders add delay or conceal audio.',
      unit: 's',
      limits: scope.colours.jitter,
      noData: NO_USERS,
      ...HALF,
      queries: [
        promql(
          quantile(0.95, 'livekit_swarm_client_jitter_seconds', usersOf(scope), BOTH),
          '{{direction}} {{kind}}',
        ),
      ],
    }),
    graph({
      title: 'RTT above 150 ms (server)',
      description:
        'Share of the streams. The lowest bound of the server is 50 ms, and it omits zeros; hence no percentile. High: users are far from the node, or queues are full.',
      unit: 'percentunit',
      limits: { warn: 0.05, bad: 0.2 },
      noData: 'all below 1 ms',
      ...HALF,
      queries: [
        promql(
          shareAbove(150, 'livekit_rtt_ms', scope.livekitNodes, ['direction', 'type']),
          '{{direction}} {{type}}',
        ),
      ],
    }),
    graph({
      title: 'RTT (clients)',
      description:
        'Between client and server. Above 300 ms, conversation is difficult: users need a node nearby, or a path without relays.',
      unit: 's',
      limits: RTT,
      noData: NO_USERS,
      ...HALF,
      queries: [0.5, 0.95].map((share) =>
        promql(
          quantile(share, 'livekit_swarm_client_rtt_seconds', usersOf(scope), ['direction']),
          `p${share * 100} {{direction}}`,
        ),
      ),
    }),
  ],
});

const recovery = (scope: Scope): Row => ({
  title: 'Loss recovery',
  panels: [
    graph({
      title: 'NACKs (server)',
      description:
        'Retransmission requests per second, by the direction of the media. A rise is loss that is still recovered, the first sign of an impaired network.',
      unit: PER_SECOND,
      noData: 'none',
      ...HALF,
      queries: [
        promql(
          `instance_direction:livekit_nack:rate5m{${scope.livekitNodes}}`,
          `{{${scope.node}}} {{direction}}`,
        ),
      ],
    }),
    graph({
      title: 'NACKs (clients)',
      description:
        'Retransmission requests per second of all reporting browsers: up, received; down, sent. Many more than at the server: NACKs are lost, too.',
      unit: PER_SECOND,
      noData: NO_USERS,
      ...HALF,
      queries: [
        promql(
          rate('livekit_swarm_client_nacks_total', usersOf(scope), BOTH),
          '{{direction}} {{kind}}',
        ),
      ],
    }),
    graph({
      title: 'PLIs and FIRs (server)',
      description:
        'Keyframe requests per second. Joins cause some; a high rate for minutes means video freezes, and costs bandwidth.',
      unit: PER_SECOND,
      noData: 'none',
      ...HALF,
      queries: [
        promql(rate('livekit_pli_total', scope.livekitNodes, ['direction']), 'PLI {{direction}}'),
        promql(rate('livekit_fir_total', scope.livekitNodes, ['direction']), 'FIR {{direction}}'),
      ],
    }),
    graph({
      title: 'PLIs (clients)',
      description:
        'Keyframe requests per second of all reporting browsers. Each is a video freeze.',
      unit: PER_SECOND,
      noData: NO_USERS,
      ...HALF,
      queries: [
        promql(
          rate('livekit_swarm_client_plis_total', usersOf(scope), BOTH),
          '{{direction}} {{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Retransmission ratio',
      description:
        'Retransmissions among the packets to subscribers. Above 2 %: the same loss on the path to them, and bandwidth used twice.',
      unit: 'percentunit',
      limits: scope.colours.loss,
      ...HALF,
      queries: [
        promql(
          `(${rate('livekit_packet_total', `${scope.livekitNodes}, direction="outgoing", transmission="retransmit"`, [scope.node])} or 0 * ${rate('livekit_packet_total', `${scope.livekitNodes}, direction="outgoing"`, [scope.node])}) / (${rate('livekit_packet_total', `${scope.livekitNodes}, direction="outgoing"`, [scope.node])} > 0)`,
          `{{${scope.node}}}`,
        ),
      ],
    }),
    graph({
      title: 'Out-of-order packets',
      description:
        'Packets that arrived after a later one, at the server. Many: several network paths, or a host that handles one stream on several cores.',
      unit: PACKETS_PER_MINUTE,
      limits: FEW,
      noData: 'none',
      ...HALF,
      queries: [
        promql(
          `60 * ${rate('livekit_packet_out_of_order_total', scope.livekitNodes, ['direction', 'type'])}`,
          '{{direction}} {{type}}',
        ),
      ],
    }),
  ],
});

const score = (scope: Scope): Row => ({
  title: 'Quality',
  panels: [
    graph({
      title: 'Quality score (server)',
      description:
        'Mean of all participants; the score of a participant is that of its lowest track. The maximum is 4.5, also without tracks. Below 4 users notice, below 3 they complain.',
      limits: SCORE,
      min: 1,
      max: 5,
      ...HALF,
      queries: [
        promql(
          mean('livekit_quality_score', scope.livekitNodes, [scope.node]),
          `{{${scope.node}}}`,
        ),
      ],
    }),
    graph({
      title: 'Quality score (clients)',
      description:
        'Mean of the values that browsers report, 1 to 5, from a similar model. Low here and high at the server: the server does not measure what impairs the clients.',
      limits: SCORE,
      min: 1,
      max: 5,
      noData: NO_USERS,
      ...HALF,
      queries: [
        promql(
          mean('livekit_swarm_client_quality_score', usersOf(scope), BOTH),
          '{{direction}} {{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Low-quality participants (server)',
      description:
        'Share of participants with a score of 3 or less. A mean hides them: at 5 %, 5 of 100 users cannot use their session.',
      unit: 'percentunit',
      limits: { warn: 0.01, bad: 0.05 },
      ...HALF,
      queries: [
        promql(
          `sum by (${scope.node}) (rate(livekit_quality_score_bucket{${scope.livekitNodes}, ${boundIs(3)}}[$__rate_interval])) / (${rate('livekit_quality_score_count', scope.livekitNodes, [scope.node])} > 0)`,
          `{{${scope.node}}}`,
        ),
      ],
    }),
    graph({
      title: 'Low-quality reports (clients)',
      description:
        'Share of the reports of browsers with a score of 3 or less. Above 5 %, many sessions are unusable.',
      unit: 'percentunit',
      limits: { warn: 0.01, bad: 0.05 },
      noData: NO_USERS,
      ...HALF,
      queries: [
        promql(
          `sum by (direction, kind) (rate(livekit_swarm_client_quality_score_bucket{${usersOf(scope)}, ${boundIs(3)}}[$__rate_interval])) / (${rate('livekit_swarm_client_quality_score_count', usersOf(scope), BOTH)} > 0)`,
          '{{direction}} {{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Connection quality ratings (server)',
      description:
        'Share of participants by the rating that the server sends to clients. Lost: the server received no packets for some time.',
      unit: 'percentunit',
      max: 1,
      ...HALF,
      queries: [
        promql(
          `sum(rate(livekit_quality_rating_bucket{${scope.livekitNodes}, ${boundIs(0)}}[$__rate_interval])) / (${rate('livekit_quality_rating_count', scope.livekitNodes)} > 0)`,
          'poor',
        ),
        promql(shareAbove(2, 'livekit_quality_rating', scope.livekitNodes), 'lost'),
      ],
    }),
    graph({
      title: 'Forwarding latency',
      description:
        'Mean and standard deviation of the time that a packet spends in the server. Requires rtc.forward_stats in the LiveKit configuration, otherwise 0. Milliseconds: a host with high CPU usage.',
      unit: 'ns',
      limits: { warn: 2e6, bad: 1e7 },
      ...HALF,
      queries: [
        promql(
          `max by (${scope.node}) (livekit_forward_latency{${scope.livekitNodes}})`,
          `{{${scope.node}}} mean`,
        ),
        promql(
          `max by (${scope.node}) (livekit_forward_jitter{${scope.livekitNodes}})`,
          `{{${scope.node}}} deviation`,
        ),
      ],
    }),
  ],
});

const experience = (scope: Scope): Row => ({
  title: 'Client experience',
  panels: [
    graph({
      title: 'Video freezes',
      description:
        'Freeze seconds per second of all browsers, relative to the reporting participants. Above 1 %, users notice.',
      unit: 'percentunit',
      limits: { warn: 0.01, bad: 0.05 },
      noData: NO_USERS,
      queries: [
        promql(
          `sum(rate(livekit_swarm_client_freeze_seconds_total{${usersOf(scope)}}[$__rate_interval])) / (sum(livekit_swarm_client_sessions{${usersOf(scope)}}) > 0)`,
          'frozen',
        ),
      ],
    }),
    graph({
      title: 'Concealed audio',
      description:
        'Share of samples that decoders synthesised because packets were missing or late. Above 2 %, speech becomes hard to understand.',
      unit: 'percentunit',
      limits: scope.colours.loss,
      noData: NO_USERS,
      queries: [
        promql(
          `${rate('livekit_swarm_client_concealed_samples_total', usersOf(scope), ['browser'])} / (${rate('livekit_swarm_client_samples_total', usersOf(scope), ['browser'])} > 0)`,
          '{{browser}}',
        ),
      ],
    }),
    graph({
      title: 'Reconnects',
      description:
        'Per second, of reporting participants. A peak: a node failed, or the network of many users changed.',
      unit: PER_SECOND,
      noData: NO_USERS,
      queries: [
        promql(
          rate('livekit_swarm_client_reconnects_total', usersOf(scope), ['browser']),
          '{{browser}}',
        ),
      ],
    }),
    graph({
      title: 'Reporting participants',
      description:
        'By SDK and browser. Far fewer than participants at the server: the beacon is not attached in every client.',
      stacked: true,
      noData: NO_USERS,
      queries: [
        promql(
          `sum by (sdk, browser) (livekit_swarm_client_sessions{${usersOf(scope)}})`,
          '{{sdk}} {{browser}}',
        ),
      ],
    }),
    graph({
      title: 'Transports',
      description:
        'Participants by transport. Many over relays or TCP: UDP ports are blocked for them, and their latency is higher.',
      stacked: true,
      noData: NO_USERS,
      queries: [
        promql(
          `sum by (transport) (livekit_swarm_client_session_transports{${scope.inCluster}})`,
          '{{transport}}',
        ),
      ],
    }),
    graph({
      title: 'Client networks',
      description:
        'Participants by the network type that the browser reports; Firefox and Safari report none. Low quality on cellular is outside the deployment.',
      stacked: true,
      noData: NO_USERS,
      queries: [
        promql(
          `sum by (network) (livekit_swarm_client_session_networks{${scope.inCluster}})`,
          '{{network}}',
        ),
      ],
    }),
    table({
      title: 'Rooms on the allow-list',
      description:
        'Values of the latest reports. Only rooms that the exporter configuration lists. Below 3: users in the room complain.',
      by: ['room'],
      span: 12,
      noData: 'no rooms listed',
      columns: [
        {
          expr: `min by (room) (livekit_swarm_client_room_quality_score{${scope.inCluster}})`,
          legend: 'Score',
          limits: SCORE,
        },
        {
          expr: `max by (room) (livekit_swarm_client_room_loss_ratio{${scope.inCluster}})`,
          legend: 'Loss',
          unit: 'percentunit',
          limits: scope.colours.loss,
        },
      ],
    }),
    graph({
      title: 'Beacon reports by result',
      description:
        'Per second. Results other than accepted: wrong tokens, pages of an old version, limits that are too low, or forged reports.',
      unit: PER_SECOND,
      ...HALF,
      queries: [
        promql(
          `sum by (result) (rate(livekit_swarm_client_reports_total{${scope.inCluster}}[$__rate_interval]))`,
          '{{result}}',
        ),
        promql(
          `sum(rate(livekit_swarm_client_reports_dropped_total{${scope.inCluster}}[$__rate_interval]))`,
          'dropped by browsers',
        ),
      ],
    }),
  ],
});

const users = ({ inCluster }: Scope) => [
  labelVariable('sdk', {
    label: 'SDK',
    description: 'SDKs of the reporting clients',
    of: 'livekit_swarm_client_sessions',
    where: inCluster,
  }),
  labelVariable('browser', {
    label: 'Browser',
    description: 'Browsers of the reporting clients',
    of: 'livekit_swarm_client_sessions',
    where: `${inCluster}, sdk=~"$sdk"`,
  }),
];

/** Dashboard of media quality, as the server and browsers measure it. */
export const mediaDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'media',
    clusterOf: 'livekit_room_total',
    title: 'LiveKit / Media quality',
    description:
      'Loss, jitter, RTT, loss recovery and quality scores: on the left as livekit-server measures them, on the right as browsers of users report them (packages/beacon).',
    variables: [...livekitVariables(scope), ...users(scope)],
    annotations: [alerts(scope), faults(scope), starts(scope)],
    rows: [loss(scope), jitter(scope), recovery(scope), score(scope), experience(scope)],
  });
