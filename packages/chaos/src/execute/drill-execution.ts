import type { LiveRun } from '@livekit-swarm/runner';
import type { Plan } from '@livekit-swarm/scenario';
import type { Drill } from '../drill/drill.ts';
import { drillTimes } from '../drill/drill-times.ts';
import type { Fault } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import type { Failure } from '../measure/decide-verdict.ts';
import { type AbortWatch, watchAbort } from './abort-condition.ts';
import type { DrillDeployment } from './deployment.ts';
import { takenBack } from './external-rollback.ts';
import { healAll, type OpenFault, type Played, playFaults } from './fault-schedule.ts';
import { type DeploymentWatch, watchDeployment } from './observe-deployment.ts';
import { pause } from './pause.ts';
import type { Attendance } from './steady-state.ts';

/** What came of a drill beside its record. */
export interface Story {
  /** Null: all of it was done. */
  failure: Failure | null;
  played: Played;
}

export const NOTHING: Played = { injected: 0, skipped: [] };
const LOOK_EVERY_MS = 1_000;

export interface StoryOptions {
  drill: Drill;
  deployment: DrillDeployment;
  faults: ReadonlyMap<string, Fault>;
  journal: Journal;
  plan: Plan;
  live: LiveRun;
  attendance: Attendance;
  /** What was injected and not healed; what is in it at the end is healed by the caller. */
  open: Set<OpenFault>;
  /** Aborted when the run is over, or a person has had enough. */
  stop: AbortSignal;
}

/** From the first join to the end: waits until it is steady, plays the faults, and looks at the deployment meanwhile. */
export const tellStory = async ({
  drill,
  deployment,
  faults,
  journal,
  plan,
  live,
  attendance,
  open,
  stop,
}: StoryOptions): Promise<Story> => {
  const { zeroMs } = drillTimes(drill);
  const rooms = new Set(plan.participants.map(({ room }) => room));
  const watch = watchDeployment(deployment, rooms, live.append, live.elapsedMs);
  let failure: Failure | null = null;
  const giveUp = (what: Failure['what'], message: string): void => {
    if (failure !== null) return;
    failure = { what, message };
    live.append({ what, message });
    live.stop();
  };
  const confirm = async (): Promise<void> => {
    await deployment.confirm?.();
    const why = await takenBack(open, journal);
    if (why !== null) giveUp('void', why);
  };
  const tellsNothing = (error: unknown): void =>
    giveUp('void', error instanceof Error ? error.message : String(error));
  const looking = lookUntil(confirm, watch, stop).catch(tellsNothing);
  let abort: AbortWatch | null = null;
  try {
    await pause(zeroMs - live.elapsedMs(), stop);
    if (stop.aborted) {
      return {
        failure: failure ?? { what: 'void', message: 'the run ended before it was steady' },
        played: NOTHING,
      };
    }
    const { steadySince } = attendance;
    if (steadySince === null || live.elapsedMs() - steadySince < drill.steady.forMs) {
      giveUp(
        'void',
        `it was not steady ${drill.steady.withinMs / 1_000} s after the last join: ${attendance.missing()}`,
      );
      return { failure, played: NOTHING };
    }
    live.append({ what: 'steady' });
    // Not before: who is still joining hears nobody either.
    const watched = watchAbort(drill, attendance, rooms);
    abort = watched;
    const played = await playFaults(
      {
        drill,
        target: deployment.target,
        faults,
        attendance,
        journal,
        elapsedMs: live.elapsedMs,
        zeroMs,
        onHit: watched.hit,
        tell: live.append,
        stop: AbortSignal.any([stop, watched.signal]),
      },
      open,
    );
    const aborted = await watched.reason(stop);
    if (aborted !== null) {
      await healAll(open);
      giveUp('aborted', aborted);
    }
    return { failure, played };
  } catch (error) {
    // What goes on has no purpose any more. Its record says so as well: who reads it again must not take it for one in which nothing went wrong.
    tellsNothing(error);
    throw error;
  } finally {
    abort?.close();
    await looking;
    watch.close();
  }
};

/** @throws what `confirm` throws */
const lookUntil = async (
  confirm: () => Promise<void>,
  watch: DeploymentWatch,
  stop: AbortSignal,
): Promise<void> => {
  while (!stop.aborted) {
    await confirm();
    await watch.look();
    await pause(LOOK_EVERY_MS, stop);
  }
};
