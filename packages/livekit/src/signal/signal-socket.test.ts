import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { fakeClock } from '../../test/support/fake-clock.ts';
import type { Failure } from '../failure.ts';
import { Keepalive } from './keepalive.ts';
import { SignalSocket } from './signal-socket.ts';

test('a message that is too large ends the connection before it is buffered', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.send(Buffer.alloc(17 * 1_024 * 1_024));
  });
  const clock = fakeClock();
  const failure = await new Promise<Failure>((onEnd) => {
    new SignalSocket({
      base: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      endpoint: '/rtc',
      token: 'token',
      clock,
      keepalive: new Keepalive(clock),
      ignored: new Set(),
      onMessage: () => {},
      onEnd,
    });
  });
  expect(failure).toMatchObject({ reason: 'bad_message', retryable: false });
  server.close();
});
