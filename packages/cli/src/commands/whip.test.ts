import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createProgram } from '../program.ts';

const folder = mkdtempSync(join(tmpdir(), 'swarm-whip-'));
const before = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  for (const name of ['SWARM_DENY_HOST', 'SWARM_WHIP', 'CI']) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

const call = (...args: string[]): Promise<unknown> =>
  createProgram(
    { stdout: new PassThrough(), stderr: new PassThrough(), env: process.env },
    () => {},
  ).parseAsync(['whip', '--quiet', ...args], { from: 'user' });

const WHIP = ['--whip', 'http://127.0.0.1:9/a/whip'];
const WHEP = ['--whep', 'http://127.0.0.1:9/a/whep'];

test.each([
  [[], 'neither --whip nor --whep'],
  [[...WHIP, '--players', '2'], '--players has no effect without --whep'],
  [[...WHEP, '--publish', 'audio'], '--publish has no effect without --whip'],
  [[...WHIP, '--token', 'secret-of-mine'], '--token: does not say where the token is'],
  [['--whip', 'https://u:p@live.example.com/a'], '--whip: is not the URL'],
  [['--whip', 'http://127.0.0.{room}:9/a'], '--whip: has {room} outside of its path'],
  [[...WHIP, '--publish', 'none'], '--whip: has no effect without a track'],
  [[...WHIP, '--video', '10p', '--publish', 'video'], '--video'],
  [[...WHIP, '--duration', 'long'], '--duration'],
  [[...WHIP, '--streams', '0'], '--streams'],
])('refuses %j', async (args, message) => {
  const error = await call(...args).catch((one: unknown) => one);
  expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  expect(String(error)).not.toMatch(/secret-of-mine|u:p@/);
});

test('refuses denied hosts of either endpoint before it connects', async () => {
  vi.stubEnv('SWARM_DENY_HOST', '127.0.0.1');
  await expect(call(...WHIP)).rejects.toThrow('127.0.0.1 is denied');
  await expect(
    call('--whip', 'http://127.0.0.2:9/a', '--whep', 'http://127.0.0.1:9/a'),
  ).rejects.toThrow('127.0.0.1 is denied');
  vi.stubEnv('SWARM_DENY_HOST', undefined);
  writeFileSync('swarm.yaml', 'allowHosts: [10.0.0.1]\n');
  await expect(call(...WHEP)).rejects.toThrow('127.0.0.1 is not allowed');
  rmSync('swarm.yaml');
});

test('a public server that only the environment names needs a confirmation', async () => {
  vi.stubEnv('SWARM_WHIP', 'https://live.example.com/a/whip');
  await expect(call()).rejects.toMatchObject({
    hint: expect.stringContaining('--confirm-target live.example.com'),
  });
});
