import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { type Mount, readMounts } from './mounts.ts';

/**
 * Control group of a whole cluster. A container is not a child of the process that requested it,
 * and outlives its runtime; but no process leaves the group in which it was started. So the group
 * contains exactly the processes that have to be ended.
 *
 * With cgroup v1 there is one folder for each controller, with v2 a single one.
 */
export interface ControlGroup {
  name: string;
  /** Folders of the group, one for each hierarchy. */
  folders: string[];
  /** Groups of the cluster's programs, one for each hierarchy, next to those of containers. */
  entrances: string[];
}

/** Plans the place of the group without creating it. @throws SwarmError `no_cgroups` */
export const planControlGroup = (
  name: string,
  mounts: readonly Mount[] = readMounts(),
): ControlGroup => {
  // If both are mounted, v2 has no controllers, but runc puts containers there as well.
  const places = mounts
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
    .map(({ path }) => path);
  if (places.length === 0)
    throw new SwarmError(
      'no_cgroups',
      'no control groups are mounted here',
      'run on a Linux with /sys/fs/cgroup, not in a sandbox',
    );
  const folders = [...new Set(places)].map((path) => join(path, name));
  // A v2 group may hold processes or pass controllers on, not both.
  return { name, folders, entrances: folders.map((folder) => join(folder, 'programs')) };
};

/** @throws SwarmError `no_cgroups` */
export const makeControlGroup = ({ folders, entrances }: ControlGroup): void => {
  try {
    for (const group of [...folders, ...entrances]) {
      mkdirSync(group, { recursive: true });
      // A new v1 group of this controller accepts no process before its CPUs and memory nodes are
      // set.
      for (const setting of ['cpuset.cpus', 'cpuset.mems']) {
        const above = join(dirname(group), setting);
        const file = join(group, setting);
        if (existsSync(above) && existsSync(file) && read(file) === '')
          writeFileSync(file, read(above));
      }
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SwarmError(
      'no_cgroups',
      `control groups cannot be made here: ${why}`,
      'run as root, outside of a sandbox',
    );
  }
};

/** Returns the command that runs inside the group from its first instruction on. */
export const enterControlGroup = (
  { entrances }: ControlGroup,
  command: readonly string[],
): [string, ...string[]] => {
  const enter =
    'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';
  return ['/bin/sh', '-c', enter, 'sh', ...entrances, '--', ...command];
};

/** Ids of all processes in these groups. */
export const processesIn = (folders: readonly string[]): number[] => {
  const files = folders
    .flatMap((folder) => groupsBelow(folder))
    .map((group) => join(group, 'cgroup.procs'));
  return [...new Set(files.flatMap((file) => linesOf(file).map(Number)))].filter((pid) => pid > 0);
};

/**
 * Kills all processes in the groups, and those that they start meanwhile.
 * @returns false when one did not end within `patienceMs`
 */
export const emptyControlGroup = async (
  folders: readonly string[],
  patienceMs = 15_000,
): Promise<boolean> => {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const pids = processesIn(folders);
    if (pids.length === 0) return true;
    if (performance.now() > deadline) return false;
    for (const pid of pids) killQuietly(pid);
    thaw(folders);
    await sleep(50);
  }
};

/** Removes empty groups. @returns false when one is left */
export const removeControlGroup = async (folders: readonly string[]): Promise<boolean> => {
  for (let attempt = 0; attempt < 40; attempt++) {
    for (const folder of folders)
      for (const group of groupsBelow(folder).toReversed()) removeQuietly(group);
    if (!folders.some((folder) => existsSync(folder))) return true;
    // The kernel releases processes that have just ended after a moment.
    await sleep(50);
  }
  return false;
};

/** Thaws containers: a frozen one (cgroup v1) handles SIGKILL only then. */
const thaw = (folders: readonly string[]): void => {
  for (const group of folders.flatMap((folder) => groupsBelow(folder))) {
    const file = join(group, 'freezer.state');
    if (existsSync(file)) writeQuietly(file, 'THAWED');
  }
};

/** Groups below a folder, parents before their children. */
const groupsBelow = (folder: string): string[] => {
  try {
    const children = readdirSync(folder, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    return [folder, ...children.flatMap(({ name }) => groupsBelow(join(folder, name)))];
  } catch {
    return [];
  }
};

const linesOf = (file: string): string[] => {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
};

const read = (file: string): string => readFileSync(file, 'utf8').trim();

const killQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended already.
  }
};

const removeQuietly = (group: string): void => {
  try {
    rmdirSync(group);
  } catch {
    // Removed, or still in use: checked again.
  }
};

const writeQuietly = (file: string, text: string): void => {
  try {
    writeFileSync(file, text);
  } catch {
    // The group was removed meanwhile.
  }
};
