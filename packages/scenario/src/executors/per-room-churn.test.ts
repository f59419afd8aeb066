import { roleOf } from '@livekit-swarm/testkit/scenario-of';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { randomStream } from '../random.ts';
import { type Group, MIN_SESSION_MS } from './expansion.ts';
import { perRoomChurn } from './per-room-churn.ts';

const lobby = (seed = 1, visitors = 2): Group => ({
  slots: [
    roleOf({ name: 'host', permanent: true }),
    ...Array.from({ length: visitors }, () => roleOf({ name: 'visitor' })),
  ],
  joinSpreadMs: 0,
  random: (...name) => randomStream(seed, ...name),
});
const spec = (
  changes: Partial<z.infer<typeof perRoomChurn.schema>> = {},
): z.infer<typeof perRoomChurn.schema> => ({
  type: 'per-room-churn',
  rooms: 2,
  joinRate: 2,
  durationMs: 60_000,
  sessionDuration: { distribution: 'uniform', minMs: 5_000, maxMs: 15_000 },
  replacementDelay: { distribution: 'constant', ms: 1_500 },
  ...changes,
});

describe('perRoomChurn', () => {
  it('keeps permanent roles, and replaces other participants after a pause, until the end', () => {
    const { rooms } = perRoomChurn.expand(spec(), lobby());
    // Six slots at two joins per second: the last one is taken after 2.5 s.
    const endAtMs = 62_500;
    expect(rooms.map(({ number, openAtMs, closeAtMs }) => [number, openAtMs, closeAtMs])).toEqual([
      [1, 0, endAtMs],
      [2, 1_500, endAtMs],
    ]);
    for (const [room, { slots = [], openAtMs }] of rooms.entries()) {
      const [host, ...visitors] = slots;
      expect(host).toEqual([{ joinAtMs: openAtMs, leaveAtMs: endAtMs }]);
      for (const [place, turns] of visitors.entries()) {
        expect(turns[0]?.joinAtMs).toBe(room * 1_500 + (place + 1) * 500);
        expect(turns.length).toBeGreaterThan(3);
        for (const [n, { joinAtMs, leaveAtMs }] of turns.entries()) {
          if (n > 0) expect(joinAtMs - (turns[n - 1]?.leaveAtMs ?? 0)).toBeCloseTo(1_500, 6);
          if (leaveAtMs < endAtMs) expect(leaveAtMs - joinAtMs).toBeGreaterThanOrEqual(5_000);
          expect(leaveAtMs - joinAtMs).toBeLessThanOrEqual(15_000);
          expect(endAtMs - joinAtMs).toBeGreaterThanOrEqual(MIN_SESSION_MS);
        }
      }
    }
  });

  it('extends random sessions that are too short to join', () => {
    const { rooms } = perRoomChurn.expand(
      spec({ sessionDuration: { distribution: 'exponential', meanMs: 500 }, durationMs: 20_000 }),
      lobby(),
    );
    const turns = rooms.flatMap(({ slots = [] }) => slots.flat());
    for (const { joinAtMs, leaveAtMs } of turns)
      expect(leaveAtMs - joinAtMs).toBeGreaterThanOrEqual(MIN_SESSION_MS - 1e-6);
  });

  it('has the same joins in a longer run, and different ones with another seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const short = perRoomChurn.expand(spec({ durationMs: 30_000 }), lobby(seed));
        const long = perRoomChurn.expand(spec({ durationMs: 90_000 }), lobby(seed));
        const joins = ({ rooms }: typeof short): number[] =>
          rooms.flatMap(({ slots = [] }) => slots.flat().map(({ joinAtMs }) => joinAtMs));
        const known = new Set(joins(long));
        for (const at of joins(short)) expect(known).toContain(at);
        expect(joins(perRoomChurn.expand(spec(), lobby(seed + 1)))).not.toEqual(
          joins(perRoomChurn.expand(spec(), lobby(seed))),
        );
      }),
      { numRuns: 20 },
    );
  });
});
