/** The container image, as it is released: built in a real engine, and run with as few rights as a container can have. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFreePorts } from '@livekit-swarm/host';
import { startLiveKit } from '@livekit-swarm/lab';
import { buildImage } from '@livekit-swarm/testkit/docker/build-image';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { librariesOf } from '@livekit-swarm/testkit/docker/libraries';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { execa } from 'execa';
import { expect } from 'vitest';
import { readNames, repositoryUrl } from '../../scripts/release/names.ts';
import { expectPassedUnlessBusy } from '../support/busy-host.ts';
import { findCompose, NO_COMPOSE } from '../support/stack.ts';
import { resultOf, scratch } from '../support/swarm.ts';

const RELEASE = fileURLToPath(new URL('../../scripts/release/', import.meta.url));
const HOSTS = fileURLToPath(new URL('../../packaging/compose/hosts.yml', import.meta.url));
const IMAGE = 'swarm-test/livekit-swarm:local';
/** Flags with which a cluster with the strictest rules starts the image. */
const LOCKED = [
  ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--tmpfs', '/tmp', '--tmpfs', '/work'],
];

/** No registry: the base has the libraries that Node needs, as the real one has. */
const buildFromPackages = async (engine: DockerEngine, dir: string): Promise<void> => {
  const base = 'swarm-test/base:local';
  const libraries = await librariesOf(process.execPath);
  await buildImage(engine, {
    name: base,
    programs: {},
    files: Object.fromEntries(libraries.map((path) => [path, path])),
  });
  const run = (script: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(RELEASE, script), ...args], {
      env: { ...process.env, ...engine.env },
      maxBuffer: 64 * 1_024 * 1_024,
    });
  await run('pack.ts', join(dir, 'dist'));
  const flags = ['--base', base, '--tag', IMAGE, '--context', join(dir, 'context')];
  await run('image.ts', join(dir, 'dist', 'tarballs'), ...flags);
};

/**
 * Runs the image to its end. It passes, unless this host was too busy to judge it: tests run beside
 * others. Who joined and received media does not depend on that.
 */
const result = async (
  engine: DockerEngine,
  flags: readonly string[],
  args: readonly string[],
): Promise<ReturnType<typeof resultOf>> => {
  const id = await engine.docker([
    ...['run', '--detach', '--network', 'host', ...LOCKED, ...flags, IMAGE, ...args],
  ]);
  const code = Number(await engine.docker(['wait', id]));
  const stdout = await engine.docker(['logs', id]);
  await engine.docker(['rm', id]);
  const printed = resultOf({ stdout });
  expectPassedUnlessBusy(code, printed);
  return printed;
};

const ALL_RECEIVED = {
  joins: { planned: 4, joined: 4, failed: 0, unaccounted: 0 },
  metrics: { 'missing_tracks.rate': 0 },
};

/** packaging/compose/hosts.yml, with a Redis of this host. */
const openHosts = async (engine: DockerEngine, command: readonly string[]) => {
  const redisImage = 'swarm-test/redis:local';
  await buildImage(engine, {
    name: redisImage,
    programs: { '/bin/sh': '/bin/busybox', '/usr/local/bin/redis-server': '/usr/bin/redis-server' },
  });
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const password = randomBytes(16).toString('hex');
  const queue = {
    SWARM_QUEUE: `redis://:${password}@127.0.0.1:${port}`,
    SWARM_QUEUE_KEY: randomBytes(32).toString('base64'),
  };
  const env = {
    ...engine.env,
    ...{ SWARM_IMAGE: IMAGE, REDIS_IMAGE: redisImage, ...queue },
    ...{ QUEUE_ADDRESS: '127.0.0.1', QUEUE_PORT: String(port), QUEUE_PASSWORD: password },
  };
  const [program = '', ...first] = command;
  return {
    queue,
    compose: (...args: string[]) =>
      execa(
        program,
        [...[...first, '--project-name', 'hosts', '--file', HOSTS, '--profile', 'queue'], ...args],
        { env },
      ),
  };
};

testWithDocker(
  'the image runs load, the exporter and a load host, as a user without rights and with nothing to write to',
  async ({ start, skip }) => {
    const composeCommand = (await findCompose()) ?? skip(NO_COMPOSE);
    const engine = await start({ network: 'host' });
    await buildFromPackages(engine, scratch());
    const [{ Config }] = JSON.parse(await engine.docker(['image', 'inspect', IMAGE])) as [
      { Config: { User: string; Labels: Record<string, string> } },
    ];
    expect(Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.version': '0.1.0',
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}$/),
      'org.opencontainers.image.source': repositoryUrl(readNames()),
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });

    const load = ['--rooms', '2', '--duration', '5s', '--json'];
    expect(await result(engine, [], ['--embedded', ...load])).toMatchObject({
      ...ALL_RECEIVED,
      deployment: { embedded: true },
    });

    const { queue, compose } = await openHosts(engine, composeCommand);
    const ofQueue = Object.entries(queue).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const server = await startLiveKit({ dir: scratch() });
    const variables = [
      ...['--env', `LIVEKIT_URL=${server.url}`, '--env', `LIVEKIT_API_KEY=${server.apiKey}`],
      ...['--env', `LIVEKIT_API_SECRET=${server.apiSecret}`],
    ];
    try {
      await compose('up', '--detach', 'queue');
      await compose('up', '--detach', 'host');
      const agents = async () =>
        JSON.parse(
          await engine.docker([
            ...['run', '--rm', '--network', 'host', ...LOCKED],
            ...[...ofQueue, IMAGE, 'hosts', '--json'],
          ]),
        ) as unknown[];
      await expect.poll(agents, { timeout: 30_000, interval: 500 }).toHaveLength(1);
      const shared = await result(engine, [...ofQueue, ...variables], load);
      expect(shared).toMatchObject({
        ...ALL_RECEIVED,
        hosts: [{ lost: null, generator: { processesDied: 0 } }],
      });
      await compose('stop', 'host');

      const exporter = await engine.docker([
        ...['run', '--detach', '--network', 'host', ...LOCKED, ...variables],
        ...[IMAGE, 'exporter', '--listen', ':19465'],
      ]);
      const ask = (path: string): Promise<string> => {
        const script = `fetch('http://127.0.0.1:19465${path}').then(async (answer) => console.log(answer.status, await answer.text()))`;
        return engine.docker(['exec', exporter, 'node', '-e', script]).catch(String);
      };
      await expect.poll(() => ask('/-/ready'), { timeout: 20_000 }).toMatch(/^200 ready/);
      expect(await ask('/probe?module=join_only')).toMatch(/^livekit_swarm_probe_success 1$/m);

      await engine.docker(['stop', exporter]);
      // In order, and as asked: none had to be killed.
      const ended = ['--all', '--filter', 'status=exited', '--format', '{{.Status}}'];
      expect(await engine.docker(['ps', ...ended])).toMatch(/^(Exited \(0\).*\n?)+$/);
    } finally {
      await compose('down', '--timeout', '3');
      await server.stop();
    }
  },
  // It packs, builds and stores hundreds of megabytes: two to five minutes on two busy cores.
  600_000,
);
