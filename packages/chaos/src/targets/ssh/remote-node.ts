import type { Host } from '../process/local-host.ts';
import { readNodeId } from '../process/node-ids.ts';

/** ID of a livekit-server, from its host, where its metrics may be private; null when not found. */
export const remoteNodeId = async (
  host: Host,
  unit: string,
  pid: number,
  metricsUrl: string | null,
): Promise<string | null> => {
  if (metricsUrl !== null) {
    const { stdout } = await host.run([
      'sh',
      '-c',
      'curl -s -m 1 "$0" || wget -q -T 1 -O - "$0"',
      metricsUrl,
    ]);
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
  return /"nodeID":\s*"(ND_\w+)"/.exec(stdout)?.[1] ?? null;
};

/** State and start of a process (proc(5)): `T` is stopped. Null when it does not exist. */
export const remoteProcess = async (
  host: Host,
  pid: number,
): Promise<{ state: string; startedAt: string } | null> => {
  const stat = await host.read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? null : { state, startedAt: fields[18] ?? '' };
};
