/** Drills of the library for real: a lab of three nodes, a crowd, faults, and what the report says of them. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Drill } from '../src/drill/drill.ts';
import { parseDrill } from '../src/drill/parse-drill.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import type { DrillResult, RepeatResult } from '../src/measure/drill-result.ts';
import { rereadDrill } from '../src/reread/reread-drill.ts';
import { raiseDrillLab } from '../src/run/embedded-lab.ts';
import { runDrill } from '../src/run/run-drill.ts';

const LIBRARY = join(import.meta.dirname, '../../../chaos');
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-drill-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A drill of the library with a small crowd, once. */
const libraryDrill = async (name: string, changes: Partial<Drill> = {}): Promise<Drill> => {
  const file = join(LIBRARY, `${name}.yaml`);
  const drill = parseDrill(await readFile(file, 'utf8'), { file, faults: FAULTS });
  const crowd = { ...drill.crowd, rooms: 4, participants: 3 };
  return { ...drill, crowd, repeats: 1, ...changes };
};

const carryOut = async (drill: Drill): Promise<DrillResult> =>
  runDrill({
    drill,
    deploy: (folder) => raiseDrillLab(drill, { dir: folder, ruleFiles: [] }),
    faults: FAULTS,
    journal: openJournal(join(dir, 'journal')),
    named: null,
    dir: join(await mkdtemp(join(dir, `${drill.name}-`)), 'drill'),
    newRunName: () => Math.random().toString(36).slice(2, 8),
    staff: () => ({ workers: 1, threads: 1 }),
    version: '0.0.0',
    stop: new AbortController().signal,
  });

const onlyRepeat = ({ repeats: [repeat] }: DrillResult): RepeatResult => {
  if (repeat === undefined) throw new Error('nothing was carried out');
  return repeat;
};

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
    expect(await readdir(join(dir, 'journal'))).toEqual([]);
    // Its record alone says the same.
    const again = await rereadDrill(dirname(onlyRepeat(result).record));
    const { tookMs: _, ...told } = onlyRepeat(result);
    expect(onlyRepeat(again)).toMatchObject(told);
    expect({ ...again, repeats: [] }).toEqual({ ...result, repeats: [] });
  });
});

describe('a node that nothing reaches any more for a while', () => {
  it.each([
    ['blackhole-3s', 3_000],
    ['blackhole-8s', 8_000],
  ])(
    '%s: every gap that is measured is the one that was made',
    { timeout: 180_000 },
    async (name, outageMs) => {
      const result = await carryOut(
        await libraryDrill(name, { recoveryMs: 10_000, newcomers: null }),
      );
      const { recovery } = onlyRepeat(result);
      const hit = new Set(recovery.rooms.filter(({ control }) => !control).map(({ room }) => room));
      const gaps = recovery.pairs
        .filter(({ room }) => hit.has(room))
        .map(({ gapMs }) => gapMs ?? Number.NaN);
      expect(gaps.length).toBeGreaterThan(0);
      for (const gap of gaps) expect(Math.abs(gap - outageMs)).toBeLessThanOrEqual(100);
      expect(recovery.pairsHit).toBe(gaps.length);
    },
  );
});

describe('nothing', () => {
  it('is noticed by nobody', { timeout: 120_000 }, async () => {
    const { verdict, repeats } = await carryOut(await libraryDrill('calm', { recoveryMs: 10_000 }));
    expect({ verdict, reasons: repeats[0]?.reasons }).toEqual({ verdict: 'passed', reasons: [] });
    expect(repeats[0]?.recovery).toMatchObject({
      pairsHit: 0,
      roomsSplit: 0,
      roomsLost: 0,
      neverRecovered: 0,
    });
  });
});
