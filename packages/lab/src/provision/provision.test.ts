import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { beforeEach, expect, test } from 'vitest';
import { LIVEKIT_VERSIONS } from '../versions.mjs';
import { checkSources } from './provide-program.ts';
import { INGRESS, K6, liveKitServer, provideK6, provisionLiveKit } from './provision.ts';
import { cachedProgram } from './sources.ts';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-provision-'));
  env = { PATH: join(folder, 'bin'), HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
});

/** Installs a program that prints the version line of livekit-server, or `output`. */
const install = async (
  path: string,
  version: string,
  output = `livekit-server version ${version}`,
): Promise<string> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "${output}"\n`);
  await chmod(path, 0o755);
  return path;
};

test('uses an explicit path of any version', async () => {
  await install(join(folder, 'bin', 'livekit-server'), '1.13.5');
  const path = await install(join(folder, 'own'), '1.99.0');
  expect(await provisionLiveKit({ env: { ...env, SWARM_LIVEKIT_SERVER: path } })).toEqual({
    source: 'explicit',
    path,
    version: '1.99.0',
  });
});

test('rejects an explicit path to another program, and does not search elsewhere', async () => {
  await install(join(folder, 'bin', 'livekit-server'), '1.13.5');
  const wrong = provisionLiveKit({ env, serverPath: join(folder, 'nothing-here') });
  await expect(wrong).rejects.toThrow(/nothing-here is not a livekit-server/);
  await expect(wrong).rejects.toMatchObject({
    code: 'no_program',
    hint: expect.stringContaining('path'),
  });
});

test('uses a program on PATH only if it has the wanted version', async () => {
  const path = await install(join(folder, 'bin', 'livekit-server'), '1.13.5');
  expect(await provisionLiveKit({ env })).toEqual({ source: 'path', path, version: '1.13.5' });
  const cached = await install(cachedProgram(liveKitServer('1.11.0'), env), '1.11.0');
  expect(await provisionLiveKit({ env, version: '1.11.0' })).toEqual({
    source: 'cache',
    path: cached,
    version: '1.11.0',
  });
});

test('ignores PATH and a given path if only a pinned build counts', async () => {
  const given = await install(join(folder, 'bin', 'livekit-server'), '1.13.5');
  const cached = await install(cachedProgram(liveKitServer('1.13.5'), env), '1.13.5');
  const variables = { ...env, SWARM_LIVEKIT_SERVER: given };
  expect(await provisionLiveKit({ env: variables, pinnedBuild: true })).toEqual({
    source: 'cache',
    path: cached,
    version: '1.13.5',
  });
});

test('rejects a cached file that does not run as its version', async () => {
  await install(cachedProgram(liveKitServer('1.13.5'), env), '0.0.1');
  const cache = (await checkSources(liveKitServer('1.13.5'), env)).at(-1);
  expect(cache).toEqual({ source: 'cache', why: expect.stringContaining('built again') });
});

test('names the pinned versions if another is requested', async () => {
  const version = '9.9.9' as '1.13.5';
  const asked = provisionLiveKit({ env, version });
  await expect(asked).rejects.toBeInstanceOf(SwarmError);
  await expect(asked).rejects.toMatchObject({ hint: expect.stringContaining('1.13.5, 1.13.4') });
});

const k6Says = 'k6 v1.8.1 (commit/0123456789, go1.26.8, linux/amd64)';

test('searches k6 in the same places: the pinned version on PATH, then in the cache', async () => {
  const path = await install(join(folder, 'bin', 'k6'), '1.8.1', k6Says);
  expect(await provideK6({ env })).toEqual({ source: 'path', path, version: '1.8.1' });
  await install(path, '1.7.0', k6Says.replace('1.8.1', '1.7.0'));
  const cached = await install(cachedProgram(K6, env), '1.8.1', k6Says);
  expect(await provideK6({ env })).toEqual({ source: 'cache', path: cached, version: '1.8.1' });
  expect(await provideK6({ env: { ...env, SWARM_K6: path } })).toEqual({
    source: 'explicit',
    path,
    version: '1.7.0',
  });
});

test('the error about another program instead of k6 names the variable', async () => {
  const path = await install(join(folder, 'own'), '1.13.5');
  expect(await checkSources(K6, env)).toEqual([
    { source: 'explicit', why: 'SWARM_K6 is not set' },
    { source: 'path', why: 'no k6 on PATH' },
    { source: 'cache', why: expect.stringContaining('not in') },
  ]);
  await expect(provideK6({ env: { ...env, SWARM_K6: path } })).rejects.toMatchObject({
    code: 'no_program',
    message: expect.stringContaining('is not a k6'),
  });
});

test.each([...LIVEKIT_VERSIONS.map(liveKitServer), K6, INGRESS])(
  '$name $version is what its go.mod pins',
  async (program) => {
    const goMod = await readFile(join(program.moduleFolder, 'go.mod'), 'utf8');
    expect(goMod).toContain(`tool ${program.goPackage}\n`);
    const pinned = /^\t(\S+) v(\S+)/gm;
    const modules = [...goMod.matchAll(pinned)].filter(([, module = '']) =>
      program.goPackage.startsWith(module),
    );
    expect(modules.map(([, , version]) => version)).toEqual([program.version]);
  },
);
