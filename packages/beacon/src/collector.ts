import type { StreamCounters, StreamReport } from './payload.ts';
import type { Reading } from './reading.ts';

/** Turns counters that only grow into differences between reports. */
export interface Collector {
  /** @param history what these streams counted before now belongs to nobody: they are only remembered */
  add(readings: readonly Reading[], at: number, history?: boolean): void;
  /** What came together since it was last taken. */
  take(): StreamReport[];
}

interface Stream {
  last: Reading;
  at: number;
  /** What came together since the last report; undefined when nothing did. */
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

/** Streams that were not seen for this long are forgotten. */
const FORGET_AFTER_MS = 60_000;

export const createCollector = (): Collector => {
  const streams = new Map<string, Stream>();

  const add = (readings: readonly Reading[], at: number, history = false): void => {
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
  'freezes',
  'freezeSeconds',
  'concealed',
  'silentConcealed',
  'samples',
] as const satisfies (keyof StreamCounters)[];

/** The stream began anew, with the same name: another sender or receiver took its place. */
const restarted = (known: Stream, { counters }: Reading): boolean =>
  counters.packets < known.last.counters.packets || counters.bytes < known.last.counters.bytes;

const accumulate = (due: Due, known: Stream | undefined, reading: Reading, at: number): void => {
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

/** RFC 3550 lets the number of lost packets shrink when they come late after all; one that shrank must not be counted again as it grows. */
const withHighWater = (known: Stream | undefined, reading: Reading): Reading => {
  if (known === undefined || restarted(known, reading)) return reading;
  const lost = Math.max(known.last.counters.lost, reading.counters.lost);
  return { ...reading, counters: { ...reading.counters, lost } };
};

const isEmpty = ({ counters, expectedMs }: Due, { paused }: Reading): boolean =>
  COUNTERS.every((name) => counters[name] === 0) && !(paused && expectedMs > 0);

const toReport = (due: Due, last: Reading): StreamReport => {
  const { direction, kind, codec, width, height } = last;
  const optional = {
    ...due.counters,
    codec,
    width,
    height,
    jitter: mean(due.jitter),
    rtt: mean(due.rtt),
    bufferDelay: due.bufferCount > 0 ? due.bufferSeconds / due.bufferCount : undefined,
    rated: last.rated ? undefined : false,
    paused: last.paused ? true : undefined,
  };
  // Zeros are left out; of jitter and round-trip time they are measurements.
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

/** To the microsecond, where the number is seconds. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
