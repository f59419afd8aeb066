import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults, starts } from '../panels/annotations.ts';
import { toDashboard, toNodeOfRow, toNodeOfSeries } from '../panels/links.ts';
import { page, type Row } from '../panels/page.ts';
import {
  graph,
  heatmap,
  JOINS,
  PACKETS_PER_MINUTE,
  PER_SECOND,
  stat,
  table,
} from '../panels/panel.ts';
import { promql, quantile, rate } from '../panels/query.ts';
import {
  cpuByNode,
  failedMessages,
  joinFunnel,
  mediaByDirection,
  memoryByNode,
  participantsByNode,
  tracks,
} from './server-queries.ts';
import { FEW, hostVariable, livekitVariables, NONE, type Scope, UP } from './shared.ts';

const OUTSIDE = 'device!~"lo|veth.*|docker.*|br-.*|cni.*|cali.*|ifb.*"';

/**
 * First row, the only one that is queried when the dashboard opens: can users call, which alerts
 * fire, which node is affected?
 */
const state = (scope: Scope): Row => ({
  title: 'State',
  open: true,
  panels: [
    stat({
      title: 'Alerts',
      description:
        'LiveKit alerts that fire now; the table below names them. The other tiles show figures, not what is normal for this deployment.',
      limits: NONE,
      columns: 3,
      queries: [
        promql(
          `count(ALERTS{${scope.inCluster}, alertname=~"LiveKit.+", alertstate="firing"}) or vector(0)`,
          'firing',
        ),
      ],
    }),
    stat({
      title: 'Probes',
      description:
        'Whether the last probe through the load balancer succeeded: two participants joined, and received each other. Down: users cannot call. Requires swarm exporter.',
      limits: { bad: 1, lowIsBad: true },
      labels: UP,
      columns: 3,
      noData: 'no probes',
      link: toDashboard('Probes', scope.urlOf('probes')),
      // Calls of voice agents have a dashboard of their own.
      queries: [
        promql(
          `min(livekit_swarm_probe_success{${scope.inCluster}, node=""} unless on (target, module) livekit_swarm_probe_agent_success)`,
          'success',
        ),
      ],
    }),
    stat({
      title: 'Joins without media',
      description:
        'Share of joins of the last five minutes that passed signalling but did not establish media. Above the objective, check ICE, TURN and the firewall.',
      unit: 'percentunit',
      limits: scope.colours.joinErrors,
      columns: 3,
      noData: 'no joins',
      link: toDashboard('Service level objectives', scope.urlOf('slo')),
      queries: [
        promql(`max(job:livekit_join_errors:ratio_rate5m{${scope.livekitJobs}})`, 'failed'),
      ],
    }),
    stat({
      title: 'Nodes down',
      description:
        'LiveKit nodes that Prometheus cannot scrape, and how many it should. Above 0: their participants are disconnected, or these nodes are not monitored.',
      limits: NONE,
      columns: 3,
      queries: [
        promql(`count(up{${scope.livekitNodes}} == 0) or vector(0)`, 'down'),
        promql(`count(up{${scope.livekitNodes}})`, 'of'),
      ],
    }),
    stat({
      title: 'Rooms',
      description:
        'Rooms on all nodes. A sudden fall while the nodes are up: participants were disconnected or cannot join.',
      columns: 3,
      link: toDashboard('Rooms', scope.urlOf('rooms')),
      queries: [promql(`sum(livekit_room_total{${scope.livekitNodes}})`, 'rooms')],
    }),
    stat({
      title: 'Participants',
      description:
        'Participants and agents with a media session on all nodes, including hidden ones. A sudden fall is an outage, a sudden rise needs capacity.',
      columns: 4,
      queries: [
        promql(`sum(instance:livekit_participants:active{${scope.livekitNodes}})`, 'participants'),
      ],
    }),
    stat({
      title: 'Highest node load',
      description:
        'Participants of the fullest node, relative to the capacity that swarm capacity measured; where it was not measured, the CPU of the busiest host. From 80 % of the capacity on, add a node: rooms do not move between nodes.',
      unit: 'percentunit',
      limits: scope.colours.capacity,
      columns: 5,
      noData: 'not measured',
      queries: [
        promql(`max(instance:livekit_capacity_used:ratio{${scope.livekitNodes}})`, 'of capacity'),
        promql(
          `max(instance:node_cpu_used:ratio_rate5m{${scope.hostsShown}}) unless on () max(instance:livekit_capacity_used:ratio{${scope.livekitNodes}})`,
          'host CPU',
        ),
      ],
    }),
    table({
      title: 'Firing alerts',
      description: `LiveKit alerts that fire now, and since when. ${scope.config.links.runbooks === null ? 'Each has a runbook' : 'The name links to the runbooks'}: begin with the triage page when there are several.`,
      by: ['severity', 'alertname', scope.node],
      span: 9,
      noData: 'none',
      columns: [
        {
          expr: `max by (severity, alertname, ${scope.node}) ((time() - ALERTS_FOR_STATE{${scope.inCluster}, alertname=~"LiveKit.+"}) and ignoring (alertstate) ALERTS{${scope.inCluster}, alertname=~"LiveKit.+", alertstate="firing"})`,
          legend: 'For',
          unit: 's',
        },
      ],
      links: {
        ...(scope.config.links.runbooks === null
          ? {}
          : { alertname: { title: 'Runbooks', url: `${scope.config.links.runbooks}/README.md` } }),
        [scope.node]: toNodeOfRow(scope.urlOf('node'), scope.node),
      },
    }),
    table({
      title: 'Node state',
      description:
        'Current state of each node. Its name links to the dashboard of the node. Packet loss is that of the worse direction.',
      by: [scope.node],
      span: 15,
      links: { [scope.node]: toNodeOfRow(scope.urlOf('node'), scope.node) },
      columns: [
        {
          expr: `max by (${scope.node}) (up{${scope.livekitNodes}})`,
          legend: 'State',
          limits: { bad: 1, lowIsBad: true },
          labels: UP,
        },
        {
          expr: `sum by (${scope.node}) (instance:livekit_participants:active{${scope.livekitNodes}})`,
          legend: 'Participants',
        },
        {
          expr: `max by (${scope.node}) (instance_direction:livekit_packet_loss:ratio_rate5m{${scope.livekitNodes}})`,
          legend: 'Packet loss',
          unit: 'percentunit',
          limits: scope.colours.loss,
        },
        {
          expr: `sum by (${scope.node}) (rate(process_cpu_seconds_total{${scope.livekitNodes}}[$__rate_interval]))`,
          legend: 'Cores',
          decimals: 2,
        },
        {
          expr: `max by (${scope.node}) (time() - process_start_time_seconds{${scope.livekitNodes}})`,
          legend: 'Uptime',
          unit: 's',
        },
      ],
    }),
  ],
});

const participants = (scope: Scope): Row => ({
  title: 'Rooms and participants',
  panels: [
    graph({
      title: 'Rooms by node',
      link: toNodeOfSeries(scope.urlOf('node'), scope.node),
      description:
        'One node far above the others, or at 0 while others have rooms: the load balancer or the node selector does not distribute rooms.',
      stacked: true,
      queries: [
        promql(
          `sum by (${scope.node}) (livekit_room_total{${scope.livekitNodes}})`,
          `{{${scope.node}}}`,
        ),
      ],
    }),
    graph({
      title: 'Participants by node',
      link: toNodeOfSeries(scope.urlOf('node'), scope.node),
      description:
        'A line that falls to 0 is a node that lost its participants. They should appear on other nodes within seconds.',
      stacked: true,
      queries: participantsByNode(scope),
    }),
    graph({
      title: 'Capacity used by node',
      link: toNodeOfSeries(scope.urlOf('node'), scope.node),
      description:
        'Participants relative to the capacity of a node that swarm capacity measured; without it there is no data. Above 80 %, media may degrade at the next peak.',
      unit: 'percentunit',
      limits: scope.colours.capacity,
      queries: [
        promql(`instance:livekit_capacity_used:ratio{${scope.livekitNodes}}`, `{{${scope.node}}}`),
      ],
    }),
    graph({
      title: 'Tracks',
      description:
        'Published and subscribed tracks now. Published tracks without subscribed ones: published media is not forwarded.',
      columns: 12,
      queries: tracks(scope),
    }),
    graph({
      title: 'Failed publish and subscribe',
      description:
        'Failed publications and subscriptions per second. Participants are in the room but do not receive each other.',
      unit: PER_SECOND,
      columns: 12,
      noData: 'none',
      queries: [
        promql(
          rate('livekit_track_publish_counter', `${scope.livekitNodes}, state="cancel"`, ['kind']),
          'publish given up, {{kind}}',
        ),
        promql(
          rate(
            'livekit_track_subscribe_counter',
            `${scope.livekitNodes}, state=~"failure|cancel"`,
            ['state'],
          ),
          'subscribe {{state}}',
        ),
      ],
    }),
  ],
});

const FAILURES =
  'signal_failed|signal_validation_failed|signal_upgrade_failed|signal_write_initial_response_failed|rtc_failure|rtc_canceled';

const joins = (scope: Scope): Row => ({
  title: 'Joins',
  panels: [
    graph({
      title: 'Join funnel',
      description:
        'Joins per second that reach each step: signalling, session start, transport connected, media ready. The lines should be equal; a difference is joins that fail between two steps. Resumes count as signal_connected, rtc_init and rtc_active, too.',
      unit: JOINS,
      queries: joinFunnel(scope),
    }),
    graph({
      title: 'Failed joins',
      description:
        'By the failed step. signal_*: tokens, versions or the load balancer. rtc_failure: ICE, TURN or the firewall. rtc_canceled: the client gave up or joined another node.',
      unit: JOINS,
      limits: FEW,
      noData: 'none',
      queries: [
        promql(
          rate('livekit_participant_join_total', `${scope.livekitNodes}, state=~"${FAILURES}"`, [
            'state',
          ]),
          '{{state}}',
        ),
      ],
    }),
    graph({
      title: 'Share of joins without media',
      description:
        'In several windows, as in the burn-rate alerts. A short window above a long one: the share is rising.',
      unit: 'percentunit',
      limits: scope.colours.joinErrors,
      queries: ['5m', '1h', '6h'].map((window) =>
        promql(
          `job:livekit_join_errors:ratio_rate${window}{${scope.livekitJobs}}`,
          `${window} {{job}}`,
        ),
      ),
    }),
    graph({
      title: 'Session start time',
      description:
        'From the start of a session to a connected transport; the server measures from 100 ms on. Above 2 s for 5 % of joins: slow ICE, relays, or nodes with high CPU usage.',
      unit: 's',
      limits: scope.colours.joinSeconds,
      queries: [
        promql(
          `job:livekit_session_start:p95_5m{${scope.livekitJobs}}`,
          'p95 of 5 minutes, {{job}}',
        ),
        promql(
          `${quantile(0.5, 'livekit_session_start_time_ms', scope.livekitNodes)} / 1000`,
          'p50',
        ),
      ],
    }),
    graph({
      title: 'Signalling latency',
      description:
        'From the WebSocket request to the join response. High latency: slow Redis, a slow network between nodes, or a node with high CPU usage.',
      unit: 's',
      limits: { warn: 0.2, bad: 1 },
      queries: [0.5, 0.95].map((share) =>
        promql(
          `${quantile(share, 'livekit_session_join_latency_ms', scope.livekitNodes)} / 1000`,
          `p${share * 100}`,
        ),
      ),
    }),
    heatmap({
      title: 'Session start time, distribution',
      description:
        'Joins by duration. A second band far above the first is a group with another transport or path: relays, TCP, one slow node.',
      unit: 'ms',
      queries: [
        promql(
          `sum by (le) (rate(livekit_session_start_time_ms_bucket{${scope.livekitNodes}}[$__rate_interval]))`,
        ),
      ],
    }),
  ],
});

const hosts = (scope: Scope): Row => ({
  title: 'Hosts',
  panels: [
    graph({
      title: 'CPU usage',
      description:
        'Share of all cores in use. From 70 % on, add a node. Above 80 %, packets are delayed and media quality degrades.',
      unit: 'percentunit',
      limits: scope.colours.cpu,
      max: 1,
      queries: [
        promql(`instance:node_cpu_used:ratio_rate5m{${scope.hostsShown}}`, `{{${scope.host}}}`),
      ],
    }),
    graph({
      title: 'Memory usage',
      description:
        'Share in use. When memory is full, the kernel kills the largest process: LiveKit, with all its sessions.',
      unit: 'percentunit',
      limits: scope.colours.memory,
      max: 1,
      queries: [
        promql(`instance:node_memory_used:ratio{${scope.hostsShown}}`, `{{${scope.host}}}`),
      ],
    }),
    graph({
      title: 'Network traffic',
      description:
        'Bits per second over the network interfaces, all processes. A line with a flat top is a full link or a limit of the provider; loss follows.',
      unit: 'bps',
      queries: [
        promql(
          `8 * sum by (${scope.host}) (rate(node_network_receive_bytes_total{${scope.hostsShown}, ${OUTSIDE}}[$__rate_interval]))`,
          `{{${scope.host}}} in`,
        ),
        promql(
          `8 * sum by (${scope.host}) (rate(node_network_transmit_bytes_total{${scope.hostsShown}, ${OUTSIDE}}[$__rate_interval]))`,
          `{{${scope.host}}} out`,
        ),
      ],
    }),
    graph({
      title: 'UDP receive buffer errors',
      description:
        'UDP datagrams that the kernel dropped because a socket buffer was full: the process is too slow or net.core.rmem_max is too small. This packet loss occurs on the host, not in the network.',
      unit: PACKETS_PER_MINUTE,
      limits: { bad: 60 },
      columns: 12,
      queries: [
        promql(
          `60 * sum by (${scope.host}) (rate(node_netstat_Udp_RcvbufErrors{${scope.hostsShown}}[$__rate_interval]))`,
          `{{${scope.host}}} received`,
        ),
        promql(
          `60 * sum by (${scope.host}) (rate(node_netstat_Udp_SndbufErrors{${scope.hostsShown}}[$__rate_interval]))`,
          `{{${scope.host}}} send buffer`,
        ),
      ],
    }),
    graph({
      title: 'NIC drops',
      description:
        'Packets of every kind. Above 0 for minutes: ring buffers are too small, or all interrupts are handled by one core.',
      unit: PACKETS_PER_MINUTE,
      limits: { bad: 60 },
      columns: 12,
      queries: [
        promql(
          `60 * sum by (${scope.host}) (rate(node_network_receive_drop_total{${scope.hostsShown}, ${OUTSIDE}}[$__rate_interval]))`,
          `{{${scope.host}}} in`,
        ),
        promql(
          `60 * sum by (${scope.host}) (rate(node_network_transmit_drop_total{${scope.hostsShown}, ${OUTSIDE}}[$__rate_interval]))`,
          `{{${scope.host}}} out`,
        ),
      ],
    }),
  ],
});

const processes = (scope: Scope): Row => ({
  title: 'LiveKit process',
  panels: [
    graph({
      title: 'LiveKit CPU',
      unit: 'cores',
      link: toNodeOfSeries(scope.urlOf('node'), scope.node),
      columns: 6,
      description:
        'CPU seconds per second. A rise at the same number of participants: another version, other codecs, or TLS relays.',
      queries: cpuByNode(scope),
    }),
    graph({
      title: 'LiveKit memory',
      link: toNodeOfSeries(scope.urlOf('node'), scope.node),
      columns: 6,
      description:
        'Resident memory. It follows the participants; memory that stays after they leave is a leak.',
      unit: 'bytes',
      queries: memoryByNode(scope),
    }),
    graph({
      title: 'Media by direction',
      link: toNodeOfSeries(scope.urlOf('node'), scope.node),
      columns: 6,
      description:
        'Bits per second of media, including retransmissions; incoming comes from publishers, outgoing goes to subscribers. Outgoing that falls while incoming stays: published media is not forwarded.',
      unit: 'bps',
      queries: mediaByDirection(scope),
    }),
    graph({
      title: 'File descriptors',
      link: toNodeOfSeries(scope.urlOf('node'), scope.node),
      columns: 6,
      description: 'Share of the process limit. At 100 %, joins fail: raise LimitNOFILE.',
      unit: 'percentunit',
      limits: { warn: 0.7, bad: 0.9 },
      max: 1,
      queries: [
        promql(
          `process_open_fds{${scope.livekitNodes}} / process_max_fds{${scope.livekitNodes}}`,
          `{{${scope.node}}}`,
        ),
      ],
    }),
    graph({
      title: 'API errors',
      description:
        'Failed room service, egress and ingress requests per second, by status. 5xx: the node has errors, often Redis. 401: wrong keys.',
      unit: 'reqps',
      noData: 'none',
      queries: [
        promql(
          rate('livekit_node_twirp_request_status', `${scope.livekitNodes}, status!~"2.."`, [
            'service',
            'method',
            'status',
          ]),
          '{{method}} {{status}}',
        ),
      ],
    }),
    graph({
      title: 'Failed requests between nodes',
      description:
        'Per second, by service and method. Nodes ask each other over Redis, and egress and ingress in the same way: a service that is missing, a slow Redis, or a busy node.',
      unit: PER_SECOND,
      limits: FEW,
      noData: 'none',
      queries: [
        promql(
          rate('livekit_psrpc_error_total', scope.livekitNodes, ['service', 'method']),
          '{{service}} {{method}}',
        ),
      ],
    }),
    graph({
      title: 'Failed messages',
      description:
        'Signalling between nodes, and webhooks that could not be delivered. Above 0: nodes do not reach each other, or the webhook receiver does not answer.',
      unit: PER_SECOND,
      noData: 'none',
      queries: [
        failedMessages(scope),
        promql(
          rate('livekit_webhook_dispatch_total', `${scope.livekitNodes}, status!="success"`, [
            'status',
          ]),
          'webhook {{status}}',
        ),
      ],
    }),
  ],
});

const byNode = (scope: Scope): Row => ({
  title: 'Nodes in detail',
  panels: [
    table({
      title: 'Nodes',
      description: 'Load and starts of each node. Each start ended all sessions of the node.',
      links: { [scope.node]: toNodeOfRow(scope.urlOf('node'), scope.node) },
      by: [scope.node],
      columns: [
        {
          expr: `sum by (${scope.node}) (livekit_room_total{${scope.livekitNodes}})`,
          legend: 'Rooms',
        },
        {
          expr: `max by (${scope.node}) (instance:livekit_capacity_used:ratio{${scope.livekitNodes}})`,
          legend: 'Capacity used',
          unit: 'percentunit',
          limits: scope.colours.capacity,
        },
        {
          expr: `sum by (${scope.node}) (process_resident_memory_bytes{${scope.livekitNodes}})`,
          legend: 'Memory',
          unit: 'bytes',
        },
        {
          expr: `8 * ${rate('livekit_packet_bytes', `${scope.livekitNodes}, direction="outgoing"`, [scope.node])}`,
          legend: 'Media out',
          unit: 'bps',
        },
        {
          expr: `max by (${scope.node}) (changes(process_start_time_seconds{${scope.livekitNodes}}[1d]))`,
          legend: 'Starts per day',
          limits: { warn: 1, bad: 3 },
        },
      ],
    }),
  ],
});

/** Dashboard of the deployment and of each node. */
export const clusterDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'cluster',
    clusterOf: 'livekit_room_total',
    title: 'LiveKit / Cluster overview',
    description:
      'Rooms, participants, joins and hosts of a LiveKit deployment: shows whether it is healthy and which node is not.',
    variables: [...livekitVariables(scope), hostVariable(scope)],
    annotations: [alerts(scope), faults(scope), starts(scope)],
    rows: [
      state(scope),
      byNode(scope),
      participants(scope),
      joins(scope),
      hosts(scope),
      processes(scope),
    ],
  });
