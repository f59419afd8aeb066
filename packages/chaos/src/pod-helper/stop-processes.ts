import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, SwarmError } from '@livekit-swarm/settings';
import { findContainer, KERNEL, type KernelFolders, startOf, stateOf } from './pod-container.ts';

type Stopped = { pid: number; startedAt: string };

/** Number of passes: a process that was not stopped yet may have started another one. */
const PASSES = 20;
const PASS_EVERY_MS = 20;

/**
 * Stops all processes of a container (SIGSTOP), also those that start meanwhile.
 * @param note is called with the processes before they are stopped
 * @throws SwarmError `signal_without_effect`
 */
export const stopProcesses = async (
  containerId: string,
  note: (stopped: readonly Stopped[]) => void,
  kernel: KernelFolders = KERNEL,
): Promise<void> => {
  const stopped = new Map<number, Stopped>();
  for (let pass = 0; pass < PASSES; pass++) {
    const running = findContainer(containerId, kernel).pids.filter((pid) => {
      const state = stateOf(pid, kernel);
      return state !== null && state !== 'T';
    });
    if (running.length === 0) return;
    for (const pid of running) {
      const startedAt = startOf(pid, kernel);
      if (startedAt !== null) stopped.set(pid, { pid, startedAt });
    }
    note([...stopped.values()]);
    for (const pid of running) signal(pid, 'SIGSTOP');
    await sleep(PASS_EVERY_MS);
  }
  throw new SwarmError('signal_without_effect', 'SIGSTOP did not stop all processes of the pod');
};

/** Continues processes, unless their IDs belong to others by now. */
export const continueProcesses = (
  stopped: readonly Stopped[],
  kernel: KernelFolders = KERNEL,
): void => {
  for (const { pid, startedAt } of stopped)
    if (startOf(pid, kernel) === startedAt) signal(pid, 'SIGCONT');
};

const signal = (pid: number, name: 'SIGSTOP' | 'SIGCONT'): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has ended meanwhile.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
};
