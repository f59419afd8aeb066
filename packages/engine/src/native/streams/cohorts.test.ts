import type { SeriesLabels } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { Cohorts } from './cohorts.ts';

const viewer: SeriesLabels = {
  direction: 'down',
  kind: 'video',
  group: 'event',
  role: 'viewer',
  codec: 'vp8',
};

test('streams with the same labels share a number, and others do not', () => {
  const cohorts = new Cohorts();
  const others = [
    viewer,
    { ...viewer, group: 'event viewer', role: '' },
    { ...viewer, role: 'host' },
    { ...viewer, codec: 'h264' },
    { ...viewer, kind: 'audio' as const },
  ];
  expect(others.map((labels) => cohorts.numberOf({ labels }))).toEqual([0, 1, 2, 3, 4]);
  expect(cohorts.numberOf({ labels: { ...viewer } })).toBe(0);
  expect(cohorts.cohort(2)).toEqual({ labels: { ...viewer, role: 'host' } });
  expect(cohorts.cohort(5)).toBeUndefined();
});

test('without a free number, new labels get none', () => {
  const cohorts = new Cohorts(2);
  const roles = ['a', 'b', 'c', 'a'].map((role) =>
    cohorts.numberOf({ labels: { ...viewer, role } }),
  );
  expect(roles).toEqual([0, 1, undefined, 0]);
});

test('tracks of publishers on other hosts have a number for each host', () => {
  const cohorts = new Cohorts();
  const on = (...publishersOn: string[]) => cohorts.numberOf({ labels: viewer, publishersOn });
  expect(cohorts.numberOf({ labels: viewer })).toBe(0);
  expect([on('load-1'), on('load-2'), on('load-1', 'load-2'), on('load-1')]).toEqual([1, 2, 3, 1]);
});
