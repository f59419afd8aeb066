import type { Alert } from '../rule.ts';
import { JOBS, LIMITS, LOAD_BALANCER } from '../settings.ts';

const LIVEKIT = `job="${JOBS.livekit}"`;

const cpu = (mode: string): string =>
  `node_cpu_seconds_total{job="${JOBS.node}", instance="m:1", cpu="0", mode="${mode}"}`;

/** Nodes, their hosts, the load balancer and Redis. */
export const NODE_ALERTS: readonly Alert[] = [
  {
    name: 'LiveKitNodeDown',
    severity: 'critical',
    expr: `up{${LIVEKIT}} == 0`,
    for: '30s',
    summary: 'LiveKit node is down.',
    description:
      '{{ $labels.instance }} has not answered scrapes for 30 seconds. Participants on it are or will be disconnected.',
    dashboard: 'cluster',
    test: {
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
            'a:1 has not answered scrapes for 30 seconds. Participants on it are or will be disconnected.',
        },
      ],
    },
  },
  {
    name: 'LiveKitNoHealthyBackend',
    severity: 'critical',
    expr: `haproxy_backend_active_servers{${LOAD_BALANCER}} == 0`,
    for: '10s',
    summary: 'No healthy LiveKit backend: no user can join.',
    description:
      'No node behind {{ $labels.instance }} passes its health check. Established sessions may continue; new joins fail.',
    dashboard: 'infrastructure',
    test: {
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
            'No node behind lb:1 passes its health check. Established sessions may continue; new joins fail.',
        },
      ],
    },
  },
  {
    name: 'LiveKitLoadBalancerDown',
    severity: 'critical',
    // A load balancer that is down exports no metrics, so only `up` shows it.
    expr: `up{job="${JOBS.haproxy}"} == 0`,
    for: '30s',
    summary: 'Load balancer is down.',
    description:
      '{{ $labels.instance }} has not answered scrapes for 30 seconds. If the process is down, new joins through it fail and its signal connections are closed.',
    dashboard: 'infrastructure',
    test: {
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
            'lb:1 has not answered scrapes for 30 seconds. If the process is down, new joins through it fail and its signal connections are closed.',
        },
      ],
    },
  },
  {
    name: 'LiveKitRedisUnreachable',
    severity: 'critical',
    // A node that cannot reach Redis answers 406; up and redis_up alone would not show a partition.
    expr: `count by (job, proxy) (haproxy_server_check_code{${LOAD_BALANCER}} == 406) > 0
or
count by (job) (redis_up{job="${JOBS.redis}"} == 0) > 0`,
    for: '5s',
    summary: 'LiveKit nodes cannot reach Redis.',
    description:
      '{{ $labels.job }} observed this {{ $value }} times. Nodes without Redis answer 406 and accept no joins; rooms may split.',
    dashboard: 'infrastructure',
    test: {
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
            'haproxy observed this 2 times. Nodes without Redis answer 406 and accept no joins; rooms may split.',
        },
      ],
    },
  },
  {
    name: 'LiveKitRestartLoop',
    severity: 'critical',
    expr: `changes(process_start_time_seconds{${LIVEKIT}}[15m]) >= 3`,
    for: '0s',
    summary: 'LiveKit node restarts repeatedly.',
    description:
      '{{ $labels.instance }} restarted {{ $value }} times within 15 minutes. Each restart ends its sessions.',
    dashboard: 'cluster',
    test: {
      series: {
        'process_start_time_seconds{job="livekit", instance="a:1"}': '100x5 200x1 300x1 400x20',
      },
      silentAt: '5m',
      firesAt: '12m',
      fires: [
        {
          labels: { job: 'livekit', instance: 'a:1' },
          description: 'a:1 restarted 3 times within 15 minutes. Each restart ends its sessions.',
        },
      ],
    },
  },
  {
    name: 'LiveKitNodeDrainingTooLong',
    severity: 'warning',
    expr: 'swarm_lifecycle_registry_nodes{state="shutting_down"} > 0',
    for: '30m',
    summary: 'LiveKit node has been draining for more than 30 minutes.',
    description:
      'Number of nodes of {{ $labels.target }} that have been draining for more than 30 minutes: {{ $value }}. A draining node exits when its rooms are empty.',
    dashboard: 'rooms',
    test: {
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
            'Number of nodes of prod that have been draining for more than 30 minutes: 1. A draining node exits when its rooms are empty.',
        },
      ],
    },
  },
  {
    name: 'LiveKitCpuHigh',
    severity: 'warning',
    expr: `instance:node_cpu_used:ratio_rate5m > ${LIMITS.cpuWarning}`,
    for: '5m',
    summary: 'CPU usage is high.',
    description:
      '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its CPU. Media quality degrades before all cores are busy.',
    dashboard: 'cluster',
    test: {
      series: { [cpu('idle')]: '0+54x10 540+15x40', [cpu('user')]: '0+6x10 60+45x40' },
      silentAt: '10m',
      firesAt: '25m',
      fires: [
        {
          labels: { job: 'node', instance: 'm:1' },
          description: 'm:1 uses 75% of its CPU. Media quality degrades before all cores are busy.',
        },
      ],
    },
  },
  {
    name: 'LiveKitCpuCritical',
    severity: 'critical',
    expr: `instance:node_cpu_used:ratio_rate5m > ${LIMITS.cpuCritical}`,
    for: '2m',
    summary: 'CPU usage is critical.',
    description:
      '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its CPU. Packets are delayed and media quality degrades.',
    dashboard: 'cluster',
    test: {
      series: { [cpu('idle')]: '0+54x10 540+6x40', [cpu('user')]: '0+6x10 60+54x40' },
      silentAt: '10m',
      firesAt: '20m',
      fires: [
        {
          labels: { job: 'node', instance: 'm:1' },
          description: 'm:1 uses 90% of its CPU. Packets are delayed and media quality degrades.',
        },
      ],
    },
    furtherTests: [
      {
        // A new host that is under load from its first minute.
        series: { [cpu('idle')]: '_x5 0+18x15 270+6x30', [cpu('user')]: '_x5 0+42x15 630+54x30' },
        silentAt: '8m',
        firesAt: '35m',
        fires: [
          {
            labels: { job: 'node', instance: 'm:1' },
            description: 'm:1 uses 90% of its CPU. Packets are delayed and media quality degrades.',
          },
        ],
      },
    ],
  },
  {
    name: 'LiveKitMemoryHigh',
    severity: 'warning',
    expr: `instance:node_memory_used:ratio > ${LIMITS.memory}`,
    for: '5m',
    summary: 'Memory usage is high.',
    description:
      '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory. At the limit, the kernel kills LiveKit and ends all its sessions.',
    dashboard: 'cluster',
    test: {
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
            'm:1 uses 90% of its memory. At the limit, the kernel kills LiveKit and ends all its sessions.',
        },
      ],
    },
  },
];
