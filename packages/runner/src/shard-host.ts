import type { RecordLine, SampleLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { EngineModule } from './load-engine.ts';
import { startMetronome } from './metronome.ts';
import { schedule } from './schedule.ts';
import { createSelfSampler } from './self-sampler.ts';
import type { Recruit, WorkerMessage, WorkOrder } from './worker-protocol.ts';

/** Carries out one shard inside a worker process. */
export interface ShardHost {
  /** More people, of whom some may be due already. */
  recruit(recruits: readonly Recruit[]): void;
  /** Stops joining, leaves with everybody and sends all that is left to say. Further calls wait for the first. */
  leave(): Promise<void>;
}

/** Long enough to batch a join storm, short enough that progress looks alive. */
const BATCH_MS = 100;

/**
 * Begins a shard: joins and leaves at their due times, a sample a second, events as they happen.
 * @throws what the engine throws when it cannot be made
 */
export const hostShard = async (
  order: WorkOrder,
  { createEngine }: EngineModule,
  send: (message: WorkerMessage) => void,
): Promise<ShardHost> => {
  const { shard, startedAtMs, endAtMs } = order;
  const elapsedMs = (): number => Date.now() - startedAtMs;
  const outbox = createOutbox(send);
  const engine = await createEngine({
    ...order.engine,
    startedAtMs,
    shard,
    onEvent: (event) => outbox.push({ ...event, shard }),
  });
  const self = createSelfSampler();
  /** By their index: began, and were not told to leave yet. */
  const here = new Set<number>();
  /** Engines promise not to throw: a bug, and one that must not go unnoticed. */
  const complain = (error: unknown): void =>
    outbox.push({
      type: 'event',
      at: elapsedMs(),
      shard,
      event: 'warning',
      reason: 'engine_error',
      message: String(error),
    });
  const seeOff = async (index: number): Promise<void> => {
    if (here.delete(index)) outbox.push({ ...(await engine.leave(index)), shard });
  };
  const underWay = new Set<Promise<void>>();
  const leaves = schedule<ParticipantPlan>(leaveAt, elapsedMs, ({ index }) => {
    const leaving = seeOff(index)
      .catch(complain)
      .finally(() => underWay.delete(leaving));
    underWay.add(leaving);
  });
  const joins = schedule<Recruit>(joinAt, elapsedMs, ({ plan, admission }) => {
    here.add(plan.index);
    engine.join(plan, admission, plan.joinAtMs).catch(complain);
    // Only now: nobody leaves before they came, however late we are.
    if (plan.leaveAtMs < endAtMs) leaves.add([plan]);
  });
  joins.add(order.recruits);

  let lastSampleAt = 0;
  const sample = (): void => {
    const { joined, series, generator } = engine.sample();
    const at = elapsedMs();
    const line: SampleLine = {
      type: 'sample',
      at,
      shard,
      intervalMs: Math.max(1, at - lastSampleAt),
      joined,
      series,
      generator: { ...generator, ...self.sample(), lateJoins: joins.takeLate() },
    };
    lastSampleAt = at;
    send({ type: 'sample', sample: line });
  };
  const stopSampling = startMetronome(startedAtMs, 0, sample);

  const leave = async (): Promise<void> => {
    joins.stop();
    leaves.stop();
    stopSampling();
    sample();
    // All at once: who leaves first must not make the others miss a track.
    for (const left of await Promise.allSettled([...here].map(seeOff)))
      if (left.status === 'rejected') complain(left.reason);
    await Promise.all(underWay);
    await engine.close();
    self.close();
    outbox.flush();
  };
  let leaving: Promise<void> | null = null;
  return {
    recruit: joins.add,
    leave: () => {
      leaving ??= leave();
      return leaving;
    },
  };
};

const joinAt = ({ plan }: Recruit): number => plan.joinAtMs;
const leaveAt = ({ leaveAtMs }: ParticipantPlan): number => leaveAtMs;

/** Gathers lines and sends them together. */
const createOutbox = (
  send: (message: WorkerMessage) => void,
): { push(line: RecordLine): void; flush(): void } => {
  let lines: RecordLine[] = [];
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
