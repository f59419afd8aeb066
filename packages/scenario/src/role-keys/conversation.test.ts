import { expect, it } from 'vitest';
import { role } from '../../test/support/scenario-text.ts';
import { parseScenario } from '../language/parse-scenario.ts';
import { withConnect } from '../scenario.ts';

const read = (keys: string) => parseScenario(role(`{ publish: audio, ${keys} }`), { file: 'x' });
const endpoint = { url: 'https://app.example.com/token', servers: [], headers: {} };

it.each(['agent: helper', 'agent: { name: helper, by: token }'])(
  'an agent that the token of an endpoint cannot name is refused: %s',
  (agent) => {
    const connect = 'connect: { url: "https://app.example.com/token" }';
    expect(() => read(`conversation: { ${agent} }, ${connect}`)).toThrow(
      /conversation\.agent: has no effect with connect/,
    );
    expect(() => withConnect(read(`conversation: { ${agent} }`), endpoint)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining('the token of role me cannot name the agent helper'),
        hint: expect.stringContaining('by: api'),
      }),
    );
  },
);

it.each(['rtc', 'browser'] as const)('callers may be real clients: %s', (engine) => {
  const { groups } = read(`engine: ${engine}, conversation: { agent: helper }`);
  expect(groups[0]?.roles[1]).toMatchObject({ engine, conversation: { opens: 'caller' } });
});

it.each(['rtc', 'browser'])('a reference agent is native, and not: %s', (engine) => {
  expect(() => read(`engine: ${engine}, answers: {}`)).toThrow(
    new RegExp(`answers: is not possible with engine: ${engine}`),
  );
});

it.each(['api', 'room'])('an agent that is dispatched by %s is possible with an endpoint', (by) => {
  const conversation = `conversation: { agent: { name: helper, by: ${by} } }`;
  const { groups } = withConnect(read(conversation), endpoint);
  expect(groups[0]?.roles[1]).toMatchObject({ connect: endpoint });
});

it('a transfer needs an agent whose dispatch can ask for it', () => {
  expect(() => read('conversation: { transfer: { to: billing } }')).toThrow(
    /conversation\.transfer: needs agent/,
  );
  expect(() =>
    read('conversation: { agent: { name: desk, by: api, again: 2s }, transfer: { to: billing } }'),
  ).toThrow(/conversation\.agent\.again: is not possible with transfer/);
  const { groups } = read('conversation: { agent: desk, transfer: { to: billing } }');
  const transferred = groups.flatMap(({ roles }) => roles).find(({ name }) => name === 'me');
  expect(transferred?.conversation?.transfer).toEqual({ after: 2, to: 'billing' });
});

it.each(['token', 'room'])('an agent that is dispatched by %s cannot be waited for', (by) => {
  expect(() => read(`conversation: { agent: { name: desk, by: ${by}, after: 5s } }`)).toThrow(
    /agent\.after: is only possible with by: api/,
  );
});
