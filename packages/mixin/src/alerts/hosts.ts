import { type Names, seriesOf } from '../config/names.ts';
import type { Alert, RuleTest } from '../rule.ts';

/**
 * Limits of a cloud instance, from counters of its ENA driver: excess packets are queued or
 * dropped.
 */
export const ALLOWANCES = ['bw_in', 'bw_out', 'pps', 'conntrack'] as const;

/**
 * Threshold of shaped packets, packets/s: bursts of microseconds touch the limits of a healthy
 * host.
 */
const SHAPED_PER_SECOND = 1;

/** Threshold of the connection table, used share: above it, a burst of joins can fill the table. */
const CONNTRACK_USED = 0.8;

/**
 * Threshold of stolen CPU time, share: a pump of media that waits for a tenth of its time delays
 * packets.
 */
const STOLEN = 0.1;

/** Threshold of open files, share of the limit of the process: each connection is one. */
const FILES_OPEN = 0.8;

/** Threshold of UDP sockets, share of the media ports: above it, a burst of joins can use them up. */
const PORTS_USED = 0.8;

/** Alerts on limits of a host or its cloud that livekit-server does not see. */
export const hostAlerts = (names: Names): readonly Alert[] => [
  allowanceAlert(names),
  conntrackAlert(names),
  stealAlert(names),
  filesAlert(names),
  portsAlert(names),
  oomAlert(names),
];

const allowanceAlert = ({ hosts, perHost, host, test }: Names): Alert => {
  const counted = (name: string): string =>
    seriesOf(`node_ethtool_${name}_allowance_exceeded`, test.host('m:1'), { device: 'ens5' });
  return {
    name: 'LiveKitCloudAllowanceExceeded',
    severity: 'warning',
    expr: ALLOWANCES.map(
      (name) =>
        `label_replace(sum by (${perHost}) (rate(node_ethtool_${name}_allowance_exceeded{${hosts}}[5m])) > ${SHAPED_PER_SECOND}, "allowance", "${name}", "", "")`,
    ).join('\nor\n'),
    for: '5m',
    summary: 'The cloud provider queues or drops packets of a host.',
    description: `{{ $labels.${host} }} is beyond its {{ $labels.allowance }} allowance: the provider queues or drops {{ $value | humanize }} packets per second. Packet loss and jitter of its nodes are those of the instance type, not of LiveKit.`,
    dashboard: 'node',
    test: {
      series: {
        [counted('bw_out')]: '0+6x10 60+600x30',
        [counted('bw_in')]: '0+6x40',
        [counted('pps')]: '0x40',
        [counted('conntrack')]: '0x40',
      },
      silentAt: '10m',
      firesAt: '25m',
      fires: [
        {
          labels: { ...test.host('m:1'), allowance: 'bw_out' },
          description:
            'm:1 is beyond its bw_out allowance: the provider queues or drops 10 packets per second. Packet loss and jitter of its nodes are those of the instance type, not of LiveKit.',
        },
      ],
    },
  };
};

const conntrackAlert = ({ hosts, host, test }: Names): Alert => {
  const series = (name: string): string => seriesOf(name, test.host('m:1'));
  return {
    name: 'LiveKitConntrackHigh',
    severity: 'warning',
    expr: `node_nf_conntrack_entries{${hosts}} / (node_nf_conntrack_entries_limit{${hosts}} > 0) > ${CONNTRACK_USED}`,
    for: '5m',
    summary: 'The table of tracked connections is nearly full.',
    description: `{{ $labels.${host} }} uses {{ $value | humanizePercentage }} of its table of tracked connections. When it is full, the kernel drops the packets of new participants.`,
    dashboard: 'node',
    test: {
      series: {
        [series('node_nf_conntrack_entries')]: '60000x10 240000x20',
        [series('node_nf_conntrack_entries_limit')]: '262144x30',
      },
      silentAt: '10m',
      firesAt: '20m',
      fires: [
        {
          labels: test.host('m:1'),
          description:
            'm:1 uses 91.55% of its table of tracked connections. When it is full, the kernel drops the packets of new participants.',
        },
      ],
    },
  };
};

const stealAlert = ({ hosts, perHost, host, test }: Names): Alert => {
  const cpu = (mode: string): string =>
    seriesOf('node_cpu_seconds_total', test.host('m:1'), { cpu: '0', mode });
  return {
    name: 'LiveKitCpuStolen',
    severity: 'warning',
    expr: `sum by (${perHost}) (rate(node_cpu_seconds_total{${hosts}, mode="steal"}[5m])) / (sum by (${perHost}) (rate(node_cpu_seconds_total{${hosts}}[5m])) > 0) > ${STOLEN}`,
    for: '10m',
    summary: 'Other virtual machines take the CPU time of a host.',
    description: `The hypervisor gives {{ $value | humanizePercentage }} of the CPU time of {{ $labels.${host} }} to others. Packets of its nodes wait, and its CPU usage looks lower than it is.`,
    dashboard: 'node',
    test: {
      series: {
        [cpu('steal')]: '0+0x10 0+15x30',
        [cpu('idle')]: '0+60x10 600+45x30',
      },
      silentAt: '15m',
      firesAt: '35m',
      fires: [
        {
          labels: test.host('m:1'),
          description:
            'The hypervisor gives 25% of the CPU time of m:1 to others. Packets of its nodes wait, and its CPU usage looks lower than it is.',
        },
      ],
    },
  };
};

const filesAlert = ({ livekit, node, test }: Names): Alert => {
  const series = (name: string): string => seriesOf(name, test.livekit('a:1'));
  return {
    name: 'LiveKitFilesNearLimit',
    severity: 'warning',
    expr: `process_open_fds{${livekit}} / (process_max_fds{${livekit}} > 0) > ${FILES_OPEN}`,
    for: '5m',
    summary: 'LiveKit node is near its limit of open files.',
    description: `{{ $labels.${node} }} has {{ $value | humanizePercentage }} of its open files in use. At the limit it accepts no more connections: joins through it fail.`,
    dashboard: 'node',
    test: {
      series: {
        [series('process_open_fds')]: '300x10 900x20',
        [series('process_max_fds')]: '1024x30',
      },
      silentAt: '10m',
      firesAt: '20m',
      fires: [
        {
          labels: test.livekit('a:1'),
          description:
            'a:1 has 87.89% of its open files in use. At the limit it accepts no more connections: joins through it fail.',
        },
      ],
    },
  };
};

const portsAlert = ({ hosts, host, config, test }: Names): Alert => {
  const { mediaPorts } = config.limits;
  const [udp, udp6] = ['UDP', 'UDP6'].map((name) => `node_sockstat_${name}_inuse{${hosts}}`);
  const series = (name: string): string =>
    seriesOf(`node_sockstat_${name}_inuse`, test.host('m:1'));
  const [few, many] = [Math.round(mediaPorts * 0.3), Math.round(mediaPorts * 0.9)];
  return {
    name: 'LiveKitMediaPortsNearLimit',
    severity: 'warning',
    // A port has a socket for each address family. Hosts without IPv6 export no UDP6.
    expr: `(${udp} >= ${udp6} or ${udp6} or ${udp}) / ${mediaPorts} > ${PORTS_USED}`,
    for: '5m',
    summary: 'Media ports of a LiveKit node are nearly used up.',
    description: `{{ $labels.${host} }} has as many UDP sockets as {{ $value | humanizePercentage }} of the ${mediaPorts} media ports of a node. When they are used up, new participants find no path.`,
    dashboard: 'node',
    test: {
      series: {
        [series('UDP')]: `${few}x10 ${many}x20`,
        [series('UDP6')]: `${few}x30`,
      },
      silentAt: '10m',
      firesAt: '20m',
      fires: [
        {
          labels: test.host('m:1'),
          description: `m:1 has as many UDP sockets as ${percentOf(many / mediaPorts)} of the ${mediaPorts} media ports of a node. When they are used up, new participants find no path.`,
        },
      ],
    },
    furtherTests: [
      {
        series: { [series('UDP')]: `${few}x10 ${many}x20` },
        silentAt: '10m',
        firesAt: '20m',
        fires: [
          {
            labels: test.host('m:1'),
            description: `m:1 has as many UDP sockets as ${percentOf(many / mediaPorts)} of the ${mediaPorts} media ports of a node. When they are used up, new participants find no path.`,
          },
        ],
      },
    ],
  };
};

/** A share as `humanizePercentage` of Prometheus writes it. */
const percentOf = (share: number): string => `${Number((share * 100).toPrecision(4))}%`;

const oomAlert = ({ hosts, host, test }: Names): Alert => {
  const kills = seriesOf('node_vmstat_oom_kill', test.host('m:1'));
  const fires: RuleTest['fires'] = [
    {
      labels: test.host('m:1'),
      description:
        'The kernel of m:1 has ended a process for lack of memory within 15 minutes. If it was LiveKit, all its sessions ended.',
    },
  ];
  return {
    name: 'LiveKitOomKill',
    severity: 'warning',
    // OOM kills at the limit of a container count as well: the host may have memory left.
    expr: `increase(node_vmstat_oom_kill{${hosts}}[15m]) > 0`,
    for: '0s',
    summary: 'The kernel ended a process for lack of memory.',
    description: `The kernel of {{ $labels.${host} }} has ended a process for lack of memory within 15 minutes. If it was LiveKit, all its sessions ended.`,
    dashboard: 'node',
    test: { series: { [kills]: '3x10 4x20' }, silentAt: '10m', firesAt: '12m', fires },
  };
};
