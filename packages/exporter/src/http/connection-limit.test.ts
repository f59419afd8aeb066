import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limitConnections } from './connection-limit.ts';

const MAX = 10;
let server: Server;
let port: number;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer(async (request, response) => {
    if (request.url === '/slow') await sleep(400);
    response.end('here');
  });
  limitConnections(server, MAX);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
});

/** Connections that send nothing, from one address of this host. */
const openSilent = async (count: number, localAddress = '127.0.0.1'): Promise<Socket[]> => {
  const opened = Array.from({ length: count }, () =>
    connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {}),
  );
  sockets.push(...opened);
  await Promise.all(opened.map((socket) => once(socket, 'connect')));
  await sleep(50);
  return opened;
};
const connections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
const get = (path = '/'): Promise<string> =>
  fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text());

it('answers a client while another holds as many connections as there may be', async () => {
  await openSilent(10 * MAX);
  expect(await connections()).toBeLessThanOrEqual(MAX);
  expect(await get()).toBe('here');
  await openSilent(10 * MAX);
  expect(await get()).toBe('here');
});

it('takes connections from the address that has the most', async () => {
  const scraper = await openSilent(1, '127.0.0.2');
  await openSilent(10 * MAX);
  expect(scraper[0]?.destroyed).toBe(false);
  expect(scraper[0]?.readyState).toBe('open');
});

it('does not cut a request that is being answered', async () => {
  const slow = get('/slow');
  await sleep(100);
  await openSilent(10 * MAX);
  expect(await slow).toBe('here');
});

it('refuses a connection where all others are being answered', async () => {
  const slow = Array.from({ length: MAX }, () => get('/slow'));
  await sleep(150);
  await expect(get()).rejects.toThrow();
  expect(await Promise.all(slow)).toEqual(Array(MAX).fill('here'));
  expect(await get()).toBe('here');
});
