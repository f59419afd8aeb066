import { createSummary, type InterimSummary, type Summary } from '@livekit-swarm/analysis';
import type { ReconnectPolicyName } from '@livekit-swarm/engine';
import type { Clock } from '@livekit-swarm/livekit';
import type { Threshold } from '@livekit-swarm/metrics';
import type { RecordWriter } from '@livekit-swarm/record';
import {
  COORDINATOR_SHARD,
  type EventLine,
  type EventName,
  emptyEngineHealth,
  type GeneratorSample,
  type RecordLine,
  type SampleLine,
} from '@livekit-swarm/record';
import type { Shard } from '@livekit-swarm/scenario';
import { createOtherProgramsMeter } from './other-programs.ts';
import { createProcessSampler, type ProcessSample } from './process-sampler.ts';
import { createProgressFold, type Progress } from './progress.ts';
import { createRoster, type RosterCounts } from './roster.ts';
import { createCpuLimitsMeter, createRunDelayMeter, createRunDelayMeters } from './run-delay.ts';
import type { WorkerDeath } from './worker-process.ts';

/**
 * Log of a run: every line of the run passes through it to the record, the summary, the roster and
 * the progress.
 */
export interface RunLog {
  /** Sets the zero of every `at`. */
  start(startedAtMs: number): void;
  elapsedMs(): number;
  append(line: RecordLine): void;
  /** Appends an event of the run itself, at the current time. */
  appendRunEvent(
    event: EventName,
    more?: Pick<
      EventLine,
      'shard' | 'reason' | 'message' | 'crossing' | 'findings' | 'durationMs' | 'stepMs'
    >,
  ): void;
  /** Appends the death of a worker, with results for all participants of its shard. */
  appendWorkerDeath(shard: number, death: WorkerDeath): void;
  /** Appends a sample of the coordinator itself. */
  sampleCoordinator(): void;
  counts(): RosterCounts;
  progress(): Omit<Progress, 'phase' | 'stages' | 'totalMs'>;
  interimSummary(): InterimSummary;
  /** Closes the log; must be called once, at the end. */
  close(): Summary;
}

export interface RunLogOptions {
  clock: Clock;
  /** Process of an embedded server. */
  serverPid: number | undefined;
  /** Processes of a lab that run now, by component. Absent: not known. */
  componentPids?(): ReadonlyMap<string, number>;
  record: RecordWriter;
  shards: readonly Shard[];
  thresholds: readonly Threshold[];
  reconnectPolicy: ReconnectPolicyName;
  /** End of the plan, ms after the start. */
  endAtMs: number;
  /** Called with every line after it was written. */
  onLine(line: RecordLine): void;
}

export const openRunLog = ({
  clock,
  serverPid,
  componentPids,
  record,
  shards,
  thresholds,
  reconnectPolicy,
  endAtMs,
  onLine,
}: RunLogOptions): RunLog => {
  const summary = createSummary(thresholds);
  const roster = createRoster(shards, reconnectPolicy, endAtMs);
  const fold = createProgressFold();
  const self = createProcessSampler();
  const limits = createCpuLimitsMeter();
  const ofServer = serverPid === undefined ? () => null : createRunDelayMeter(serverPid);
  const ofComponents =
    componentPids === undefined ? () => null : createRunDelayMeters(componentPids);
  const hostSample = (): HostSample => {
    const { stalledMs, throttledMs } = limits();
    const serverScheduling = ofServer();
    const componentScheduling = ofComponents();
    return {
      ...(stalledMs !== null && { stalledMs }),
      ...(throttledMs !== null && { throttledMs }),
      ...(serverScheduling !== null && { serverScheduling }),
      ...(componentScheduling !== null && { componentScheduling }),
    };
  };
  const otherPrograms = createOtherProgramsMeter();
  const otherSample = ({ hostCpuShare }: ProcessSample): Pick<GeneratorSample, 'otherPrograms'> => {
    const found = hostCpuShare > BUSY_HOST ? otherPrograms(performance.now()) : null;
    return found === null ? {} : { otherPrograms: found };
  };
  let startedAtMs = clock.now();
  let sampledAt = 0;
  let processesAlive = shards.length;
  const elapsedMs = (): number => clock.now() - startedAtMs;
  const append = (line: RecordLine): void => {
    record.write(line);
    summary.add(line);
    roster.add(line);
    if (line.type === 'sample') fold.add(line);
    onLine(line);
  };
  const appendRunEvent: RunLog['appendRunEvent'] = (event, more = {}) =>
    append({ type: 'event', at: elapsedMs(), event, ...more });
  return {
    start: (at) => {
      startedAtMs = at;
      sampledAt = elapsedMs();
    },
    elapsedMs,
    append,
    appendRunEvent,
    appendWorkerDeath: (shard, { reason, message }) => {
      processesAlive--;
      appendRunEvent('process_died', { shard, reason, message });
      for (const line of roster.recordLostParticipants(shard, elapsedMs(), 'process_died'))
        append(line);
      fold.forget(shard);
    },
    sampleCoordinator: () => {
      const at = elapsedMs();
      const own = self.sample();
      append(
        coordinatorSample(at, at - sampledAt, { ...own, ...hostSample(), ...otherSample(own) }),
      );
      sampledAt = at;
    },
    counts: roster.counts,
    progress: () => {
      const { generator, ...media } = fold.snapshot();
      return {
        elapsedMs: elapsedMs(),
        ...roster.counts(),
        ...media,
        generator: { ...generator, processes: shards.length, processesAlive },
      };
    },
    interimSummary: summary.interim,
    close: () => {
      self.close();
      return summary.result();
    },
  };
};

/** Utilisation of a host from which samples name the programs that use it, share of its cores. */
const BUSY_HOST = 0.9;

type HostSample = Pick<
  GeneratorSample,
  'serverScheduling' | 'componentScheduling' | 'stalledMs' | 'throttledMs' | 'otherPrograms'
>;

const coordinatorSample = (
  at: number,
  intervalMs: number,
  self: ProcessSample & HostSample,
): SampleLine => ({
  type: 'sample',
  at,
  shard: COORDINATOR_SHARD,
  intervalMs: Math.max(1, intervalMs),
  connected: 0,
  series: [],
  generator: {
    ...self,
    ...emptyEngineHealth(),
    lateJoins: 0,
  },
});
