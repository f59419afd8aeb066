import type { Admission, EngineOptions, RemotePublisher } from '@livekit-swarm/engine';
import type { EventLine, ParticipantLine, SampleLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';

/**
 * Time before their scheduled join at which participants are assigned to their worker, ms: workers
 * hold only the connected participants and those that join soon, however long the run is, and
 * tokens can expire soon.
 */
export const ADMISSION_LEAD_MS = 30_000;

/** Participant of a shard, with its token. */
export interface AdmittedParticipant {
  plan: ParticipantPlan;
  admission: Admission;
}

/**
 * Assignment of a shard: everything that a worker needs, as serialisable JSON, because it may be
 * sent to another host. It contains tokens, never the API secret.
 */
export interface ShardAssignment {
  shard: number;
  /**
   * Start of the run, Unix time, ms: the zero of every `at`. It is slightly in the future, and the
   * same for all workers.
   */
  startedAtMs: number;
  /**
   * Unix time minus CLOCK_MONOTONIC, ms, as the coordinator measured it: processes of a host derive
   * all times from it.
   */
  clockOffsetMs: number;
  /**
   * End of the plan, ms: participants that leave then leave together, on `stop`; others leave as
   * scheduled.
   */
  endAtMs: number;
  engine: Pick<
    EngineOptions,
    | 'threads'
    | 'joinTimeoutMs'
    | 'joinAttempts'
    | 'signalling'
    | 'reconnectPolicy'
    | 'watchMedia'
    | 'turn'
  >;
  /**
   * Certificates of authorities, PEM, that connections of the worker trust in addition to those of
   * its host; null: none.
   */
  authorities: string | null;
  /** Publishers in the shard's rooms that are on other hosts. */
  elsewhere: RemotePublisher[];
  /** First participants; others follow. */
  admitted: AdmittedParticipant[];
}

/** Command for a shard, from the coordinator to a worker on this host or another. */
export type ShardCommand =
  | { type: 'start'; assignment: ShardAssignment }
  /** Adds the participants that join next. */
  | { type: 'assign'; admitted: AdmittedParticipant[] }
  /** Stops joins and lets all participants leave; the answers are lines, then `finished`. */
  | { type: 'stop' };

/**
 * Command of a parent process to its worker. Each host decides which programs it runs: no other
 * host may send `prepare`.
 */
export type WorkerCommand =
  | ShardCommand
  /**
   * Loads the engine, once; the answer is `ready`. `dir`: folder for files of clients. `browser`:
   * see `EngineOptions`. `nameServer`: asked by lookups of signal connections; absent: the operating
   * system is.
   */
  | {
      type: 'prepare';
      shard: number;
      engineModule: string;
      dir: string;
      browser?: string;
      leaseMs?: number;
      nameServer?: string;
    }
  /**
   * Renews the lease of the parent process: see `WorkerOptions.leaseMs`. The correction: see
   * `ShardHost.correctClock`.
   */
  | { type: 'renew'; clockCorrectionMs?: number };

/** Event or result of a participant; all other lines of a record are the coordinator's. */
export type WorkerLine = EventLine | ParticipantLine;

/** Message from a worker to the coordinator. */
export type WorkerMessage =
  | { type: 'ready' }
  /** Events and results, in batches. */
  | { type: 'lines'; lines: WorkerLine[] }
  | { type: 'sample'; sample: SampleLine }
  /** All participants have left, and every line was sent. */
  | { type: 'finished' }
  /** The worker cannot do its work, and ends after this message. */
  | { type: 'failed'; message: string };
