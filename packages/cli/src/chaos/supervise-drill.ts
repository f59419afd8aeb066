import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { announcedLoad, newRunName } from '@livekit-swarm/campaign';
import { type Changes, executeDrill, FAULTS, type Journal } from '@livekit-swarm/chaos';
import { type Drill, planOfDrill } from '@livekit-swarm/chaos/drill';
import type { Interruption } from '@livekit-swarm/host';
import type { LoadGuard } from '@livekit-swarm/livekit';
import type { RecordLine, RecordWriter } from '@livekit-swarm/record';
import { styleFor } from '@livekit-swarm/report';
import {
  type DrillOutcome,
  describeDrillEvent,
  type NoDrill,
  renderPlan,
  writeDrillFile,
} from '@livekit-swarm/report/drill';
import { allocateWorkers, readSystemLimits, socketNeed } from '@livekit-swarm/runner';
import {
  EXIT_CODES,
  hasErrorCode,
  interruptedError,
  plural,
  swarmErrorOf,
} from '@livekit-swarm/settings';
import type { ProgressPrinter } from '../progress-printer.ts';
import { runEventText } from '../run-event-text.ts';
import { VERSION } from '../version.ts';
import { type DeploymentChoice, openDeployment } from './deployment-choice.ts';
import { lockDeployment } from './drill-lock.ts';
import type { DrillMetrics, RepeatObserver } from './drill-metrics.ts';
import { helperManifests } from './helper-manifests.ts';

export interface SupervisedDrill {
  drill: Drill;
  deployment: DeploymentChoice;
  guard: LoadGuard;
  /** Value of --confirm-target. */
  confirmedTarget: string | null;
  /** --allow-unproven-target. */
  allowUnprovenTarget: boolean;
  /** Until the target rolls back on its own, ms after the scheduled rollback. */
  expiryMarginMs: number;
  /** Value of --without-expiry. */
  withoutExpiry: boolean;
  /** Folder of its records and logs. */
  dir: string;
  /** Processes that host participants; null: automatic. */
  workers: number | null;
  journal: Journal;
  metrics: DrillMetrics;
  interruption: Pick<Interruption, 'stop' | 'kill'>;
  printer: ProgressPrinter;
  /** Attempts added for inconclusive and void repeats. Default: as `executeDrill`. */
  extraAttempts?: number;
  /** Changes in place of the faults' schedule. */
  changes?: Changes;
  /** Receives each line of the records. */
  onLine?(line: RecordLine): void;
}

/** Longest time that the second Ctrl-C waits for the rollbacks, ms. */
const ROLLBACK_WITHIN_MS = 15_000;

/**
 * Executes one drill with progress, live metrics and a lock on its deployment. The first Ctrl-C
 * rolls back and decides on what there is; the second exits as soon as every fault is rolled back.
 * @returns its result, or the error that prevented one
 */
export const superviseDrill = async ({
  drill,
  deployment,
  guard,
  confirmedTarget,
  allowUnprovenTarget,
  expiryMarginMs,
  withoutExpiry,
  dir,
  workers,
  journal,
  metrics,
  interruption,
  printer,
  extraAttempts,
  changes,
  onLine,
}: SupervisedDrill): Promise<DrillOutcome> => {
  let record: RecordWriter | null = null;
  let tap: RepeatObserver | null = null;
  const endAtOnce = (): void => {
    record?.flush();
    void waitForRollback(journal, printer).finally(() => process.exit(EXIT_CODES.interrupted.code));
  };
  interruption.kill.addEventListener('abort', endAtOnce);
  try {
    return await lockDeployment(deployment, () =>
      executeDrill({
        save: (result) => writeDrillFile(dir, result),
        drill,
        guard,
        faults: FAULTS,
        journal,
        confirmedTarget,
        allowUnprovenTarget,
        expiryMarginMs,
        withoutExpiry,
        ...(changes !== undefined && { changes }),
        dir,
        version: VERSION,
        stop: interruption.stop,
        deploy: (folder) =>
          openDeployment(deployment, drill, {
            dir: folder,
            metricsAddress: metrics.labAddress,
            onProgress: printer.print,
            signal: interruption.stop,
          }),
        newRunName,
        ...(extraAttempts !== undefined && { extraAttempts }),
        staff: (plan) =>
          allocateWorkers({
            plan,
            cores: availableParallelism(),
            workers,
            need: socketNeed('auto'),
            limits: readSystemLimits(),
            embedded: deployment.type === 'embedded',
          }),
        // The plan needs no colours: stderr may be a log.
        onPreview: (plan, url) => {
          printer.print(renderPlan(plan, styleFor(false), true));
          const manifests = helperManifests(plan);
          if (manifests !== null) printer.print(manifests);
          const load = announcedLoad(planOfDrill(drill, 'preview'), url);
          if (load !== null) printer.print(runEventText({ type: 'load_announced', load }));
        },
        onRepeat: (number, of) => {
          tap = metrics.begin(drill.name);
          if (number > of)
            printer.print(`${drill.name}: repeating: the last repeat was inconclusive`);
          else if (of > 1) printer.print(`${drill.name}: repeat ${number} of ${of}`);
        },
        onRecord: (writer) => {
          record = writer;
        },
        onPreparation: printer.print,
        onProgress: printer.show,
        onLine: (line) => {
          tap?.add(line);
          onLine?.(line);
          const text = describeLine(line);
          if (text !== null) printer.print(text);
        },
        onResult: (repeat) => tap?.decided(repeat),
      }),
    );
  } catch (error) {
    return noDrillOf(drill.name, error, interruption.stop.aborted);
  } finally {
    printer.done();
    interruption.kill.removeEventListener('abort', endAtOnce);
  }
};

/** Resolves when the journal holds no fault of this process, or it takes too long. */
const waitForRollback = async (journal: Journal, printer: ProgressPrinter): Promise<void> => {
  const deadline = performance.now() + ROLLBACK_WITHIN_MS;
  const left = async (): Promise<number> =>
    (await journal.read()).pending.filter(({ owner }) => owner.pid === process.pid).length;
  if ((await left()) > 0) printer.print('Rolling back all faults …');
  while ((await left()) > 0 && performance.now() < deadline) await sleep(100);
  const remaining = await left();
  if (remaining > 0)
    printer.print(
      `${plural(remaining, 'fault')} could not be rolled back in time: run "swarm chaos rollback".`,
    );
};

/** `12.3 s  fault injected: kill on node-1`; null: nothing to show. */
const describeLine = (line: RecordLine): string | null => {
  const text = line.type === 'drill' ? describeDrillEvent(line) : null;
  return text === null ? null : `${('at' in line ? line.at / 1_000 : 0).toFixed(1)} s  ${text}`;
};

/**
 * The reason why a drill has no result. A fault that was not rolled back is reported also after
 * Ctrl-C: nothing else reports it.
 */
export const noDrillOf = (drill: string, error: unknown, interrupted: boolean): NoDrill => {
  const { exitCode, code, message, hint } =
    interrupted && !hasErrorCode(error, 'rollback_failed')
      ? interruptedError()
      : swarmErrorOf(error);
  return { drill, exitCode, code, message, hint };
};
