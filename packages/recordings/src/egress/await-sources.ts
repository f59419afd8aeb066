import { setTimeout as sleep } from 'node:timers/promises';
import type { EgressSource } from './egress-run.ts';

/** Time between two looks at the rooms, ms. */
const LOOK_MS = 500;
/** Time without a further source after which a load is taken as complete, ms. */
const SETTLED_MS = 2_000;

/**
 * Waits for the rooms of a load that starts at the same time: until there are sources, and none
 * was added for a while.
 * @param withinMs longest wait; 0: what is there now
 * @param stop aborted: no longer waits
 */
export const awaitSources = async (
  choose: () => Promise<EgressSource[]>,
  withinMs: number,
  stop: AbortSignal,
): Promise<EgressSource[]> => {
  const untilMs = Date.now() + withinMs;
  let sources: EgressSource[] = [];
  let addedAtMs = Date.now();
  for (;;) {
    const found = await choose();
    if (found.length !== sources.length) addedAtMs = Date.now();
    sources = found;
    const isSettled = sources.length > 0 && Date.now() - addedAtMs >= SETTLED_MS;
    if (isSettled || stop.aborted || Date.now() >= untilMs) return sources;
    await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => null);
  }
};
