/** Tests `swarm roll` in a lab: a changed configuration, under calls. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { CHANGED, expectRolledUnlessBusy, rollFiles, rollResultOf } from '../support/roll.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

await skipWithout('redis', 'haproxy');

it('changes the configuration of every node, and counts the calls that the drains cut', async () => {
  const { flags, before, after } = rollFiles();
  const record = join(scratch(), 'record');
  const outcome = await runSwarm([
    ...['roll', `${DEFAULT_LIVEKIT_VERSION}+${before}`, `${DEFAULT_LIVEKIT_VERSION}+${after}`],
    ...[...flags, '--nodes', '2', '--record', record, '--json'],
  ]);
  const result = rollResultOf(outcome);
  expectRolledUnlessBusy(outcome.exit, result);
  expect(result).toMatchObject({ outcome: 'rolled', stoppedBy: null });
  expect(result.nodes.map(({ component, phase }) => `${phase} ${component}`)).toEqual([
    'forward node-1',
    'forward node-2',
  ]);
  for (const node of result.nodes) {
    expect(node.checkedAt).not.toBeNull();
    expect(node.readyAt ?? 0).toBeGreaterThan(node.stoppedAt ?? Number.POSITIVE_INFINITY);
    // The calls do not end: a drain is over before the node is empty, or there was no call.
    expect(node.roomsCut).toBe(node.roomsBefore);
    if (node.roomsCut > 0) expect(node.pairsInterrupted).toBeGreaterThan(0);
  }
  // Every room was on one of the nodes, and all calls continue.
  expect(result.nodes.reduce((sum, { roomsCut }) => sum + roomsCut, 0)).toBeGreaterThanOrEqual(2);
  expect(result.rooms.every(({ pairsNotRecovered }) => pairsNotRecovered === 0)).toBe(true);
  expect(result.mixedMs).toBeGreaterThan(0);
  // A node that restarts within two seconds passes the next health check of the load balancer.
  expect(result.backends?.at(-1)).toMatchObject({ healthy: 2, total: 2 });
  for (const node of ['node-1', 'node-2'])
    expect(readFileSync(join(record, node, `${node}.yaml`), 'utf8')).toContain(CHANGED);
  expect(readFileSync(join(record, 'roll.txt'), 'utf8')).toContain(`(exit ${outcome.exit})`);
});
