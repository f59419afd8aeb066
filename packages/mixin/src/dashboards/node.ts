import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { ALLOWANCES } from '../alerts/hosts.ts';
import { alerts, faults, starts } from '../panels/annotations.ts';
import { toDashboard } from '../panels/links.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, JOINS, PACKETS_PER_MINUTE, PER_SECOND, stat } from '../panels/panel.ts';
import { mean, promql, quantile, rate } from '../panels/query.ts';
import {
  cpuByNode,
  failedMessages,
  joinFunnel,
  mediaByDirection,
  memoryByNode,
  participantsByNode,
  tracks,
} from './server-queries.ts';
import { FEW, hostVariable, livekitVariables, NONE, SCORE, type Scope } from './shared.ts';

const state = (scope: Scope): Row => ({
  title: 'State',
  open: true,
  panels: [
    stat({
      title: 'Nodes down',
      description:
        'Chosen nodes that Prometheus cannot scrape, and how many are chosen. Above 0: their participants are disconnected, or only the port of their metrics is closed.',
      limits: NONE,
      queries: [
        promql(`sum(up{${scope.livekitNodes}} == bool 0)`, 'down'),
        promql(`count(up{${scope.livekitNodes}})`, 'of'),
      ],
    }),
    stat({
      title: 'Participants',
      description: 'Participants and agents with a media session on the node.',
      queries: [
        promql(`sum(instance:livekit_participants:active{${scope.livekitNodes}})`, 'participants'),
      ],
    }),
    stat({
      title: 'Rooms',
      description:
        'Rooms on the node. They stay there until they are empty, also when the node drains.',
      link: toDashboard('Rooms', scope.urlOf('rooms')),
      queries: [promql(`sum(livekit_room_total{${scope.livekitNodes}})`, 'rooms')],
    }),
    stat({
      title: 'Packet loss',
      description:
        'Share of packets in five minutes, of the worse direction. Compare it with other nodes: the same everywhere is the network of users.',
      unit: 'percentunit',
      limits: scope.colours.loss,
      noData: 'no packets',
      link: toDashboard('Media quality', scope.urlOf('media')),
      queries: [
        promql(
          `max(instance_direction:livekit_packet_loss:ratio_rate5m{${scope.livekitNodes}})`,
          'lost',
        ),
      ],
    }),
    stat({
      title: 'LiveKit CPU',
      unit: 'cores',
      description: 'Cores that the process uses. Near the cores of the host, packets are delayed.',
      queries: [
        promql(
          `sum(rate(process_cpu_seconds_total{${scope.livekitNodes}}[$__rate_interval]))`,
          'cores',
        ),
      ],
    }),
    stat({
      title: 'Uptime',
      description: 'Since the last start of the process, which ended all its sessions.',
      unit: 's',
      queries: [
        promql(`min(time() - process_start_time_seconds{${scope.livekitNodes}})`, 'uptime'),
      ],
    }),
    graph({
      title: 'Participants over time',
      description:
        'A fall to 0 is a node that lost its participants; a slow fall without new rooms is a node that drains.',
      columns: 12,
      queries: participantsByNode(scope),
    }),
    graph({
      title: 'Packet loss by direction',
      description:
        'incoming is the uplink of clients, outgoing their downlink. Both at once: the network or the CPU of the node.',
      unit: 'percentunit',
      limits: scope.colours.loss,
      columns: 12,
      queries: [
        promql(
          `instance_direction:livekit_packet_loss:ratio_rate5m{${scope.livekitNodes}}`,
          `{{${scope.node}}} {{direction}}`,
        ),
      ],
    }),
  ],
});

const media = (scope: Scope): Row => ({
  title: 'Media',
  panels: [
    graph({
      title: 'Streams above the jitter limit',
      description:
        'Share of streams with more jitter than the limit of the alert. On one node only: its CPU or its network; packets wait before they are sent.',
      unit: 'percentunit',
      limits: scope.colours.jitterShare,
      queries: [
        promql(
          `instance_direction:livekit_jitter_high:ratio_rate5m{${scope.livekitNodes}}`,
          `{{${scope.node}}} {{direction}}`,
        ),
      ],
    }),
    graph({
      title: 'NACKs',
      description: 'Requests for lost packets per second. They rise before users notice loss.',
      unit: PER_SECOND,
      queries: [
        promql(
          `instance_direction:livekit_nack:rate5m{${scope.livekitNodes}}`,
          `{{${scope.node}}} {{direction}}`,
        ),
      ],
    }),
    graph({
      title: 'Quality score',
      description:
        'Mean of all participants; below 4 users notice, below 3 they complain. The maximum is 4.5.',
      limits: SCORE,
      min: 1,
      max: 5,
      queries: [
        promql(
          mean('livekit_quality_score', scope.livekitNodes, [scope.node]),
          `{{${scope.node}}}`,
        ),
      ],
    }),
    graph({
      title: 'Media by direction',
      description:
        'Bits per second, including retransmissions. Outgoing that falls while incoming stays: published media is not forwarded.',
      unit: 'bps',
      queries: mediaByDirection(scope),
    }),
    graph({
      title: 'Tracks',
      description: 'Published and subscribed tracks now.',
      queries: tracks(scope),
    }),
    graph({
      title: 'Forwarding latency',
      description:
        'Mean time that a packet spends in the server. Requires rtc.forward_stats in the LiveKit configuration, otherwise 0. Milliseconds: a host with high CPU usage.',
      unit: 'ns',
      limits: { warn: 2e6, bad: 1e7 },
      queries: [
        promql(
          `max by (${scope.node}) (livekit_forward_latency{${scope.livekitNodes}})`,
          `{{${scope.node}}}`,
        ),
      ],
    }),
  ],
});

const joins = (scope: Scope): Row => ({
  title: 'Joins',
  panels: [
    graph({
      title: 'Join funnel',
      description:
        'Joins per second that reach each step. A difference between two lines is joins that fail between these steps.',
      columns: 12,
      unit: JOINS,
      queries: joinFunnel(scope),
    }),
    graph({
      title: 'Session start time',
      description: 'From the start of a session to a connected transport.',
      columns: 12,
      unit: 's',
      limits: scope.colours.joinSeconds,
      queries: [0.5, 0.95].map((share) =>
        promql(
          `${quantile(share, 'livekit_session_start_time_ms', scope.livekitNodes)} / 1000`,
          `p${share * 100}`,
        ),
      ),
    }),
    graph({
      title: 'Transport states',
      description:
        'Changes of peer connections per second, by transport. failed without new participants: media of users who were connected does not get through.',
      columns: 12,
      unit: PER_SECOND,
      queries: [
        promql(
          rate('livekit_peer_connection_state', scope.livekitNodes, ['transport', 'state']),
          '{{transport}} {{state}}',
        ),
      ],
    }),
    graph({
      title: 'Failed messages and API errors',
      description:
        'Signalling between nodes that failed, and API requests that failed in the server. Above 0: nodes do not reach each other, or Redis.',
      columns: 12,
      unit: PER_SECOND,
      limits: FEW,
      noData: 'none',
      queries: [
        failedMessages(scope),
        promql(
          rate('livekit_node_twirp_request_status', `${scope.livekitNodes}, status=~"5.."`, [
            'method',
          ]),
          '{{method}}',
        ),
      ],
    }),
  ],
});

const process = (scope: Scope): Row => ({
  title: 'Process',
  panels: [
    graph({
      title: 'CPU over time',
      description:
        'CPU seconds per second. A rise at the same number of participants: another version, other codecs, or TLS relays.',
      queries: cpuByNode(scope),
    }),
    graph({
      title: 'Memory',
      description:
        'Resident memory. It follows the participants; memory that stays after they leave is a leak.',
      unit: 'bytes',
      queries: memoryByNode(scope),
    }),
    graph({
      title: 'Goroutines and file descriptors',
      description:
        'Both follow the participants. Goroutines that stay after participants leave are a leak; at the limit of file descriptors, joins fail.',
      queries: [
        promql(
          `sum by (${scope.node}) (go_goroutines{${scope.livekitNodes}})`,
          `{{${scope.node}}} goroutines`,
        ),
        promql(
          `sum by (${scope.node}) (process_open_fds{${scope.livekitNodes}})`,
          `{{${scope.node}}} descriptors`,
        ),
      ],
    }),
  ],
});

const hosts = (scope: Scope): Row => ({
  title: 'Host and cloud',
  panels: [
    graph({
      title: 'Beyond the cloud allowance',
      description:
        'Packets that the provider queued or dropped, by its limit: bandwidth, packets per second, tracked connections (node_exporter with --collector.ethtool, ENA driver). Loss at these times is that of the instance type.',
      unit: PACKETS_PER_MINUTE,
      limits: { bad: 60 },
      noData: 'none counted',
      columns: 12,
      queries: ALLOWANCES.map((name) =>
        promql(
          `60 * sum by (${scope.host}) (rate(node_ethtool_${name}_allowance_exceeded{${scope.hostsShown}}[$__rate_interval]))`,
          `{{${scope.host}}} ${name}`,
        ),
      ),
    }),
    graph({
      title: 'Tracked connections',
      description:
        'Share of the connection table of the kernel. At 100 %, packets of new participants are dropped, and those of others pass.',
      unit: 'percentunit',
      limits: { warn: 0.6, bad: 0.8 },
      max: 1,
      noData: 'not tracked',
      columns: 12,
      queries: [
        promql(
          `node_nf_conntrack_entries{${scope.hostsShown}} / (node_nf_conntrack_entries_limit{${scope.hostsShown}} > 0)`,
          `{{${scope.host}}}`,
        ),
      ],
    }),
    graph({
      title: 'UDP sockets',
      description:
        'Of the whole host. With rtc.port_range_start and port_range_end, each transport takes a port: near the size of the range, new participants find no path. With rtc.udp_port all share one, and the line is flat.',
      columns: 8,
      queries: [
        promql(
          `node_sockstat_UDP_inuse{${scope.hostsShown}} + node_sockstat_UDP6_inuse{${scope.hostsShown}}`,
          `{{${scope.host}}}`,
        ),
      ],
    }),
    graph({
      title: 'Steal',
      description:
        'Share of CPU time that the hypervisor gave to other guests. Above a few percent, packets wait: jitter and loss on this host only.',
      unit: 'percentunit',
      limits: { warn: 0.02, bad: 0.1 },
      columns: 8,
      queries: [
        promql(
          `sum by (${scope.host}) (rate(node_cpu_seconds_total{${scope.hostsShown}, mode="steal"}[$__rate_interval])) / sum by (${scope.host}) (rate(node_cpu_seconds_total{${scope.hostsShown}}[$__rate_interval]))`,
          `{{${scope.host}}}`,
        ),
      ],
    }),
    graph({
      title: 'Processes ended for lack of memory',
      description:
        'In fifteen minutes, by the kernel; limits of containers count, too. A fall of participants at the same time: it was LiveKit.',
      limits: { bad: 1 },
      columns: 8,
      queries: [
        promql(`increase(node_vmstat_oom_kill{${scope.hostsShown}}[15m])`, `{{${scope.host}}}`),
      ],
    }),
  ],
});

/** Dashboard of one node, to which the cluster overview links. */
export const nodeDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'node',
    clusterOf: 'livekit_room_total',
    title: 'LiveKit / Node',
    description:
      'Participants, media, joins, process and host of one LiveKit node: shows what is wrong with it.',
    variables: [...livekitVariables(scope), hostVariable(scope)],
    annotations: [alerts(scope), faults(scope), starts(scope)],
    rows: [state(scope), media(scope), joins(scope), process(scope), hosts(scope)],
  });
