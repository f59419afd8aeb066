import type { HealthCode } from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';
import type { RunResult } from '@livekit-swarm/runner';
import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import {
  crowd,
  drillLine,
  FAULT_AT,
  faultOn,
  newcomer,
  recordOf,
  silence,
} from '../../test/support/drill-record.ts';
import type { Drill, Objectives } from '../drill/drill.ts';
import { judgeRepeat, type RepeatFacts } from './decide-verdict.ts';
import { createRecoveryFold } from './measure-recovery.ts';

const A = ['a-1', 'a-2'];
const recoveryOf = (...lines: RecordLine[]) => {
  const fold = createRecoveryFold();
  for (const line of recordOf(...lines)) fold.add(line);
  return fold.result();
};
const back = recoveryOf(
  ...crowd(...A, 'b-1', 'b-2'),
  ...faultOn('a'),
  ...silence(A, FAULT_AT, FAULT_AT + 10_000),
);

const healthy = { judgement: { health: [], thresholds: [] } } as unknown as RunResult;
const sick = (code: HealthCode): RunResult =>
  ({
    judgement: {
      health: [{ code, value: 1, limit: 0, workers: 1, count: 1, busy: 1 }],
      thresholds: [],
    },
  }) as unknown as RunResult;

const judged = (
  facts: Partial<RepeatFacts> = {},
  objectives: Partial<Objectives> = {},
  drill: Partial<Drill> = {},
) => {
  const usual = drillOf(drill);
  return judgeRepeat({
    drill: { ...usual, objectives: { ...usual.objectives, ...objectives } },
    recovery: back,
    played: { injected: 1, skipped: [] },
    failure: null,
    interrupted: false,
    run: healthy,
    ...facts,
  });
};

describe('a drill', () => {
  it('passes when everything that it asks for is there', () =>
    expect(judged()).toMatchObject({ verdict: 'passed', failing: [] }));

  it.each([
    ['rtoMaxMs', 9_999, 'rto', 'recovery time, worst: 10.0 s, asked for at most 10.0 s'],
    ['rtoP50Ms', 5_000, 'rto', 'recovery time, median: 10.0 s, asked for at most 5.00 s'],
  ] as const)('fails when %s is missed', (objective, limit, failing, sentence) =>
    expect(judged({}, { [objective]: limit })).toMatchObject({
      verdict: 'failed',
      failing: [failing],
      reasons: [sentence],
    }),
  );

  it('does not take ghosts that nobody could look for to be gone', () => {
    expect(judged({}, { ghosts: 0 })).toMatchObject({
      verdict: 'inconclusive',
      findings: expect.not.arrayContaining([expect.objectContaining({ objective: 'ghosts' })]),
      reasons: ['whether there were ghost rooms at the end is not known: Redis did not answer'],
    });
    const seen = { ...back, ghosts: [] };
    expect(judged({ recovery: seen }, { ghosts: 0 }).verdict).toBe('passed');
    expect(judged({ recovery: { ...back, ghosts: ['old'] } }, { ghosts: 0 })).toMatchObject({
      failing: ['ghosts'],
    });
    // What failed, failed, whoever looked.
    expect(judged({}, { ghosts: 0, rtoMaxMs: 1 })).toMatchObject({
      verdict: 'failed',
      failing: ['rto'],
    });
  });

  it('fails when pairs never recover, and says never of their time', () => {
    const recovery = recoveryOf(...crowd(...A), ...faultOn('a'), ...silence(A, FAULT_AT, null));
    const { failing, findings } = judged({ recovery }, { rtoMaxMs: 60_000, roomsLost: 0 });
    expect(failing).toEqual(['never-recovered', 'rooms-lost', 'rto']);
    expect(findings.find(({ objective }) => objective === 'rtoMaxMs')).toMatchObject({
      ok: false,
      found: 'never',
    });
  });

  it('fails when a control room fell silent', () => {
    const recovery = recoveryOf(
      ...crowd(...A, 'b-1', 'b-2'),
      ...faultOn('a'),
      ...silence(['b-1', 'b-2'], FAULT_AT, FAULT_AT + 700),
    );
    expect(judged({ recovery })).toMatchObject({ verdict: 'failed', failing: ['control-rooms'] });
    expect(judged({ recovery }, { controlGapMs: 1_000 }).verdict).toBe('passed');
  });

  it('fails when too few newcomers got in, or they did not find everybody', () => {
    const some = recoveryOf(
      ...crowd(...A),
      ...faultOn('a'),
      ...newcomer('a', 30_000, ['a-1']),
      ...newcomer('a', 12_000, [], 'timeout'),
    );
    const drill = { newcomers: { everyMs: 2_000, stayMs: 4_000 } };
    expect(judged({ recovery: some }, { newcomersIn: 0.9 }, drill).failing).toEqual(['newcomers']);
    expect(
      judged({ recovery: some }, { newcomersIn: 0.5, newcomersBlind: 0 }, drill).failing,
    ).toEqual(['newcomers']);
    expect(judged({ recovery: some }, { newcomersIn: 0.5, newcomersBlind: 1 }, drill).verdict).toBe(
      'passed',
    );
  });

  const alert = (name: string, at: number): RecordLine =>
    drillLine(at, { what: 'alert', name, state: 'firing', labels: {} });
  const asked = { alertsWithinMs: { LiveKitNodeDown: 30_000, LiveKitGhostRooms: 60_000 } };

  it('fails when an alert does not come, or comes too late, and says which', () => {
    const late = recoveryOf(
      ...crowd(...A),
      ...faultOn('a'),
      alert('LiveKitNodeDown', FAULT_AT + 31_200),
    );
    expect(judged({ recovery: late }, asked)).toMatchObject({
      verdict: 'failed',
      failing: ['alerts'],
      reasons: [
        'alerts: LiveKitNodeDown after 31.2 s, LiveKitGhostRooms never, asked for LiveKitNodeDown within 30s, LiveKitGhostRooms within 1m',
      ],
    });
  });

  it('does not take an alert for its own that fired before', () => {
    const alerts = [
      alert('LiveKitNodeDown', FAULT_AT - 5_000),
      alert('LiveKitGhostRooms', FAULT_AT + 1_000),
    ];
    const { failing, findings } = judged(
      { recovery: recoveryOf(...crowd(...A), ...faultOn('a'), ...alerts) },
      asked,
    );
    expect(failing).toEqual(['alerts']);
    expect(findings.at(-1)?.found).toBe(
      'LiveKitNodeDown fired before the fault, LiveKitGhostRooms after 1.00 s',
    );
  });

  it('passes when all alerts came in time', () => {
    const alerts = [
      alert('LiveKitNodeDown', FAULT_AT + 29_000),
      alert('LiveKitGhostRooms', FAULT_AT + 60_000),
    ];
    expect(
      judged({ recovery: recoveryOf(...crowd(...A), ...faultOn('a'), ...alerts) }, asked).verdict,
    ).toBe('passed');
  });
});

describe('a drill that tells nothing', () => {
  const nothing = recoveryOf(...crowd(...A));

  it('is void when it was not steady', () =>
    expect(
      judged({ recovery: nothing, failure: { what: 'void', message: 'it was not steady' } }),
    ).toMatchObject({
      verdict: 'void',
      reasons: ['it was not steady'],
    }));

  it('is void when a fault is not available here, and says which', () =>
    expect(
      judged({
        recovery: nothing,
        played: { injected: 0, skipped: ['clock-skew: no such thing'] },
      }),
    ).toMatchObject({
      verdict: 'void',
      reasons: ['not available here: clock-skew: no such thing'],
    }));

  it('is interrupted when a person ended it, whatever else', () =>
    expect(judged({ interrupted: true, failure: { what: 'void', message: 'x' } }).verdict).toBe(
      'interrupted',
    ));

  it('is inconclusive when the generator could have been silent itself', () => {
    expect(judged({ run: sick('worker_died') }).verdict).toBe('inconclusive');
    expect(judged({ run: sick('host_saturated') }, { rtoMaxMs: 1 }).verdict).toBe('inconclusive');
  });

  it('is not when packets left some milliseconds late, unless thresholds ask for what that touches', () => {
    expect(judged({ run: sick('late_sends') }).verdict).toBe('passed');
    expect(
      judged({ run: sick('late_sends') }, {}, { thresholds: ['jitter: p(95)<30'] }).verdict,
    ).toBe('inconclusive');
  });
});

describe('a drill that did too much harm', () => {
  it('has failed, and says why it ended', () =>
    expect(
      judged({
        failure: {
          what: 'aborted',
          message: '60 % of those in control rooms had heard nobody for 5 s',
        },
      }),
    ).toMatchObject({
      verdict: 'failed',
      reasons: ['aborted: 60 % of those in control rooms had heard nobody for 5 s'],
    }));
});
