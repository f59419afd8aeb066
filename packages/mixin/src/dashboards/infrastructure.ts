import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, stat, states, table } from '../panels/panel.ts';
import { ask, rate } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { JOBS, LIMITS } from '../settings.ts';
import { CHECK_CODES, HARDLY_ANY, NONE } from './shared.ts';

const PROXY = `job="${JOBS.haproxy}", instance=~"$balancer", proxy=~"$proxy"`;
const REDIS = `job="${JOBS.redis}", instance=~"$redis"`;
const SLOW = { warn: 0.001, bad: 0.01 };
/** A limit of 0 is none. */
const share = (used: string, limit: string): string =>
  `${used}{${REDIS}} / (${limit}{${REDIS}} > 0)`;

const glance: Row = {
  title: 'At a glance',
  panels: [
    stat({
      title: 'Healthy backends',
      means:
        'Nodes to which the load balancer sends people. 0: nobody can join; 1: the next fault is an outage.',
      limits: { warn: 2, bad: 1, lowIsBad: true },
      queries: [ask(`sum(haproxy_backend_active_servers{${PROXY}})`, 'healthy')],
    }),
    stat({
      title: 'Nodes without Redis',
      means: 'Nodes that answer 406 to the health check: they cannot reach Redis and take nobody.',
      limits: { bad: 1 },
      queries: [
        ask(
          `count(haproxy_server_check_code{${PROXY}} == 406) or 0 * count(haproxy_server_check_code{${PROXY}})`,
          '406',
        ),
      ],
    }),
    stat({
      title: 'Connections',
      means:
        'Through the load balancer now: one for each participant, and calls of the API. A sudden fall is an outage.',
      queries: [ask(`sum(haproxy_frontend_current_sessions{${PROXY}})`, 'connections')],
    }),
    stat({
      title: 'Redis',
      means:
        '1 while Redis answers its exporter. At 0 nodes answer 406, nobody new gets in, and rooms may split.',
      limits: { bad: 1, lowIsBad: true },
      queries: [ask(`min(redis_up{${REDIS}})`, 'up')],
    }),
    stat({
      title: 'Redis up for',
      means:
        'Since its last start. Short: it was restarted, and without persistence it has forgotten which node serves which room.',
      unit: 's',
      queries: [ask(`min(redis_uptime_in_seconds{${REDIS}})`, 'up for')],
    }),
    stat({
      title: 'Connections Redis refused',
      means: 'Of the last hour. Above 0: maxclients is reached, and nodes cannot come back.',
      limits: { bad: 1 },
      queries: [ask(`sum(increase(redis_rejected_connections_total{${REDIS}}[1h]))`, 'refused')],
    }),
  ],
};

const balancer: Row = {
  title: 'Load balancer',
  panels: [
    states({
      title: 'What nodes answer to health checks',
      means: '200 is healthy; 406 is a node that cannot reach its Redis; 0 is no answer at all.',
      limits: NONE,
      words: CHECK_CODES,
      columns: 8,
      queries: [ask(`haproxy_server_check_code{${PROXY}}`, '{{server}}')],
    }),
    graph({
      title: 'Healthy backends',
      means:
        'A line that goes up and down is a node whose health check flaps: it throws everybody out each time.',
      queries: [ask(`haproxy_backend_active_servers{${PROXY}}`, '{{instance}} {{proxy}}')],
    }),
    graph({
      title: 'Changes of health',
      means:
        'Times a node went down, within ten minutes. Above 1: it flaps. Look at its processor, or at Redis.',
      limits: { warn: 1, bad: 3 },
      queries: [
        ask(
          `sum by (server) (increase(haproxy_server_check_up_down_total{${PROXY}}[10m]))`,
          '{{server}}',
        ),
      ],
    }),
    graph({
      title: 'Connections by node',
      means:
        'Signalling connections; a node far above the others has been up for longer, or the balancing does not spread.',
      stacked: true,
      queries: [ask(`sum by (server) (haproxy_server_current_sessions{${PROXY}})`, '{{server}}')],
    }),
    graph({
      title: 'New connections by node',
      means:
        'A second. A peak is people coming back all at once: after a fault, or because a node throws them out.',
      unit: 'ops',
      queries: [ask(rate('haproxy_server_sessions_total', PROXY, ['server']), '{{server}}')],
    }),
    graph({
      title: 'Answers by status',
      means:
        'A second. 1xx are WebSockets that were opened; 4xx wrong tokens or paths; 5xx nodes that failed or no node at all.',
      unit: 'reqps',
      queries: [ask(rate('haproxy_backend_http_responses_total', PROXY, ['code']), '{{code}}')],
    }),
    graph({
      title: 'Errors',
      means:
        'A second: connections and answers that failed, and requests that were tried again, at the same node or another. People wait meanwhile.',
      unit: 'ops',
      limits: HARDLY_ANY,
      queries: [
        ask(rate('haproxy_backend_connection_errors_total', PROXY), 'connections'),
        ask(rate('haproxy_backend_response_errors_total', PROXY), 'answers'),
        ask(rate('haproxy_backend_retry_warnings_total', PROXY), 'tried again'),
        ask(rate('haproxy_backend_redispatch_warnings_total', PROXY), 'sent to another node'),
      ],
    }),
    graph({
      title: 'Connections against the limit',
      means:
        'Share of what the load balancer takes. At 100 % newcomers wait without an answer: raise maxconn.',
      unit: 'percentunit',
      limits: { warn: 0.7, bad: 0.9 },
      max: 1,
      queries: [
        ask(
          `haproxy_frontend_current_sessions{${PROXY}} / (haproxy_frontend_limit_sessions{${PROXY}} > 0)`,
          '{{instance}} {{proxy}}',
        ),
      ],
    }),
    graph({
      title: 'Traffic of signalling',
      means:
        'Bits a second through the load balancer; media does not go this way. Much: big data in metadata, or media through TURN.',
      unit: 'bps',
      queries: [
        ask(`8 * ${rate('haproxy_frontend_bytes_in_total', PROXY)}`, 'in'),
        ask(`8 * ${rate('haproxy_frontend_bytes_out_total', PROXY)}`, 'out'),
      ],
    }),
    graph({
      title: 'Health checks take',
      means:
        'How long nodes need to answer the check. Growing: the node has no processor time left for anything.',
      unit: 's',
      limits: { warn: 0.1, bad: 1 },
      columns: 12,
      queries: [
        ask(`max by (server) (haproxy_server_check_duration_seconds{${PROXY}})`, '{{server}}'),
      ],
    }),
    table({
      title: 'Nodes behind the load balancer',
      means: 'Each as it is now. Up is 1 for those that get people.',
      by: ['server'],
      span: 12,
      columns: [
        {
          expr: `max by (server) (haproxy_server_status{${PROXY}, state="UP"})`,
          legend: 'Up',
          limits: { bad: 1, lowIsBad: true },
        },
        { expr: `max by (server) (haproxy_server_check_code{${PROXY}})`, legend: 'Answers' },
        {
          expr: `sum by (server) (haproxy_server_current_sessions{${PROXY}})`,
          legend: 'Connections',
        },
        {
          expr: `sum by (server) (haproxy_server_sessions_total{${PROXY}})`,
          legend: 'Connections so far',
        },
      ],
    }),
  ],
};

const redis: Row = {
  title: 'Redis',
  panels: [
    graph({
      title: 'Clients',
      means:
        'Each node holds several connections. A step down is a node that lost Redis; steps up without new nodes are connections that leak.',
      queries: [ask(`redis_connected_clients{${REDIS}}`, '{{instance}}')],
    }),
    graph({
      title: 'Clients against the limit',
      means: 'Share of maxclients. At 100 % nodes cannot connect and answer 406.',
      unit: 'percentunit',
      limits: { warn: 0.7, bad: 0.9 },
      max: 1,
      queries: [ask(share('redis_connected_clients', 'redis_config_maxclients'), '{{instance}}')],
    }),
    graph({
      title: 'Memory',
      means:
        'What Redis uses, and its limit where it has one. It follows the rooms; if it grows without them, something else writes into it.',
      unit: 'bytes',
      queries: [
        ask(`redis_memory_used_bytes{${REDIS}}`, '{{instance}}'),
        ask(`redis_memory_max_bytes{${REDIS}} > 0`, 'limit {{instance}}'),
      ],
    }),
    graph({
      title: 'Memory against the limit',
      means:
        'Share of maxmemory; nothing where there is no limit. When it is full, Redis throws keys away or refuses to write: rooms get lost.',
      unit: 'percentunit',
      limits: { bad: LIMITS.memory },
      max: 1,
      empty: 'no limit is set',
      queries: [ask(share('redis_memory_used_bytes', 'redis_memory_max_bytes'), '{{instance}}')],
    }),
    graph({
      title: 'Commands',
      means: 'A second. They follow joins and rooms; without them, nodes only say that they live.',
      unit: 'ops',
      queries: [ask(`topk(10, ${rate('redis_commands_total', REDIS, ['cmd'])})`, '{{cmd}}')],
    }),
    graph({
      title: 'How long commands take',
      means:
        'Mean by command. Above 10 ms every join waits: another program blocks Redis, or its machine is short of processor time.',
      unit: 's',
      limits: SLOW,
      queries: [
        ask(
          `topk(10, ${rate('redis_commands_duration_seconds_total', REDIS, ['cmd'])} / (${rate('redis_commands_total', REDIS, ['cmd'])} > 0))`,
          '{{cmd}}',
        ),
      ],
    }),
    graph({
      title: 'Trouble',
      means:
        'A second: commands that failed, connections refused, keys thrown away for want of memory. Each may be a join that failed or a room that got lost.',
      unit: 'ops',
      limits: HARDLY_ANY,
      queries: [
        ask(rate('redis_commands_failed_calls_total', REDIS), 'commands failed'),
        ask(rate('redis_rejected_connections_total', REDIS), 'connections refused'),
        ask(rate('redis_evicted_keys_total', REDIS), 'keys thrown away'),
      ],
    }),
    graph({
      title: 'Keys and channels',
      means:
        'Keys hold rooms and nodes, channels are how nodes speak to each other. Channels at 0: the nodes do not hear each other.',
      queries: [
        ask(`sum by (instance) (redis_db_keys{${REDIS}})`, 'keys {{instance}}'),
        ask(`redis_pubsub_channels{${REDIS}}`, 'channels {{instance}}'),
      ],
    }),
    graph({
      title: 'Traffic of Redis',
      means:
        'Bits a second. Signalling between nodes goes this way: much of it means that people are connected to other nodes than their rooms.',
      unit: 'bps',
      queries: [
        ask(`8 * ${rate('redis_net_input_bytes_total', REDIS)}`, 'in'),
        ask(`8 * ${rate('redis_net_output_bytes_total', REDIS)}`, 'out'),
      ],
    }),
  ],
};

/** What stands in front of the nodes and behind them. */
export const infrastructureDashboard = (): Dashboard =>
  page({
    key: 'infrastructure',
    title: 'LiveKit / Redis and load balancer',
    description:
      'The load balancer in front of the nodes and the Redis behind them: without either, nobody joins.',
    variables: [
      labelVariable('balancer', {
        label: 'Load balancer',
        means: 'Addresses of haproxy',
        of: 'haproxy_backend_active_servers',
        labelName: 'instance',
      }),
      labelVariable('proxy', {
        label: 'Proxy',
        means: 'Frontends and backends of haproxy',
        of: 'haproxy_backend_active_servers',
      }),
      labelVariable('redis', {
        label: 'Redis',
        means: 'Addresses of the Redis exporters',
        of: 'redis_up',
        labelName: 'instance',
      }),
    ],
    annotations: [alerts(), faults()],
    rows: [glance, balancer, redis],
  });
