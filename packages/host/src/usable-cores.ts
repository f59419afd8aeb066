import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps it. Other folders only in tests. */
export interface KernelFolders {
  /** proc(5) of this process. */
  proc: string;
  /** cgroups(7). */
  cgroups: string;
  /** Processors of the host. */
  cpus: string;
}

const KERNEL: KernelFolders = {
  proc: '/proc/self',
  cgroups: '/sys/fs/cgroup',
  cpus: '/sys/devices/system/cpu',
};

/**
 * Cores that this process and its children may use: those of its CPU affinity, and no more than the CPU quotas of its control groups, and of those above them, allow.
 * 1.5 with a quota of 150 ms in each 100 ms; `os.availableParallelism` makes whole cores of it.
 */
export const usableCores = (folders: KernelFolders = KERNEL): number => {
  const affinity = coresOf(
    /^Cpus_allowed_list:\s*(\S+)/m.exec(textOf(folders.proc, 'status'))?.[1],
  );
  // The affinity may name processors that could be added to a virtual machine.
  const online = coresOf(textOf(folders.cpus, 'online').trim() || undefined);
  return Math.min(
    affinity ?? availableParallelism(),
    online ?? Number.POSITIVE_INFINITY,
    ...quotasOf(folders),
  );
};

/** `0-3,8`: five. Null where it is not known. */
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

/** `/a/b`: itself, `/a` and `/`. In a container the group may be named as on the host, where only the root is seen. */
const upwards = (path: string): string[] => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, depth) => parts.slice(0, depth).join('/'));
};

/** `cpu.max`: quota and period, µs; `max` without a quota. */
const quotaOfVersion2 = (group: string): number | null => {
  const [quota, period] = textOf(group, 'cpu.max').split(/\s+/).map(Number);
  return ratioOf(quota, period);
};

/** Two files; a quota of −1 is none. */
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
