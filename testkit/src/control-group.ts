/** Control group (cgroups(7)) of a test, version 1 or 2, that is removed with it. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ControlGroup extends AsyncDisposable {
  /** Words before a command that start it in the group. */
  readonly through: readonly string[];
  add(pid: number): void;
  /** Limits the CPU that all its processes use together. */
  limitCpu(cores: number): void;
  /** Limits memory to the present usage plus `more` bytes. */
  limitMemory(more: number): void;
  /** CPU time of its processes since they were added, s; for a group of `cpuacct`. */
  usedCpu(): number;
}

/** Controller of a group. `cpuacct` counts CPU time: in version 2 a part of `cpu`. */
type Controller = 'cpu' | 'cpuacct' | 'memory';

const CGROUPS = '/sys/fs/cgroup';
const PERIOD_US = 100_000;
let opened = 0;

/** @throws Error when this process may not create a group; see `whyNoControlGroup` */
export const openControlGroup = (controller: Controller): ControlGroup => {
  const parent = parentOf(controller);
  if (parent === null) throw new Error(`no control group of ${controller} in ${CGROUPS}`);
  if (parent.version === 2)
    writeFileSync(join(parent.folder, 'cgroup.subtree_control'), `+${unifiedName(controller)}`);
  const folder = join(parent.folder, `swarm-test-${process.pid}-${++opened}`);
  mkdirSync(folder);
  const write = (file: string, value: string | number): void =>
    writeFileSync(join(folder, file), String(value));
  const read = (file: string): number => Number(readFileSync(join(folder, file), 'utf8'));
  return {
    through: ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(folder, 'cgroup.procs')],
    add: (pid) => write('cgroup.procs', pid),
    limitCpu: (cores) => {
      const quota = Math.round(cores * PERIOD_US);
      if (parent.version === 2) return write('cpu.max', `${quota} ${PERIOD_US}`);
      write('cpu.cfs_period_us', PERIOD_US);
      write('cpu.cfs_quota_us', quota);
    },
    limitMemory: (more) => {
      if (parent.version === 2) write('memory.max', read('memory.current') + more);
      else write('memory.limit_in_bytes', read('memory.usage_in_bytes') + more);
    },
    usedCpu: () => {
      if (parent.version === 1) return read('cpuacct.usage') / 1e9;
      const text = readFileSync(join(folder, 'cpu.stat'), 'utf8');
      return Number(/^usage_usec (\d+)/m.exec(text)?.[1]) / 1e6;
    },
    // Killed processes leave the group when they are reaped.
    [Symbol.asyncDispose]: async () => {
      for (let attempt = 0; attempt < 50 && !removed(folder); attempt++) await sleep(100);
    },
  };
};

/** Reason for which no group can be created, as a sentence; null: one can. */
export const whyNoControlGroup = async (controller: Controller): Promise<string | null> => {
  try {
    await openControlGroup(controller)[Symbol.asyncDispose]();
    return null;
  } catch (error) {
    return `this process may create no control group: ${error instanceof Error ? error.message : error}`;
  }
};

const parentOf = (controller: Controller): { folder: string; version: 1 | 2 } | null => {
  for (const folder of [CGROUPS, join(CGROUPS, 'unified')])
    if (controllersOf(folder).includes(unifiedName(controller))) return { folder, version: 2 };
  const folder = join(CGROUPS, controller);
  return existsSync(join(folder, 'tasks')) ? { folder, version: 1 } : null;
};

const unifiedName = (controller: Controller): string =>
  controller === 'cpuacct' ? 'cpu' : controller;

const controllersOf = (folder: string): string[] => {
  try {
    return readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(' ');
  } catch {
    return [];
  }
};

const removed = (folder: string): boolean => {
  try {
    rmdirSync(folder);
  } catch {
    return !existsSync(folder);
  }
  return true;
};
