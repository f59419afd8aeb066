import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { DrillResult, Journal } from '@livekit-swarm/chaos';
import { type Drill, parseDrill } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { type RandomDrill, randomDrillText } from '@livekit-swarm/chaos/random';
import { type Interruption, makeFolder } from '@livekit-swarm/host';
import { type DrillOutcome, isDrillResult } from '@livekit-swarm/report/drill';
import { readScenarioFile } from '@livekit-swarm/scenario';
import { EXIT_CODES, errorCodeOf, SwarmError } from '@livekit-swarm/settings';
import type { DrillMetrics } from '../chaos/drill-metrics.ts';
import type { DrillRequest } from '../chaos/drill-request.ts';
import { superviseDrill } from '../chaos/supervise-drill.ts';
import type { ProgressPrinter } from '../progress-printer.ts';

/** Environment that all drills of a search share. */
export interface RandomExecution {
  request: DrillRequest;
  journal: Journal;
  metrics: DrillMetrics;
  interruption: Pick<Interruption, 'kill'>;
  /** Aborted: the drill ends, and the search with it. */
  stop: AbortSignal;
  printer: ProgressPrinter;
  keep(outcome: DrillOutcome): Promise<void>;
}

/** Writes the file of a drill, and reads it as "swarm chaos run" does. */
export const writeRandomDrill = (random: RandomDrill, file: string): Drill => {
  makeFolder(dirname(file));
  writeFileSync(
    file,
    randomDrillText(random, (scenario) => relative(dirname(file), scenario)),
  );
  return readRandomDrill(file);
};

const readRandomDrill = (file: string): Drill =>
  parseDrill(readFileSync(file, 'utf8'), {
    file,
    faults: FAULTS,
    readScenario: (path, scale) =>
      readScenarioFile(resolve(dirname(file), path), { scale }).scenario,
  });

/**
 * Executes a drill in a folder of its own, which has its file.
 * @returns its result, or the error that prevented one; null: it was stopped
 * @throws SwarmError `target_not_confirmed`, and what is wrong for every drill alike
 */
export const executeRandomDrill = async (
  random: RandomDrill,
  folder: string,
  { request, journal, metrics, interruption, stop, printer, keep }: RandomExecution,
): Promise<DrillOutcome | null> => {
  const drill = writeRandomDrill(random, join(folder, `${random.name}.yaml`));
  const outcome = await superviseDrill({
    ...request,
    drill,
    dir: folder,
    journal,
    metrics,
    interruption: { stop, kill: interruption.kill },
    printer,
    // Another drill shows more than the same one again.
    extraAttempts: 0,
  });
  if (isStopped(outcome)) return null;
  if (!isDrillResult(outcome) && outcome.exitCode === EXIT_CODES.usage.code)
    throw new SwarmError(errorCodeOf(outcome.code), outcome.message, outcome.hint);
  await keep(outcome);
  return outcome;
};

const isStopped = (outcome: DrillOutcome): boolean =>
  isDrillResult(outcome)
    ? outcome.verdict === 'interrupted'
    : outcome.exitCode === EXIT_CODES.interrupted.code;

/** Violations in the last repeat that was measured. */
export const violationsOf = (result: DrillResult) =>
  result.repeats.at(-1)?.recovery.violations ?? [];
