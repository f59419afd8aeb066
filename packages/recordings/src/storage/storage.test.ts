import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { privateFolder } from './private-folder.ts';
import { s3Problem } from './s3-problem.ts';
import { storageOf } from './storage-of.ts';

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
const open = async (place: string, name: string) =>
  (await storageOf({ place, s3Endpoint: null })).open(name, never);
const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`;

test('a file is loaded into a folder of this user alone, and removed afterwards', async () => {
  const file = await open(address(), 'out/a b.mp4');
  expect(readFileSync(file.path, 'utf8')).toBe('media');
  expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700);
  await file[Symbol.asyncDispose]();
  expect(existsSync(dirname(file.path))).toBe(false);
});

test('a file that is not there is none; another failure is an error', async () => {
  await using file = await open(address(), 'none.mp4');
  expect(existsSync(file.path)).toBe(false);
  await expect(open(address(), 'broken.mp4')).rejects.toThrow('HTTP 500');
  await expect(open(address(), 'away.mp4')).rejects.toThrow();
});

test('a name does not lead out of the folder', async () => {
  const pathOf = async (name: string) => (await open('/srv/files', name)).path;
  expect(await pathOf('out/a.mp4')).toBe('/srv/files/out/a.mp4');
  expect(await pathOf('/out/a.mp4')).toBe('/srv/files/out/a.mp4');
  expect(await pathOf('../../etc/shadow')).toBe('/srv/files/shadow');
  expect(await pathOf('out/../../secret.mp4')).toBe('/srv/files/secret.mp4');
  await using folder = await privateFolder();
  expect(dirname(folder.pathOf('../../etc/shadow'))).toBe(dirname(folder.pathOf('a')));
});

test('folders of killed processes are removed, and those of others stay', async () => {
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  const folderOf = (owner: number | string, host = hostname()): string =>
    mkdtempSync(join(tmpdir(), `swarm-recording-${host}-${owner}-`));
  const [dead, elsewhere] = [folderOf(ended), folderOf(ended, 'other.example')];
  const others = [folderOf(process.ppid), folderOf('x'), elsewhere];
  try {
    await using folder = await privateFolder();
    expect(existsSync(dead)).toBe(false);
    for (const other of others) expect(existsSync(other)).toBe(true);
    await using _ = await privateFolder();
    expect(existsSync(dirname(folder.pathOf('a')))).toBe(true);
    expect(folder.pathOf('a')).toContain(`-${process.pid}-`);
  } finally {
    for (const other of others) rmSync(other, { recursive: true });
  }
});

test('a file that is larger than stated, or than the space of this host, is not loaded', async () => {
  await using folder = await privateFolder();
  const media = (): Readable => Readable.from([Buffer.alloc(600), Buffer.alloc(600)]);
  await folder.save('a.mp4', media(), 1_200, never);
  expect(statSync(folder.pathOf('a.mp4')).size).toBe(1_200);
  await expect(folder.save('b.mp4', media(), 1_000, never)).rejects.toThrow(
    'more than 1,000 bytes',
  );
  await expect(folder.save('c.mp4', media(), 1e18, never)).rejects.toThrow('MB left (TMPDIR)');
});

test('an error of S3 names the bucket or the object, and no key', () => {
  const failed = (name: string, message = 'The key AKIAHUNTER2 …'): string =>
    s3Problem(Object.assign(new Error(message), { name }), 's3://lessons/a.mp4', 'lessons');
  const full = Object.assign(new Error('write'), { code: 'ENOSPC', syscall: 'write' });
  expect(s3Problem(full, 's3://a/b', 'a')).toMatch(
    /s3:\/\/a\/b: it cannot be saved .* on this host/,
  );
  expect(failed('NoSuchBucket')).toBe('s3://lessons: there is no such bucket (NoSuchBucket)');
  expect(failed('SignatureDoesNotMatch')).toBe(
    's3://lessons/a.mp4: the secret key is wrong (SignatureDoesNotMatch)',
  );
  const unknown = Object.assign(new Error('x'), {
    name: 'SlowDown',
    $metadata: { httpStatusCode: 503 },
  });
  expect(s3Problem(unknown, 's3://a/b', 'a')).toBe('s3://a/b: HTTP 503 (SlowDown)');
  const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
  expect(s3Problem(refused, 's3://a/b', 'a')).toContain('cannot be reached (ECONNREFUSED)');
});
