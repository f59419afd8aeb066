import { setTimeout as sleep } from 'node:timers/promises';
import { forgetLab, readState } from './lab-state.ts';
import { isSameProcess } from './process-identity.ts';

/** Long enough for nodes that still have rooms. */
const PATIENCE_MS = 40_000;
const POLL_MS = 50;

/**
 * Ends a lab and removes all it kept.
 * @returns `ended`, `was-dead` when its supervisor had been killed (its programs went with it), `none` when there is no such lab
 */
export const lowerLab = async (name: string): Promise<'ended' | 'was-dead' | 'none'> => {
  const state = await readState(name);
  if (state === null) return 'none';
  const { supervisor } = state;
  if (!isSameProcess(supervisor)) {
    await forgetLab(name);
    return 'was-dead';
  }
  process.kill(supervisor.pid, 'SIGTERM');
  const deadline = performance.now() + PATIENCE_MS;
  while (isSameProcess(supervisor)) {
    // Its programs hang on it: they end with it.
    if (performance.now() > deadline) process.kill(supervisor.pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
  await forgetLab(name);
  return 'ended';
};
