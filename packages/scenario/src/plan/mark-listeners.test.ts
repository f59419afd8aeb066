import { expect, test } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { expandPlan } from './expand.ts';

const listenersOf = (roles: string): string[] =>
  expandPlan(
    parseScenario(
      `scenario: s\ngroups:\n  g:\n    executor: constant-rooms\n    rooms: 2\n    duration: 20s\n    roles: ${roles}\n`,
      { file: 's.yaml' },
    ),
    'x',
  ).participants.flatMap(({ hearsMarks, role, room }) =>
    hearsMarks === true ? [`${room.slice(-1)} ${role}`] : [],
  );

test('one receiver of each role in a room hears the marks of an encoder', () => {
  const roles =
    '{ dj: { publish: audio, ingress: rtmp }, near: { count: 3 }, far: { count: 2 }, mute: { subscribe: false, publish: audio }, real: { engine: rtc } }';
  expect(listenersOf(roles).sort()).toEqual(['1 far', '1 near', '2 far', '2 near']);
});

test('no participant listens where no encoder publishes audio', () => {
  expect(listenersOf('{ dj: { publish: audio }, near: { count: 3 } }')).toEqual([]);
  expect(listenersOf('{ dj: { publish: video, ingress: rtmp }, near: {} }')).toEqual([]);
});
