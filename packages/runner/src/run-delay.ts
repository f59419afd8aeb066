import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Scheduling } from '@livekit-swarm/record';

interface Thread {
  runNs: number;
  waitNs: number;
}

/** Threads by ID. */
type Threads = ReadonlyMap<string, Thread>;

/**
 * Measures how long the threads of a process waited for a core (Linux:
 * /proc/PID/task/TID/schedstat). On a busy host, a process may still get all the CPU that it needs.
 * @param counts returns true for the threads to measure, by name
 * @returns function that returns the times since the last call; null: the kernel does not measure
 * them, or the process has ended
 */
export const createRunDelayMeter = (
  pid: number,
  counts: (name: string, isMain: boolean) => boolean = () => true,
): (() => Scheduling | null) => {
  const names = new Map<string, string>();
  const nameOf = (thread: string): string => {
    const known = names.get(thread) ?? readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8');
    names.set(thread, known);
    return known.trim();
  };
  const read = (): Threads => {
    const threads = new Map<string, Thread>();
    for (const thread of threadsOf(pid)) {
      try {
        if (!counts(nameOf(thread), thread === String(pid))) continue;
        threads.set(
          thread,
          parseSchedstat(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')),
        );
      } catch {
        // The thread has ended.
        names.delete(thread);
      }
    }
    return threads;
  };
  let last = read();
  return () => {
    const now = read();
    const scheduling = now.size === 0 ? null : differenceOf(last, now);
    last = now;
    return scheduling;
  };
};

/**
 * Measures how long the threads of several processes waited for a core. They may end and be
 * replaced by others: the figures of a process begin with the call that sees it first.
 * @param pids returns the processes that run now, by name
 * @returns function that returns the times since the last call, by name; null: of none are they
 * known
 */
export const createRunDelayMeters = (
  pids: () => ReadonlyMap<string, number>,
): (() => Record<string, Scheduling> | null) => {
  const meters = new Map<string, { pid: number; take: () => Scheduling | null }>();
  const follow = (name: string, pid: number): void =>
    void meters.set(name, { pid, take: createRunDelayMeter(pid) });
  for (const [name, pid] of pids()) follow(name, pid);
  return () => {
    const found: [string, Scheduling][] = [];
    const now = pids();
    for (const name of meters.keys()) if (!now.has(name)) meters.delete(name);
    for (const [name, pid] of now) {
      const meter = meters.get(name);
      const scheduling = meter?.pid === pid ? meter.take() : null;
      if (meter?.pid !== pid) follow(name, pid);
      if (scheduling !== null) found.push([name, scheduling]);
    }
    return found.length === 0 ? null : Object.fromEntries(found);
  };
};

const threadsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
};

/**
 * Reads the time on a core and the waiting time for a core, ns; the third number, of time slices,
 * is not used.
 */
const parseSchedstat = (text: string): Thread => {
  const [runNs = 0, waitNs = 0] = text.split(' ').map(Number);
  return { runNs, waitNs };
};

const differenceOf = (before: Threads, after: Threads): Scheduling => {
  const since = [...after].map(([thread, { runNs, waitNs }]) => {
    const known = before.get(thread) ?? { runNs: 0, waitNs: 0 };
    return { runMs: (runNs - known.runNs) / 1e6, waitMs: (waitNs - known.waitNs) / 1e6 };
  });
  return {
    runMs: rounded(since.reduce((sum, { runMs }) => sum + runMs, 0)),
    waitMs: rounded(since.reduce((sum, { waitMs }) => sum + waitMs, 0)),
    longestWaitMs: rounded(Math.max(...since.map(({ waitMs }) => waitMs))),
  };
};

const rounded = (ms: number): number => Math.max(0, Math.round(ms * 10) / 10);

/**
 * Limits of the CPU of this host, and of the control groups of this process, as the kernel reports
 * them.
 */
export interface CpuLimits {
  /**
   * Time for which any task of the host waited for a core (pressure stall information), ms; null:
   * unknown.
   */
  stalledMs: number | null;
  /**
   * Time for which a quota stopped a control group of this process, ms; null: there is no quota.
   */
  throttledMs: number | null;
}

/**
 * Measures the limits of the CPU.
 * @returns function that returns the times since the last call
 */
export const createCpuLimitsMeter = (): (() => CpuLimits) => {
  const files = quotaFiles();
  const read = () => ({ stalled: stalledMs(), throttled: throttledMs(files) });
  let last = read();
  return () => {
    const now = read();
    const since = {
      stalledMs: difference(last.stalled, now.stalled),
      throttledMs: difference(last.throttled, now.throttled),
    };
    last = now;
    return since;
  };
};

const difference = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : Math.max(0, Math.round(after - before));

const readOrNull = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

const stalledMs = (): number | null => {
  const micros = /^some .*total=(\d+)/m.exec(readOrNull('/proc/pressure/cpu') ?? '')?.[1];
  return micros === undefined ? null : Number(micros) / 1_000;
};

/**
 * Files `cpu.stat` of the control groups with a quota: the group of this process and those above
 * it.
 */
const quotaFiles = (): string[] => {
  const groups = (readOrNull('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers = '', path = ''] = line.split(':');
    if (controllers === '' && path !== '') return [{ root: '/sys/fs/cgroup', path }];
    return controllers.split(',').includes('cpu') ? [{ root: '/sys/fs/cgroup/cpu', path }] : [];
  });
  return groups.flatMap(({ root, path }) => {
    const parts = path.split('/').filter((part) => part !== '');
    return Array.from({ length: parts.length + 1 }, (_, depth) =>
      [root, ...parts.slice(0, depth), 'cpu.stat'].join('/'),
    ).filter((file) => /^throttled_/m.test(readOrNull(file) ?? ''));
  });
};

/**
 * Longest time for which a quota stopped one of the control groups: a quota also stops the groups
 * below. Version 1 of control groups counts nanoseconds for each core.
 */
const throttledMs = (files: readonly string[]): number | null => {
  const times = files.map((file) => {
    const text = readOrNull(file) ?? '';
    const micros = /^throttled_usec (\d+)/m.exec(text)?.[1];
    if (micros !== undefined) return Number(micros) / 1_000;
    return Number(/^throttled_time (\d+)/m.exec(text)?.[1] ?? 0) / 1e6;
  });
  return times.length === 0 ? null : Math.max(...times) / availableParallelism();
};
