import type {
  EventLine,
  GeneratorSample,
  ParticipantLine,
  SeriesSample,
} from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';

/**
 * What participants do when they lose their connection. `none`: nothing, it is over at once. `sdk`: what livekit-client does by itself. `app`: that, and where
 * it gave up or the server ended it, the application joins anew with the same identity until the stay is over.
 */
export type ReconnectPolicyName = 'none' | 'sdk' | 'app';

/** Where to go and how to be let in. The token was made by whoever holds the secret; an engine never sees the secret. */
export interface Admission {
  /** ws://, wss://, http:// or https://. */
  url: string;
  token: string;
}

export interface EngineOptions {
  /** Threads of the pump. */
  threads: number;
  /** Unix ms of the run's start: the zero of every `at`. */
  startedAtMs: number;
  /** One attempt to join may take this long, ms. */
  joinTimeoutMs: number;
  /** Attempts in all, with back-off in between. */
  joinAttempts: number;
  /** `v1` = `/rtc/v1` (single PeerConnection), `v0` = `/rtc` (two); `auto` tries v1 and falls back on 404. */
  signalling: 'auto' | 'v1' | 'v0';
  /** Default `sdk`. */
  reconnectPolicy?: ReconnectPolicyName;
  /** Tell of each publisher's media when it begins, falls silent and comes back (`media_started`, `media_interrupted`, `media_resumed`); for up to a few hundred participants. Default off, and then it costs nothing. */
  watchMedia?: boolean;
  /** Stamped on the lines of participants; default 0. */
  shard?: number;
  /** Everything that happens to a participant, complete with identity, room and role. */
  onEvent(event: EventLine): void;
}

/** What the engine saw since the last call. */
export interface EngineSample {
  joined: number;
  series: SeriesSample[];
  generator: Pick<
    GeneratorSample,
    | 'tickLatenessMs'
    | 'lateSends'
    | 'sendErrors'
    | 'socketDrops'
    | 'datagramsSent'
    | 'datagramsReceived'
  >;
}

/** A way of being a participant. Calls never throw for what the network or the server does: that comes as events. */
export interface Engine {
  readonly name: string;
  /** Starts joining now; `dueAtMs` (after the run's start) is when it should have started. Resolves when in, failed for good, or the engine closed. */
  join(participant: ParticipantPlan, admission: Admission, dueAtMs: number): Promise<void>;
  /** Leaves, and says what the stay was like. Resolves within a second even when the server is gone. */
  leave(index: number): Promise<ParticipantLine>;
  sample(): EngineSample;
  /** Leaves with everybody who is still in and frees everything. */
  close(): Promise<void>;
}
