import { Sketch } from '@livekit-swarm/metrics';
import {
  COORDINATOR_SHARD,
  emptySeries,
  type GeneratorSample,
  type RecordLine,
  type SampleLine,
  SERIES_COUNTERS,
  type SeriesSample,
} from '@livekit-swarm/record';
import { SecondBuffer, secondOfSample } from './seconds.ts';

/** Merged samples of all shards in one second. */
export interface SampleSecond {
  /** End of the second, s after the start of the run. */
  at: number;
  /** Number of connected participants. */
  connected: number;
  series: MergedSeries[];
  generator: MergedGenerator;
}

export interface MergedSeries {
  sums: SeriesSample;
  latency: Sketch;
  jitter: Sketch;
  rtt: Sketch;
}

export interface MergedGenerator {
  cpuCores: number;
  residentBytes: number;
  /** Largest value of all workers. */
  eventLoopLagMs: number;
  tickLatenessMs: number;
  lateSends: number;
  socketDrops: number;
  /** Utilisation of the busiest host, from 0 to 1; null: not measured. */
  hostCpuShare: number | null;
}

/**
 * Merges the samples of all shards second by second, in order of time. A whole sample counts in the
 * second that contains the middle of its interval. A sample that is later than `LATE_SAMPLES_S`
 * makes another entry for its second, and both entries add up.
 */
export async function* sampleSeconds(
  record: AsyncIterable<RecordLine>,
): AsyncGenerator<SampleSecond> {
  const seconds = new SecondBuffer((second) => emptySecond(second + 1));
  for await (const line of record) {
    if (line.type !== 'sample') continue;
    add(seconds.at(secondOfSample(line)), line);
    for (const { content } of seconds.takeComplete()) yield content;
  }
  for (const { content } of seconds.takeAll()) yield content;
}

const emptySecond = (at: number): SampleSecond => ({
  at,
  connected: 0,
  series: [],
  generator: {
    cpuCores: 0,
    residentBytes: 0,
    eventLoopLagMs: 0,
    tickLatenessMs: 0,
    lateSends: 0,
    socketDrops: 0,
    hostCpuShare: null,
  },
});

const add = (second: SampleSecond, line: SampleLine): void => {
  second.connected += line.connected ?? 0;
  addGenerator(second.generator, line.generator, line.shard);
  for (const series of line.series) addSeries(second.series, series);
};

const addGenerator = (all: MergedGenerator, one: GeneratorSample, shard: number): void => {
  all.cpuCores += one.cpuCores;
  all.residentBytes += one.residentBytes;
  if (one.hostCpuShare !== undefined)
    all.hostCpuShare = Math.max(all.hostCpuShare ?? 0, one.hostCpuShare);
  if (shard === COORDINATOR_SHARD) return;
  all.eventLoopLagMs = Math.max(all.eventLoopLagMs, one.eventLoopLagMs);
  all.tickLatenessMs = Math.max(all.tickLatenessMs, one.tickLatenessMs);
  all.lateSends += one.lateSends;
  all.socketDrops += one.socketDrops;
};

const addSeries = (all: MergedSeries[], one: SeriesSample): void => {
  let merged = all.find(({ sums }) => sameLabels(sums.labels, one.labels));
  if (merged === undefined) {
    merged = {
      sums: emptySeries(one.labels),
      latency: new Sketch(),
      jitter: new Sketch(),
      rtt: new Sketch(),
    };
    all.push(merged);
  }
  for (const counter of SERIES_COUNTERS) merged.sums[counter] += one[counter];
  for (const [height, tracks] of Object.entries(one.layers))
    merged.sums.layers[height] = (merged.sums.layers[height] ?? 0) + tracks;
  merged.latency.addBins(one.latency);
  merged.jitter.addBins(one.jitter);
  merged.rtt.addBins(one.rtt);
};

const sameLabels = (a: SeriesSample['labels'], b: SeriesSample['labels']): boolean =>
  a.direction === b.direction &&
  a.kind === b.kind &&
  a.group === b.group &&
  a.role === b.role &&
  a.codec === b.codec;
