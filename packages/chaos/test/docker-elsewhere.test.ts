/**
 * Tests an engine on another host, whose processes and network are not visible to the controller,
 * which is killed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildImage } from '@livekit-swarm/testkit/docker/build-image';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { expect } from 'vitest';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import { connectEngine } from '../src/targets/docker/engine.ts';
import { expiryOnEngine } from '../src/targets/expiry/on-engine.ts';
import { lockEngine } from '../src/targets/lock/engine-lock.ts';

const LABEL = 'swarm.drill=elsewhere';
const EXPIRES_MS = 12_000;
const INJECTOR = fileURLToPath(new URL('./fixtures/reference-injector.ts', import.meta.url));

const start = async (engine: DockerEngine, component = 'redis'): Promise<void> => {
  const busybox = '/bin/busybox';
  await buildImage(engine, {
    name: 'test/tools:1',
    programs: { '/bin/sh': busybox, '/bin/sleep': busybox, '/bin/nsenter': busybox },
    entrypoint: ['/bin/sh'],
  });
  for (const name of ['node-1', 'node-2'])
    await engine.docker([
      ...['run', '--detach', '--network', 'none', '--name', name],
      ...[
        '--label',
        LABEL,
        '--label',
        `swarm.component=${component}`,
        '--label',
        `swarm.name=${name}`,
      ],
      ...['test/tools:1', '-c', 'while :; do sleep 1; done'],
    ]);
};

interface Injecting {
  params?: object;
  /** Value of SWARM_FAILPOINTS. */
  failpoints?: string;
  /** Resolves when the controller may be killed. Default: when it has injected. */
  until?(): Promise<void>;
}

/** Injects in separate namespaces, as if the engine were on another host. */
const inject = async (
  engine: DockerEngine,
  journal: string,
  fault: string,
  component: string,
  { params = {}, failpoints = '', until }: Injecting = {},
): Promise<() => Promise<void>> => {
  const reference = {
    ...{ kind: 'docker', host: `unix://${engine.socketPath}`, label: LABEL },
    ...{ components: {}, onHost: [] },
  };
  const controller = spawn(
    'unshare',
    [
      ...['--pid', '--net', '--mount-proc', '--fork', '--kill-child', process.execPath, INJECTOR],
      ...[
        JSON.stringify(reference),
        journal,
        fault,
        JSON.stringify(params),
        component,
        String(EXPIRES_MS),
      ],
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, SWARM_FAILPOINTS: failpoints },
    },
  );
  await (until === undefined ? once(controller.stdout, 'data') : until());
  return async () => {
    controller.kill('SIGKILL');
    await once(controller, 'exit');
  };
};

const stateOf = (engine: DockerEngine, name: string): Promise<string> =>
  engine.docker(['inspect', '--format', '{{.State.Status}}', name]);

testWithDocker(
  'an engine on another host rolls back on its own, and leaves no container',
  async ({ start: startEngine }) => {
    const engine = await startEngine();
    const dir = await mkdtemp(join(tmpdir(), 'swarm-elsewhere-'));
    try {
      await start(engine);
      const journal = openJournal(join(dir, 'journal'));
      const kills = await Promise.all([
        inject(engine, journal.dir, 'hang', 'node-1'),
        inject(engine, journal.dir, 'kill', 'node-2'),
      ]);
      const { pending } = await journal.read();
      expect(pending.map(({ expiry }) => expiry?.methods)).toEqual([
        ['waiting_container'],
        ['waiting_container'],
      ]);
      for (const kill of kills) await kill();
      const states = async () => [await stateOf(engine, 'node-1'), await stateOf(engine, 'node-2')];
      expect(await states()).toEqual(['paused', 'exited']);
      await expect
        .poll(states, { timeout: EXPIRES_MS + 30_000, interval: 500 })
        .toEqual(['running', 'running']);
      const left = () =>
        engine.docker(['ps', '--all', '--quiet', '--filter', 'label=swarm.expiry']);
      await expect.poll(left, { timeout: 20_000, interval: 500 }).toBe('');
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);

testWithDocker(
  'an engine on another host ends a node that drains, and none whose drain has not begun',
  async ({ start: startEngine }) => {
    const engine = await startEngine();
    const dir = await mkdtemp(join(tmpdir(), 'swarm-elsewhere-'));
    const startsOf = (name: string): Promise<string> =>
      engine.docker(['inspect', '--format', '{{.State.StartedAt}}', name]);
    const all = () => engine.docker(['ps', '--all', '--format', '{{.Names}} {{.State}}']);
    try {
      await start(engine, 'node');
      const containers = await all();
      const before = [await startsOf('node-1'), await startsOf('node-2')];
      const journal = openJournal(join(dir, 'journal'));
      const names = (node: string) => async (): Promise<void> => {
        const named = async (): Promise<boolean> =>
          (await journal.read()).pending.some(({ draining = [] }) => draining.includes(node));
        await expect.poll(named, { timeout: 30_000, interval: 100 }).toBe(true);
      };
      // The first process of a container ignores SIGTERM, as a node with rooms does not exit.
      const kills = await Promise.all([
        inject(engine, journal.dir, 'remove-node', 'node-1', {
          ...{ params: { grace: '60s' }, until: names('node-1') },
        }),
        inject(engine, journal.dir, 'remove-node', 'node-2', {
          // Its journal names the drain, and the engine has no note of it.
          ...{ params: { grace: '60s' }, failpoints: 'drain.noted=sleep(120000)' },
          until: names('node-2'),
        }),
      ]);
      // The note on the engine comes after the journal.
      await sleep(2_000);
      for (const kill of kills) await kill();
      expect(await all()).toContain('node-1 running');
      expect([await startsOf('node-1'), await startsOf('node-2')]).toEqual(before);
      await expect
        .poll(() => startsOf('node-1'), { timeout: EXPIRES_MS + 30_000, interval: 500 })
        .not.toBe(before[0]);
      // Nothing of the rollbacks remains: they have ended.
      await expect.poll(all, { timeout: 20_000, interval: 500 }).toBe(containers);
      expect(await startsOf('node-2')).toBe(before[1]);
      // A command of these drills that is late begins no drain.
      const client = await connectEngine({ host: `unix://${engine.socketPath}` });
      const { beginDrain } = expiryOnEngine(client, ({ name }) => client.inspect(name));
      const { pending: entries } = await journal.read();
      for (const { id, components } of entries)
        for (const component of components)
          await expect(beginDrain(id, component, 'SIGTERM')).rejects.toMatchObject({
            ...{ code: 'expiry_unavailable', message: expect.stringContaining('it has begun') },
          });
      expect(entries).toHaveLength(2);
      const { failed } = await rollbackPending({ journal, faults: FAULTS, force: true });
      expect(failed.map(({ error }) => error.message)).toEqual([]);
      expect(await startsOf('node-2')).toBe(before[1]);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);

testWithDocker(
  'drills exclude each other on an engine, wherever they run',
  async ({ start: startEngine }) => {
    const engine = await startEngine();
    await start(engine);
    const client = await connectEngine({ host: `unix://${engine.socketPath}` });
    const lock = (purpose: 'drill' | 'rollback') =>
      lockEngine(client, 'test/tools:1', purpose, 'lk-1');
    const first = await lock('drill');
    await expect(lock('drill')).rejects.toMatchObject({ code: 'deployment_locked' });
    await using _rollback = await lock('rollback');
    await first[Symbol.asyncDispose]();
    await using _second = await lock('drill');
  },
);
