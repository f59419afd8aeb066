/** Tests `swarm roll` on a running lab: refused, interrupted, and killed in its middle. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { programsOf, sharedLab } from '../support/lab-drill.ts';
import type { LabWorld } from '../support/lab-world.ts';
import { CHANGED, rollFiles, rollResultOf } from '../support/roll.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

const runningLab = sharedLab(await skipWithout('redis', 'haproxy'));
const NODES = ['node-1', 'node-2'];

/** Nodes whose next start, and whose present one, have the changed configuration. */
const changedNodes = ({ labs }: LabWorld): string[] =>
  NODES.filter((node) =>
    readFileSync(join(labs, 'lab', node, `${node}.yaml`), 'utf8').includes(CHANGED),
  );

/** Begins a roll, and resolves when the first node runs with the new configuration. */
const beginRoll = async (lab: LabWorld) => {
  const { flags, after } = rollFiles();
  const { SWARM_LIVEKIT_SERVER: program = '' } = lab.env;
  const swarm = startSwarm(
    [
      ...['roll', program, `${program}+${after}`, '--lab', 'lab', ...flags],
      ...['--record', join(scratch(), 'record'), '--json'],
    ],
    lab.env,
  );
  await swarm.says(/node-1: ready/, 90_000);
  expect(changedNodes(lab)).toEqual(['node-1']);
  return swarm;
};

const expectNothingLeft = async (lab: LabWorld): Promise<void> => {
  expect(changedNodes(lab)).toEqual([]);
  expect(await lab.run('chaos', 'rollback')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing to roll back'),
  });
};

it('refuses a roll of nodes that run another version, before it starts', async () => {
  const lab = runningLab();
  const before = programsOf(lab);
  expect(await lab.run('roll', '1.11.0', '1.13.5', '--lab', 'lab', ...rollFiles().flags)).toEqual({
    code: 3,
    out: '',
    err: expect.stringMatching(/the roll is refused before it starts: node-1 runs [\d.]+, not 1/),
  });
  expect(programsOf(lab)).toEqual(before);
  await expectNothingLeft(lab);
}, 120_000);

it('puts every node back on Ctrl-C', async () => {
  const lab = runningLab();
  const swarm = await beginRoll(lab);
  swarm.signal('SIGINT');
  expect(await swarm.ended, swarm.stderr()).toBe(130);
  const result = rollResultOf({ stdout: swarm.stdout(), stderr: swarm.stderr() });
  expect(result).toMatchObject({ outcome: 'undone', drill: { verdict: 'interrupted' } });
  await expectNothingLeft(lab);
}, 180_000);

it('leaves to "swarm chaos rollback" what a killed roll has changed', async () => {
  const lab = runningLab();
  const swarm = await beginRoll(lab);
  swarm.signal('SIGKILL');
  await swarm.ended;
  expect(changedNodes(lab)).toContain('node-1');
  expect(await lab.run('chaos', 'rollback')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/Rolled back: upgrade of node-1 by "roll"/),
  });
  await expectNothingLeft(lab);
}, 180_000);
