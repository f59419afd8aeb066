import { expect, it } from 'vitest';
import { resumedWithoutMedia } from './resumed-media.ts';

const dead = { recoveredBy: 'resume', timeToRecoverMs: null } as const;
const fine = { recoveredBy: 'resume', timeToRecoverMs: 900 } as const;
const probe = { window: 'recovery', failure: null, receivingFrom: 4, publishing: 4 } as const;
const killed = [{ fault: 'kill' }];

it('distinguishes successful new joins from lost media after a resume', () => {
  const participants = [dead, dead, fine];
  expect(resumedWithoutMedia({ participants, joinProbes: [probe], faults: killed })).toEqual({
    participants: 2,
    joinProbes: 1,
    fitsConntrack: true,
  });
  // A hang replaces no process, so the address always belonged to the same one.
  const hang = [{ fault: 'hang' }];
  expect(resumedWithoutMedia({ participants, joinProbes: [probe], faults: hang })).toMatchObject({
    fitsConntrack: false,
  });
});

it.each([
  ['every resumed participant receives media', [fine], [probe]],
  ['new joins were not probed', [dead], []],
  ['new joins were probed during the fault only', [dead], [{ ...probe, window: 'fault' as const }]],
  ['new joins miss media, too', [dead], [probe, { ...probe, receivingFrom: 3 }]],
  ['new joins fail, too', [dead], [{ ...probe, failure: 'timeout' }]],
  [
    'who lost media had reconnected',
    [{ recoveredBy: 'reconnect' as const, timeToRecoverMs: null }],
    [probe],
  ],
])('is silent where %s', (_when, participants, joinProbes) =>
  expect(resumedWithoutMedia({ participants, joinProbes, faults: killed })).toBeNull(),
);
