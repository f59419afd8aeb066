import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults, heals } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, stat, states } from '../panels/panel.ts';
import { ask, rate } from '../panels/query.ts';
import { BALANCER, JOBS } from '../settings.ts';
import {
  CHECK_CODES,
  HARDLY_ANY,
  JOIN_SECONDS,
  LIVEKIT,
  LOSS,
  livekitVariables,
  NONE,
  probesByName,
} from './shared.ts';

const DRILLS =
  'LiveKit alerts, and red and green bands for faults and the minute after them, are drawn across all panels.';

const LOST = rate('livekit_packet_loss_total', LIVEKIT, ['instance', 'direction']);
const SENT = rate('livekit_packet_total', `${LIVEKIT}, transmission="initial"`, [
  'instance',
  'direction',
]);

const drill: Row = {
  title: 'The drill',
  panels: [
    stat({
      title: 'Faults now',
      means:
        'Faults that are injected at this moment. Above 0 when nobody drills: something was left behind, take it away.',
      limits: { bad: 1 },
      queries: [ask('sum(swarm_chaos_fault_active) or vector(0)', 'faults')],
    }),
    stat({
      title: 'Nodes up',
      means:
        'LiveKit nodes that answer Prometheus. Below the number you run outside a drill that kills nodes: an outage.',
      queries: [ask(`sum(up{${LIVEKIT}})`, 'up')],
    }),
    stat({
      title: 'Healthy backends',
      means: 'Nodes to which the load balancer sends people. 0: nobody can join.',
      limits: { warn: 2, bad: 1, lowIsBad: true },
      empty: 'no load balancer',
      queries: [ask(`sum(haproxy_backend_active_servers{${BALANCER}})`, 'healthy')],
    }),
    stat({
      title: 'Participants',
      means: 'On all nodes. After a fault it should be what it was before within half a minute.',
      queries: [ask(`sum(livekit_participant_total{${LIVEKIT}})`, 'participants')],
    }),
    stat({
      title: 'Test calls that work',
      means:
        'Share of the probes that succeed. Below 100 % after the minute of healing: it has not healed.',
      unit: 'percentunit',
      limits: { warn: 1, bad: 0.5, lowIsBad: true },
      empty: 'not probed',
      queries: [ask('avg(swarm_probe_success)', 'succeed')],
    }),
    stat({
      title: 'Alerts',
      means:
        'Alerts of LiveKit that fire now. None during a fault that hurts people: an alert is missing or too slow.',
      limits: { bad: 1 },
      queries: [
        ask('count(ALERTS{alertname=~"LiveKit.+", alertstate="firing"}) or vector(0)', 'firing'),
      ],
    }),
    states({
      title: 'Faults',
      means:
        'What was injected when, by drill and target. A fault that never ends was not taken away.',
      limits: { bad: 1 },
      words: { 1: { text: 'injected' }, 0: { text: 'healed' } },
      empty: 'no drill',
      queries: [ask('swarm_chaos_fault_active', '{{drill}}: {{fault}} on {{target}}')],
    }),
    states({
      title: 'Alerts over time',
      means:
        'Which fired when. The time from the beginning of a fault to the first alert is how long nobody knew.',
      limits: { bad: 1 },
      words: { 1: { text: 'fires' } },
      empty: 'none fired',
      queries: [
        ask(
          'max by (alertname, instance) (ALERTS{alertname=~"LiveKit.+", alertstate="firing"})',
          '{{alertname}} {{instance}}',
        ),
      ],
    }),
  ],
};

const hearing: Row = {
  title: 'What people of the drill hear',
  panels: [
    graph({
      title: 'Who hears whom',
      means:
        'People of swarm chaos run: hearing is everybody of their room, partly is some, deaf is nobody; reconnecting are on their way back, out are told that they are. deaf while nobody reconnects: they think that all is well. partly that stays: split brain.',
      stacked: true,
      columns: 12,
      empty: 'no drill',
      // In the order of Grafana's colours: green, yellow, blue, orange, red.
      queries: [
        'receiving_all',
        'receiving_some',
        'reconnecting',
        'disconnected',
        'receiving_none',
      ].map((state) => ask(`sum(swarm_chaos_participants{state="${state}"})`, state)),
    }),
    graph({
      title: 'Pairs that do not hear each other',
      means:
        'Share of all ordered pairs of people in one room. It rises two seconds after media stopped, and for a moment when people come. Above 0 after the minute of healing: some never heard each other again.',
      unit: 'percentunit',
      limits: HARDLY_ANY,
      columns: 12,
      empty: 'no drill',
      queries: [
        ask(
          'sum by (drill) (swarm_chaos_subscriptions{state="interrupted"}) / (sum by (drill) (swarm_chaos_subscriptions) > 0)',
          '{{drill}}',
        ),
      ],
    }),
    graph({
      title: 'Recovery times',
      means:
        'Of the last repeat of each drill: from the fault until half (0.5), 95 % and the last (1) of the pairs that fell silent heard each other again. Those that never did are not in it.',
      unit: 's',
      limits: { warn: 5, bad: 15 },
      columns: 12,
      empty: 'no drill',
      queries: [ask('swarm_chaos_time_to_recover_seconds', '{{drill}} {{quantile}}')],
    }),
    states({
      title: 'What it came to',
      means:
        'Of the last repeat of each drill: whether it passed, and whether each thing that it asks for was there. Not met, though it is not known to fail: the deployment is worse than it was.',
      words: { 1: { text: 'met' }, 0: { text: 'missed' } },
      empty: 'no drill',
      queries: [
        ask('swarm_chaos_verdict{verdict="passed"}', '{{drill}}: passed'),
        ask('swarm_chaos_objective_met', '{{drill}}: {{objective}}'),
      ],
    }),
  ],
};

const people: Row = {
  title: 'People across the fault',
  panels: [
    graph({
      title: 'Participants by node',
      means:
        'The line of the struck node falls, those of the others rise by as much. A sum that stays lower: people did not come back.',
      stacked: true,
      queries: [ask(`sum by (instance) (livekit_participant_total{${LIVEKIT}})`, '{{instance}}')],
    }),
    graph({
      title: 'Rooms by node',
      means:
        'Rooms of the struck node should open again elsewhere. The same room on two nodes at once is split brain: the sum is higher than before.',
      stacked: true,
      queries: [ask(`sum by (instance) (livekit_room_total{${LIVEKIT}})`, '{{instance}}')],
    }),
    graph({
      title: 'The crowd of swarm run',
      means:
        'Participants of a load test beside the drill. present that does not come back to where it was: some never got in again.',
      empty: 'no run',
      queries: [
        ask(
          'sum by (state) (swarm_run_participants{state=~"connected|waiting|failed|left"})',
          '{{state}}',
        ),
      ],
    }),
    graph({
      title: 'Joins',
      means:
        'A second, of the nodes, by step. A peak after the fault is people coming back. rtc_canceled without rtc_active: they try and do not get in.',
      unit: 'ops',
      queries: [
        ask(
          rate(
            'livekit_participant_join_total',
            `${LIVEKIT}, state=~"signal_connected|rtc_active|rtc_failure|rtc_canceled"`,
            ['state'],
          ),
          '{{state}}',
        ),
      ],
    }),
    graph({
      title: 'Coming back',
      means:
        'Connections of the load test a second that broke and came back, by way, and that did not. full means a whole new join: people notice.',
      unit: 'ops',
      empty: 'no run',
      queries: [
        ask('sum by (method) (rate(swarm_run_reconnects_total[$__rate_interval]))', '{{method}}'),
        ask(
          'sum by (reason) (rate(swarm_run_disconnects_total[$__rate_interval]))',
          'lost: {{reason}}',
        ),
      ],
    }),
    graph({
      title: 'How long coming back takes, p95',
      means: 'Until media could flow again. This is the recovery time that people feel.',
      unit: 's',
      limits: { warn: 5, bad: 15 },
      empty: 'nobody was gone',
      queries: [
        ask(
          'histogram_quantile(0.95, sum by (le) (rate(swarm_run_reconnect_duration_seconds_bucket[$__rate_interval])))',
          'p95',
        ),
      ],
    }),
  ],
};

const service: Row = {
  title: 'What is still there',
  panels: [
    graph({
      title: 'Nodes and backends',
      means:
        'Nodes that answer Prometheus, and nodes to which the load balancer sends people. Between the two falling lies the time in which people were still sent to a dead node.',
      queries: [
        ask(`sum(up{${LIVEKIT}})`, 'nodes up'),
        ask(`sum(haproxy_backend_active_servers{${BALANCER}})`, 'healthy backends'),
      ],
    }),
    states({
      title: 'What nodes answer to health checks',
      means: '200 is healthy; 406 is a node that cannot reach its Redis; 0 is no answer at all.',
      limits: NONE,
      words: CHECK_CODES,
      columns: 8,
      empty: 'no load balancer',
      queries: [ask(`haproxy_server_check_code{${BALANCER}}`, '{{server}}')],
    }),
    graph({
      title: 'Redis',
      means:
        '1 while Redis answers its exporter. At 0 nodes answer 406, nobody new gets in, and rooms may split.',
      limits: { bad: 1, lowIsBad: true },
      max: 1,
      empty: 'no Redis is watched',
      queries: [ask(`min by (instance) (redis_up{job="${JOBS.redis}"})`, '{{instance}}')],
    }),
    states({
      title: 'Test calls',
      means: 'Green while they succeed. Red beyond the minute of healing: it has not healed.',
      words: { 1: { text: 'works' }, 0: { text: 'fails' } },
      columns: 12,
      empty: 'not probed',
      queries: [probesByName('swarm_probe_success')],
    }),
    graph({
      title: 'Registry',
      means:
        'Rooms that no living node serves, and nodes that stopped reporting. Ghosts that stay after the healing: lists of rooms are wrong.',
      columns: 12,
      limits: { bad: 1 },
      empty: 'not watched',
      queries: [
        ask('sum by (target) (swarm_lifecycle_ghost_rooms)', 'ghosts {{target}}'),
        ask(
          'sum by (target) (swarm_lifecycle_registry_nodes{state="stale"})',
          'stale nodes {{target}}',
        ),
      ],
    }),
  ],
};

const media: Row = {
  title: 'Media across the fault',
  panels: [
    graph({
      title: 'Loss',
      means:
        'At the nodes, lost packets a second of a packet; as fast as Prometheus scrapes. Outside the bands it should be what it was before.',
      unit: 'percentunit',
      limits: LOSS,
      queries: [ask(`(${LOST} or 0 * ${SENT}) / (${SENT} > 0)`, '{{instance}} {{direction}}')],
    }),
    graph({
      title: 'NACKs',
      means:
        'A second, at the nodes. They rise with the fault and fall with the healing; if they stay, the network is not well yet.',
      unit: 'ops',
      empty: 'none',
      queries: [
        ask(
          rate('livekit_nack_total', LIVEKIT, ['instance', 'direction']),
          '{{instance}} {{direction}}',
        ),
      ],
    }),
    graph({
      title: 'Pauses',
      means:
        'Seconds in which tracks of the load test stood still, a second and track. Outside the bands there should be none.',
      unit: 'percentunit',
      limits: HARDLY_ANY,
      empty: 'no run',
      queries: [
        ask(
          'sum by (kind) (rate(swarm_run_media_interruption_seconds_total{direction="down"}[$__rate_interval])) / (sum by (kind) (swarm_run_tracks{direction="down"}) > 0)',
          '{{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Until media can flow',
      means:
        'p95 of joins at the nodes. Above 2 s after the healing: the nodes that are left are too few.',
      unit: 's',
      limits: JOIN_SECONDS,
      columns: 12,
      queries: [ask('job:livekit_session_start:p95_5m{job=~"$job"}', '{{job}}')],
    }),
    graph({
      title: 'Phases of the test calls',
      means: 'Mean of what is probed. The phase that grows during a fault is what the fault hits.',
      unit: 's',
      limits: JOIN_SECONDS,
      columns: 12,
      empty: 'not probed',
      queries: [ask('avg by (phase) (swarm_probe_phase_seconds)', '{{phase}}')],
    }),
  ],
};

/** What a fault does to people, and whether it heals. */
export const chaosDashboard = (): Dashboard =>
  page({
    key: 'chaos',
    title: 'LiveKit / Chaos drill',
    description: `What a fault does to people, and whether it heals. ${DRILLS}`,
    variables: livekitVariables(),
    annotations: [faults(), heals(), alerts()],
    rows: [drill, hearing, people, service, media],
  });
