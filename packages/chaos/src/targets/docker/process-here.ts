import { readdirSync, readFileSync, realpathSync } from 'node:fs';

/**
 * The first process of a container on this host. The PID that the engine reports is valid where the
 * engine runs, which may be another host, a virtual machine (Docker Desktop) or a container: the
 * cgroups of a process show whether it belongs to the container.
 * @param id of the container, in full
 * @returns null when it is not on this host
 */
export const processHere = (id: string, reportedPid: number): number | null => {
  if (isOf(id, reportedPid)) return reportedPid;
  const found = pids()
    .filter((pid) => isOf(id, pid))
    .map((pid) => ({ pid, startedAt: startOf(pid) }));
  // Processes of "docker exec" started later.
  found.sort((a, b) => a.startedAt - b.startedAt || a.pid - b.pid);
  return found[0]?.pid ?? null;
};

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const pids = (): number[] => {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
};

const isOf = (id: string, pid: number): boolean =>
  pid > 0 && read(`/proc/${pid}/cgroup`).includes(id);

/** Clock ticks after the boot (proc(5), field 22). */
const startOf = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? Number.POSITIVE_INFINITY);
};

/** Its cgroup (v2), from the root; null where it has none of its own. */
export const groupOf = (id: string, pid: number): string | null => {
  const path = /^0::(.+)$/m.exec(read(`/proc/${pid}/cgroup`))?.[1];
  return path?.includes(id) ? path : null;
};

/** Whether a process listens there, in the network of this one; null when that is not visible. */
export const listensAt = (pid: number, port: number): boolean | null => {
  const tables = read(`/proc/${pid}/net/tcp`) + read(`/proc/${pid}/net/tcp6`);
  return tables === '' ? null : hasListener(tables, port);
};

/** @param table as in /proc/net/tcp: local address, remote address, 0A for a listening socket */
export const hasListener = (table: string, port: number): boolean => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, 'm').test(table);
};

/** Whether the engine runs in the network of this process: sockets are listed where they were made. */
export const isEngineHere = (host: string): boolean => {
  if (!host.startsWith('unix://')) return false;
  const path = host.slice('unix://'.length);
  const sockets = read('/proc/self/net/unix');
  const named = [path, realPath(path)];
  return named.some((name) => sockets.split('\n').some((line) => line.endsWith(` ${name}`)));
};

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};
