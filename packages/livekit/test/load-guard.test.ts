/** The guard with a real livekit-server, and with proxies that change its answers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { expandPlan, NOTHING_READABLE, scenarioOfFlags } from '@livekit-swarm/scenario';
import { startPathProxy } from '@livekit-swarm/testkit/path-proxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deploymentAt,
  isJoin,
  joinBySignal,
  LoadGuard,
  type LoadKind,
  makeToken,
  readHostRules,
  type SignalJoin,
} from '../src/index.ts';

let dir = '';
let server: LiveKitServer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-guard-'));
  server = await startLiveKit({ dir });
}, 300_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** A participant of another application. */
const joinAs = async (identity: string, room: string): Promise<SignalJoin> => {
  const token = makeToken({
    ...{ apiKey: server.apiKey, apiSecret: server.apiSecret, room, identity },
    publish: { audio: false, video: false, data: false },
    subscribe: true,
    ttlSeconds: 60,
  });
  const joined = await joinBySignal(deploymentAt(server.url, 'v0'), token, 10_000);
  if (!isJoin(joined)) throw new Error(joined.message);
  return joined;
};

const admit = async (
  url: string,
  kind: LoadKind,
  flags: Parameters<typeof scenarioOfFlags>[0],
): Promise<void> => {
  const guard = LoadGuard.of({
    ...{ rules: readHostRules({}, {}), kind, url, typed: [url] },
    ...{ joinExistingRooms: false, withOtherUsers: false, reads: NOTHING_READABLE },
  });
  const { apiKey, apiSecret } = server;
  const plan = expandPlan(scenarioOfFlags(flags, []), 'k3x9h');
  await guard.admit({ url, apiKey, apiSecret }, { run: 'k3x9h', plan });
};

const STANDUP = { room: 'standup' };

test('a room is refused while a participant is in it', async () => {
  await admit(server.url, 'run', STANDUP);
  const other = await joinAs('alice', 'standup');
  await expect(admit(server.url, 'run', STANDUP)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('"standup" (1)'),
    hint: expect.stringContaining('--join-existing-rooms'),
  });
  await admit(server.url, 'run', { room: 'another' });
  await admit(server.url, 'run', { rooms: '2' });
  other.connection.close();
  await expect
    .poll(async () => await admit(server.url, 'run', STANDUP).then(() => 'free', String), {
      timeout: 20_000,
    })
    .toBe('free');
});

test('a limit is not searched for on a deployment in use', async () => {
  const other = await joinAs('bob', 'a-meeting');
  try {
    await expect(admit(server.url, 'search', { rooms: '2' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('"a-meeting" (1)'),
      hint: expect.stringContaining('--with-other-users'),
    });
  } finally {
    other.connection.close();
  }
});

test('an API that a proxy hides is a refusal, not an empty room', async () => {
  const { http } = server.ports;
  await using proxy = await startPathProxy([{ prefix: '/rtc', port: http }]);
  const url = `ws://127.0.0.1:${proxy.port}`;
  await expect(admit(url, 'run', STANDUP)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/cannot be checked.*404/),
    hint: expect.stringContaining('--join-existing-rooms'),
  });
  await expect(admit(url, 'search', { rooms: '2' })).rejects.toMatchObject({
    hint: expect.stringContaining('--with-other-users'),
  });
  await admit(url, 'run', { rooms: '2' });
});

test('the API of another server is refused', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-guard-other-'));
  const { apiKey, apiSecret } = server;
  const another = await startLiveKit({ dir, credentials: { apiKey, apiSecret } });
  try {
    await using proxy = await startPathProxy([
      { prefix: '/rtc', port: server.ports.http },
      { prefix: '/twirp', port: another.ports.http },
    ]);
    await expect(admit(`ws://127.0.0.1:${proxy.port}`, 'run', STANDUP)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('another server'),
      hint: expect.stringContaining('--join-existing-rooms'),
    });
  } finally {
    await another.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});
