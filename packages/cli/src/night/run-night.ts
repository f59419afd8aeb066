import { join } from 'node:path';
import type { Journal } from '@livekit-swarm/chaos';
import {
  appendNightLine,
  type KnownOutcomes,
  type LeftOutDrill,
  type LeftOutReason,
  type NightLine,
} from '@livekit-swarm/chaos/night';
import type { Interruption } from '@livekit-swarm/host';
import { type DrillOutcome, isDrillResult, type NoDrill } from '@livekit-swarm/report/drill';
import { lineText } from '@livekit-swarm/report/night';
import { EXIT_CODES, errorCodeOf, formatDuration, SwarmError } from '@livekit-swarm/settings';
import type { DrillMetrics } from '../chaos/drill-metrics.ts';
import type { DrillRequest } from '../chaos/drill-request.ts';
import { superviseDrill } from '../chaos/supervise-drill.ts';
import type { ProgressPrinter } from '../progress-printer.ts';
import { nightLineOf } from './night-line-of.ts';
import type { NightState } from './night-state.ts';
import { nameOfDeployment, type PlannedDrill } from './plan-night.ts';

export interface NightRun {
  state: NightState;
  /** Folder of the records of all drills. */
  folder: string;
  /** Drills in the order of execution. */
  drills: readonly PlannedDrill[];
  /** Lines of the drills that were executed before the night was continued. */
  done: readonly NightLine[];
  request: DrillRequest;
  history: string;
  known: KnownOutcomes;
  /** Longest duration, ms; null: no limit. */
  maxDurationMs: number | null;
  journal: Journal;
  metrics: DrillMetrics;
  interruption: Interruption;
  printer: ProgressPrinter;
  /** Writes the report of one drill into the folder of its records. */
  keep(outcome: DrillOutcome): Promise<void>;
}

export interface NightEnd {
  /** Last attempt of each drill, in the order of execution. */
  lines: NightLine[];
  leftOut: LeftOutDrill[];
  /** True when a drill without an outcome was not repeated, because the night had to end. */
  lacksRepeats: boolean;
}

/**
 * Executes the drills one after the other, and those without an outcome once more at the end. Each
 * is in the history as soon as it ends.
 * @throws SwarmError `target_not_confirmed` before anything was injected, `record_not_written`
 */
export const runNight = async (night: NightRun): Promise<NightEnd> => {
  const lines = new Map(night.done.map((line) => [line.drill, line]));
  const leftOut: LeftOutDrill[] = [];
  const clock = createClock(night);
  const repeated = (): PlannedDrill[] =>
    night.drills.filter(({ name }) => hasNoOutcome(lines.get(name)));

  const turn = async (one: PlannedDrill, attempt: number): Promise<LeftOutReason | null> => {
    const stopped = clock.whyStopped(one.expectedMs);
    if (stopped !== null) return stopped;
    const outcome = await carryOut(one, { night, stop: clock.stop });
    const reason = whyLeftOut(outcome, clock);
    if (reason !== null) return reason;
    const line = nightLineOf(
      executionOf(one, attempt, night, outcome),
      outcome.outcome,
      night.known,
    );
    appendNightLine(night.history, line);
    lines.set(one.name, line);
    night.printer.print(`${one.name}: ${lineText(line)}`);
    await night.keep(outcome.outcome);
    return null;
  };

  const waiting = night.drills.filter(({ name }) => !lines.has(name));
  for (const [index, one] of waiting.entries()) {
    const active = activeFault(lines);
    night.printer.print(
      `${index === 0 ? '' : '\n'}[${index + 1}/${waiting.length}] ${one.name}, about ${formatDuration(one.expectedMs)}`,
    );
    const reason: LeftOutReason | null =
      active === null ? await turn(one, 1) : { code: 'rollback_failed', drill: active };
    if (reason !== null) leftOut.push({ drill: one.name, file: one.file, reason });
  }
  let lacksRepeats = false;
  for (const one of repeated()) {
    lacksRepeats = activeFault(lines) !== null || clock.whyStopped(one.expectedMs) !== null;
    if (lacksRepeats) break;
    night.printer.print(`\n${one.name} is repeated: it had no outcome`);
    lacksRepeats = (await turn(one, 2))?.code === 'max_duration';
  }
  return { lines: [...lines.values()], leftOut, lacksRepeats };
};

/** True for a first attempt that states nothing about the server and was not expected. */
const hasNoOutcome = (line: NightLine | undefined): boolean =>
  line !== undefined &&
  line.attempt === 1 &&
  (line.finding === 'undecided' || line.finding === 'error');

/** Name of the drill whose fault is still active; null: none. */
const activeFault = (lines: ReadonlyMap<string, NightLine>): string | null =>
  [...lines.values()].find(({ reasons }) => reasons.includes('rollback_failed'))?.drill ?? null;

/** Limits of a night in time. */
interface NightClock {
  /** Aborted by Ctrl-C, and after --max-duration. */
  stop: AbortSignal;
  /** Reason for which no drill of this duration begins; null: it may begin. */
  whyStopped(expectedMs: number): LeftOutReason | null;
  isInterrupted(): boolean;
}

const createClock = ({ interruption, maxDurationMs }: NightRun): NightClock => {
  const limit = maxDurationMs === null ? null : AbortSignal.timeout(maxDurationMs);
  const endsAt = performance.now() + (maxDurationMs ?? Number.POSITIVE_INFINITY);
  return {
    stop: limit === null ? interruption.stop : AbortSignal.any([interruption.stop, limit]),
    whyStopped: (expectedMs) => {
      if (interruption.stop.aborted) return { code: 'interrupted' };
      return performance.now() + expectedMs > endsAt ? { code: 'max_duration' } : null;
    },
    isInterrupted: () => interruption.stop.aborted,
  };
};

interface CarriedOut {
  outcome: DrillOutcome;
  startedAt: Date;
  durationMs: number;
  folder: string;
}

const carryOut = async (
  { name, drill }: PlannedDrill,
  { night, stop }: { night: NightRun; stop: AbortSignal },
): Promise<CarriedOut> => {
  const { request, journal, metrics, interruption, printer } = night;
  const startedAt = new Date();
  const begin = performance.now();
  // A drill that was interrupted before the night was continued keeps its records.
  const folder = join(
    night.folder,
    `${name}-${startedAt.toISOString().slice(11, 19).replaceAll(':', '-')}`,
  );
  const outcome = await superviseDrill({
    ...request,
    drill,
    dir: folder,
    journal,
    metrics,
    interruption: { stop, kill: interruption.kill },
    printer,
  });
  return { outcome, startedAt, durationMs: Math.round(performance.now() - begin), folder };
};

/**
 * Reason for which a drill has no line; null: it has one.
 * @throws SwarmError `target_not_confirmed`: it would be the same for every drill
 */
const whyLeftOut = (
  { outcome }: CarriedOut,
  { stop, isInterrupted }: NightClock,
): LeftOutReason | null => {
  if (isDrillResult(outcome))
    return outcome.verdict === 'interrupted' && !isInterrupted() && stop.aborted
      ? { code: 'max_duration' }
      : null;
  if (outcome.code === 'target_not_confirmed') throw errorOf(outcome);
  if (outcome.exitCode === EXIT_CODES.usage.code)
    return { code: 'refused', message: outcome.message };
  const isCut = outcome.exitCode === EXIT_CODES.interrupted.code;
  return isCut && !isInterrupted() ? { code: 'max_duration' } : null;
};

const errorOf = ({ code, message, hint }: NoDrill): SwarmError =>
  new SwarmError(errorCodeOf(code), message, hint);

const executionOf = (
  { name, file, sha256 }: PlannedDrill,
  attempt: number,
  { state, request }: NightRun,
  { startedAt, durationMs, folder }: CarriedOut,
): Parameters<typeof nightLineOf>[0] => ({
  night: state.night,
  seed: state.seed,
  drill: name,
  file,
  sha256,
  deployment: nameOfDeployment(request.deployment),
  attempt,
  startedAt: startedAt.toISOString(),
  durationMs,
  record: folder,
});
