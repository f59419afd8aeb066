import { expect, test } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { expandPlan } from '../plan/expand.ts';

const read = (roles: string) =>
  parseScenario(
    `scenario: control
groups:
  rooms: { executor: constant-rooms, rooms: 2, duration: 10s, roles: { ${roles} } }
`,
    { file: 'control.yaml' },
  );

test('publishers and subscribers find each other by role and room', () => {
  const { participants } = expandPlan(
    read(
      'pilot: { count: 1, engine: browser, dataTracks: { to: robot } }, robot: { engine: browser }',
    ),
    'x',
  );
  const pilots = participants.filter(({ role }) => role === 'pilot');
  expect(pilots.map(({ dataTracks }) => dataTracks)).toEqual(
    Array(2).fill({ to: 'robot', bytes: 100, everyMs: 20 }),
  );
  for (const { room, exchange } of participants.filter(({ role }) => role === 'robot')) {
    const pilot = pilots.find((one) => one.room === room);
    const robot = participants.find((one) => one.room === room && one.role === 'robot');
    expect(exchange?.subscribes).toEqual({
      name: pilot?.exchange?.track?.name,
      publishers: [{ identities: expect.any(String), everyMs: 20 }],
    });
    const { identities = '-' } = exchange?.subscribes?.publishers[0] ?? {};
    expect(pilot?.identity.startsWith(identities)).toBe(true);
    expect(robot?.identity.startsWith(pilot?.exchange?.track?.subscribers ?? '-')).toBe(true);
  }
});

test.each([
  [
    'pilot: { engine: rtc, dataTracks: { to: robot } }, robot: { engine: browser }',
    'engine: rtc, which has no data tracks',
  ],
  ['pilot: { dataTracks: { to: robot } }, robot: { engine: rtc }', 'role "robot" has engine: rtc'],
  ['pilot: { engine: browser, dataTracks: { to: none } }', 'the group has no role "none"'],
  [
    'pilot: { engine: browser, e2ee: throw-away, dataTracks: { to: robot } }, robot: { engine: browser }',
    'is not possible with e2ee',
  ],
  [
    'pilot: { engine: browser, dataTracks: { to: robot, size: 4B } }, robot: { engine: browser }',
    'size',
  ],
])('refuses %s', (roles, message) => {
  expect(() => read(roles)).toThrow(message);
});
