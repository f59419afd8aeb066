import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertReadable, NOTHING_READABLE } from './read-permission.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-readable-'));
  mkdirSync(join(dir, 'keys'));
  mkdirSync(join(dir, 'keys-of-others'));
  for (const file of ['keys/room.key', 'keys-of-others/room.key', 'private'])
    writeFileSync(join(dir, file), 'secret');
  symlinkSync(join(dir, 'private'), join(dir, 'keys', 'link'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const readEnv = (name: string, env: readonly string[] = []) =>
  assertReadable({ env: name }, 'header X', { env, files: [] }, dir);
const readFile = (file: string, ...files: string[]) =>
  assertReadable({ file }, 'header X', { env: [], files }, dir);

describe('a variable', () => {
  test('is read if it was allowed, or is meant for scenarios', () => {
    expect(() => readEnv('APP_TOKEN')).toThrow(
      expect.objectContaining({
        code: 'usage',
        hint: expect.stringContaining('--allow-env APP_TOKEN'),
      }),
    );
    expect(() => readEnv('APP_TOKEN', ['APP_TOKEN'])).not.toThrow();
    expect(() => readEnv('APP_TOKEN', ['APP', 'APP_*'])).toThrow();
    expect(() => readEnv('SWARM_SECRET_APP')).not.toThrow();
  });

  test.each([
    'LIVEKIT_API_SECRET',
    'LIVEKIT_API_KEY',
    'LIVEKIT_KEYS',
    'SWARM_API_SECRET',
    'SWARM_QUEUE_KEY',
    'SWARM_QUEUE',
    'SWARM_METRICS_TOKEN',
    'SWARM_SECRET_',
    'livekit_api_secret',
  ])('%s is never read, even if it was allowed', (name) => {
    expect(() => readEnv(name, [name])).toThrow(/belongs to the deployment or to swarm/);
  });
});

describe('a file', () => {
  test('is read if it was allowed, or its folder was', () => {
    expect(() => readFile('keys/room.key')).toThrow(/--allow-file|may not read/);
    expect(() => readFile('keys/room.key', join(dir, 'keys/room.key'))).not.toThrow();
    expect(() => readFile('keys/room.key', join(dir, 'keys'))).not.toThrow();
    expect(() => readFile('keys/missing', join(dir, 'keys'))).not.toThrow();
  });

  test.each([
    'keys-of-others/room.key',
    'keys/../private',
    'private',
    'keys/link',
    '/etc/hostname',
  ])('%s is not in an allowed folder', (file) =>
    expect(() => readFile(file, join(dir, 'keys'))).toThrow(/may not read/),
  );
});

test('nothing is readable unless it was allowed', () => {
  for (const ref of [{ env: 'HOME' }, { file: '/etc/hostname' }])
    expect(() => assertReadable(ref, 'header X', NOTHING_READABLE, dir)).toThrow();
});
