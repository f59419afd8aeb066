import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { fieldsOfStat } from '@livekit-swarm/host';

/**
 * First process of a container on this host. The PID that the engine reports is valid on the
 * engine's host, which may be another host, a virtual machine (Docker Desktop) or a container: the
 * cgroups of a process show whether it belongs to the container.
 * @param id full id of the container
 * @returns null when the container is not on this host
 */
export const processHere = (id: string, reportedPid: number): number | null => {
  if (isOf(id, reportedPid)) return reportedPid;
  const found = pids()
    .filter((pid) => isOf(id, pid))
    .map((pid) => ({ pid, startedAt: startOf(pid) }));
  // Processes of "docker exec" started later than the first one.
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

/** Start of a process, clock ticks after the boot (proc(5), field 22). */
const startOf = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`);
  return Number(fieldsOfStat(stat)[19] ?? Number.POSITIVE_INFINITY);
};

/** Path of a process' cgroup (v2), from the root; null without a cgroup of its container. */
export const groupOf = (id: string, pid: number): string | null => {
  const path = /^0::(.+)$/m.exec(read(`/proc/${pid}/cgroup`))?.[1];
  return path?.includes(id) ? path : null;
};

/**
 * Returns true when a process listens at the port in the network of this process; null: not
 * visible.
 */
export const listensAt = (pid: number, port: number): boolean | null => {
  const tables = read(`/proc/${pid}/net/tcp`) + read(`/proc/${pid}/net/tcp6`);
  return tables === '' ? null : hasListener(tables, port);
};

/**
 * @param table in the form of /proc/net/tcp: local address, remote address, 0A for a listening
 * socket
 */
export const hasListener = (table: string, port: number): boolean => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, 'm').test(table);
};

/**
 * Returns true when the engine runs in the network of this process: sockets are listed in the
 * network that made them.
 */
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
