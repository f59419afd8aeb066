/** The rollback of a host acts at each moment of the change of a unit. */
import { expect, test } from 'vitest';
import { expiringUnit, UNIT } from '../../../test/support/expiring-unit.ts';
import { forgetDrains, markDrain } from '../expiry/unit-script.ts';
import { unitRollout } from './unit-rollout.ts';

const onLinux = test.skipIf(process.platform !== 'linux');
const ID = 'abcd1234';

const changing = async () => {
  const node = await expiringUnit();
  const { run, component, file } = node;
  const rollout = unitRollout(() => ({
    host: { run, read: async () => null },
    ...{ unit: UNIT, where: 'lk-1' },
  }));
  // A program that reports its version, as livekit-server does.
  await run([
    ...[
      'sh',
      '-c',
      'printf \'#!/bin/sh\\necho livekit-server version 2.0.0\' > "$0"; chmod +x "$0"',
    ],
    file('new'),
  ]);
  const steps = rollout.restoreSteps?.(component) ?? [];
  return {
    ...node,
    change: () =>
      rollout.change(component, { program: file('new'), config: {}, configFile: file('config') }),
    keep: () => rollout.keep(component),
    drain: () => run(markDrain(ID, UNIT, 'SIGCONT')),
    expire: (now = component) => node.expire(ID, steps, now),
    files: () => [node.read('program'), node.read('config')],
    kept: async () => (await rollout.isChanged(component)) === true,
  };
};
const OLD = ['old program', 'old config'];

onLinux('before the files are replaced, it changes nothing', async () => {
  const node = await changing();
  await node.expire();
  expect([node.runs(), node.files(), node.commands()]).toEqual([true, OLD, ['start']]);
});

onLinux(
  'when only the program was replaced, that returns, and the node keeps its calls',
  async () => {
    const node = await changing();
    await node.change();
    await node.run(['rm', node.file('config.before-roll')]);
    await node.expire();
    expect([node.runs(), node.files()]).toEqual([true, OLD]);
  },
);

onLinux(
  'before the drain, the files return, the node keeps its calls, and no drain begins',
  async () => {
    const node = await changing();
    await node.change();
    expect(node.files()).toEqual([expect.stringContaining('2.0.0'), 'old config']);
    expect(await node.kept()).toBe(true);
    await node.expire();
    expect([node.runs(), node.files(), await node.kept()]).toEqual([true, OLD, false]);
    expect((await node.drain()).code).not.toBe(0);
    expect(node.commands()).toEqual(['start']);
  },
);

onLinux('during the drain, the files return, and the node starts with them', async () => {
  const node = await changing();
  await node.change();
  await node.drain();
  await node.expire();
  expect([node.files(), node.commands()]).toEqual([OLD, ['kill', 'restart', 'start']]);
  // The stand-in restarts nothing.
  await expect.poll(node.runs).toBe(false);
});

onLinux('when the new release runs, the files return, and the node starts with them', async () => {
  const node = await changing();
  await node.change();
  await node.drain();
  await node.expire({ ...node.component, instance: '999999999:1' });
  expect([node.files(), node.commands()]).toEqual([OLD, ['kill', 'restart', 'start']]);
  expect(node.runs()).toBe(true);
});

onLinux('when the drill has rolled back already, what it started keeps its calls', async () => {
  const node = await changing();
  await node.change();
  await node.drain();
  await node.run(['cp', node.file('program.before-roll'), node.file('program')]);
  await node.keep();
  await node.expire({ ...node.component, instance: '999999999:1' });
  expect([node.runs(), node.files(), node.commands()]).toEqual([true, OLD, ['kill', 'start']]);
  await node.run(forgetDrains(ID));
  expect(node.notes()).toEqual([]);
});
