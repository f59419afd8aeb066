import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRejection } from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings';
import { type EgressApi, type EgressRun, type EgressSource, isOver } from './egress-run.ts';

/** Time between two looks at an egress, ms: the error of its times. */
export const LOOK_MS = 250;
/** Calls of the stop while the API gives no answer, and the time between two of them, ms. */
const STOP_ATTEMPTS = 3;
const STOP_PAUSE_MS = 1_000;

export interface FollowOptions {
  /** Time for which an egress is active before it is stopped, ms. */
  forMs: number;
  /** Time that it may take to become active, and to end after the stop, ms. */
  startWithinMs: number;
  finishWithinMs: number;
}

/**
 * Starts an egress, stops it after a time, and follows it until it is over.
 * @param stop aborted: it is stopped at once, and followed to its end
 * @param kill aborted: it is stopped, and no longer followed
 */
export const followEgress = async (
  api: EgressApi,
  source: EgressSource,
  { forMs, startWithinMs, finishWithinMs }: FollowOptions,
  stop: AbortSignal,
  kill: AbortSignal,
): Promise<EgressRun> => {
  const run: EgressRun = {
    ...{ source, egressId: null, requestedAtMs: Date.now(), activeAtMs: null, stoppedAtMs: null },
    ...{ endedAtMs: null, state: null, error: null, details: null, file: null },
  };
  let egressId: string;
  try {
    ({ egressId } = await api.start(source));
  } catch (error) {
    return { ...run, endedAtMs: Date.now(), error: messageOf(error) };
  }
  run.egressId = egressId;
  run.state = 'starting';
  /** Looks until a condition or the end. @returns whether the condition was met */
  const lookUntil = async (ms: number, isMet: () => boolean): Promise<boolean> => {
    const untilMs = Date.now() + ms;
    for (;;) {
      await look(api, egressId, run);
      if (isMet()) return true;
      if (Date.now() >= untilMs || run.endedAtMs !== null) return false;
      await sleep(LOOK_MS);
    }
  };
  const isActive = await lookUntil(startWithinMs, () => run.activeAtMs !== null || stop.aborted);
  if (isActive) await lookUntil(forMs, () => stop.aborted);
  if (run.endedAtMs !== null) return run;
  run.stoppedAtMs = Date.now();
  // One that is not stopped continues until its room closes.
  for (let attempt = 1; attempt <= STOP_ATTEMPTS; attempt++) {
    try {
      await api.stop(egressId);
      break;
    } catch (error) {
      run.error = messageOf(error);
      const isAnswered = error instanceof ApiRejection && error.status !== null;
      if (isAnswered || kill.aborted) break;
      await sleep(STOP_PAUSE_MS);
    }
  }
  await lookUntil(finishWithinMs, () => run.endedAtMs !== null || kill.aborted);
  return run;
};

const look = async (api: EgressApi, egressId: string, run: EgressRun): Promise<void> => {
  // An API that does not answer once is asked again; the state stays what it was.
  const status = await api.read(egressId).catch(() => null);
  if (status === null) return;
  const { state, error, details, file } = status;
  run.state = state;
  run.error = error ?? run.error;
  run.details = details ?? run.details;
  run.file = file ?? run.file;
  if (state === 'active') run.activeAtMs ??= Date.now();
  if (isOver(state)) run.endedAtMs ??= Date.now();
};
