import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess } from '@livekit-swarm/host';
import type { Service } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';

const POLL_MS = 5;
/** Time between two starts, ms: systemd and the kubelet wait as long, or longer. */
const START_AGAIN_AFTER_MS = 1_000;
/** Time after which a program that ends at once is not started again, ms. */
const GIVE_UP_AFTER_MS = 30_000;

/**
 * Starts a service whose process may just have been killed. One that ends at once is started again
 * for a while, as a service manager does: livekit-server ends when Redis is down.
 * @param startsAgain false: an end is an error at once, as that of a new program is
 * @param stop aborted: it is not started again
 * @throws SwarmError
 */
export const startService = async (
  service: Pick<Service, 'pid' | 'start'>,
  startsAgain: boolean,
  stop?: AbortSignal,
): Promise<void> => {
  // A killed process may not be noticed yet, and would count as running.
  while (service.pid !== null && identifyProcess(service.pid) === null) await sleep(POLL_MS);
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      return await service.start();
    } catch (error) {
      const hasEnded = error instanceof SwarmError && error.code === 'service_ended';
      if (!hasEnded || !startsAgain || performance.now() > giveUpAt) throw error;
      await sleep(START_AGAIN_AFTER_MS, undefined, { signal: stop }).catch(() => {});
      if (stop?.aborted) throw error;
    }
  }
};
