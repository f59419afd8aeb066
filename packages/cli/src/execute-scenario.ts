import { availableParallelism } from 'node:os';
import type { Interruption } from '@livekit-swarm/host';
import { openRecord, recordLines } from '@livekit-swarm/record';
import { describeScenario, type Outcome } from '@livekit-swarm/report';
import {
  allocateWorkers,
  assertClients,
  type RunOptions,
  readE2eeSecrets,
  readSystemLimits,
  readTokenEndpoints,
  run,
  socketNeed,
  type WorkerAllocation,
} from '@livekit-swarm/runner';
import {
  assertHosts,
  type Connect,
  endpointsOf,
  expandPlan,
  hasOwnMedia,
  type Plan,
  type Scenario,
  withConnect,
} from '@livekit-swarm/scenario';
import { EXIT_CODES, usageError, withoutSecrets } from '@livekit-swarm/settings';
import { announcementOf } from './announce-load.ts';
import { type Deployed, deploy, pathsOf } from './deploy.ts';
import { interruptedError, noRunOf, swarmErrorOf } from './error-text.ts';
import { assertRoomsEmpty } from './existing-rooms.ts';
import type { ProgressPrinter } from './progress-printer.ts';
import { defaultRecordDir, newRunName } from './record-folder.ts';
import { type QueueChoice, type QueuedRun, reserveQueuedRun } from './run-on-queue.ts';
import { observationOf, type ServerMetricsChoice } from './server-metrics.ts';
import type { Target } from './target.ts';
import { type ToleratedLoss, toleratedOf } from './tolerated-loss.ts';
import { VERSION } from './version.ts';

/** What a run is made of, before it is planned. */
export interface RunRequest {
  /** With everything that flags change about it: thresholds, seed, tags. */
  scenario: Scenario;
  target: Target;
  signalling: RunOptions['signalling'];
  /** Processes that host participants; null: automatic. */
  workers: number | null;
  /** Program of the engine `browser`; default: the one that is installed. */
  browser?: string;
  /** Other hosts; null: this one. */
  queue?: QueueChoice | null;
  /** Null: none. */
  toleratedLoss?: ToleratedLoss | null;
  /** Default: what is known of a server that is started for the run, or of a lab. */
  serverMetrics?: ServerMetricsChoice;
  /** Of roles that name none; null: their tokens are made with the API key. */
  tokenEndpoint?: Connect | null;
  /** @throws SwarmError `usage` where load may not be sent to this URL. Default: it may */
  assertHost?(url: string): void;
}

/** A planned run and where it goes. */
export interface ScenarioRun
  extends Pick<RunRequest, 'target' | 'signalling' | 'queue' | 'browser' | 'serverMetrics'> {
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
  /** Called when the first join is scheduled. */
  onStart?: NonNullable<RunOptions['onStart']>;
}

/** What a scenario becomes on this host. */
export interface PreparedRun {
  /** A random word for the names of this run's rooms and participants. */
  name: string;
  plan: Plan;
  /** As requested; null: automatic. */
  workers: number | null;
  /** How many participants may be lost. */
  toleratedLost: number;
  /** Null: decided when the hosts of the queue are known. */
  allocation: WorkerAllocation | null;
}

/**
 * Plans a run and checks whether this host can generate the load; starts nothing.
 * @throws SwarmError `usage`
 */
export const prepareRun = (request: RunRequest): PreparedRun => {
  const { target, signalling, workers, queue = null, tokenEndpoint = null } = request;
  const scenario =
    tokenEndpoint === null ? request.scenario : withConnect(request.scenario, tokenEndpoint);
  for (const { url, servers } of endpointsOf(scenario))
    for (const one of [url, ...servers]) request.assertHost?.(one);
  const name = newRunName();
  const plan = expandPlan(scenario, name);
  const toleratedLost = toleratedOf(request.toleratedLoss ?? null, plan.participants.length);
  // Other hosts have their own programs.
  if (queue === null) assertClients(plan, request.browser);
  if (queue !== null && hasOwnMedia(scenario))
    throw usageError(
      'own media files cannot be published on the hosts of a queue: they do not have the files',
      'run it without --queue, or publish audio, video or screen',
    );
  if (queue !== null) return { name, plan, workers, toleratedLost, allocation: null };
  assertHosts(plan, [{}]);
  const allocation = allocateWorkers({
    plan,
    cores: availableParallelism(),
    workers,
    need: socketNeed(signalling),
    limits: readSystemLimits(),
    embedded: target.type === 'embedded',
  });
  return { name, plan, workers, toleratedLost, allocation };
};

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
  // Workers go in this process's exit handler, the server with its guard; what the record holds is on the disk.
  const endAtOnce = (): void => {
    record.flush();
    process.exit(EXIT_CODES.interrupted.code);
  };
  interruption.kill.addEventListener('abort', endAtOnce);
  let deployed: Deployed | null = null;
  let queued: QueuedRun | null = null;
  try {
    printer.print(`${describeScenario(plan.scenario)} → ${describeTarget(target)}`);
    if (target.type === 'remote') {
      const announcement = announcementOf(plan, target.url);
      if (announcement !== null) printer.print(announcement);
      if (request.joinExistingRooms !== true) await assertRoomsEmpty(target, prepared);
    }
    // A secret that is missing ends the run before a server is started.
    await readE2eeSecrets(plan);
    if (target.type === 'remote') await readTokenEndpoints(plan, target);
    deployed = await deploy(target, {
      dir: record.dir,
      onProgress: printer.print,
      signal: interruption.stop,
      offers: pathsOf(plan),
    });
    interruption.stop.throwIfAborted();
    const { allocation } = prepared;
    if (allocation === null && request.queue) {
      const choice = { signalling, workers };
      queued = await reserveQueuedRun(request.queue, name, plan, choice, interruption.stop);
      printer.print(queued.text);
    }
    const workersOf = queued?.allocation ?? allocation;
    if (workersOf === null) throw new RangeError('a run on no host');
    const result = await run({
      deployment: deployed,
      run: name,
      plan,
      toleratedLost,
      allocation: workersOf,
      ...(queued !== null && { placement: queued.fleet.placement }),
      signalling,
      ...(request.browser !== undefined && { browser: request.browser }),
      ...(request.reconnectPolicy === undefined
        ? {}
        : { reconnectPolicy: request.reconnectPolicy }),
      record,
      version: VERSION,
      stop: interruption.stop,
      server: await observationOf(request.serverMetrics, target, deployed.sources),
      onProgress: printer.show,
      ...(request.onLine === undefined ? {} : { onLine: request.onLine }),
      ...(request.onStart === undefined ? {} : { onStart: request.onStart }),
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
    await queued?.close();
    await deployed?.stop();
    interruption.kill.removeEventListener('abort', endAtOnce);
  }
};

const describeTarget = (target: Target): string =>
  target.type === 'remote'
    ? withoutSecrets(target.url)
    : `livekit-server ${target.version} on this host`;
