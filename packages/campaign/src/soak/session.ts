/** One session of `swarm soak`: the same load on the same server again and again, which is read at rest after each cycle. */
import { join } from 'node:path';
import { isRun } from '@livekit-swarm/analysis';
import {
  type CycleDeparture,
  departureOfCycle,
  evaluateSoak,
  type IdleNode,
  type IdleReading,
  isDecided,
  type SoakCycle,
  type SoakResult,
  type Tolerances,
} from '@livekit-swarm/analysis/soak';
import { LEFT_WHILE_JOINING } from '@livekit-swarm/record';
import { readIdleServer, type ServerSource, SourceError } from '@livekit-swarm/runner';
import { departsWhileJoining, type Scenario } from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, type SwarmError } from '@livekit-swarm/settings';
import type { Deployed } from '../deploy.ts';
import { planRun, type RunRequest } from '../plan-run.ts';
import { type RunConditions, runOnce } from '../run-once.ts';
import type { ServerMetricsChoice } from '../server-metrics.ts';
import { cycleScenario } from './cycle-scenario.ts';

export interface SoakSession {
  scenario: Scenario;
  /** Ways of leaving, which take turns. */
  departures: readonly CycleDeparture[];
  forMs: number;
  /** Longest wait until the server is at rest, ms. */
  settleMs: number;
  warmUpCycles: number;
  tolerances: Tolerances;
  /** The server, which is the same in all cycles. */
  deployed: Deployed;
  sources: readonly ServerSource[];
  serverMetrics: ServerMetricsChoice;
  request: Pick<RunRequest, 'guard' | 'signalling' | 'workers'>;
  conditions: Pick<RunConditions, 'interruption' | 'observer' | 'version'>;
  /** Folder of the records: `001`, `002`, … */
  folder: string;
  /** Called after each cycle. */
  onCycle(cycle: SoakCycle, so: SoakResult): void;
}

export interface SoakOutcome {
  result: SoakResult;
  /** The error that ended the soak before its time; null: none, or the result is certain. */
  problem: (Pick<SwarmError, 'message' | 'hint'> & { code: string; exitCode: ExitCode }) | null;
}

/** Runs cycles until the result is certain, the time is over, Ctrl-C, or the server is gone. */
export const runSoak = async (session: SoakSession): Promise<SoakOutcome> => {
  const { departures, forMs, deployed, sources, settleMs, conditions } = session;
  const { stop } = conditions.interruption;
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  let ended: SoakOutcome['problem'] = null;
  void deployed.exited.then(({ message, cause }) => {
    const own = cause === 'killed' || cause === 'guard_died';
    ended = {
      code: 'server_ended',
      message,
      hint: null,
      exitCode: own ? EXIT_CODES.inconclusive.code : EXIT_CODES.failed.code,
    };
  });
  const cycles: SoakCycle[] = [];
  const resultOf = (isLast: boolean): SoakResult => evaluateSoak(cycles, { ...session, isLast });
  const signal = stop;
  const rest = async (foreignRooms: number): Promise<IdleReading> => {
    const { nodes, isIdle, waitedMs } = await readIdleServer({
      sources,
      foreignRooms,
      settleMs,
      signal,
    });
    return {
      isIdle,
      waitedMs: Math.round(waitedMs),
      nodes: nodes.map(
        ({ name, id, figures: { goroutines, descriptors, memoryBytes } }): IdleNode => ({
          node: name ?? 'livekit-server',
          id,
          ...(goroutines !== undefined && { goroutines }),
          ...(descriptors !== undefined && { descriptors }),
          ...(memoryBytes !== undefined && { memoryBytes }),
        }),
      ),
    };
  };

  try {
    const foreignRooms = await roomsOf(sources, signal);
    for (let number = 0; elapsedMs() < forMs && !stop.aborted && ended === null; number++) {
      const departure = departureOfCycle(departures, number);
      const run = await runCycle(session, departure, number);
      if ('problem' in run)
        return { result: resultOf(true), problem: stop.aborted ? null : (ended ?? run.problem) };
      if (ended !== null || stop.aborted) break;
      const cycle: SoakCycle = {
        atMs: Math.round(elapsedMs()),
        departure,
        ...run,
        reading: await rest(foreignRooms),
        generatorBytes: process.memoryUsage().rss,
      };
      cycles.push(cycle);
      const result = resultOf(false);
      session.onCycle(cycle, result);
      if (isDecided(result)) return { result, problem: null };
    }
  } catch (error) {
    if (error instanceof SourceError && !stop.aborted) ended ??= unread(error);
    if (!stop.aborted && ended === null) throw error;
  }
  return { result: resultOf(true), problem: ended };
};

/** A node that cannot be read has ended, or is too busy to answer: what remains on it is not known. */
const unread = ({ message }: SourceError): NonNullable<SoakOutcome['problem']> => ({
  code: 'server_metrics_lost',
  message: `the metrics of a node cannot be read: ${message}`,
  hint: 'look whether this node still runs, and whether prometheus.port answers from here',
  exitCode: EXIT_CODES.inconclusive.code,
});

/** Rooms that are there before the first cycle: they are of others. */
const roomsOf = async (sources: readonly ServerSource[], signal: AbortSignal): Promise<number> => {
  const readings = await Promise.all(sources.map((source) => source.sample(signal)));
  return readings.flat().reduce((sum, { figures }) => sum + (figures.rooms ?? 0), 0);
};

const runCycle = async (
  { scenario, deployed, serverMetrics, request, conditions, folder }: SoakSession,
  departure: CycleDeparture,
  number: number,
): Promise<
  | Pick<SoakCycle, 'joins' | 'joinsFailed' | 'recordPath'>
  | { problem: NonNullable<SoakOutcome['problem']> }
> => {
  const { url, apiUrl, apiKey, apiSecret } = deployed;
  const cycle = planRun({
    ...request,
    scenario: cycleScenario(scenario, departure),
    target: { type: 'remote', url, apiKey, apiSecret, ...(apiUrl !== undefined && { apiUrl }) },
    serverMetrics,
  });
  const ran = await runOnce(cycle, {
    ...conditions,
    endWhenOverloaded: true,
    recordDir: join(folder, String(number + 1).padStart(3, '0')),
  });
  if (!isRun(ran)) {
    const { reason: code, message, hint, exitCode } = ran;
    return { problem: { code, message, hint, exitCode } };
  }
  const { planned, failed, failureReasons } = ran.summary.joins;
  // Participants that leave while they join have not joined at the end of a run.
  const meant =
    departure !== 'scenario' && departsWhileJoining(departure)
      ? (failureReasons.find(({ reason }) => reason === LEFT_WHILE_JOINING)?.count ?? 0)
      : 0;
  return { joins: planned, joinsFailed: failed - meant, recordPath: ran.recordPath };
};
