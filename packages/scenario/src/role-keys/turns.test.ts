import { describe, expect, it } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { formatScenario } from '../language/write/format-scenario.ts';
import { expandPlan } from '../plan/expand.ts';
import { randomStream } from '../random.ts';
import { planTurns, type Turn, type TurnTaker } from './turns.ts';

const HOUR = 3_600_000;
const turnTaker = (overlap: number, joinAtMs = 0, leaveAtMs = HOUR): TurnTaker => ({
  joinAtMs,
  leaveAtMs,
  turns: {
    length: { distribution: 'exponential', meanMs: 6_000 },
    pause: { distribution: 'constant', ms: 1_000 },
    overlap,
  },
});

const planned = (turnTakers: TurnTaker[], seed = 1) =>
  planTurns(turnTakers, randomStream(seed, 'turns'), 100_000);

const inOrder = (turns: Turn[][]) =>
  turns
    .flatMap((mine, who) => mine.map((turn) => ({ who, ...turn })))
    .sort((a, b) => a.fromMs - b.fromMs);

describe('the turns of a room', () => {
  it('follow one another with a pause, and no participant speaks twice in a row', () => {
    const order = inOrder(planned([turnTaker(0), turnTaker(0), turnTaker(0)]));
    expect(order.length).toBeGreaterThan(HOUR / 7_000 / 1.2);
    for (const [index, { who, fromMs }] of order.entries()) {
      const before = order[index - 1];
      if (before === undefined) continue;
      expect(who).not.toBe(before.who);
      expect(fromMs - before.toMs).toBeCloseTo(1_000);
    }
    const lengths = order.map(({ fromMs, toMs }) => toMs - fromMs);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(mean / 6_000).toBeGreaterThan(0.85);
    expect(mean / 6_000).toBeLessThan(1.15);
  });

  it('overlap with the requested share, two at a time', () => {
    const order = inOrder(
      planned([turnTaker(0.3), turnTaker(0.3), turnTaker(0.3), turnTaker(0.3)]),
    );
    const interrupted = order.filter(({ fromMs }, index) => (order[index - 1]?.toMs ?? 0) > fromMs);
    expect(interrupted.length / order.length).toBeGreaterThan(0.22);
    expect(interrupted.length / order.length).toBeLessThan(0.38);
  });

  it('are the same for the same seed, and different for another', () => {
    const turnTakers = [turnTaker(0.1), turnTaker(0.1)];
    expect(planned(turnTakers)).toEqual(planned(turnTakers));
    expect(planned(turnTakers)).not.toEqual(planned(turnTakers, 2));
  });

  it('are within the stay of each participant, and a participant alone speaks repeatedly', () => {
    const [early = [], late = []] = planned([
      turnTaker(0, 0, 60_000),
      turnTaker(0, 120_000, 180_000),
    ]);
    expect(early.length).toBeGreaterThan(2);
    expect(late.length).toBeGreaterThan(2);
    expect(early.every(({ fromMs, toMs }) => fromMs < toMs && toMs <= 60_000)).toBe(true);
    expect(late.every(({ fromMs, toMs }) => fromMs >= 120_000 && toMs <= 180_000)).toBe(true);
  });

  it('stop at the limit of turns, and without participants', () => {
    expect(planTurns([turnTaker(0)], randomStream(1), 3)[0]).toHaveLength(3);
    expect(planTurns([], randomStream(1), 3)).toEqual([]);
  });
});

const AS = { file: 'call.yaml' };
const FILE = `
scenario: call
groups:
  calls:
    executor: constant-rooms
    rooms: 2
    duration: 1m
    roles:
      host: { publish: audio, turns: { length: 10s, pause: 1s, overlap: 10% } }
      guest: { count: 2, publish: audio, turns: {}, actions: [{ at: 30s, do: disappear }] }
      viewer: {}
`;

describe('turns in a file', () => {
  it('are shared by the roles of a room, and differ between rooms', () => {
    const { participants } = expandPlan(parseScenario(FILE, AS), 'run');
    const spoken = Map.groupBy(
      participants.flatMap(({ room, actions = [] }) =>
        actions.flatMap((action) => (action.do === 'speak' ? [{ room, at: action.atMs }] : [])),
      ),
      ({ room }) => room,
    );
    const times = [...spoken.values()].map((of) => of.map(({ at }) => at).sort((a, b) => a - b));
    expect(times).toHaveLength(2);
    expect(times[0]).not.toEqual(times[1]);
    for (const { role, actions = [], turns, leaveAtMs } of participants) {
      expect(turns).toBe(role === 'viewer' ? 'hears' : 'takes');
      if (role === 'viewer') expect(actions).toEqual([]);
      if (role === 'guest') expect(actions.at(-1)).toEqual({ atMs: leaveAtMs, do: 'disappear' });
    }
  });

  it('are written in the form in which they are read', () => {
    const scenario = parseScenario(FILE, AS);
    expect(scenario.groups[0]?.roles[1]?.turns).toMatchObject({ overlap: 0.05 });
    expect(parseScenario(formatScenario(scenario), AS)).toEqual(scenario);
  });

  it('are required by thresholds on active speakers', () => {
    const without = FILE.replace(', turns: {}', '').replace(/, turns: [^}]*\} \}/, ' }');
    const threshold = 'thresholds: { active_speaker_misses: rate<0.1 }';
    expect(parseScenario(`${FILE}${threshold}`, AS).thresholds).toHaveLength(1);
    expect(() => parseScenario(`${without}${threshold}`, AS)).toThrow('take turns');
  });

  it.each([
    ['turns: {}', 'has no effect without audio'],
    ['publish: audio, turns: { overlap: 2 }', 'must be from 0% to 100%'],
    ['publish: audio, turns: {}, engine: rtc', 'is not possible with engine: rtc'],
  ])('are rejected with the reason: %s', (written, message) => {
    expect(() => parseScenario(FILE.replace('viewer: {}', `viewer: { ${written} }`), AS)).toThrow(
      message,
    );
  });
});
