import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import { AUDIO, openTestRoom } from './support/test-room.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer({ config: { room: { auto_create: true, max_participants: 2 } } });
});
afterAll(() => server.stop());

const failedJoin = async (
  target: { url: string; apiKey: string; apiSecret: string },
  joinAttempts = 1,
) => {
  await using testRoom = openTestRoom({
    target,
    signalling: 'auto',
    joinAttempts,
    joinTimeoutMs: 2_000,
  });
  await testRoom.join({ publish: [AUDIO] });
  const lines = await testRoom.leave();
  return {
    events: testRoom.events.map(({ event, reason }) => `${event} ${reason}`),
    line: lines[0],
    all: JSON.stringify(testRoom.events),
  };
};

test('a join with a wrong secret is not retried, and no event contains the token', async () => {
  const { events, line, all } = await failedJoin(
    { ...server, apiSecret: 'not-the-secret-but-long-enough-for-hmac' },
    3,
  );
  expect(events).toEqual(['join_failed unauthorized']);
  expect(line).toMatchObject({
    outcome: 'join_failed',
    reason: 'unauthorized',
    joinTimeMs: null,
    tracks: [],
  });
  expect(all).not.toContain('eyJ');
});

test('a join without a server is retried as often as configured', async () => {
  const { events } = await failedJoin({ ...server, url: 'ws://127.0.0.1:1' }, 2);
  expect(events).toEqual(['join_retry unreachable', 'join_failed unreachable']);
});

test('a host name that does not exist is unreachable', async () => {
  const { events, line } = await failedJoin({ ...server, url: 'ws://no-such-host.invalid:7880' });
  expect(events).toEqual(['join_failed unreachable']);
  expect(line).toMatchObject({ outcome: 'join_failed', reason: 'unreachable' });
});

test('a server other than LiveKit is recognised', async () => {
  const other = createServer((_request, response) => response.writeHead(404).end('nothing here'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { events } = await failedJoin({ ...server, url: `ws://127.0.0.1:${port}` });
  other.close();
  expect(events).toEqual(['join_failed not_livekit']);
});

test('an attempt times out if the server does not answer', async () => {
  const other = createServer();
  other.on('upgrade', () => undefined);
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { events } = await failedJoin({ ...server, url: `ws://127.0.0.1:${port}` });
  other.closeAllConnections();
  other.close();
  expect(events).toEqual(['join_failed signal_timeout']);
});

test('a full room rejects another participant', async () => {
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join({}, {});
  await testRoom.join({});
  expect(testRoom.of('joined')).toHaveLength(2);
  expect(testRoom.of('join_failed')).toMatchObject([{ reason: 'room_full' }]);
});

test('a leave during the join ends it', async () => {
  const silent = createServer();
  const asked = Promise.withResolvers<void>();
  silent.on('upgrade', () => asked.resolve());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  await using testRoom = openTestRoom({
    target: { ...server, url: `ws://127.0.0.1:${port}` },
    signalling: 'v1',
    joinTimeoutMs: 60_000,
  });
  const joining = testRoom.join({ publish: [AUDIO] });
  await asked.promise;
  // It does not wait for the timeout of the join.
  const [line] = await testRoom.leave();
  await joining;
  silent.closeAllConnections();
  silent.close();
  expect(line).toMatchObject({ outcome: 'join_failed', reason: 'left_while_joining' });
});
