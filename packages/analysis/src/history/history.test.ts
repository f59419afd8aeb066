import type { SketchBins } from '@livekit-swarm/metrics';
import { Sketch } from '@livekit-swarm/metrics';
import type { EventLine, RecordLine, SampleLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { generatorOf, recordOf, seriesOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { createHistory, type History } from './history.ts';
import { type SeriesQuery, seriesName } from './time-series.ts';

const LOSS: SeriesQuery = {
  metric: 'packet_loss',
  selector: { kind: 'audio' },
  aggregation: { type: 'rate' },
};
const PACKETS: SeriesQuery = {
  metric: 'packets_received',
  selector: { kind: 'audio' },
  aggregation: { type: 'rate' },
};
const LATENCY: SeriesQuery = {
  metric: 'media_latency',
  selector: {},
  aggregation: { type: 'p', percentile: 95 },
};
const JOIN: SeriesQuery = { metric: 'join_time', selector: {}, aggregation: { type: 'max' } };
const LATE: SeriesQuery = { metric: 'tick_lateness', selector: {}, aggregation: { type: 'max' } };
const ALL = [LOSS, PACKETS, LATENCY, JOIN, LATE];

const historyOf = (lines: readonly RecordLine[]): History => {
  const fold = createHistory(ALL);
  for (const line of lines) fold.add(line);
  return fold.interim();
};

const bins = (...values: number[]): SketchBins => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch.toBins();
};

const sample = (
  at: number,
  changes: Partial<SampleLine> = {},
  packets = 50,
  lost = 0,
): SampleLine => ({
  type: 'sample',
  at,
  shard: 0,
  intervalMs: 1_000,
  connected: 2,
  series: [seriesOf('down', 'audio', 'publisher', 2, { packets, lost, latency: bins(10) })],
  generator: generatorOf(),
  ...changes,
});

const happened = (
  at: number,
  event: EventLine['event'],
  changes: Partial<EventLine> = {},
): EventLine => ({
  type: 'event',
  at,
  event,
  identity: 'k3x9-1-p1',
  room: 'swarm-k3x9-1',
  role: 'publisher',
  group: 'load',
  ...changes,
});

const seconds = (count: number): number[] =>
  Array.from({ length: count }, (_, second) => (second + 1) * 1_000);

describe('a history', () => {
  it('has a step for each second', () => {
    const { steps, stepMs, series } = historyOf([
      sample(1_000),
      sample(2_000, {}, 30, 20),
      sample(3_000),
    ]);
    expect([steps, stepMs]).toEqual([3, 1_000]);
    expect(series(PACKETS)?.value).toEqual([50, 30, 50]);
    expect(series(LOSS)?.value).toEqual([0, 0.4, 0]);
  });

  it('sums over workers, whatever the order of their samples', () => {
    const { series, line } = historyOf([
      sample(1_003),
      sample(2_001, {}, 30, 10),
      sample(1_150, { shard: 1, connected: 5 }),
      sample(2_010, { shard: 1, connected: 5 }, 60),
    ]);
    expect(series(PACKETS)?.value).toEqual([100, 90]);
    expect(series(LOSS)?.value).toEqual([0, 0.1]);
    expect(line('connected')?.value).toEqual([7, 7]);
    expect(line('cpu')?.value[1]).toBeCloseTo(0.1);
  });

  it('computes percentiles over all workers', () => {
    const slow = (at: number): SampleLine =>
      sample(at, {
        shard: 1,
        series: [
          seriesOf('down', 'audio', 'publisher', 1, {
            latency: bins(...Array.from({ length: 99 }, () => 100)),
          }),
        ],
      });
    expect(historyOf([sample(1_000), slow(1_000)]).series(LATENCY)?.value[0]).toBeCloseTo(100, -1);
  });

  it('spreads the samples of a worker that samples half a second late', () => {
    const { series } = historyOf([1, 2, 3, 4, 5].map((second) => sample(second * 1_000 + 500)));
    // The first sample began half a second after the start of the run.
    expect(series(PACKETS)?.value).toEqual([50, 50, 50, 50, 50, 50]);
  });

  it('holds the level of a worker between two samples, and drops it when the worker dies', () => {
    const { line } = historyOf([
      sample(1_000),
      sample(1_000, { shard: 1, connected: 5 }),
      sample(2_000),
      sample(3_000),
      happened(3_500, 'process_died', { shard: 1, identity: undefined as never }),
      sample(4_000),
    ]);
    expect(line('connected')?.value).toEqual([7, 7, 7, 2]);
  });

  it('annotates the actions of a drill, but not its observations', () => {
    const { annotations } = historyOf([
      sample(1_000),
      { type: 'drill', at: 1_000, event: 'steady_state_reached' },
      {
        type: 'drill',
        at: 1_500,
        event: 'fault_injected',
        id: 'f1',
        fault: 'hang',
        target: { role: 'room-node' },
        params: {},
        components: ['node-3'],
        rooms: ['a'],
        completedAt: 1_502,
      },
      { type: 'drill', at: 1_600, event: 'backends_observed', healthy: 2, total: 3 },
      {
        type: 'drill',
        at: 2_500,
        event: 'fault_rolled_back',
        id: 'f1',
        fault: 'hang',
        completedAt: 2_600,
      },
      sample(3_000),
    ]);
    expect(annotations).toMatchObject([
      { at: 1_500, event: { code: 'fault_injected', fault: 'hang', components: ['node-3'] } },
      { at: 2_500, event: { code: 'fault_rolled_back', fault: 'hang' } },
    ]);
  });

  it('counts events per second', () => {
    const { line, series, annotations } = historyOf([
      happened(200, 'joined', { phases: { started: 0, signal: 4, ice: 6, joined: 120 } }),
      happened(900, 'joined', { phases: { started: 0, signal: 4, ice: 6, joined: 80 } }),
      sample(1_000),
      happened(2_100, 'join_failed'),
      { type: 'event', at: 2_500, event: 'server_died', message: 'ended with SIGKILL' },
      sample(3_000),
      happened(3_050, 'joined', { phases: { started: 0, signal: 4, ice: 6, joined: 300 } }),
    ]);
    expect(line('joined')?.value).toEqual([2, 0, 0, 1]);
    expect(line('join_failed')?.value).toEqual([0, 0, 1, 0]);
    // A join counts at its scheduled time.
    expect(series(JOIN)?.value).toEqual([120, null, 300, null]);
    expect(annotations).toEqual([
      {
        at: 2_500,
        event: { code: 'server_died', at: 2_500, detail: 'ended with SIGKILL', reason: null },
      },
    ]);
  });

  it('has no value where nothing was measured', () => {
    const { series, line, steps } = historyOf([sample(1_000), sample(5_000)]);
    expect(steps).toBe(5);
    expect(series(PACKETS)?.value).toEqual([50, null, null, null, 50]);
    expect(line('connected')?.value).toEqual([2, 2, 2, 2, 2]);
    expect(line('layers down 360')).toBeUndefined();
    expect(historyOf([]).steps).toBe(0);
  });

  it('merges steps as the run grows and keeps extremes', () => {
    const lines = seconds(3_000).map((at) => sample(at, {}, 50, at === 1_700_000 ? 50 : 0));
    const { steps, stepMs, series } = historyOf(lines);
    expect([steps, stepMs]).toEqual([375, 8_000]);
    const loss = series(LOSS);
    expect(loss?.value[212]).toBeCloseTo(50 / 450);
    expect(loss?.high[212]).toBe(0.5);
    expect(loss?.low[212]).toBe(0);
    expect(series(PACKETS)?.value.every((value) => value === 50)).toBe(true);
  });

  it('counts samples that are a minute late', () => {
    const late = sample(10_000, { shard: 1 }, 25);
    const { series } = historyOf([...seconds(70).map((at) => sample(at)), late]);
    expect(series(PACKETS)?.value.slice(8, 11)).toEqual([50, 75, 50]);
  });

  it('has the same figures however often it is read', () => {
    const read = createHistory(ALL);
    const unread = createHistory(ALL);
    const slow = [seriesOf('down', 'audio', 'publisher', 1, { latency: bins(90, 95, 100) })];
    const lines = [
      ...seconds(3).flatMap((at) => [sample(at), happened(at - 300, 'signal_lost')]),
      // The second worker is late: its samples of a second that was read already.
      sample(1_000, { shard: 1, series: slow, connected: 5 }),
      sample(2_000, { shard: 1, series: slow, connected: 5 }, 40, 10),
      happened(2_300, 'resumed', { durationMs: 1_600 }),
      ...seconds(40)
        .slice(3)
        .map((at) => sample(at)),
    ];
    for (const line of lines) {
      read.add(line);
      unread.add(line);
      read.interim();
      read.interim(1);
    }
    const [one, other] = [read.interim(), unread.interim()];
    for (const query of ALL) expect(one.series(query)).toEqual(other.series(query));
    for (const name of one.names('')) expect(one.line(name)).toEqual(other.line(name));
    expect(one.names('')).toEqual(other.names(''));
    expect(one.series(LATENCY)?.value[0]).toBeGreaterThan(80);
  });

  it('is read from a step on, and up to a second', () => {
    const fold = createHistory(ALL);
    for (const at of seconds(30)) fold.add(sample(at, {}, at / 100));
    expect(fold.interim(28)).toMatchObject({ steps: 28, seconds: 28 });
    expect(fold.interim(28).line(seriesName(PACKETS), 26)?.value).toEqual([270, 280]);
    expect(fold.interim().line(seriesName(PACKETS), 28)?.value).toEqual([290, 300]);
  });

  it('names the first second that has changed since it was asked', () => {
    const fold = createHistory(ALL);
    for (const at of seconds(20)) fold.add(sample(at));
    expect(fold.takeChanged()).toBe(0);
    expect(fold.takeChanged()).toBe(Number.POSITIVE_INFINITY);
    fold.add(
      happened(20_400, 'joined', { phases: { started: 0, signal: 4, ice: 6, joined: 3_000 } }),
    );
    // A join counts at its scheduled time.
    expect(fold.takeChanged()).toBe(17);
  });

  it('counts participants by state, also if their events are a minute late', () => {
    const lines = [
      happened(500, 'joined'),
      happened(700, 'joined', { identity: 'k3x9-1-p2' }),
      ...seconds(4).map((at) => sample(at)),
      happened(1_200, 'signal_lost'),
      happened(2_500, 'resumed', { durationMs: 1_300 }),
      happened(3_100, 'disconnected', { identity: 'k3x9-1-p2' }),
      ...seconds(70)
        .slice(4)
        .map((at) => sample(at)),
      happened(3_900, 'signal_lost'),
    ];
    const { line } = historyOf(lines);
    const firsts = (name: string) => line(`participants ${name}`)?.value.slice(0, 6);
    expect(firsts('reconnecting')).toEqual([0, 1, 0, 1, 1, 1]);
    expect(firsts('disconnected')).toEqual([0, 0, 0, 1, 1, 1]);
    expect(line('participants disconnected')?.value.at(-1)).toBe(1);
    expect(line('participants join_failed')).toBeUndefined();
  });

  it('has no loss below zero, where packets arrive after they were counted as lost', () => {
    const { series } = historyOf([sample(1_000, {}, 40, 10), sample(2_000, {}, 60, -10)]);
    expect(series(LOSS)?.value).toEqual([0.2, 0]);
  });

  it('is available during a run', () => {
    const fold = createHistory(ALL);
    fold.add(sample(1_000));
    expect(fold.interim().series(PACKETS)?.value).toEqual([50]);
    fold.add(sample(2_000, {}, 10));
    fold.add(sample(2_000, { shard: 1 }, 10));
    expect(fold.interim().series(PACKETS)?.value).toEqual([50, 20]);
  });

  it('leaves out lines of an invalid record whose time no run reaches', () => {
    const { steps, stepMs } = historyOf([
      sample(1_000),
      sample(1e15),
      sample(Number.NaN),
      happened(Number.NaN, 'joined'),
      happened(1e300, 'joined'),
    ]);
    expect({ steps, stepMs }).toEqual({ steps: 1, stepMs: 1_000 });
  });

  it('agrees with the summary of a healthy run', () => {
    const lines = recordOf(specOf({ rooms: 3, participants: 2, durationMs: 10_000 }));
    const { line, series } = historyOf(lines);
    expect(Math.max(...(line('connected')?.value ?? []).map(Number))).toBe(6);
    expect(line('joined')?.value.reduce((sum: number, times) => sum + (times ?? 0), 0)).toBe(6);
    expect(series(PACKETS)?.value.at(-1)).toBe(6 * 50);
    expect(series(LATE)?.value.at(-1)).toBeCloseTo(1.5);
  });
});
