import { expect, it } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { expandPlan } from './expand.ts';
import { isIdentityOf } from './is-identity-of.ts';

const scenarioOf = (roles: string) =>
  parseScenario(
    `scenario: calls
groups:
  room:
    executor: constant-rooms
    rooms: 2
    duration: 10s
    roles: ${roles}
`,
    { file: 'calls.yaml' },
  );

const planOf = (roles: string) => expandPlan(scenarioOf(roles), 'ab12').participants;

it('callers call the role they name, in their room', () => {
  const participants = planOf(
    '{ operator: { count: 2, rpc: { to: robot } }, robot: { count: 1, publish: audio }, watcher: { count: 1 } }',
  );
  const [operator] = participants.filter(({ role }) => role === 'operator');
  const callees = operator?.exchange?.callees ?? '';
  const called = participants.filter(({ identity }) => isIdentityOf(identity, callees));
  expect(called.map(({ role, room }) => ({ role, room }))).toEqual([
    { role: 'robot', room: operator?.room },
  ]);
  expect(operator?.exchange?.answers).toEqual([]);
  expect(called[0]?.exchange).toEqual({ answers: ['swarm.echo'] });
  const watcher = participants.find(({ role }) => role === 'watcher');
  expect(watcher).not.toHaveProperty('exchange');
});

it('a role answers every method that it is called with', () => {
  const [, , robot] = planOf(
    '{ a: { count: 1, rpc: { to: robot } }, b: { count: 1, rpc: { to: robot, method: stop } }, robot: { count: 1 } }',
  );
  expect(robot?.exchange?.answers).toEqual(['swarm.echo', 'stop']);
});

it.each([
  ['ab12-1-r1', true],
  ['ab12-1-r12', true],
  ['ab12-1-r1.3', true],
  ['ab12-1-r1+', true],
  ['ab12-1-r', false],
  ['ab12-1-ro1', false],
  ['ab12-11-r1', false],
])('%s is of the role: %s', (identity, isOfRole) => {
  expect(isIdentityOf(identity, 'ab12-1-r')).toBe(isOfRole);
});

it.each([
  [
    '{ a: { count: 1, rpc: { to: robt } }, robot: { count: 1, publish: audio } }',
    'the group has no role "robt"',
    'did you mean robot?',
  ],
  ['{ a: { count: 1, rpc: { to: robot } }, robot: { count: 0 } }', 'its count is 0', null],
  ['{ a: { count: 1, rpc: { to: a } } }', 'reaches no participant', 'count of 2'],
  ['{ a: { count: 2, rpc: { to: a, payload: 16kB } } }', 'must be from 0B to 15360B', null],
  [
    '{ a: { count: 2, e2ee: throw-away, rpc: { to: a } } }',
    'is not possible with e2ee',
    'leave one out',
  ],
])('%s is refused', (roles, message, hint) => {
  expect(() => scenarioOf(roles)).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(message),
      ...(hint !== null && { hint: expect.stringContaining(hint) }),
    }),
  );
});
