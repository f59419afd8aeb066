import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when that time is over, or at once when it is stopped or was over before. */
export const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  sleep(Math.max(0, ms), undefined, { signal: stop }).catch(() => {});
