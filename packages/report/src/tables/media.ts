import type { Summary, TrafficRow } from '@livekit-swarm/analysis';
import { formatBits, formatCount, formatMs, formatNumber, formatShare } from '../format.ts';
import type { TableData } from './table-data.ts';

/** Media by kind and direction. Loss is after recovery, "at first" before it; jitter, latency and RTT are p95. */
export const mediaTable = ({ traffic }: Summary): TableData => ({
  head: [
    '',
    'tracks',
    'packets',
    'pkt/s',
    'bit rate',
    'loss',
    'at first',
    'jitter',
    'latency',
    'RTT',
  ],
  rows: traffic.map(row),
  left: [0],
});

export const ARROWS = { up: '↑', down: '↓' } as const;

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
