/** The setup of a checkout where the tools that compile it are missing. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { expect, it } from 'vitest';
import { ROOT } from '../support/stack-images.ts';
import { scratch } from '../support/swarm.ts';

/** Environment without these programs on PATH and in HOME, and without a registry. */
const environmentWithout = (...programs: string[]): NodeJS.ProcessEnv => ({
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !programs.some((program) => existsSync(join(folder, program))))
    .join(delimiter),
  HOME: scratch(),
  npm_config_registry: 'http://127.0.0.1:1',
});

/** A clone with what `npm start` reads before it installs or builds something. */
const clone = (): string => {
  const folder = scratch();
  for (const path of [
    'package.json',
    'scripts/start.mjs',
    'scripts/setup',
    'packages/cli/launch',
    'packages/host/src',
    'packages/lab/src/versions.mjs',
    'packages/webrtc/crate/src',
  ])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  return folder;
};

/** Folder of Go that the setup looks into even if PATH does not name it. */
const USUAL_GO = '/usr/local/go/bin';

/** Runs `npm start` in a mount namespace in which the usual folder of Go is empty. */
const start = (
  folder: string,
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<{ code: number; stderr: string }> => {
  const command = [process.execPath, 'scripts/start.mjs', ...args];
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const hidden = [
    ...['unshare', '--mount', ...user, 'sh', '-c'],
    ...[`mount --bind "$0" ${USUAL_GO} && exec "$@"`, scratch(), ...command],
  ];
  const [program = '', ...rest] = existsSync(USUAL_GO) ? hidden : command;
  return promisify(execFile)(program, rest, { cwd: folder, env }).then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }) => ({ code, stderr }),
  );
};

it('without Rust and Go, npm start names the commands that install both, and begins nothing', async () => {
  const folder = clone();
  const { code, stderr } = await start(folder, environmentWithout('cargo', 'go'));
  expect(code).toBe(2);
  expect(stderr).toMatch(/missing on this host:\n {2}Rust \(cargo\), to compile the media engine/);
  expect(stderr).toMatch(/ {2}Go, to compile livekit-server/);
  expect(stderr).toMatch(
    /install .*\n( {2}.+\n)+Or, with Docker alone:\n {2}docker build -t livekit-swarm \./,
  );
  expect(existsSync(join(ROOT, 'Dockerfile'))).toBe(true);
  expect(stderr).not.toMatch(/npm packages|media engine \(Rust/);
  expect(existsSync(join(folder, 'node_modules'))).toBe(false);
});

it('with a URL, typed or in the environment, Go is not needed', async () => {
  const url = 'wss://livekit.example.com';
  const env = environmentWithout('cargo', 'go');
  for (const [args, more] of [
    [['--url', url], {}],
    [[], { LIVEKIT_URL: url }],
  ] as const) {
    const { code, stderr } = await start(clone(), { ...env, ...more }, ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Rust \(cargo\)/);
    expect(stderr).not.toMatch(/\bGo\b/);
  }
});

it('with a livekit-server in the cache or named, Go is not needed', async () => {
  const env = environmentWithout('cargo', 'go');
  const cached = join(
    env.HOME ?? '',
    '.cache/livekit-swarm/livekit-server',
    `${DEFAULT_LIVEKIT_VERSION}-${process.platform}-${process.arch}/livekit-server`,
  );
  mkdirSync(dirname(cached), { recursive: true });
  writeFileSync(cached, '');
  for (const one of [env, { ...environmentWithout('cargo', 'go'), SWARM_LIVEKIT_SERVER: cached }])
    expect((await start(clone(), one)).stderr).not.toMatch(/\bGo\b/);
});
