import { expect, test } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { scenarioOfFlags } from '../load-flags.ts';
import { parseWitness } from '../witness-spec.ts';
import { expandPlan } from './expand.ts';
import { witnessPlaces } from './witness-places.ts';

const LOAD = { rooms: '10', participants: '2', duration: '20s' };

test('witnesses join rooms of the load, and do not change it', () => {
  const without = expandPlan(scenarioOfFlags(LOAD), 'run');
  const witnesses = [parseWitness('browser:2'), parseWitness('rtc')];
  const plan = expandPlan(scenarioOfFlags(LOAD, [], witnesses), 'run');
  const [load, added] = [false, true].map((isAdded) =>
    plan.participants.filter(({ engine }) => (engine !== undefined) === isAdded),
  );
  expect(load?.map(({ index: _, ...one }) => one)).toEqual(
    without.participants.map(({ index: _, ...one }) => one),
  );
  expect(plan.windows).toEqual(without.windows);
  expect(plan.endAtMs).toBe(without.endAtMs);
  expect(added?.map(({ group, role, engine }) => [group, role, engine])).toEqual([
    ['witness', 'browser', 'browser'],
    ['witness', 'browser', 'browser'],
    ['witness', 'rtc', 'rtc'],
  ]);
  expect(new Set(added?.map(({ room }) => room)).size).toBe(3);
  expect(added?.map(({ expectedTracks }) => expectedTracks)).toEqual(
    Array.from({ length: 3 }, () => ({ audio: 2, video: 0 })),
  );
});

test('a browser reads frame metadata only in a room that has it', () => {
  const scenario = parseScenario(
    `
scenario: timed
witnesses: [browser, rtc]
groups:
  timed:
    { executor: constant-rooms, rooms: 1, duration: 20s, roles: { host: { publish: [{ video: 360p, frameMetadata: true }] } } }
  plain:
    { executor: constant-rooms, rooms: 1, duration: 20s, roles: { host: { engine: browser, publish: video } } }
`,
    { file: 'timed.yaml' },
  );
  const { participants } = expandPlan(scenario, 'run');
  expect(
    participants.filter(({ readsFrameMetadata }) => readsFrameMetadata).map(({ role }) => role),
  ).toEqual(['browser']);
});

test('thresholds may refer to witnesses if there are any', () => {
  const threshold = 'freezes{group:witness}: count<1';
  expect(() => scenarioOfFlags(LOAD, [threshold], [parseWitness('rtc')])).not.toThrow();
  expect(() => scenarioOfFlags(LOAD, [threshold])).toThrow('unknown group "witness"');
});

test('witnesses of a room that is encrypted end to end have its key', () => {
  const scenario = scenarioOfFlags({ ...LOAD, e2ee: 'throw-away' }, [], [parseWitness('rtc')]);
  const { participants } = expandPlan(scenario, 'run');
  const witness = participants.find(({ group }) => group === 'witness');
  expect(witness?.e2ee).toEqual(participants[0]?.e2ee);
  expect(witness?.e2ee).not.toBeNull();
});

test.each([
  ['one without encryption', '{ publish: audio, e2ee: none }', null],
  ['one with another key', '{ publish: audio, e2ee: { passphrase: { env: X } } }', null],
  ['an intruder', '{ publish: audio, e2ee: wrong-key }', 'throw-away'],
  ['one that only receives', '{ e2ee: none }', 'throw-away'],
])('a witness where there is also %s', (_, other, secret) => {
  const text = `
scenario: mixed
witnesses: browser
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 20s
    e2ee: throw-away
    roles: { caller: { publish: audio }, other: ${other} }
`;
  const plan = () => expandPlan(parseScenario(text, { file: 'mixed.yaml' }), 'run').participants;
  if (secret === null) expect(plan).toThrow('no room has one key for all');
  else expect(plan().find(({ group }) => group === 'witness')?.e2ee?.secret).toBe(secret);
});

test('the requested number of witnesses is met, even with fewer rooms', () => {
  const rooms = [{ fromMs: 0, toMs: 10_000 }];
  expect(witnessPlaces(rooms, [{ engine: 'rtc', count: 3 }])).toEqual([
    [rooms[0], rooms[0], rooms[0]],
  ]);
});

test.each(['safari', 'browser:0', 'browser:21', 'rtc:x', ''])('rejects %j', (text) => {
  expect(() => parseWitness(text)).toThrow('is not browser, firefox or rtc with a number');
});
