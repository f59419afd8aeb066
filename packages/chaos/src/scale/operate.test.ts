import { expect, test } from 'vitest';
import type { Machine } from './machines.ts';
import { surplusOf } from './operate.ts';

const machine = (order: number, state: Machine['state'] = 'serving'): Machine => ({
  ...{ name: `node-${order}`, state, nodeId: `ND_${order}`, order },
  ...{ isRegistered: true, isReclaimed: false },
});

const removed = (
  all: readonly Machine[],
  wanted: number,
  victim: Parameters<typeof surplusOf>[2] = 'newest',
  load: Record<string, number> = {},
): string[] =>
  surplusOf({ alive: () => [...all] }, wanted, victim, { load: new Map(Object.entries(load)) }).map(
    ({ name }) => name,
  );

test('the newest node goes first, or the emptiest', () => {
  const three = [machine(1), machine(2), machine(3)];
  expect(removed(three, 3)).toEqual([]);
  expect(removed(three, 2)).toEqual(['node-3']);
  const load = { 'node-1': 5, 'node-2': 1, 'node-3': 9 };
  expect(removed(three, 2, 'emptiest', load)).toEqual(['node-2']);
});

test('no node that serves goes in the place of one that boots', () => {
  const two = [machine(1), machine(2, 'booting')];
  expect(removed(two, 1)).toEqual([]);
  expect(removed(two, 1, 'emptiest', { 'node-1': 3 })).toEqual([]);
  expect(removed([machine(1), machine(2)], 1)).toEqual(['node-2']);
  expect(removed([machine(1), machine(2), machine(3, 'booting')], 1)).toEqual(['node-2']);
});
