import { describe, expect, test } from 'vitest';
import { expandPlan } from '../plan/expand.ts';
import { parseScenario } from './parse-scenario.ts';
import { extendTo, readSizeUnit, sizeOf, withDuration, withSize } from './size-scenario.ts';

const calls = parseScenario(
  `
scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 20
    joinRate: 40/s
    duration: 1m
    roles:
      caller: { count: 2, publish: [audio] }
`,
  { file: 'test.yaml' },
);

const event = parseScenario(
  `
scenario: event
groups:
  stage:
    executor: constant-rooms
    room: hall
    duration: 1m
    roles:
      speaker: { count: 2, publish: [audio] }
      viewer: { count: 30 }
`,
  { file: 'test.yaml' },
);

describe('a scenario of many rooms', () => {
  test('can have any number of rooms, and its join rate stays', () => {
    const unit = readSizeUnit(calls, undefined);
    expect(unit).toEqual({ type: 'rooms' });
    for (const size of [1, 7, 20, 333]) {
      const sized = withSize(calls, unit, size);
      expect(sizeOf(sized, unit)).toBe(size);
      expect(expandPlan(sized, 'run').participants).toHaveLength(2 * size);
      expect(sized.groups[0]?.executor).toMatchObject({ joinRate: 40 });
    }
  });

  test('can have another number of participants in each room', () => {
    const unit = readSizeUnit(calls, 'participants');
    const sized = withSize(calls, unit, 5);
    expect(sizeOf(sized, unit)).toBe(5);
    expect(expandPlan(sized, 'run').participants).toHaveLength(100);
  });
});

describe('a scenario of one room', () => {
  test('grows by participants, or by participants of one role', () => {
    expect(readSizeUnit(event, undefined)).toEqual({ type: 'participants' });
    const unit = readSizeUnit(event, 'viewer');
    const sized = withSize(event, unit, 100);
    expect(sizeOf(sized, unit)).toBe(100);
    expect(sized.groups[0]?.roles.map(({ count }) => count)).toEqual([2, 100]);
  });

  test('does not grow by rooms, or by roles that it does not have', () => {
    expect(() => readSizeUnit(event, 'rooms')).toThrow(/one room/);
    expect(() => readSizeUnit(event, 'host')).toThrow(/no such role/);
  });
});

test('a duration replaces that of executors with constant rooms', () => {
  expect(withDuration(calls, 9_000)?.groups[0]?.executor).toMatchObject({ durationMs: 9_000 });
  const ramp = parseScenario(
    `
scenario: ramp
groups:
  calls:
    executor: ramping-rooms
    stages: [{ target: 5, duration: 20s }]
    roles: { caller: { count: 2, publish: [audio] } }
`,
    { file: 'test.yaml' },
  );
  expect(withDuration(ramp, 9_000)).toBeNull();
});

describe('extendTo', () => {
  const read = (groups: string) =>
    parseScenario(`scenario: day\ngroups:\n${groups}`, { file: 'test.yaml' });
  const calls = (name: string, more: string) => `
  ${name}:
    executor: constant-rooms
    rooms: 1
    joinRate: 1000/s
    ${more}
    roles: { caller: { count: 2, publish: [audio] } }
`;

  test('lets the groups last longer that last to the end', () => {
    const scenario = read(calls('long', 'duration: 1m') + calls('short', 'duration: 10s'));
    const extended = extendTo(scenario, 100_000);
    const plan = expandPlan(extended ?? scenario, 'run');
    // The end of the last join is estimated, to a join.
    expect(plan.endAtMs).toBeGreaterThan(99_900);
    expect(plan.endAtMs).toBeLessThanOrEqual(100_000);
    const ends = plan.participants.map(({ group, leaveAtMs }) => `${group} ${leaveAtMs > 50_000}`);
    expect(new Set(ends)).toEqual(new Set(['long true', 'short false']));
    expect(extendTo(scenario, 20_000)).toBe(scenario);
  });

  test('is impossible where the last group has no duration of its own', () => {
    const ramp = read(`
  calls:
    executor: ramping-rooms
    stages: [{ target: 5, duration: 20s }]
    roles: { caller: { count: 2, publish: [audio] } }
`);
    expect(extendTo(ramp, 100_000)).toBeNull();
  });
});

test('a size beyond the limits of the language is rejected', () => {
  expect(() => withSize(calls, { type: 'rooms' }, 10_000_000)).toThrow(/rooms/);
});
