import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { findFreePorts } from './free-ports.ts';

test('finds ports that can be bound, with consecutive UDP ports', async () => {
  const { http, metrics, udpFirst, udpLast } = await findFreePorts('127.0.0.1', 4);
  expect(http).not.toBe(metrics);
  expect(udpLast - udpFirst).toBe(3);
  const sockets = await Promise.all([0, 1, 2, 3].map((offset) => bindUdp(udpFirst + offset)));
  for (const socket of sockets) socket.close();
  for (const port of [http, metrics]) await listenTcp(port);
});

const bindUdp = (port: number): Promise<ReturnType<typeof createSocket>> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4').once('error', reject);
    socket.bind(port, '127.0.0.1', () => resolve(socket));
  });

const listenTcp = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
