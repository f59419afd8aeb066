import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults, starts } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, PER_SECOND, stat, states, table } from '../panels/panel.ts';
import { promql } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import {
  FEW,
  LATENCY,
  NONE,
  PROBE_NAME,
  probesByName,
  RTT,
  type Scope,
  targetVariable,
} from './shared.ts';

const probesOf = ({ inCluster }: Scope): string =>
  `${inCluster}, target=~"$target", module=~"$module", node=~"$node"`;
const NOT_PROBED = 'not probed';
const NO_STREAM = 'no stream probed';
const STREAM_NAME = '{{target}} {{module}}';
const BY = ['target', 'node', 'module'] as const;
const per = BY.join(', ');

const current = (scope: Scope): Row => ({
  title: 'Current state',
  open: true,
  panels: [
    stat({
      title: 'Probe success',
      description:
        'Share of probes whose last run succeeded: both participants joined and received media, and no limit was exceeded. Below 100 %, some users cannot connect.',
      unit: 'percentunit',
      limits: { warn: 1, bad: 0.5, lowIsBad: true },
      noData: NOT_PROBED,
      queries: [promql(`avg(livekit_swarm_probe_success{${probesOf(scope)}})`, 'succeed')],
    }),
    stat({
      title: 'Remote participant missing',
      description:
        'Probes in which both participants joined but one does not see the other. Above 0, the room exists on two nodes: nodes lost the connection to each other or to Redis.',
      limits: NONE,
      noData: NOT_PROBED,
      queries: [
        promql(
          `count(min by (${per}) (livekit_swarm_probe_remote_participants{${probesOf(scope)}}) == 0 and count by (${per}) (livekit_swarm_probe_phase_seconds{${probesOf(scope)}, phase="dtls"}) == 2) or 0 * count(livekit_swarm_probe_success{${probesOf(scope)}})`,
          'split',
        ),
      ],
    }),
    stat({
      title: 'No media received',
      description:
        'Probe participants that received no media. Above 0, media does not flow: UDP ports, TURN, or a partitioned node.',
      limits: NONE,
      noData: NOT_PROBED,
      queries: [
        promql(
          `count(livekit_swarm_probe_media_received{${probesOf(scope)}} == 0) or 0 * count(livekit_swarm_probe_success{${probesOf(scope)}})`,
          'media missing',
        ),
      ],
    }),
    stat({
      title: 'Slowest join',
      description:
        'Of the last probes: the longest time until the transport of both participants was connected. Above 2 s, users notice.',
      unit: 's',
      limits: scope.colours.joinSeconds,
      noData: NOT_PROBED,
      queries: [
        promql(
          `max(livekit_swarm_probe_phase_seconds{${probesOf(scope)}, phase="dtls"})`,
          'slowest',
        ),
      ],
    }),
    stat({
      title: 'Highest loss',
      description: 'Of the last probes, after loss recovery. Above 2 %, users notice.',
      unit: 'percentunit',
      limits: scope.colours.loss,
      noData: NOT_PROBED,
      queries: [promql(`max(livekit_swarm_probe_loss_ratio{${probesOf(scope)}})`, 'worst')],
    }),
    stat({
      title: 'Highest latency',
      description:
        'One-way latency through the server, p95, of the last probes. Above 90 ms: the host has high CPU usage, or is far away.',
      unit: 's',
      limits: LATENCY,
      noData: NOT_PROBED,
      queries: [
        promql(
          `max(livekit_swarm_probe_latency_seconds{${probesOf(scope)}, quantile="0.95"})`,
          'worst',
        ),
      ],
    }),
    states({
      title: 'Probes',
      description:
        'Green while probes succeed, by deployment, node and module. One node red: that node. All red: the load balancer, Redis or the network.',
      labels: { 1: { text: 'succeeds' }, 0: { text: 'fails' } },
      queries: [probesByName(`livekit_swarm_probe_success{${probesOf(scope)}}`)],
    }),
    table({
      title: 'Failures by reason',
      description:
        'Reasons of the last failed probe, most basic first: unreachable, rejected, join_failed, …, participant_missing (split brain), media_missing, loss, jitter, latency; of streams: stream_unavailable, stream_stale, stream_gap, stream_stalled.',
      by: [...BY, 'reason'],
      span: 12,
      noData: 'no failures',
      columns: [{ expr: `livekit_swarm_probe_failure{${probesOf(scope)}} == 1`, legend: 'Failed' }],
    }),
  ],
});

const joining = (scope: Scope): Row => ({
  title: 'Joins',
  panels: [
    graph({
      title: 'Join phases',
      description:
        'Time until signalling, ICE, DTLS and the first media, mean over all probes. The phase that grows shows the cause: signal, Redis or the node; ice, the network; first_media, the path between nodes.',
      unit: 's',
      limits: scope.colours.joinSeconds,
      queries: [
        promql(
          `avg by (phase) (livekit_swarm_probe_phase_seconds{${probesOf(scope)}})`,
          '{{phase}}',
        ),
      ],
    }),
    graph({
      title: 'Time to first media by node',
      description:
        'The slower participant of each probe. One node above the others: that node, or the path to it.',
      unit: 's',
      limits: scope.colours.joinSeconds,
      queries: [
        probesByName(
          `max by (${per}) (livekit_swarm_probe_phase_seconds{${probesOf(scope)}, phase="first_media"})`,
        ),
      ],
    }),
    graph({
      title: 'Participants and media received',
      description:
        'Remote participants that each side knows, and whether it received media; both should be 1. 0 participants on one side: split brain. 1 participant without media: media does not flow.',
      queries: [
        probesByName(
          `min by (${per}) (livekit_swarm_probe_remote_participants{${probesOf(scope)}})`,
          `seen ${PROBE_NAME}`,
        ),
        probesByName(
          `min by (${per}) (livekit_swarm_probe_media_received{${probesOf(scope)}})`,
          `heard ${PROBE_NAME}`,
        ),
      ],
    }),
  ],
});

const media = (scope: Scope): Row => ({
  title: 'Probe media',
  panels: [
    graph({
      title: 'Packet loss',
      description:
        'Share of packets that were never received, by kind and direction. No Wi-Fi is involved: the loss occurs in the network or on the hosts of the deployment.',
      unit: 'percentunit',
      limits: scope.colours.loss,
      queries: [
        probesByName(
          `max by (${per}, kind, direction) (livekit_swarm_probe_loss_ratio{${probesOf(scope)}})`,
          `${PROBE_NAME} {{kind}} {{direction}}`,
        ),
      ],
    }),
    graph({
      title: 'Jitter',
      description:
        'Of the participant with the higher jitter. Above 30 ms, users notice; for probes it means an overloaded host or link.',
      unit: 's',
      limits: scope.colours.jitter,
      queries: [
        probesByName(
          `max by (${per}, kind) (livekit_swarm_probe_jitter_seconds{${probesOf(scope)}})`,
          `${PROBE_NAME} {{kind}}`,
        ),
      ],
    }),
    graph({
      title: 'Latency, p95',
      description:
        'One-way latency from publisher to subscriber through the server. It should be constant; a rise means a busy host or a busy path between nodes.',
      unit: 's',
      limits: LATENCY,
      queries: [
        probesByName(
          `max by (${per}, kind) (livekit_swarm_probe_latency_seconds{${probesOf(scope)}, quantile="0.95"})`,
          `${PROBE_NAME} {{kind}}`,
        ),
      ],
    }),
    graph({
      title: 'RTT',
      description:
        'Of the participant with the higher RTT. A step: another network path, or a relay.',
      unit: 's',
      limits: RTT,
      queries: [
        probesByName(`max by (${per}) (livekit_swarm_probe_rtt_seconds{${probesOf(scope)}})`),
      ],
    }),
    graph({
      title: 'NACKs and PLIs',
      description:
        'Per second, of all probes. NACKs: packets were lost and requested again. PLIs: keyframes were requested.',
      unit: PER_SECOND,
      queries: [
        promql(
          `sum by (direction) (rate(livekit_swarm_probe_nacks_total{${probesOf(scope)}}[$__rate_interval]))`,
          'NACK {{direction}}',
        ),
        promql(
          `sum by (direction) (rate(livekit_swarm_probe_plis_total{${probesOf(scope)}}[$__rate_interval]))`,
          'PLI {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Data messages',
      description:
        'RTT p95 of modules that send data. High RTT with good audio: the data channel is congested.',
      unit: 's',
      limits: RTT,
      noData: 'no module sends data',
      queries: [
        probesByName(
          `max by (${per}) (livekit_swarm_probe_data_rtt_seconds{${probesOf(scope)}, quantile="0.95"})`,
        ),
      ],
    }),
  ],
});

const streams = (scope: Scope): Row => ({
  title: 'HLS streams',
  panels: [
    states({
      title: 'Streams',
      description:
        'Green while a listener plays the stream without interruptions (modules of kind hls). Red: listeners hear interruptions, or nothing; the reason is in the table of failures.',
      labels: { 1: { text: 'plays' }, 0: { text: 'fails' } },
      noData: NO_STREAM,
      queries: [
        promql(
          `min by (target, module) (livekit_swarm_probe_hls_success{${probesOf(scope)}})`,
          STREAM_NAME,
        ),
      ],
    }),
    graph({
      title: 'Age of the newest segment',
      description:
        'By the dates of the playlist or of its answer. It grows by the duration of a segment and falls again; a line that only grows: the encoder, egress or the upload has stopped.',
      unit: 's',
      columns: 12,
      noData: NO_STREAM,
      queries: [
        promql(
          `max by (target, module) (livekit_swarm_probe_hls_live_age_seconds{${probesOf(scope)}})`,
          STREAM_NAME,
        ),
      ],
    }),
    graph({
      title: 'Stalls and missing segments',
      description:
        'Of each probe: seconds in which nothing was left to play, and segments that could not be played. Both should be 0. Stalls with a high age: the encoder. Without: the bandwidth of the CDN.',
      limits: NONE,
      columns: 12,
      noData: NO_STREAM,
      queries: [
        promql(
          `max by (target, module) (livekit_swarm_probe_hls_stalled_seconds{${probesOf(scope)}})`,
          `stalled, s ${STREAM_NAME}`,
        ),
        promql(
          `max by (target, module) (livekit_swarm_probe_hls_skipped_segments{${probesOf(scope)}})`,
          `missing segments ${STREAM_NAME}`,
        ),
      ],
    }),
    graph({
      title: 'Bandwidth',
      description:
        'Bandwidth of the stream, and that with which its segments were loaded. When the second comes near the first, listeners stall.',
      unit: 'bps',
      columns: 12,
      noData: NO_STREAM,
      queries: [
        promql(
          `8 * max by (target, module) (livekit_swarm_probe_hls_stream_bytes_per_second{${probesOf(scope)}})`,
          `stream ${STREAM_NAME}`,
        ),
        promql(
          `8 * min by (target, module) (livekit_swarm_probe_hls_throughput_bytes_per_second{${probesOf(scope)}})`,
          `loaded with ${STREAM_NAME}`,
        ),
      ],
    }),
  ],
});

const exporter = (scope: Scope): Row => ({
  title: 'Exporter',
  panels: [
    graph({
      title: 'Probes by result',
      description:
        'Per second. None: probes are not scheduled or scraped, and this dashboard shows old values.',
      unit: PER_SECOND,
      columns: 6,
      queries: [
        promql(
          `sum by (result) (rate(livekit_swarm_probe_runs_total{${probesOf(scope)}}[$__rate_interval]))`,
          '{{result}}',
        ),
      ],
    }),
    graph({
      title: 'Probe duration',
      description:
        'Including the deletion of the room. Close to the scrape timeout of Prometheus, probes are aborted: raise the timeout or shorten the module.',
      unit: 's',
      columns: 6,
      queries: [
        probesByName(`max by (${per}) (livekit_swarm_probe_duration_seconds{${probesOf(scope)}})`),
      ],
    }),
    graph({
      title: 'Rejected probes',
      description:
        'Per second, by reason. busy: more concurrent probes than allowed. no_time: the scrape timeout is too short.',
      unit: PER_SECOND,
      limits: FEW,
      columns: 6,
      queries: [
        promql(
          `sum by (reason) (rate(livekit_swarm_exporter_probes_rejected_total{${scope.inCluster}}[$__rate_interval]))`,
          '{{reason}}',
        ),
        promql(
          `sum by (source) (rate(livekit_swarm_exporter_errors_total{${scope.inCluster}}[$__rate_interval]))`,
          'errors of {{source}}',
        ),
      ],
    }),
    states({
      title: 'Exporter sources',
      description:
        'Green while a source works. Red: what it monitors does not answer, and its metrics are missing.',
      labels: { 1: { text: 'works' }, 0: { text: 'fails' } },
      columns: 6,
      queries: [
        promql(`min by (source) (livekit_swarm_exporter_up{${scope.inCluster}})`, '{{source}}'),
      ],
    }),
    states({
      title: 'Configuration in use',
      description:
        'Green while the exporter uses the files on disk: its configuration (config), TLS and users (web). Red: the last reload failed, and the old one stays in use.',
      labels: { 1: { text: 'as on disk' }, 0: { text: 'old' } },
      noData: 'no configuration files',
      queries: [
        promql(
          `min by (instance, file) (livekit_swarm_exporter_config_last_reload_successful{${scope.inCluster}})`,
          '{{instance}} {{file}}',
        ),
      ],
    }),
    graph({
      title: 'Exporter restarts within 15 minutes',
      description:
        'Changes of the start time of its process. One: an update or a new configuration. Three or more: it ends again and again, and its log has the reason.',
      limits: { warn: 2, bad: 3 },
      columns: 12,
      queries: [
        promql(
          `max by (instance) (changes(process_start_time_seconds{${scope.inCluster}, ${scope.exporter}}[15m]))`,
          '{{instance}}',
        ),
      ],
    }),
  ],
});

/** Dashboard of probes: two participants join and receive media through every node. */
export const probesDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'probes',
    clusterOf: 'livekit_swarm_probe_success',
    title: 'LiveKit / Probes',
    description:
      'Synthetic probes with two participants, and listeners of HLS streams, at intervals (source probes of swarm exporter): detect failed joins and missing media before users report them.',
    variables: [
      targetVariable(scope, 'livekit_swarm_probe_runs_total'),
      labelVariable('module', {
        label: 'Module',
        description: 'Probe modules',
        of: 'livekit_swarm_probe_runs_total',
        where: `${scope.inCluster}, target=~"$target"`,
      }),
      labelVariable('node', {
        label: 'Node',
        description: 'Probed nodes; probes through the load balancer have none',
        of: 'livekit_swarm_probe_runs_total',
        where: `${scope.inCluster}, target=~"$target"`,
        all: '.*',
      }),
    ],
    annotations: [alerts(scope), faults(scope), starts(scope)],
    rows: [current(scope), joining(scope), media(scope), streams(scope), exporter(scope)],
  });
