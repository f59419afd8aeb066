import type { TrafficRow } from '@livekit-swarm/core';
import { formatBits, formatCount, formatMs, formatNumber, formatShare } from '../format.ts';
import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderTable } from '../table.ts';

const HEAD = ['', 'tracks', 'packets', 'pkt/s', 'bit rate', 'loss', 'at first', 'jitter', 'latency', 'RTT'];

/** Media by kind and direction. Loss is after recovery, "at first" before it; jitter, latency and RTT are p95. */
export const mediaSection = ({ summary }: ReportInput, style: Style): string[] => {
  if (summary.traffic.length === 0) return [];
  return [style.title('MEDIA'), ...renderTable([HEAD.map(style.dim), ...summary.traffic.map(row)])];
};

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
