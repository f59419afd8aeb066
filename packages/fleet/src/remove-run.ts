import type { Redis } from 'ioredis';
import { COORDINATOR_KEYS, coordinatorKey, KEYS_OF_RUNS, keysOfRun, runOfKey } from './keys.ts';

const AT_ONCE = 500;

export const scanKeys = async (redis: Redis, pattern: string): Promise<string[]> => {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', AT_ONCE);
    for (const key of keys) found.add(key);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
};

/** Removes all keys of a run, including those of BullMQ. */
export const removeRun = async (redis: Redis, run: string): Promise<void> => {
  for (const pattern of keysOfRun(run)) {
    const keys = await scanKeys(redis, pattern);
    for (let from = 0; from < keys.length; from += AT_ONCE)
      await redis.unlink(...keys.slice(from, from + AT_ONCE));
  }
};

/**
 * Removes a run whose coordinator is gone. If Redis does not answer, the coordinator may still
 * exist, and nothing is removed.
 */
export const removeIfAbandoned = async (redis: Redis, run: string): Promise<void> => {
  if ((await redis.exists(coordinatorKey(run))) === 0) await removeRun(redis, run);
};

/** Removes runs whose coordinator was killed and could not remove them. */
export const removeAbandonedRuns = async (redis: Redis): Promise<void> => {
  const runs = async (pattern: string): Promise<string[]> =>
    (await scanKeys(redis, pattern)).flatMap((key) => runOfKey(key) ?? []);
  const seen = new Set((await Promise.all(KEYS_OF_RUNS.map(runs))).flat());
  // Read last: a coordinator creates its key before any other key.
  const coordinated = new Set(await runs(COORDINATOR_KEYS));
  for (const run of seen) if (!coordinated.has(run)) await removeRun(redis, run);
};
