import type { Admission, EngineOptions, RemotePublisher } from '@livekit-swarm/engine';
import type { EventLine, ParticipantLine, SampleLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';

/**
 * How long before their scheduled join participants are assigned to their worker, ms: workers hold
 * those that are connected and a few more, however long the run, and tokens expire soon.
 */
export const ADMISSION_LEAD_MS = 30_000;

/** A participant of a shard, with its token. */
export interface AdmittedParticipant {
  plan: ParticipantPlan;
  admission: Admission;
}

/** All that a worker needs. Serialisable JSON, so that it can travel to another host. Tokens, never the API secret. */
export interface ShardAssignment {
  shard: number;
  /** Unix ms, a little in the future and the same for all: the zero of every `at`. */
  startedAtMs: number;
  /** Unix time minus CLOCK_MONOTONIC, ms, as the coordinator measured it: processes of a host derive all times from it. */
  clockOffsetMs: number;
  /** Participants that leave at the end of the plan leave together, on `stop`; the others leave as scheduled. */
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
  /** Certificates of authorities, PEM, that its connections trust in addition to those of its host; null: none. */
  authorities: string | null;
  /** Publishers of its rooms on other hosts. */
  elsewhere: RemotePublisher[];
  /** The first participants; others follow. */
  admitted: AdmittedParticipant[];
}

/** Command for a shard, coordinator → worker, from this host or another. */
export type ShardCommand =
  | { type: 'start'; assignment: ShardAssignment }
  /** The participants that join next. */
  | { type: 'assign'; admitted: AdmittedParticipant[] }
  /** Stop joining, all participants leave; answered by lines and then `finished`. */
  | { type: 'stop' };

/** Parent process → worker. Each host decides which programs it runs: no other host may send `prepare`. */
export type WorkerCommand =
  | ShardCommand
  /** Load the engine, once; answered by `ready`. `dir`: folder for files of clients. `browser`: see `EngineOptions`. */
  | {
      type: 'prepare';
      shard: number;
      engineModule: string;
      dir: string;
      browser?: string;
      leaseMs?: number;
    }
  /** The parent lives: see `WorkerOptions.leaseMs`. The correction: see `ShardHost.correctClock`. */
  | { type: 'renew'; clockCorrectionMs?: number };

/** Events and results of participants. All else in a record is the coordinator's. */
export type WorkerLine = EventLine | ParticipantLine;

/** Worker → coordinator. */
export type WorkerMessage =
  | { type: 'ready' }
  /** Events and results, batched. */
  | { type: 'lines'; lines: WorkerLine[] }
  | { type: 'sample'; sample: SampleLine }
  /** All participants left and every line was sent. */
  | { type: 'finished' }
  /** This worker cannot do its work; it ends after this. */
  | { type: 'failed'; message: string };
