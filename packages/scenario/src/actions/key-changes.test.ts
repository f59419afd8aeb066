import { expect, test } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { expandPlan } from '../plan/expand.ts';

const planOf = (e2ee: string, witnesses = '') => {
  const text = `
scenario: keys
${witnesses}
groups:
  calls:
    executor: constant-rooms
    rooms: 2
    joinRate: 1/s
    duration: 20s
    e2ee: ${e2ee}
    roles:
      caller: { count: 2, publish: audio }
`;
  return expandPlan(parseScenario(text, { file: 'keys.yaml' }), 'run').participants;
};

const changesOf = (participants: ReturnType<typeof planOf>) =>
  participants.map(({ actions = [] }) =>
    actions.flatMap((action) => (action.do === 'change-key' ? [[action.key, action.atMs]] : [])),
  );

test('all participants change to the next key at the same time, counted from the start of the run', () => {
  const changes = changesOf(planOf('{ secret: throw-away, keyChange: { every: 10s } }'));
  const each = [
    [1, 10_000],
    [2, 20_000],
  ];
  expect(changes).toEqual([each, each, each, each]);
});

test('with within, participants change at different times, which are the same for the same seed', () => {
  const e2ee = '{ secret: throw-away, keyChange: { every: 10s, within: 2s } }';
  const [times = [], again] = [1, 2].map(() => changesOf(planOf(e2ee)));
  expect(again).toEqual(times);
  const first = times.flatMap(([change]) => change?.[1] ?? []);
  expect(new Set(first).size).toBe(4);
  for (const at of first) {
    expect(at).toBeGreaterThanOrEqual(10_000);
    expect(at).toBeLessThan(12_000);
  }
});

test.each(['browser', 'rtc'])(
  'a witness (%s) has the key of its room, and every later one',
  (engine) => {
    const e2ee = '{ secret: throw-away, keyChange: { every: 10s } }';
    const plan = planOf(e2ee, `witnesses: ${engine}`);
    const witness = plan.find((one) => one.engine === engine);
    expect(witness?.e2ee).toEqual(plan[0]?.e2ee);
    expect(witness?.actions?.map(({ do: step }) => step)).toEqual(['change-key', 'change-key']);
  },
);

test.each([
  ['{ secret: throw-away, keyChange: { every: 10s, within: 10s } }', '', /shorter than every/],
  ['{ secret: throw-away, keyChange: { every: 10ms } }', '', /at least 1s/],
  ['{ passphrase: { env: A }, keyIndx: 3 }', '', /unknown key "keyIndx"/],
  [
    '{ secret: throw-away, ratchet: 16, keyChange: { every: 1s, by: ratchet } }',
    '',
    /would be ratcheted 38 times/,
  ],
])('rejects %s %s', (e2ee, witnesses, message) => {
  expect(() => planOf(e2ee, witnesses)).toThrow(message);
});
