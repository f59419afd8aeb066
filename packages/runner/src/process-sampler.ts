import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { GeneratorSample } from '@livekit-swarm/record';

export type ProcessSample = Required<
  Pick<
    GeneratorSample,
    'cpuCores' | 'cpuSeconds' | 'residentBytes' | 'eventLoopLagMs' | 'hostCpuShare'
  >
>;

/**
 * Timer resolution of the delay monitor, ms, which its values include. Each timer wakes the
 * process, which costs as much as dozens of packets.
 */
const RESOLUTION_MS = 20;

/**
 * Samples this process with all its threads, native ones included. Each sample covers the time
 * since the previous one.
 */
export const createProcessSampler = (): { sample(): ProcessSample; close(): void } => {
  const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  lag.enable();
  let lastAt = performance.now();
  let lastCpu = cpuSeconds();
  let lastHost = hostTimes();
  let lastResident = process.memoryUsage.rss();
  return {
    sample: () => {
      const at = performance.now();
      const cpu = cpuSeconds();
      const host = valueOr(hostTimes, lastHost);
      lastResident = valueOr(() => process.memoryUsage.rss(), lastResident);
      const elapsed = Math.max(1, at - lastAt) / 1_000;
      // If the loop was blocked all the time, the monitor recorded nothing.
      const p99 = lag.count > 0 ? lag.percentile(99) / 1e6 - RESOLUTION_MS : at - lastAt;
      const total = host.total - lastHost.total;
      const sample = {
        cpuCores: (cpu - lastCpu) / elapsed,
        cpuSeconds: cpu,
        residentBytes: lastResident,
        eventLoopLagMs: Math.max(0, p99),
        hostCpuShare: total > 0 ? Math.min(1, Math.max(0, (host.busy - lastHost.busy) / total)) : 0,
      };
      lag.reset();
      lastAt = at;
      lastCpu = cpu;
      lastHost = host;
      return sample;
    },
    close: () => lag.disable(),
  };
};

/**
 * Reads a value from /proc, or returns the last one: a process without a free file descriptor must
 * not end because of its samples.
 */
const valueOr = <T>(read: () => T, last: T): T => {
  try {
    return read();
  } catch {
    return last;
  }
};

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const hostTimes = (): { busy: number; total: number } => {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { busy: total - idle, total };
};
