import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainNotKept, isSameProcess, withFileLock } from '@livekit-swarm/host';
import { forgetLab, labFolder, labNames, readState } from './lab-state.ts';

/** Long enough for nodes that still have rooms. */
const PATIENCE_MS = 40_000;
const POLL_MS = 50;

/** `was-dead`: its supervisor had been killed, and its programs went with it. `none`: there is no such lab. */
export type Lowered = 'ended' | 'was-dead' | 'none';

/**
 * Ends a lab and removes all it kept. One that is just coming up is waited for, or it would stand as soon as we had said that there is none.
 * @param onWait told once, when that is so
 * @throws LabError `bad-name`, `bad-state`; `not-kept` where its folder cannot be written
 */
export const lowerLab = async (name: string, onWait: () => void = () => {}): Promise<Lowered> => {
  const folder = labFolder(name);
  // Nobody has ever kept a lab here; the lock would need what cannot be made perhaps.
  if (!existsSync(dirname(folder))) return 'none';
  try {
    return await withFileLock(`${folder}.lock`, () => lower(name), { onWait });
  } catch (error) {
    throw explainNotKept(error);
  }
};

const lower = async (name: string): Promise<Lowered> => {
  const state = await readState(name);
  if (state === null) {
    // Killed before it stood: of a lab that never was, the files remain.
    if (!(await labNames()).includes(name)) return 'none';
    await forgetLab(name);
    return 'was-dead';
  }
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
