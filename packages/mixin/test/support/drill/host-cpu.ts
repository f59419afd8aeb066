import { cpus } from 'node:os';

/** Measures the CPU usage of this host, which other processes may also use. */
export interface CpuMonitor extends Disposable {
  /** Highest CPU usage of a few seconds since the last call, 0 … 1. */
  peak(): number;
}

const SPAN_MS = 4_000;

export const monitorCpu = (): CpuMonitor => {
  let last = read();
  let most = 0;
  const sample = (): void => {
    const now = read();
    const all = now.all - last.all;
    if (all > 0) most = Math.max(most, 1 - (now.idle - last.idle) / all);
    last = now;
  };
  const timer = setInterval(sample, SPAN_MS);
  return {
    peak: () => {
      const peak = most;
      most = 0;
      return peak;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
};

const read = (): { idle: number; all: number } => {
  const times = cpus().map(({ times: of }) => of);
  const idle = times.reduce((sum, one) => sum + one.idle, 0);
  return {
    idle,
    all: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle),
  };
};
