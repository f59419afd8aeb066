/** Tests a drill that kills a node of a lab of three; its record alone gives the same result. */
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it } from 'vitest';
import { evaluateDrill } from '../src/evaluate/evaluate-drill.ts';
import { carryOut, journalDir, onlyRepeat, smallDrill } from './support/library-drill.ts';

await skipWithout('redis', 'haproxy');

describe('a killed node', () => {
  it('interrupts its own rooms, which recover within seconds, and no other', {
    timeout: 180_000,
  }, async () => {
    const result = await carryOut(await smallDrill('kill-room-node', { recoveryMs: 25_000 }));
    const { recovery, verdict, reasons } = onlyRepeat(result);
    expect({ verdict, reasons }).toEqual({ verdict: 'passed', reasons: [] });
    expect(recovery.subscriptionsNotRecovered).toBe(0);
    expect(recovery.timeToRecover?.max).toBeGreaterThan(4_000);
    const hit = recovery.rooms.filter(({ controlGroup }) => !controlGroup);
    expect(recovery.subscriptionsInterrupted).toBe(hit.length * 6);
    for (const { nodesBefore, nodesAfter } of hit) expect(nodesAfter).not.toEqual(nodesBefore);
    expect(recovery.controlGroupInterruptionMs).toBe(0);
    expect(Math.min(...recovery.backends.map(({ healthy }) => healthy))).toBe(2);
    expect(await readdir(journalDir())).toEqual([]);
    // The same result from the record alone.
    const again = await evaluateDrill(dirname(onlyRepeat(result).record));
    const { durationMs: _, ...executed } = onlyRepeat(result);
    expect(onlyRepeat(again)).toMatchObject(executed);
    expect({ ...again, repeats: [] }).toEqual({ ...result, repeats: [] });
  });
});
