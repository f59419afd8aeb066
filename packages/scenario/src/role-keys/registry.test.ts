import { describe, expect, it } from 'vitest';
import { role } from '../../test/support/scenario-text.ts';
import { parseScenario } from '../language/parse-scenario.ts';
import { formatScenario } from '../language/write/format-scenario.ts';
import { expandPlan } from '../plan/expand.ts';
import { DEFAULT_ROLE, type RoleFile } from './registry.ts';

const read = (text: string) => parseScenario(text, { file: 'role.yaml' });

const roleIn = (text: string) => read(text).groups[0]?.roles[1];

/** Value of each key that is not its default, with other keys that it needs. */
const EXAMPLES: Record<keyof RoleFile, string> = {
  count: 'count: 3',
  publish: 'publish: [{ video: 720p, frameMetadata: true }, { screen: 1080p, bitrate: 4Mbit/s }]',
  subscribe: 'publish: audio, subscribe: false',
  layout: 'layout: grid:4',
  data: 'data: 0.5/s:100B:reliable',
  rpc: 'rpc: { to: other, every: 500ms, payload: 1kB }',
  dataStreams: 'dataStreams: { to: other, kind: text, size: 1.5kB }',
  dataTracks: 'count: 2, engine: browser, dataTracks: { to: me, size: 1kB, every: 50ms }',
  grants: 'grants: { canSubscribe: true, hidden: false }',
  network: 'network: { up: { loss: 2% } }',
  rateAdaptation: 'publish: [video], rateAdaptation: true',
  path: 'path: turn-tls',
  hostSelector: 'hostSelector: { region: eu }',
  connect: 'connect: { url: "https://app.example.com/token" }',
  e2ee: 'e2ee: { passphrase: { env: SWARM_SECRET_ROOM }, keyIndex: 1 }',
  permanent: 'permanent: true',
  engine: 'engine: browser',
  ingress: 'publish: audio, ingress: rtmp',
  stream:
    'publish: audio, stream: { whip: "https://live.example.com/whip/{room}", token: { env: SWARM_SECRET_WHIP } }',
  departure: 'departure: disappear',
  turns: 'publish: audio, turns: { overlap: 5% }',
  conversation:
    'publish: audio, conversation: { bargeIn: { share: 20% }, agent: { name: a, by: api, after: 2s }, transfer: { after: 2, to: b }, turns: 5 }',
  answers: 'publish: audio, answers: { after: 300ms }',
  actions: 'publish: audio, actions: [{ at: 2s, do: mute, track: audio }]',
};

const textOf = (key: keyof RoleFile): string => {
  const text = role(`{ ${EXAMPLES[key]} }`);
  return key === 'permanent'
    ? text.replace('constant-rooms', 'per-room-churn\n    sessionDuration: 5s')
    : text;
};

describe('a key of a role', () => {
  it.each(Object.keys(EXAMPLES) as (keyof RoleFile)[])(
    'changes the role, and is written in the form in which it is read: %s',
    (key) => {
      const text = textOf(key);
      expect(roleIn(text)?.[key]).not.toEqual(roleIn(role('{}'))?.[key]);
      expect(read(formatScenario(read(text)))).toEqual(read(text));
    },
  );

  it('has a value in the plan of the participants', () => {
    const mine = (key: keyof RoleFile) =>
      expandPlan(read(textOf(key)), 'x').participants.find(({ role: name }) => name === 'me');
    expect(mine('data')?.data).toEqual([{ messagesPerSecond: 0.5, bytes: 100, reliable: true }]);
    expect(mine('network')?.network?.up.loss).toBe(0.02);
    expect(mine('layout')).toMatchObject({
      layout: { type: 'grid', tiles: 4 },
      data: [],
      network: null,
    });
    expect(mine('departure')?.departure).toBe('disappear');
    expect(mine('layout')).not.toHaveProperty('departure');
  });

  it('has a default', () => {
    expect(DEFAULT_ROLE).toEqual({
      data: null,
      subscribe: true,
      layout: { type: 'all' },
      grants: {},
      network: null,
      permanent: false,
      path: 'direct',
      e2ee: null,
    });
  });
});
