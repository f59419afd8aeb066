import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert } from '../rule.ts';

/**
 * Share of lost nodes from which on the capacity is too small, even before users notice: more than
 * one of three.
 */
const MANY_NODES = 0.34;

/** Alerts on nodes and their hosts. */
export const nodeAlerts = (names: Names): readonly Alert[] => {
  const { livekit, node, host, perJob, test, config, lasting } = names;
  const { limits } = config;
  const up = (name: string): string => seriesOf('up', test.livekit(name));
  const cpu = (mode: string): string =>
    seriesOf('node_cpu_seconds_total', test.host('m:1'), { cpu: '0', mode });
  const exporter: Labels = { ...test.of('exporter', 'e:1'), target: 'prod' };
  return [
    {
      name: 'LiveKitNodeDown',
      severity: 'critical',
      expr: `count by (${perJob}) (up{${livekit}} == 0) / count by (${perJob}) (up{${livekit}}) > ${MANY_NODES}`,
      for: lasting(60),
      summary: 'LiveKit node is down.',
      description:
        '{{ $value | humanizePercentage }} of the nodes of {{ $labels.job }} do not answer scrapes. Their participants are or will be disconnected, and the remaining nodes may not have enough capacity.',
      dashboard: 'node',
      test: {
        series: { [up('a:1')]: '1x5 0x20', [up('b:1')]: '1x15 0x10', [up('c:1')]: '1x25' },
        // One of three nodes is down: users are moved to the others.
        silentAt: '5m',
        firesAt: '20m',
        fires: [
          {
            labels: test.ofJob,
            description: `66.67% of the nodes of ${test.job('livekit')} do not answer scrapes. Their participants are or will be disconnected, and the remaining nodes may not have enough capacity.`,
          },
          ...['a:1', 'b:1'].map((name) => downNode(names, name)),
        ],
      },
    },
    {
      name: 'LiveKitNodeDown',
      severity: 'warning',
      expr: `up{${livekit}} == 0`,
      for: lasting(60),
      summary: 'LiveKit node is down.',
      description: `{{ $labels.${node} }} does not answer scrapes. Participants on it are or will be disconnected.`,
      dashboard: 'node',
      test: {
        series: { [up('a:1')]: '1x5 0x20', [up('b:1')]: '1x25', [up('c:1')]: '1x25' },
        silentAt: '5m',
        firesAt: '10m',
        fires: [downNode(names, 'a:1')],
      },
      furtherTests: [
        {
          // One scrape fails; later all fail.
          series: {
            [up('a:1')]: '1x5 0 1x5 0x20',
            [up('b:1')]: '1x40',
            [up('c:1')]: '1x40',
          },
          silentAt: '7m',
          firesAt: '17m',
          fires: [downNode(names, 'a:1')],
        },
      ],
    },
    {
      name: 'LiveKitRestartLoop',
      severity: 'critical',
      expr: `changes(process_start_time_seconds{${livekit}}[15m]) >= 3`,
      for: '0s',
      summary: 'LiveKit node restarts repeatedly.',
      description: `{{ $labels.${node} }} restarted {{ $value }} times within 15 minutes. Each restart ends its sessions.`,
      dashboard: 'node',
      test: {
        series: {
          [seriesOf('process_start_time_seconds', test.livekit('a:1'))]: '100x5 200x1 300x1 400x20',
        },
        silentAt: '5m',
        firesAt: '12m',
        fires: [
          {
            labels: test.livekit('a:1'),
            description: 'a:1 restarted 3 times within 15 minutes. Each restart ends its sessions.',
          },
        ],
      },
    },
    {
      name: 'LiveKitNodeDrainingTooLong',
      severity: 'warning',
      expr: 'livekit_swarm_lifecycle_registry_nodes{state="shutting_down"} > 0',
      // Kubernetes waits five hours (terminationGracePeriodSeconds of LiveKit's chart) before it
      // kills the node.
      for: '6h',
      summary: 'LiveKit node has been draining for more than six hours.',
      description:
        'Number of nodes of {{ $labels.target }} that have been draining for more than six hours: {{ $value }}. A draining node exits when its rooms are empty.',
      dashboard: 'rooms',
      test: {
        series: {
          [seriesOf('livekit_swarm_lifecycle_registry_nodes', exporter, {
            state: 'shutting_down',
          })]: '0x5 1x420',
        },
        interval: '1m',
        silentAt: '300m',
        firesAt: '400m',
        fires: [
          {
            labels: { ...exporter, state: 'shutting_down' },
            description:
              'Number of nodes of prod that have been draining for more than six hours: 1. A draining node exits when its rooms are empty.',
          },
        ],
      },
    },
    {
      name: 'LiveKitCpuHigh',
      severity: 'warning',
      expr: `instance:node_cpu_used:ratio_rate5m > ${limits.cpu}`,
      for: '10m',
      summary: 'CPU usage is high.',
      description: `{{ $labels.${host} }} uses {{ $value | humanizePercentage }} of its CPU. Packets are delayed and media quality degrades before all cores are busy.`,
      dashboard: 'cluster',
      test: {
        series: { [cpu('idle')]: '0+54x10 540+6x40', [cpu('user')]: '0+6x10 60+54x40' },
        silentAt: '20m',
        firesAt: '35m',
        fires: [busyHost(names)],
      },
      furtherTests: [
        {
          // A new host with little load at first; later its cores are busy.
          series: { [cpu('idle')]: '_x5 0+18x15 270+6x30', [cpu('user')]: '_x5 0+42x15 630+54x30' },
          silentAt: '18m',
          firesAt: '45m',
          fires: [busyHost(names)],
        },
      ],
    },
    {
      name: 'LiveKitMemoryHigh',
      severity: 'warning',
      expr: `instance:node_memory_used:ratio > ${limits.memory}`,
      for: '5m',
      summary: 'Memory usage is high.',
      description: `{{ $labels.${host} }} uses {{ $value | humanizePercentage }} of its memory. At the limit, the kernel kills LiveKit and ends all its sessions.`,
      dashboard: 'cluster',
      test: {
        series: {
          [seriesOf('node_memory_MemAvailable_bytes', test.host('m:1'))]: '50x5 10x30',
          [seriesOf('node_memory_MemTotal_bytes', test.host('m:1'))]: '100x35',
        },
        silentAt: '9m',
        firesAt: '15m',
        fires: [
          {
            labels: test.host('m:1'),
            description:
              'm:1 uses 90% of its memory. At the limit, the kernel kills LiveKit and ends all its sessions.',
          },
        ],
      },
    },
  ];
};

const downNode = ({ test }: Names, name: string) => ({
  labels: { ...test.livekit(name), severity: 'warning' },
  description: `${name} does not answer scrapes. Participants on it are or will be disconnected.`,
});

const busyHost = ({ test }: Names) => ({
  labels: test.host('m:1'),
  description:
    'm:1 uses 90% of its CPU. Packets are delayed and media quality degrades before all cores are busy.',
});
