import type { RoleTraffic, Summary, Traffic } from '@livekit-swarm/analysis';
import { formatNumber } from '@livekit-swarm/settings';
import { formatBits, formatCount, formatMs, formatShare } from '../format.ts';
import type { TableData } from '../table.ts';

const ARROWS = { up: '↑', down: '↓' } as const;

/** Media by kind and direction. Loss is after recovery, "before" is loss before recovery; jitter, latency and RTT are p95. */
export const mediaTable = ({ traffic }: Summary): TableData => ({
  head: ['', 'tracks', 'packets', 'pkt/s', 'bitrate', 'loss', 'before', 'jitter', 'latency', 'RTT'],
  rows: traffic.map((row) => [
    flowOf(row),
    formatNumber(row.tracks),
    ...amounts(row),
    formatShare(row.lossBeforeRecovery),
    ...times(row),
    formatMs(row.rtt?.p95 ?? null),
  ]),
  left: [0],
});

/** Media by role. No rows with a single role: its media are the totals. */
export const roleTable = ({ scenario, roles }: Summary): TableData => {
  const several = scenario.groups.length > 1;
  return {
    head: ['', 'role', 'packets', 'pkt/s', 'bitrate', 'loss', 'jitter', 'latency'],
    rows: roles.map((row) => [flowOf(row), roleName(row, several), ...amounts(row), ...times(row)]),
    left: [0, 1],
  };
};

const flowOf = ({ direction, kind }: Traffic): string => `${ARROWS[direction]} ${kind}`;

const amounts = ({ packets, packetsPerSecond, bitsPerSecond, loss }: Traffic): string[] => [
  formatNumber(packets),
  formatCount(packetsPerSecond === null ? null : Math.round(packetsPerSecond)),
  formatBits(bitsPerSecond),
  formatShare(loss),
];

const times = ({ jitter, latency }: Traffic): string[] => [
  formatMs(jitter?.p95 ?? null),
  formatMs(latency?.p95 ?? null),
];

const roleName = ({ group, role }: RoleTraffic, several: boolean): string =>
  several ? `${group}: ${role}` : role;
