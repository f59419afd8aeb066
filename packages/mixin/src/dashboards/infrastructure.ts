import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults, starts } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, PER_SECOND, stat, states, table } from '../panels/panel.ts';
import { promql, rate } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { CHECK_CODES, FEW, NONE, type Scope, UP } from './shared.ts';

const proxyOf = ({ inCluster, haproxy }: Scope): string =>
  `${inCluster}, ${haproxy}, instance=~"$load_balancer", proxy=~"$proxy"`;
const redisOf = ({ inCluster, redis: job }: Scope): string =>
  `${inCluster}, ${job}, instance=~"$redis"`;
const SLOW = { warn: 0.001, bad: 0.01 };
/** Used share of a limit, where a limit of 0 means none. */
const share = (scope: Scope, used: string, limit: string): string =>
  `${used}{${redisOf(scope)}} / (${limit}{${redisOf(scope)}} > 0)`;

const balancerStats = (scope: Scope) => [
  stat({
    title: 'Healthy backends',
    description:
      'Nodes to which the load balancer sends clients. 0: no participant can join. 1: the next node failure is an outage.',
    limits: { warn: 2, bad: 1, lowIsBad: true },
    queries: [
      promql(`sum(haproxy_backend_active_servers{${proxyOf(scope)}})`, 'healthy'),
      promql(`count(haproxy_server_check_code{${proxyOf(scope)}})`, 'of'),
    ],
  }),
  stat({
    title: 'Nodes without Redis',
    description:
      'Nodes that answer 406 to the health check: they cannot reach Redis and accept no joins.',
    limits: { bad: 1 },
    queries: [
      promql(
        `count(haproxy_server_check_code{${proxyOf(scope)}} == 406) or 0 * count(haproxy_server_check_code{${proxyOf(scope)}})`,
        '406',
      ),
      promql(`count(haproxy_server_check_code{${proxyOf(scope)}})`, 'of'),
    ],
  }),
  stat({
    title: 'Connections',
    description:
      'Through the load balancer now: one per participant, and API requests. A sudden fall is an outage.',
    queries: [promql(`sum(haproxy_frontend_current_sessions{${proxyOf(scope)}})`, 'connections')],
  }),
];

const glance = (scope: Scope): Row => ({
  title: 'At a glance',
  open: true,
  panels: [
    ...(scope.loadBalancer === null ? [] : balancerStats(scope)),
    stat({
      title: 'Redis',
      description:
        'Whether Redis answers its exporter. While it is down, nodes answer 406, joins fail, and rooms may split.',
      limits: { bad: 1, lowIsBad: true },
      labels: UP,
      queries: [promql(`min(redis_up{${redisOf(scope)}})`, 'up')],
    }),
    stat({
      title: 'Redis uptime',
      description:
        'Since its last start. A short uptime: Redis was restarted, and without persistence it lost the map of rooms to nodes.',
      unit: 's',
      queries: [promql(`min(redis_uptime_in_seconds{${redisOf(scope)}})`, 'up for')],
    }),
    stat({
      title: 'Rejected Redis connections',
      description: 'In the last hour. Above 0: maxclients is reached, and nodes cannot reconnect.',
      limits: { bad: 1 },
      queries: [
        promql(
          `sum(increase(redis_rejected_connections_total{${redisOf(scope)}}[1h]))`,
          'rejected',
        ),
      ],
    }),
  ],
});

const loadBalancer = (scope: Scope): Row => ({
  title: 'Load balancer',
  panels: [
    states({
      title: 'Health check responses',
      description: '200: healthy. 406: the node cannot reach its Redis. 0: no response.',
      limits: NONE,
      labels: CHECK_CODES,
      columns: 8,
      queries: [promql(`haproxy_server_check_code{${proxyOf(scope)}}`, '{{server}}')],
    }),
    graph({
      title: 'Healthy backends',
      description:
        'A line that goes up and down is a node with a flapping health check: each change disconnects its participants.',
      queries: [
        promql(`haproxy_backend_active_servers{${proxyOf(scope)}}`, '{{instance}} {{proxy}}'),
      ],
    }),
    graph({
      title: 'Health transitions',
      description:
        'How often a node went down within ten minutes. Above 1, the health check flaps. Check the CPU usage of the node, and Redis.',
      limits: { warn: 1, bad: 3 },
      queries: [
        promql(
          `sum by (server) (increase(haproxy_server_check_up_down_total{${proxyOf(scope)}}[10m]))`,
          '{{server}}',
        ),
      ],
    }),
    graph({
      title: 'Connections by node',
      description:
        'Signal connections. A node far above the others has a longer uptime, or connections are not distributed.',
      stacked: true,
      queries: [
        promql(
          `sum by (server) (haproxy_server_current_sessions{${proxyOf(scope)}})`,
          '{{server}}',
        ),
      ],
    }),
    graph({
      title: 'New connections by backend',
      description:
        'Per second. At a peak, many participants reconnect at once: after a fault, or because a node disconnects them.',
      unit: PER_SECOND,
      queries: [
        promql(rate('haproxy_server_sessions_total', proxyOf(scope), ['server']), '{{server}}'),
      ],
    }),
    graph({
      title: 'Responses by status',
      description:
        'Per second. 1xx: opened WebSockets. 4xx: wrong tokens or paths. 5xx: failed nodes, or no healthy node.',
      unit: 'reqps',
      queries: [
        promql(rate('haproxy_backend_http_responses_total', proxyOf(scope), ['code']), '{{code}}'),
      ],
    }),
    graph({
      title: 'Errors',
      description:
        'Per second: failed connections and responses, and requests that were retried at the same or another node. Retries delay joins.',
      unit: PER_SECOND,
      limits: FEW,
      queries: [
        promql(
          rate('haproxy_backend_connection_errors_total', proxyOf(scope)),
          'failed connections',
        ),
        promql(rate('haproxy_backend_response_errors_total', proxyOf(scope)), 'failed responses'),
        promql(rate('haproxy_backend_retry_warnings_total', proxyOf(scope)), 'retries'),
        promql(rate('haproxy_backend_redispatch_warnings_total', proxyOf(scope)), 'redispatches'),
      ],
    }),
    graph({
      title: 'Connection usage',
      description:
        'Share of the connection limit of the load balancer. At 100 %, new connections wait without a response: raise maxconn.',
      unit: 'percentunit',
      limits: { warn: 0.7, bad: 0.9 },
      max: 1,
      queries: [
        promql(
          `haproxy_frontend_current_sessions{${proxyOf(scope)}} / (haproxy_frontend_limit_sessions{${proxyOf(scope)}} > 0)`,
          '{{instance}} {{proxy}}',
        ),
      ],
    }),
    graph({
      title: 'Signalling traffic',
      description:
        'Bits per second through the load balancer; media takes another path. High traffic: large metadata, or media through TURN.',
      unit: 'bps',
      queries: [
        promql(`8 * ${rate('haproxy_frontend_bytes_in_total', proxyOf(scope))}`, 'in'),
        promql(`8 * ${rate('haproxy_frontend_bytes_out_total', proxyOf(scope))}`, 'out'),
      ],
    }),
    graph({
      title: 'Health check duration',
      description:
        'Time until a node answers the health check. A growing duration: the CPU usage of the node is too high.',
      unit: 's',
      limits: { warn: 0.1, bad: 1 },
      columns: 12,
      queries: [
        promql(
          `max by (server) (haproxy_server_check_duration_seconds{${proxyOf(scope)}})`,
          '{{server}}',
        ),
      ],
    }),
    table({
      title: 'Backends',
      description:
        'Current state of each node behind the load balancer. Nodes that are up receive clients.',
      by: ['server'],
      span: 12,
      columns: [
        {
          expr: `max by (server) (haproxy_server_status{${proxyOf(scope)}, state="UP"})`,
          legend: 'State',
          limits: { bad: 1, lowIsBad: true },
          labels: UP,
        },
        {
          expr: `max by (server) (haproxy_server_check_code{${proxyOf(scope)}})`,
          legend: 'Health check',
          labels: CHECK_CODES,
        },
        {
          expr: `sum by (server) (haproxy_server_current_sessions{${proxyOf(scope)}})`,
          legend: 'Connections',
        },
        {
          expr: `sum by (server) (haproxy_server_sessions_total{${proxyOf(scope)}})`,
          legend: 'Connections, total',
        },
      ],
    }),
  ],
});

const redis = (scope: Scope): Row => ({
  title: 'Redis',
  panels: [
    graph({
      title: 'Clients',
      description:
        'Each node holds several connections. A step down: a node lost Redis. Steps up without new nodes: a connection leak.',
      queries: [promql(`redis_connected_clients{${redisOf(scope)}}`, '{{instance}}')],
    }),
    graph({
      title: 'Client usage',
      description: 'Share of maxclients. At 100 %, nodes cannot connect and answer 406.',
      unit: 'percentunit',
      limits: { warn: 0.7, bad: 0.9 },
      max: 1,
      queries: [
        promql(share(scope, 'redis_connected_clients', 'redis_config_maxclients'), '{{instance}}'),
      ],
    }),
    graph({
      title: 'Memory',
      description:
        'Memory that Redis uses, and its limit if one is set. It follows the number of rooms. Growth without rooms: another program writes into this Redis.',
      unit: 'bytes',
      queries: [
        promql(`redis_memory_used_bytes{${redisOf(scope)}}`, '{{instance}}'),
        promql(`redis_memory_max_bytes{${redisOf(scope)}} > 0`, 'limit {{instance}}'),
      ],
    }),
    graph({
      title: 'Memory usage',
      description:
        'Share of maxmemory; no data without a limit. At 100 %, Redis evicts keys or rejects writes: rooms are lost.',
      unit: 'percentunit',
      limits: { bad: scope.config.limits.memory },
      max: 1,
      noData: 'no limit set',
      queries: [
        promql(share(scope, 'redis_memory_used_bytes', 'redis_memory_max_bytes'), '{{instance}}'),
      ],
    }),
    graph({
      title: 'Commands',
      description:
        'Per second. They follow joins and rooms; without joins, nodes only send heartbeats.',
      unit: PER_SECOND,
      queries: [
        promql(`topk(10, ${rate('redis_commands_total', redisOf(scope), ['cmd'])})`, '{{cmd}}'),
      ],
    }),
    graph({
      title: 'Command latency',
      description:
        'Mean by command. Above 10 ms, every join is delayed: another program blocks Redis, or its host has high CPU usage.',
      unit: 's',
      limits: SLOW,
      queries: [
        promql(
          `topk(10, ${rate('redis_commands_duration_seconds_total', redisOf(scope), ['cmd'])} / (${rate('redis_commands_total', redisOf(scope), ['cmd'])} > 0))`,
          '{{cmd}}',
        ),
      ],
    }),
    graph({
      title: 'Errors',
      description:
        'Per second: failed commands, rejected connections, keys evicted because memory was full. Each may be a failed join or a lost room.',
      unit: PER_SECOND,
      limits: FEW,
      queries: [
        promql(rate('redis_commands_failed_calls_total', redisOf(scope)), 'failed commands'),
        promql(rate('redis_rejected_connections_total', redisOf(scope)), 'rejected connections'),
        promql(rate('redis_evicted_keys_total', redisOf(scope)), 'evicted keys'),
      ],
    }),
    graph({
      title: 'Keys and channels',
      description:
        'Keys hold rooms and nodes; nodes exchange messages on channels. Channels at 0: nodes do not receive messages from each other.',
      queries: [
        promql(`sum by (instance) (redis_db_keys{${redisOf(scope)}})`, 'keys {{instance}}'),
        promql(`redis_pubsub_channels{${redisOf(scope)}}`, 'channels {{instance}}'),
      ],
    }),
    graph({
      title: 'Redis traffic',
      description:
        'Bits per second, including signalling between nodes. High traffic: many participants are connected to a node that does not hold their room.',
      unit: 'bps',
      queries: [
        promql(`8 * ${rate('redis_net_input_bytes_total', redisOf(scope))}`, 'in'),
        promql(`8 * ${rate('redis_net_output_bytes_total', redisOf(scope))}`, 'out'),
      ],
    }),
  ],
});

const balancerVariables = ({ inCluster }: Scope) => [
  labelVariable('load_balancer', {
    label: 'Load balancer',
    description: 'Addresses of haproxy',
    of: 'haproxy_backend_active_servers',
    where: inCluster,
    labelName: 'instance',
  }),
  labelVariable('proxy', {
    label: 'Proxy',
    description: 'Frontends and backends of haproxy',
    of: 'haproxy_backend_active_servers',
    where: inCluster,
  }),
];

const redisVariable = ({ inCluster }: Scope) =>
  labelVariable('redis', {
    label: 'Redis',
    description: 'Addresses of the Redis exporters',
    of: 'redis_up',
    where: inCluster,
    labelName: 'instance',
  });

/** Dashboard of load balancer and Redis. */
export const infrastructureDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'infrastructure',
    clusterOf: 'redis_up',
    title: 'LiveKit / Redis and load balancer',
    description:
      'The load balancer in front of the nodes and the Redis that they share. If either fails, no participant can join.',
    variables: [
      ...(scope.loadBalancer === null ? [] : balancerVariables(scope)),
      redisVariable(scope),
    ],
    annotations: [alerts(scope), faults(scope), starts(scope)],
    rows: [
      glance(scope),
      ...(scope.loadBalancer === null ? [] : [loadBalancer(scope)]),
      redis(scope),
    ],
  });
