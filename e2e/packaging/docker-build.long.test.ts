/** The image of a checkout: built twice in a real engine, by the commands of the pages, and used as load generator, exporter and load host. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from '@livekit-swarm/host';
import { startLiveKit } from '@livekit-swarm/lab';
import { buildImage } from '@livekit-swarm/testkit/docker/build-image';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { librariesOf } from '@livekit-swarm/testkit/docker/libraries';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { execa } from 'execa';
import { expect } from 'vitest';
import { expectPassedUnlessBusy } from '../support/busy-host.ts';
import { resultOf, scratch } from '../support/swarm.ts';
import { buildToolchains } from '../support/toolchain-images.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMAGE = 'livekit-swarm';
const TOOLCHAINS = 'swarm-test/toolchains:local';
const BASE = 'swarm-test/base:local';
const LOCKED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];

/** Clones the checkout as a user would: nothing that this host built is in it. */
const clone = async (): Promise<string> => {
  const dir = join(scratch(), 'clone');
  await execa('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, dir]);
  return dir;
};

/** Stages that take time, in the order of the Dockerfile. */
const STAGES = ['engine', 'server', 'packages', 'program'] as const;

/**
 * Builds the image, or one stage of it, with stand-ins for the images of a registry.
 * @returns the time that it took, s
 */
const build = async (
  engine: DockerEngine,
  dir: string,
  stage: (typeof STAGES)[number] | null = null,
): Promise<number> => {
  const images = {
    BASE_IMAGE: BASE,
    RUST_IMAGE: TOOLCHAINS,
    GO_IMAGE: TOOLCHAINS,
    NODE_IMAGE: TOOLCHAINS,
    // Half of the time; the profile of releases differs in optimisation only.
    ENGINE_PROFILE: 'checkout',
  };
  const started = performance.now();
  await engine.docker([
    ...['build', '--network', 'host'],
    ...(stage === null ? ['--tag', IMAGE] : ['--target', stage]),
    ...Object.entries(images).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    dir,
  ]);
  return (performance.now() - started) / 1_000;
};

/** Runs the image to its end. */
const runToEnd = async (
  engine: DockerEngine,
  flags: readonly string[],
  args: readonly string[],
): Promise<{ code: number; stdout: string }> => {
  const id = await engine.docker(['run', '--detach', ...flags, IMAGE, ...args]);
  const code = Number(await engine.docker(['wait', id]));
  const stdout = await engine.docker(['logs', id]);
  await engine.docker(['rm', id]);
  return { code, stdout };
};

testWithDocker(
  'docker build and docker run work in a fresh clone, without arguments and as exporter, host and command line',
  async ({ start }) => {
    const engine = await start({ network: 'host' });
    await buildToolchains(engine, TOOLCHAINS);
    const libraries = await librariesOf(process.execPath);
    await buildImage(engine, {
      name: BASE,
      programs: {},
      files: Object.fromEntries(libraries.map((path) => [path, path])),
    });
    const dir = await clone();
    let first = 0;
    for (const stage of [...STAGES, null]) {
      const seconds = await build(engine, dir, stage);
      process.stderr.write(`build of ${stage ?? 'the image'}: ${seconds.toFixed(1)} s\n`);
      first += seconds;
    }
    const second = await build(engine, dir);
    process.stderr.write(`build: ${first.toFixed(0)} s, again: ${second.toFixed(1)} s\n`);
    expect(second).toBeLessThan(first / 4);
    expect(await engine.docker(['inspect', '--format', '{{.Config.User}}', IMAGE])).toBe(
      '65532:65532',
    );

    // Without arguments and without a network, and without capabilities.
    const alone = await runToEnd(engine, ['--network', 'none', '--cap-drop', 'ALL'], []);
    expect([0, 98, 99], alone.stdout).toContain(alone.code);
    expect(alone.stdout).toMatch(/5 rooms × 2 participants/);
    expect(alone.stdout).toMatch(/10 of 10 joined, 0 failed/);

    for (const [command, page] of [
      [[], /^Load tests, checks and faults/],
      [['exporter'], /^Usage: swarm exporter /],
    ] as const) {
      const help = await runToEnd(engine, [], [...command, '--help']);
      expect(help.code).toBe(0);
      expect(help.stdout).toMatch(page);
    }

    // Ctrl-C in `docker run` and SIGTERM of `docker stop` end a run with a report of what was measured.
    for (const signal of ['INT', 'TERM']) {
      const id = await engine.docker([
        ...['run', '--detach', '--network', 'none', IMAGE],
        ...['--embedded', '--rooms', '2', '--duration', '5m'],
      ]);
      const progress = async () =>
        (await execa('docker', ['logs', id], { env: engine.env })).stderr;
      await expect.poll(progress, { timeout: 60_000, interval: 500 }).toMatch(/ 4\/4 in,/);
      await engine.docker(['kill', '--signal', signal, id]);
      expect(await engine.docker(['wait', id])).toBe('130');
      await engine.docker(['rm', id]);
    }

    const records = join(scratch(), 'records');
    mkdirSync(records);
    chmodSync(records, 0o777);
    const server = await startLiveKit({ dir: scratch() });
    await using redis = await startRedis();
    const variables = [
      ...['--env', `LIVEKIT_API_KEY=${server.apiKey}`],
      ...['--env', `LIVEKIT_API_SECRET=${server.apiSecret}`],
    ];
    const queue = [
      ...['--env', `SWARM_QUEUE=${redis.url}`],
      ...['--env', `SWARM_QUEUE_KEY=${randomBytes(32).toString('base64')}`],
    ];
    const host = ['--network', 'host', ...LOCKED, '--tmpfs', '/tmp'];
    try {
      const load = ['--url', server.url, '--rooms', '2', '--duration', '5s', '--json'];
      const typed = await runToEnd(
        engine,
        [...host, '--user', '12345:0', '--volume', `${records}:/work/records`, ...variables],
        load,
      );
      expectPassedUnlessBusy(typed.code, resultOf(typed));
      expect(resultOf(typed)).toMatchObject({ joins: { planned: 4, joined: 4, failed: 0 } });
      expect(readdirSync(records)).toHaveLength(1);

      const agent = await engine.docker([
        ...['run', '--detach', ...host, '--tmpfs', '/work', ...queue, IMAGE, 'host'],
      ]);
      const shared = [...host, '--tmpfs', '/work', ...queue];
      const hosts = async () =>
        JSON.parse((await runToEnd(engine, shared, ['hosts', '--json'])).stdout);
      await expect.poll(hosts, { timeout: 60_000, interval: 500 }).toHaveLength(1);
      const distributed = await runToEnd(engine, [...shared, ...variables], load);
      expectPassedUnlessBusy(distributed.code, resultOf(distributed));
      expect(resultOf(distributed)).toMatchObject({ joins: { planned: 4, joined: 4, failed: 0 } });

      const { http: port } = await findFreePorts('127.0.0.1', 1);
      const exporter = await engine.docker([
        ...['run', '--detach', ...host, '--tmpfs', '/work', ...variables],
        ...['--env', `LIVEKIT_URL=${server.url}`, IMAGE, 'exporter', '--listen', `:${port}`],
      ]);
      const metrics = () =>
        fetch(`http://127.0.0.1:${port}/metrics`).then(
          (answer) => answer.text(),
          (error: unknown) => String(error),
        );
      await expect
        .poll(metrics, { timeout: 60_000 })
        .toMatch(/^livekit_swarm_exporter_build_info\{/m);

      // SIGTERM, which `docker stop` sends, ends both; neither has to be killed.
      await engine.docker(['stop', '--time', '30', exporter, agent]);
      for (const id of [exporter, agent])
        expect(await engine.docker(['inspect', '--format', '{{.State.ExitCode}}', id])).toBe('0');
    } finally {
      await server.stop();
    }
  },
  900_000,
);
