import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';
import { expect, test } from 'vitest';
import { announced, node } from '../../test/support/check-facts.ts';
import { turnServersOf } from './turn-servers.ts';

const announcedOf = (...urls: string[]) => ({
  nodes: async () => [
    node({ ...announced, turnServers: [{ urls, username: 'anna', credential: 'announced' }] }),
  ],
});
const turn = { urls: ['turn:own.example.com'], username: 'app', credential: 'of the app' };
const guardOf = (denyHost: string[]) =>
  LoadGuard.of({
    ...{ rules: readHostRules({ denyHost }, {}), kind: 'audit', url: 'wss://lk.example.com' },
    ...{ typed: ['wss://lk.example.com'], joinExistingRooms: false, withOtherUsers: false },
    reads: LoadGuard.ofOwnServer(readHostRules({}, {}), 'audit').reads,
  });

test('TURN servers of nodes and of the application have their credentials; other URLs are left out', async () => {
  const facts = announcedOf('turns:turn.example.com:443?transport=tcp', 'stun:stun.example.com');
  expect(await turnServersOf(facts, { turn, guard: guardOf([]) })).toMatchObject([
    { url: { host: 'turn.example.com', transport: 'tls' }, username: 'anna' },
    { url: { host: 'own.example.com' }, username: 'app', credential: 'of the app' },
  ]);
});

test.each([
  ['turn:turn.prod.example.com:3478', '*.prod.example.com'],
  ['turn:[2001:db8::7]:3478', '2001:db8::/32'],
  ['turn:turn.example.com', 'own.example.com'],
])('with %s announced nothing is asked where the lists exclude %s', async (url, denied) => {
  const asked = turnServersOf(announcedOf(url), { turn, guard: guardOf([denied]) });
  await expect(asked).rejects.toThrow(`is denied by "${denied}"`);
});
