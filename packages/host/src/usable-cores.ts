import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** Kernel file systems that are read; tests replace them. */
export interface KernelFolders {
  /** Folder of this process in procfs, proc(5). */
  proc: string;
  /** Mount point of the control groups, cgroups(7). */
  cgroups: string;
  /** Folder of the host's processors in sysfs. */
  cpus: string;
}

const KERNEL: KernelFolders = {
  proc: '/proc/self',
  cgroups: '/sys/fs/cgroup',
  cpus: '/sys/devices/system/cpu',
};

/**
 * Cores that this process and its children may use: the CPU affinity, limited by the CPU quotas of
 * its control group and the groups above it. 1.5 for a quota of 150 ms per 100 ms;
 * `os.availableParallelism` returns whole cores.
 */
export const usableCores = (folders: KernelFolders = KERNEL): number => {
  const affinity = coresOf(
    /^Cpus_allowed_list:\s*(\S+)/m.exec(textOf(folders.proc, 'status'))?.[1],
  );
  // The affinity may contain processors that could be added to a virtual machine later.
  const online = coresOf(textOf(folders.cpus, 'online').trim() || undefined);
  return Math.min(
    affinity ?? availableParallelism(),
    online ?? Number.POSITIVE_INFINITY,
    ...quotasOf(folders),
  );
};

/** Number of cores in a list such as `0-3,8`, here five. Null: unknown. */
const coresOf = (list: string | undefined): number | null => {
  if (list === undefined) return null;
  const counts = list.split(',').map((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Number(last) - Number(first) + 1;
  });
  const cores = counts.reduce((sum, count) => sum + count, 0);
  return cores > 0 ? cores : null;
};

const quotasOf = ({ proc, cgroups }: KernelFolders): number[] =>
  textOf(proc, 'cgroup')
    .split('\n')
    .flatMap((line) => {
      const [id, controllers = '', ...rest] = line.split(':');
      const groups = upwards(rest.join(':'));
      if (id === '0' && controllers === '')
        return ['', 'unified'].flatMap((tree) =>
          groups.map((group) => quotaOfVersion2(join(cgroups, tree, group))),
        );
      if (!controllers.split(',').includes('cpu')) return [];
      return ['cpu', 'cpu,cpuacct'].flatMap((tree) =>
        groups.map((group) => quotaOfVersion1(join(cgroups, tree, group))),
      );
    })
    .filter((quota) => quota !== null);

/**
 * A group and its parents: for `/a/b` also `/a` and `/`. A container may see its group's name on
 * the host but only the root of its tree.
 */
const upwards = (path: string): string[] => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, depth) => parts.slice(0, depth).join('/'));
};

/** Quota in cores from `cpu.max` (quota and period, µs); null for `max`, no quota. */
const quotaOfVersion2 = (group: string): number | null => {
  const [quota, period] = textOf(group, 'cpu.max').split(/\s+/).map(Number);
  return ratioOf(quota, period);
};

/** Quota in cores from the two files of version 1; null for a quota of −1, no quota. */
const quotaOfVersion1 = (group: string): number | null =>
  ratioOf(Number(textOf(group, 'cpu.cfs_quota_us')), Number(textOf(group, 'cpu.cfs_period_us')));

const ratioOf = (quota = Number.NaN, period = Number.NaN): number | null =>
  quota > 0 && period > 0 ? quota / period : null;

const textOf = (...path: string[]): string => {
  try {
    return readFileSync(join(...path), 'utf8');
  } catch {
    return '';
  }
};
