import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrorCode, messageOf, SwarmError } from '@livekit-swarm/settings';
import { type Engine, isConflict } from '../docker/engine.ts';
import { type HeldLock, type LockPurpose, lockedError, lostError, WAITS_S } from './host-lock.ts';

/** Time without a sign of life after which the container ends, and the lock is free, s. */
const EXPIRES_AFTER_S = 40;
const SIGN_OF_LIFE_EVERY_MS = 10_000;

/**
 * Excludes other drills (or rollbacks) on an engine, from any host that reaches it, by a container
 * whose name only one can have. It sleeps, and the owner restarts it for as long as it runs.
 * @param image image of a container there, which has `sleep`
 * @param where name of the engine, for messages
 * @throws SwarmError `deployment_locked`; `fault_unavailable` when the engine cannot lock
 */
export const lockEngine = async (
  engine: Engine,
  image: string,
  purpose: LockPurpose,
  where: string,
): Promise<HeldLock> => {
  const name = `livekit-swarm-${purpose}-lock`;
  let aliveAt = performance.now();
  let id = await create(engine, name, image, where);
  for (let left = WAITS_S[purpose]; id === null; left--) {
    if (left <= 0) throw lockedError(purpose, where);
    await sleep(1_000);
    aliveAt = performance.now();
    id = await create(engine, name, image, where);
  }
  // The ID identifies the container: after its end, the container of another drill may have the
  // name.
  const own = id;
  let lost: string | null = null;
  let missed = 'no answer yet';
  const renew = async (): Promise<void> => {
    const at = performance.now();
    try {
      await engine.restart(own);
      const info = await engine.inspect(own);
      if (info?.State.Running !== true) lost = 'its container has ended';
      aliveAt = at;
    } catch (error) {
      // The next sign of life may succeed; `assertHeld` measures the time since the last success.
      missed = messageOf(error);
    }
  };
  const renewals = setInterval(() => void renew(), SIGN_OF_LIFE_EVERY_MS);
  renewals.unref();
  return {
    assertHeld: () => {
      if (performance.now() - aliveAt > EXPIRES_AFTER_S * 1_000) lost ??= missed;
      if (lost !== null) throw lostError(purpose, where, lost);
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(renewals);
      await engine.remove(own);
    },
  };
};

/** Creates the container of the lock. @returns its ID; null: another drill has the lock */
const create = async (
  engine: Engine,
  name: string,
  Image: string,
  where: string,
): Promise<string | null> => {
  try {
    return await engine.run({
      ...{ name, Image, Entrypoint: ['sleep', String(EXPIRES_AFTER_S)], Cmd: [] },
      HostConfig: { AutoRemove: true, NetworkMode: 'none' },
    });
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

/** Removes a container that was created and not started: its owner is gone. */
const removeStale = async (engine: Engine, name: string): Promise<null> => {
  const info = await engine.inspect(name);
  const age = info === null ? 0 : Date.now() - Date.parse(info.Created);
  if (info !== null && !info.State.Running && age > EXPIRES_AFTER_S * 1_000)
    await engine.remove(name);
  return null;
};
