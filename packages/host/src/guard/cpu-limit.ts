import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf, SwarmError } from '@livekit-swarm/settings';

/** A control group whose processes share a CPU quota. */
export interface CpuLimit {
  /**
   * Moves a process with all its threads into the group; children that it starts later join it too.
   */
  add(pid: number): void;
  /**
   * Removes the group once its processes have ended. May be called again.
   * @returns false if a process is still running
   */
  remove(): boolean;
}

/** Mount point of the control groups; tests pass another. */
const CGROUPS = '/sys/fs/cgroup';
/**
 * Period of the quota, the kernel's default, µs: unused time expires at its end, and a process that
 * used up its quota waits for the next period.
 */
const PERIOD_US = 100_000;
/**
 * Smallest CPU limit, cores. The kernel accepts no quota below 1 ms; with a period of 100 ms that
 * is 0.01 cores.
 */
export const MIN_CPU = 0.01;

const PREFIX = 'livekit-swarm-';
/**
 * Name of this process's group. It contains the process id: the process removes its group, and if
 * it was killed, the next process that sets a limit does.
 */
const nameOfOwner = (): string => `${PREFIX}${process.pid}`;

/**
 * Creates a control group with a CPU quota, as a container's CPU limit does: `cpu.max` (cgroup v2)
 * or `cpu.cfs_quota_us` (v1).
 * @param cores 0.5 is half a core
 * @throws SwarmError `no_cpu_limit` where control groups cannot be created: not Linux, or not
 * permitted
 */
export const limitCpu = (cores: number, root = CGROUPS): CpuLimit => {
  const reasons: string[] = [];
  for (const place of placesIn(root)) {
    sweep(place.folder);
    const group = join(place.folder, nameOfOwner());
    try {
      place.prepare();
      mkdirSync(group, { recursive: true });
      place.set(group, Math.round(cores * PERIOD_US));
      return {
        add: (pid) => writeFileSync(join(group, 'cgroup.procs'), String(pid)),
        remove: () => remove(group),
      };
    } catch (error) {
      reasons.push(messageOf(error));
      remove(group);
    }
  }
  throw new SwarmError(
    'no_cpu_limit',
    `CPU time cannot be limited on this host: ${reasons[0] ?? `there are no control groups in ${root}`}`,
    'run as root on Linux; elsewhere run the server in a container with a CPU limit and give its --url',
  );
};

/** Throws the error that `limitCpu` would throw here, and leaves nothing behind. */
export const expectCpuLimits = (root = CGROUPS): void => void limitCpu(1, root).remove();

/** Removes the groups of processes that were killed. */
export const removeStaleCpuLimits = (root = CGROUPS): void => {
  for (const { folder } of placesIn(root)) sweep(folder);
};

interface Place {
  folder: string;
  prepare(): void;
  set(group: string, quotaUs: number): void;
}

const placesIn = (root: string): Place[] => {
  const v2 = [root, join(root, 'unified')].filter((folder) =>
    controllersOf(folder).includes('cpu'),
  );
  const v1 = [join(root, 'cpu'), join(root, 'cpu,cpuacct')].filter((folder) =>
    existsSync(join(folder, 'tasks')),
  );
  return [
    ...v2.map((folder) => ({
      folder,
      // Child groups get a controller only if their parent passes it on.
      prepare: () => writeFileSync(join(folder, 'cgroup.subtree_control'), '+cpu'),
      set: (group: string, quotaUs: number) =>
        writeFileSync(join(group, 'cpu.max'), `${quotaUs} ${PERIOD_US}`),
    })),
    ...v1.map((folder) => ({
      folder,
      prepare: () => {},
      set: (group: string, quotaUs: number) => {
        writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US));
        writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quotaUs));
      },
    })),
  ];
};

const controllersOf = (folder: string): string[] => {
  try {
    return readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(/\s+/);
  } catch {
    return [];
  }
};

const remove = (group: string): boolean => {
  try {
    rmdirSync(group);
  } catch {
    // Already removed, or still in use.
  }
  return !existsSync(group);
};

const sweep = (folder: string): void => {
  try {
    for (const name of readdirSync(folder)) {
      const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
      if (Number.isInteger(owner) && !isAlive(owner)) remove(join(folder, name));
    }
  } catch {
    // The folder is missing or unreadable: it has no stale groups to remove.
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
