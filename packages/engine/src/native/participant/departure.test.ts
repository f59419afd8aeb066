import { expect, test } from 'vitest';
import { departsBefore, disappearsByAction } from './departure.ts';

test('departures during the join have a point, others have none', () => {
  expect(departsBefore({ departure: 'before-offer' })).toEqual({ departsBefore: 'offer' });
  expect(departsBefore({ departure: 'close' })).toEqual({});
  expect(departsBefore({})).toEqual({});
});

test('a participant disappears by its last action, not by an earlier end of the run', () => {
  const plan = {
    actions: [
      { do: 'mute', source: 'audio', atMs: 1_000 },
      { do: 'disappear', atMs: 9_000 },
    ],
  } satisfies Parameters<typeof disappearsByAction>[0];
  expect(disappearsByAction(plan, 9_000)).toBe(true);
  expect(disappearsByAction(plan, 8_960), 'a timer that fires early').toBe(true);
  expect(disappearsByAction(plan, 5_000), 'the run ends').toBe(false);
  expect(disappearsByAction({ actions: plan.actions.slice(0, 1) }, 9_000)).toBe(false);
  expect(disappearsByAction({}, 9_000)).toBe(false);
});
