/** Tests `swarm roll` from one version to another, and a release that cannot start. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RollResult } from '@livekit-swarm/chaos/roll';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { expectRolledUnlessBusy, rollFiles, rollResultOf } from '../support/roll.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

await skipWithout('redis', 'haproxy');

const roll = async (...args: string[]) => {
  const outcome = await runSwarm(['roll', ...args, ...rollFiles().flags, '--nodes', '2', '--json']);
  return { exit: outcome.exit, result: rollResultOf(outcome) };
};

const stepsOf = ({ nodes }: RollResult) =>
  nodes.map(({ phase, component, version }) => `${phase} ${component} ${version}`);

const expectRecovered = ({ rooms }: RollResult): void =>
  expect(rooms.filter(({ pairsNotRecovered }) => pairsNotRecovered > 0)).toEqual([]);

it('upgrades 1.11.0 to 1.13.5 with a spare node, and back', async () => {
  const { exit, result } = await roll('1.11.0', '1.13.5', '--order', 'surge', '--rollback');
  expectRolledUnlessBusy(exit, result);
  expect(result).toMatchObject({ outcome: 'rolled_back', stoppedBy: null });
  expect(stepsOf(result)).toEqual([
    ...['node-3', 'node-1', 'node-2'].map((node) => `forward ${node} 1.13.5`),
    ...['node-3', 'node-1', 'node-2'].map((node) => `rollback ${node} 1.11.0`),
    // The drain of the spare node at the end.
    'rollback node-3 null',
  ]);
  expectRecovered(result);
}, 400_000);

it('stops at the first node whose release cannot start, and puts it back', async () => {
  const dir = scratch();
  const broken = join(dir, 'broken.yaml');
  writeFileSync(broken, 'room: { empty_timeout: soon }\n');
  const record = join(dir, 'record');
  const { exit, result } = await roll('1.13.4', `1.13.5+${broken}`, '--record', record);
  expect(exit).toBe(99);
  expect(result).toMatchObject({
    outcome: 'undone',
    stoppedBy: { code: 'node_not_ready', component: 'node-1' },
  });
  expect(result.nodes).toMatchObject([
    { component: 'node-1', phase: 'forward', version: '1.13.5', readyAt: null },
    { component: 'node-1', phase: 'undo', version: '1.13.4', readyAt: expect.any(Number) },
  ]);
  expectRecovered(result);
  const text = readFileSync(join(record, 'roll.txt'), 'utf8');
  expect(text).toContain('Node-1 did not start with the new release');
  expect(readdirSync(record)).toEqual(
    expect.arrayContaining(['roll.html', 'roll.json', 'roll.md', 'roll-junit.xml']),
  );
}, 300_000);
