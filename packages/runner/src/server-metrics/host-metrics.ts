import type { Series } from './livekit-metrics.ts';
import type { NodeFigures } from './server-source.ts';

/** Metric that every node_exporter on Linux has, and no other program. */
export const HOST_METRIC = 'node_memory_MemTotal_bytes';

const ALLOWANCES = {
  bandwidthInExceeded: 'node_ethtool_bw_in_allowance_exceeded',
  bandwidthOutExceeded: 'node_ethtool_bw_out_allowance_exceeded',
  packetsExceeded: 'node_ethtool_pps_allowance_exceeded',
  connectionsExceeded: 'node_ethtool_conntrack_allowance_exceeded',
} as const;

/** Metrics that are read of a host; those of ethtool need `--collector.ethtool`. */
export const HOST_METRICS: readonly string[] = [
  HOST_METRIC,
  'node_memory_MemAvailable_bytes',
  'node_cpu_seconds_total',
  'node_nf_conntrack_entries',
  'node_nf_conntrack_entries_limit',
  'node_nf_conntrack_stat_drop',
  ...Object.values(ALLOWANCES),
];

/** Modes of CPU time in which a core works for a program of this host. */
const BUSY: ReadonlySet<string> = new Set(['user', 'nice', 'system', 'irq', 'softirq']);

/** Figures of a host; those whose collector is off, or has nothing to count, are absent. */
export const hostFiguresOf = (series: readonly Series[]): NodeFigures => {
  const named = (name: string): Series[] => series.filter((one) => one.name === name);
  const sum = (some: readonly Series[]): number | undefined =>
    some.length === 0 ? undefined : some.reduce((total, { value }) => total + value, 0);
  const cpu = named('node_cpu_seconds_total');
  const cores = cpu.filter(({ labels: { mode } }) => mode === 'idle').length;
  const total = sum(named(HOST_METRIC));
  const figures: { [Figure in keyof NodeFigures]: number | undefined } = {
    hostCpuSeconds: sum(cpu.filter(({ labels: { mode = '' } }) => BUSY.has(mode))),
    hostStolenSeconds: sum(cpu.filter(({ labels: { mode } }) => mode === 'steal')),
    hostCores: cores === 0 ? undefined : cores,
    memoryLimitBytes: total,
    memoryShare: withoutRest(sum(named('node_memory_MemAvailable_bytes')), total),
    conntrackShare: shareOf(
      sum(named('node_nf_conntrack_entries')),
      sum(named('node_nf_conntrack_entries_limit')),
    ),
    conntrackDrops: sum(named('node_nf_conntrack_stat_drop')),
    ...Object.fromEntries(
      Object.entries(ALLOWANCES).map(([figure, name]) => [figure, sum(named(name))]),
    ),
  };
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
};

/** Share of what there is; undefined: one of both is not known, or there is no limit. */
export const shareOf = (used: number | undefined, all: number | undefined): number | undefined =>
  used === undefined || all === undefined || all <= 0 ? undefined : used / all;

/** Share in use, where the rest is known. */
export const withoutRest = (
  rest: number | undefined,
  all: number | undefined,
): number | undefined => {
  const share = shareOf(rest, all);
  return share === undefined ? undefined : 1 - share;
};
