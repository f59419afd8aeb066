import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCollector } from './collector.ts';
import type { StreamCounters } from './payload.ts';
import type { StatsReading } from './stats-reading.ts';

const NOTHING: Required<StreamCounters> = {
  packets: 0,
  bytes: 0,
  lost: 0,
  recovered: 0,
  nacks: 0,
  plis: 0,
  frames: 0,
  framesDropped: 0,
  codecSeconds: 0,
  cpuLimitedSeconds: 0,
  freezes: 0,
  freezeSeconds: 0,
  concealed: 0,
  silentConcealed: 0,
  samples: 0,
};

const reading = (counters: StreamCounters, rest: Partial<StatsReading> = {}): StatsReading => ({
  key: 'a',
  direction: 'down',
  kind: 'audio',
  codec: 'opus',
  publisher: undefined,
  jitter: undefined,
  rtt: undefined,
  bufferSeconds: 0,
  bufferCount: 0,
  width: 0,
  height: 0,
  active: true,
  expected: true,
  paused: false,
  rated: true,
  ...rest,
  counters: { ...NOTHING, ...counters },
});

describe('createCollector', () => {
  it('returns the differences since the last report, and nothing without differences', () => {
    const collector = createCollector();
    collector.add([reading({ packets: 100, bytes: 8_000 }, { jitter: 0.01 })], 2_000);
    collector.add([reading({ packets: 200, bytes: 16_000, lost: 3 }, { jitter: 0.03 })], 4_000);
    expect(collector.take()).toEqual([
      {
        direction: 'down',
        kind: 'audio',
        codec: 'opus',
        expectedMs: 2_000,
        packets: 200,
        bytes: 16_000,
        lost: 3,
        jitter: 0.02,
      },
    ]);
    expect(collector.take()).toEqual([]);
    collector.add([reading({ packets: 250, bytes: 20_000, lost: 3 })], 6_000);
    expect(collector.take()).toMatchObject([{ packets: 50, bytes: 4_000, expectedMs: 2_000 }]);
  });

  it('omits counters from before it started', () => {
    const collector = createCollector();
    collector.add([reading({ packets: 1_000 })], 0, true);
    collector.add([reading({ packets: 1_010 }), reading({ packets: 5 }, { key: 'b' })], 2_000);
    expect(collector.take().map(({ packets }) => packets)).toEqual([10, 5]);
  });

  it('treats decreasing counters as a restart', () => {
    const collector = createCollector();
    collector.add([reading({ packets: 1_000, bytes: 9_000, nacks: 9 })], 0);
    collector.take();
    collector.add([reading({ packets: 30, bytes: 300, nacks: 2 })], 2_000);
    expect(collector.take()).toMatchObject([{ packets: 30, bytes: 300, nacks: 2 }]);
  });

  it('does not count a late packet as lost twice', () => {
    const collector = createCollector();
    for (const [at, lost] of [0, 5, 3, 5, 6].entries())
      collector.add([reading({ packets: at + 1, lost })], at);
    expect(collector.take()).toMatchObject([{ lost: 6 }]);
  });

  it('expects no media of a muted track', () => {
    const collector = createCollector();
    const at = (ms: number, expected: boolean) =>
      collector.add([reading({ packets: ms }, { expected })], ms);
    at(1_000, true);
    at(3_000, true);
    at(5_000, false);
    at(7_000, false);
    at(9_000, true);
    at(10_000, true);
    expect(collector.take()).toMatchObject([{ expectedMs: 3_000 }]);
  });

  it('reports a track that the server paused, although no packet was received', () => {
    const collector = createCollector();
    collector.add([reading({}, { kind: 'video', paused: true })], 0);
    collector.add([reading({}, { kind: 'video', paused: true })], 2_000);
    expect(collector.take()).toMatchObject([{ paused: true, expectedMs: 2_000 }]);
  });

  it('adds up to the counters of the browser, at any interval', () => {
    const steps = fc.array(fc.record({ grows: fc.nat(1_000), take: fc.boolean() }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const collector = createCollector();
        let [packets, told] = [0, 0];
        const take = () => {
          for (const stream of collector.take()) told += stream.packets ?? 0;
        };
        for (const [at, step] of all.entries()) {
          packets += step.grows;
          collector.add([reading({ packets })], at);
          if (step.take) take();
        }
        take();
        expect(told).toBe(packets);
      }),
    );
  });
});
