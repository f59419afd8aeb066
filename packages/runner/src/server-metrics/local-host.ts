import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TICKS_PER_SECOND } from '@livekit-swarm/host';
import { shareOf, withoutRest } from './host-metrics.ts';
import type { NodeFigures } from './server-source.ts';

/**
 * Figures of this host around one of its processes (Linux: proc(5), cgroups(7)); those that it does
 * not have are absent.
 * @param root folder in place of `/`, for tests
 */
export const localHostFigures = (pid: number, root = '/'): NodeFigures => {
  const figures: { [Figure in keyof NodeFigures]: number | undefined } = {
    ...cpuOf(read(root, 'proc/stat')),
    ...memoryOf(pid, root),
    ...conntrackOf(root),
  };
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
};

const cpuOf = (
  stat: string,
): Pick<NodeFigures, 'hostCpuSeconds' | 'hostStolenSeconds' | 'hostCores'> => {
  const all = /^cpu +(.+)$/m.exec(stat)?.[1]?.split(/\s+/).map(Number);
  if (all === undefined) return {};
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = all;
  return {
    hostCpuSeconds: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
    hostStolenSeconds: steal / TICKS_PER_SECOND,
    hostCores: stat.match(/^cpu\d+ /gm)?.length ?? 1,
  };
};

interface Memory {
  share: number;
  limitBytes: number;
}

/** Memory in use of the limit that is nearest: of a control group above the process, or the host. */
const memoryOf = (
  pid: number,
  root: string,
): { memoryShare?: number; memoryLimitBytes?: number } => {
  const info = read(root, 'proc/meminfo');
  const total = kilobytesIn(info, 'MemTotal');
  const share = withoutRest(kilobytesIn(info, 'MemAvailable'), total);
  const limits = [
    ...(share === undefined || total === undefined ? [] : [{ share, limitBytes: total }]),
    ...groupsOf(pid, root).flatMap((group) => limitOf(group, total) ?? []),
  ];
  const [nearest] = limits.toSorted((a, b) => b.share - a.share);
  return nearest === undefined
    ? {}
    : { memoryShare: nearest.share, memoryLimitBytes: nearest.limitBytes };
};

const kilobytesIn = (info: string, name: string): number | undefined => {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(info)?.[1];
  return found === undefined ? undefined : Number(found) * 1_024;
};

/** Files of a memory control group, by version. */
const VERSIONS = [
  { limit: 'memory.max', usage: 'memory.current', inactive: 'inactive_file' },
  {
    limit: 'memory.limit_in_bytes',
    usage: 'memory.usage_in_bytes',
    inactive: 'total_inactive_file',
  },
] as const;

/**
 * Limit of a group; null: it has none below the memory of the host. Pages of files that were not
 * used lately do not count, because the kernel takes them back before it ends a process.
 */
const limitOf = (group: string, total = Number.POSITIVE_INFINITY): Memory | null => {
  for (const { limit, usage, inactive } of VERSIONS) {
    const limitBytes = Number(read(group, limit) || Number.NaN);
    if (!(limitBytes < total)) continue;
    const used = Number(read(group, usage) || Number.NaN);
    const unused = Number(
      new RegExp(`^${inactive} (\\d+)$`, 'm').exec(read(group, 'memory.stat'))?.[1] ?? 0,
    );
    const share = shareOf(Math.max(0, used - unused), limitBytes);
    if (share !== undefined && Number.isFinite(share)) return { share, limitBytes };
  }
  return null;
};

/** Folders of the memory control group of a process, and of those above it. */
const groupsOf = (pid: number, root: string): string[] =>
  read(root, `proc/${pid}/cgroup`)
    .split('\n')
    .flatMap((line) => {
      const [, id, controllers = '', path = ''] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
      const mounts = controllers.split(',').includes('memory')
        ? ['memory']
        : id === '0' && controllers === ''
          ? ['', 'unified']
          : [];
      const parts = path.split('/').filter((part) => part !== '' && part !== '..');
      return mounts.flatMap((mount) =>
        Array.from({ length: parts.length + 1 }, (_, depth) =>
          join(root, 'sys/fs/cgroup', mount, ...parts.slice(0, depth)),
        ),
      );
    });

/** The table of the network namespace of this process. */
const conntrackOf = (root: string): Pick<NodeFigures, 'conntrackShare' | 'conntrackDrops'> => {
  const number = (name: string): number | undefined => {
    const text = read(root, `proc/sys/net/netfilter/nf_conntrack_${name}`).trim();
    return text === '' ? undefined : Number(text);
  };
  const share = shareOf(number('count'), number('max'));
  const drops = dropsIn(read(root, 'proc/net/stat/nf_conntrack'));
  return {
    ...(share !== undefined && { conntrackShare: share }),
    ...(drops !== null && { conntrackDrops: drops }),
  };
};

/** Sum over the processors; the figures are hexadecimal. */
const dropsIn = (stat: string): number | null => {
  const [head = '', ...rows] = stat.trim().split('\n');
  const column = head.trim().split(/\s+/).indexOf('drop');
  if (column < 0) return null;
  return rows.reduce(
    (sum, row) => sum + Number.parseInt(row.trim().split(/\s+/)[column] ?? '0', 16),
    0,
  );
};

const read = (...path: string[]): string => {
  try {
    return readFileSync(join(...path), 'utf8');
  } catch {
    return '';
  }
};
