import { setTimeout as sleep } from 'node:timers/promises';
import type { Sipp } from '../signalling/sipp.ts';
import type { CallProgress, CallTrack, TrackedCalls } from './call-track.ts';

interface FollowedCalls extends TrackedCalls {
  stop: AbortSignal;
  onProgress?: (progress: CallProgress) => void;
}

/** Time from one look at log and sockets to the next, ms. */
const TURN_MS = 5;
const PROGRESS_MS = 1_000;

/** Follows calls until they are over, or are to end: by a request, or by an error. */
export const followCalls = async (
  sipp: Pick<Sipp, 'read' | 'isOver' | 'stop'>,
  track: Pick<CallTrack, 'add' | 'send' | 'isOver' | 'isLate' | 'progress'>,
  request: FollowedCalls,
): Promise<void> => {
  let progressAt = performance.now() + PROGRESS_MS;
  try {
    while (!sipp.isOver) {
      // Also after a hang-up or a second signal: without BYE, the other side keeps its calls.
      if (request.stop.aborted) return await sipp.stop(false);
      for (const message of await sipp.read()) track.add(message);
      const nowMs = performance.timeOrigin + performance.now();
      track.send(nowMs);
      if (track.isOver(nowMs, request)) return;
      if (track.isLate(nowMs, request)) return await sipp.stop(false);
      if (performance.now() >= progressAt) {
        progressAt += PROGRESS_MS;
        request.onProgress?.(track.progress);
      }
      await sleep(TURN_MS);
    }
  } catch (error) {
    await sipp.stop(false);
    throw error;
  }
};
