import { readFileSync } from 'node:fs';

/** State of a process (proc(5)): `T` is stopped. Null when it does not exist, or is a zombie. */
export const processState = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain anything.
    const state = stat.charAt(stat.lastIndexOf(')') + 2);
    return state === 'Z' || state === 'X' ? null : state;
  } catch {
    return null;
  }
};
