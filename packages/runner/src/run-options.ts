import type { Measured } from '@livekit-swarm/analysis';
import type { EngineOptions, ReconnectPolicyName } from '@livekit-swarm/engine';
import type { LoadGuard } from '@livekit-swarm/livekit';
import type { RecordLine, RecordWriter } from '@livekit-swarm/record';
import type { Plan } from '@livekit-swarm/scenario';
import type { Deployment } from './deployment.ts';
import type { LiveRun } from './live-run.ts';
import type { Progress } from './progress.ts';
import type { RunSecrets } from './run-secrets.ts';
import type { ServerLogFile } from './server-logs/log-file.ts';
import type { ServerSource } from './server-metrics/server-source.ts';
import type { ServerProfiler } from './server-profile/take-profile.ts';
import type { WorkerAllocation } from './worker-allocation.ts';
import type { WorkerPlacement } from './worker-placement.ts';

/** Options of a run. */
export interface RunOptions {
  deployment: Deployment;
  /** Permission to send this load, checked before anything else. */
  guard: LoadGuard;
  /** Random text with which the plan was expanded. */
  run: string;
  plan: Plan;
  /** Secrets of the plan, if the caller has read them. Default: they are read at the start. */
  secrets?: RunSecrets;
  allocation: WorkerAllocation;
  /** Hosts of the workers. Default: this host. */
  placement?: WorkerPlacement;
  signalling: EngineOptions['signalling'];
  /** Writer of the record, closed at the end. */
  record: RecordWriter;
  /** Version of the product, for the record. */
  version: string;
  /** Signal to stop: participants stop joining and leave, and the measurements are evaluated. */
  stop: AbortSignal;
  /** Module that exports `createEngine`. */
  engineModule?: string;
  /** Called about once a second. */
  onProgress?(progress: Progress): void;
  /** Default: `sdk`. */
  reconnectPolicy?: ReconnectPolicyName;
  /**
   * Number of participants that may be lost with their worker or host without making the run
   * inconclusive. Default: none.
   */
  toleratedLost?: number;
  /**
   * End the run when a threshold is crossed by twice its limit for ten seconds, with or without
   * `abortOnFail`.
   */
  endWhenOverloaded?: boolean;
  /** See `EngineOptions`. */
  watchMedia?: boolean;
  /** See `EngineOptions`. */
  browser?: string;
  /** Measurement of the deployment's nodes during the run. Default: none. */
  server?: ServerObservation;
  /**
   * Called when the workers have their assignments; the first join is scheduled at `startedAtMs`.
   */
  onStart?(live: LiveRun): void;
  /**
   * Called at the end if rooms that the run created could not be deleted; they close by their
   * timeouts.
   */
  onRoomsLeft?(count: number): void;
  /** Called at the end if streams of ingress that the run created could not be deleted. */
  onIngressesLeft?(count: number): void;
  /** Called with every line of the record after it is written; must not throw. */
  onLine?(line: RecordLine): void;
}

/** Measurement of the nodes of a deployment. */
export interface ServerObservation {
  /** Sources, the most exact first, as in `SERVER_SOURCES`; they are closed with the run. */
  sources: readonly ServerSource[];
  /** Logs of the nodes on this host, read when the run is over. */
  logs?: readonly ServerLogFile[];
  /** Profilers of nodes, each asked once, while a limit is crossed. Default: none. */
  profilers?: readonly ServerProfiler[];
  /** Returns true while a limit that is not a threshold is crossed. Default: there is none. */
  isBeyondLimit?(measured: Measured): boolean;
  /**
   * Time for which the server may clean up after the last participant has left, before it is asked
   * what remains, ms.
   */
  settleMs: number;
}
