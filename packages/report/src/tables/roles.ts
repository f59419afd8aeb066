import type { Summary } from '@livekit-swarm/analysis';
import { formatBits, formatCount, formatMs, formatNumber, formatShare } from '../format.ts';
import { type RoleTraffic, roleTraffic } from '../role-traffic.ts';
import { ARROWS } from './media.ts';
import type { TableData } from './table-data.ts';

/** Media by role. No rows where everybody has the same: then the totals say it all. */
export const roleTable = (summary: Summary): TableData => {
  const several = summary.scenario.groups.length > 1;
  return {
    head: ['', 'who', 'packets', 'pkt/s', 'bit rate', 'loss', 'jitter', 'latency'],
    rows: roleTraffic(summary).map((one) => [
      `${ARROWS[one.direction]} ${one.kind}`,
      whoOf(one, several),
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

const whoOf = ({ group, role }: RoleTraffic, several: boolean): string =>
  several ? `${group}: ${role}` : role;
