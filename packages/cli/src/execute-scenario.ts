import { availableParallelism } from 'node:os';
import type { Interruption } from '@livekit-swarm/host';
import { openRecord, recordLines } from '@livekit-swarm/record';
import { describeScenario, type Outcome } from '@livekit-swarm/report';
import {
  allocateWorkers,
  type RunOptions,
  readSystemLimits,
  run,
  socketNeed,
  type WorkerAllocation,
} from '@livekit-swarm/runner';
import { expandPlan, type Plan, type Scenario } from '@livekit-swarm/scenario';
import { EXIT_CODES, withoutSecrets } from '@livekit-swarm/settings';
import { announcementOf } from './announce-load.ts';
import { type Deployed, deploy } from './deploy.ts';
import { interruptedError, noRunOf, swarmErrorOf } from './error-text.ts';
import { assertRoomsEmpty } from './existing-rooms.ts';
import type { ProgressPrinter } from './progress-printer.ts';
import { defaultRecordDir, newRunName } from './record-folder.ts';
import type { Target } from './target.ts';
import { VERSION } from './version.ts';

/** What a run is made of, before it is planned. */
export interface RunRequest {
  /** With everything that flags change about it: thresholds, seed, tags. */
  scenario: Scenario;
  target: Target;
  signalling: RunOptions['signalling'];
  /** Processes that host participants; null: automatic. */
  workers: number | null;
}

/** A planned run and where it goes. */
export interface ScenarioRun extends Pick<RunRequest, 'target' | 'signalling'> {
  prepared: PreparedRun;
  /** What participants do when they lose the connection; default: as the SDKs do. */
  reconnectPolicy?: RunOptions['reconnectPolicy'];
  /** Also rooms that have participants already. */
  joinExistingRooms?: boolean;
  /** The folder of the record and the logs; null: `records/TIME-RUN`. */
  recordDir: string | null;
  interruption: Pick<Interruption, 'stop' | 'kill'>;
  printer: ProgressPrinter;
  /** Called with every line of the record. */
  onLine?: NonNullable<RunOptions['onLine']>;
}

/** What a scenario becomes on this host. */
export interface PreparedRun {
  /** A random word for the names of this run's rooms and participants. */
  name: string;
  plan: Plan;
  allocation: WorkerAllocation;
}

/**
 * Plans a run and checks whether this host can generate the load; starts nothing.
 * @throws SwarmError `usage`
 */
export const prepareRun = ({ scenario, target, signalling, workers }: RunRequest): PreparedRun => {
  const name = newRunName();
  const plan = expandPlan(scenario, name);
  const allocation = allocateWorkers({
    plan,
    cores: availableParallelism(),
    workers,
    need: socketNeed(signalling),
    limits: readSystemLimits(),
    embedded: target.type === 'embedded',
  });
  return { name, plan, allocation };
};

/**
 * Runs one scenario on one target; an embedded server is started and stopped where no deployment is given. The first Ctrl-C ends the
 * run, the second the process.
 * @returns its outcome, or what prevented it
 * @throws SwarmError `usage` when the record cannot be opened
 */
export const executeScenario = async (request: ScenarioRun): Promise<Outcome> => {
  const { prepared, target, signalling, interruption, printer } = request;
  const { name, plan, allocation } = prepared;
  const record = openRecord(request.recordDir ?? defaultRecordDir(name, new Date()));
  // Workers go in this process's exit handler, the server with its guard; what the record holds is on the disk.
  const endAtOnce = (): void => {
    record.flush();
    process.exit(EXIT_CODES.interrupted.code);
  };
  interruption.kill.addEventListener('abort', endAtOnce);
  let deployed: Deployed | null = null;
  try {
    printer.print(`${describeScenario(plan.scenario)} → ${describeTarget(target)}`);
    if (target.type === 'remote') {
      const announcement = announcementOf(plan, target.url);
      if (announcement !== null) printer.print(announcement);
      if (request.joinExistingRooms !== true) await assertRoomsEmpty(target, prepared);
    }
    deployed = await deploy(target, {
      dir: record.dir,
      onProgress: printer.print,
      signal: interruption.stop,
    });
    interruption.stop.throwIfAborted();
    const result = await run({
      deployment: deployed,
      run: name,
      plan,
      allocation,
      signalling,
      ...(request.reconnectPolicy === undefined
        ? {}
        : { reconnectPolicy: request.reconnectPolicy }),
      record,
      version: VERSION,
      stop: interruption.stop,
      onProgress: printer.show,
      ...(request.onLine === undefined ? {} : { onLine: request.onLine }),
    });
    const { summary, decision, record: recordPath } = result;
    return { summary, decision, recordPath, readLines: () => recordLines(recordPath) };
  } catch (error) {
    record.discard();
    return noRunOf(
      interruption.stop.aborted ? interruptedError() : swarmErrorOf(error),
      plan.scenario.name,
    );
  } finally {
    printer.done();
    await deployed?.stop();
    interruption.kill.removeEventListener('abort', endAtOnce);
  }
};

const describeTarget = (target: Target): string =>
  target.type === 'remote'
    ? withoutSecrets(target.url)
    : `livekit-server ${target.version} on this host`;
