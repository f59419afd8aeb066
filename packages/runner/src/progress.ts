import { Sketch } from '@livekit-swarm/metrics';
import type { SampleLine, SeriesSample } from '@livekit-swarm/record';
import type { Plan } from '@livekit-swarm/scenario';
import type { RosterCounts } from './roster.ts';

export type Phase = 'joining' | 'steady' | 'leaving';

/**
 * Progress of a run at this moment. Rates and shares describe about the last second; null: not
 * measured yet.
 */
export interface Progress extends RosterCounts {
  phase: Phase;
  /** Names of the current stages and named windows. */
  stages: string[];
  /** Time since the start, and length of the run, ms. */
  elapsedMs: number;
  totalMs: number;
  packetsPerSecond: { up: number; down: number };
  /** Packet loss of the downlink after recovery, from 0 to 1. */
  loss: number | null;
  jitterP95Ms: number | null;
  latencyP95Ms: number | null;
  generator: GeneratorProgress;
}

export interface GeneratorProgress {
  processes: number;
  processesAlive: number;
  cpuCores: number;
  residentBytes: number;
  eventLoopLagMs: number;
  tickLatenessMs: number;
  /** Sum since the start. */
  lateSends: number;
  socketDrops: number;
}

/**
 * Phase of a run. It is `joining` until the first participant of each slot has joined; later
 * participants of the slot do not matter. The function must be called in order of time.
 */
export const phaseOf = ({
  lastJoinAtMs,
  participants,
}: Plan): ((elapsedMs: number, counts: RosterCounts) => Phase) => {
  let phase: Phase = 'joining';
  let scheduled = 0;
  return (elapsedMs, { waiting }) => {
    while ((participants[scheduled]?.joinAtMs ?? Number.POSITIVE_INFINITY) <= elapsedMs)
      scheduled++;
    if (elapsedMs > lastJoinAtMs && waiting <= participants.length - scheduled) phase = 'steady';
    return phase;
  };
};

/** Names of the current windows, without those that every run has. */
export const stagesAt = ({ windows }: Plan, elapsedMs: number): string[] =>
  windows
    .filter(
      ({ source, fromMs, toMs }) => source !== 'builtin' && fromMs <= elapsedMs && elapsedMs < toMs,
    )
    .map(({ name }) => name);

export interface ProgressFold {
  add(sample: SampleLine): void;
  forget(shard: number): void;
  snapshot(): Pick<Progress, 'packetsPerSecond' | 'loss' | 'jitterP95Ms' | 'latencyP95Ms'> & {
    generator: Omit<GeneratorProgress, 'processes' | 'processesAlive'>;
  };
}

/** Folds the latest sample of each shard. */
export const createProgressFold = (): ProgressFold => {
  const latest = new Map<number, SampleLine>();
  const total = { lateSends: 0, socketDrops: 0 };
  return {
    add: (sample) => {
      latest.set(sample.shard, sample);
      total.lateSends += sample.generator.lateSends;
      total.socketDrops += sample.generator.socketDrops;
    },
    forget: (shard) => {
      latest.delete(shard);
    },
    snapshot: () => {
      const samples = [...latest.values()];
      const received = samples.flatMap(({ series }) => series.filter(isReceivedMedia));
      const lost = sum(received, (series) => series.lost);
      const arrived = sum(received, (series) => series.packets);
      return {
        packetsPerSecond: { up: rateOf(samples, 'up'), down: rateOf(samples, 'down') },
        loss: arrived + lost > 0 ? Math.max(0, lost) / (arrived + lost) : null,
        jitterP95Ms: p95(received, 'jitter'),
        latencyP95Ms: p95(received, 'latency'),
        generator: {
          cpuCores: sum(samples, ({ generator }) => generator.cpuCores),
          residentBytes: sum(samples, ({ generator }) => generator.residentBytes),
          eventLoopLagMs: Math.max(0, ...samples.map(({ generator }) => generator.eventLoopLagMs)),
          tickLatenessMs: Math.max(0, ...samples.map(({ generator }) => generator.tickLatenessMs)),
          ...total,
        },
      };
    },
  };
};

const isReceivedMedia = ({ labels }: SeriesSample): boolean =>
  labels.direction === 'down' && labels.kind !== 'data';

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);

/** Packets per second of all shards. Each shard is divided by the length of its own interval. */
const rateOf = (samples: readonly SampleLine[], direction: 'up' | 'down'): number =>
  sum(samples, ({ series, intervalMs }) => {
    const packets = sum(series, ({ labels, packets: count }) =>
      labels.direction === direction ? count : 0,
    );
    return (packets * 1_000) / intervalMs;
  });

const p95 = (series: readonly SeriesSample[], field: 'jitter' | 'latency'): number | null => {
  const sketch = new Sketch();
  for (const one of series) sketch.addBins(one[field]);
  return sketch.quantile(0.95) ?? null;
};
