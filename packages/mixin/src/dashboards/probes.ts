import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, stat, states, table } from '../panels/panel.ts';
import { ask } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import {
  HARDLY_ANY,
  JITTER,
  JOIN_SECONDS,
  LATENCY,
  LOSS,
  NONE,
  PROBE_NAME,
  probesByName,
  RTT,
  targetVariable,
} from './shared.ts';

const PROBES = 'target=~"$target", module=~"$module", node=~"$node"';
const NOT_PROBED = 'not probed';
const BY = ['target', 'node', 'module'] as const;
const per = BY.join(', ');

const now: Row = {
  title: 'Now',
  panels: [
    stat({
      title: 'Test calls that work',
      means:
        'Share of what is probed whose last test call succeeded: both got in, saw and heard each other, and no limit was crossed. Below 100 %: somebody cannot call.',
      unit: 'percentunit',
      limits: { warn: 1, bad: 0.5, lowIsBad: true },
      empty: NOT_PROBED,
      queries: [ask(`avg(swarm_probe_success{${PROBES}})`, 'succeed')],
    }),
    stat({
      title: 'Do not see each other',
      means:
        'Test calls in which both got in and one is alone. Above 0 the room exists twice: nodes have lost each other or Redis.',
      limits: NONE,
      empty: NOT_PROBED,
      queries: [
        ask(
          `count(min by (${per}) (swarm_probe_remote_participants{${PROBES}}) == 0 and count by (${per}) (swarm_probe_phase_seconds{${PROBES}, phase="dtls"}) == 2) or 0 * count(swarm_probe_success{${PROBES}})`,
          'split',
        ),
      ],
    }),
    stat({
      title: 'Do not hear each other',
      means:
        'Sides of test calls to which nothing of the other one came. Above 0: media does not flow: UDP ports, TURN, or a node that is cut off.',
      limits: NONE,
      empty: NOT_PROBED,
      queries: [
        ask(
          `count(swarm_probe_media_received{${PROBES}} == 0) or 0 * count(swarm_probe_success{${PROBES}})`,
          'deaf',
        ),
      ],
    }),
    stat({
      title: 'Slowest way in',
      means:
        'Of the last test calls, the longest until transport was up on both sides. Above 2 s people wait.',
      unit: 's',
      limits: JOIN_SECONDS,
      empty: NOT_PROBED,
      queries: [ask(`max(swarm_probe_phase_seconds{${PROBES}, phase="dtls"})`, 'slowest')],
    }),
    stat({
      title: 'Worst loss',
      means: 'Of the last test calls, after repair. Above 2 % people hear it.',
      unit: 'percentunit',
      limits: LOSS,
      empty: NOT_PROBED,
      queries: [ask(`max(swarm_probe_loss_ratio{${PROBES}})`, 'worst')],
    }),
    stat({
      title: 'Worst latency',
      means:
        'One way through the server, p95, of the last test calls. Above 90 ms: the machine is short of processor time, or far away.',
      unit: 's',
      limits: LATENCY,
      empty: NOT_PROBED,
      queries: [ask(`max(swarm_probe_latency_seconds{${PROBES}, quantile="0.95"})`, 'worst')],
    }),
    states({
      title: 'Test calls',
      means:
        'Green while they succeed, by deployment, node and module. One node red: that node. All red: the entrance, Redis or the network.',
      words: { 1: { text: 'works' }, 0: { text: 'fails' } },
      queries: [probesByName(`swarm_probe_success{${PROBES}}`)],
    }),
    table({
      title: 'Why they fail',
      means:
        'Reasons of the last test call, most basic first: unreachable, refused, join_failed, …, not_seen (split brain), not_heard, loss, jitter, latency.',
      by: [...BY, 'reason'],
      span: 12,
      empty: 'none fails',
      columns: [{ expr: `swarm_probe_failure{${PROBES}} == 1`, legend: 'Fails' }],
    }),
  ],
};

const joining: Row = {
  title: 'Getting in',
  panels: [
    graph({
      title: 'Phases of joining',
      means:
        'From the beginning until signalling, ICE, DTLS and the first media, mean of what is probed. The phase that grows says where to look: signal is Redis or the node, ice the network, first_media the way between nodes.',
      unit: 's',
      limits: JOIN_SECONDS,
      queries: [ask(`avg by (phase) (swarm_probe_phase_seconds{${PROBES}})`, '{{phase}}')],
    }),
    graph({
      title: 'Until the first media, by node',
      means:
        'The slower side of each test call. One node above the others: that node, or the way to it.',
      unit: 's',
      limits: JOIN_SECONDS,
      queries: [
        probesByName(`max by (${per}) (swarm_probe_phase_seconds{${PROBES}, phase="first_media"})`),
      ],
    }),
    graph({
      title: 'Seen and heard',
      means:
        'Others that each side was told of, and whether it heard them; 1 is right. Seen 0 on one side: split brain. Seen 1 and heard 0: media does not flow.',
      queries: [
        probesByName(
          `min by (${per}) (swarm_probe_remote_participants{${PROBES}})`,
          `seen ${PROBE_NAME}`,
        ),
        probesByName(
          `min by (${per}) (swarm_probe_media_received{${PROBES}})`,
          `heard ${PROBE_NAME}`,
        ),
      ],
    }),
  ],
};

const media: Row = {
  title: 'Media of the test calls',
  panels: [
    graph({
      title: 'Loss',
      means:
        "Share of packets that never came, by kind and direction. Nobody's Wi-Fi is in between: whatever is lost here is lost by your network or machines.",
      unit: 'percentunit',
      limits: LOSS,
      queries: [
        probesByName(
          `max by (${per}, kind, direction) (swarm_probe_loss_ratio{${PROBES}})`,
          `${PROBE_NAME} {{kind}} {{direction}}`,
        ),
      ],
    }),
    graph({
      title: 'Jitter',
      means:
        'Of the worse side. Above 30 ms people hear it; here it means machines or links that are too full.',
      unit: 's',
      limits: JITTER,
      queries: [
        probesByName(
          `max by (${per}, kind) (swarm_probe_jitter_seconds{${PROBES}})`,
          `${PROBE_NAME} {{kind}}`,
        ),
      ],
    }),
    graph({
      title: 'Latency, p95',
      means:
        'One way from publisher to subscriber through the server. It should not change by itself: when it does, the machine or the way between nodes is busy.',
      unit: 's',
      limits: LATENCY,
      queries: [
        probesByName(
          `max by (${per}, kind) (swarm_probe_latency_seconds{${PROBES}, quantile="0.95"})`,
          `${PROBE_NAME} {{kind}}`,
        ),
      ],
    }),
    graph({
      title: 'Round trip to the server',
      means: 'Of the worse side. A jump: another way through the network, or a relay.',
      unit: 's',
      limits: RTT,
      queries: [probesByName(`max by (${per}) (swarm_probe_rtt_seconds{${PROBES}})`)],
    }),
    graph({
      title: 'NACKs and PLIs',
      means:
        'A second, of all test calls. NACKs: packets were lost and asked for. PLIs: pictures had to be begun anew.',
      unit: 'ops',
      queries: [
        ask(
          `sum by (direction) (rate(swarm_probe_nacks_total{${PROBES}}[$__rate_interval]))`,
          'NACK {{direction}}',
        ),
        ask(
          `sum by (direction) (rate(swarm_probe_plis_total{${PROBES}}[$__rate_interval]))`,
          'PLI {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Data messages',
      means:
        'There and back, p95, of modules that send data. Slow with good audio: the data channel is congested.',
      unit: 's',
      limits: RTT,
      empty: 'no module sends data',
      queries: [
        probesByName(`max by (${per}) (swarm_probe_data_rtt_seconds{${PROBES}, quantile="0.95"})`),
      ],
    }),
  ],
};

const exporter: Row = {
  title: 'The prober itself',
  panels: [
    graph({
      title: 'Probes made',
      means: 'A second, by how they ended. None: nobody asks, and this dashboard shows the past.',
      unit: 'ops',
      columns: 6,
      queries: [
        ask(
          `sum by (result) (rate(swarm_probe_runs_total{${PROBES}}[$__rate_interval]))`,
          '{{result}}',
        ),
      ],
    }),
    graph({
      title: 'How long probes take',
      means:
        'With deleting the room. Close to the scrape timeout of Prometheus, probes are cut off: raise it or shorten the module.',
      unit: 's',
      columns: 6,
      queries: [probesByName(`max by (${per}) (swarm_probe_duration_seconds{${PROBES}})`)],
    }),
    graph({
      title: 'Probes turned away',
      means:
        'A second, by reason. busy: more are asked for at once than are allowed; no_time: the scrape timeout is too short.',
      unit: 'ops',
      limits: HARDLY_ANY,
      columns: 6,
      queries: [
        ask(
          'sum by (reason) (rate(swarm_exporter_probes_rejected_total[$__rate_interval]))',
          '{{reason}}',
        ),
        ask(
          'sum by (source) (rate(swarm_exporter_errors_total[$__rate_interval]))',
          'errors of {{source}}',
        ),
      ],
    }),
    states({
      title: 'Sources of the exporter',
      means:
        'Green while a source works. Red: it gets no answer from what it watches, and its figures are missing.',
      words: { 1: { text: 'works' }, 0: { text: 'fails' } },
      columns: 6,
      queries: [ask('min by (source) (swarm_exporter_up)', '{{source}}')],
    }),
  ],
};

/** Whether two people of ours can call each other, through every node, all the time. */
export const probesDashboard = (): Dashboard =>
  page({
    key: 'probes',
    title: 'LiveKit / Probes',
    description:
      'Test calls of two participants, again and again (source probes of swarm exporter): the first to know when nobody can call.',
    variables: [
      targetVariable('swarm_probe_success'),
      labelVariable('module', {
        label: 'Module',
        means: 'What the test calls do',
        of: 'swarm_probe_success',
        where: 'target=~"$target"',
      }),
      labelVariable('node', {
        label: 'Node',
        means: 'Through which node; calls through the entrance have none',
        of: 'swarm_probe_success',
        where: 'target=~"$target"',
        all: '.*',
      }),
    ],
    annotations: [alerts(), faults()],
    rows: [now, joining, media, exporter],
  });
