import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainCacheError, isSameProcess, withFileLock } from '@livekit-swarm/host';
import { labFolder, labNames, readState, removeLabState } from './lab-state.ts';

/** Long enough for nodes that still have rooms. */
const PATIENCE_MS = 40_000;
const POLL_MS = 50;

/** `was-dead`: its supervisor had been killed, and its programs went with it. `none`: there is no such lab. */
export type StoppedLab = 'ended' | 'was-dead' | 'none';

/**
 * Stops a lab and removes its data. Waits for a lab that is starting, which would otherwise run after this
 * returned `none`.
 * @param onWait called once, when it has to wait
 * @throws SwarmError `bad_name`, `bad_state`; `not_kept` where its folder cannot be written
 */
export const stopLab = async (name: string, onWait: () => void = () => {}): Promise<StoppedLab> => {
  const folder = labFolder(name);
  // No lab was ever kept here, and the folder for the lock may not be creatable.
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
    // Killed before it was up: only its files remain.
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
    // Its programs hang on it: they end with it.
    if (performance.now() > deadline) process.kill(supervisor.pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
  await removeLabState(name);
  return 'ended';
};
