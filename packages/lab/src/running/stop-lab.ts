import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainCacheError, isSameProcess, withFileLock } from '@livekit-swarm/host';
import { labFolder, labNames, readState, removeLabState } from './lab-state.ts';

/** Time limit, long enough for nodes that still have rooms, ms. */
const PATIENCE_MS = 40_000;
const POLL_MS = 50;

/**
 * Result of stopping. `was-dead`: the supervisor had been killed, and its programs had ended with
 * it. `none`: there is no such lab.
 */
export type StoppedLab = 'ended' | 'was-dead' | 'none';

/**
 * Stops a lab and removes its data. Waits for a lab that is starting, which would otherwise run
 * after this returned `none`.
 * @param onWait called once, if it has to wait
 * @throws SwarmError `bad_name`, `bad_state`; `not_kept` if its folder cannot be written
 */
export const stopLab = async (name: string, onWait: () => void = () => {}): Promise<StoppedLab> => {
  const folder = labFolder(name);
  // No lab was ever kept in this folder, and the folder for the lock may not be creatable.
  if (!existsSync(dirname(folder))) return 'none';
  try {
    return await withFileLock(`${folder}.lock`, () => lower(name), { onWait });
  } catch (error) {
    throw explainCacheError(error);
  }
};

const lower = async (name: string): Promise<StoppedLab> => {
  const state = await readState(name);
  if (state === null) {
    // The lab was killed before it was ready: only its files remain.
    if (!(await labNames()).includes(name)) return 'none';
    await removeLabState(name);
    return 'was-dead';
  }
  const { supervisor } = state;
  if (!isSameProcess(supervisor)) {
    await removeLabState(name);
    return 'was-dead';
  }
  process.kill(supervisor.pid, 'SIGTERM');
  const deadline = performance.now() + PATIENCE_MS;
  while (isSameProcess(supervisor)) {
    // The guards of its programs end them when the supervisor ends.
    if (performance.now() > deadline) process.kill(supervisor.pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
  await removeLabState(name);
  return 'ended';
};
