/**
 * Memory and CPU time of the processes of one `swarm`. Memory is PSS, so that pages which several
 * processes share count once. Linux.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Role of a process. `server`: livekit-server, which is not part of the load generator. */
export type ProcessRole = 'cli' | 'guard' | 'worker' | 'server' | 'other';

export interface ProcessCost {
  role: ProcessRole;
  pssBytes: number;
  cpuSeconds: number;
}

/** Clock ticks per second, `sysconf(_SC_CLK_TCK)`: Linux reports 100 to programs for any tick. */
const TICKS_PER_SECOND = 100;

/** Costs of `root` and of every process below it. A process that ends meanwhile is left out. */
export const processCosts = (root: number): ProcessCost[] =>
  processesBelow(root).flatMap((pid) => {
    const cost = costOf(pid);
    return cost === null ? [] : [cost];
  });

/**
 * CPU time of the pump threads of all workers below `root`, which drive the participants without
 * JavaScript, s.
 */
export const pumpCpuSeconds = (root: number): number => {
  let nanoseconds = 0;
  for (const pid of processesBelow(root))
    for (const thread of threadsOf(pid)) nanoseconds += thread;
  return nanoseconds / 1e9;
};

/** CPU time of each pump thread of a process, ns. */
const threadsOf = (pid: number): number[] => {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).flatMap((thread) =>
      readFileSync(`${folder}/${thread}/comm`, 'utf8').startsWith('pump-')
        ? [Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0])]
        : [],
    );
  } catch {
    return [];
  }
};

const processesBelow = (root: number): number[] => {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(Number(name));
    if (fields !== null) parents.set(Number(name), Number(fields[1]));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid)));
  return [...parents.keys()].filter(isBelow);
};

const costOf = (pid: number): ProcessCost | null => {
  const fields = statOf(pid);
  if (fields === null) return null;
  try {
    const [, pss] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    // utime and stime, without those of children.
    const ticks = Number(fields[11]) + Number(fields[12]);
    return {
      role: roleOf(command),
      pssBytes: Number(pss) * 1_024,
      cpuSeconds: ticks / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
};

/** CPU time of all children of this process that have ended, and of their children, s. */
export const childrenCpu = (): number => {
  const fields = statOf(process.pid) ?? [];
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
};

/** Fields of `/proc/PID/stat` from the state on, behind the name in parentheses. */
const statOf = (pid: number): string[] | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
};

const ROLES: readonly [RegExp, ProcessRole][] = [
  [/swarm process/, 'worker'],
  [/bin\/swarm\.mjs/, 'cli'],
  [/guard\/guard\.[jt]s/, 'guard'],
  [/livekit-server/, 'server'],
];

const roleOf = (command: string): ProcessRole =>
  ROLES.find(([pattern]) => pattern.test(command))?.[1] ?? 'other';
