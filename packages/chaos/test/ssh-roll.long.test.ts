/** Tests a roll over SSH: each unit gets another program, or all get back the old one. */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { sshDeployment } from '../src/execute/deployment.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import type { RollResult } from '../src/roll/roll-result.ts';
import { readSshSpec } from '../src/targets/ssh/spec.ts';
import { openSshPlatform } from '../src/targets/ssh.ts';
import { executeRoll } from './support/execute-roll.ts';
import { startSshHost } from './support/ssh-host.ts';
import { addUnits, areHealthy, startUnits } from './support/units.ts';

const HOST = 'swarm-host';
const NODES = ['livekit-1', 'livekit-2'];
const UNITS = [...NODES.map((name) => `node=${name}`), 'redis=redis', 'load-balancer=haproxy'];

await skipWithout('sshd', 'packet-filter', 'redis', 'haproxy');

test('units get another program over SSH, or the old one back', { timeout: 400_000 }, async () => {
  await using host = await startSshHost();
  const doors = await addUnits(host, NODES.length);
  const own = { ...process.env, SWARM_LIVEKIT_SERVER: '' };
  const old = await provisionLiveKit({ version: '1.13.4', env: own });
  const newer = await provisionLiveKit({ version: '1.13.5', env: own });
  const programOf = (node: string): string => join(host.dir, `${node}-program`);
  // It answers as a livekit-server does, and cannot start.
  const broken = join(host.dir, 'broken');
  await writeFile(
    broken,
    '#!/bin/sh\n[ "$1" = --version ] && echo "livekit-server version 1.13.5"\nexit 1\n',
    { mode: 0o755 },
  );
  const order = readSshSpec(HOST, UNITS.join(','), host.config);
  await using target = await openSshPlatform(order);
  const { rollout } = target;
  if (rollout?.by !== 'node') throw new Error('nodes are changed one by one');
  const nodes = (await target.components()).filter(({ kind }) => kind === 'node');
  const names = nodes.map(({ name }) => name);
  // As yet, all nodes are started from one file.
  expect(await rollout.conflict?.(nodes, { program: '1.13.5', config: {}, configFile: null })).toBe(
    `livekit-1.service and livekit-2.service on ${HOST} share ${(await provisionLiveKit()).path}: both would change with the first; give each a file of its own, such as a copy`,
  );
  for (const node of NODES) {
    await copyFile(old.path, programOf(node));
    await copyFile(newer.path, `${programOf(node)}-1.13.5`);
    const config = join(host.dir, `it's ${node}.yaml`);
    await host.addUnit(`${node}.service`, [programOf(node), '--config', config], 'always');
  }
  const journal = openJournal(join(host.dir, 'journal'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(async () => void (await rollbackPending({ journal, faults: FAULTS, force: true })));
  await startUnits(target, doors);

  const roll = (from: string, to: string, folder: string): Promise<RollResult> =>
    executeRoll({
      ...{ nodes: names, from, to, journal, confirmedTarget: hostname() },
      dir: join(host.dir, folder),
      deploy: () => sshDeployment({ ...order, ...doors }),
    });
  const isProgram = async (node: string, path: string): Promise<boolean> =>
    (await readFile(programOf(node))).equals(await readFile(path));
  const kept = async (): Promise<string[]> =>
    (await readdir(host.dir)).filter((name) => name.endsWith('.before-roll'));

  await expect(roll('1.13.4', '1.99.0', 'refused')).rejects.toMatchObject({
    code: 'rollout_unavailable',
    message: expect.stringContaining('there is no livekit-server at'),
  });

  const failed = await roll('1.13.4', broken, 'failed');
  expect(failed).toMatchObject({ outcome: 'undone', stoppedBy: { code: 'node_not_ready' } });
  for (const node of NODES) expect(await isProgram(node, old.path)).toBe(true);
  expect(await kept()).toEqual([]);
  await expect.poll(() => areHealthy(target, doors), { timeout: 20_000 }).toBe(true);

  const done = await roll('1.13.4', '1.13.5', 'done');
  expect(done).toMatchObject({ outcome: 'rolled', stoppedBy: null });
  for (const node of NODES) expect(await isProgram(node, newer.path)).toBe(true);
  expect(await kept()).toEqual([]);
  expect(await readdir(journal.dir)).toEqual([]);
});
