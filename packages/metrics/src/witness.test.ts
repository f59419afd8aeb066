import { expect, test } from 'vitest';
import { MetricSet } from './metric-set.ts';
import { WITNESS_GROUP } from './witness.ts';

const witness = { group: WITNESS_GROUP, role: 'browser', kind: 'video', codec: 'vp8' };
const load = { group: 'calls', role: 'guest', kind: 'video', codec: 'vp8' };

test('metrics of the load leave witnesses out, unless a selector names them', () => {
  const metrics = new MetricSet();
  metrics.rate('packet_loss', load, 0, 100);
  metrics.rate('packet_loss', witness, 50, 100);
  expect(metrics.measure('packet_loss')).toMatchObject({ hits: 0, total: 100 });
  expect(metrics.measure('packet_loss', { kind: 'video' })).toMatchObject({ hits: 0 });
  expect(metrics.measure('packet_loss', { group: WITNESS_GROUP })).toMatchObject({ hits: 50 });
});

test('witnesses also measure what only real clients measure', () => {
  const metrics = new MetricSet();
  metrics.count('freezes', witness, 3);
  expect(metrics.measure('freezes')).toMatchObject({ count: 3 });
});
