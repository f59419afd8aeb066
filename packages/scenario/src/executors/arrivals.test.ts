import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { groupFor } from '../../test/support/group-for.ts';
import { constantArrivalRate } from './constant-arrival-rate.ts';
import type { DurationDistribution } from './duration-distribution.ts';
import { MIN_SESSION_MS } from './expansion.ts';
import { crossings, rampingArrivalRate } from './ramping-arrival-rate.ts';
import type { Stage } from './stages.ts';

const minute: DurationDistribution = { distribution: 'constant', ms: 60_000 };
const chance: DurationDistribution = { distribution: 'lognormal', medianMs: 8_000, sigma: 1 };
const stage = (durationMs: number, target: number, name = 'stage'): Stage => ({
  name,
  durationMs,
  target,
});

const steady = (changes: Partial<z.infer<typeof constantArrivalRate.schema>>, seed = 1) =>
  constantArrivalRate.expand(
    {
      type: 'constant-arrival-rate',
      rate: 2,
      timeUnitMs: 1_000,
      durationMs: 10_000,
      roomDuration: minute,
      maxRooms: null,
      ...changes,
    },
    groupFor(2, seed),
  );
const ramping = (changes: Partial<z.infer<typeof rampingArrivalRate.schema>>, seed = 1) =>
  rampingArrivalRate.expand(
    {
      type: 'ramping-arrival-rate',
      startRate: 0,
      timeUnitMs: 1_000,
      stages: [stage(10_000, 4)],
      roomDuration: minute,
      maxRooms: null,
      ...changes,
    },
    groupFor(2, seed),
  );
const opens = ({ rooms }: { rooms: { openAtMs: number }[] }): number[] =>
  rooms.map(({ openAtMs }) => openAtMs);

describe('constantArrivalRate', () => {
  it('opens a room at each interval, the first one at once', () => {
    expect(opens(steady({ durationMs: 3_000 }))).toEqual([0, 500, 1_000, 1_500, 2_000]);
    expect(opens(steady({ rate: 3, timeUnitMs: 60_000, durationMs: 60_000 }))).toEqual([
      0, 20_000, 40_000,
    ]);
    expect(opens(steady({ rate: 0 }))).toEqual([]);
  });

  it('closes each room after its duration, and all at the end', () => {
    const { rooms } = steady({
      rate: 1,
      durationMs: 6_000,
      roomDuration: { distribution: 'constant', ms: 2_500 },
    });
    expect(rooms.map(({ openAtMs, closeAtMs }) => closeAtMs - openAtMs)).toEqual([
      2_500, 2_500, 2_500, 2_500, 2_000, 1_000,
    ]);
  });

  it('drops and counts rooms that arrive while too many are open', () => {
    const { rooms, droppedRooms } = steady({
      rate: 1,
      durationMs: 12_000,
      roomDuration: { distribution: 'constant', ms: 4_000 },
      maxRooms: 2,
    });
    // One of the first two rooms has closed when the fifth arrives.
    expect(opens({ rooms })).toEqual([0, 1_000, 4_000, 5_000, 8_000, 9_000]);
    expect(droppedRooms).toBe(6);
    expect(rooms.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('opens rooms at the rate, never more than allowed at once; dropped rooms do not change the duration of others', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        fc.integer({ min: 2_000, max: 90_000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        (rate, durationMs, maxRooms, seed) => {
          const free = steady({ rate, durationMs, roomDuration: chance }, seed);
          const bound = steady({ rate, durationMs, roomDuration: chance, maxRooms }, seed);
          // Rooms of the last second are left out.
          const due = Math.floor(((durationMs - MIN_SESSION_MS) * rate) / 1_000 + 1e-9) + 1;
          expect(Math.abs(free.rooms.length - due)).toBeLessThanOrEqual(rate * 1e-6 + 1);
          expect(bound.rooms.length + bound.droppedRooms).toBe(free.rooms.length);
          const closes = new Map(
            free.rooms.map(({ openAtMs, closeAtMs }) => [openAtMs, closeAtMs]),
          );
          for (const { openAtMs, closeAtMs } of bound.rooms) {
            expect(closeAtMs).toBe(closes.get(openAtMs));
            expect(closeAtMs - openAtMs).toBeGreaterThan(MIN_SESSION_MS - 1e-6);
            expect(closeAtMs).toBeLessThanOrEqual(durationMs);
            const others = bound.rooms.filter(
              (one) => one.openAtMs <= openAtMs && one.closeAtMs > openAtMs,
            );
            expect(others.length).toBeLessThanOrEqual(maxRooms);
          }
        },
      ),
    );
  });

  it('rejects rates that would fill the memory', () => {
    expect(() => steady({ rate: 1_000_000, durationMs: 86_400_000 })).toThrow(
      /more than 200000 participants/,
    );
  });

  it('rejects settings that would drop rooms without limit', () => {
    expect(() => steady({ rate: 1_000_000, durationMs: 86_400_000, maxRooms: 1 })).toThrow(
      /more than 200000 rooms would be dropped/,
    );
  });
});

describe('rampingArrivalRate', () => {
  it('opens a room whenever the area under the line reaches a whole number', () => {
    // From 0 to 4 rooms per second in 10 s: t²/5 rooms after t seconds.
    const expected = Array.from({ length: 16 }, (_, n) => Math.sqrt(5 * (n + 1)) * 1_000);
    for (const [n, openAtMs] of opens(ramping({})).entries())
      expect(openAtMs).toBeCloseTo(expected[n] ?? -1, 6);
    expect(opens(ramping({}))).toHaveLength(16);
  });

  it('keeps a constant rate, and carries fractions of a room from stage to stage', () => {
    const level = [...crossings(2, [stage(4_900, 2), stage(5_100, 2)], 1_000)];
    expect(level.map((at) => Math.round(at))).toEqual(
      Array.from({ length: 20 }, (_, n) => (n + 1) * 500),
    );
  });

  it('changes the rate at once in a stage without a duration', () => {
    expect([...crossings(0, [stage(0, 1), stage(3_000, 1)], 1_000)]).toEqual([1_000, 2_000, 3_000]);
  });

  it('opens as many rooms as the area under the line, in order, each where the area equals its number', () => {
    const rates = fc.integer({ min: 0, max: 12 });
    const stages = fc.array(
      fc.record({ durationMs: fc.integer({ min: 0, max: 20_000 }), target: rates }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(rates, stages, fc.constantFrom(1_000, 10_000), (startRate, plain, timeUnitMs) => {
        const named = plain.map(({ durationMs, target }) => stage(durationMs, target));
        const instants = [...crossings(startRate, named, timeUnitMs)];
        const areaUntil = (atMs: number): number => {
          let [area, from, begin] = [0, startRate, 0];
          for (const { durationMs, target } of named) {
            const inside = Math.max(0, Math.min(durationMs, atMs - begin));
            const there = durationMs > 0 ? from + ((target - from) * inside) / durationMs : from;
            area += (inside * (from + there)) / 2 / timeUnitMs;
            [from, begin] = [target, begin + durationMs];
          }
          return area;
        };
        const total = areaUntil(Number.POSITIVE_INFINITY);
        expect(Math.abs(instants.length - Math.floor(total + 1e-9))).toBe(0);
        expect(instants).toEqual(instants.toSorted((a, b) => a - b));
        for (const [n, at] of instants.entries()) expect(areaUntil(at)).toBeCloseTo(n + 1, 5);
      }),
    );
  });
});
