import type { Interruption } from '@livekit-swarm/host';
import { openRecord, recordLines } from '@livekit-swarm/record';
import { describeScenario, type Outcome } from '@livekit-swarm/report';
import {
  type RunOptions,
  readE2eeSecrets,
  readTokenEndpoints,
  run,
  scenarioReader,
  type WarmWorkers,
  warmWorkers,
  workersOnThisHost,
} from '@livekit-swarm/runner';
import { EXIT_CODES, withoutSecrets } from '@livekit-swarm/settings';
import { announcementOf } from './announce-load.ts';
import { type Deployed, deploy, pathsOf } from './deploy.ts';
import { interruptedError, noRunOf, swarmErrorOf } from './error-text.ts';
import { predictionText } from './plan/host-messages.ts';
import type { PreparedRun, RunRequest } from './prepare-run.ts';
import type { ProgressPrinter } from './progress-printer.ts';
import { defaultRecordDir } from './record-folder.ts';
import type { QueuedRun } from './run-on-queue.ts';
import { observationOf } from './server-metrics.ts';
import type { Target } from './target.ts';
import { VERSION } from './version.ts';

/** A planned run and where it goes. */
export interface ScenarioRun
  extends Pick<
    RunRequest,
    'target' | 'guard' | 'signalling' | 'queue' | 'browser' | 'serverMetrics'
  > {
  prepared: PreparedRun;
  /** What participants do when they lose the connection; default: as the SDKs do. */
  reconnectPolicy?: RunOptions['reconnectPolicy'];
  /** End the run when a threshold is crossed by far: see `RunOptions`. */
  endWhenOverloaded?: boolean;
  /** The folder of the record and the logs; null: `records/TIME-RUN`. */
  recordDir: string | null;
  interruption: Pick<Interruption, 'stop' | 'kill'>;
  printer: ProgressPrinter;
  /** Called with every line of the record. */
  onLine?: NonNullable<RunOptions['onLine']>;
  /** Called when the first join is scheduled. */
  onStart?: NonNullable<RunOptions['onStart']>;
}

/**
 * Runs one scenario on one target; an embedded server is started and stopped where no deployment is given. The first Ctrl-C ends the
 * run, the second the process.
 * @returns its outcome, or what prevented it
 * @throws SwarmError `usage` when the record cannot be opened
 */
export const executeScenario = async (request: ScenarioRun): Promise<Outcome> => {
  const { prepared, target, signalling, interruption, printer } = request;
  const { name, plan, workers, toleratedLost } = prepared;
  const record = openRecord(request.recordDir ?? defaultRecordDir(name, new Date()));
  // Workers go in this process's exit handler or with their channel, the server with its guard; what the record holds is on the disk.
  const endAtOnce = (): void => {
    record.flush();
    process.exit(EXIT_CODES.interrupted.code);
  };
  interruption.kill.addEventListener('abort', endAtOnce);
  let deployed: Deployed | null = null;
  let queued: QueuedRun | null = null;
  let warm: WarmWorkers | null = null;
  try {
    printer.print(`${describeScenario(plan.scenario)} → ${describeTarget(target)}`);
    if (prepared.tooLarge !== undefined) printer.print(predictionText(prepared.tooLarge));
    if (target.type === 'remote') {
      const announcement = announcementOf(plan, target.url);
      if (announcement !== null) printer.print(announcement);
      // The run asks again; this check comes before anything is started or reserved.
      await request.guard.admit(target, { run: name, plan });
    }
    // A secret that is missing ends the run before a server is started.
    const reader = scenarioReader(request.guard);
    await readE2eeSecrets(plan, reader);
    if (target.type === 'remote') await readTokenEndpoints(plan, target, reader);
    // They load their engine while the server starts.
    if (prepared.allocation !== null)
      warm = warmWorkers(prepared.allocation.workers, record.dir, request.browser);
    deployed = await deploy(target, {
      dir: record.dir,
      onProgress: printer.print,
      signal: interruption.stop,
      offers: pathsOf(plan),
    });
    interruption.stop.throwIfAborted();
    const { allocation } = prepared;
    if (allocation === null && request.queue) {
      // It brings BullMQ, which runs on this host do without.
      const { reserveQueuedRun } = await import('./run-on-queue.ts');
      const choice = { signalling, workers };
      queued = await reserveQueuedRun(request.queue, name, plan, choice, interruption.stop);
      printer.print(queued.text);
    }
    const workersOf = queued?.allocation ?? allocation;
    if (workersOf === null) throw new RangeError('a run on no host');
    const result = await run({
      deployment: deployed,
      guard: request.guard,
      run: name,
      plan,
      toleratedLost,
      allocation: workersOf,
      placement: queued?.fleet.placement ?? workersOnThisHost(warm ?? undefined),
      signalling,
      ...(request.browser !== undefined && { browser: request.browser }),
      ...(request.reconnectPolicy === undefined
        ? {}
        : { reconnectPolicy: request.reconnectPolicy }),
      record,
      version: VERSION,
      stop: interruption.stop,
      endWhenOverloaded: request.endWhenOverloaded === true,
      server: await observationOf(request.serverMetrics, target, deployed.sources),
      onProgress: printer.show,
      onRoomsLeft: (count) =>
        printer.print(
          `warning: ${count} rooms of this run could not be deleted; the server closes them two minutes after they were left`,
        ),
      ...(request.onLine === undefined ? {} : { onLine: request.onLine }),
      ...(request.onStart === undefined ? {} : { onStart: request.onStart }),
    });
    const { summary, decision, record: recordPath } = result;
    return { summary, decision, recordPath, readLines: () => recordLines(recordPath) };
  } catch (error) {
    await warm?.end();
    record.discard();
    return noRunOf(
      interruption.stop.aborted ? interruptedError() : swarmErrorOf(error),
      plan.scenario.name,
    );
  } finally {
    printer.done();
    await queued?.close();
    await deployed?.stop();
    interruption.kill.removeEventListener('abort', endAtOnce);
  }
};

const describeTarget = (target: Target): string =>
  target.type === 'remote'
    ? withoutSecrets(target.url)
    : `livekit-server ${target.version} on this host${target.insteadOf === undefined ? '' : `, not ${withoutSecrets(target.insteadOf)} of the environment: --embedded was given`}`;
