import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults, rollbacks, starts } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, JOINS, PER_SECOND, stat, states } from '../panels/panel.ts';
import { promql, rate } from '../panels/query.ts';
import {
  CHECK_CODES,
  FEW,
  livekitVariables,
  NONE,
  probesByName,
  type Scope,
  UP,
} from './shared.ts';

const DRILLS =
  'LiveKit alerts are drawn across all panels, and so are faults (red bands) and the minute after their rollback (green bands).';

/** Packet loss at the resolution of the scrape interval, share. */
const lossOf = ({ livekitNodes, node }: Scope): string => {
  const by = [node, 'direction'];
  const lost = rate('livekit_packet_loss_total', livekitNodes, by);
  const sent = rate('livekit_packet_total', `${livekitNodes}, transmission="initial"`, by);
  return `(${lost} or 0 * ${sent}) / (${sent} > 0)`;
};

/** Panels on the load balancer; none without one. */
const balanced = <T>({ loadBalancer, inCluster }: Scope, panels: (selector: string) => T[]): T[] =>
  loadBalancer === null ? [] : panels(`${inCluster}, ${loadBalancer}`);

const drill = (scope: Scope): Row => ({
  title: 'Drill',
  open: true,
  panels: [
    stat({
      title: 'Active faults',
      description:
        'Faults that are injected now. Above 0 without a running drill: a fault was not rolled back; run swarm chaos rollback.',
      limits: { bad: 1 },
      queries: [
        promql(`sum(livekit_swarm_chaos_fault_active{${scope.inCluster}}) or vector(0)`, 'faults'),
      ],
    }),
    stat({
      title: 'Nodes up',
      description:
        'LiveKit nodes that answer scrapes, and how many should. Fewer outside a drill that kills nodes: an outage.',
      queries: [
        promql(`sum(up{${scope.livekitNodes}})`, 'up'),
        promql(`count(up{${scope.livekitNodes}})`, 'of'),
      ],
    }),
    ...balanced(scope, (selector) => [
      stat({
        title: 'Healthy backends',
        description: 'Nodes to which the load balancer sends clients. 0: no participant can join.',
        limits: { warn: 2, bad: 1, lowIsBad: true },
        noData: 'no load balancer',
        queries: [
          promql(`sum(haproxy_backend_active_servers{${selector}})`, 'healthy'),
          promql(`count(haproxy_server_check_code{${selector}})`, 'of'),
        ],
      }),
    ]),
    stat({
      title: 'Participants',
      description:
        'On all nodes. After a fault, the number before the fault should be reached again within 30 seconds.',
      queries: [
        promql(`sum(instance:livekit_participants:active{${scope.livekitNodes}})`, 'participants'),
      ],
    }),
    stat({
      title: 'Probe success',
      description:
        'Share of the probes that succeed. Below 100 % after the green band: the deployment has not recovered.',
      unit: 'percentunit',
      limits: { warn: 1, bad: 0.5, lowIsBad: true },
      noData: 'not probed',
      queries: [promql(`avg(livekit_swarm_probe_success{${scope.inCluster}})`, 'succeed')],
    }),
    stat({
      title: 'Firing alerts',
      description:
        'LiveKit alerts that fire now. None during a fault that interrupts media: an alert is missing or too slow.',
      limits: { bad: 1 },
      queries: [
        promql(
          `count(ALERTS{${scope.inCluster}, alertname=~"LiveKit.+", alertstate="firing"}) or vector(0)`,
          'firing',
        ),
      ],
    }),
    states({
      title: 'Faults',
      description:
        'Injected faults by drill and target. A fault that never ends was not rolled back.',
      limits: { bad: 1 },
      labels: { 1: { text: 'injected' }, 0: { text: 'rolled back' } },
      noData: 'no drill',
      queries: [
        promql(
          `livekit_swarm_chaos_fault_active{${scope.inCluster}}`,
          '{{drill}}: {{fault}} on {{target}}',
        ),
      ],
    }),
    states({
      title: 'Alerts over time',
      description:
        'Firing alerts. The time from the injection to the first alert is the time to detect.',
      limits: { bad: 1 },
      labels: { 1: { text: 'firing' } },
      noData: 'none fired',
      queries: [
        promql(
          `max by (alertname, ${scope.node}) (ALERTS{${scope.inCluster}, alertname=~"LiveKit.+", alertstate="firing"})`,
          `{{alertname}} {{${scope.node}}}`,
        ),
      ],
    }),
  ],
});

const reception = (scope: Scope): Row => ({
  title: 'Media reception',
  panels: [
    graph({
      title: 'Subscriptions by state',
      description:
        'Participants of swarm chaos run by the media that they receive: from all, some or no participants of their room; reconnecting; disconnected. receiving_none without reconnecting: clients do not detect the fault. receiving_some that lasts: split brain.',
      stacked: true,
      columns: 12,
      noData: 'no drill',
      // In the order of Grafana's colours: green, yellow, blue, orange, red.
      queries: [
        'receiving_all',
        'receiving_some',
        'reconnecting',
        'disconnected',
        'receiving_none',
      ].map((state) =>
        promql(
          `sum(livekit_swarm_chaos_participants{${scope.inCluster}, state="${state}"})`,
          state,
        ),
      ),
    }),
    graph({
      title: 'Interrupted subscriptions',
      description:
        'Share of all subscriptions. It rises two seconds after media stopped, and briefly when participants join. Above 0 after the green band: some subscriptions did not recover.',
      unit: 'percentunit',
      limits: FEW,
      columns: 12,
      noData: 'no drill',
      queries: [
        promql(
          `sum by (drill) (livekit_swarm_chaos_subscriptions{${scope.inCluster}, state="interrupted"}) / (sum by (drill) (livekit_swarm_chaos_subscriptions{${scope.inCluster}}) > 0)`,
          '{{drill}}',
        ),
      ],
    }),
    graph({
      title: 'Time to recover',
      description:
        'Of the last repeat of each drill: time from the injection until 50 % (0.5), 95 % (0.95) and all (1) of the recovered subscriptions received media again. Subscriptions that did not recover are not included.',
      unit: 's',
      limits: { warn: 5, bad: 15 },
      columns: 12,
      noData: 'no drill',
      queries: [
        promql(
          `livekit_swarm_chaos_time_to_recover_seconds{${scope.inCluster}}`,
          '{{drill}} {{quantile}}',
        ),
      ],
    }),
    states({
      title: 'Drill results',
      description:
        'Of the last repeat of each drill: verdict and objectives. A missed objective without a known failure: the deployment is worse than before.',
      labels: { 1: { text: 'met' }, 0: { text: 'missed' } },
      noData: 'no drill',
      queries: [
        promql(
          `livekit_swarm_chaos_verdict{${scope.inCluster}, verdict="passed"}`,
          '{{drill}}: passed',
        ),
        promql(`livekit_swarm_chaos_objective_met{${scope.inCluster}}`, '{{drill}}: {{objective}}'),
      ],
    }),
  ],
});

const participants = (scope: Scope): Row => ({
  title: 'Participants',
  panels: [
    graph({
      title: 'Participants by node',
      description:
        'The line of the affected node falls and the lines of the other nodes rise by the same number. A lower sum: participants did not recover.',
      stacked: true,
      queries: [
        promql(
          `sum by (${scope.node}) (instance:livekit_participants:active{${scope.livekitNodes}})`,
          `{{${scope.node}}}`,
        ),
      ],
    }),
    graph({
      title: 'Rooms by node',
      description:
        'Rooms of the affected node should open again on other nodes. A higher sum than before the fault: a room exists on two nodes (split brain).',
      stacked: true,
      queries: [
        promql(
          `sum by (${scope.node}) (livekit_room_total{${scope.livekitNodes}})`,
          `{{${scope.node}}}`,
        ),
      ],
    }),
    graph({
      title: 'Load generator participants',
      description:
        'Participants of a load test that runs during the drill. connected that stays lower than before the fault: some participants did not rejoin.',
      noData: 'no run',
      queries: [
        promql(
          `sum by (state) (livekit_swarm_run_participants{${scope.inCluster}, state=~"connected|waiting|failed|left"})`,
          '{{state}}',
        ),
      ],
    }),
    graph({
      title: 'Joins',
      description:
        'Per second, of all nodes, by step. A peak after the fault: participants reconnect. rtc_canceled without rtc_active: joins are attempted and fail.',
      unit: JOINS,
      queries: [
        promql(
          rate(
            'livekit_participant_join_total',
            `${scope.livekitNodes}, state=~"signal_connected|rtc_active|rtc_failure|rtc_canceled"`,
            ['state'],
          ),
          '{{state}}',
        ),
      ],
    }),
    graph({
      title: 'Reconnects',
      description:
        'Lost connections of the load test per second: recovered by method, or not recovered. reconnect is a new session: users notice it.',
      unit: PER_SECOND,
      noData: 'no run',
      queries: [
        promql(
          `sum by (method) (rate(livekit_swarm_run_reconnects_total{${scope.inCluster}}[$__rate_interval]))`,
          '{{method}}',
        ),
        promql(
          `sum by (reason) (rate(livekit_swarm_run_disconnects_total{${scope.inCluster}}[$__rate_interval]))`,
          'lost: {{reason}}',
        ),
      ],
    }),
    graph({
      title: 'Reconnect time, p95',
      description:
        'From the loss of the connection until the media transport was ready again. Users notice this time.',
      unit: 's',
      limits: { warn: 5, bad: 15 },
      noData: 'no lost connections',
      queries: [
        promql(
          `histogram_quantile(0.95, sum by (le) (rate(livekit_swarm_run_reconnect_duration_seconds_bucket{${scope.inCluster}}[$__rate_interval])))`,
          'p95',
        ),
      ],
    }),
  ],
});

const infrastructure = (scope: Scope): Row => ({
  title: 'Infrastructure',
  panels: [
    graph({
      title: 'Nodes and backends',
      description:
        'Nodes that answer scrapes, and nodes to which the load balancer sends clients. Between the two falling lines, clients were still sent to a dead node.',
      queries: [
        promql(`sum(up{${scope.livekitNodes}})`, 'nodes up'),
        ...balanced(scope, (selector) => [
          promql(`sum(haproxy_backend_active_servers{${selector}})`, 'healthy backends'),
        ]),
      ],
    }),
    ...balanced(scope, (selector) => [
      states({
        title: 'Health check responses',
        description: '200: healthy. 406: the node cannot reach its Redis. 0: no response.',
        limits: NONE,
        labels: CHECK_CODES,
        columns: 8,
        noData: 'no load balancer',
        queries: [promql(`haproxy_server_check_code{${selector}}`, '{{server}}')],
      }),
    ]),
    states({
      title: 'Redis',
      description:
        'Green while Redis answers its exporter. While it is down, nodes answer 406, joins fail, and rooms may split.',
      labels: UP,
      columns: 8,
      noData: 'Redis is not scraped',
      queries: [
        promql(`min by (instance) (redis_up{${scope.inCluster}, ${scope.redis}})`, '{{instance}}'),
      ],
    }),
    states({
      title: 'Probes',
      description:
        'Green while probes succeed. Red after the green band: the deployment has not recovered.',
      labels: { 1: { text: 'succeeds' }, 0: { text: 'fails' } },
      columns: 12,
      noData: 'not probed',
      queries: [probesByName(`livekit_swarm_probe_success{${scope.inCluster}}`)],
    }),
    graph({
      title: 'Rooms in Redis',
      description:
        'Ghost rooms (listed by the API, held by no live node) and nodes that stopped reporting. Ghost rooms after the rollback: lists of rooms are wrong.',
      columns: 12,
      limits: { bad: 1 },
      noData: 'not monitored',
      queries: [
        promql(
          `sum by (target) (livekit_swarm_lifecycle_ghost_rooms{${scope.inCluster}})`,
          'ghosts {{target}}',
        ),
        promql(
          `sum by (target) (livekit_swarm_lifecycle_registry_nodes{${scope.inCluster}, state="stale"})`,
          'stale nodes {{target}}',
        ),
      ],
    }),
  ],
});

const media = (scope: Scope): Row => ({
  title: 'Media',
  panels: [
    graph({
      title: 'Packet loss',
      description:
        'At the nodes, share of packets, at the resolution of the scrape interval. Outside the bands, it should be as before the fault.',
      unit: 'percentunit',
      limits: scope.colours.loss,
      queries: [promql(lossOf(scope), `{{${scope.node}}} {{direction}}`)],
    }),
    graph({
      title: 'NACKs',
      description:
        'Per second, at the nodes. They rise with the fault and fall with the rollback. If they stay high, the network has not recovered.',
      unit: PER_SECOND,
      noData: 'none',
      queries: [
        promql(
          rate('livekit_nack_total', scope.livekitNodes, [scope.node, 'direction']),
          `{{${scope.node}}} {{direction}}`,
        ),
      ],
    }),
    graph({
      title: 'Media interruptions',
      description:
        'Interrupted time of the tracks of the load test, seconds per second and track. Outside the bands it should be 0.',
      unit: 'percentunit',
      limits: FEW,
      noData: 'no run',
      queries: [
        promql(
          `sum by (kind) (rate(livekit_swarm_run_media_interruption_seconds_total{${scope.inCluster}, direction="down"}[$__rate_interval])) / (sum by (kind) (livekit_swarm_run_tracks{${scope.inCluster}, direction="down"}) > 0)`,
          '{{kind}}',
        ),
      ],
    }),
    graph({
      title: 'Session start time',
      description:
        'p95 of joins at the nodes. Above 2 s after the rollback: the remaining nodes are overloaded.',
      unit: 's',
      limits: scope.colours.joinSeconds,
      columns: 12,
      queries: [promql(`job:livekit_session_start:p95_5m{${scope.livekitJobs}}`, '{{job}}')],
    }),
    graph({
      title: 'Probe phases',
      description:
        'Mean over all probes. The phase that grows during a fault is the phase that the fault affects.',
      unit: 's',
      limits: scope.colours.joinSeconds,
      columns: 12,
      noData: 'not probed',
      queries: [
        promql(
          `avg by (phase) (livekit_swarm_probe_phase_seconds{${scope.inCluster}})`,
          '{{phase}}',
        ),
      ],
    }),
  ],
});

/**
 * Dashboard of drills: effects of a fault on participants and infrastructure, and the recovery from
 * it.
 */
export const chaosDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'chaos',
    clusterOf: 'livekit_room_total',
    title: 'LiveKit / Chaos drill',
    description: `Effects of a fault on participants, and the recovery from it. ${DRILLS}`,
    variables: livekitVariables(scope),
    annotations: [faults(scope), rollbacks(scope), alerts(scope), starts(scope)],
    rows: [
      drill(scope),
      reception(scope),
      participants(scope),
      infrastructure(scope),
      media(scope),
    ],
  });
