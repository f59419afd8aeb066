/** The setup of a checkout where Rust or Go is missing. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { serverPackage } from '@livekit-swarm/lab';
import { nativeFileName, nativePackage } from '@livekit-swarm/webrtc';
import { beforeEach, describe, expect, it } from 'vitest';
import { startNpmRegistry } from './support/npm-registry.ts';
import { ROOT } from './support/stack-images.ts';
import { scratch } from './support/swarm.ts';

const run = promisify(execFile);
const SOURCES = 'a'.repeat(64);
const SERVER = '#!/bin/sh\necho livekit-server version 1.13.4\n';

let dir: string;
beforeEach(() => {
  dir = scratch();
});

/** A package as the registry has it. */
const publish = async (
  name: string,
  files: Record<string, string>,
  more: object = {},
): Promise<string> => {
  const folder = join(dir, name, 'package');
  await mkdir(folder, { recursive: true });
  const description = { name, version: '0.1.0', ...more };
  await writeFile(join(folder, 'package.json'), JSON.stringify(description));
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(folder, file), text);
    await chmod(join(folder, file), 0o755);
  }
  const tarball = `${folder}.tgz`;
  await run('tar', ['-C', dirname(folder), '-czf', tarball, 'package']);
  return tarball;
};

const prebuilt = async (tarballs: string[], ...args: string[]) => {
  await using registry = await startNpmRegistry(tarballs);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: dir,
    XDG_CACHE_HOME: join(dir, 'cache'),
    npm_config_registry: registry.url,
  };
  const command = [join(ROOT, 'scripts', 'setup', 'prebuilt.ts'), ...args];
  return await run(process.execPath, command, { env }).then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );
};

describe('where something cannot be built', () => {
  const engine = nativeFileName('swarm-native');

  it('the media engine of npm is used, if it was compiled of the same sources', async () => {
    const tarball = await publish(nativePackage(), { [engine]: 'x' }, { crateSources: SOURCES });
    const { code, stderr } = await prebuilt([tarball], 'engine', SOURCES, dir);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/used in the place of a build/);
    expect(readFileSync(join(dir, engine), 'utf8')).toBe('x');
  });

  it('one of other sources is not', async () => {
    const tarball = await publish(nativePackage(), { [engine]: 'x' }, { crateSources: 'other' });
    const { code, stderr } = await prebuilt([tarball], 'engine', SOURCES, dir);
    expect(code).toBe(1);
    expect(stderr).toMatch(/compiled of other sources/);
    expect(existsSync(join(dir, engine))).toBe(false);
  });

  it('livekit-server of npm goes into the cache, where swarm looks for it', async () => {
    const tarball = await publish(serverPackage(), { 'livekit-server': SERVER });
    const { code, stderr } = await prebuilt([tarball], 'server');
    expect(code, stderr).toBe(0);
    const cached = join('1.13.4-linux-x64', 'livekit-server');
    const path = join(dir, 'cache', 'livekit-swarm', 'livekit-server', cached);
    expect(readFileSync(path.replace('x64', process.arch), 'utf8')).toBe(SERVER);
  });
});

it('without Rust, and without a package, the setup names the command that installs it', async () => {
  // Folders of PATH with Rust in them are left out, and so is the one in HOME.
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !existsSync(join(folder, 'cargo')));
  const script = `import { buildAddon } from '${ROOT}scripts/setup/addon.mjs';
await buildAddon(new AbortController().signal).catch((error) => console.log(error.message, error.hint));`;
  const env = { PATH: path.join(delimiter), HOME: dir, npm_config_registry: 'http://127.0.0.1:1' };
  const options = { env, cwd: dir };
  const { stdout, stderr } = await run(
    process.execPath,
    ['--input-type=module', '-e', script],
    options,
  );
  expect(stderr).toMatch(/no prebuilt package/);
  expect(stdout).toMatch(/there is no Rust here/);
  expect(stdout).toMatch(/https:\/\/sh\.rustup\.rs/);
});
