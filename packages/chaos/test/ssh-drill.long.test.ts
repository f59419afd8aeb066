/**
 * Tests a whole drill over SSH: under load, the unit that holds a room is killed, and all
 * participants recover.
 */
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { parseDrill } from '../src/drill/parse-drill.ts';
import { sshDeployment } from '../src/execute/deployment.ts';
import { executeDrill } from '../src/execute/execute-drill.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import { readSshSpec } from '../src/targets/ssh/spec.ts';
import { openSshPlatform } from '../src/targets/ssh.ts';
import { drillOrder } from './support/drill-order.ts';
import { expectNodeRecovered } from './support/expect-node-recovered.ts';
import { startSshHost } from './support/ssh-host.ts';
import { addUnits, startUnits } from './support/units.ts';

const HOST = 'swarm-host';
const UNITS = 'node=livekit-1,node=livekit-2,node=livekit-3,redis=redis,load-balancer=haproxy';

await skipWithout('sshd', 'packet-filter', 'redis', 'haproxy');

test('a drill over SSH has the same result as one on processes', { timeout: 240_000 }, async () => {
  await using host = await startSshHost();
  const doors = await addUnits(host, 3);
  const order = readSshSpec(HOST, UNITS, host.config);
  await using target = await openSshPlatform(order);
  const journal = openJournal(join(host.dir, 'journal'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(async () => void (await rollbackPending({ journal, faults: FAULTS, force: true })));
  await startUnits(target, doors);

  const file = join(import.meta.dirname, '../../../chaos/kill-room-node.yaml');
  const parsed = parseDrill(await readFile(file, 'utf8'), { file, faults: FAULTS });
  const carryOut = (confirmedTarget: string | null, folder: string) =>
    executeDrill({
      guard: ownServerGuard(),
      ...drillOrder(),
      save: () => {},
      drill: {
        ...parsed,
        load: { ...parsed.load, rooms: 3, participants: 3 },
        repeats: 1,
        // Half of it must exceed the time that clients need to recover.
        recoveryMs: 30_000,
      },
      deploy: () => sshDeployment({ ...order, ...doors }),
      journal,
      confirmedTarget,
      dir: join(host.dir, folder),
    });
  // The deployment is not a lab.
  await expect(carryOut('staging', 'not-allowed')).rejects.toMatchObject({
    code: 'target_not_confirmed',
  });

  const { deployment: label, repeats } = await carryOut(hostname(), 'drill');
  expect(label).toContain(HOST);
  await expectNodeRecovered(repeats.at(-1), target);
  expect(await readdir(journal.dir)).toEqual([]);
});
