import { readFileSync } from 'node:fs';
import { type Host, localHost } from './local-host.ts';

/** `PID:START`, with the start in clock ticks after the boot; a PID alone is used again. */
export const formatInstance = ({
  pid,
  startedAt,
}: {
  pid: number;
  startedAt: number | string | null;
}): string => `${pid}:${startedAt ?? ''}`;

/** A process that exists and is not a zombie (proc(5)). */
export interface ProcessStat {
  /** `T`: stopped. */
  state: string;
  startedAt: string;
}

const parseStat = (stat: string): ProcessStat | null => {
  // The name in parentheses may contain anything.
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
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

/** ID of a livekit-server, from its host, where its metrics may be private; null when not found. */
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

/** wget tries again for as long as it may. */
const FETCH = `if command -v curl > /dev/null; then exec curl -s -m 1 "$0"; fi
exec timeout 2 wget -q -T 1 -O - "$0"`;

const TIMEOUT_MS = 1_000;
/** As livekit-server logs it at its start, in either of its formats. */
export const NODE_ID_IN_LOG = /"nodeID":\s*"(ND_\w+)"/;
const NODE_ID = /\bnode_id="([^"]+)"/;

/** @param metrics of a livekit-server */
export const readNodeId = (metrics: string): string | null => NODE_ID.exec(metrics)?.[1] ?? null;

/** ID of a livekit-server, from its metrics; null when it does not answer. */
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

/** Output of `ss`: state, two queues, local and peer address, `users:(("name",pid=1,fd=2),…)`. */
export const parsePorts = (text: string, pids: ReadonlySet<number>): number[] => {
  const ports = text.split('\n').flatMap((line) => {
    const port = Number(/^\S+\s+\d+\s+\d+\s+\S*:(\d+)\s/.exec(line)?.[1]);
    const owners = [...line.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
    return Number.isInteger(port) && owners.some((pid) => pids.has(pid)) ? [port] : [];
  });
  return [...new Set(ports)].sort((a, b) => a - b);
};

const HIERARCHIES = ['', '/unified', '/systemd'];

/** All processes of a cgroup, as systemd names it: `/system.slice/haproxy.service`. */
export const processesOf = async (group: string, host: Host = localHost): Promise<Set<number>> => {
  if (group === '' || group === '/') return new Set();
  const lists = await Promise.all(
    HIERARCHIES.map((place) => host.read(`/sys/fs/cgroup${place}${group}/cgroup.procs`)),
  );
  return new Set(
    lists.flatMap((list) => (list ?? '').split('\n').filter((line) => line !== '')).map(Number),
  );
};
