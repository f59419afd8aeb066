import type { RateResult } from '@livekit-swarm/agents';
import { expect, test } from 'vitest';
import { type DispatchRate, dispatchRateText } from './dispatch-rate-text.ts';

const rateOf = (rate: number, p95: number, changes: Partial<RateResult> = {}): RateResult => ({
  rate,
  rooms: 10 * rate,
  failedCalls: 0,
  firstError: null,
  lost: 0,
  lostAfterOffer: 0,
  lostWorkers: 0,
  lostWorkersReason: null,
  answeredMs: { p50: 4, p95: 6, max: 9 },
  offeredMs: { p50: 204, p95: 208, max: 230 },
  assignedMs: { p50: 206, p95, max: p95 + 20 },
  jobs: [24, 26],
  selection: { chiSquare: 0.08, degreesOfFreedom: 1, p: 0.777 },
  callsLateMs: 1,
  ...changes,
});

const textOf = (rates: RateResult[], changes: Partial<DispatchRate> = {}) =>
  dispatchRateText(
    { by: 'api', workers: 2, forMs: 10_000, limitMs: 1_000, carried: 5, rates, ...changes },
    [5, 10, 20],
  );

test('the rate that is carried is named, with what limits it and what was left out', () => {
  const text = textOf([rateOf(5, 209), rateOf(10, 3_600)]);
  expect(text).toContain('Assignment stays under 1,000 ms (p95) at up to 5 rooms per second.');
  expect(text).toContain('At 10, it takes 3,600 ms.');
  expect(text).toContain('Not measured, as the server still had a queue: 20.');
  expect(text).toContain(
    'Selection at 5 rooms/s: 24 to 26 jobs a worker; chi-square 0.1, 1 degrees of freedom, p = 0.777: as by equal chances.',
  );
});

test('no rate is judged before one of them was measured', () => {
  const text = textOf([], { carried: null });
  expect(text).toContain('No rate was measured.');
  expect(text).not.toContain('at none of these rates');
});

test('workers that were not there all the time are named', () => {
  const text = textOf([
    rateOf(5, 209, { lostWorkers: 1, lostWorkersReason: 'closed by the server (1006)' }),
  ]);
  expect(text).toContain(
    'At 5 rooms/s, 1 worker of 2 lost the connection (closed by the server (1006)): the others took the jobs.',
  );
});

test('lost jobs, errors and a slow generator are named', () => {
  const lost = rateOf(5, 300, {
    lost: 3,
    failedCalls: 1,
    firstError: 'HTTP 503',
    callsLateMs: 400,
  });
  const text = textOf([lost], { carried: null });
  expect(text).toContain(
    'at none of these rates. At 5, 3 jobs had no worker in time and 1 call failed.',
  );
  expect(text).toContain('First error: HTTP 503');
  expect(text).toContain('INCONCLUSIVE');
});
