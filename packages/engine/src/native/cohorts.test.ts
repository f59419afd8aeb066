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

test('streams with the same labels share a number, others do not', () => {
  const cohorts = new Cohorts();
  const others = [
    viewer,
    { ...viewer, group: 'event viewer', role: '' },
    { ...viewer, role: 'host' },
    { ...viewer, codec: 'h264' },
    { ...viewer, kind: 'audio' as const },
  ];
  expect(others.map((labels) => cohorts.of(labels))).toEqual([0, 1, 2, 3, 4]);
  expect(cohorts.of({ ...viewer })).toBe(0);
  expect(cohorts.labels(2)).toEqual({ ...viewer, role: 'host' });
  expect(cohorts.labels(5)).toBeUndefined();
});

test('after the last number, none is assigned twice', () => {
  const cohorts = new Cohorts(2);
  const roles = ['a', 'b', 'c', 'a'].map((role) => cohorts.of({ ...viewer, role }));
  expect(roles).toEqual([0, 1, undefined, 0]);
});
