import type { RecordLine, RecordWriter } from '@livekit-swarm/record';
import { type Progress, type RunResult, run, type WorkerAllocation } from '@livekit-swarm/runner';
import { expandPlan, type Plan } from '@livekit-swarm/scenario';
import type { Drill } from '../drill/drill.ts';
import { newcomersOf } from '../drill/join-probes.ts';
import { CROWD_ROLE } from '../drill/roles.ts';
import { scenarioOfDrill } from '../drill/scenario-of-drill.ts';
import type { Fault } from '../faults/fault.ts';
import type { Journal } from '../journal/journal.ts';
import { judgeRepeat } from '../measure/decide-verdict.ts';
import type { RepeatResult } from '../measure/drill-result.ts';
import { createRecoveryFold } from '../measure/measure-recovery.ts';
import type { Recovery } from '../measure/recovery.ts';
import { createSeconds } from '../measure/seconds.ts';
import { windowFigures } from '../measure/window-figures.ts';
import type { DrillDeployment } from './deployment.ts';
import { NOTHING, type Story, tellStory } from './drill-execution.ts';
import { healAll, type OpenFault } from './fault-schedule.ts';
import { openRooms } from './rooms-by-node.ts';
import { createAttendance } from './steady-state.ts';

export interface RepeatOptions {
  drill: Drill;
  number: number;
  deployment: DrillDeployment;
  faults: ReadonlyMap<string, Fault>;
  journal: Journal;
  /** Random word for this run's rooms and people. */
  name: string;
  staff(plan: Plan): WorkerAllocation;
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
 * @throws SwarmError when a fault could not be injected or healed; what `run` of swarm throws
 */
export const runRepeat = async (options: RepeatOptions): Promise<RepeatResult> => {
  const { drill, deployment, name, staff, record, version, stop } = options;
  const plan = planOfDrill(drill, name);
  const fold = createRecoveryFold();
  const seconds = createSeconds();
  const attendance = createAttendance(plan.participants);
  const over = new AbortController();
  const open = new Set<OpenFault>();
  let story: Promise<Story> = Promise.resolve({
    failure: { what: 'void', message: 'the run did not begin' },
    played: NOTHING,
  });
  let startedAtMs = Date.now();
  await openRooms(deployment, crowdRooms(plan));
  let result: RunResult;
  let recovery: Recovery;
  try {
    result = await run({
      deployment: {
        ...deployment,
        embedded: false,
        serverVersion: null,
        exited: new Promise(() => {}),
      },
      run: name,
      plan,
      allocation: staff(plan),
      thresholds: drill.thresholds,
      signalling: 'auto',
      reconnectPolicy: drill.crowd.recovery,
      watchMedia: true,
      record,
      version,
      stop,
      ...(options.onProgress !== undefined && { onProgress: options.onProgress }),
      onStart: (live) => {
        startedAtMs = live.startedAtMs;
        story = tellStory({
          ...options,
          plan,
          live,
          attendance,
          open,
          stop: AbortSignal.any([stop, over.signal]),
        });
        // It is awaited below; until then a failure has no other listener.
        story.catch(() => {});
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
