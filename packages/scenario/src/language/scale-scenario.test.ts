import { describe, expect, it } from 'vitest';
import { parseScenario } from './parse-scenario.ts';

const FILE = `scenario: x
groups:
  constant: { executor: constant-rooms, rooms: 10, joinRate: 20/s, duration: 60s, roles: { a: { count: 3, publish: audio } } }
  hall: { executor: constant-rooms, room: hall, duration: 60s, joinRate: 10/s, roles: { stage: { count: 1, publish: audio }, hearer: { count: 200 }, ghost: { count: 0 } } }
  ramp: { executor: ramping-rooms, startRooms: 0, stages: [{ duration: 9s, target: 30 }, { duration: 9s, target: 0 }], roles: { a: { count: 2, publish: audio } } }
  rate: { executor: constant-arrival-rate, rate: 3, duration: 20s, roomDuration: 5s, maxRooms: 40, roles: { a: { count: 2, publish: audio } } }
  ramped: { executor: ramping-arrival-rate, startRate: 1, stages: [{ duration: 9s, target: 7 }], roomDuration: 5s, roles: { a: { count: 2, publish: audio } } }
  churn: { executor: per-room-churn, rooms: 5, joinRate: 4/s, duration: 20s, sessionDuration: 5s, roles: { a: { count: 2, publish: audio } } }
  day: { executor: timetable, lessons: [{ at: 0s, rooms: 12, joinSpread: 2s, duration: 9s }, { at: 9s, rooms: 1, duration: 9s }], roles: { a: { count: 2, publish: audio } } }
scales:
  small: { seed: 9, groups: { hall: null, rate: { maxRooms: null, roomDuration: { exponential: 9s } }, constant: { rooms: 1, roles: { a: { count: 2 }, b: { count: 1 } } } } }
  one: { groups: { constant: null, hall: null, ramp: null, rate: null, ramped: null, churn: null } }
`;

const at = (scale?: string) => {
  const { groups, seed } = parseScenario(FILE, { file: 'x.yaml', scale });
  return { seed, groups: Object.fromEntries(groups.map((group) => [group.name, group])) };
};

describe('a scale of the file', () => {
  it('is a merge patch: maps are merged, and null removes a key', () => {
    const { seed, groups } = at('small');
    expect(seed).toBe(9);
    expect(Object.keys(groups)).toEqual(['constant', 'ramp', 'rate', 'ramped', 'churn', 'day']);
    expect(groups.constant).toMatchObject({
      executor: { rooms: 1, joinRate: 20, durationMs: 60_000 },
      roles: [
        { name: 'a', count: 2, publish: [{ kind: 'audio' }] },
        { name: 'b', count: 1, publish: [] },
      ],
    });
    expect(groups.rate?.executor).toMatchObject({
      rate: 3,
      maxRooms: null,
      roomDuration: { distribution: 'exponential', meanMs: 9_000 },
    });
  });

  it('names stages as in the file that it results in', () => {
    expect(at().groups.day?.executor).toMatchObject({
      lessons: [{ name: 'day-lesson-1' }, { name: 'day-lesson-2' }],
    });
    expect(at('one').groups.day?.executor).toMatchObject({
      lessons: [{ name: 'lesson-1' }, { name: 'lesson-2' }],
    });
  });
});

describe('a factor', () => {
  it('reduces rooms and rates, and keeps times', () => {
    const { groups } = at('0.1');
    expect(groups.constant?.executor).toEqual({
      type: 'constant-rooms',
      rooms: 1,
      joinRate: 2,
      durationMs: 60_000,
    });
    expect(groups.constant?.roles[0]?.count).toBe(3);
    expect(groups.ramp?.executor).toMatchObject({
      startRooms: 0,
      stages: [{ durationMs: 9_000, target: 3 }, { target: 0 }],
    });
    expect(groups.rate?.executor).toMatchObject({ rate: 0.3, timeUnitMs: 1_000, maxRooms: 4 });
    expect(groups.ramped?.executor).toMatchObject({ startRate: 0.1, stages: [{ target: 0.7 }] });
    expect(groups.churn?.executor).toMatchObject({
      rooms: 1,
      joinRate: 0.4,
      sessionDuration: { ms: 5_000 },
    });
    expect(groups.day?.executor).toMatchObject({ lessons: [{ rooms: 1 }, { rooms: 1 }] });
  });

  it('reduces participants in a named room', () => {
    const { hall } = at('0.1').groups;
    expect(hall?.executor).toMatchObject({ rooms: 1, joinRate: 1 });
    expect(hall?.roles.map(({ count }) => count)).toEqual([1, 20, 0]);
  });

  it('increases rooms and rates, too', () => {
    expect(at('1.5').groups.constant?.executor).toMatchObject({ rooms: 15, joinRate: 30 });
  });

  it.each([
    ['smal', 'unknown scale "smal"', 'did you mean small?'],
    ['huge', 'unknown scale "huge"', 'available: small, one, or any number, as 0.1'],
    ['0', '--scale 0: must be above 0 and at most 1000', 'write --scale 0.1'],
    ['-1', 'unknown scale "-1"', 'available: small, one, or any number, as 0.1'],
    ['1001', '--scale 1001: must be above 0 and at most 1000', 'write --scale 0.1'],
    ['', 'unknown scale ""', 'available: small, one, or any number, as 0.1'],
  ])('of "%s" is rejected', (scale, message, hint) => {
    const error = (() => {
      try {
        return at(scale);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'invalid_file' });
    expect(error).toMatchObject({ problems: [{ message, hint, line: 10 }] });
  });

  it('with too many participants is rejected', () => {
    expect(() => at('1000')).toThrow(/--scale 1000: .*more than 200000 participants/);
  });
});
