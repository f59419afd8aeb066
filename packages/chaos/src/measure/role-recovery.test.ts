import { recordedScenario } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import {
  END_AT,
  FAULT_AT,
  faultOn,
  HEADER,
  happened,
  recordOf,
} from '../../test/support/drill-record.ts';
import { scenarioOfDrill } from '../drill/scenario-of-drill.ts';
import { evaluateObjectives } from './evaluate-objectives.ts';
import { createRecoveryFold } from './measure-recovery.ts';
import type { Recovery } from './recovery.ts';

const scenario = scenarioOfDrill(drillOf());
const [group] = scenario.groups;
const [base] = group?.roles ?? [];
if (group === undefined || base === undefined) throw new Error('the drill has a role');
const header = {
  ...HEADER,
  scenario: recordedScenario({
    ...scenario,
    groups: [
      {
        ...group,
        roles: [
          { ...base, name: 'dj', count: 1 },
          { ...base, name: 'listener', count: 2, publish: [] },
        ],
      },
    ],
  }),
};

const LISTENERS = ['a-l1', 'a-l2'] as const;

/**
 * Lines of a DJ and two listeners, whose media stop for these times; null: to the end.
 * @param other stay of a third listener, who always receives
 */
const measure = (
  stops: Partial<Record<(typeof LISTENERS)[number], number | null>>,
  other?: { joinAt: number; leaveAt: number },
): Recovery => {
  const fold = createRecoveryFold();
  const dj = { role: 'dj' };
  const from = { publisher: 'a-dj', kind: 'audio' as const, role: 'listener' };
  const [, ...lines] = recordOf(
    happened('a-dj', 100, { event: 'joined', ...dj }),
    happened('a-dj', END_AT, { event: 'left', ...dj }),
    ...LISTENERS.flatMap((identity) => [
      happened(identity, 100, { event: 'joined', role: 'listener' }),
      happened(identity, 500, { event: 'media_started', ...from }),
      happened(identity, END_AT, { event: 'left', role: 'listener' }),
    ]),
    ...(other === undefined
      ? []
      : [
          happened('a-l3', other.joinAt, { event: 'joined', role: 'listener' }),
          happened('a-l3', other.joinAt + 200, { event: 'media_started', ...from }),
          happened('a-l3', other.leaveAt, { event: 'left', role: 'listener' }),
        ]),
    ...faultOn('a'),
    ...Object.entries(stops).flatMap(([identity, ms]) => [
      happened(identity, FAULT_AT, { event: 'media_interrupted', ...from }),
      ...(ms === null
        ? []
        : [
            happened(identity, FAULT_AT + ms, {
              event: 'media_resumed',
              durationMs: ms,
              ...from,
            }),
          ]),
    ]),
  );
  for (const line of [header, ...lines]) fold.add(line);
  return fold.result();
};

const figures = (recovery: Recovery) =>
  recovery.roles.map(({ role, direction, interrupted, notRecovered, timeToRecover }) => [
    role,
    direction,
    interrupted,
    notRecovered,
    timeToRecover?.max ?? null,
  ]);

describe('recovery by role', () => {
  it('counts a publication that no subscriber receives as interrupted, until the first does', () =>
    expect(figures(measure({ 'a-l1': 3_000, 'a-l2': 8_000 }))).toEqual([
      ['dj', 'publishing', 1, 0, 3_000],
      ['listener', 'receiving', 2, 0, 8_000],
    ]));

  it('counts one listener that loses media on the side of the listener alone', () =>
    expect(figures(measure({ 'a-l1': 3_000 }))).toEqual([
      ['dj', 'publishing', 0, 0, null],
      ['listener', 'receiving', 1, 0, 3_000],
    ]));

  it('counts what never recovers', () =>
    expect(figures(measure({ 'a-l1': null, 'a-l2': null }))).toEqual([
      ['dj', 'publishing', 1, 1, null],
      ['listener', 'receiving', 2, 2, null],
    ]));

  it('does not count listeners that were not there during the interruption', () => {
    const before = { leaveAt: FAULT_AT - 1_000, joinAt: 100 };
    const after = { leaveAt: END_AT, joinAt: 30_000 };
    for (const stay of [before, after])
      expect(figures(measure({ 'a-l1': 3_000, 'a-l2': 8_000 }, stay))[0]).toEqual([
        ...['dj', 'publishing', 1, 0, 3_000],
      ]);
    expect(figures(measure({ 'a-l1': null, 'a-l2': null }, before))[0]).toEqual([
      ...['dj', 'publishing', 1, 1, null],
    ]);
  });

  it('does not count the one that leaves last', () =>
    expect(
      figures(measure({ 'a-l1': null, 'a-l2': null }, { joinAt: 100, leaveAt: END_AT - 5 }))[0],
    ).toEqual(['dj', 'publishing', 0, 0, null]));

  it('is over when a listener that came later receives the publication', () =>
    expect(
      figures(measure({ 'a-l1': null, 'a-l2': null }, { joinAt: 30_000, leaveAt: END_AT }))[0],
    ).toEqual(['dj', 'publishing', 1, 0, 30_200 - FAULT_AT]));

  it('expects nothing of roles that do not publish', () => {
    const { subscriptions, rooms } = measure({});
    expect(subscriptions.map(({ publisher }) => publisher)).toEqual(['a-dj', 'a-dj']);
    expect(rooms[0]).toMatchObject({ withoutMedia: false, splitBrain: false });
  });
});

describe('objectives of roles', () => {
  const objectives = {
    ...drillOf().objectives,
    roles: [
      {
        role: 'dj',
        direction: 'publishing' as const,
        timeToRecoverP50Ms: null,
        timeToRecoverP95Ms: null,
        timeToRecoverMaxMs: 5_000,
        subscriptionsNotRecovered: 0,
      },
      {
        role: 'listener',
        direction: 'receiving' as const,
        timeToRecoverP50Ms: null,
        timeToRecoverP95Ms: 5_000,
        timeToRecoverMaxMs: null,
        subscriptionsNotRecovered: null,
      },
    ],
  };

  it('are judged by direction', () => {
    const results = evaluateObjectives(
      { objectives, joinProbes: null },
      measure({ 'a-l1': 3_000, 'a-l2': 8_000 }),
    ).filter((result) => 'role' in result);
    expect(results).toEqual([
      {
        objective: 'timeToRecoverMaxMs',
        code: 'time_to_recover',
        met: true,
        limit: 5_000,
        measured: 3_000,
        role: 'dj',
        direction: 'publishing',
      },
      {
        objective: 'subscriptionsNotRecovered',
        code: 'not_recovered',
        met: true,
        limit: 0,
        measured: 0,
        role: 'dj',
        direction: 'publishing',
      },
      {
        objective: 'timeToRecoverP95Ms',
        code: 'time_to_recover',
        met: false,
        limit: 5_000,
        measured: 8_000,
        role: 'listener',
        direction: 'receiving',
      },
    ]);
  });

  it('are not met by those that recovered alone', () => {
    const results = evaluateObjectives(
      { objectives, joinProbes: null },
      measure({ 'a-l1': 3_000, 'a-l2': null }),
    );
    expect(results.find((one) => 'role' in one && one.role === 'listener')).toMatchObject({
      met: false,
      measured: null,
    });
  });
});
