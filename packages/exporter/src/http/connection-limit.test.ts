import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clientOf, limitConnections } from './connection-limit.ts';

const MAX = 10;
const PER_CLIENT = 8;
let server: Server;
let port: number;
let requests: number;
/** Number of connections that the server has seen, open or closed. */
let seen: number;
/** Resolved to let slow requests be answered. */
let answer: PromiseWithResolvers<void>;
const sockets: Socket[] = [];

const listen = async (newPerSecond: number): Promise<void> => {
  requests = 0;
  seen = 0;
  answer = Promise.withResolvers();
  server = createServer();
  const limits = { total: MAX, perClient: PER_CLIENT, newPerSecond };
  limitConnections(server, limits, async (request, response) => {
    requests++;
    if (request.url === '/slow') await answer.promise;
    response.end('here');
  });
  server.on('connection', () => void seen++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
};
const close = (): void => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
};
beforeEach(() => listen(1_000));
afterEach(close);

/** Open connections that send nothing from one address of this host. */
const openSilent = async (count: number, localAddress = '127.0.0.1'): Promise<Socket[]> => {
  const opened = Array.from({ length: count }, () =>
    connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {}),
  );
  const before = seen;
  sockets.push(...opened);
  await Promise.all(opened.map((socket) => once(socket, 'connect')));
  await expect.poll(() => seen).toBeGreaterThanOrEqual(before + count);
  return opened;
};
const connections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
/**
 * Request the page from one address of this host.
 * @returns the raw response
 */
const getFrom = async (localAddress: string): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
};
const get = (path = '/'): Promise<string> =>
  fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text());

it('serves a client while another holds the maximum number of connections', async () => {
  await openSilent(10 * MAX);
  expect(await connections()).toBeLessThanOrEqual(MAX);
  expect(await get()).toBe('here');
  await openSilent(10 * MAX);
  expect(await get()).toBe('here');
});

it('closes connections of the address that has the most', async () => {
  const scraper = await openSilent(1, '127.0.0.2');
  await openSilent(10 * MAX);
  expect(scraper[0]?.destroyed).toBe(false);
  expect(scraper[0]?.readyState).toBe('open');
});

it('rejects a client that opens too many connections within a second, and no other', async () => {
  close();
  await listen(4);
  let isRejected = false;
  // A second of the limit may end between two connections.
  for (let attempt = 0; attempt < 20 && !isRejected; attempt++)
    isRejected = (await getFrom('127.0.0.2').catch(() => '')) === '';
  expect(isRejected).toBe(true);
  expect(await get()).toBe('here');
  // The limit is for a second.
  await sleep(1_000);
  expect(await getFrom('127.0.0.2')).toMatch(/here/);
});

it('does not close a connection with a running request', async () => {
  const slow = get('/slow');
  await expect.poll(() => requests).toBe(1);
  await openSilent(10 * MAX);
  answer.resolve();
  expect(await slow).toBe('here');
});

it('rejects a connection of a client whose connections all have running requests', async () => {
  const slow = Array.from({ length: PER_CLIENT }, () => get('/slow'));
  await expect.poll(() => requests).toBe(PER_CLIENT);
  await expect(get()).rejects.toThrow();
  expect(await getFrom('127.0.0.2')).toMatch(/^HTTP\/1\.1 200 OK.*here/s);
  answer.resolve();
  expect(await Promise.all(slow)).toEqual(Array(PER_CLIENT).fill('here'));
  expect(await get()).toBe('here');
});

it('keeps connections for other clients when one client has its share', async () => {
  const [scraper] = await openSilent(1, '127.0.0.2');
  await openSilent(PER_CLIENT);
  await openSilent(PER_CLIENT);
  expect(await connections()).toBe(PER_CLIENT + 1);
  expect(scraper?.readyState).toBe('open');
});

it('closes the connection of a client that pipelines', async () => {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
  sockets.push(socket);
  const closed = once(socket, 'close');
  socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(500));
  await closed;
  expect(requests).toBeLessThanOrEqual(1);
});

it('treats all addresses of an IPv6 network as one client', () => {
  expect(clientOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(clientOf('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64');
  expect(clientOf('2001:db8::9')).toBe('2001:db8:0:0::/64');
  expect(clientOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  expect(clientOf('::1')).toBe('0:0:0:0::/64');
  expect(clientOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(clientOf('192.0.2.7')).toBe('192.0.2.7');
});
