/** Tests remove-node on containers of an engine on this host, by journal and by automatic rollback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { expect } from 'vitest';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import { openDockerPlatform } from '../src/targets/docker.ts';
import type { Platform } from '../src/targets/platform.ts';
import { anyAnswers } from './support/answers.ts';
import { componentOf } from './support/component-of.ts';
import { buildImages, startContainers } from './support/containers.ts';
import { leftoversOf } from './support/leftovers.ts';

const EXPIRES_MS = 12_000;
const INJECTOR = fileURLToPath(new URL('./fixtures/reference-injector.ts', import.meta.url));

/** All containers of the engine with their state. */
const containersOf = async (engine: DockerEngine): Promise<string[]> =>
  (await engine.docker(['ps', '--all', '--format', '{{.ID}} {{.Names}} {{.State}}']))
    .split('\n')
    .sort();

const hasNodes = async (target: Platform): Promise<boolean> =>
  (await target.components()).every(({ kind, nodeId }) => kind !== 'node' || nodeId !== null);

testWithDocker(
  'a removed container is down until the rollback starts it, and a killed drill leaves none behind',
  async ({ start }) => {
    const engine = await start({ network: 'host' });
    const dir = await mkdtemp(join(tmpdir(), 'swarm-remove-'));
    const journal = openJournal(join(dir, 'journal'));
    try {
      await buildImages(engine);
      const { deployment } = await startContainers(engine, 2, 'staging');
      await using target = await openDockerPlatform(deployment);
      await expect.poll(() => hasNodes(target), { timeout: 30_000 }).toBe(true);
      const containers = await containersOf(engine);
      await byJournal(target, journal.dir);
      expect(await containersOf(engine)).toEqual(containers);
      await beforeItsDrain(target, journal.dir);
      expect(await containersOf(engine)).toEqual(containers);
    } finally {
      await rollbackPending({ journal, faults: FAULTS, force: true });
      await rm(dir, { recursive: true, force: true });
    }
  },
  180_000,
);

/** The drill ends, and another process rolls back. */
const byJournal = async (target: Platform, dir: string): Promise<void> => {
  const journal = openJournal(dir);
  const fault = FAULTS.get('remove-node');
  if (fault === undefined) throw new Error('there is no remove-node');
  const node = await componentOf(target, 'node-1');
  const other = await componentOf(target, 'node-2');
  const params = fault.params.parse({ grace: '1s' });
  expect(await fault.unavailable(target, node, params)).toBeNull();
  const { id, check } = await injectFault({
    ...{ fault, platform: target, components: [node], params, journal },
    ...{ drill: 'test', expiry: null },
  });
  expect(await check(true)).toBeNull();
  // The restart policy of the container does not start it again.
  expect(await target.pid(node)).toBeNull();
  expect(await anyAnswers(node.ports?.tcp ?? [])).toBe(false);
  expect(await anyAnswers(other.ports?.tcp ?? [])).toBe(true);
  const { rolledBack, failed } = await rollbackPending({ journal, faults: FAULTS, force: true });
  expect(failed.map(({ error }) => error.message)).toEqual([]);
  expect(rolledBack.map((entry) => entry.id)).toEqual([id]);
  await expect.poll(() => anyAnswers(node.ports?.tcp ?? []), { timeout: 20_000 }).toBe(true);
  const started = await componentOf(target, 'node-1');
  expect(started.nodeId).toMatch(/^ND_/);
  expect(started.nodeId).not.toBe(node.nodeId);
  expect((await componentOf(target, 'node-2')).instance).toBe(other.instance);
  expect(await leftoversOf(id)).toEqual([]);
  expect(await readdir(dir)).toEqual([]);
};

/** The drill is killed between the arming of its rollback and the SIGTERM. */
const beforeItsDrain = async (target: Platform, dir: string): Promise<void> => {
  const journal = openJournal(dir);
  const node = await componentOf(target, 'node-2');
  const drill = spawn(
    process.execPath,
    [
      ...[INJECTOR, JSON.stringify(target.reference), dir, 'remove-node', '{"grace":"60s"}'],
      ...[node.name, String(EXPIRES_MS)],
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SWARM_FAILPOINTS: 'drain.begin=sleep(120000)' },
    },
  );
  const armed = async () => (await journal.read()).pending.filter(({ expiry }) => expiry !== null);
  await expect.poll(armed, { timeout: 30_000, interval: 100 }).toHaveLength(1);
  const [entry] = await armed();
  drill.kill('SIGKILL');
  await once(drill, 'exit');
  expect(entry).toMatchObject({ draining: [], injected: false });
  const left = async () => (await journal.read()).pending.length;
  await expect.poll(left, { timeout: EXPIRES_MS + 30_000, interval: 500 }).toBe(0);
  expect((await componentOf(target, node.name)).instance).toBe(node.instance);
  await expect.poll(() => leftoversOf(entry?.id ?? ''), { timeout: 20_000 }).toEqual([]);
};
