import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillVerdict } from '@livekit-swarm/record';
import { type DrillStopReason, planFactsOf, type RecordLine } from '@livekit-swarm/record';
import { recordedScenario } from '@livekit-swarm/scenario';
import { generatorOf } from '@livekit-swarm/testkit/record-of';
import { afterAll, describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import {
  drillLine,
  END_AT,
  FAULT_AT,
  faultOn,
  HEADER,
  interruption,
  load,
  ROLLBACK_AT,
  recordOf,
} from '../../test/support/drill-record.ts';
import { repeatOf } from '../../test/support/drill-results.ts';
import type { Drill } from '../drill/drill.ts';
import { planOfDrill } from '../drill/scenario-of-drill.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { DrillReason } from '../measure/decide-verdict.ts';
import { DRILL_RESULT_SCHEMA } from '../measure/drill-result.ts';
import { DRILL_FILE, evaluateDrill } from './evaluate-drill.ts';

const root = mkdtempSync(join(tmpdir(), 'swarm-reread-'));
afterAll(() => rmSync(root, { recursive: true }));

const newDir = (): string => mkdtempSync(join(root, 'drill-'));
const A = ['a-1', 'a-2', 'a-3'];
const STEADY = drillLine(5_000, { event: 'steady_state_reached' });
const END: RecordLine = { type: 'end', at: END_AT + 10, reason: 'completed' };

/** Stores the part of the drill's file that is read again. */
const store = (dir: string, drill: Drill): void =>
  writeFileSync(
    join(dir, DRILL_FILE),
    JSON.stringify({
      schema: DRILL_RESULT_SCHEMA,
      drill,
      deployment: 'lab of 3 nodes',
      startedAt: '2026-11-21T08:57:39.000Z',
    }),
  );

/** Writes a record like that of a run. */
const write = (dir: string, drill: Drill, ...lines: RecordLine[]): void => {
  const plan = planOfDrill(drill, 'x');
  const scenario = recordedScenario(plan.scenario);
  const header = { ...HEADER, scenario, plan: planFactsOf(plan) };
  mkdirSync(dir, { recursive: true });
  const [, ...others] = recordOf(...lines);
  writeFileSync(
    join(dir, 'record.ndjson'),
    [header, ...others].map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
};

/** Sample with measurements of the load generator. */
const sample = (at: number): RecordLine => ({
  type: 'sample',
  at,
  shard: 0,
  intervalMs: 1_000,
  connected: 3,
  series: [],
  generator: generatorOf(),
});
const SAMPLES = Array.from({ length: END_AT / 1_000 }, (_, index) => sample((index + 1) * 1_000));

const story = (back: number | null): RecordLine[] => [
  ...SAMPLES,
  ...load(...A),
  STEADY,
  ...faultOn('a'),
  ...interruption(A, FAULT_AT, back),
  END,
];

describe('the evaluation of a stored drill', () => {
  it('measures and decides from its records, not from its stored result', async () => {
    const drill = drillOf({
      repeats: 2,
      objectives: { ...drillOf().objectives, timeToRecoverMaxMs: 12_000 },
    });
    const dir = newDir();
    store(dir, drill);
    write(join(dir, 'repeat-1'), drill, ...story(ROLLBACK_AT));
    write(join(dir, 'repeat-2'), drill, ...story(ROLLBACK_AT + 3_000));
    const result = await evaluateDrill(dir);
    expect(result).toMatchObject({
      verdict: 'failed',
      deployment: 'lab of 3 nodes',
      startedAt: '2026-11-21T08:57:39.000Z',
    });
    expect(
      result.repeats.map(({ number, verdict, failedObjectives }) => [
        number,
        verdict,
        failedObjectives,
      ]),
    ).toEqual([
      [1, 'passed', []],
      [2, 'failed', ['time_to_recover']],
    ]);
    expect(result.spread.timeToRecoverMax).toEqual({ min: 10_000, median: 11_500, max: 13_000 });
    expect(result.repeats[1]?.recovery).toEqual(
      repeatOf(drill, 2, story(ROLLBACK_AT + 3_000)).recovery,
    );
    expect(result.repeats[0]?.record).toBe(join(dir, 'repeat-1', 'record.ndjson'));
  });

  it('includes every recorded repeat', async () => {
    const drill = drillOf({ repeats: 3 });
    const dir = newDir();
    store(dir, drill);
    write(join(dir, 'repeat-1'), drill, ...story(ROLLBACK_AT));
    expect((await evaluateDrill(dir)).repeats).toHaveLength(1);
  });

  const NOT_STEADY: DrillStopReason = {
    code: 'steady_state_not_reached',
    withinMs: 15_000,
    participants: 3,
    participantsMissing: 1,
    subscriptionsWithoutMedia: 2,
  };
  const LAB_STOPPED: DrillStopReason = {
    code: 'execution_failed',
    error: 'no_lab',
    message: 'the lab was stopped',
  };
  const ABORTED: DrillStopReason = {
    code: 'control_group_interrupted',
    share: 0.6,
    forMs: 5_000,
  };

  it.each<[DrillVerdict, DrillReason, RecordLine[]]>([
    ['void', NOT_STEADY, [drillLine(9_000, { event: 'void', reason: NOT_STEADY }), END]],
    [
      'void',
      { code: 'fault_unavailable', fault: 'kill', detail: 'no' },
      [STEADY, drillLine(9_000, { event: 'fault_skipped', fault: 'kill', detail: 'no' }), END],
    ],
    [
      'void',
      { code: 'ended_before_steady_state' },
      [{ ...END, reason: 'no_participants_left' } as RecordLine],
    ],
    [
      'void',
      LAB_STOPPED,
      [STEADY, ...faultOn('a'), drillLine(12_000, { event: 'void', reason: LAB_STOPPED }), END],
    ],
    [
      'failed',
      ABORTED,
      [STEADY, ...faultOn('a'), drillLine(12_000, { event: 'aborted', reason: ABORTED }), END],
    ],
    [
      'interrupted',
      { code: 'interrupted' },
      [STEADY, { ...END, reason: 'interrupted' } as RecordLine],
    ],
    ['inconclusive', { code: 'record_truncated', atMs: 60_000 }, [STEADY, ...faultOn('a')]],
  ])('is %s: %o', async (verdict, reason, lines) => {
    const drill = drillOf();
    const dir = newDir();
    store(dir, drill);
    write(dir, drill, ...SAMPLES, ...load(...A), ...lines);
    const result = await evaluateDrill(dir);
    expect(result.verdict).toBe(verdict);
    expect(result.repeats[0]?.reasons[0]).toEqual(reason);
  });
});

describe('an interrupted drill whose rollback failed', () => {
  it('reports a failed rollback while its entry is in the journal', async () => {
    const dir = newDir();
    const drill = drillOf();
    const injected = faultOn('a').filter(
      (line) => line.type !== 'drill' || line.event !== 'fault_rolled_back',
    );
    write(dir, drill, ...SAMPLES, ...load(...A), STEADY, ...injected, {
      type: 'end',
      at: END_AT + 10,
      reason: 'interrupted',
    });
    store(dir, drill);
    const [fault] = injected.flatMap((line) =>
      line.type === 'drill' && line.event === 'fault_injected' ? [line] : [],
    );
    const journalOf = (...ids: string[]) => ({
      read: async () => ({ pending: ids.map((id) => ({ id }) as JournalEntry), unreadable: [] }),
    });
    const left = await evaluateDrill(dir, journalOf(fault?.id ?? ''));
    expect(left.repeats[0]).toMatchObject({
      verdict: 'interrupted',
      reasons: [{ code: 'rollback_failed', faults: [fault?.fault] }],
    });
    expect((await evaluateDrill(dir, journalOf('other'))).repeats[0]?.reasons).toEqual([
      { code: 'interrupted' },
    ]);

    // An unreadable journal is not an empty one: "interrupted" implies that all faults were rolled
    // back.
    const unknown = (message: string) => [
      { code: 'rollback_unknown', faults: [fault?.fault], message },
    ];
    const unavailable = {
      read: async () => {
        throw new Error('/state cannot be read');
      },
    };
    expect((await evaluateDrill(dir, unavailable)).repeats[0]?.reasons).toEqual(
      unknown('/state cannot be read'),
    );
    const file = `/state/${fault?.id}.json`;
    const damaged = {
      read: async () => ({ pending: [], unreadable: [{ file, reason: 'is not complete JSON' }] }),
    };
    expect((await evaluateDrill(dir, damaged)).repeats[0]?.reasons).toEqual(
      unknown(`${file}: is not complete JSON`),
    );
  });

  it('needs no journal when the record has all rollbacks', async () => {
    const drill = drillOf();
    const dir = newDir();
    store(dir, drill);
    write(dir, drill, ...story(ROLLBACK_AT));
    const read = async () => {
      throw new Error('not needed');
    };
    expect((await evaluateDrill(dir, { read })).repeats[0]?.reasons).toEqual([]);
  });
});

describe('a folder that is not a drill', () => {
  it.each([
    ['no such folder', () => join(root, 'nowhere'), 'folder not found'],
    ['a folder without a drill', newDir, 'no drill.json in this folder'],
    [
      'a drill without a record',
      () => {
        const dir = newDir();
        store(dir, drillOf());
        return dir;
      },
      'no record in this folder',
    ],
    [
      'a file without JSON',
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
  ])('is reported: %s', async (_, dir, message) => {
    await expect(evaluateDrill(dir())).rejects.toThrow(message);
  });
});
