import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { identifyProcess } from '@livekit-swarm/host';
import { expect, onTestFinished, test } from 'vitest';
import { NODE } from '../../../test/support/fake-platform.ts';
import { forgetDrains, markDrain, unitScript } from './unit-script.ts';

const exec = promisify(execFile);
const UNIT = "livekit@it's.service";

/** Folder of notes in place of /run, a stand-in for systemctl, and a process that is the node. */
const nodeOfTest = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-drain-'));
  writeFileSync(join(dir, 'systemctl'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const node = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(node, 'spawn');
  onTestFinished(() => {
    node.kill('SIGKILL');
    rmSync(dir, { recursive: true });
  });
  const { pid, startedAt } = identifyProcess(node.pid ?? 0) ?? {};
  const component = { ...NODE, instance: `${pid}:${startedAt}` };
  const script = unitScript('abcd1234', [
    { unit: UNIT, component, steps: [{ step: 'terminate_drained' }, { step: 'start' }] },
  ]);
  const run = async ([program = '', ...args]: readonly string[]): Promise<unknown> =>
    exec(
      program,
      args.map((text) => text.replaceAll('/run/', `${dir}/`)),
      {
        env: { PATH: `${dir}:${process.env.PATH}` },
      },
    );
  return {
    run,
    rollBack: () => run(['sh', '-c', script.replaceAll('PATH="$PATH:', `PATH="${dir}:$PATH:`)]),
    runs: () => node.exitCode === null && node.signalCode === null,
    notes: () => readdirSync(dir).filter((name) => name !== 'systemctl'),
  };
};

test.skipIf(process.platform !== 'linux')(
  'the rollback on a host leaves a node alone whose drain has not begun',
  async () => {
    const node = await nodeOfTest();
    await node.run(markDrain('abcd1234', 'livekit-2.service'));
    await node.run(markDrain('efgh5678', UNIT));
    await node.rollBack();
    expect(node.runs()).toBe(true);
    await node.run(forgetDrains('abcd1234'));
    expect(node.notes()).toEqual([expect.stringContaining('efgh5678')]);
  },
);

test.skipIf(process.platform !== 'linux')(
  'the rollback on a host ends a node that drains, and leaves no note',
  async () => {
    const node = await nodeOfTest();
    await node.run(markDrain('abcd1234', UNIT));
    expect(node.notes()).toHaveLength(1);
    await node.rollBack();
    await expect.poll(node.runs).toBe(false);
    expect(node.notes()).toEqual([]);
  },
);
