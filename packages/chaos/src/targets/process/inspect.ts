import { readFileSync } from 'node:fs';
import { fieldsOfStat } from '@livekit-swarm/host';
import { type Host, localHost } from './local-host.ts';

/**
 * Formats an instance: `PID:START`, with the start in clock ticks after the boot, because a PID
 * alone may be reused.
 */
export const formatInstance = ({
  pid,
  startedAt,
}: {
  pid: number;
  startedAt: number | string | null;
}): string => `${pid}:${startedAt ?? ''}`;

/** State of a process that exists and is not a zombie (proc(5)). */
export interface ProcessStat {
  /** State letter; `T`: stopped. */
  state: string;
  startedAt: string;
}

const parseStat = (stat: string): ProcessStat | null => {
  const [state = '', ...fields] = fieldsOfStat(stat);
  return state === 'Z' || state === 'X' ? null : { state, startedAt: fields[18] ?? '' };
};

export const processState = (pid: number): string | null => {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.state ?? null;
  } catch {
    return null;
  }
};

export const remoteProcess = async (host: Host, pid: number): Promise<ProcessStat | null> => {
  const stat = await host.read(`/proc/${pid}/stat`);
  return stat === null ? null : parseStat(stat);
};

/**
 * ID of a livekit-server, asked on its host, because its metrics may be private; null: not found.
 */
export const remoteNodeId = async (
  host: Host,
  unit: string,
  pid: number,
  metricsUrl: string | null,
): Promise<string | null> => {
  if (metricsUrl !== null) {
    const { stdout } = await host.run(['sh', '-c', FETCH, metricsUrl]);
    const id = readNodeId(stdout);
    if (id !== null) return id;
  }
  const { stdout } = await host.run([
    'sh',
    '-c',
    'journalctl -q --no-pager -o cat _SYSTEMD_UNIT="$0" _PID="$1" | grep -m 1 nodeID',
    unit,
    String(pid),
  ]);
  return NODE_ID_IN_LOG.exec(stdout)?.[1] ?? null;
};

/** Script that fetches a URL. wget retries within its time limit. */
const FETCH = `if command -v curl > /dev/null; then exec curl -s -m 1 "$0"; fi
exec timeout 2 wget -q -T 1 -O - "$0"`;

const TIMEOUT_MS = 1_000;
/** ID in the log of livekit-server at its start, in either of its formats. */
export const NODE_ID_IN_LOG = /"nodeID":\s*"(ND_\w+)"/;
const NODE_ID = /\bnode_id="([^"]+)"/;

/** @param metrics metrics of a livekit-server */
export const readNodeId = (metrics: string): string | null => NODE_ID.exec(metrics)?.[1] ?? null;

/** ID of a livekit-server, from its metrics; null: no answer. */
export const askNodeId = (metricsUrl: string): Promise<string | null> =>
  fetch(metricsUrl, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then(async (response) => (response.ok ? readNodeId(await response.text()) : null))
    .catch(() => null);

/** Local ports at which any of these processes listens, ascending. */
export const listeningPorts = async (
  protocol: 'tcp' | 'udp',
  pids: ReadonlySet<number>,
  host: Host = localHost,
): Promise<number[]> => {
  const { stdout } = await host.run([
    'ss',
    '--no-header',
    '--listening',
    '--numeric',
    '--processes',
    `--${protocol}`,
  ]);
  return parsePorts(stdout, pids);
};

/**
 * Parses output of `ss`: state, two queues, local and peer address,
 * `users:(("name",pid=1,fd=2),…)`.
 */
export const parsePorts = (text: string, pids: ReadonlySet<number>): number[] => {
  const ports = text.split('\n').flatMap((line) => {
    const port = Number(/^\S+\s+\d+\s+\d+\s+\S*:(\d+)\s/.exec(line)?.[1]);
    const owners = [...line.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
    return Number.isInteger(port) && owners.some((pid) => pids.has(pid)) ? [port] : [];
  });
  return [...new Set(ports)].sort((a, b) => a - b);
};

const HIERARCHIES = ['', '/unified', '/systemd'];

/** Process ids of a cgroup with the name that systemd gives: `/system.slice/haproxy.service`. */
export const processesOf = async (group: string, host: Host = localHost): Promise<Set<number>> => {
  if (group === '' || group === '/') return new Set();
  const lists = await Promise.all(
    HIERARCHIES.map((place) => host.read(`/sys/fs/cgroup${place}${group}/cgroup.procs`)),
  );
  return new Set(
    lists.flatMap((list) => (list ?? '').split('\n').filter((line) => line !== '')).map(Number),
  );
};
