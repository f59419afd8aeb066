/**
 * Tests a drill that kills a node of a lab of three, whose relay gives up soon;
 * `kill-node.measured.test.ts` has the settings of the server.
 */
import { readdir } from 'node:fs/promises';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { carryOut, journalDir, onlyRepeat, smallDrill } from './support/library-drill.ts';

await skipWithout('redis', 'haproxy');

it('a killed node interrupts its own rooms, which recover within seconds, and no other', async () => {
  const drill = await smallDrill('kill-room-node-fast-relay', { recoveryMs: 13_000 });
  const { recovery, verdict, reasons } = onlyRepeat(await carryOut(drill));
  expect({ verdict, reasons }).toEqual({ verdict: 'passed', reasons: [] });
  expect(recovery.subscriptionsNotRecovered).toBe(0);
  const hit = recovery.rooms.filter(({ controlGroup }) => !controlGroup);
  expect(hit.length).toBeGreaterThan(0);
  expect(recovery.subscriptionsInterrupted).toBe(hit.length * 6);
  for (const { nodesBefore, nodesAfter } of hit) expect(nodesAfter).not.toEqual(nodesBefore);
  expect(recovery.controlGroupInterruptionMs).toBe(0);
  expect(await readdir(journalDir())).toEqual([]);
});
