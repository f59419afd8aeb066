import { readFileSync } from 'node:fs';

/** Identifies a process: ids are reused, so its start time is part of the identity. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after the boot (proc(5), field 22 of `stat`); null where there is no /proc. */
  startedAt: number | null;
}

/** Null when there is no such process, or when it is a zombie. */
export const identifyProcess = (pid: number): ProcessIdentity | null => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  if (process.platform !== 'linux') return { pid, startedAt: null };
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain any character; the state is the first field after it.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? null : { pid, startedAt: Number(fields[18]) };
  } catch {
    return null;
  }
};

export const isSameProcess = ({ pid, startedAt }: ProcessIdentity): boolean => {
  const now = identifyProcess(pid);
  return now !== null && now.startedAt === startedAt;
};
