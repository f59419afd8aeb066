import { readFileSync } from 'node:fs';
import { fieldsOfStat, TICKS_PER_SECOND } from '@livekit-swarm/host';

/**
 * CPU time of this process and of the processes of its jobs, s: those that run, and those that have
 * ended. Where there is no /proc, that of this process.
 * @param pids of those that run
 */
export const cpuSecondsWith = (pids: readonly number[]): number => {
  const { user, system } = process.cpuUsage();
  const ended = ticksOf('self', ENDED_CHILDREN);
  const running = pids.map((pid) => ticksOf(String(pid), OWN));
  const ticks = running.reduce((total, one) => total + one, ended);
  return (user + system) / 1_000_000 + ticks / TICKS_PER_SECOND;
};

/**
 * Resident memory of this process and of the processes of its jobs, bytes. Where there is no /proc,
 * that of this process.
 */
export const residentBytesWith = (pids: readonly number[]): number =>
  pids.reduce((total, pid) => total + residentBytesOf(pid), process.memoryUsage.rss());

/** `VmRSS:     1024 kB` (proc_pid_status(5)). */
const residentBytesOf = (pid: number): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    // It has ended.
    return 0;
  }
};

/** Fields after the name of a process: utime and stime, cutime and cstime (proc_pid_stat(5)). */
const OWN = [11, 12];
const ENDED_CHILDREN = [13, 14];

const ticksOf = (pid: string, fields: readonly number[]): number => {
  try {
    const values = fieldsOfStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return fields.reduce((total, field) => total + Number(values[field]), 0);
  } catch {
    // It has ended, and is counted with those that have.
    return 0;
  }
};
