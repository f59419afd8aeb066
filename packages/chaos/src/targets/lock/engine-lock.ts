import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import { type Engine, isConflict } from '../docker/engine.ts';
import { type LockPurpose, lockedError, WAITS_S } from './host-lock.ts';

/** Without a sign of life for this long the container ends, and the lock is free, seconds. */
const EXPIRES_AFTER_S = 40;
const SIGN_OF_LIFE_EVERY_MS = 10_000;

/**
 * Excludes other drills (or rollbacks) on an engine, from whatever host they reach it: a container with
 * the name of the lock, of which there can be one. It sleeps, and is started again as long as the owner lives.
 * @param image of a container there, which has `sleep`
 * @param where for messages
 * @throws SwarmError `deployment_locked`; `fault_unavailable` where the engine cannot lock
 */
export const lockEngine = async (
  engine: Engine,
  image: string,
  purpose: LockPurpose,
  where: string,
): Promise<AsyncDisposable> => {
  const name = `livekit-swarm-${purpose}-lock`;
  for (let left = WAITS_S[purpose]; !(await create(engine, name, image, where)); left--) {
    if (left <= 0) throw lockedError(purpose, where);
    await sleep(1_000);
  }
  const signs = setInterval(() => void engine.restart(name).catch(() => {}), SIGN_OF_LIFE_EVERY_MS);
  signs.unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(signs);
      await engine.remove(name);
    },
  };
};

/** @returns false: another one has it */
const create = async (
  engine: Engine,
  name: string,
  Image: string,
  where: string,
): Promise<boolean> => {
  try {
    await engine.run({
      ...{ name, Image, Entrypoint: ['sleep', String(EXPIRES_AFTER_S)], Cmd: [] },
      HostConfig: { AutoRemove: true, NetworkMode: 'none' },
    });
    return true;
  } catch (error) {
    if (isConflict(error)) return removeStale(engine, name);
    if (!hasErrorCode(error, 'rejected')) throw error;
    throw new SwarmError(
      'fault_unavailable',
      `${where} cannot be locked against other drills: ${error.message}`,
      'the image of the first component needs sleep',
      { cause: error },
    );
  }
};

/** One that was created and not started has lost its owner. */
const removeStale = async (engine: Engine, name: string): Promise<false> => {
  const info = await engine.inspect(name);
  const age = info === null ? 0 : Date.now() - Date.parse(info.Created);
  if (info !== null && !info.State.Running && age > EXPIRES_AFTER_S * 1_000)
    await engine.remove(name);
  return false;
};
