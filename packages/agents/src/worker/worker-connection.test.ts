import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  RegisterWorkerResponse,
  ServerMessage,
  WorkerMessage,
  WorkerPong,
} from '@livekit/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { WorkerConnection } from './worker-connection.ts';

const open: WebSocketServer[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const server of open.splice(0)) {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});

/** Server that does not keep to the protocol, as livekit-server does. */
const serve = async (onWorker: (socket: WebSocket) => void) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  open.push(server);
  server.on('connection', onWorker);
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = Promise.withResolvers<string>();
  return {
    server,
    closed: closed.promise,
    options: {
      target: { url, apiKey: 'key', apiSecret: 'a-secret-of-at-least-thirty-two-bytes' },
      agentName: 'helper',
      version: 'test',
      accept: () => null,
      onAssignment: () => {},
      onTermination: () => {},
      onClosed: closed.resolve,
    },
  };
};

const registered = (): Uint8Array =>
  new ServerMessage({
    message: { case: 'register', value: new RegisterWorkerResponse({ workerId: 'AW_1' }) },
  }).toBinary();

/** No message: a field of the reserved wire type 7. */
const DAMAGED = Buffer.from([0x0f, 0xff]);

test('a server that speaks another protocol is named, and its connection closed', async () => {
  const ended = Promise.withResolvers<void>();
  const { options } = await serve((socket) => {
    socket.on('close', () => ended.resolve());
    socket.on('message', () => socket.send(DAMAGED));
  });
  await expect(WorkerConnection.open(options)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('no message of this protocol'),
  });
  await ended.promise;
});

test('a registered worker loses a connection that is damaged', async () => {
  const { options, closed, server } = await serve((socket) => {
    socket.on('message', () => socket.send(registered()));
  });
  const connection = await WorkerConnection.open(options);
  expect(connection.workerId).toBe('AW_1');
  for (const socket of server.clients) socket.send(DAMAGED);
  expect(await closed).toMatch(/^closed by the server/);
});

test('a server that answers no ping is lost, although its connection stays open', async () => {
  const { options, closed } = await serve((socket) => {
    socket.once('message', () => socket.send(registered()));
  });
  const connection = await WorkerConnection.open({ ...options, pingEveryMs: 50 });
  expect(await closed).toBe('the server has not answered a ping for 50 ms');
  connection.close();
});

test('a server that answers pings is kept', async () => {
  // A busy host would be late for any interval of real time.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let socketAtServer: WebSocket | undefined;
  let pings = 0;
  const { options, closed } = await serve((socket) => {
    socketAtServer = socket;
    socket.on('message', (data: Buffer) => {
      const { message } = WorkerMessage.fromBinary(data);
      if (message.case === 'register') socket.send(registered());
      if (message.case !== 'ping') return;
      const value = new WorkerPong({ lastTimestamp: message.value.timestamp });
      socket.send(new ServerMessage({ message: { case: 'pong', value } }).toBinary());
      // Its answer shows that the worker has read the message before it.
      socket.ping();
      pings += 1;
    });
  });
  const connection = await WorkerConnection.open({ ...options, pingEveryMs: 1_000 });
  if (socketAtServer === undefined) throw new Error('the worker has a connection');
  for (let interval = 0; interval < 3; interval++) {
    const read = once(socketAtServer, 'pong');
    vi.advanceTimersByTime(1_000);
    await Promise.race([read, closed.then((reason) => expect.fail(reason))]);
  }
  expect(pings).toBe(3);
  connection.close();
});
