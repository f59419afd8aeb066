import { ALLOWANCES } from '../../../src/alerts/hosts.ts';
import type { Labels } from '../../../src/config/names.ts';
import type { World } from './world.ts';
import type { Counter, Gauge } from './write-series.ts';

const MEMORY_BYTES = 16e9;
const TRACKED_CONNECTIONS = 262_144;
const MEDIA_PORTS = 10_001;

/** Series of node_exporter on a host in the cloud, with the collector of its network driver. */
export const hostSeries = (
  of: Labels,
  host: number,
  world: World,
  gauge: Gauge,
  counter: Counter,
): void => {
  gauge('up', of, {}, () => 1);
  const used = (minute: number): number => world.cpu(host, minute);
  const stolen = (minute: number): number => Math.min(world.steal(host, minute), 1 - used(minute));
  for (const [mode, part] of [
    ['idle', (m: number) => 1 - used(m) - stolen(m)],
    ['user', used],
    ['steal', stolen],
  ] as const)
    counter('node_cpu_seconds_total', of, { cpu: '0', mode }, (m) => 60 * part(m));
  gauge('node_memory_MemTotal_bytes', of, {}, () => MEMORY_BYTES);
  gauge(
    'node_memory_MemAvailable_bytes',
    of,
    {},
    (m) => MEMORY_BYTES * (1 - world.memory(host, m)),
  );
  gauge('node_nf_conntrack_entries_limit', of, {}, () => TRACKED_CONNECTIONS);
  gauge('node_nf_conntrack_entries', of, {}, (m) =>
    Math.round(TRACKED_CONNECTIONS * world.conntrack(host, m)),
  );
  const sockets = (m: number): number => Math.round(MEDIA_PORTS * world.mediaPorts(host, m));
  gauge('node_sockstat_UDP_inuse', of, {}, () => 12);
  // A node that listens on all addresses has sockets of IPv6.
  gauge('node_sockstat_UDP6_inuse', of, {}, sockets);
  counter('node_vmstat_oom_kill', of, {}, (m) => world.oomKills(host, m));
  for (const allowance of ALLOWANCES)
    counter(`node_ethtool_${allowance}_allowance_exceeded`, of, { device: 'ens5' }, (m) =>
      world.shaped(host, m),
    );
};
