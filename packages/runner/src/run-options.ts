import type { EngineOptions, ReconnectPolicyName } from '@livekit-swarm/engine';
import type { LoadGuard } from '@livekit-swarm/livekit';
import type { RecordLine, RecordWriter } from '@livekit-swarm/record';
import type { Plan } from '@livekit-swarm/scenario';
import type { Deployment } from './deployment.ts';
import type { LiveRun } from './live-run.ts';
import type { Progress } from './progress.ts';
import type { RunSecrets } from './run-secrets.ts';
import type { ServerSource } from './server-metrics/server-source.ts';
import type { WorkerAllocation } from './worker-allocation.ts';
import type { WorkerPlacement } from './worker-placement.ts';

/** Everything that a run needs. */
export interface RunOptions {
  deployment: Deployment;
  /** The permission to send this load, checked before anything else. */
  guard: LoadGuard;
  /** Random text that the plan was expanded with. */
  run: string;
  plan: Plan;
  /** Secrets of the plan, if the caller has read them. Default: read at the start. */
  secrets?: RunSecrets;
  allocation: WorkerAllocation;
  /** Default: on this host. */
  placement?: WorkerPlacement;
  signalling: EngineOptions['signalling'];
  /** Closed at the end. */
  record: RecordWriter;
  /** Of the product, for the record. */
  version: string;
  /** Aborted: stop joining, leave, and evaluate what was measured. */
  stop: AbortSignal;
  /** Module that exports `createEngine`. */
  engineModule?: string;
  /** Called about once a second. */
  onProgress?(progress: Progress): void;
  /** Default `sdk`. */
  reconnectPolicy?: ReconnectPolicyName;
  /** How many participants may be lost with their worker or host without making the run inconclusive. Default: none. */
  toleratedLost?: number;
  /** End the run when a threshold is crossed by twice its limit for ten seconds, with or without `abortOnFail`. */
  endWhenOverloaded?: boolean;
  /** See `EngineOptions`. */
  watchMedia?: boolean;
  /** See `EngineOptions`. */
  browser?: string;
  /** How the nodes of the deployment are measured meanwhile. Default: not at all. */
  server?: ServerObservation;
  /** Called once the workers have their assignments; the first join is scheduled at `startedAtMs`. */
  onStart?(live: LiveRun): void;
  /** Called at the end when rooms that the run created could not be deleted: they close by their timeouts. */
  onRoomsLeft?(count: number): void;
  /** Called with every line of the record once it is written; must not throw. */
  onLine?(line: RecordLine): void;
}

/** How the nodes of a deployment are measured. */
export interface ServerObservation {
  /** The most exact first, as in `SERVER_SOURCES`; they are closed with the run. */
  sources: readonly ServerSource[];
  /** How long the server may take to clean up after the last participant has left, before it is asked what remains, ms. */
  settleMs: number;
}
