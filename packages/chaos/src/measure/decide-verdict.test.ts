import type { HealthFinding } from '@livekit-swarm/analysis';
import type { DrillStopReason, RecordLine } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import {
  drillLine,
  FAULT_AT,
  faultOn,
  interruption,
  joinProbe,
  load,
  recordOf,
} from '../../test/support/drill-record.ts';
import type { Drill, Objectives } from '../drill/drill.ts';
import { decideDrillVerdict, type RepeatFacts } from './decide-verdict.ts';
import { createRecoveryFold } from './measure-recovery.ts';

const A = ['a-1', 'a-2'];
const recoveryOf = (...lines: RecordLine[]) => {
  const fold = createRecoveryFold();
  for (const line of recordOf(...lines)) fold.add(line);
  return fold.result();
};
const back = recoveryOf(
  ...load(...A, 'b-1', 'b-2'),
  ...faultOn('a'),
  ...interruption(A, FAULT_AT, FAULT_AT + 10_000),
);

const healthy = { health: [], thresholds: [] } satisfies RepeatFacts['decision'];
const impaired = (finding: HealthFinding): RepeatFacts['decision'] => ({
  health: [finding],
  thresholds: [],
});
const WORKER_DIED = impaired({ code: 'process_died', value: 1, limit: 0, processes: 1 });
const HOST_SATURATED = impaired({ code: 'host_saturated', value: 1, limit: 0, busy: 1 });
const LATE_SENDS = impaired({ code: 'late_sends', value: 1, limit: 0, count: 1 });

const decide = (
  facts: Partial<RepeatFacts> = {},
  objectives: Partial<Objectives> = {},
  drill: Partial<Drill> = {},
) => {
  const usual = drillOf(drill);
  return decideDrillVerdict({
    drill: { ...usual, objectives: { ...usual.objectives, ...objectives } },
    recovery: back,
    failure: null,
    interrupted: false,
    decision: healthy,
    ...facts,
  });
};

const NOT_STEADY = { code: 'ended_before_steady_state' } as const;
const ABORTED = { code: 'control_group_interrupted', share: 0.6, forMs: 5_000 } as const;

describe('a drill', () => {
  it('passes when every objective is met', () =>
    expect(decide()).toMatchObject({ verdict: 'passed', failedObjectives: [] }));

  it.each([
    ['timeToRecoverMaxMs', 9_999, 'time_to_recover'],
    ['timeToRecoverP50Ms', 5_000, 'time_to_recover'],
  ] as const)('fails when %s is missed', (objective, limit, code) =>
    expect(decide({}, { [objective]: limit })).toMatchObject({
      verdict: 'failed',
      failedObjectives: [code],
      reasons: [
        {
          code: 'objective_missed',
          result: { objective, code, met: false, limit, measured: 10_000 },
        },
      ],
    }),
  );

  it('is void when the effect of a fault was removed, even if everything recovered', () => {
    const about = { fault: 'blackhole', component: 'node-1' };
    const reason = { code: 'fault_gone', ...about, found: 'table_missing' } as const;
    expect(decide({ failure: { event: 'void', reason } })).toMatchObject({
      verdict: 'void',
      reasons: [reason],
    });
  });

  it('is inconclusive when the presence of the effect is unknown, even with a missed objective', () => {
    const about = { fault: 'hang', component: 'lk-1', message: 'lk-1 cannot be reached by SSH' };
    const reason = { code: 'effect_unknown', ...about } as const;
    const failure = { event: 'void', reason } as const;
    expect(decide({ failure })).toMatchObject({ verdict: 'inconclusive', reasons: [reason] });
    expect(decide({ failure }, { timeToRecoverMaxMs: 9_999 })).toMatchObject({
      verdict: 'inconclusive',
      reasons: [reason, { code: 'objective_missed' }],
    });
  });

  it('is inconclusive when ghost rooms were not observed', () => {
    expect(decide({}, { ghostRooms: 0 })).toMatchObject({
      verdict: 'inconclusive',
      objectives: expect.not.arrayContaining([
        expect.objectContaining({ objective: 'ghostRooms' }),
      ]),
      reasons: [{ code: 'ghost_rooms_unknown' }],
    });
    const seen = { ...back, ghostRooms: [] };
    expect(decide({ recovery: seen }, { ghostRooms: 0 }).verdict).toBe('passed');
    expect(decide({ recovery: { ...back, ghostRooms: ['old'] } }, { ghostRooms: 0 })).toMatchObject(
      {
        failedObjectives: ['ghost_rooms'],
      },
    );
    // Missed objectives count, even if others were not observed.
    expect(decide({}, { ghostRooms: 0, timeToRecoverMaxMs: 1 })).toMatchObject({
      verdict: 'failed',
      failedObjectives: ['time_to_recover'],
    });
  });

  it('fails when subscriptions do not recover, without a time to recover', () => {
    const recovery = recoveryOf(...load(...A), ...faultOn('a'), ...interruption(A, FAULT_AT, null));
    const { failedObjectives, objectives } = decide(
      { recovery },
      { timeToRecoverMaxMs: 60_000, roomsWithoutMedia: 0 },
    );
    expect(failedObjectives).toEqual(['not_recovered', 'rooms_without_media', 'time_to_recover']);
    expect(objectives.find(({ objective }) => objective === 'timeToRecoverMaxMs')).toMatchObject({
      met: false,
      measured: null,
    });
  });

  it('fails when all recovered in time but some, which count as the slowest', () => {
    const recovery = recoveryOf(
      ...load(...A, 'c-1', 'c-2'),
      ...faultOn('a', 'c'),
      ...interruption(A, FAULT_AT, FAULT_AT + 10_000),
      ...interruption(['c-1', 'c-2'], FAULT_AT, null),
    );
    expect(recovery.timeToRecover).toEqual({ p50: 10_000, p95: null, max: null });
    const limits = { timeToRecoverP50Ms: 10_000, timeToRecoverMaxMs: 60_000 };
    const { objectives, failedObjectives } = decide(
      { recovery },
      { ...limits, subscriptionsNotRecovered: null, roomsWithoutMedia: null },
    );
    expect(failedObjectives).toEqual(['time_to_recover']);
    expect(objectives.slice(0, 2)).toMatchObject([
      { objective: 'timeToRecoverP50Ms', met: true, measured: 10_000 },
      { objective: 'timeToRecoverMaxMs', met: false, measured: null },
    ]);
  });

  it('fails when a room of the control group was interrupted', () => {
    const recovery = recoveryOf(
      ...load(...A, 'b-1', 'b-2'),
      ...faultOn('a'),
      ...interruption(['b-1', 'b-2'], FAULT_AT, FAULT_AT + 700),
    );
    expect(decide({ recovery })).toMatchObject({
      verdict: 'failed',
      failedObjectives: ['control_group'],
    });
    expect(decide({ recovery }, { controlGroupInterruptionMs: 1_000 }).verdict).toBe('passed');
  });

  it('fails when too few join probes connected, or did not receive every participant', () => {
    const some = recoveryOf(
      ...load(...A),
      ...faultOn('a'),
      ...joinProbe('a', 30_000, ['a-1']),
      ...joinProbe('a', 12_000, [], 'timeout'),
    );
    const drill = { joinProbes: { everyMs: 2_000, sessionMs: 4_000 } };
    expect(
      decide({ recovery: some }, { joinProbesConnected: 0.9 }, drill).failedObjectives,
    ).toEqual(['join_probes']);
    expect(
      decide({ recovery: some }, { joinProbesConnected: 0.5, joinProbesWithoutMedia: 0 }, drill)
        .failedObjectives,
    ).toEqual(['join_probes']);
    expect(
      decide({ recovery: some }, { joinProbesConnected: 0.5, joinProbesWithoutMedia: 1 }, drill)
        .verdict,
    ).toBe('passed');
  });

  const alert = (name: string, at: number): RecordLine =>
    drillLine(at, { event: 'alert_changed', name, state: 'firing', labels: {} });
  const asked = { alertsWithinMs: { LiveKitNodeDown: 30_000, LiveKitGhostRooms: 60_000 } };

  it('fails when an alert does not fire in time, and names it', () => {
    const late = recoveryOf(
      ...load(...A),
      ...faultOn('a'),
      alert('LiveKitNodeDown', FAULT_AT + 31_200),
    );
    expect(decide({ recovery: late }, asked)).toMatchObject({
      verdict: 'failed',
      failedObjectives: ['alerts'],
      reasons: [
        {
          code: 'objective_missed',
          result: {
            alerts: [
              { name: 'LiveKitNodeDown', withinMs: 30_000, firedAfterMs: 31_200 },
              { name: 'LiveKitGhostRooms', withinMs: 60_000, firedAfterMs: null },
            ],
          },
        },
      ],
    });
  });

  it('does not count an alert that was firing before', () => {
    const alerts = [
      alert('LiveKitNodeDown', FAULT_AT - 5_000),
      alert('LiveKitGhostRooms', FAULT_AT + 1_000),
    ];
    const { failedObjectives, objectives } = decide(
      { recovery: recoveryOf(...load(...A), ...faultOn('a'), ...alerts) },
      asked,
    );
    expect(failedObjectives).toEqual(['alerts']);
    expect(objectives.at(-1)).toMatchObject({
      alerts: [
        { name: 'LiveKitNodeDown', firedAfterMs: null, firedBefore: true },
        { name: 'LiveKitGhostRooms', firedAfterMs: 1_000, firedBefore: false },
      ],
    });
  });

  it('passes when all alerts fired in time', () => {
    const alerts = [
      alert('LiveKitNodeDown', FAULT_AT + 29_000),
      alert('LiveKitGhostRooms', FAULT_AT + 60_000),
    ];
    expect(
      decide({ recovery: recoveryOf(...load(...A), ...faultOn('a'), ...alerts) }, asked).verdict,
    ).toBe('passed');
  });
});

describe('a drill without a verdict on the server', () => {
  const nothing = recoveryOf(...load(...A));

  it('is void without a steady state', () =>
    expect(
      decide({ recovery: nothing, failure: { event: 'void', reason: NOT_STEADY } }),
    ).toMatchObject({
      verdict: 'void',
      reasons: [NOT_STEADY],
    }));

  it('is void when a fault is not available, and names it', () =>
    expect(
      decide({
        recovery: { ...nothing, skipped: [{ fault: 'clock-skew', detail: 'no such thing' }] },
      }),
    ).toMatchObject({
      verdict: 'void',
      reasons: [{ code: 'fault_unavailable', fault: 'clock-skew', detail: 'no such thing' }],
    }));

  it('is interrupted after Ctrl-C, regardless of other events', () =>
    expect(
      decide({ interrupted: true, failure: { event: 'void', reason: NOT_STEADY } }).verdict,
    ).toBe('interrupted'));

  it('is inconclusive when the load generator may have caused the interruptions', () => {
    expect(decide({ decision: WORKER_DIED }).verdict).toBe('inconclusive');
    expect(decide({ decision: HOST_SATURATED }, { timeToRecoverMaxMs: 1 }).verdict).toBe(
      'inconclusive',
    );
  });

  it.each([
    { code: 'dns_failed', value: 2, limit: 0 },
    { code: 'no_route', value: 2, limit: 0 },
    { code: 'no_socket', value: 2, limit: 0 },
    { code: 'send_errors', value: 0.2, limit: 0.001, count: 900 },
  ] satisfies HealthFinding[])(
    'is inconclusive when the host of the load generator refused to connect or send: $code',
    (finding) =>
      expect(decide({ decision: impaired(finding) })).toMatchObject({
        verdict: 'inconclusive',
        reasons: [{ code: 'generator_impaired', finding }],
      }),
  );

  it('is not when packets were sent some milliseconds late, unless thresholds depend on it', () => {
    expect(decide({ decision: LATE_SENDS }).verdict).toBe('passed');
    expect(decide({ decision: LATE_SENDS }, {}, { thresholds: ['jitter: p(95)<30'] }).verdict).toBe(
      'inconclusive',
    );
  });
});

describe('a drill that harms its control group', () => {
  it('has failed when its abort condition was met, with the reason', () =>
    expect(
      decide({
        failure: {
          event: 'aborted',
          reason: ABORTED,
        },
      }),
    ).toMatchObject({
      verdict: 'failed',
      reasons: [ABORTED],
    }));
});

describe('a roll that was stopped', () => {
  const missed = {
    ...{ code: 'roll_objective_missed', component: 'node-1' },
    objectives: ['not_recovered'],
  } satisfies DrillStopReason;
  const notReady = {
    ...{ code: 'node_not_ready', component: 'node-1', message: 'it ended' },
  } satisfies DrillStopReason;
  const stoppedBy = (reason: DrillStopReason, decision: RepeatFacts['decision']) =>
    decide({ failure: { event: 'aborted', reason }, decision });

  it('is inconclusive where only its calls show why, and the load generator was impaired', () => {
    expect(stoppedBy(missed, healthy).verdict).toBe('failed');
    expect(stoppedBy(missed, HOST_SATURATED)).toMatchObject({
      verdict: 'inconclusive',
      reasons: [missed, { code: 'generator_impaired' }],
    });
  });

  it('has failed where a node did not start, however busy the host was', () =>
    expect(stoppedBy(notReady, HOST_SATURATED).verdict).toBe('failed'));
});
