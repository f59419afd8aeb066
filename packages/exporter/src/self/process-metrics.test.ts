import { expect, it } from 'vitest';
import { processMetrics } from './process-metrics.ts';

it('has metrics of the process and of Node, of which only counters end in _total', async () => {
  const metrics = await processMetrics().getMetricsAsJSON();
  const names = metrics.map(({ name }) => name);
  expect(names).toContain('process_cpu_seconds_total');
  expect(names).toContain('nodejs_active_handles');
  const totals = metrics.filter(({ name }) => name.endsWith('_total'));
  expect(totals.filter(({ type }) => String(type) !== 'counter')).toEqual([]);
});
