import { expect, test } from 'vitest';
import { expiringUnit, UNIT } from '../../../test/support/expiring-unit.ts';
import type { RollbackStep } from '../platform.ts';
import { forgetDrains, markDrain, NOT_MARKED, readDrainMark } from './unit-script.ts';

const onLinux = test.skipIf(process.platform !== 'linux');
const ID = 'abcd1234';
const STEPS: readonly RollbackStep[] = [{ step: 'terminate_drained' }, { step: 'start' }];

onLinux('the rollback on a host leaves a node alone whose drain has not begun', async () => {
  const node = await expiringUnit();
  await node.run(markDrain(ID, 'livekit-2.service', 'SIGCONT'));
  await node.run(markDrain('efgh5678', UNIT, 'SIGCONT'));
  await node.expire(ID, STEPS);
  expect(node.runs()).toBe(true);
  await node.run(forgetDrains(ID));
  expect(node.notes()).toEqual([expect.stringContaining('efgh5678')]);
});

onLinux('the rollback on a host ends a node that drains', async () => {
  const node = await expiringUnit();
  expect(await node.run(markDrain(ID, UNIT, 'SIGCONT'))).toMatchObject({ code: 0 });
  expect(node.notes()).toHaveLength(1);
  await node.expire(ID, STEPS);
  await expect.poll(node.runs).toBe(false);
  await node.run(forgetDrains(ID));
  expect(node.notes()).toEqual([]);
});

onLinux('a drain is noted together with its signal', async () => {
  const node = await expiringUnit();
  expect(await node.run(markDrain(ID, UNIT, 'SIGTERM'))).toMatchObject({ code: 0 });
  await expect.poll(node.endedBy).toBe('SIGTERM');
});

onLinux('no drain begins when the rollback has', async () => {
  const node = await expiringUnit();
  await node.expire(ID, STEPS);
  expect(await node.run(markDrain(ID, UNIT, 'SIGTERM'))).toMatchObject({
    ...{ code: NOT_MARKED, stderr: 'it has begun' },
  });
  expect(node.commands()).toEqual(['start']);
  expect(node.runs()).toBe(true);
});

onLinux('the host knows which drains have begun', async () => {
  const node = await expiringUnit();
  const ask = async (): Promise<unknown> => {
    const { code, stdout } = await node.run(readDrainMark(ID, UNIT));
    return { code, is: stdout.trim() };
  };
  expect(await ask()).toEqual({ code: 0, is: '' });
  await node.run(markDrain(ID, UNIT, 'SIGCONT'));
  expect(await ask()).toEqual({ code: 0, is: 'drain' });
  await node.run(forgetDrains(ID));
  await node.expire(ID, STEPS);
  expect(await ask()).toEqual({ code: 0, is: 'expired' });
});
