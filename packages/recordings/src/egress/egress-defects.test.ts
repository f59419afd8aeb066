import { expect, test } from 'vitest';
import { egressDefects } from './egress-defects.ts';
import type { EgressRun } from './egress-run.ts';

const NOW_MS = 100_000;

const codesOf = (changes: Partial<EgressRun>): string[] =>
  egressDefects(
    {
      source: { room: 'a', kind: 'room', of: null, tracks: ['audio'], path: 'a.mp4' },
      ...{ egressId: 'EG_1', requestedAtMs: 1_000, activeAtMs: 3_000, stoppedAtMs: 33_000 },
      ...{ endedAtMs: 34_000, state: 'complete', error: null, details: null, file: 'a.mp4' },
      ...changes,
    },
    NOW_MS,
  ).map(({ code }) => code);

test('an egress that ended as it was asked has no defect', () => {
  expect(codesOf({})).toEqual([]);
});

test.each([
  [['refused'], { state: null, egressId: null, activeAtMs: null, stoppedAtMs: null }],
  [['not_started', 'not_ended'], { activeAtMs: null, endedAtMs: null, state: 'starting' }],
  [['not_started', 'not_complete'], { activeAtMs: null, state: 'aborted' }],
  [['not_complete', 'ended_early'], { activeAtMs: null, stoppedAtMs: null, state: 'aborted' }],
  [['not_complete', 'ended_early'], { stoppedAtMs: null, state: 'failed' }],
  [['not_complete'], { state: 'limit_reached' }],
  [['ended_early'], { stoppedAtMs: null }],
  [['not_ended'], { endedAtMs: null, state: 'active' }],
] as const)('%s', (codes, changes) => {
  expect(codesOf(changes)).toEqual(codes);
});
