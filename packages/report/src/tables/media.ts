import type { Summary, TrafficRow } from '@livekit-swarm/analysis';
import { formatNumber } from '@livekit-swarm/settings';
import { formatBits, formatCount, formatMs, formatShare } from '../format.ts';
import { type RoleTraffic, roleTraffic } from '../role-traffic.ts';
import type { TableData } from '../table.ts';

/** Media by kind and direction. Loss is after recovery, "before" is loss before recovery; jitter, latency and RTT are p95. */
export const mediaTable = ({ traffic }: Summary): TableData => ({
  head: ['', 'tracks', 'packets', 'pkt/s', 'bitrate', 'loss', 'before', 'jitter', 'latency', 'RTT'],
  rows: traffic.map(row),
  left: [0],
});

const ARROWS = { up: '↑', down: '↓' } as const;

const row = (traffic: TrafficRow): string[] => [
  `${ARROWS[traffic.direction]} ${traffic.kind}`,
  formatNumber(traffic.tracks),
  formatNumber(traffic.packets),
  formatCount(traffic.packetsPerSecond === null ? null : Math.round(traffic.packetsPerSecond)),
  formatBits(traffic.bitsPerSecond),
  formatShare(traffic.loss),
  formatShare(traffic.lossBeforeRecovery),
  formatMs(traffic.jitterP95),
  formatMs(traffic.latencyP95),
  formatMs(traffic.rttP95),
];

/** Media by role. No rows with a single role: its media are the totals. */
export const roleTable = (summary: Summary): TableData => {
  const several = summary.scenario.groups.length > 1;
  return {
    head: ['', 'role', 'packets', 'pkt/s', 'bitrate', 'loss', 'jitter', 'latency'],
    rows: roleTraffic(summary).map((one) => [
      `${ARROWS[one.direction]} ${one.kind}`,
      roleName(one, several),
      formatNumber(one.packets),
      formatCount(one.packetsPerSecond === null ? null : Math.round(one.packetsPerSecond)),
      formatBits(one.bitsPerSecond),
      formatShare(one.loss),
      formatMs(one.jitterP95),
      formatMs(one.latencyP95),
    ]),
    left: [0, 1],
  };
};

const roleName = ({ group, role }: RoleTraffic, several: boolean): string =>
  several ? `${group}: ${role}` : role;
