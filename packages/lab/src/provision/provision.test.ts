import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { LabError } from '../lab-error.ts';
import { lookAtSources, provisionLiveKit } from './provision.ts';
import { cachedServer } from './sources.ts';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-provision-'));
  env = { PATH: join(folder, 'bin'), HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
});

/** A program that says what livekit-server says when asked for its version. */
const install = async (path: string, version: string): Promise<string> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "livekit-server version ${version}"\n`);
  await chmod(path, 0o755);
  return path;
};

test('an explicit path wins, whatever its version', async () => {
  await install(join(folder, 'bin', 'livekit-server'), '1.13.4');
  const path = await install(join(folder, 'own'), '1.99.0');
  expect(await provisionLiveKit({ env: { ...env, SWARM_LIVEKIT_SERVER: path } })).toEqual({
    source: 'explicit',
    path,
    version: '1.99.0',
  });
});

test('an explicit path that is no livekit-server is an error, not a reason to take another', async () => {
  await install(join(folder, 'bin', 'livekit-server'), '1.13.4');
  const wrong = provisionLiveKit({ env, serverPath: join(folder, 'nothing-here') });
  await expect(wrong).rejects.toThrow(/nothing-here is not a livekit-server/);
  await expect(wrong).rejects.toMatchObject({ reason: 'no-server', hint: expect.stringContaining('path') });
});

test('PATH counts only with the wanted version', async () => {
  const path = await install(join(folder, 'bin', 'livekit-server'), '1.13.4');
  expect(await provisionLiveKit({ env })).toEqual({ source: 'path', path, version: '1.13.4' });
  const cached = await install(cachedServer('1.11.0', env), '1.11.0');
  expect(await provisionLiveKit({ env, version: '1.11.0' })).toEqual({ source: 'cache', path: cached, version: '1.11.0' });
});

test('a cached file that does not run as its version is not taken', async () => {
  await install(cachedServer('1.13.4', env), '0.0.1');
  const [, , cache] = await lookAtSources('1.13.4', env);
  expect(cache).toEqual({ source: 'cache', why: expect.stringContaining('built again') });
});

test('a version that is not pinned names those that are', async () => {
  const version = '9.9.9' as '1.13.4';
  const asked = provisionLiveKit({ env, version });
  await expect(asked).rejects.toBeInstanceOf(LabError);
  await expect(asked).rejects.toMatchObject({ hint: expect.stringContaining('1.13.4, 1.11.0') });
});
