import { readdirSync, readFileSync } from 'node:fs';
import { fieldsOfStat, TICKS_PER_SECOND } from '@livekit-swarm/host';
import type { OtherPrograms } from '@livekit-swarm/record';

/** Parent, name and used CPU time (ticks) of one process. */
interface Usage {
  parent: number;
  name: string;
  ticks: number;
}

/** Largest number of program names in a sample; more names explain little. */
const NAMES = 3;
/** CPU use below which a program does not explain a busy host, cores. */
const LEAST_CORES = 0.05;

/**
 * Measures which other programs of this host use the CPU: all except this process and its
 * descendants. It reads their names, never their arguments. A measurement takes some milliseconds,
 * so it is made only while the host is busy. In a container, only its own processes are visible,
 * and names of others are missing.
 * @returns function that returns the use until `atMs` (of `performance.now()`) since the last call
 * or the start; null: /proc cannot be read
 */
export const createOtherProgramsMeter = (
  root = '/proc',
  self = process.pid,
): ((atMs: number) => OtherPrograms | null) => {
  let last = readUsage(root);
  let lastAt = performance.now();
  return (atMs) => {
    const now = readUsage(root);
    const seconds = (atMs - lastAt) / 1_000;
    const before = last;
    last = now;
    lastAt = atMs;
    if (before === null || now === null || seconds <= 0) return null;
    const own = descendantsOf(self, now);
    const byName = new Map<string, number>();
    let ownCores = 0;
    for (const [pid, { name, ticks }] of now) {
      const cores = Math.max(0, ticks - (before.get(pid)?.ticks ?? 0)) / TICKS_PER_SECOND / seconds;
      if (own.has(pid)) ownCores += cores;
      else byName.set(name, (byName.get(name) ?? 0) + cores);
    }
    const top = [...byName]
      .filter(([, cores]) => cores >= LEAST_CORES)
      .sort(([, a], [, b]) => b - a)
      .slice(0, NAMES)
      .map(([name, cores]) => ({ name, cores: rounded(cores) }));
    return { ownCores: rounded(ownCores), top };
  };
};

const rounded = (cores: number): number => Math.round(cores * 1_000) / 1_000;

const readUsage = (root: string): Map<number, Usage> | null => {
  let names: string[];
  try {
    names = readdirSync(root);
  } catch {
    return null;
  }
  const usage = new Map<number, Usage>();
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parsed = parseStat(readFileSync(`${root}/${name}/stat`, 'utf8'));
      if (parsed !== null) usage.set(Number(name), parsed);
    } catch {
      // The process ended after the folder was read.
    }
  }
  return usage.size === 0 ? null : usage;
};

/**
 * Reads a line of proc(5): the name is in brackets and may contain brackets; the parent is the
 * second field after it, user and system time are the twelfth and thirteenth.
 */
const parseStat = (text: string): Usage | null => {
  const end = text.lastIndexOf(')');
  const begin = text.indexOf('(');
  const fields = fieldsOfStat(text);
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (begin < 0 || end < begin || !Number.isFinite(ticks)) return null;
  // Other programs choose their names: control characters must not reach a terminal.
  const shown = text.slice(begin + 1, end).replace(/[^\x20-\x7e]/g, '?');
  // Node renames its main thread, and thereby its process.
  const name = shown === 'MainThread' ? 'node' : shown;
  return { parent: Number(fields[1]), name, ticks };
};

const descendantsOf = (pid: number, usage: ReadonlyMap<number, Usage>): ReadonlySet<number> => {
  const children = new Map<number, number[]>();
  for (const [child, { parent }] of usage)
    children.set(parent, [...(children.get(parent) ?? []), child]);
  const found = new Set([pid]);
  for (const one of found) for (const child of children.get(one) ?? []) found.add(child);
  return found;
};
