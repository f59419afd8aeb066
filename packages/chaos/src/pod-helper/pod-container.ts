/** Processes and control groups of a container on this host, found by its ID. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldsOfStat } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';

/** Folders of the kernel. Tests use others. */
export interface KernelFolders {
  proc: string;
  cgroup: string;
}

export const KERNEL: KernelFolders = { proc: '/proc', cgroup: '/sys/fs/cgroup' };

export interface PodContainer {
  /** Processes, the first one of the container first. */
  pids: readonly number[];
  /** Lines of /proc/PID/cgroup of the first process. */
  groups: readonly { controllers: readonly string[]; path: string }[];
}

/**
 * Finds a container by the ID in the control groups of its processes, whatever the runtime and the
 * cgroup driver call them.
 * @param containerId `containerd://1f3a…`
 * @throws SwarmError `component_not_found`, `fault_unavailable`
 */
export const findContainer = (containerId: string, kernel = KERNEL): PodContainer => {
  const id = containerId.replace(/^[a-z-]+:\/\//, '');
  const found = pidsOf(kernel)
    .filter((pid) => read(kernel, pid, 'cgroup').includes(id))
    .map((pid) => ({ pid, startedAt: Number(startOf(pid, kernel) ?? Number.POSITIVE_INFINITY) }))
    .sort((a, b) => a.startedAt - b.startedAt || a.pid - b.pid);
  const [first] = found;
  if (id === '' || first === undefined)
    throw new SwarmError(
      'component_not_found',
      `no process of the container ${id.slice(0, 12)} runs on this node`,
      'a pod in a virtual machine (Kata, gVisor) has no processes on its node',
    );
  const groups = read(kernel, first.pid, 'cgroup')
    .split('\n')
    .flatMap((line) => {
      const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return path === '' ? [] : [{ controllers: controllers.split(','), path }];
    });
  if (groups.some(({ path }) => path.split('/').includes('..')))
    throw new SwarmError(
      'fault_unavailable',
      'the helper has a cgroup namespace of its own, in which it does not see the cgroups of other pods',
      'the container runtime must leave privileged pods in the cgroup namespace of the node, as containerd and CRI-O do',
    );
  return { pids: found.map(({ pid }) => pid), groups };
};

/** Start of a process, clock ticks after the boot (proc(5), field 22); null: it has ended. */
export const startOf = (pid: number, kernel = KERNEL): string | null =>
  statOf(pid, kernel)?.[19] ?? null;

/** State of a process (proc(5)); null: it has ended. */
export const stateOf = (pid: number, kernel = KERNEL): string | null => {
  const state = statOf(pid, kernel)?.[0] ?? null;
  return state === 'Z' || state === 'X' ? null : state;
};

const statOf = (pid: number, kernel: KernelFolders): string[] | null => {
  const stat = read(kernel, pid, 'stat');
  return stat === '' ? null : fieldsOfStat(stat);
};

const pidsOf = ({ proc }: KernelFolders): number[] =>
  readdirSync(proc)
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0);

const read = ({ proc }: KernelFolders, pid: number, file: string): string => {
  try {
    return readFileSync(join(proc, String(pid), file), 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
};

/** Cgroup (v2) by which nftables select sockets. */
export interface SocketGroup {
  /** Path from /sys/fs/cgroup, as nft reads it. */
  path: string;
  /** Number of its ancestors below the root of the hierarchy, itself included. */
  level: number;
}

/**
 * Cgroup of all containers of the pod, if its name shows that it is one of this pod alone; otherwise
 * that of the container.
 * @throws SwarmError `fault_unavailable`
 */
export const socketGroupOf = (
  { groups }: PodContainer,
  containerId: string,
  kernel = KERNEL,
): SocketGroup => {
  const id = containerId.replace(/^[a-z-]+:\/\//, '');
  const own = groups.find(({ controllers: [name] }) => name === '')?.path ?? '/';
  const mount = v2Mount(kernel);
  if (mount === null || !own.includes(id))
    throw new SwarmError(
      'fault_unavailable',
      'the packets of the pod cannot be distinguished from others: its processes have no cgroup (v2) of their own',
      'run nodes with cgroup v2, or v1 with the v2 hierarchy mounted as well (hybrid)',
    );
  const parts = own.split('/').filter((part) => part !== '');
  const above = parts.slice(0, -1);
  const group = /pod[0-9a-f]{8}[-_]?[0-9a-f]{4}/.test(above.at(-1) ?? '') ? above : parts;
  return { path: join(mount, ...group), level: group.length };
};

/** Mount of cgroup v2, from /sys/fs/cgroup: empty, or `unified` next to v1; null: there is none. */
const v2Mount = ({ cgroup }: KernelFolders): string | null => {
  if (existsSync(join(cgroup, 'cgroup.controllers'))) return '';
  return existsSync(join(cgroup, 'unified', 'cgroup.procs')) ? 'unified' : null;
};

/** Folder of the container's cgroup with a controller, and its version; null: there is none. */
export const controllerFolder = (
  { groups }: PodContainer,
  controller: 'cpu' | 'memory',
  kernel = KERNEL,
): { folder: string; version: 1 | 2 } | null => {
  const v1 = groups.find(({ controllers }) => controllers.includes(controller));
  if (v1 !== undefined) {
    const mounts = [controller, v1.controllers.join(','), v1.controllers.toReversed().join(',')];
    const folder = mounts
      .map((mount) => join(kernel.cgroup, mount, v1.path))
      .find((path) => existsSync(path));
    return folder === undefined ? null : { folder, version: 1 };
  }
  const own = groups.find(({ controllers: [name] }) => name === '')?.path;
  const mount = v2Mount(kernel);
  if (own === undefined || mount === null) return null;
  const folder = join(kernel.cgroup, mount, own);
  return existsSync(join(folder, `${controller}.max`)) ? { folder, version: 2 } : null;
};
