/** Participants that ask an application for their server and token; the application is a small HTTP server that signs tokens. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { generateCredentials, type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

const SECRET = 'Bearer secret-of-the-application';

interface Application extends AsyncDisposable {
  url: string;
  /** Number of requests by participant. */
  asked: Map<string, number>;
}

/** @param serverOf the server for the nth time that a participant asks */
const application = async (
  serverOf: (times: number) => LiveKitServer,
  delayMs = 0,
): Promise<Application> => {
  const asked = new Map<string, number>();
  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== SECRET) {
      response.writeHead(401).end();
      return;
    }
    const body = (await json(request)) as { room_name: string; participant_identity: string };
    const { room_name: room, participant_identity: identity } = body;
    const times = (asked.get(identity) ?? 0) + 1;
    asked.set(identity, times);
    const { apiKey, apiSecret, url } = serverOf(times);
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: 60 });
    token.addGrant({ roomJoin: true, room });
    const answer = { server_url: url, participant_token: await token.toJwt() };
    setTimeout(() => response.writeHead(201).end(JSON.stringify(answer)), delayMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

let dir: string;
let servers: [LiveKitServer, LiveKitServer];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-token-'));
  const options = { credentials: generateCredentials(), udpPorts: 1 };
  servers = [
    await startLiveKit({ ...options, dir: join(dir, 'a') }),
    await startLiveKit({ ...options, dir: join(dir, 'b') }),
  ];
});
afterAll(async () => {
  for (const server of servers ?? []) await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const envOf = (authorization: string = SECRET) => ({
  LIVEKIT_URL: servers[0].url,
  LIVEKIT_API_KEY: servers[0].apiKey,
  LIVEKIT_API_SECRET: servers[0].apiSecret,
  APP_AUTHORIZATION: authorization,
});

const SHORT = ['--processes', '1', '--json', '--quiet'];

it('a run joins with the tokens of the endpoint; its time is a phase, and its header is in no record', async () => {
  await using app = await application(() => servers[0], 200);
  const folder = scratch();
  const outcome = await runSwarm(
    [
      ...['--rooms', '1', '--duration', '2s', ...SHORT, '--record', folder],
      ...['--threshold', 'token_time: p(50)>200'],
      ...['--token-endpoint', app.url, '--token-header', 'Authorization=env:APP_AUTHORIZATION'],
    ],
    envOf(),
  );
  expect(outcome.stderr).toBe('');
  const { joins, thresholds } = resultOf(outcome);
  expect(joins).toMatchObject({ joined: 2, failed: 0 });
  expect(thresholds.find(({ metric }) => metric === 'token_time')?.ok).toBe(true);
  const lines = readFileSync(join(folder, 'record.ndjson'), 'utf8');
  expect(lines).toContain('"APP_AUTHORIZATION"');
  expect(lines).not.toContain(SECRET);
});

it('an endpoint that rejects the request, or names a server that is not allowed: exit 3', async () => {
  await using app = await application(() => servers[0]);
  const flags = ['--rooms', '1', '--token-endpoint', app.url, ...SHORT];
  const header = ['--token-header', 'Authorization=env:APP_AUTHORIZATION'];
  const rejected = await runSwarm([...flags, ...header], envOf('Bearer wrong'));
  expect(rejected.exit).toBe(3);
  expect(rejected.stderr).toMatch(/rejects the request \(HTTP 401\)\n {2}→ check the headers/);
  const elsewhere = await runSwarm([...flags, ...header, '--url', 'ws://localhost:1'], envOf());
  expect(elsewhere.exit).toBe(3);
  expect(elsewhere.stderr).toMatch(/names ws:\/\/127\.0\.0\.1:\d+, which is not the deployment/);
});

it('is asked again at a reconnect, and may name another server then', async () => {
  // The first time is that of the preflight.
  await using app = await application((times) => (times > 2 ? servers[1] : servers[0]));
  const folder = scratch();
  const file = join(folder, 'moves.yaml');
  writeFileSync(
    file,
    `scenario: moves
groups:
  rooms:
    executor: constant-rooms
    rooms: 1
    duration: 6s
    roles:
      talker:
        publish: audio
        connect: { url: ${app.url}, headers: { Authorization: { env: APP_AUTHORIZATION } } }
        actions: [{ at: 1s, do: simulate, simulate: full-reconnect }]
`,
  );
  await runSwarm(
    ['run', file, '--allow-env', 'APP_AUTHORIZATION', '--record', join(folder, 'run'), ...SHORT],
    envOf(),
  );
  const events = readFileSync(join(folder, 'run', 'record.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { event?: string; node?: string });
  const nodeOf = (name: string) => events.find(({ event }) => event === name)?.node;
  expect(nodeOf('joined')).toBeTypeOf('string');
  expect(nodeOf('reconnected')).toBeTypeOf('string');
  expect(nodeOf('reconnected')).not.toBe(nodeOf('joined'));
  expect([...app.asked.values()]).toEqual([3]);
});

it.each([
  [
    '{ env: LIVEKIT_API_SECRET }',
    ['--allow-env', 'LIVEKIT_API_SECRET'],
    /may not read LIVEKIT_API_SECRET/,
  ],
  ['{ env: APP_AUTHORIZATION }', [], /--allow-env APP_AUTHORIZATION/],
  ['{ file: /etc/hostname }', [], /--allow-file \/etc\/hostname/],
] as const)(
  'a scenario does not send %s to its endpoint, with %j',
  async (place, flags, message) => {
    await using app = await application(() => servers[0]);
    const folder = scratch();
    const file = join(folder, 'curious.yaml');
    writeFileSync(
      file,
      `scenario: curious
groups:
  rooms:
    executor: constant-rooms
    rooms: 1
    duration: 6s
    roles: { talker: { publish: audio, connect: { url: '${app.url}', headers: { X: ${place} } } } }
`,
    );
    const { exit, stderr } = await runSwarm(['run', file, ...flags, ...SHORT], envOf());
    expect(exit, stderr).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain(SECRET);
    expect(app.asked.size).toBe(0);
  },
);
