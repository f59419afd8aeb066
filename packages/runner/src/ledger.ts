import { createSummary, type InterimSummary, type Summary } from '@livekit-swarm/analysis';
import type { RecoveryPolicy } from '@livekit-swarm/engine';
import type { Threshold } from '@livekit-swarm/metrics';
import type { RecordWriter } from '@livekit-swarm/record';
import {
  COORDINATOR_SHARD,
  type EventLine,
  type EventName,
  type RecordLine,
  type SampleLine,
} from '@livekit-swarm/record';
import type { Shard } from '@livekit-swarm/scenario';
import { createProgressFold, type Progress } from './progress.ts';
import { createRoster, type RosterCounts } from './roster.ts';
import { createSelfSampler } from './self-sampler.ts';
import type { WorkerDeath } from './worker-process.ts';

/** Where everything that becomes known about a run passes through: to the disk, into the summary, into the progress. */
export interface Ledger {
  /** Sets the zero of every `at`. */
  start(startedAtMs: number): void;
  elapsedMs(): number;
  tell(line: RecordLine): void;
  /** An event of the run itself, now. */
  note(
    event: EventName,
    more?: Pick<EventLine, 'shard' | 'reason' | 'message' | 'crossing' | 'findings'>,
  ): void;
  /** A worker died: nobody of its shard is forgotten. */
  workerDied(shard: number, death: WorkerDeath): void;
  /** Tells what the coordinator itself costs. */
  sampleSelf(): void;
  counts(): RosterCounts;
  progress(): Omit<Progress, 'phase' | 'stages' | 'totalMs'>;
  interimSummary(): InterimSummary;
  /** Call once, at the end. */
  close(): Summary;
}

export interface LedgerOptions {
  record: RecordWriter;
  shards: readonly Shard[];
  thresholds: readonly Threshold[];
  recovery: RecoveryPolicy;
  /** Told of every line, after it was written. */
  onLine(line: RecordLine): void;
}

export const openLedger = ({
  record,
  shards,
  thresholds,
  recovery,
  onLine,
}: LedgerOptions): Ledger => {
  const summary = createSummary(thresholds);
  const roster = createRoster(shards, recovery);
  const fold = createProgressFold();
  const self = createSelfSampler();
  let startedAtMs = Date.now();
  let sampledAt = 0;
  let workersAlive = shards.length;
  const elapsedMs = (): number => Date.now() - startedAtMs;
  const tell = (line: RecordLine): void => {
    record.write(line);
    summary.add(line);
    roster.add(line);
    if (line.type === 'sample') fold.add(line);
    onLine(line);
  };
  const note: Ledger['note'] = (event, more = {}) =>
    tell({ type: 'event', at: elapsedMs(), event, ...more });
  return {
    start: (at) => {
      startedAtMs = at;
      sampledAt = elapsedMs();
    },
    elapsedMs,
    tell,
    note,
    workerDied: (shard, { reason, message }) => {
      workersAlive--;
      note('worker_died', { shard, reason, message });
      for (const line of roster.recordLostParticipants(shard, elapsedMs(), 'worker_died'))
        tell(line);
      fold.forget(shard);
    },
    sampleSelf: () => {
      const at = elapsedMs();
      tell(coordinatorSample(at, at - sampledAt, self.sample()));
      sampledAt = at;
    },
    counts: roster.counts,
    progress: () => {
      const { generator, ...media } = fold.snapshot();
      return {
        elapsedMs: elapsedMs(),
        ...roster.counts(),
        ...media,
        generator: { ...generator, workers: shards.length, workersAlive },
      };
    },
    interimSummary: summary.interim,
    close: () => {
      self.close();
      return summary.result();
    },
  };
};

const coordinatorSample = (
  at: number,
  intervalMs: number,
  self: ReturnType<ReturnType<typeof createSelfSampler>['sample']>,
): SampleLine => ({
  type: 'sample',
  at,
  shard: COORDINATOR_SHARD,
  intervalMs: Math.max(1, intervalMs),
  joined: 0,
  series: [],
  generator: {
    ...self,
    tickLatenessMs: 0,
    lateSends: 0,
    sendErrors: 0,
    socketDrops: 0,
    datagramsSent: 0,
    datagramsReceived: 0,
    lateJoins: 0,
  },
});
