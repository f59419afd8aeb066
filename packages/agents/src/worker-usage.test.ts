import { expect, test } from 'vitest';
import { assertShowCpu, busiestCores, cpuSecondsIn, residentBytesIn } from './worker-usage.ts';

const samplesOf = (
  cores: readonly number[],
  startAt = 0,
): { atMs: number; cpuSeconds: number }[] => {
  let cpuSeconds = startAt;
  return [
    { atMs: 0, cpuSeconds },
    ...cores.map((used, index) => {
      cpuSeconds += used;
      return { atMs: (index + 1) * 1_000, cpuSeconds };
    }),
  ];
};

test('the busiest five seconds count', () => {
  expect(busiestCores(samplesOf([0, 0, 1, 1, 1, 1, 1, 0, 0], 40))).toBeCloseTo(1, 9);
  expect(busiestCores(samplesOf([0, 0, 2, 0, 0, 0, 0]))).toBeCloseTo(0.4, 9);
});

test('less than five seconds show nothing', () => {
  expect(busiestCores(samplesOf([1, 1, 1, 1]))).toBeNull();
  expect(busiestCores([])).toBeNull();
});

test('a worker that was started again counts from zero', () => {
  const again = samplesOf([0.5, 0.5, 0.5, 0.5, 0.5]).map((one) => ({
    ...one,
    atMs: one.atMs + 6_000,
  }));
  expect(busiestCores([{ atMs: 0, cpuSeconds: 90 }, ...again])).toBeCloseTo(0.5, 9);
});

test('the CPU time of all processes of a worker is added up, without that of process-exporter', () => {
  const group = 'namedprocess_namegroup_cpu_seconds_total{groupname="agent"';
  const page = [
    'process_cpu_seconds_total 900',
    `${group},mode="system"} 1.5`,
    `${group},mode="user"} 20`,
  ].join('\n');
  expect(cpuSecondsIn(page)).toBe(21.5);
  expect(cpuSecondsIn('process_cpu_seconds_total 3.25')).toBe(3.25);
  expect(cpuSecondsIn('up 1')).toBeNull();
});

test('the resident memory of all processes of a worker is added up', () => {
  const group = 'namedprocess_namegroup_memory_bytes{groupname="agent",memtype=';
  const page = [
    'process_resident_memory_bytes 9e8',
    `${group}"resident"} 3e8`,
    `${group}"virtual"} 4e9`,
    'namedprocess_namegroup_memory_bytes{groupname="job",memtype="resident"} 1e8',
  ].join('\n');
  expect(residentBytesIn(page)).toBe(4e8);
  expect(residentBytesIn('process_resident_memory_bytes 123')).toBe(123);
  expect(residentBytesIn('process_cpu_seconds_total 3.25')).toBeNull();
});

test('a page that shows no CPU time is refused', async () => {
  await expect(assertShowCpu(['http://user:secret@127.0.0.1:1/metrics'])).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:1\/metrics shows no CPU time/,
  );
});
