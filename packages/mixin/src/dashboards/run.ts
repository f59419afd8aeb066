import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, stat, states, table } from '../panels/panel.ts';
import { ask, quantile, rate } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { HARDLY_ANY, JITTER, JOIN_SECONDS, LATENCY, LOSS, NONE, RTT } from './shared.ts';

const RUN = 'scenario=~"$scenario"';
const GROUP = `${RUN}, group=~"$group"`;
const NO_RUN = 'no run';
const DOWN = `${GROUP}, direction="down"`;

const PACKETS = rate('swarm_run_packets_total', GROUP, ['kind', 'direction']);
/** What is received does not include what was lost; what is sent does. */
const EXPECTED = `${PACKETS} + (${rate('swarm_run_packets_lost_total', `${DOWN}, recovery="after"`, ['kind', 'direction'])} or 0 * ${PACKETS})`;
/** p95 of the run so far: a crowd may all be in between two scrapes, and then there is no rate. */
const sinceBegin = (histogram: string, by: readonly string[] = []): string =>
  `histogram_quantile(0.95, sum by (${[...by, 'le'].join(', ')}) (${histogram}_bucket{${GROUP}}))`;

const glance: Row = {
  title: 'The run',
  panels: [
    stat({
      title: 'In the rooms',
      means:
        'Participants that are in, of those planned. Below what is planned in the steady phase: joins fail or connections break.',
      empty: NO_RUN,
      queries: [
        ask(`sum(swarm_run_participants{${RUN}, state="connected"})`, 'connected'),
        ask(`sum(swarm_run_participants{${RUN}, state="planned"})`, 'planned'),
      ],
    }),
    stat({
      title: 'Never got in',
      means:
        'Participants whose joins failed for good. Above 0: more than the deployment takes, or something is wrong with it.',
      limits: NONE,
      empty: NO_RUN,
      queries: [ask(`sum(swarm_run_participants{${RUN}, state="failed"})`, 'failed')],
    }),
    stat({
      title: 'Joins, p95',
      means: 'Of the whole run, from when a join was due until it was done. Above 2 s people wait.',
      unit: 's',
      limits: JOIN_SECONDS,
      empty: NO_RUN,
      queries: [
        ask(
          `histogram_quantile(0.95, sum by (le) (swarm_run_join_duration_seconds_bucket{${GROUP}, phase="joined"}))`,
          'p95',
        ),
      ],
    }),
    stat({
      title: 'Loss',
      means:
        'Of all packets that were to be received since the run began, what never came, after repair. Above 2 % people hear it.',
      unit: 'percentunit',
      limits: LOSS,
      empty: NO_RUN,
      queries: [
        ask(
          `sum(swarm_run_packets_lost_total{${DOWN}, kind!="data", recovery="after"}) / (sum(swarm_run_packets_total{${DOWN}, kind!="data"}) + sum(swarm_run_packets_lost_total{${DOWN}, kind!="data", recovery="after"}) > 0)`,
          'lost',
        ),
      ],
    }),
    stat({
      title: 'Thresholds crossed',
      means: 'Thresholds of the scenario that do not hold now. Above 0 at the end, the run fails.',
      limits: NONE,
      empty: NO_RUN,
      queries: [
        ask(
          `count(swarm_run_threshold_met{${RUN}} == 0) or 0 * count(swarm_run_info{${RUN}})`,
          'crossed',
        ),
      ],
    }),
    stat({
      title: 'Late packets of ours',
      means:
        'Packets that the load generator itself sent too late, in the last minute. Many: the generator is the bottleneck, and the run says nothing about the server.',
      limits: { warn: 1, bad: 100 },
      empty: NO_RUN,
      queries: [ask(`sum(increase(swarm_run_generator_late_sends_total{${RUN}}[1m]))`, 'late')],
    }),
    states({
      title: 'Phase',
      means:
        'Joining, steady, leaving, ended. What is measured counts in the steady phase. Joining for long: people do not get in.',
      limits: { bad: 1, lowIsBad: true },
      columns: 6,
      words: { 1: { text: 'now' } },
      queries: [ask(`swarm_run_phase{${RUN}} == 1`, '{{scenario}} {{phase}}')],
    }),
    states({
      title: 'Thresholds',
      means: 'Green while a threshold of the scenario holds. Red at the end: the run fails.',
      words: { 1: { text: 'holds' }, 0: { text: 'crossed' } },
      columns: 8,
      queries: [ask(`swarm_run_threshold_met{${RUN}}`, '{{threshold}}')],
    }),
    table({
      title: 'What runs',
      means: 'Scenario, run and server. No row: no run is being exposed (swarm run --metrics).',
      by: ['scenario', 'run', 'version', 'server_version', 'url'],
      span: 10,
      empty: NO_RUN,
      columns: [{ expr: `swarm_run_info{${RUN}}`, legend: 'Runs' }],
    }),
  ],
};

const joins: Row = {
  title: 'Getting in and staying in',
  panels: [
    graph({
      title: 'Participants',
      means:
        'By what became of them. waiting that does not fall: joins are slower than planned. left in the steady phase: connections break.',
      queries: [ask(`sum by (state) (swarm_run_participants{${RUN}})`, '{{state}}')],
    }),
    graph({
      title: 'Joins',
      means: 'A second, by result. failed above 0: the server refuses or does not answer in time.',
      unit: 'ops',
      queries: [
        ask(rate('swarm_run_joins_total', GROUP, ['result']), '{{result}}'),
        ask(rate('swarm_run_join_retries_total', GROUP), 'tried again'),
      ],
    }),
    graph({
      title: 'Why joins failed',
      means:
        'Participants that never got in, since the run began, by reason. Each is somebody who could not call.',
      empty: 'none',
      limits: NONE,
      queries: [ask(`sum by (reason) (swarm_run_join_failures_total{${RUN}})`, '{{reason}}')],
    }),
    graph({
      title: 'How long joins take, p95',
      means:
        'From when a join was due until signalling, ICE and all of it was done, and until the first media of somebody else. The phase that grows says where to look.',
      unit: 's',
      limits: JOIN_SECONDS,
      queries: [
        ask(sinceBegin('swarm_run_join_duration_seconds', ['phase']), '{{phase}}'),
        ask(sinceBegin('swarm_run_first_media_seconds'), 'first media'),
      ],
    }),
    graph({
      title: 'Connections that broke',
      means:
        'A second: those that came back, by way (resume is cheap, full is a new join), and those that did not, by reason. In the steady phase there should be none.',
      unit: 'ops',
      limits: HARDLY_ANY,
      queries: [
        ask(rate('swarm_run_reconnects_total', GROUP, ['method']), '{{method}}'),
        ask(rate('swarm_run_disconnects_total', RUN, ['reason']), 'lost: {{reason}}'),
      ],
    }),
    graph({
      title: 'How long it takes to come back, p95',
      means:
        'From losing a connection until media could flow again. What people call "you were gone for a moment".',
      unit: 's',
      limits: { warn: 5, bad: 15 },
      empty: 'nobody was gone',
      queries: [ask(sinceBegin('swarm_run_reconnect_duration_seconds'), 'p95')],
    }),
  ],
};

const media: Row = {
  title: 'Media as participants got it',
  panels: [
    graph({
      title: 'Loss',
      means:
        'Share of packets, missed at first and for good. Much at first and little for good: NACK works and costs bandwidth. Above 2 % for good: people hear it.',
      unit: 'percentunit',
      limits: LOSS,
      queries: [
        ask(
          `${rate('swarm_run_packets_lost_total', GROUP, ['kind', 'direction', 'recovery'])} / on (kind, direction) group_left () (${EXPECTED} > 0)`,
          '{{kind}} {{direction}}, {{recovery}} repair',
        ),
      ],
    }),
    graph({
      title: 'Jitter, p95',
      means:
        'Sampled once a second and track; up as the server reports it. Above 30 ms people hear it.',
      unit: 's',
      limits: JITTER,
      queries: [
        ask(
          quantile(0.95, 'swarm_run_jitter_seconds', GROUP, ['kind', 'direction']),
          '{{kind}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Latency',
      means:
        'One way from publisher to subscriber, every packet. Above 90 ms in one place: the server is out of breath.',
      unit: 's',
      limits: LATENCY,
      queries: [0.5, 0.95, 0.99].map((share) =>
        ask(
          quantile(share, 'swarm_run_media_latency_seconds', GROUP, ['kind']),
          `p${share * 100} {{kind}}`,
        ),
      ),
    }),
    graph({
      title: 'Round trips, p95',
      means: 'Between participants and the server. It grows before packets are lost.',
      unit: 's',
      limits: RTT,
      queries: [
        ask(
          quantile(0.95, 'swarm_run_rtt_seconds', GROUP, ['kind', 'direction']),
          '{{kind}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'NACKs, PLIs and what was repaired',
      means:
        'A second. NACKs that rise: loss that is still repaired. PLIs in the steady phase: pictures that had to begin anew.',
      unit: 'ops',
      queries: [
        ask(rate('swarm_run_nacks_total', GROUP, ['direction']), 'NACK {{direction}}'),
        ask(rate('swarm_run_plis_total', GROUP, ['direction']), 'PLI {{direction}}'),
        ask(rate('swarm_run_packets_recovered_total', GROUP), 'packets repaired'),
      ],
    }),
    graph({
      title: 'Pauses',
      means:
        'Share of the time of received tracks in which nothing came for more than half a second. Above 0 in the steady phase: sound and pictures stood still.',
      unit: 'percentunit',
      limits: HARDLY_ANY,
      queries: [
        ask(
          `${rate('swarm_run_media_interruption_seconds_total', DOWN, ['kind'])} / (sum by (kind) (swarm_run_tracks{${DOWN}}) > 0)`,
          '{{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Media',
      means:
        'RTP payload, bits a second. Down that bends while people still join: a full link or a full server.',
      unit: 'bps',
      queries: [
        ask(
          `8 * ${rate('swarm_run_bytes_total', GROUP, ['kind', 'direction'])}`,
          '{{kind}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Tracks',
      means:
        'Sent and received. Received below what the scenario asks for: subscriptions that failed.',
      queries: [
        ask(`sum by (kind, direction) (swarm_run_tracks{${GROUP}})`, '{{kind}} {{direction}}'),
      ],
    }),
    graph({
      title: 'Pictures by height',
      means:
        'Video tracks received, by the height of their picture. Heights that fall: the server sends less because it thinks the link is full.',
      stacked: true,
      queries: [
        ask(`sum by (height) (swarm_run_video_tracks{${RUN}, direction="down"})`, '{{height}}p'),
      ],
    }),
  ],
};

const generator: Row = {
  title: 'The load generator itself: is it fit to judge?',
  panels: [
    graph({
      title: 'Cores and loop',
      means:
        'Cores in use by all processes of the generator. When they are all its machine has, it measures itself.',
      columns: 6,
      queries: [ask(`sum by (scenario) (swarm_run_generator_cpu_cores{${RUN}})`, '{{scenario}}')],
    }),
    graph({
      title: 'Event loop lag',
      means:
        'p99 of the last second, of the worst worker. Above 20 ms packets go out late, and jitter is of our own making.',
      unit: 's',
      limits: { warn: 0.02, bad: 0.05 },
      columns: 6,
      queries: [
        ask(
          `max by (scenario) (swarm_run_generator_event_loop_lag_seconds{${RUN}})`,
          '{{scenario}}',
        ),
      ],
    }),
    graph({
      title: 'Late and lost by the generator',
      means:
        'A second: packets sent late, refused or thrown away by its own kernel, and joins begun late. Above 0 for long: take more machines or fewer participants.',
      unit: 'ops',
      limits: { bad: 1 },
      columns: 6,
      queries: [
        ask(rate('swarm_run_generator_late_sends_total', RUN), 'sent late'),
        ask(rate('swarm_run_generator_send_errors_total', RUN), 'refused'),
        ask(rate('swarm_run_generator_socket_drops_total', RUN), 'thrown away'),
        ask(rate('swarm_run_generator_late_joins_total', RUN), 'joins begun late'),
      ],
    }),
    graph({
      title: 'Memory and workers',
      means:
        'Memory of all processes. A worker that died takes its participants along: the run is inconclusive then.',
      unit: 'bytes',
      columns: 6,
      queries: [
        ask(
          `sum by (scenario) (swarm_run_generator_resident_bytes{${RUN}})`,
          'memory, {{scenario}}',
        ),
        ask(`sum(swarm_run_generator_workers{${RUN}, state="died"}) > 0`, 'workers that died'),
      ],
    }),
  ],
};

/** A load test while it goes on. */
export const runDashboard = (): Dashboard =>
  page({
    key: 'run',
    title: 'LiveKit / Swarm run',
    description:
      'A load test while it goes on (swarm run --metrics): who got in, what they heard and saw, and whether the generator was fit to judge.',
    variables: [
      labelVariable('scenario', { label: 'Scenario', means: 'What runs', of: 'swarm_run_info' }),
      labelVariable('group', {
        label: 'Group',
        means: 'Groups of the scenario',
        of: 'swarm_run_joins_total',
        where: 'scenario=~"$scenario"',
      }),
    ],
    annotations: [alerts(), faults()],
    rows: [glance, joins, media, generator],
  });
