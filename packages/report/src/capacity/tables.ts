import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { formatNumber } from '@livekit-swarm/settings';
import { formatBits, formatBytes, formatCount, formatMs, formatShare } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import { stateText } from './phrases.ts';

/** Quality and server cost over load. */
export const pointTable = (result: CapacityResult): TableData => ({
  head: [
    result.unit,
    'participants',
    'CPU',
    'memory',
    'sent',
    'join p95',
    'latency p95',
    'jitter p95',
    'loss',
    'result',
  ],
  rows: result.points.map((point) => {
    const { load, planned, measured } = point;
    return [
      formatNumber(load),
      formatNumber(planned.participants),
      cores(measured.cpuCores),
      formatBytes(measured.memoryBytes),
      formatBits(measured.bitsDown),
      formatMs(measured.joinTimeP95Ms),
      formatMs(measured.latencyP95Ms),
      formatMs(measured.jitterP95Ms),
      formatShare(measured.loss),
      stateText(point),
    ];
  }),
  left: [9],
});

const cores = (value: number | null): string =>
  value === null ? '–' : formatNumber(Number(value.toPrecision(3)));

/** Cost of one more room, and of one more participant. */
export const costTable = ({ costs }: CapacityResult): TableData => ({
  head: ['', 'room', 'participant'],
  rows: [
    ['CPU, cores', cores(costs.cpuPerRoom), cores(costs.cpuPerParticipant)],
    ['memory', formatBytes(costs.memoryPerRoom), formatBytes(costs.memoryPerParticipant)],
    ['sent', '', formatBits(costs.bitsDownPerParticipant)],
    ['received', '', formatBits(costs.bitsUpPerParticipant)],
  ],
  left: [0],
});

export const sizingTable = ({ sizing }: CapacityResult): TableData => ({
  head: ['users', 'nodes'],
  rows: sizing.map(({ users, nodes }) => [formatNumber(users), formatNumber(nodes)]),
  left: [],
});

/** Microseconds of a core for one more of each. */
export const modelTable = ({ model }: Pick<CapacityResult, 'model'>): TableData => ({
  head: ['', 'CPU'],
  rows:
    model === null
      ? []
      : [
          ['node without load', `${formatCount(Number((1_000 * model.base).toPrecision(3)))} ms/s`],
          ['participant', perSecond(model.cores.participants)],
          ['published track', perSecond(model.cores.tracksUp)],
          ['subscription', perSecond(model.cores.tracksDown)],
          ['packet received', micros(model.cores.packetsUp)],
          ['packet sent', micros(model.cores.packetsDown)],
        ],
  left: [0],
});

const perSecond = (value: number): string =>
  `${formatNumber(Number((1_000 * value).toPrecision(3)))} ms/s`;
const micros = (value: number): string =>
  `${formatNumber(Number((1e6 * value).toPrecision(3)))} µs`;
