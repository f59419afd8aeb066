import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planFactsOf, RECORD_SCHEMA, type RecordLine } from '@livekit-swarm/record';
import { afterAll, describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import {
  crowd,
  drillLine,
  END_AT,
  FAULT_AT,
  faultOn,
  HEAL_AT,
  recordOf,
  silence,
} from '../../test/support/drill-record.ts';
import { repeatOf } from '../../test/support/drill-results.ts';
import type { Drill } from '../drill/drill.ts';
import { planOfDrill } from '../execute/execute-repeat.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import { DRILL_RESULT_SCHEMA } from '../measure/drill-result.ts';
import { DRILL_FILE } from './drill-file.ts';
import { rereadDrill } from './evaluate-drill.ts';

const root = mkdtempSync(join(tmpdir(), 'swarm-reread-'));
afterAll(() => rmSync(root, { recursive: true }));

const newDir = (): string => mkdtempSync(join(root, 'drill-'));
const A = ['a-1', 'a-2', 'a-3'];
const STEADY = drillLine(5_000, { what: 'steady' });
const END: RecordLine = { type: 'end', at: END_AT + 10, reason: 'finished' };

/** The part of the drill's file that is read again. */
const store = (dir: string, drill: Drill): void =>
  writeFileSync(
    join(dir, DRILL_FILE),
    JSON.stringify({
      schema: DRILL_RESULT_SCHEMA,
      drill,
      target: 'lab of 3 nodes',
      startedAt: '2026-11-21T08:57:39.000Z',
    }),
  );

/** As a run writes it. */
const write = (dir: string, drill: Drill, ...lines: RecordLine[]): void => {
  const plan = planOfDrill(drill, 'x');
  const header = {
    type: 'header',
    schema: RECORD_SCHEMA,
    run: 'x',
    startedAt: '2026-11-21T08:57:39.000Z',
    startedAtMs: 1_795_251_459_000,
    scenario: plan.scenario,
    plan: planFactsOf(plan),
    thresholds: drill.thresholds,
    environment: {},
    workers: 1,
  };
  mkdirSync(dir, { recursive: true });
  const [, ...others] = recordOf(...lines);
  writeFileSync(
    join(dir, 'record.ndjson'),
    [header, ...others].map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
};

/** What the generator says of itself. */
const sample = (at: number): RecordLine =>
  ({
    type: 'sample',
    at,
    shard: 0,
    intervalMs: 1_000,
    joined: 3,
    series: [],
    generator: {
      tickLatenessMs: 0,
      lateSends: 0,
      sendErrors: 0,
      socketDrops: 0,
      datagramsSent: 100,
      datagramsReceived: 100,
      cpuCores: 0.1,
      cpuSeconds: 1,
      residentBytes: 1,
      eventLoopLagMs: 0,
      hostCpuShare: 0.1,
      lateJoins: 0,
    },
  }) as RecordLine;
const SAMPLES = Array.from({ length: END_AT / 1_000 }, (_, index) => sample((index + 1) * 1_000));

const story = (back: number | null): RecordLine[] => [
  ...SAMPLES,
  ...crowd(...A),
  STEADY,
  ...faultOn('a'),
  ...silence(A, FAULT_AT, back),
  END,
];

describe('a drill that is read again', () => {
  it('is measured and judged from its records, not from what was said of it', async () => {
    const drill = drillOf({
      repeats: 2,
      objectives: { ...drillOf().objectives, rtoMaxMs: 12_000 },
    });
    const dir = newDir();
    store(dir, drill);
    write(join(dir, 'repeat-1'), drill, ...story(HEAL_AT));
    write(join(dir, 'repeat-2'), drill, ...story(HEAL_AT + 3_000));
    const result = await rereadDrill(dir);
    expect(result).toMatchObject({
      verdict: 'failed',
      target: 'lab of 3 nodes',
      startedAt: '2026-11-21T08:57:39.000Z',
    });
    expect(
      result.repeats.map(({ number, verdict, failing }) => [number, verdict, failing]),
    ).toEqual([
      [1, 'passed', []],
      [2, 'failed', ['rto']],
    ]);
    expect(result.spread.rtoMax).toEqual({ min: 10_000, median: 11_500, max: 13_000 });
    expect(result.repeats[1]?.recovery).toEqual(
      repeatOf(drill, 2, story(HEAL_AT + 3_000)).recovery,
    );
    expect(result.repeats[0]?.record).toBe(join(dir, 'repeat-1', 'record.ndjson'));
  });

  it('has the repeats that there are', async () => {
    const drill = drillOf({ repeats: 3 });
    const dir = newDir();
    store(dir, drill);
    write(join(dir, 'repeat-1'), drill, ...story(HEAL_AT));
    expect((await rereadDrill(dir)).repeats).toHaveLength(1);
  });

  it.each([
    ['void', 'never steady', [drillLine(9_000, { what: 'void', message: 'never steady' }), END]],
    [
      'void',
      'not available here: kill: no',
      [STEADY, drillLine(9_000, { what: 'skipped', fault: 'kill', message: 'no' }), END],
    ],
    ['void', 'the run ended before it was steady', [{ ...END, reason: 'aborted' }]],
    [
      'void',
      'the lab has gone',
      [
        STEADY,
        ...faultOn('a'),
        drillLine(12_000, { what: 'void', message: 'the lab has gone' }),
        END,
      ],
    ],
    [
      'failed',
      'aborted: too much',
      [STEADY, ...faultOn('a'), drillLine(12_000, { what: 'aborted', message: 'too much' }), END],
    ],
    [
      'interrupted',
      'it was interrupted; what had been injected was healed',
      [STEADY, { ...END, reason: 'interrupted' }],
    ],
    [
      'inconclusive',
      'the record breaks off 60.0 s into the run: what came after is not known',
      [STEADY, ...faultOn('a')],
    ],
  ] as [string, string, RecordLine[]][])('is %s: %s', async (verdict, reason, lines) => {
    const drill = drillOf();
    const dir = newDir();
    store(dir, drill);
    write(dir, drill, ...SAMPLES, ...crowd(...A), ...lines);
    const result = await rereadDrill(dir);
    expect(result.verdict).toBe(verdict);
    expect(result.repeats[0]?.reasons[0]).toBe(reason);
  });
});

describe('a drill that was interrupted, and whose fault could not be healed', () => {
  it('is not said to have healed it while the journal has it', async () => {
    const dir = newDir();
    const drill = drillOf();
    const injected = faultOn('a').filter((line) => line.type !== 'drill' || line.what !== 'heal');
    write(dir, drill, ...SAMPLES, ...crowd(...A), STEADY, ...injected, {
      type: 'end',
      at: END_AT + 10,
      reason: 'interrupted',
    });
    store(dir, drill);
    const [fault] = injected.flatMap((line) =>
      line.type === 'drill' && line.what === 'fault' ? [line] : [],
    );
    const journalOf = (...ids: string[]) => ({
      read: async () => ({ pending: ids.map((id) => ({ id }) as JournalEntry), unreadable: [] }),
    });
    const left = await rereadDrill(dir, journalOf(fault?.id ?? ''));
    expect(left.repeats[0]).toMatchObject({
      verdict: 'interrupted',
      reasons: [`not healed to this day: ${fault?.fault}; run "swarm chaos heal"`],
    });
    expect((await rereadDrill(dir, journalOf('other'))).repeats[0]?.reasons).toEqual([
      'it was interrupted; what had been injected was healed',
    ]);
  });
});

describe('what is none', () => {
  it.each([
    ['no such folder', () => join(root, 'nowhere'), 'there is no such folder'],
    ['a folder without a drill', newDir, 'there is no drill.json in this folder'],
    [
      'a drill without a record',
      () => {
        const dir = newDir();
        store(dir, drillOf());
        return dir;
      },
      'there is no record in this folder',
    ],
    [
      'a file that is no JSON',
      () => {
        const dir = newDir();
        writeFileSync(join(dir, DRILL_FILE), '{');
        return dir;
      },
      'cannot be read as a drill',
    ],
    [
      'another document',
      () => {
        const dir = newDir();
        writeFileSync(
          join(dir, DRILL_FILE),
          '{"schema":"livekit-swarm/drill-result/1","drill":{"name":"x"}}',
        );
        return dir;
      },
      'cannot be read as a drill: drill.description',
    ],
  ])('is told: %s', async (_, dir, message) => {
    await expect(rereadDrill(dir())).rejects.toThrow(message);
  });
});
