import { setTimeout as sleep } from 'node:timers/promises';
import { expandPlan, type Plan, type RecordLine } from '@livekit-swarm/core';
import { type LiveRun, type Progress, type RecordWriter, type RunResult, run, type Staffing } from '@livekit-swarm/swarm';
import type { Drill } from '../drill/drill.ts';
import { drillTimes } from '../drill/drill-times.ts';
import { newcomersOf } from '../drill/newcomers-of.ts';
import { CROWD_ROLE } from '../drill/roles.ts';
import { scenarioOfDrill } from '../drill/scenario-of-drill.ts';
import type { Fault } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import type { RepeatResult } from '../measure/drill-result.ts';
import { judgeRepeat } from '../measure/judge-repeat.ts';
import { createRecoveryFold } from '../measure/measure-recovery.ts';
import type { Recovery } from '../measure/recovery.ts';
import { createSeconds } from '../measure/seconds.ts';
import { windowFigures } from '../measure/window-figures.ts';
import { type Attendance, createAttendance } from './attendance.ts';
import type { DrillDeployment } from './deployment.ts';
import { openRooms } from './open-rooms.ts';
import { healAll, type OpenFault, type Played, playFaults } from './play-faults.ts';
import { watchAbort } from './watch-abort.ts';
import { type DeploymentWatch, watchDeployment } from './watch-deployment.ts';

export interface RepeatOptions {
  drill: Drill;
  number: number;
  deployment: DrillDeployment;
  faults: ReadonlyMap<string, Fault>;
  journal: Journal;
  /** Random word for this run's rooms and people. */
  name: string;
  staff(plan: Plan): Staffing;
  /** Closed at the end. */
  record: RecordWriter;
  version: string;
  /** Aborted: heal, leave, judge what there is. */
  stop: AbortSignal;
  onProgress?(progress: Progress): void;
  onLine?(line: RecordLine): void;
}

/** The people of a drill, and when they come: its crowd and its newcomers. */
export const planOfDrill = (drill: Drill, name: string): Plan => {
  const plan = expandPlan(scenarioOfDrill(drill), name);
  return { ...plan, participants: [...plan.participants, ...newcomersOf(drill, plan)] };
};

/**
 * Carries a drill out once: a crowd comes; when it is steady things go wrong and are put right again; and its record says who came back. Whatever was
 * injected is healed when this resolves or rejects.
 * @throws ChaosError when a fault could not be injected or healed; what `run` of swarm throws
 */
export const runRepeat = async (options: RepeatOptions): Promise<RepeatResult> => {
  const { drill, deployment, name, staff, record, version, stop } = options;
  const plan = planOfDrill(drill, name);
  const fold = createRecoveryFold();
  const seconds = createSeconds();
  const attendance = createAttendance(plan.participants);
  const over = new AbortController();
  const open = new Set<OpenFault>();
  let story: Promise<Story> = Promise.resolve({ failure: 'the run did not begin', played: NOTHING });
  let startedAtMs = Date.now();
  await openRooms(deployment, crowdRooms(plan));
  let result: RunResult;
  let recovery: Recovery;
  try {
    result = await run({
      deployment: { ...deployment, embedded: false, serverVersion: null, exited: new Promise(() => {}) },
      run: name,
      plan,
      staffing: staff(plan),
      thresholds: drill.thresholds,
      signalling: 'auto',
      recovery: drill.crowd.recovery,
      watchMedia: true,
      record,
      version,
      stop,
      ...(options.onProgress !== undefined && { onProgress: options.onProgress }),
      onStart: (live) => {
        startedAtMs = live.startedAtMs;
        story = tellStory(options, plan, live, attendance, open, AbortSignal.any([stop, over.signal]));
        // It is awaited below; until then a failure has no other listener.
        story.catch(() => live.end());
      },
      onLine: (line) => {
        fold.add(line);
        seconds.add(line);
        attendance.add(line);
        options.onLine?.(line);
      },
    });
    // What is healed from here on is no longer in the record: who reads that again must come to the same.
    recovery = fold.result();
  } finally {
    over.abort();
    await story.catch(() => {});
    await healAll(open);
  }
  const { failure, played } = await story;
  return {
    number: options.number,
    recovery,
    windows: windowFigures(result.summary),
    seconds: seconds.result(),
    record: result.record,
    startedAtMs,
    tookMs: Date.now() - startedAtMs,
    ...judgeRepeat({ drill, recovery, played, failure, interrupted: stop.aborted, run: result }),
  };
};

const crowdRooms = ({ participants }: Plan): string[] => [
  ...new Set(participants.filter(({ role }) => role === CROWD_ROLE).map(({ room }) => room)),
];

/** What came of a drill beside its record. */
interface Story {
  /** Why it is void, or was aborted; null: neither. */
  failure: string | null;
  played: Played;
}

const NOTHING: Played = { injected: 0, skipped: [] };
const LOOK_EVERY_MS = 1_000;

/** From the first join to the end: waits until it is steady, plays the faults, and looks at the deployment meanwhile. */
const tellStory = async (
  { drill, deployment, faults, journal }: RepeatOptions,
  plan: Plan,
  live: LiveRun,
  attendance: Attendance,
  open: Set<OpenFault>,
  stop: AbortSignal,
): Promise<Story> => {
  const { zeroMs } = drillTimes(drill);
  const rooms = new Set(plan.participants.map(({ room }) => room));
  const watch = watchDeployment(deployment, rooms, live.tell, live.elapsedMs);
  const looking = lookUntil(watch, stop);
  try {
    await pause(zeroMs - live.elapsedMs(), stop);
    if (stop.aborted) return { failure: 'the run ended before it was steady', played: NOTHING };
    const { steadySince } = attendance;
    if (steadySince === null || live.elapsedMs() - steadySince < drill.steady.forMs) {
      const message = `it was not steady ${drill.steady.withinMs / 1_000} s after the last join: ${attendance.missing()}`;
      live.tell({ what: 'void', message });
      live.end();
      return { failure: message, played: NOTHING };
    }
    live.tell({ what: 'steady' });
    const abort = watchAbort(drill, attendance, rooms);
    const tell: LiveRun['tell'] = (event, at) => {
      if (event.what === 'fault') abort.hit(event.rooms);
      live.tell(event, at);
    };
    const played = await playFaults(
      {
        drill,
        target: deployment.target,
        faults,
        attendance,
        journal,
        elapsedMs: live.elapsedMs,
        zeroMs,
        tell,
        stop: AbortSignal.any([stop, abort.signal]),
      },
      open,
    );
    const aborted = await abort.reason(stop);
    abort.close();
    if (aborted === null) return { failure: null, played };
    await healAll(open);
    live.tell({ what: 'aborted', message: aborted });
    live.end();
    return { failure: aborted, played };
  } finally {
    await looking;
    watch.close();
  }
};

const lookUntil = async (watch: DeploymentWatch, stop: AbortSignal): Promise<void> => {
  while (!stop.aborted) {
    await watch.look();
    await pause(LOOK_EVERY_MS, stop);
  }
};

const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  sleep(Math.max(0, ms), undefined, { signal: stop }).catch(() => {});
