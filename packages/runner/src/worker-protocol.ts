import type { Admission, EngineOptions } from '@livekit-swarm/engine';
import type { RecordLine, SampleLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';

/** Somebody of a shard, with what lets them in. */
export interface Recruit {
  plan: ParticipantPlan;
  admission: Admission;
}

/** All that a worker needs to know. Serialisable JSON: one day it travels to another machine. Tokens, never the API secret. */
export interface WorkOrder {
  shard: number;
  /** Unix ms, a little in the future and the same for all: the zero of every `at`. */
  startedAtMs: number;
  /** Whoever is due to leave then leaves when told, all at once; who is due earlier leaves by itself. */
  endAtMs: number;
  engine: Pick<
    EngineOptions,
    'threads' | 'joinTimeoutMs' | 'joinAttempts' | 'signalling' | 'recovery' | 'watchMedia'
  >;
  /** Those who are due first; others follow. */
  recruits: Recruit[];
}

/** Coordinator → worker. */
export type WorkerCommand =
  /** Load the engine; answered by `ready`. */
  | { type: 'prepare'; shard: number; engineModule: string }
  | { type: 'begin'; order: WorkOrder }
  /** Who is due next. */
  | { type: 'recruit'; recruits: Recruit[] }
  /** Stop joining and leave with everybody; answered by lines and then `finished`. */
  | { type: 'leave' };

/** Worker → coordinator. */
export type WorkerMessage =
  | { type: 'ready' }
  /** Events and results, batched. */
  | { type: 'lines'; lines: RecordLine[] }
  | { type: 'sample'; sample: SampleLine }
  /** Everybody left and every line was sent. */
  | { type: 'finished' }
  /** This worker cannot do its work; it ends after this. */
  | { type: 'failed'; message: string };
