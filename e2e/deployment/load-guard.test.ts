/** Checks before load goes to a server: the whole program with a real livekit-server and a proxy in front of it. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import {
  deploymentAt,
  isJoin,
  joinBySignal,
  makeToken,
  roomServiceOf,
} from '@livekit-swarm/livekit';
import { startPathProxy } from '@livekit-swarm/testkit/path-proxy';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

const KEYS = { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'secret-of-a-sufficient-length-000' };

const scenario = (connect = ''): string => {
  const file = join(scratch(), 'calls.yaml');
  const role = `{ count: 2, publish: audio${connect} }`;
  writeFileSync(
    file,
    `scenario: calls
groups:
  calls: { executor: constant-rooms, rooms: 1, duration: 5s, roles: { caller: ${role} } }
`,
  );
  return file;
};

/** The key of a role whose tokens, and whose server, come from an application. */
const connectTo = (url: string): string =>
  `, connect: { url: '${url.replace('ws', 'http')}/token', servers: ['${url}'] }`;

/** A server that counts connections. */
const listener = async () => {
  let connections = 0;
  const server = createServer((_, response) => response.end());
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

it.each(['capacity', 'soak'])(
  '%s does not go to a server that only the environment names',
  async (command) => {
    await using server = await listener();
    for (const url of ['wss://lk.example.com', server.url]) {
      const { exit, stderr } = await runSwarm([command, scenario()], { ...KEYS, LIVEKIT_URL: url });
      expect(exit, stderr).toBe(2);
      expect(stderr).toContain(`--confirm-target ${new URL(url).hostname}`);
    }
    expect(server.connections()).toBe(0);
  },
);

it.each([
  [['capacity', '--embedded'], {}],
  [['soak', '--embedded'], {}],
  [['run', '--embedded'], { SWARM_DENY_HOST: '127.0.0.1' }],
  [['capacity', '--embedded', '--confirm-target', '127.0.0.1'], { SWARM_DENY_HOST: '127.0.0.1' }],
] as const)(
  '%j does not go to servers that only its scenario names, with %j',
  async (args, env) => {
    await using app = await listener();
    const { exit, stderr } = await runSwarm([...args, scenario(connectTo(app.url))], env);
    expect(exit, stderr).toBe(2);
    expect(stderr).toMatch('SWARM_DENY_HOST' in env ? /denied/ : /--confirm-target 127\.0\.0\.1/);
    expect(app.connections()).toBe(0);
  },
);

it('ab rejects servers that its scenario names, and does not connect to them', async () => {
  await using app = await listener();
  const sides = [DEFAULT_LIVEKIT_VERSION, DEFAULT_LIVEKIT_VERSION].flatMap((v) => ['--server', v]);
  const { exit, stderr } = await runSwarm(['ab', ...sides, scenario(connectTo(app.url))]);
  expect(exit, stderr).toBe(2);
  expect(stderr).toContain('leave connect out');
  expect(app.connections()).toBe(0);
});

it('a meeting of others sees nothing of a load, also where a proxy hides the API', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  await using path = await startPathProxy([
    { prefix: '/livekit/', strip: '/livekit', port: server.ports.http },
  ]);
  await using rtc = await startPathProxy([{ prefix: '/rtc', port: server.ports.http }]);
  const other = await joinMeeting(server);
  const env = { LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret };
  const load = ['--room', 'standup', '--participants', '1', '--duration', '2s', '--quiet'];
  try {
    for (const url of [
      server.url,
      `ws://127.0.0.1:${path.port}/livekit`,
      `ws://127.0.0.1:${rtc.port}`,
    ]) {
      const { exit, stderr } = await runSwarm(['--url', url, ...load], env);
      expect(exit, stderr).toBe(2);
      expect(stderr).toContain('--join-existing-rooms');
    }
    const search = await runSwarm(['capacity', scenario(), '--url', server.url], env);
    expect(search.exit, search.stderr).toBe(2);
    expect(search.stderr).toMatch(/"standup" \(1\)[\s\S]*--with-other-users/);
    expect(other.seen()).toEqual([]);
  } finally {
    other.leave();
  }
});

/** Joins a participant of another application, which lists the participants that join later. */
const joinMeeting = async (server: LiveKitServer) => {
  const { url, apiKey, apiSecret } = server;
  const publish = { audio: false, video: false, data: false };
  const who = { room: 'standup', identity: 'alice', publish, subscribe: true, ttlSeconds: 60 };
  const token = makeToken({ apiKey, apiSecret, ...who });
  const deployment = deploymentAt(url, 'v0');
  const seen: string[] = [];
  const connect: typeof deployment.connect = (options) =>
    deployment.connect({
      ...options,
      onMessage: (message) => {
        if (message.case === 'update')
          for (const { identity } of message.value.participants)
            if (identity !== 'alice') seen.push(identity);
        options.onMessage(message);
      },
    });
  const joined = await joinBySignal({ ...deployment, connect }, token, 10_000);
  if (!isJoin(joined)) throw new Error(joined.message);
  const service = await roomServiceOf(server, 5);
  expect(await service.listParticipants('standup')).toHaveLength(1);
  return { seen: () => seen, leave: () => joined.connection.close() };
};
