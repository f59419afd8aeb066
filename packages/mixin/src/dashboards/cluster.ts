import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, heatmap, stat, table } from '../panels/panel.ts';
import { ask, quantile, rate } from '../panels/query.ts';
import {
  CAPACITY,
  CPU,
  HARDLY_ANY,
  JOIN_ERRORS,
  JOIN_SECONDS,
  LIVEKIT,
  livekitVariables,
  MACHINES,
  MEMORY,
  machineVariable,
  NONE,
} from './shared.ts';

const OUTSIDE = 'device!~"lo|veth.*|docker.*|br-.*|cni.*|cali.*|ifb.*"';

const glance: Row = {
  title: 'At a glance',
  panels: [
    stat({
      title: 'Nodes that do not answer',
      means:
        'LiveKit nodes that Prometheus cannot scrape. Anything above 0: their calls are cut, or nobody would notice if they were.',
      limits: NONE,
      queries: [ask(`count(up{${LIVEKIT}} == 0) or vector(0)`, 'down')],
    }),
    stat({
      title: 'Rooms',
      means:
        'Rooms on all nodes. A sudden fall with the nodes up means that people were thrown out or cannot get in.',
      queries: [ask(`sum(livekit_room_total{${LIVEKIT}})`, 'rooms')],
    }),
    stat({
      title: 'Participants',
      means:
        'People and agents on all nodes, hidden ones too. A sudden fall is an outage, a sudden rise needs capacity.',
      queries: [ask(`sum(livekit_participant_total{${LIVEKIT}})`, 'participants')],
    }),
    stat({
      title: 'Fullest node',
      means:
        'Participants of the fullest node against what one was measured to carry. From 80 % on, add a node: rooms do not move to another one.',
      unit: 'percentunit',
      limits: CAPACITY,
      queries: [ask(`max(instance:livekit_capacity_used:ratio{${LIVEKIT}})`, 'used')],
    }),
    stat({
      title: 'Joins without media',
      means:
        'Share of those let in by signalling in the last five minutes that never got media through. Above 1 % the objective is missed: look at ICE, TURN and the firewall.',
      unit: 'percentunit',
      limits: JOIN_ERRORS,
      empty: 'nobody joins',
      queries: [ask('max(job:livekit_join_errors:ratio_rate5m{job=~"$job"})', 'failed')],
    }),
    stat({
      title: 'Alerts',
      means: 'Alerts of LiveKit that fire now. Each has a runbook.',
      limits: NONE,
      queries: [
        ask('count(ALERTS{alertname=~"LiveKit.+", alertstate="firing"}) or vector(0)', 'firing'),
      ],
    }),
  ],
};

const people: Row = {
  title: 'Rooms and people',
  panels: [
    graph({
      title: 'Rooms by node',
      means:
        'One node far above the others, or at 0 while others work, means that the load balancer or the node selector does not spread rooms.',
      stacked: true,
      queries: [ask(`sum by (instance) (livekit_room_total{${LIVEKIT}})`, '{{instance}}')],
    }),
    graph({
      title: 'Participants by node',
      means:
        'A line that falls to 0 is a node that lost its people. They should show up on the others within seconds.',
      stacked: true,
      queries: [ask(`sum by (instance) (livekit_participant_total{${LIVEKIT}})`, '{{instance}}')],
    }),
    graph({
      title: 'Capacity used by node',
      means:
        'Participants against what a node was measured to carry (PARTICIPANTS_PER_NODE of the mixin). Beyond 80 % media may suffer at the next peak.',
      unit: 'percentunit',
      limits: CAPACITY,
      queries: [ask(`instance:livekit_capacity_used:ratio{${LIVEKIT}}`, '{{instance}}')],
    }),
    graph({
      title: 'Tracks',
      means:
        'Tracks published and subscribed now. Published tracks without subscribed ones: nobody gets what is sent.',
      columns: 12,
      queries: [
        ask(`sum by (kind) (livekit_track_published_total{${LIVEKIT}})`, 'published {{kind}}'),
        ask(`sum by (kind) (livekit_track_subscribed_total{${LIVEKIT}})`, 'subscribed {{kind}}'),
      ],
    }),
    graph({
      title: 'Publishing and subscribing that failed',
      means:
        'Tracks a second that were tried to publish or to subscribe to and were not. People are in the room and miss each other.',
      unit: 'ops',
      columns: 12,
      empty: 'none',
      queries: [
        ask(
          rate('livekit_track_publish_counter', `${LIVEKIT}, state="cancel"`, ['kind']),
          'publish given up, {{kind}}',
        ),
        ask(
          rate('livekit_track_subscribe_counter', `${LIVEKIT}, state=~"failure|cancel"`, ['state']),
          'subscribe {{state}}',
        ),
      ],
    }),
  ],
};

const STEPS = 'signal_connected|rtc_init|rtc_connected|rtc_active';
const FAILURES =
  'signal_failed|signal_validation_failed|signal_upgrade_failed|signal_write_initial_response_failed|rtc_failure|rtc_canceled';

const joins: Row = {
  title: 'Joining',
  panels: [
    graph({
      title: 'Funnel of joins',
      means:
        'How many a second reach each step: signalling, session begun, transport connected, media possible. The lines lie on each other; a gap is where people are lost. Resumes count as signal_connected, rtc_init and rtc_active, too.',
      unit: 'ops',
      queries: [
        ask(
          rate('livekit_participant_join_total', `${LIVEKIT}, state=~"${STEPS}"`, ['state']),
          '{{state}}',
        ),
      ],
    }),
    graph({
      title: 'Joins that failed',
      means:
        'By the step that failed. signal_*: tokens, versions or the load balancer; rtc_failure: ICE, TURN or the firewall; rtc_canceled: people gave up, or moved to another node.',
      unit: 'ops',
      limits: HARDLY_ANY,
      empty: 'none',
      queries: [
        ask(
          rate('livekit_participant_join_total', `${LIVEKIT}, state=~"${FAILURES}"`, ['state']),
          '{{state}}',
        ),
      ],
    }),
    graph({
      title: 'Share of joins without media',
      means:
        'In several windows, as the burn-rate alerts see it. A short window above a long one: it gets worse right now.',
      unit: 'percentunit',
      limits: JOIN_ERRORS,
      queries: ['5m', '1h', '6h'].map((window) =>
        ask(`job:livekit_join_errors:ratio_rate${window}{job=~"$job"}`, `${window} {{job}}`),
      ),
    }),
    graph({
      title: 'Until media can flow',
      means:
        'From the beginning of a session to a working transport; the server measures from 100 ms on. Above 2 s for 5 of 100: slow ICE, relays, or nodes without processor time.',
      unit: 's',
      limits: JOIN_SECONDS,
      queries: [
        ask('job:livekit_session_start:p95_5m{job=~"$job"}', 'p95 of 5 minutes, {{job}}'),
        ask(`${quantile(0.5, 'livekit_session_start_time_ms', LIVEKIT)} / 1000`, 'p50'),
      ],
    }),
    graph({
      title: 'Signalling answers',
      means:
        'From the WebSocket request to the join response. Slow signalling is slow Redis, a slow way between nodes, or a node without processor time.',
      unit: 's',
      limits: { warn: 0.2, bad: 1 },
      queries: [0.5, 0.95].map((share) =>
        ask(
          `${quantile(share, 'livekit_session_join_latency_ms', LIVEKIT)} / 1000`,
          `p${share * 100}`,
        ),
      ),
    }),
    heatmap({
      title: 'Until media can flow, everybody',
      means:
        'How many joins took how long. A second band far above the first is a group with another way in: relays, TCP, one bad node.',
      unit: 'ms',
      queries: [
        ask(
          `sum by (le) (rate(livekit_session_start_time_ms_bucket{${LIVEKIT}}[$__rate_interval]))`,
        ),
      ],
    }),
  ],
};

const machines: Row = {
  title: 'Machines',
  panels: [
    graph({
      title: 'Processor by machine',
      means:
        'Share of all cores in use. From 70 % on, add a node; beyond 80 % packets wait, and everybody on the machine hears it.',
      unit: 'percentunit',
      limits: CPU,
      max: 1,
      queries: [ask(`instance:node_cpu_used:ratio_rate5m{${MACHINES}}`, '{{instance}}')],
    }),
    graph({
      title: 'Memory by machine',
      means:
        'Share in use. When it is full, the kernel kills the biggest process: LiveKit, with all its calls.',
      unit: 'percentunit',
      limits: MEMORY,
      max: 1,
      queries: [ask(`instance:node_memory_used:ratio{${MACHINES}}`, '{{instance}}')],
    }),
    graph({
      title: 'Network by machine',
      means:
        'Bits a second over the network cards, all programs. A line that is flat at the top is a full link or a limit of the provider: loss follows.',
      unit: 'bps',
      queries: [
        ask(
          `8 * sum by (instance) (rate(node_network_receive_bytes_total{${MACHINES}, ${OUTSIDE}}[$__rate_interval]))`,
          '{{instance}} in',
        ),
        ask(
          `8 * sum by (instance) (rate(node_network_transmit_bytes_total{${MACHINES}, ${OUTSIDE}}[$__rate_interval]))`,
          '{{instance}} out',
        ),
      ],
    }),
    graph({
      title: 'UDP datagrams the kernel threw away',
      means:
        'Socket buffers were full: the program is too slow or net.core.rmem_max too small. This is packet loss that no network causes.',
      unit: 'pps',
      limits: { bad: 1 },
      columns: 12,
      queries: [
        ask(
          `sum by (instance) (rate(node_netstat_Udp_RcvbufErrors{${MACHINES}}[$__rate_interval]))`,
          '{{instance}} received',
        ),
        ask(
          `sum by (instance) (rate(node_netstat_Udp_SndbufErrors{${MACHINES}}[$__rate_interval]))`,
          '{{instance}} to be sent',
        ),
      ],
    }),
    graph({
      title: 'Packets the network cards dropped',
      means:
        'Of every kind. Above 0 for long: rings are too small, or interrupts all land on one core.',
      unit: 'pps',
      limits: { bad: 1 },
      columns: 12,
      queries: [
        ask(
          `sum by (instance) (rate(node_network_receive_drop_total{${MACHINES}, ${OUTSIDE}}[$__rate_interval]))`,
          '{{instance}} in',
        ),
        ask(
          `sum by (instance) (rate(node_network_transmit_drop_total{${MACHINES}, ${OUTSIDE}}[$__rate_interval]))`,
          '{{instance}} out',
        ),
      ],
    }),
  ],
};

const processes: Row = {
  title: 'LiveKit itself',
  panels: [
    graph({
      title: 'Cores LiveKit uses',
      means:
        'Processor seconds a second. Much more at the same number of participants than yesterday: another version, other codecs, or TLS relays.',
      queries: [
        ask(
          `sum by (instance) (rate(process_cpu_seconds_total{${LIVEKIT}}[$__rate_interval]))`,
          '{{instance}}',
        ),
      ],
    }),
    graph({
      title: 'Memory LiveKit uses',
      means: 'Resident memory. It follows the participants; if it stays when they leave, it leaks.',
      unit: 'bytes',
      queries: [
        ask(`sum by (instance) (process_resident_memory_bytes{${LIVEKIT}})`, '{{instance}}'),
      ],
    }),
    graph({
      title: 'Media by direction',
      means:
        'Bits a second of media, retransmissions included; incoming comes from publishers, outgoing goes to subscribers. Outgoing that falls while incoming stays: nobody is sent what is published.',
      unit: 'bps',
      queries: [
        ask(
          `8 * ${rate('livekit_packet_bytes', LIVEKIT, ['instance', 'direction'])}`,
          '{{instance}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'File descriptors',
      means: 'Share of the process limit. At 100 % nobody new gets in: raise LimitNOFILE.',
      unit: 'percentunit',
      limits: { warn: 0.7, bad: 0.9 },
      max: 1,
      queries: [ask(`process_open_fds{${LIVEKIT}} / process_max_fds{${LIVEKIT}}`, '{{instance}}')],
    }),
    graph({
      title: 'Calls of the API that failed',
      means:
        'Room service, egress and ingress calls a second, by status. 5xx: the node is in trouble, often Redis. 401: wrong keys.',
      unit: 'reqps',
      empty: 'none',
      queries: [
        ask(
          rate('livekit_node_twirp_request_status', `${LIVEKIT}, status!~"2.."`, [
            'service',
            'method',
            'status',
          ]),
          '{{method}} {{status}}',
        ),
      ],
    }),
    graph({
      title: 'Messages that failed',
      means:
        'Signalling between nodes, and webhooks that could not be delivered. Above 0: nodes do not reach each other, or your webhook receiver does not answer.',
      unit: 'ops',
      empty: 'none',
      queries: [
        ask(rate('livekit_node_messages', `${LIVEKIT}, status="failure"`, ['type']), '{{type}}'),
        ask(
          rate('livekit_webhook_dispatch_total', `${LIVEKIT}, status!="success"`, ['status']),
          'webhook {{status}}',
        ),
      ],
    }),
  ],
};

const byNode: Row = {
  title: 'Node by node',
  panels: [
    table({
      title: 'Nodes',
      means: 'Each node as it is now. Fewer starts are better: each cuts all calls of the node.',
      by: ['instance'],
      columns: [
        {
          expr: `max by (instance) (up{${LIVEKIT}})`,
          legend: 'Up',
          limits: { bad: 1, lowIsBad: true },
        },
        { expr: `sum by (instance) (livekit_room_total{${LIVEKIT}})`, legend: 'Rooms' },
        {
          expr: `sum by (instance) (livekit_participant_total{${LIVEKIT}})`,
          legend: 'Participants',
        },
        {
          expr: `max by (instance) (instance:livekit_capacity_used:ratio{${LIVEKIT}})`,
          legend: 'Capacity used',
          unit: 'percentunit',
          limits: CAPACITY,
        },
        {
          expr: `sum by (instance) (rate(process_cpu_seconds_total{${LIVEKIT}}[$__rate_interval]))`,
          legend: 'Cores',
        },
        {
          expr: `sum by (instance) (process_resident_memory_bytes{${LIVEKIT}})`,
          legend: 'Memory',
          unit: 'bytes',
        },
        {
          expr: `8 * ${rate('livekit_packet_bytes', `${LIVEKIT}, direction="outgoing"`, ['instance'])}`,
          legend: 'Media out',
          unit: 'bps',
        },
        {
          expr: `max by (instance) (time() - process_start_time_seconds{${LIVEKIT}})`,
          legend: 'Running for',
          unit: 's',
        },
        {
          expr: `max by (instance) (changes(process_start_time_seconds{${LIVEKIT}}[1d]))`,
          legend: 'Starts in a day',
          limits: { warn: 1, bad: 3 },
        },
      ],
    }),
  ],
};

/** How the whole deployment is doing, and which node is not. */
export const clusterDashboard = (): Dashboard =>
  page({
    key: 'cluster',
    title: 'LiveKit / Cluster overview',
    description:
      'Rooms, people, joins and machines of a LiveKit deployment: is it well, and if not, where.',
    variables: [...livekitVariables(), machineVariable()],
    annotations: [alerts(), faults()],
    rows: [glance, people, joins, machines, processes, byNode],
  });
