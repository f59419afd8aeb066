import { expect, it } from 'vitest';
import { alertSpans } from './alerts.ts';

const fires = (name: string, at: number) => ({ name, at, state: 'firing' as const });
const ends = (name: string, at: number) => ({ name, at, state: 'resolved' as const });

it('lists start and end of each firing alert', () =>
  expect(
    alertSpans({
      alerts: [fires('A', 1), fires('B', 2), ends('A', 3), fires('A', 5), ends('A', 6)],
    }),
  ).toEqual([
    { name: 'A', fromAt: 1, toAt: 3 },
    { name: 'B', fromAt: 2, toAt: null },
    { name: 'A', fromAt: 5, toAt: 6 },
  ]));

it('ends an alert of several nodes with the last of them', () =>
  expect(
    alertSpans({ alerts: [fires('A', 1), fires('A', 2), ends('A', 3), ends('A', 9)] }),
  ).toEqual([{ name: 'A', fromAt: 1, toAt: 9 }]));
