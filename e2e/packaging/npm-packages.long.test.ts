import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NpmRegistry, startNpmRegistry } from '../support/npm-registry.ts';

const RELEASE = fileURLToPath(new URL('../../scripts/release/', import.meta.url));
/** A script of the release; what it writes to stdout. */
const release = async (script: string, ...args: string[]): Promise<string> => {
  const options = { maxBuffer: 64 * 1_024 * 1_024 };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(RELEASE, script), ...args],
    options,
  );
  return stdout;
};

let dir: string;
let registry: NpmRegistry;
let env: NodeJS.ProcessEnv;

/** A program in the folder of the installation; its output as text, and its exit code. */
const run = async (
  program: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> => {
  try {
    const options = { cwd: join(dir, 'project'), env, maxBuffer: 16 * 1_024 * 1_024 };
    return { code: 0, ...(await promisify(execFile)(program, args, options)) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
};

/**
 * PATH of this host without what only builders need: Rust, Go, and the programs of this checkout.
 */
const withoutToolchains = (path: string): string =>
  path
    .split(delimiter)
    .filter((folder) => !/node_modules/.test(folder))
    .filter(
      (folder) =>
        !['cargo', 'rustc', 'go', 'livekit-server'].some((name) => existsSync(join(folder, name))),
    )
    .join(delimiter);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-npm-'));
  const tarballs = await release('pack.ts', join(dir, 'dist'));
  registry = await startNpmRegistry(tarballs.trim().split('\n'));
  await mkdir(join(dir, 'project'));
  await writeFile(join(dir, 'project', 'package.json'), '{"private":true}');
  const { PATH = '', HOME = '' } = process.env;
  env = {
    PATH: withoutToolchains(PATH),
    HOME,
    XDG_CACHE_HOME: join(dir, 'cache'),
    npm_config_registry: registry.url,
  };
  const installed = await run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    'livekit-swarm',
    '@livekit-swarm/beacon',
  ]);
  expect(installed, installed.stderr).toMatchObject({ code: 0 });
}, 300_000);
afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

describe('the packages of npm, in an empty folder', () => {
  it('run a load test with a server of their own, without Rust and Go', async () => {
    const { code, stdout, stderr } = await run('npx', [
      'livekit-swarm',
      ...['--embedded', '--rooms', '2', '--duration', '5s', '--json'],
    ]);
    expect(code, `${stderr}${stdout}`).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'passed', deployment: { embedded: true } });
    // Nothing was built or downloaded.
    expect(existsSync(join(dir, 'cache', 'livekit-swarm', 'livekit-server'))).toBe(false);
    const [record = ''] = await readdir(join(dir, 'project', 'records'));
    const html = join(dir, 'report.html');
    const report = await run('npx', [
      'swarm',
      'report',
      join('records', record),
      '--report',
      `html=${html}`,
    ]);
    expect(report, report.stderr).toMatchObject({ code: 0 });
    expect(existsSync(html)).toBe(true);
  });

  it('find what comes with them: drills, scenarios, the engine and the server', async () => {
    expect((await run('npx', ['swarm', 'chaos', 'list'])).stdout).toMatch(/kill-room-node/);
    const scenario = join('node_modules', 'livekit-swarm', 'scenarios', 'voice-ai.yaml');
    expect(await run('npx', ['swarm', 'validate', scenario])).toMatchObject({ code: 0 });
    expect((await run('npx', ['swarm', 'completion', 'bash'])).stdout).toContain('_livekit_swarm');
    const doctor = await run('npx', ['swarm', 'doctor']);
    expect(doctor.stdout).not.toMatch(/Rust|npm start/);
    expect(doctor.stdout).toMatch(/media engine.*node_modules\/@livekit-swarm\/native-/);
    const server = doctor.stdout
      .split('\n')
      .find((line) => line.includes(`livekit-server ${DEFAULT_LIVEKIT_VERSION}`));
    expect(server).toContain('node_modules/@livekit-swarm/livekit-server-');
  });

  it('can be imported, with types', async () => {
    await writeFile(
      join(dir, 'project', 'use.ts'),
      `import { parseThreshold, type Threshold } from 'livekit-swarm/metrics';
import { recordLines } from 'livekit-swarm/record';
import { attachBeacon } from '@livekit-swarm/beacon';
const threshold: Threshold = parseThreshold('join_time: p(95)<2000');
// @ts-expect-error: a path is a text
recordLines(1);
console.log(threshold.metric, typeof attachBeacon);
`,
    );
    const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
    ];
    const types = await run(process.execPath, [tsc, ...flags, 'use.ts']);
    expect(types, types.stdout).toMatchObject({ code: 0 });
  });
});

describe('the offline bundle', () => {
  it('runs a load test where there is no Node, and its parts are listed', async () => {
    const archive = await release('bundle.ts', join(dir, 'dist', 'tarballs'), join(dir, 'dist'));
    await run('tar', ['-xzf', archive.trim(), '-C', dir]);
    const [name = ''] = (await readdir(dir)).filter((entry) => entry.startsWith('livekit-swarm-'));
    const { code, stdout, stderr } = await run('env', [
      ...['-i', 'PATH=/usr/bin:/bin', `HOME=${dir}`, join(dir, name, 'bin', 'livekit-swarm')],
      ...['--embedded', '--rooms', '2', '--duration', '5s', '--json'],
    ]);
    expect(code, `${stderr}${stdout}`).toBe(0);
    const sbom = JSON.parse(await release('sbom.ts', join(dir, name))) as {
      bomFormat: string;
      components: { purl: string; licenses?: unknown[] }[];
    };
    expect(sbom.bomFormat).toBe('CycloneDX');
    const unlicensed = sbom.components.filter(({ licenses = [] }) => licenses.length === 0);
    expect(unlicensed.map(({ purl }) => purl)).toEqual([]);
    const purls = sbom.components.map(({ purl }) => purl);
    for (const part of [
      'pkg:npm/livekit-swarm@',
      'pkg:npm/node-linux-',
      'pkg:cargo/str0m@',
      `pkg:golang/github.com/livekit/livekit-server@v${DEFAULT_LIVEKIT_VERSION}`,
    ])
      expect(purls.filter((purl) => purl.startsWith(part))).toHaveLength(1);
  });
});
