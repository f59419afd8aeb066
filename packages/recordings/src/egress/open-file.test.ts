import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFile } from './open-file.ts';

const server = createServer(({ url }, response) => {
  if (url === '/files/out/a%20b.mp4') response.writeHead(200).end('media');
  else if (url === '/files/broken.mp4') response.writeHead(500).end();
  else if (url === '/files/away.mp4')
    response.writeHead(302, { location: 'http://localhost:1/' }).end();
  else response.writeHead(404).end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const never = new AbortController().signal;
const store = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`;

test('a file is loaded, and removed afterwards', async () => {
  const file = await openFile(store(), 'out/a b.mp4', never);
  expect(readFileSync(file.path, 'utf8')).toBe('media');
  await file[Symbol.asyncDispose]();
  expect(existsSync(file.path)).toBe(false);
});

test('a file that is not there is none; another failure is an error', async () => {
  await using file = await openFile(store(), 'none.mp4', never);
  expect(existsSync(file.path)).toBe(false);
  await expect(openFile(store(), 'broken.mp4', never)).rejects.toThrow('HTTP 500');
  await expect(openFile(store(), 'away.mp4', never)).rejects.toThrow();
});

test('a name does not lead out of the folder', async () => {
  const pathOf = async (name: string) => (await openFile('/srv/files', name, never)).path;
  expect(await pathOf('out/a.mp4')).toBe('/srv/files/out/a.mp4');
  expect(await pathOf('/out/a.mp4')).toBe('/srv/files/out/a.mp4');
  expect(await pathOf('../../etc/shadow')).toBe('/srv/files/shadow');
  expect(await pathOf('out/../../secret.mp4')).toBe('/srv/files/secret.mp4');
});
