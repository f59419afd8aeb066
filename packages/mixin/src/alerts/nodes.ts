import type { Alert } from '../rule.ts';
import { BALANCER, JOBS, LIMITS } from '../settings.ts';

const LIVEKIT = `job="${JOBS.livekit}"`;

const cpu = (mode: string): string =>
  `node_cpu_seconds_total{job="${JOBS.node}", instance="m:1", cpu="0", mode="${mode}"}`;

/** Nodes, and what stands in front of and behind them. */
export const NODE_ALERTS: readonly Alert[] = [
  {
    name: 'LiveKitNodeDown',
    severity: 'critical',
    expr: `up{${LIVEKIT}} == 0`,
    for: '30s',
    summary: 'A LiveKit node does not answer.',
    description:
      '{{ $labels.instance }} has not answered Prometheus for half a minute. Its calls are cut or about to be.',
    dashboard: 'cluster',
    proof: {
      series: {
        'up{job="livekit", instance="a:1"}': '1x5 0x20',
        'up{job="livekit", instance="b:1"}': '1x25',
      },
      silentAt: '5m',
      firesAt: '8m',
      fires: [
        {
          labels: { job: 'livekit', instance: 'a:1' },
          description:
            'a:1 has not answered Prometheus for half a minute. Its calls are cut or about to be.',
        },
      ],
    },
  },
  {
    name: 'LiveKitNoHealthyBackend',
    severity: 'critical',
    expr: `haproxy_backend_active_servers{${BALANCER}} == 0`,
    for: '10s',
    summary: 'The load balancer has no healthy LiveKit node: nobody can join.',
    description:
      'None of the nodes behind {{ $labels.instance }} passes its health check. Running calls may go on; nobody new gets in.',
    dashboard: 'infrastructure',
    proof: {
      series: {
        'haproxy_backend_active_servers{job="haproxy", instance="lb:1", proxy="livekit"}':
          '3x5 0x20',
      },
      silentAt: '5m',
      firesAt: '7m',
      fires: [
        {
          labels: { job: 'haproxy', instance: 'lb:1', proxy: 'livekit' },
          description:
            'None of the nodes behind lb:1 passes its health check. Running calls may go on; nobody new gets in.',
        },
      ],
    },
  },
  {
    name: 'LiveKitLoadBalancerDown',
    severity: 'critical',
    // Of a dead balancer there is no figure that says so: all of haproxy's own are gone with it.
    expr: `up{job="${JOBS.haproxy}"} == 0`,
    for: '30s',
    summary: 'A load balancer in front of LiveKit does not answer.',
    description:
      '{{ $labels.instance }} has not answered Prometheus for half a minute. If it is gone, nobody gets in through it, and signal connections through it are cut.',
    dashboard: 'infrastructure',
    proof: {
      series: {
        'up{job="haproxy", instance="lb:1"}': '1x5 0x20',
        'up{job="haproxy", instance="lb:2"}': '1x25',
      },
      silentAt: '5m',
      firesAt: '8m',
      fires: [
        {
          labels: { job: JOBS.haproxy, instance: 'lb:1' },
          description:
            'lb:1 has not answered Prometheus for half a minute. If it is gone, nobody gets in through it, and signal connections through it are cut.',
        },
      ],
    },
  },
  {
    name: 'LiveKitRedisUnreachable',
    severity: 'critical',
    // 406 is what a node answers that cannot reach Redis; up and redis_up alone would not show a partition.
    expr: `count by (job, proxy) (haproxy_server_check_code{${BALANCER}} == 406) > 0
or
count by (job) (redis_up{job="${JOBS.redis}"} == 0) > 0`,
    for: '5s',
    summary: 'LiveKit nodes cannot reach Redis.',
    description:
      'Seen by {{ $labels.job }}, {{ $value }} times. Nodes without Redis answer 406 and take nobody; rooms may split.',
    dashboard: 'infrastructure',
    proof: {
      series: {
        'haproxy_server_check_code{job="haproxy", instance="lb:1", proxy="livekit", server="node-1"}':
          '200x5 406x20',
        'haproxy_server_check_code{job="haproxy", instance="lb:1", proxy="livekit", server="node-2"}':
          '200x5 406x20',
        'redis_up{job="redis", instance="r:1"}': '1x25',
      },
      silentAt: '5m',
      firesAt: '7m',
      fires: [
        {
          labels: { job: 'haproxy', proxy: 'livekit' },
          description:
            'Seen by haproxy, 2 times. Nodes without Redis answer 406 and take nobody; rooms may split.',
        },
      ],
    },
  },
  {
    name: 'LiveKitRestartLoop',
    severity: 'critical',
    expr: `changes(process_start_time_seconds{${LIVEKIT}}[15m]) >= 3`,
    for: '0s',
    summary: 'A LiveKit node starts again and again.',
    description:
      '{{ $labels.instance }} has started {{ $value }} times within 15 minutes. Each start cuts its calls.',
    dashboard: 'cluster',
    proof: {
      series: {
        'process_start_time_seconds{job="livekit", instance="a:1"}': '100x5 200x1 300x1 400x20',
      },
      silentAt: '5m',
      firesAt: '12m',
      fires: [
        {
          labels: { job: 'livekit', instance: 'a:1' },
          description: 'a:1 has started 3 times within 15 minutes. Each start cuts its calls.',
        },
      ],
    },
  },
  {
    name: 'LiveKitNodeDrainingTooLong',
    severity: 'warning',
    expr: 'swarm_lifecycle_registry_nodes{state="shutting_down"} > 0',
    for: '30m',
    summary: 'A LiveKit node has been told to end and does not.',
    description:
      '{{ $value }} nodes of {{ $labels.target }} are shutting down for more than half an hour. A node never ends while somebody is in its rooms.',
    dashboard: 'rooms',
    proof: {
      series: {
        'swarm_lifecycle_registry_nodes{job="swarm-exporter", target="prod", state="shutting_down"}':
          '0x5 1x60',
      },
      silentAt: '20m',
      firesAt: '40m',
      fires: [
        {
          labels: { job: 'swarm-exporter', target: 'prod', state: 'shutting_down' },
          description:
            '1 nodes of prod are shutting down for more than half an hour. A node never ends while somebody is in its rooms.',
        },
      ],
    },
  },
  {
    name: 'LiveKitCapacityHigh',
    severity: 'warning',
    expr: `instance:livekit_capacity_used:ratio > ${LIMITS.capacity}`,
    for: '5m',
    summary: 'A LiveKit node is near what it was measured to carry.',
    description:
      '{{ $labels.instance }} is at {{ $value | humanizePercentage }} of its measured capacity. Add a node before it is full.',
    dashboard: 'cluster',
    proof: {
      series: {
        'up{job="livekit", instance="a:1"}': '1x30',
        'livekit_participant_total{job="livekit", instance="a:1", node_id="ND_1"}': '500x5 900x25',
      },
      silentAt: '9m',
      firesAt: '15m',
      fires: [
        {
          labels: { job: 'livekit', instance: 'a:1' },
          description: 'a:1 is at 90% of its measured capacity. Add a node before it is full.',
        },
      ],
    },
  },
  {
    name: 'LiveKitCpuHigh',
    severity: 'warning',
    expr: `instance:node_cpu_used:ratio_rate5m > ${LIMITS.cpuWarning}`,
    for: '5m',
    summary: 'A machine is short of processor time: add a node.',
    description:
      '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its cores. Media suffers before the cores are full.',
    dashboard: 'cluster',
    proof: {
      series: { [cpu('idle')]: '0+54x10 540+15x40', [cpu('user')]: '0+6x10 60+45x40' },
      silentAt: '10m',
      firesAt: '25m',
      fires: [
        {
          labels: { job: 'node', instance: 'm:1' },
          description: 'm:1 uses 75% of its cores. Media suffers before the cores are full.',
        },
      ],
    },
  },
  {
    name: 'LiveKitCpuCritical',
    severity: 'critical',
    expr: `instance:node_cpu_used:ratio_rate5m > ${LIMITS.cpuCritical}`,
    for: '2m',
    summary: 'A machine is out of processor time: calls on it suffer.',
    description: '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its cores.',
    dashboard: 'cluster',
    proof: {
      series: { [cpu('idle')]: '0+54x10 540+6x40', [cpu('user')]: '0+6x10 60+54x40' },
      silentAt: '10m',
      firesAt: '20m',
      fires: [
        { labels: { job: 'node', instance: 'm:1' }, description: 'm:1 uses 90% of its cores.' },
      ],
    },
    furtherProofs: [
      {
        // A machine that has just come, and has enough to do from its first minute.
        series: { [cpu('idle')]: '_x5 0+18x15 270+6x30', [cpu('user')]: '_x5 0+42x15 630+54x30' },
        silentAt: '8m',
        firesAt: '35m',
        fires: [
          { labels: { job: 'node', instance: 'm:1' }, description: 'm:1 uses 90% of its cores.' },
        ],
      },
    ],
  },
  {
    name: 'LiveKitMemoryHigh',
    severity: 'warning',
    expr: `instance:node_memory_used:ratio > ${LIMITS.memory}`,
    for: '5m',
    summary: 'A machine is short of memory.',
    description:
      '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory. When it is full, the kernel kills LiveKit with all its calls.',
    dashboard: 'cluster',
    proof: {
      series: {
        'node_memory_MemAvailable_bytes{job="node", instance="m:1"}': '50x5 10x30',
        'node_memory_MemTotal_bytes{job="node", instance="m:1"}': '100x35',
      },
      silentAt: '9m',
      firesAt: '15m',
      fires: [
        {
          labels: { job: 'node', instance: 'm:1' },
          description:
            'm:1 uses 90% of its memory. When it is full, the kernel kills LiveKit with all its calls.',
        },
      ],
    },
  },
];
