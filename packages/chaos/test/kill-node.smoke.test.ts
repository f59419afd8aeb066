/** A drill that kills a node of a lab of three: the report has what happened, and its record alone says the same. */
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it } from 'vitest';
import { rereadDrill } from '../src/evaluate/evaluate-drill.ts';
import { carryOut, journalDir, libraryDrill, onlyRepeat } from './support/library-drill.ts';

await skipWithout('redis', 'haproxy');

describe('a node that is killed', () => {
  it('takes its rooms with it, which are back within seconds; the others hear nothing of it', {
    timeout: 180_000,
  }, async () => {
    const result = await carryOut(await libraryDrill('kill-room-node', { recoveryMs: 25_000 }));
    const { recovery, verdict, reasons } = onlyRepeat(result);
    expect({ verdict, reasons }).toEqual({ verdict: 'passed', reasons: [] });
    expect(recovery.neverRecovered).toBe(0);
    expect(recovery.rto?.max).toBeGreaterThan(4_000);
    const hit = recovery.rooms.filter(({ control }) => !control);
    expect(recovery.pairsHit).toBe(hit.length * 6);
    for (const { nodesBefore, nodesAfter } of hit) expect(nodesAfter).not.toEqual(nodesBefore);
    expect(recovery.controlGapMs).toBe(0);
    expect(Math.min(...recovery.backends.map(({ healthy }) => healthy))).toBe(2);
    expect(await readdir(journalDir())).toEqual([]);
    // Its record alone says the same.
    const again = await rereadDrill(dirname(onlyRepeat(result).record));
    const { tookMs: _, ...told } = onlyRepeat(result);
    expect(onlyRepeat(again)).toMatchObject(told);
    expect({ ...again, repeats: [] }).toEqual({ ...result, repeats: [] });
  });
});
