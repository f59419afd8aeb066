import { readFileSync } from 'node:fs';

/** One letter, as proc(5) has it: `T` is stopped, `S` sleeps, `R` runs. Null when there is no such process, or nobody has waited for what is left of it. */
export const processState = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything.
    const state = stat.charAt(stat.lastIndexOf(')') + 2);
    return state === 'Z' || state === 'X' ? null : state;
  } catch {
    return null;
  }
};
