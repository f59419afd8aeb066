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

/** Limits of a process and its children, as those of a container. */
export interface ResourceLimits {
  /** CPU quota, cores: 0.5 is half a core. */
  cpuCores?: number;
  /** Memory, bytes; swap space does not add to it. */
  memoryBytes?: number;
}

/** Control groups whose processes share a limit of each resource. */
export interface LimitedGroup {
  /**
   * Moves a process with all its threads into the groups; children that it starts later join them
   * too.
   */
  add(pid: number): void;
  /**
   * Removes the groups once their processes have ended. May be called again.
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
/** Smallest memory limit, bytes: less does not hold the program itself. */
export const MIN_MEMORY = 10_000_000;

const PREFIX = 'livekit-swarm-';
/**
 * Name of this process's groups. It contains the process id: the process removes its groups, and if
 * it was killed, the next process that sets a limit does.
 */
const nameOfOwner = (): string => `${PREFIX}${process.pid}`;

type Controller = 'cpu' | 'memory';

/** Files of a group and their values, in this order; a file with `optional` may be missing. */
type Setting = { file: string; value: string; optional?: true };

interface Limit {
  controller: Controller;
  /** Error where the limit cannot be set. */
  code: 'no_cpu_limit' | 'no_memory_limit';
  what: string;
  v2: Setting[];
  v1: Setting[];
}

const cpuLimit = (cores: number): Limit => {
  const quotaUs = Math.round(cores * PERIOD_US);
  return {
    controller: 'cpu',
    code: 'no_cpu_limit',
    what: 'CPU time',
    v2: [{ file: 'cpu.max', value: `${quotaUs} ${PERIOD_US}` }],
    v1: [
      { file: 'cpu.cfs_period_us', value: String(PERIOD_US) },
      { file: 'cpu.cfs_quota_us', value: String(quotaUs) },
    ],
  };
};

const memoryLimit = (bytes: number): Limit => ({
  controller: 'memory',
  code: 'no_memory_limit',
  what: 'memory',
  v2: [
    { file: 'memory.max', value: String(bytes) },
    { file: 'memory.swap.max', value: '0', optional: true },
  ],
  v1: [
    { file: 'memory.limit_in_bytes', value: String(bytes) },
    // Of memory and swap space together.
    { file: 'memory.memsw.limit_in_bytes', value: String(bytes), optional: true },
  ],
});

const limitsOf = ({ cpuCores, memoryBytes }: ResourceLimits): Limit[] => [
  ...(cpuCores === undefined ? [] : [cpuLimit(cpuCores)]),
  ...(memoryBytes === undefined ? [] : [memoryLimit(memoryBytes)]),
];

/**
 * Creates control groups with these limits (`cpu.max` and `memory.max` of cgroup v2, or those of
 * v1), each in the first hierarchy that has its controller.
 * @throws SwarmError `no_cpu_limit`, `no_memory_limit` where control groups cannot be created: not
 * Linux, or not permitted
 */
export const limitResources = (limits: ResourceLimits, root = CGROUPS): LimitedGroup => {
  const groups: string[] = [];
  const removeAll = (): boolean => groups.map(remove).every(Boolean);
  try {
    for (const limit of limitsOf(limits)) groups.push(createGroup(limit, root));
  } catch (error) {
    removeAll();
    throw error;
  }
  return {
    add: (pid) => {
      for (const group of groups) writeFileSync(join(group, 'cgroup.procs'), String(pid));
    },
    remove: removeAll,
  };
};

/** @returns folder of the group */
const createGroup = (limit: Limit, root: string): string => {
  const reasons: string[] = [];
  for (const { folder, isVersion2 } of placesIn(root, limit.controller)) {
    sweep(folder);
    const group = join(folder, nameOfOwner());
    const existed = existsSync(group);
    try {
      // Child groups get a controller only if their parent passes it on.
      if (isVersion2) writeFileSync(join(folder, 'cgroup.subtree_control'), `+${limit.controller}`);
      mkdirSync(group, { recursive: true });
      for (const setting of isVersion2 ? limit.v2 : limit.v1) write(group, setting);
      return group;
    } catch (error) {
      reasons.push(messageOf(error));
      if (!existed) remove(group);
    }
  }
  throw new SwarmError(
    limit.code,
    `${limit.what} cannot be limited on this host: ${reasons[0] ?? `there are no control groups in ${root}`}`,
    'run as root on Linux; elsewhere run the server in a container with this limit and give its --url',
  );
};

const write = (group: string, { file, value, optional }: Setting): void => {
  const path = join(group, file);
  if (optional !== true || existsSync(path)) writeFileSync(path, value);
};

/** Throws the error that `limitResources` would throw here, and leaves nothing behind. */
export const expectLimits = (limits: ResourceLimits, root = CGROUPS): void =>
  void limitResources(limits, root).remove();

/** Removes the groups of processes that were killed. */
export const removeStaleLimits = (root = CGROUPS): void => {
  for (const controller of ['cpu', 'memory'] as const)
    for (const { folder } of placesIn(root, controller)) sweep(folder);
};

const placesIn = (
  root: string,
  controller: Controller,
): { folder: string; isVersion2: boolean }[] => {
  const v2 = [root, join(root, 'unified')].filter((folder) =>
    controllersOf(folder).includes(controller),
  );
  const v1 = (controller === 'cpu' ? ['cpu', 'cpu,cpuacct'] : ['memory'])
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, 'tasks')));
  return [
    ...v2.map((folder) => ({ folder, isVersion2: true })),
    ...v1.map((folder) => ({ folder, isVersion2: false })),
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
