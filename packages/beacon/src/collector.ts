import type { StreamCounters, StreamReport } from './payload.ts';
import type { StatsReading } from './stats-reading.ts';

/** Computes differences between reports from cumulative counters. */
export interface Collector {
  /**
   * @param history the counters until now are not reported, only stored as the start of the next
   *   difference
   */
  add(readings: readonly StatsReading[], at: number, history?: boolean): void;
  /** Differences since the last call. */
  take(): StreamReport[];
}

interface Stream {
  last: StatsReading;
  at: number;
  /** Differences since the last report; undefined if there are none. */
  due: Due | undefined;
}

interface Due {
  counters: Required<StreamCounters>;
  expectedMs: number;
  bufferSeconds: number;
  bufferCount: number;
  jitter: number[];
  rtt: number[];
}

/** Time without readings after which a stream is removed, ms. */
const FORGET_AFTER_MS = 60_000;

export const createCollector = (): Collector => {
  const streams = new Map<string, Stream>();

  const add = (readings: readonly StatsReading[], at: number, history = false): void => {
    for (const reading of readings) {
      const known = streams.get(reading.key);
      if (known === undefined && history) {
        streams.set(reading.key, { last: reading, at, due: undefined });
        continue;
      }
      const due = known?.due ?? emptyDue();
      accumulate(due, known, reading, at);
      streams.set(reading.key, { last: withHighWater(known, reading), at, due });
    }
  };

  const take = (): StreamReport[] => {
    const newest = Math.max(...[...streams.values()].map(({ at }) => at));
    return [...streams].flatMap(([key, stream]) => {
      const { due, last } = stream;
      stream.due = undefined;
      if (newest - stream.at > FORGET_AFTER_MS) streams.delete(key);
      return due === undefined || isEmpty(due, last) ? [] : [toReport(due, last)];
    });
  };

  return { add, take };
};

const emptyDue = (): Due => ({
  counters: Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Required<StreamCounters>,
  expectedMs: 0,
  bufferSeconds: 0,
  bufferCount: 0,
  jitter: [],
  rtt: [],
});

const COUNTERS = [
  'packets',
  'bytes',
  'lost',
  'recovered',
  'nacks',
  'plis',
  'frames',
  'framesDropped',
  'codecSeconds',
  'cpuLimitedSeconds',
  'freezes',
  'freezeSeconds',
  'concealed',
  'silentConcealed',
  'samples',
] as const satisfies (keyof StreamCounters)[];

/**
 * Returns true if the counters started again under the same key: another sender or receiver
 * replaced the stream.
 */
const restarted = (known: Stream, { counters }: StatsReading): boolean =>
  counters.packets < known.last.counters.packets || counters.bytes < known.last.counters.bytes;

const accumulate = (
  due: Due,
  known: Stream | undefined,
  reading: StatsReading,
  at: number,
): void => {
  const before = known !== undefined && !restarted(known, reading) ? known.last : undefined;
  for (const name of COUNTERS)
    due.counters[name] += Math.max(0, reading.counters[name] - (before?.counters[name] ?? 0));
  due.bufferSeconds += Math.max(0, reading.bufferSeconds - (before?.bufferSeconds ?? 0));
  due.bufferCount += Math.max(0, reading.bufferCount - (before?.bufferCount ?? 0));
  if (known?.last.expected === true && reading.expected)
    due.expectedMs += Math.max(0, at - known.at);
  if (reading.counters.packets === before?.counters.packets) return;
  if (reading.jitter !== undefined) due.jitter.push(reading.jitter);
  if (reading.rtt !== undefined) due.rtt.push(reading.rtt);
};

/**
 * Keeps the highest number of lost packets. In RFC 3550, late packets reduce the number; the same
 * packets must not be counted again when it grows.
 */
const withHighWater = (known: Stream | undefined, reading: StatsReading): StatsReading => {
  if (known === undefined || restarted(known, reading)) return reading;
  const lost = Math.max(known.last.counters.lost, reading.counters.lost);
  return { ...reading, counters: { ...reading.counters, lost } };
};

const isEmpty = ({ counters, expectedMs }: Due, { paused }: StatsReading): boolean =>
  COUNTERS.every((name) => counters[name] === 0) && !(paused && expectedMs > 0);

const toReport = (due: Due, last: StatsReading): StreamReport => {
  const { direction, kind, codec, width, height, publisher } = last;
  const optional = {
    ...due.counters,
    codec,
    publisher,
    width,
    height,
    jitter: mean(due.jitter),
    rtt: mean(due.rtt),
    bufferDelay: due.bufferCount > 0 ? due.bufferSeconds / due.bufferCount : undefined,
    rated: last.rated ? undefined : false,
    paused: last.paused ? true : undefined,
  };
  // Zeros are omitted, except for jitter and round-trip time, for which 0 is a measurement.
  const worth = ([name, value]: [string, unknown]) =>
    value !== undefined &&
    (value !== 0 || name === 'jitter' || name === 'rtt' || name === 'bufferDelay');
  const rounded = ([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' ? round(value) : value,
  ];
  return {
    direction,
    kind,
    expectedMs: Math.round(due.expectedMs),
    ...Object.fromEntries(Object.entries(optional).filter(worth).map(rounded)),
  };
};

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Rounds to microseconds if the number is in seconds. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
