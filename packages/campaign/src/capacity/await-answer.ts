import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRejection, apiErrorOf, roomServiceOf } from '@livekit-swarm/livekit';
import type { RemoteTarget } from '../target.ts';

/**
 * Longest wait for an answer, ms. A full table of tracked connections refuses every connection until
 * entries of the load before end: UDP streams and TCP connections that close stay for 120 s.
 */
export const LONGEST_WAIT_MS = 150_000;
const ANSWER_SECONDS = 5;
const PAUSE_MS = 2_000;

/**
 * Waits until the API of a deployment answers again, whatever it answers: the load before may have
 * brought it to a limit that it leaves some time later.
 * @param onWait called once, before the first pause
 * @returns false: it did not answer, or the search was interrupted
 */
export const awaitAnswer = async (
  target: RemoteTarget,
  signal: AbortSignal,
  onWait: () => void,
  longestMs = LONGEST_WAIT_MS,
): Promise<boolean> => {
  const deadline = performance.now() + longestMs;
  for (let attempt = 1; !signal.aborted; attempt++) {
    if (await answers(target)) return true;
    if (attempt === 1) onWait();
    if (performance.now() >= deadline) break;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
};

const answers = async (target: RemoteTarget): Promise<boolean> => {
  try {
    // A name that no room has: the answer is short.
    await (await roomServiceOf(target, ANSWER_SECONDS)).listRooms(['swarm-guard-']);
    return true;
  } catch (error) {
    // The run that follows reports any other error.
    return !(error instanceof ApiRejection) || apiErrorOf(error).reason !== 'unreachable';
  }
};
