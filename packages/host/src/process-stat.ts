/**
 * Unit of the CPU times of a process, ticks per second (proc(5), sysconf(_SC_CLK_TCK)): 100 on every
 * Linux that Node supports, whatever its timer.
 */
export const TICKS_PER_SECOND = 100;

/**
 * Fields of `/proc/PID/stat` after the name, which is in parentheses and may contain any character:
 * the first is the state, the field n of proc_pid_stat(5) has the index n - 3.
 */
export const fieldsOfStat = (stat: string): string[] =>
  stat.slice(stat.lastIndexOf(')') + 2).split(' ');
