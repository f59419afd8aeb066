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

/** What all shards saw in one second. */
export interface Second {
  /** When it ended, s after the start. */
  at: number;
  /** Participants that were in. */
  joined: number;
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
  /** The worst of all workers. */
  eventLoopLagMs: number;
  tickLatenessMs: number;
  lateSends: number;
  socketDrops: number;
  /** 0 … 1; null when nobody looked. */
  hostCpuShare: number | null;
}

/** A worker that was held up may write so much later than the others; of one even later there are two lines for a second, which add up. */
const WAIT_S = 10;

/** Merges the samples of all shards second by second, in order of time. Only the last few seconds are in memory. */
export async function* secondsOf(record: AsyncIterable<RecordLine>): AsyncGenerator<Second> {
  const open = new Map<number, Second>();
  let newest = Number.NEGATIVE_INFINITY;
  for await (const line of record) {
    if (line.type !== 'sample') continue;
    const at = secondOf(line);
    const second = open.get(at) ?? emptySecond(at);
    open.set(at, second);
    add(second, line);
    if (at <= newest) continue;
    newest = at;
    yield* taken(open, newest - WAIT_S);
  }
  yield* taken(open, Number.POSITIVE_INFINITY);
}

/** Samples are taken at full seconds, a little late: the middle of their interval says which second they tell of. */
const secondOf = ({ at, intervalMs }: SampleLine): number =>
  Math.floor((at - intervalMs / 2) / 1_000) + 1;

const taken = (open: Map<number, Second>, before: number): Second[] => {
  const done = [...open.values()].filter(({ at }) => at < before).sort((a, b) => a.at - b.at);
  for (const { at } of done) open.delete(at);
  return done;
};

const emptySecond = (at: number): Second => ({
  at,
  joined: 0,
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

const add = (second: Second, line: SampleLine): void => {
  second.joined += line.joined ?? 0;
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
