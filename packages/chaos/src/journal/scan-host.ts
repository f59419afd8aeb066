/** Scan for effects of faults on a host, by their own names, even without the journal. */
import { SwarmError } from '@livekit-swarm/settings';
import { RELEASE_GROUP } from '../faults/effects/resource-limits.ts';
import { lockHost, startHere } from '../targets/lock/host-lock.ts';
import { type Host, localHost } from '../targets/process/local-host.ts';
import { connectSsh } from '../targets/ssh/connection.ts';
import type { Orphan, OrphanScan } from './orphan.ts';

/**
 * Script that lists effects, one per line: kind, process, name. Network namespaces of containers
 * are those of their processes.
 */
const SCAN = `
seen=
for link in /proc/[0-9]*/ns/net; do
  inode=$(readlink "$link" 2> /dev/null) || continue
  case "$seen" in *"$inode"*) continue ;; esac
  seen="$seen $inode"
  pid=\${link#/proc/}
  pid=\${pid%%/*}
  nsenter --target "$pid" --net nft list tables 2> /dev/null |
    sed -n "s/^table \\([a-z]* swarm_chaos_[a-z0-9]*\\)$/nft_table $pid \\1/p"
done
find /sys/fs/cgroup -type d -name 'swarm-chaos-*' 2> /dev/null | sed 's|.*/|cgroup - |; s/%.*//' | sort -u
for file in /proc/[0-9]*/stat; do
  pid=\${file#/proc/}
  pid=\${pid%/stat}
  line=$(tr '\\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null)
  case "$line" in
    # The scan itself.
    *nft_table*) ;;
    *swarm-impair*' run '*--id*) echo "impairment $pid $line" ;;
    *sleep*swarm-expiry-*) echo "automatic_rollback $pid $line" ;;
  esac
  name=$(cat "/proc/$pid/comm" 2> /dev/null)
  case "$name" in
    livekit-server | redis-server | valkey-server | haproxy | turnserver)
      state=$(sed 's/.*) //; s/ .*//' "$file" 2> /dev/null)
      started=$(sed 's/.*) //' "$file" 2> /dev/null | cut -d ' ' -f 20)
      [ "$state" = T ] && echo "stopped_process $pid $name $pid:$started" ;;
  esac
done
if command -v systemctl > /dev/null 2>&1; then
  systemctl list-timers --all --plain --no-legend 'swarm-expiry-*' 2> /dev/null |
    grep -o 'swarm-expiry-[a-z0-9]*\\.timer' | sed 's/^/automatic_rollback - /'
fi
if command -v docker > /dev/null 2>&1; then
  timeout 10 docker ps --filter status=paused --filter label=swarm.component --no-trunc --format 'paused_container - {{.Names}} {{.ID}}' 2> /dev/null
fi
exit 0
`;

const LINE =
  /^(nft_table|cgroup|impairment|stopped_process|paused_container|automatic_rollback) (-|\d+) (.+)$/;

/** @throws SwarmError `unreachable` when the scan did not end */
export const scanHost = async ({ run }: Pick<Host, 'run'>): Promise<Orphan[]> => {
  const { stdout, stderr, code } = await run(['sh', '-c', SCAN]);
  if (code !== 0)
    throw new SwarmError('unreachable', `the scan ended with exit code ${code}: ${stderr.trim()}`);
  return stdout.split('\n').flatMap((line) => {
    const [, kind, pid, rest = ''] = LINE.exec(line.trim()) ?? [];
    return kind === undefined ? [] : [orphanOf(kind as Orphan['kind'], pid ?? '-', rest)];
  });
};

const orphanOf = (kind: Orphan['kind'], pid: string, rest: string): Orphan => {
  const injection =
    /swarm[_-]chaos[_-]([a-z0-9]{8})/.exec(rest)?.[1] ??
    /--id ([a-z0-9]{8})/.exec(rest)?.[1] ??
    /swarm-expiry-([a-z0-9]{8})/.exec(rest)?.[1] ??
    null;
  const [first = '', instance = null] = rest.split(' ');
  const isNamed = kind === 'stopped_process' || kind === 'paused_container';
  const impairment = `swarm-impair ${injection ?? ''}`.trim();
  const name = isNamed ? first : kind === 'impairment' ? impairment : rest;
  return {
    ...{ kind, name, injection },
    pid: pid === '-' ? null : Number(pid),
    instance: isNamed ? instance : null,
  };
};

/** @returns null when it was removed; otherwise the reason */
export const removeOrphan = async (
  { run }: Pick<Host, 'run'>,
  { kind, name, pid }: Orphan,
): Promise<string | null> => {
  const argv = removalOf(kind, name, String(pid));
  if (argv === null) return null;
  const { stderr, stdout, code } = await run(argv);
  return code === 0 ? null : (stderr || stdout).trim().split('\n')[0] || `exit code ${code}`;
};

const removalOf = (kind: Orphan['kind'], name: string, pid: string): string[] | null => {
  switch (kind) {
    case 'nft_table':
      return ['nsenter', '--target', pid, '--net', 'nft', 'delete', 'table', ...name.split(' ')];
    case 'cgroup':
      return ['sh', '-c', RELEASE_GROUP, name];
    case 'impairment':
      return ['kill', pid];
    case 'stopped_process':
      return ['kill', '-CONT', pid];
    case 'paused_container':
      return ['docker', 'unpause', name];
    // These objects exist only in clusters.
    case 'network_chaos':
    case 'pod_chaos':
    case 'stress_chaos':
    case 'reservation':
    case 'helper':
    case 'automatic_rollback':
      return null;
  }
};

/** @param host argument of ssh; null: this host */
export const openHostScan = async (
  host: string | null,
  config: string | null,
): Promise<OrphanScan> => {
  const connection = host === null ? null : await connectSsh(host, config);
  const { run } = connection ?? localHost;
  return {
    place: host ?? 'this host',
    find: () => scanHost({ run }),
    remove: (orphan) => removeOrphan({ run }, orphan),
    lock: async () => {
      await using locks = new AsyncDisposableStack();
      for (const purpose of ['rollback', 'drill'] as const)
        locks.use(await (connection?.lock(purpose) ?? lockHost(startHere, purpose, 'this host')));
      return locks.move();
    },
    [Symbol.asyncDispose]: async () => connection?.[Symbol.asyncDispose](),
  };
};
