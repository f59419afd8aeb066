import { expect, test } from 'vitest';
import { HOST_METRICS, hostFiguresOf } from './host-metrics.ts';
import { readExposition } from './livekit-metrics.ts';

const figuresOf = (text: string) => hostFiguresOf(readExposition(text, new Set(HOST_METRICS)));

test('figures of a host are read from the text of node_exporter', () => {
  expect(
    figuresOf(`# TYPE node_cpu_seconds_total counter
node_cpu_guest_seconds_total{cpu="0",mode="user"} 5
node_cpu_seconds_total{cpu="0",mode="idle"} 193.42
node_cpu_seconds_total{cpu="0",mode="iowait"} 5.94
node_cpu_seconds_total{cpu="0",mode="nice"} 2
node_cpu_seconds_total{cpu="0",mode="softirq"} 1
node_cpu_seconds_total{cpu="0",mode="steal"} 1.5
node_cpu_seconds_total{cpu="0",mode="user"} 4
node_cpu_seconds_total{cpu="1",mode="idle"} 190
node_cpu_seconds_total{cpu="1",mode="steal"} 0.5
node_cpu_seconds_total{cpu="1",mode="system"} 3
node_ethtool_bw_out_allowance_exceeded{device="ens5"} 40
node_ethtool_bw_out_allowance_exceeded{device="ens6"} 2
node_memory_MemAvailable_bytes 2e+09
node_memory_MemTotal_bytes 8e+09
node_nf_conntrack_entries 131072
node_nf_conntrack_entries_limit 262144
node_nf_conntrack_stat_drop 3
`),
  ).toEqual({
    hostCpuSeconds: 10,
    hostStolenSeconds: 2,
    hostCores: 2,
    memoryShare: 0.75,
    memoryLimitBytes: 8e9,
    conntrackShare: 0.5,
    conntrackDrops: 3,
    bandwidthOutExceeded: 42,
  });
});

test('collectors that are off have no figures', () => {
  expect(figuresOf('node_memory_MemTotal_bytes 8e+09\n')).toEqual({ memoryLimitBytes: 8e9 });
});
