import { expect, test, vi } from 'vitest';
import { createProcessSampler } from './process-sampler.ts';

vi.mock('node:os', async (original) => {
  const os = await original<typeof import('node:os')>();
  let calls = 0;
  return {
    ...os,
    cpus: () => {
      if (++calls > 1) throw new Error('EMFILE: too many open files');
      return os.cpus();
    },
  };
});

test('a process without a free file descriptor is still sampled', () => {
  const sampler = createProcessSampler();
  const sample = sampler.sample();
  sampler.close();
  expect(sample.hostCpuShare).toBe(0);
  expect(sample.residentBytes).toBeGreaterThan(0);
});
