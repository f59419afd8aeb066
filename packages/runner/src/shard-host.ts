import { RECORDED_PAUSE_MS } from '@livekit-swarm/analysis';
import { monotonicMs, steadyClock, trustAuthorities } from '@livekit-swarm/livekit';
import type { EventLine, SampleLine } from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedAction } from '@livekit-swarm/scenario';
import { createClockWatch, type Disturbance } from './clock-watch.ts';
import { startIntervalTimer } from './interval-timer.ts';
import type { EngineModule } from './load-engine.ts';
import { createProcessSampler } from './process-sampler.ts';
import { createRunDelayMeter } from './run-delay.ts';
import { schedule } from './schedule.ts';
import type {
  AdmittedParticipant,
  ShardAssignment,
  WorkerLine,
  WorkerMessage,
} from './worker-protocol.ts';

/** Host of one shard inside a worker process. */
export interface ShardHost {
  /** Adds participants; the scheduled join of some may have passed. */
  assign(admitted: readonly AdmittedParticipant[]): void;
  /** Corrects the offset from this clock to the shared clock, ms. */
  correctClock(ms: number): void;
  /**
   * Stops joins, lets all participants leave, and sends the remaining lines. Further calls wait for
   * the first.
   */
  stop(): Promise<void>;
}

/**
 * Time for which lines are collected, ms: long enough to batch a join storm, short enough for
 * progress without visible delay.
 */
const BATCH_MS = 100;

/**
 * Starts a shard: it joins and leaves at the scheduled times, samples once a second, and sends
 * events as they happen.
 * @param own settings of this host: the folder for logs and files of clients, and the program of
 * the browser
 * @throws error of the engine if it cannot be created
 */
export const hostShard = async (
  assignment: ShardAssignment,
  { createEngine }: EngineModule,
  { dir, browser }: { dir: string; browser?: string },
  send: (message: WorkerMessage) => void,
): Promise<ShardHost> => {
  const { shard, startedAtMs, clockOffsetMs, endAtMs } = assignment;
  trustAuthorities(assignment.authorities);
  const clock = steadyClock(clockOffsetMs);
  const elapsedMs = (): number => clock.now() - startedAtMs;
  const outbox = createOutbox(send);
  const engine = await createEngine({
    ...assignment.engine,
    startedAtMs,
    clockOffsetMs,
    shard,
    dir,
    ...(browser !== undefined && { browser }),
    elsewhere: assignment.elsewhere,
    onEvent: (event) => outbox.push({ ...event, shard }),
  });
  const self = createProcessSampler();
  const runDelay = createRunDelayMeter(process.pid, drivesParticipants);
  /** Indexes of participants that started and were not asked to leave yet. */
  const hosted = new Set<number>();
  /**
   * Reports an exception of the engine: engines promise not to throw, so it is a defect that must
   * be visible.
   */
  const warn = (error: unknown): void =>
    outbox.push({
      type: 'event',
      at: elapsedMs(),
      shard,
      event: 'warning',
      reason: 'engine_error',
      message: String(error),
    });
  const leaveOne = async (index: number): Promise<void> => {
    if (hosted.delete(index)) outbox.push({ ...(await engine.leave(index)), shard });
  };
  const underWay = new Set<Promise<void>>();
  const leaves = schedule<ParticipantPlan>(leaveAt, elapsedMs, ({ index }) => {
    const leaving = leaveOne(index)
      .catch(warn)
      .finally(() => underWay.delete(leaving));
    underWay.add(leaving);
  });
  const actions = schedule<Acting>(actAt, elapsedMs, ({ plan, action }) => {
    if (!hosted.has(plan.index)) return;
    if (isOfCoordinator(action)) return;
    if (engine.act?.(plan.index, action) !== true)
      outbox.push(unsupported(plan, action, elapsedMs(), shard));
  });
  const joins = schedule<AdmittedParticipant>(joinAt, elapsedMs, ({ plan, admission }) => {
    hosted.add(plan.index);
    engine.join(plan, admission, plan.joinAtMs).catch(warn);
    // The departure is scheduled only now, so that no participant leaves before it joined, however
    // late that is.
    if (plan.leaveAtMs < endAtMs) leaves.add([plan]);
    if (plan.actions !== undefined) actions.add(plan.actions.map((action) => ({ plan, action })));
  });
  const assign = (admitted: readonly AdmittedParticipant[]): void => {
    for (const { plan } of admitted) engine.prepare?.(plan);
    joins.add(admitted);
  };
  assign(assignment.admitted);
  let startLatenessMs: number | null = null;
  const sinceStartMs = (): number => monotonicMs() + clockOffsetMs - startedAtMs;
  const atStart = setTimeout(
    () => {
      startLatenessMs = Math.max(0, sinceStartMs());
    },
    Math.max(0, -sinceStartMs()),
  );

  let wasPaused = false;
  /**
   * True if the process was paused in the interval of the previous sample: a thread that was
   * stopped reports its pause when it runs again, which may be after that sample.
   */
  let wasPausedBefore = false;
  const report = (disturbance: Disturbance): void => {
    if (disturbance.event === 'process_paused') wasPaused = true;
    outbox.push({ type: 'event', at: elapsedMs(), shard, ...disturbance });
  };
  const clockWatch = createClockWatch(report);
  let lastSampleAt = 0;
  const sample = (): void => {
    clockWatch.check();
    const { connected, series, generator, clients, speakers, streamDrops, ...data } =
      engine.sample();
    const { rpc, dataStreams, dataTracks, dataQueues } = data;
    if (!wasPaused && !wasPausedBefore && generator.tickLatenessMs >= RECORDED_PAUSE_MS)
      report({ event: 'process_paused', durationMs: Math.round(generator.tickLatenessMs) });
    const at = elapsedMs();
    const scheduling = runDelay();
    const line: SampleLine = {
      type: 'sample',
      at,
      shard,
      intervalMs: Math.max(1, at - lastSampleAt),
      connected: connected,
      series,
      ...(speakers !== undefined && { speakers }),
      ...(rpc !== undefined && { rpc }),
      ...(dataStreams !== undefined && { dataStreams }),
      ...(dataTracks !== undefined && { dataTracks }),
      ...(dataQueues !== undefined && { dataQueues }),
      ...(streamDrops !== undefined && { streamDrops }),
      ...(clients !== undefined && { clients }),
      generator: {
        ...generator,
        // A pause of the process stops its threads, too.
        ...(wasPaused && { stuckThreads: 0 }),
        ...self.sample(),
        ...(scheduling !== null && { scheduling }),
        lateJoins: joins.takeLate(),
        ...(startLatenessMs !== null && { startLatenessMs }),
      },
    };
    startLatenessMs = null;
    wasPausedBefore = wasPaused;
    wasPaused = false;
    lastSampleAt = at;
    send({ type: 'sample', sample: line });
  };
  const stopSampling = startIntervalTimer(elapsedMs, 0, sample);

  const leave = async (): Promise<void> => {
    clearTimeout(atStart);
    joins.stop();
    leaves.stop();
    actions.stop();
    stopSampling();
    sample();
    clockWatch.close();
    // All participants leave at the same time, so that those that leave first do not cause missing
    // tracks for others.
    for (const left of await Promise.allSettled([...hosted].map(leaveOne)))
      if (left.status === 'rejected') warn(left.reason);
    await Promise.all(underWay);
    await engine.close();
    self.close();
    outbox.flush();
  };
  let leaving: Promise<void> | null = null;
  return {
    assign,
    correctClock: (ms) => engine.correctClock?.(ms),
    stop: () => {
      leaving ??= leave();
      return leaving;
    },
  };
};

/**
 * Returns true for the threads that drive participants, the event loop and the pump threads; others
 * collect garbage or compile.
 */
const drivesParticipants = (name: string, isMain: boolean): boolean =>
  isMain || name.startsWith('pump-');

/** Action of a participant. */
interface Acting {
  plan: ParticipantPlan;
  action: PlannedAction;
}

/**
 * Returns true for actions that are not the engine's: the coordinator changes permissions, and a
 * participant that disappears leaves at its scheduled time.
 */
const isOfCoordinator = (action: PlannedAction): boolean =>
  action.do === 'permit' || action.do === 'disappear';

const actAt = ({ action }: Acting): number => action.atMs;

const unsupported = (
  { identity, group, room, role }: ParticipantPlan,
  action: PlannedAction,
  at: number,
  shard: number,
): EventLine => ({
  type: 'event',
  at,
  shard,
  event: 'action_failed',
  identity,
  group,
  room,
  role,
  action: action.do,
  reason: 'unsupported',
  message: 'the engine of this participant cannot do that',
});

const joinAt = ({ plan }: AdmittedParticipant): number => plan.joinAtMs;
const leaveAt = ({ leaveAtMs }: ParticipantPlan): number => leaveAtMs;

/** Creates an outbox that collects lines and sends them together. */
const createOutbox = (
  send: (message: WorkerMessage) => void,
): { push(line: WorkerLine): void; flush(): void } => {
  let lines: WorkerLine[] = [];
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (lines.length === 0) return;
    send({ type: 'lines', lines });
    lines = [];
  };
  return {
    push: (line) => {
      lines.push(line);
      timer ??= setTimeout(flush, BATCH_MS);
    },
    flush,
  };
};
