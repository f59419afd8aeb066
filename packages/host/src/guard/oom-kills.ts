import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Number of processes that the OOM killer has ended in a control group since the first reading. */
export type OomKills = () => number;

/**
 * Counts the OOM kills in the memory control group of a process that is still running. Where the
 * kernel has no counter for the group (no memory controller, the root of cgroup v2), counts those
 * of the whole host (`/proc/vmstat`).
 * @param root folder in place of `/`, for tests
 */
export const oomKillsOf = (pid: number, root = '/'): OomKills => {
  const counters = [...counterFiles(pid, root), join(root, 'proc/vmstat')];
  const counter = counters.find((file) => countIn(file) !== null);
  if (counter === undefined) return () => 0;
  const before = countIn(counter) ?? 0;
  return () => (countIn(counter) ?? before) - before;
};

/**
 * Counter files for a line of `/proc/PID/cgroup` (cgroups(7)): `4:memory:/a/b` (v1), `0::/a/b`
 * (v2).
 */
const counterFiles = (pid: number, root: string): string[] => {
  const cgroups = join(root, 'sys/fs/cgroup');
  return (read(join(root, `proc/${pid}/cgroup`)) ?? '').split('\n').flatMap((line) => {
    const [, id, controllers = '', path = ''] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers.split(',').includes('memory'))
      return [join(cgroups, 'memory', path, 'memory.oom_control')];
    if (id === '0' && controllers === '')
      return [cgroups, join(cgroups, 'unified')].map((mount) => join(mount, path, 'memory.events'));
    return [];
  });
};

const countIn = (file: string): number | null => {
  const found = /^oom_kill (\d+)$/m.exec(read(file) ?? '');
  return found === null ? null : Number(found[1]);
};

const read = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};
