import { type Summary, secondOfSample } from '@livekit-swarm/analysis';
import {
  type Aggregation,
  aggregate,
  type MetricName,
  type MetricReader,
} from '@livekit-swarm/metrics';
import type { RecordLine } from '@livekit-swarm/record';

/** Figures of one second of a drill, over all participants. */
export interface DrillSecond {
  /** Start of the second, ms after the run's start. */
  at: number;
  /** Number of received media packets. */
  packets: number;
  /** Share of packets that were never received, 0 … 1; null: none was expected. */
  loss: number | null;
}

/** Adds up samples per second, for the charts of the report. */
export const createSeconds = (): { add(line: RecordLine): void; result(): DrillSecond[] } => {
  const seconds = new Map<number, { packets: number; lost: number }>();
  return {
    add: (line) => {
      if (line.type !== 'sample') return;
      const at = secondOfSample(line) * 1_000;
      const sum = seconds.get(at) ?? { packets: 0, lost: 0 };
      for (const { labels, packets, lost } of line.series) {
        if (labels.direction !== 'down' || labels.kind === 'data') continue;
        sum.packets += packets;
        sum.lost += lost;
      }
      seconds.set(at, sum);
    },
    result: () =>
      [...seconds]
        .sort(([a], [b]) => a - b)
        .map(([at, { packets, lost }]) => {
          const expected = packets + lost;
          const loss = expected <= 0 ? null : Math.min(1, Math.max(0, lost / expected));
          return { at, packets, loss };
        }),
  };
};

/** Figures of one window of a drill; null: not measured. */
export interface WindowFigures {
  name: string;
  fromMs: number;
  toMs: number;
  joined: number;
  joinFailures: number;
  joinP95Ms: number | null;
  /** Received packets per second, over all tracks. */
  packetsPerSecond: number | null;
  /** Share of packets that were never received, after recovery, 0 … 1. */
  loss: number | null;
  jitterP95Ms: number | null;
  latencyP95Ms: number | null;
  nacksPerSecond: number | null;
}

const P95: Aggregation = { type: 'p', percentile: 95 };
const RATE: Aggregation = { type: 'rate' };

/** Figures of the drill's own windows: baseline, fault, recovery. */
export const windowFigures = ({ windows }: Pick<Summary, 'windows'>): WindowFigures[] =>
  windows
    .filter(({ window }) => window.source === 'custom')
    .map(({ window: { name, fromMs, toMs }, metrics }) => ({
      name,
      fromMs,
      toMs,
      ...joins(metrics),
      joinP95Ms: figure(metrics, 'join_time', P95),
      packetsPerSecond: figure(metrics, 'packets_received', RATE),
      loss: figure(metrics, 'packet_loss', RATE),
      jitterP95Ms: figure(metrics, 'jitter', P95),
      latencyP95Ms: figure(metrics, 'media_latency', P95),
      nacksPerSecond: figure(metrics, 'nacks_sent', RATE),
    }));

const joins = (metrics: MetricReader): Pick<WindowFigures, 'joined' | 'joinFailures'> => {
  const value = metrics.measure('join_failures');
  return value?.type === 'rate'
    ? { joined: value.total - value.hits, joinFailures: value.hits }
    : { joined: 0, joinFailures: 0 };
};

const figure = (
  metrics: MetricReader,
  metric: MetricName,
  aggregation: Aggregation,
): number | null => aggregate(metrics.measure(metric), aggregation) ?? null;
