/** Tests a roll of containers to another image, in a Docker engine of this test. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { buildImage } from '@livekit-swarm/testkit/docker/build-image';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { expect } from 'vitest';
import { dockerDeployment } from '../src/execute/deployment.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import type { RollResult } from '../src/roll/roll-result.ts';
import { openDockerPlatform } from '../src/targets/docker.ts';
import type { NodeRollout } from '../src/targets/platform.ts';
import { buildImages, startContainers } from './support/containers.ts';
import { executeRoll } from './support/execute-roll.ts';

const NAME = 'rolling';
const NODES = ['node-1', 'node-2'];

testWithDocker(
  'a roll gives every container another image, or puts all of them back',
  async ({ start }) => {
    const engine = await start({ network: 'host' });
    const dir = await mkdtemp(join(tmpdir(), 'swarm-docker-roll-'));
    const journal = openJournal(join(dir, 'journal'));
    const inspect = async (node: string, format: string): Promise<string> =>
      (await engine.docker(['inspect', '--format', format, `${NAME}-${node}`])).trim();
    const imageOf = (node: string): Promise<string> =>
      inspect(node, '{{.Config.Image}} {{.State.Status}} {{.HostConfig.RestartPolicy.Name}}');
    const containers = async (): Promise<string[]> =>
      (await engine.docker(['ps', '--all', '--format', '{{.Names}}'])).trim().split('\n').sort();
    try {
      await buildImages(engine);
      const other = await provisionLiveKit({
        version: '1.13.4',
        env: { ...process.env, SWARM_LIVEKIT_SERVER: '' },
      });
      const images = { 'v1.13.4': other.path, broken: '/bin/false' };
      for (const [tag, program] of Object.entries(images))
        await buildImage(engine, {
          name: `test/livekit:${tag}`,
          programs: { '/livekit-server': program },
          entrypoint: ['/livekit-server'],
        });
      const { deployment } = await startContainers(engine, NODES.length, NAME);
      const before = await containers();
      const roll = (from: string, to: string): Promise<RollResult> =>
        executeRoll({
          ...{ nodes: NODES, from, to, journal, confirmedTarget: NAME, dir: join(dir, to) },
          deploy: () => dockerDeployment(deployment),
        });

      // No such image, and no such present one: nothing is changed.
      await expect(roll('1', '9.9.9')).rejects.toMatchObject({
        code: 'rollout_unavailable',
        message: expect.stringContaining('no image test/livekit:9.9.9'),
      });
      await expect(roll('8', 'v1.13.4')).rejects.toMatchObject({
        message: expect.stringContaining('runs test/livekit:1, not 8'),
      });
      expect(await containers()).toEqual(before);

      const failed = await roll('1', 'broken');
      expect(failed).toMatchObject({
        outcome: 'undone',
        stoppedBy: { code: 'node_not_ready', component: 'node-1' },
        drill: { verdict: 'failed' },
      });
      for (const node of NODES) expect(await imageOf(node)).toBe('test/livekit:1 running always');
      expect(await containers()).toEqual(before);

      const done = await roll('1', '1.13.4');
      expect(done).toMatchObject({ outcome: 'rolled', stoppedBy: null });
      expect(done.nodes.map(({ component, checkFailed }) => [component, checkFailed])).toEqual(
        NODES.map((node) => [node, null]),
      );
      for (const node of NODES)
        expect(await imageOf(node)).toBe('test/livekit:v1.13.4 running always');
      expect(await containers()).toEqual(before);
      expect(await readdir(journal.dir)).toEqual([]);

      // An engine that restarts in the middle starts the new container, not the one that is kept.
      await using platform = await openDockerPlatform(deployment);
      const { rollout } = platform;
      const [first] = (await platform.components()).filter(({ kind }) => kind === 'node');
      if (rollout?.by !== 'node' || first === undefined) throw new Error('no node');
      const release: Parameters<NodeRollout['change']>[1] = {
        ...{ program: 'test/livekit:1', config: {}, configFile: null },
      };
      await platform.signal(first, 'SIGKILL');
      await rollout.change(first, release);
      await platform.start(first);
      await engine.restart();
      await expect
        .poll(() => imageOf('node-1'), { timeout: 30_000 })
        .toBe('test/livekit:1 running always');
      expect(await inspect('node-1.before-roll', '{{.State.Status}}')).toBe('exited');
      await platform.signal(first, 'SIGKILL');
      await rollout.restore(first);
      await platform.start(first);
      expect(await imageOf('node-1')).toBe('test/livekit:v1.13.4 running always');
      expect(await containers()).toEqual(before);
    } finally {
      await rollbackPending({ journal, faults: FAULTS, force: true });
      await rm(dir, { recursive: true, force: true });
    }
  },
  400_000,
);
