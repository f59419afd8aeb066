import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Returns true while a process runs; a zombie does not. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
};

/** Resolves to true as soon as none of them runs, to false after `ms`. */
export const allGone = async (pids: number[], ms = 5_000): Promise<boolean> => {
  const deadline = performance.now() + ms;
  while (pids.some(isRunning)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
};
