import { collect } from '@livekit-swarm/catalogue/registry';
import { expect, it } from 'vitest';
import { processMetrics } from './process-metrics.ts';

it('has the metrics that alerts and dashboards for any process use', async () => {
  const snapshots = await collect(processMetrics());
  const levelOf = (name: string): number | undefined =>
    snapshots.find((snapshot) => snapshot.name === name)?.values[0]?.value;
  const startedAt = Date.now() / 1_000 - process.uptime();
  expect(Math.abs((levelOf('process_start_time_seconds') ?? 0) - startedAt)).toBeLessThan(2);
  expect(levelOf('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  expect(levelOf('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(levelOf('process_open_fds')).toBeGreaterThan(2);
  expect(levelOf('process_max_fds')).toBeGreaterThan(10);
  const names = snapshots.map(({ name }) => name);
  expect(names).toContain('nodejs_eventloop_lag_p99_seconds');
  expect(names).toContain('nodejs_gc_duration_seconds');
  expect(processMetrics()).toBe(processMetrics());
});
