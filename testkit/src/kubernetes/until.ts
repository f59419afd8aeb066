import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';

const READY_MS = 90_000;
const POLL_MS = 250;

/**
 * Waits for a condition; errors count as "not yet".
 * @throws SwarmError `not_ready` with the last error; the signal's reason
 */
export const until = async (
  what: string,
  holds: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const deadline = performance.now() + READY_MS;
  let last = '';
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    try {
      if (await holds()) return;
      last = '';
    } catch (error) {
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    await sleep(POLL_MS);
  }
  throw new SwarmError(
    'not_ready',
    `not within ${READY_MS / 1_000} s: ${what}${last}`,
    'look into the logs of its programs',
  );
};
