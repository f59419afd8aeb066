import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupFor } from '../../test/support/group-for.ts';
import { MIN_SESSION_MS } from './expansion.ts';
import { rampingRooms } from './ramping-rooms.ts';
import type { Stage } from './stages.ts';

const stage = (durationMs: number, target: number, name = 'stage'): Stage => ({
  name,
  durationMs,
  target,
});
const expand = (startRooms: number, ...stages: Stage[]) =>
  rampingRooms.expand({ type: 'ramping-rooms', startRooms, stages }, groupFor());
const times = (startRooms: number, ...stages: Stage[]): [number, number][] =>
  expand(startRooms, ...stages).rooms.map(({ openAtMs, closeAtMs }) => [openAtMs, closeAtMs]);
const openAt = (rooms: readonly { openAtMs: number; closeAtMs: number }[], atMs: number): number =>
  rooms.filter(({ openAtMs, closeAtMs }) => openAtMs <= atMs && atMs < closeAtMs).length;

describe('rampingRooms', () => {
  it('opens room k when the line reaches k, and closes the last one when it falls to k − 1', () => {
    expect(times(0, stage(30_000, 3), stage(30_000, 0))).toEqual([
      [10_000, 60_000],
      [20_000, 50_000],
      [30_000, 40_000],
    ]);
  });

  it('begins with the start rooms, keeps a constant number, and closes all at the end', () => {
    expect(times(2, stage(10_000, 2), stage(10_000, 3), stage(10_000, 3))).toEqual([
      [0, 30_000],
      [0, 30_000],
      [20_000, 30_000],
    ]);
  });

  it('opens and closes rooms at once in a stage without a duration, which has no window', () => {
    const { stages } = expand(
      0,
      stage(0, 2, 'jump'),
      stage(5_000, 2, 'level'),
      stage(0, 1, 'drop'),
      stage(5_000, 1, 'rest'),
    );
    expect(times(0, stage(0, 2), stage(5_000, 2), stage(0, 1), stage(5_000, 1))).toEqual([
      [0, 10_000],
      [0, 5_000],
    ]);
    expect(stages).toEqual([
      { name: 'level', fromMs: 0, toMs: 5_000 },
      { name: 'rest', fromMs: 5_000, toMs: 10_000 },
    ]);
  });

  it('gives a room that opens again a new number', () => {
    const { rooms } = expand(
      1,
      stage(4_000, 2),
      stage(4_000, 2),
      stage(4_000, 1),
      stage(4_000, 2),
      stage(4_000, 2),
    );
    expect(rooms).toEqual([
      { number: 1, openAtMs: 0, closeAtMs: 20_000 },
      { number: 2, openAtMs: 4_000, closeAtMs: 12_000 },
      { number: 3, openAtMs: 16_000, closeAtMs: 20_000 },
    ]);
  });

  it('leaves out the tip of a peak if participants would have no time to join', () => {
    const { rooms } = expand(0, stage(2_000, 10), stage(2_000, 0));
    expect(rooms).toHaveLength(8);
    for (const { openAtMs, closeAtMs } of rooms)
      expect(closeAtMs - openAtMs).toBeGreaterThanOrEqual(MIN_SESSION_MS);
  });

  it('follows the line at every time: at or just below it while rising, at or just above it while falling', () => {
    const target = fc.integer({ min: 0, max: 40 });
    const stages = fc.array(
      fc.record({ durationMs: fc.integer({ min: 50_000, max: 100_000 }), target }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(
        target,
        stages,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (startRooms, plain, where) => {
          const named = plain.map(({ durationMs, target: end }) => stage(durationMs, end));
          const { rooms } = expand(startRooms, ...named);
          let from = startRooms;
          let begin = 0;
          for (const { durationMs, target: end } of named) {
            const line = from + (end - from) * where;
            const open = openAt(rooms, begin + durationMs * where);
            // At the very end of the run all rooms have closed.
            if (begin + durationMs * where < named.reduce((sum, one) => sum + one.durationMs, 0)) {
              expect(Math.abs(open - line)).toBeLessThanOrEqual(1 + 1e-6);
              if (end === from) expect(open).toBe(end);
            }
            from = end;
            begin += durationMs;
          }
          expect(Math.max(0, ...rooms.map(({ closeAtMs }) => closeAtMs))).toBeLessThanOrEqual(
            begin,
          );
          expect(rooms.map(({ number }) => number)).toEqual(rooms.map((_, index) => index + 1));
        },
      ),
    );
  });

  it('ramps down to exactly its target, closing the newest rooms first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (peak, rest) => {
          const { rooms } = expand(
            0,
            stage(60_000, peak),
            stage(10_000, peak),
            stage(60_000, rest),
            stage(10_000, rest),
          );
          expect(openAt(rooms, 65_000)).toBe(peak);
          expect(openAt(rooms, 135_000)).toBe(rest);
          const closing = rooms.filter(({ closeAtMs }) => closeAtMs < 140_000);
          expect(closing).toHaveLength(Math.max(0, peak - rest));
          const inOrder = closing
            .toSorted((a, b) => a.closeAtMs - b.closeAtMs)
            .map(({ openAtMs }) => openAtMs);
          expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a));
        },
      ),
    );
  });
});
