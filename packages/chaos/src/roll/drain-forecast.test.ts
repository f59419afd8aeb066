import { expandPlan, parseScenario } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { callLengths, forecastDrain } from './drain-forecast.ts';

const cutOf = (lengths: number[], drainMs: number): number | undefined =>
  forecastDrain(lengths, drainMs).rows.find((row) => row.drainMs === drainMs)?.cut;

test('of calls of one length, a drain ends the share that it falls short of', () => {
  // A call of 2 min is met at a uniformly distributed point: in 1 min, half of them are over.
  expect(cutOf([120_000, 120_000], 60_000)).toBe(0.5);
  expect(cutOf([120_000], 120_000)).toBe(0);
  expect(cutOf([120_000], 0)).toBe(1);
});

test('long calls are met more often than short ones', () => {
  // 10 calls of 1 min and one of 10 min take the same time: half of the calls that are met are the
  // long one, of which 9 of 10 last longer than 1 min.
  expect(cutOf([...Array.from({ length: 10 }, () => 60_000), 600_000], 60_000)).toBeCloseTo(0.45);
});

test('ends with the first drain that ends no call, and has the requested one', () => {
  const { rows, lengths } = forecastDrain([90_000, 100_000], 45_000);
  expect(lengths).toEqual({ medianMs: 90_000, maxMs: 100_000 });
  expect(rows.map(({ drainMs }) => drainMs)).toEqual([10_000, 30_000, 45_000, 60_000, 120_000]);
  expect(rows.at(-1)?.cut).toBe(0);
});

test('calls without a length of their own are forecast for usual lengths', () => {
  const { lengths, rows, byLength } = forecastDrain([], 75_000);
  expect({ lengths, rows }).toEqual({ lengths: null, rows: [] });
  expect(byLength[0]).toEqual({ lengthMs: 300_000, cut: 0.75 });
  expect(forecastDrain([], 600_000).byLength[0]?.cut).toBe(0);
});

test('the duration of constant rooms is that of the load, not of a call', () => {
  const calls = (executor: string): number[] => {
    const text = `scenario: calls\ngroups:\n  calls:\n    ${executor}\n    roles: { a: { count: 2, publish: audio } }\n`;
    return callLengths(expandPlan(parseScenario(text, { file: 'calls.yaml' }), 'run'));
  };
  expect(calls('executor: constant-rooms\n    rooms: 2\n    duration: 20s')).toEqual([]);
  const ramp =
    'executor: ramping-participants\n    rooms: 1\n    stages: [{ duration: 20s, target: 2 }]';
  expect(calls(ramp)).toEqual([]);
  const arrivals = calls(
    'executor: constant-arrival-rate\n    rate: 1\n    duration: 10s\n    roomDuration: 30s\n    maxRooms: 20',
  );
  expect(arrivals.length).toBeGreaterThan(0);
});
