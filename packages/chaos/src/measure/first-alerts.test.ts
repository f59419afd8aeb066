import { expect, it } from 'vitest';
import { firstAlerts } from './alerts.ts';
import type { Recovery } from './recovery.ts';

const fault = (injectedAt: number): Recovery['faults'][number] => ({
  ...{
    id: 'f',
    fault: 'kill',
    target: { role: 'room-node' },
    params: {},
    components: [],
    injectedAt,
    rolledBackAt: null,
  },
});
const alert = (name: string, at: number, state: 'firing' | 'resolved' = 'firing') => ({
  name,
  at,
  state,
});

it('counts from the first fault to the first alert after it', () =>
  expect(
    firstAlerts({
      faults: [fault(10_000), fault(20_000)],
      alerts: [
        alert('A', 5_000),
        alert('A', 6_000, 'resolved'),
        alert('A', 41_000),
        alert('A', 90_000),
        alert('B', 22_000),
      ],
    }),
  ).toEqual(
    new Map([
      ['A', 31_000],
      ['B', 12_000],
    ]),
  ));

it('distinguishes an alert that was firing before from one that the fault caused', () => {
  const faults = [fault(10_000)];
  expect(
    firstAlerts({ faults, alerts: [alert('A', 5_000), alert('A', 50_000, 'resolved')] }),
  ).toEqual(new Map([['A', 'before']]));
  expect(
    firstAlerts({ faults, alerts: [alert('A', 5_000), alert('A', 9_000, 'resolved')] }),
  ).toEqual(new Map());
  // The first alert is about one node, the second about another.
  expect(firstAlerts({ faults, alerts: [alert('A', 5_000), alert('A', 12_000)] })).toEqual(
    new Map([['A', 2_000]]),
  );
});

it('is empty without a fault', () =>
  expect(firstAlerts({ faults: [], alerts: [alert('A', 1)] })).toEqual(new Map()));
