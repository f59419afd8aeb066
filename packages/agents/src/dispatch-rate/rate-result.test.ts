import { expect, test } from 'vitest';
import { carriedRate, type RateResult, type RoomTimes, resultOfRate } from './rate-result.ts';

const roomOf = (changes: Partial<RoomTimes> = {}): RoomTimes => ({
  lateMs: 0,
  calledAt: 1_000,
  answeredAt: 1_004,
  error: null,
  offeredAt: 1_200,
  assignedAt: 1_206,
  worker: 0,
  ...changes,
});

test('times count from the call, and lost jobs have none', () => {
  const rooms = [
    roomOf(),
    roomOf({ assignedAt: 1_906, worker: 1, lateMs: 3 }),
    roomOf({ assignedAt: null, worker: null }),
    roomOf({ offeredAt: null, assignedAt: null, worker: null }),
    roomOf({
      answeredAt: null,
      error: 'HTTP 503',
      assignedAt: null,
      offeredAt: null,
      worker: null,
    }),
  ];
  expect(resultOfRate(10, rooms, 2)).toMatchObject({
    rooms: 5,
    failedCalls: 1,
    firstError: 'HTTP 503',
    lost: 2,
    lostAfterOffer: 1,
    answeredMs: { p50: 4, max: 4 },
    assignedMs: { max: 906 },
    jobs: [1, 1],
    selection: null,
  });
});

test('no choice is judged when a worker was not there all the time', () => {
  const rooms = Array.from({ length: 20 }, (_, index) => roomOf({ worker: index % 2 }));
  expect(resultOfRate(10, rooms, 2).selection).not.toBeNull();
  expect(resultOfRate(10, rooms, 2, ['closed by the server (1001)'])).toMatchObject({
    lostWorkers: 1,
    lostWorkersReason: 'closed by the server (1001)',
    selection: null,
  });
});

const resultAt = (rate: number, p95: number, changes: Partial<RateResult> = {}): RateResult => ({
  ...resultOfRate(rate, [roomOf({ assignedAt: 1_000 + p95 })], 1),
  ...changes,
});

test('the rate that is carried is the last before the first above the limit', () => {
  const at5 = resultAt(5, 206);
  const at10 = resultAt(10, 900);
  const at20 = resultAt(20, 3_600);
  expect(carriedRate([at20, at5, at10], 1_000)).toBe(10);
  // A rate that is slow once limits all above it, although a faster one may have passed.
  expect(carriedRate([at5, { ...at10, lost: 1 }, resultAt(20, 300)], 1_000)).toBe(5);
  expect(carriedRate([{ ...at5, failedCalls: 1 }], 1_000)).toBeNull();
  expect(carriedRate([at5, at10], 1_000)).toBe(10);
});
