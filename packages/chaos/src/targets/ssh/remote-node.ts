import type { Host } from '../process/local-host.ts';
import { readNodeId } from '../process/node-ids.ts';

/** What a livekit-server calls itself: asked where it runs, since its metrics are nobody else's business; null when it does not tell. */
export const remoteNodeId = async (
  machine: Host,
  unit: string,
  pid: number,
  metricsUrl: string | null,
): Promise<string | null> => {
  if (metricsUrl !== null) {
    const { stdout } = await machine.run([
      'sh',
      '-c',
      'curl -s -m 1 "$0" || wget -q -T 1 -O - "$0"',
      metricsUrl,
    ]);
    const told = readNodeId(stdout);
    if (told !== null) return told;
  }
  const { stdout } = await machine.run([
    'sh',
    '-c',
    'journalctl -q --no-pager -o cat _SYSTEMD_UNIT="$0" _PID="$1" | grep -m 1 nodeID',
    unit,
    String(pid),
  ]);
  return /"nodeID":\s*"(ND_\w+)"/.exec(stdout)?.[1] ?? null;
};

/** What makes a process the one that it is, and its state (proc(5)): `T` is stopped. Null when there is none. */
export const remoteProcess = async (
  machine: Host,
  pid: number,
): Promise<{ state: string; startedAt: string } | null> => {
  const stat = await machine.read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? null : { state, startedAt: fields[18] ?? '' };
};
