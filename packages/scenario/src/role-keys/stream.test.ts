import { expect, test } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { expandPlan } from '../plan/expand.ts';

const read = (roles: string) =>
  parseScenario(
    `scenario: broadcast
groups:
  streams:
    executor: constant-rooms
    rooms: 2
    duration: 30s
    roles:
${roles}`,
    { file: 'broadcast.yaml' },
  );

const WHIP = 'stream: { whip: "https://live.example.com/{room}/whip", token: { env: LIVE } }';
const WHEP = 'stream: { whep: "https://live.example.com/{room}/whep" }';

test('players expect what publishers of their stream send, and others do not', () => {
  const { participants, endAtMs } = expandPlan(
    read(`      dj: { publish: [audio, { video: 360p }], ${WHIP} }
      player: { count: 2, ${WHEP} }
      guest: { count: 2, publish: audio }
`),
    'x',
  );
  const facts = participants
    .map(({ role, room, stream, expectedTracks: { audio, video }, hearsMarks = false }) =>
      [role, room, stream?.url ?? '-', audio, video, hearsMarks].join(' '),
    )
    .sort();
  const player = (room: number, hears: boolean) =>
    `player swarm-x-${room}-stream https://live.example.com/${room}/whep 1 1 ${hears}`;
  const dj = (room: number) =>
    `dj swarm-x-${room}-stream https://live.example.com/${room}/whip 0 0 false`;
  const guest = (room: number) => `guest swarm-x-${room} - 1 0 false`;
  expect(facts).toEqual(
    [1, 2]
      .flatMap((room) => [
        ...[dj(room), guest(room), guest(room)],
        ...[player(room, true), player(room, false)],
      ])
      .sort(),
  );
  // Players join when their stream is published, and leave with all others.
  const djs = participants.filter(({ role }) => role === 'dj');
  const players = participants.filter(({ role }) => role === 'player');
  const earliest = Math.min(...players.map(({ joinAtMs }) => joinAtMs));
  expect(earliest).toBeGreaterThanOrEqual(1_000 + (djs[0]?.joinAtMs ?? 0));
  expect(new Set(participants.map(({ leaveAtMs }) => leaveAtMs))).toEqual(new Set([endAtMs]));
});

test('players of a stream that others publish expect nothing that is known', () => {
  const { participants } = expandPlan(read(`      player: { ${WHEP} }\n`), 'x');
  expect(participants[0]?.expectedTracks).toEqual({ audio: 0, video: 0 });
});

test('the number of the room may be in the query', () => {
  const { participants } = expandPlan(
    read('      player: { stream: { whep: "https://live.example.com/a?name={room}" } }\n'),
    'x',
  );
  expect(participants.map(({ stream }) => stream?.url).sort()).toEqual([
    'https://live.example.com/a?name=1',
    'https://live.example.com/a?name=2',
  ]);
});

test.each([
  [`player: { publish: audio, ${WHEP} }`, 'is not possible with whep'],
  [`dj: { ${WHIP} }`, 'has no effect without a track'],
  [`dj: { publish: audio, subscribe: true, ${WHIP} }`, 'is not possible with whip'],
  [`dj: { publish: [audio, audio], ${WHIP} }`, 'more than one audio'],
  [`dj: { publish: audio, e2ee: throw-away, ${WHIP} }`, 'is not possible with e2ee'],
  [`dj: { publish: audio, layout: speaker, ${WHIP} }`, 'is not possible with stream'],
  [`dj: { publish: audio, ingress: whip, ${WHIP} }`, 'is not possible with ingress'],
  [`dj: { publish: [{ screen: 1080p }], ${WHIP} }`, 'has a track that is not possible'],
  ['player: { stream: { whep: "https://user:pw@live.example.com/a" } }', 'is not the URL'],
  ['player: { stream: { whep: "https://live.example.com/a?token=abc" } }', 'is not the URL'],
  ['player: { stream: { whep: "wss://live.example.com/a" } }', 'is not the URL'],
  ['player: { stream: { whep: "https://10.0.0.{room}/a" } }', 'outside of its path and its query'],
  ['player: { stream: { whep: "https://a.example.com:800{room}/a" } }', 'outside of its path'],
  ['player: { stream: { whep: "https:\\\\\\\\{room}.example.com/a" } }', 'outside of its path'],
  ['player: { stream: { whep: "https://a.example.com/a#{room}" } }', 'outside of its path'],
])('refuses %s', (role, message) => {
  expect(() => read(`      ${role}\n`)).toThrow(message);
});
