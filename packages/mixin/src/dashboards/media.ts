import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, table } from '../panels/panel.ts';
import { ask, boundIs, mean, quantile, rate, shareAbove } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { LIMITS } from '../settings.ts';
import {
  HARDLY_ANY,
  JITTER,
  JITTER_SHARE,
  LIVEKIT,
  LOSS,
  livekitVariables,
  RTT,
  SCORE,
} from './shared.ts';

const USERS = 'sdk=~"$sdk", browser=~"$browser"';
const HALF = { columns: 12 } as const;
const NO_USERS = 'no browser reports';
const BOTH = ['direction', 'kind'] as const;
const WAYS = 'incoming is what users call up, outgoing is down';

/** What browsers sent includes what was lost; what they received does not. */
const lossOfUsers = (direction: 'up' | 'down'): string => {
  const selector = `${USERS}, direction="${direction}"`;
  const lost = rate('swarm_client_packets_lost_total', selector, BOTH);
  const packets = rate('swarm_client_packets_total', selector, BOTH);
  return `${lost} / ((${direction === 'up' ? packets : `${packets} + ${lost}`}) > 0)`;
};

const loss: Row = {
  title: 'Loss: the server on the left, users on the right',
  panels: [
    graph({
      title: 'Loss, as the server sees it',
      means: `Share of packets, of five minutes; ${WAYS}. Above 2 % people hear it. Only incoming: networks of publishers, or this node cannot read fast enough. Only outgoing: the way to subscribers.`,
      unit: 'percentunit',
      limits: LOSS,
      ...HALF,
      queries: [
        ask(
          `instance_direction:livekit_packet_loss:ratio_rate5m{${LIVEKIT}}`,
          '{{instance}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Loss, as users see it',
      means:
        'Share of packets lost before anything was sent again. High here and low at the server: the last part of the way, often the Wi-Fi of users.',
      unit: 'percentunit',
      limits: LOSS,
      empty: NO_USERS,
      ...HALF,
      queries: [
        ask(lossOfUsers('up'), '{{direction}} {{kind}}'),
        ask(lossOfUsers('down'), '{{direction}} {{kind}}'),
      ],
    }),
    graph({
      title: 'Lost packets by kind',
      means: `Packets a second that did not come, at the server; ${WAYS}. Only video: links are full. Both: the network, or the machine.`,
      unit: 'pps',
      empty: 'none lost',
      ...HALF,
      queries: [
        ask(
          rate('livekit_packet_loss_total', LIVEKIT, ['direction', 'type']),
          '{{direction}} {{type}}',
        ),
      ],
    }),
    graph({
      title: 'Streams that lose more than 1 %',
      means:
        'Share of the streams of each kind, at the server. A small share: a few users with bad networks. A large one: something of yours.',
      unit: 'percentunit',
      limits: { warn: 0.02, bad: 0.1 },
      ...HALF,
      queries: [
        ask(
          shareAbove(1, 'livekit_packet_loss_percent', LIVEKIT, ['direction', 'type']),
          '{{direction}} {{type}}',
        ),
      ],
    }),
  ],
};

const jitter: Row = {
  title: 'Jitter and round trips',
  panels: [
    graph({
      title: 'Streams with more than 30 ms of jitter, at the server',
      means: `Share of the streams, of five minutes; ${WAYS}. Above 5 % voices break up for many: full links, or machines without processor time.`,
      unit: 'percentunit',
      limits: JITTER_SHARE,
      ...HALF,
      queries: [
        ask(
          `instance_direction:livekit_jitter_high:ratio_rate5m{${LIVEKIT}}`,
          '{{instance}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Measurements with more than 30 ms of jitter, of users',
      means:
        'Share of what browsers measured. High only for one direction: look at that way alone.',
      unit: 'percentunit',
      limits: JITTER_SHARE,
      empty: NO_USERS,
      ...HALF,
      queries: [
        ask(
          shareAbove(LIMITS.jitterSeconds, 'swarm_client_jitter_seconds', USERS, BOTH),
          '{{direction}} {{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Jitter, as the server sees it',
      means:
        'p95 of the worst within each five seconds. The server counts in coarse steps (1, 10, 30, 50 ms) and leaves zeros out: small figures look worse than they are.',
      unit: 's',
      limits: JITTER,
      ...HALF,
      queries: [
        ask(
          `${quantile(0.95, 'livekit_jitter_us', LIVEKIT, ['direction', 'type'])} / 1e6`,
          '{{direction}} {{type}}',
        ),
      ],
    }),
    graph({
      title: 'Jitter, as users see it',
      means: 'p95 of what browsers measured. Above 30 ms players wait longer or make up sound.',
      unit: 's',
      limits: JITTER,
      empty: NO_USERS,
      ...HALF,
      queries: [
        ask(quantile(0.95, 'swarm_client_jitter_seconds', USERS, BOTH), '{{direction}} {{kind}}'),
      ],
    }),
    graph({
      title: 'Round trips above 150 ms, as the server sees them',
      means:
        'Share of the streams. The lowest bound of the server is 50 ms and it leaves zeros out, hence no percentile. High: people are far from the node, or queues are full.',
      unit: 'percentunit',
      limits: { warn: 0.05, bad: 0.2 },
      empty: 'all below a millisecond',
      ...HALF,
      queries: [
        ask(
          shareAbove(150, 'livekit_rtt_ms', LIVEKIT, ['direction', 'type']),
          '{{direction}} {{type}}',
        ),
      ],
    }),
    graph({
      title: 'Round trips of users',
      means:
        'To the server and back. Above 300 ms people talk over each other: they need a node nearby, or a way without relays.',
      unit: 's',
      limits: RTT,
      empty: NO_USERS,
      ...HALF,
      queries: [0.5, 0.95].map((share) =>
        ask(
          quantile(share, 'swarm_client_rtt_seconds', USERS, ['direction']),
          `p${share * 100} {{direction}}`,
        ),
      ),
    }),
  ],
};

const feedback: Row = {
  title: 'Repair: NACK, PLI, retransmissions',
  panels: [
    graph({
      title: 'NACKs, at the server',
      means:
        'Requests a second to send packets again, by the direction of the media. Rising: loss that is still repaired. It is the first sign.',
      unit: 'ops',
      empty: 'none',
      ...HALF,
      queries: [
        ask(`instance_direction:livekit_nack:rate5m{${LIVEKIT}}`, '{{instance}} {{direction}}'),
      ],
    }),
    graph({
      title: 'NACKs of users',
      means:
        'Requests a second of all browsers that report: up, received; down, sent. Much more than at the server: they get lost, too.',
      unit: 'ops',
      empty: NO_USERS,
      ...HALF,
      queries: [ask(rate('swarm_client_nacks_total', USERS, BOTH), '{{direction}} {{kind}}')],
    }),
    graph({
      title: 'PLIs and FIRs, at the server',
      means:
        'Requests a second for a whole new picture. Some come with every join; many for long mean pictures that freeze, and they cost bandwidth.',
      unit: 'ops',
      empty: 'none',
      ...HALF,
      queries: [
        ask(rate('livekit_pli_total', LIVEKIT, ['direction']), 'PLI {{direction}}'),
        ask(rate('livekit_fir_total', LIVEKIT, ['direction']), 'FIR {{direction}}'),
      ],
    }),
    graph({
      title: 'PLIs of users',
      means:
        'Requests a second for a whole new picture, of all browsers that report. Each one is a picture that stood still.',
      unit: 'ops',
      empty: NO_USERS,
      ...HALF,
      queries: [ask(rate('swarm_client_plis_total', USERS, BOTH), '{{direction}} {{kind}}')],
    }),
    graph({
      title: 'Share sent again',
      means:
        'Retransmissions among the packets that go out to subscribers. Above 2 %: as much loss on the way there, and bandwidth that is paid for twice.',
      unit: 'percentunit',
      limits: LOSS,
      ...HALF,
      queries: [
        ask(
          `(${rate('livekit_packet_total', `${LIVEKIT}, direction="outgoing", transmission="retransmit"`, ['instance'])} or 0 * ${rate('livekit_packet_total', `${LIVEKIT}, direction="outgoing"`, ['instance'])}) / (${rate('livekit_packet_total', `${LIVEKIT}, direction="outgoing"`, ['instance'])} > 0)`,
          '{{instance}}',
        ),
      ],
    }),
    graph({
      title: 'Packets out of order',
      means:
        'Packets a second that came after a later one, at the server. Many: several ways at once, or a machine that spreads one stream over cores.',
      unit: 'pps',
      limits: HARDLY_ANY,
      empty: 'none',
      ...HALF,
      queries: [
        ask(
          rate('livekit_packet_out_of_order_total', LIVEKIT, ['direction', 'type']),
          '{{direction}} {{type}}',
        ),
      ],
    }),
  ],
};

const score: Row = {
  title: 'Quality',
  panels: [
    graph({
      title: 'Score, as the server sees it',
      means:
        'Mean of all participants, each as good as its worst track; 4.5 is the best there is, and whoever has no tracks has it. Below 4 people notice, below 3 they complain.',
      limits: SCORE,
      min: 1,
      max: 5,
      ...HALF,
      queries: [ask(mean('livekit_quality_score', LIVEKIT, ['instance']), '{{instance}}')],
    }),
    graph({
      title: 'Score, as users see it',
      means:
        'Mean of what browsers report, 1 to 5, by the same kind of model. Low here and high at the server: the server does not see what they suffer from.',
      limits: SCORE,
      min: 1,
      max: 5,
      empty: NO_USERS,
      ...HALF,
      queries: [ask(mean('swarm_client_quality_score', USERS, BOTH), '{{direction}} {{kind}}')],
    }),
    graph({
      title: 'Participants with a score of 3 or less, at the server',
      means:
        'Share of participants. The mean hides them: 5 of 100 here are 5 people whose call does not work.',
      unit: 'percentunit',
      limits: { warn: 0.01, bad: 0.05 },
      ...HALF,
      queries: [
        ask(
          `sum by (instance) (rate(livekit_quality_score_bucket{${LIVEKIT}, ${boundIs(3)}}[$__rate_interval])) / (${rate('livekit_quality_score_count', LIVEKIT, ['instance'])} > 0)`,
          '{{instance}}',
        ),
      ],
    }),
    graph({
      title: 'Reports with a score of 3 or less, of users',
      means: 'Share of the reports of browsers. Above 5 %: many calls do not work for somebody.',
      unit: 'percentunit',
      limits: { warn: 0.01, bad: 0.05 },
      empty: NO_USERS,
      ...HALF,
      queries: [
        ask(
          `sum by (direction, kind) (rate(swarm_client_quality_score_bucket{${USERS}, ${boundIs(3)}}[$__rate_interval])) / (${rate('swarm_client_quality_score_count', USERS, BOTH)} > 0)`,
          '{{direction}} {{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Ratings of the server',
      means:
        'Share of participants by what the server tells their clients. Lost: no packets at all for a while.',
      unit: 'percentunit',
      max: 1,
      ...HALF,
      queries: [
        ask(
          `sum(rate(livekit_quality_rating_bucket{${LIVEKIT}, ${boundIs(0)}}[$__rate_interval])) / (${rate('livekit_quality_rating_count', LIVEKIT)} > 0)`,
          'poor',
        ),
        ask(shareAbove(2, 'livekit_quality_rating', LIVEKIT), 'lost'),
      ],
    }),
    graph({
      title: 'Time a packet spends in the server',
      means:
        'Mean, and how much it varies; only with rtc.forward_stats in the configuration of LiveKit, else 0. Milliseconds here mean a machine without processor time.',
      unit: 'ns',
      limits: { warn: 2e6, bad: 1e7 },
      ...HALF,
      queries: [
        ask(`max by (instance) (livekit_forward_latency{${LIVEKIT}})`, '{{instance}} mean'),
        ask(`max by (instance) (livekit_forward_jitter{${LIVEKIT}})`, '{{instance}} deviation'),
      ],
    }),
  ],
};

const felt: Row = {
  title: 'What users feel',
  panels: [
    graph({
      title: 'Pictures that stand still',
      means:
        'Seconds of freeze a second, all browsers together, against the participants that report. Above 1 %: people notice.',
      unit: 'percentunit',
      limits: { warn: 0.01, bad: 0.05 },
      empty: NO_USERS,
      queries: [
        ask(
          `sum(rate(swarm_client_freeze_seconds_total{${USERS}}[$__rate_interval])) / (sum(swarm_client_sessions{${USERS}}) > 0)`,
          'frozen',
        ),
      ],
    }),
    graph({
      title: 'Sound that was made up',
      means:
        'Share of samples that players invented because packets were missing or late. Above 2 % words get lost.',
      unit: 'percentunit',
      limits: LOSS,
      empty: NO_USERS,
      queries: [
        ask(
          `${rate('swarm_client_concealed_samples_total', USERS, ['browser'])} / (${rate('swarm_client_samples_total', USERS, ['browser'])} > 0)`,
          '{{browser}}',
        ),
      ],
    }),
    graph({
      title: 'Connections that broke and came back',
      means:
        'A second, of participants that report. A peak is a node that went, or a network change for many at once.',
      unit: 'ops',
      empty: NO_USERS,
      queries: [ask(rate('swarm_client_reconnects_total', USERS, ['browser']), '{{browser}}')],
    }),
    graph({
      title: 'Participants that report',
      means:
        'By SDK and browser. Far fewer than participants at the server: the beacon is not attached everywhere.',
      stacked: true,
      empty: NO_USERS,
      queries: [
        ask(`sum by (sdk, browser) (swarm_client_sessions{${USERS}})`, '{{sdk}} {{browser}}'),
      ],
    }),
    graph({
      title: 'How media gets to the server',
      means:
        'Participants by transport. Many over relays or TCP: UDP ports are closed somewhere, and they have more delay.',
      stacked: true,
      empty: NO_USERS,
      queries: [ask('sum by (transport) (swarm_client_session_transports)', '{{transport}}')],
    }),
    graph({
      title: 'Networks of users',
      means:
        'Participants by what their browser says of its network; Firefox and Safari say nothing. Bad figures with much cellular are nothing you can mend.',
      stacked: true,
      empty: NO_USERS,
      queries: [ask('sum by (network) (swarm_client_session_networks)', '{{network}}')],
    }),
    table({
      title: 'Rooms on the list',
      means:
        'As they were in the last reports. Only rooms that the configuration of the exporter lists. Below 3: the people in it complain.',
      by: ['room'],
      span: 12,
      empty: 'no rooms are listed',
      columns: [
        { expr: 'min by (room) (swarm_client_room_quality_score)', legend: 'Score', limits: SCORE },
        {
          expr: 'max by (room) (swarm_client_room_loss_ratio)',
          legend: 'Loss',
          unit: 'percentunit',
          limits: LOSS,
        },
      ],
    }),
    graph({
      title: 'Reports by what became of them',
      means:
        'A second. Anything but accepted: wrong tokens, pages of an old version, limits that are too low, or somebody who plays with the address.',
      unit: 'ops',
      ...HALF,
      queries: [
        ask('sum by (result) (rate(swarm_client_reports_total[$__rate_interval]))', '{{result}}'),
        ask(
          'sum(rate(swarm_client_reports_dropped_total[$__rate_interval]))',
          'thrown away by browsers',
        ),
      ],
    }),
  ],
};

const users = () => [
  labelVariable('sdk', {
    label: 'SDK',
    means: 'What users call with',
    of: 'swarm_client_sessions',
  }),
  labelVariable('browser', {
    label: 'Browser',
    means: 'What users call with',
    of: 'swarm_client_sessions',
    where: 'sdk=~"$sdk"',
  }),
];

/** What people hear and see: as the server measures it, and as their browsers do. */
export const mediaDashboard = (): Dashboard =>
  page({
    key: 'media',
    title: 'LiveKit / Media quality',
    description:
      'Loss, jitter, round trips, repair and scores: on the left as livekit-server measures them, on the right as browsers of real users report them (packages/beacon).',
    variables: [...livekitVariables(), ...users()],
    annotations: [alerts(), faults()],
    rows: [loss, jitter, feedback, score, felt],
  });
