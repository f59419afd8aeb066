import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';

/** A control group whose processes share a CPU quota. */
export interface CpuLimit {
  /** With all its threads, and whatever it starts. */
  add(pid: number): void;
  /** After its processes have ended. False when one is still running. May be called again. */
  remove(): boolean;
}

/** Where Linux keeps its control groups. Another place only in tests. */
const CGROUPS = '/sys/fs/cgroup';
/** The kernel's own default: what was not used within 100 ms is lost, what is missing is waited for. */
const PERIOD_US = 100_000;
/** The kernel takes no less than a thousandth of a second. */
export const MIN_CPU = 0.01;

const PREFIX = 'livekit-swarm-';
/** The name contains the creating process, which removes the group; if it was killed, the next one does. */
const nameOfOwner = (): string => `${PREFIX}${process.pid}`;

/**
 * A limit as `cpu.max` (cgroup v2) or `cpu.cfs_quota_us` (v1) give it: what a container's CPU limit is.
 * @param cores 0.5: half of one
 * @throws SwarmError `no_cpu_limit` where control groups cannot be created: not Linux, or not permitted
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
      reasons.push(error instanceof Error ? error.message : String(error));
      remove(group);
    }
  }
  throw new SwarmError(
    'no_cpu_limit',
    `CPU time cannot be limited on this host: ${reasons[0] ?? `there are no control groups in ${root}`}`,
    'run as root on Linux; elsewhere run the server in a container with a CPU limit and give its --url',
  );
};

/** Throws what `limitCpu` would throw, and leaves nothing behind. */
export const expectCpuLimits = (root = CGROUPS): void => void limitCpu(1, root).remove();

/** Removes groups of processes that were killed. */
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
      // Groups in here get a controller when this one passes it on.
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
    // Nothing to see there.
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
