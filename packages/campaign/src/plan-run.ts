import { totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import { usableCores } from '@livekit-swarm/host';
import type { LoadGuard } from '@livekit-swarm/livekit';
import {
  assertClients,
  assessHost,
  type CalibrationChoice,
  calibrate,
  type HostCapacity,
  type PlannedHost,
  placeOfServer,
  type RunOptions,
  readSystemLimits,
  socketNeed,
  type WorkerAllocation,
} from '@livekit-swarm/runner';
import {
  assertHosts,
  type Connect,
  expandPlan,
  hasOwnMedia,
  type Plan,
  type Scenario,
  withConnect,
} from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import type { QueueChoice } from './queue-choice.ts';
import { newRunName } from './run-name.ts';
import type { ServerMetricsChoice } from './server-metrics.ts';
import type { Target } from './target.ts';
import { type ToleratedLoss, toleratedOf } from './tolerated-loss.ts';

/** A run that a user wants. */
export interface RunRequest {
  /** The scenario with everything that flags change about it: thresholds, seed, tags. */
  scenario: Scenario;
  target: Target;
  /** The permission to send load to the target and to the servers of the scenario. */
  guard: LoadGuard;
  signalling: RunOptions['signalling'];
  /** Processes that host participants; null: automatic. */
  workers: number | null;
  /** Calibration of this host; default: automatic. */
  calibration?: CalibrationChoice;
  /** Program of the engine `browser`; default: the one that is installed. */
  browser?: string;
  /** Queue of other hosts; null: this host. */
  queue?: QueueChoice | null;
  /** Participants that may be lost; null: none. */
  toleratedLoss?: ToleratedLoss | null;
  /** Addresses of metrics; default: those of a server that is started for the run, or of a lab. */
  serverMetrics?: ServerMetricsChoice;
  /** Token endpoint of roles that name none; null: their tokens are made with the API key. */
  tokenEndpoint?: Connect | null;
  /** Behaviour of participants that lose the connection; default: that of the SDKs. */
  reconnectPolicy?: RunOptions['reconnectPolicy'];
}

/** A request and its plan on this host. */
export interface PlannedRun {
  request: RunRequest;
  /** A random word for the names of this run's rooms and participants. */
  name: string;
  plan: Plan;
  /** Number of participants that may be lost. */
  toleratedLost: number;
  /** Workers and threads; null: decided when the hosts of the queue are known. */
  allocation: WorkerAllocation | null;
  /** Set if the load exceeds what this host generates: the run will probably be inconclusive. */
  tooLarge?: PlannedHost;
}

/**
 * Plans a run and checks whether this host can generate the load; starts nothing.
 * @throws SwarmError `usage`
 */
export const planRun = (request: RunRequest): PlannedRun => {
  const { target, signalling, workers, queue = null, tokenEndpoint = null } = request;
  const scenario =
    tokenEndpoint === null ? request.scenario : withConnect(request.scenario, tokenEndpoint);
  request.guard.assertServers(target.type === 'remote' ? target.url : null, scenario);
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
  if (queue !== null) return { request, name, plan, toleratedLost, allocation: null };
  assertHosts(plan, [{}]);
  const host = hostCapacity();
  const calibration = calibrate(request.calibration);
  const assessment = assessHost({
    plan,
    host,
    workers,
    need: socketNeed(signalling),
    server: placeOfServer(target.type === 'embedded' ? null : target.url),
    calibration,
  });
  const { allocation, obstacle, fits } = assessment;
  if (obstacle !== null) throw obstacle;
  const tooLarge = fits ? {} : { tooLarge: { host, assessment, calibration } };
  return { request, name, plan, toleratedLost, allocation, ...tooLarge };
};

/** Capacity of this host. A container may have less memory; without a limit the kernel reports a huge number. */
export const hostCapacity = (): HostCapacity => ({
  cores: usableCores(),
  memoryBytes: Math.min(totalmem(), constrainedMemory() || Number.POSITIVE_INFINITY),
  limits: readSystemLimits(),
});
