import { readdirSync, readFileSync } from 'node:fs';

/** A process. Its start time distinguishes it from a later one with the same id. */
export interface ProcessId {
  pid: number;
  /** Clock ticks after boot (proc(5), field 22). */
  began: string;
  name: string;
  command: string;
}

interface Entry extends ProcessId {
  parent: number;
}

/** A process and all that it and its children started, as /proc shows them now. */
export const descendantsOf = (pid: number): ProcessId[] => {
  const all = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (readEntry(Number(name)) ?? []) : [],
  );
  const found = new Map(
    all.filter((entry) => entry.pid === pid).map((entry) => [entry.pid, entry]),
  );
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const entry of all) if (found.has(entry.parent)) found.set(entry.pid, entry);
  }
  return [...found.values()];
};

export const stillThere = ({ pid, began }: ProcessId): boolean => readEntry(pid)?.began === began;

const readEntry = (pid: number): Entry | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything.
    const close = stat.lastIndexOf(')');
    const fields = stat.slice(close + 2).split(' ');
    // A zombie is gone but for its parent's taking notice.
    if (fields[0] === 'Z') return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return {
      pid,
      parent: Number(fields[1]),
      began: fields[19] ?? '',
      name: stat.slice(stat.indexOf('(') + 1, close),
      command,
    };
  } catch {
    return null;
  }
};
