import type {
  EventLine,
  GeneratorSample,
  ParticipantLine,
  SeriesSample,
} from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';

/**
 * What participants do when they lose their connection. `none`: the session ends. `sdk`: resume, then
 * reconnect, as livekit-client does. `app`: also, where that failed or the server disconnected it, the
 * application rejoins with the same identity until the end of its session.
 */
export type ReconnectPolicyName = 'none' | 'sdk' | 'app';

/** Deployment and access token of a participant. An engine never gets the API secret. */
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
  /** Unix time minus CLOCK_MONOTONIC, ms, from which all times are derived. Default: as this process measured it. */
  clockOffsetMs?: number;
  /** One attempt to join may take this long, ms. */
  joinTimeoutMs: number;
  /** Number of attempts, with back-off in between. */
  joinAttempts: number;
  /** `v1` = `/rtc/v1` (single PeerConnection), `v0` = `/rtc` (two); `auto` tries v1 and falls back on 404. */
  signalling: 'auto' | 'v1' | 'v0';
  /** Default `sdk`. */
  reconnectPolicy?: ReconnectPolicyName;
  /** Emit `media_started`, `media_interrupted` and `media_resumed` for each publication; for up to a few hundred participants. Default: off, at no cost. */
  watchMedia?: boolean;
  /** Stamped on the lines of participants; default 0. */
  shard?: number;
  /** Everything that happens to a participant, complete with identity, room and role. */
  onEvent(event: EventLine): void;
}

/** Measurements since the last call. */
export interface EngineSample {
  connected: number;
  series: SeriesSample[];
  generator: Pick<
    GeneratorSample,
    | 'tickLatenessMs'
    | 'stuckThreads'
    | 'lateSends'
    | 'sendErrors'
    | 'socketDrops'
    | 'datagramsSent'
    | 'datagramsReceived'
  >;
}

/** An implementation of participants. Calls do not throw errors of the network or the server: those are events. */
export interface Engine {
  readonly name: string;
  /** Starts joining now; `scheduledAtMs` (after the run's start) is when it should have started. Resolves when the participant joined, failed, or the engine was closed. */
  join(participant: ParticipantPlan, admission: Admission, scheduledAtMs: number): Promise<void>;
  /** Leaves and returns the result of the session. Resolves within a second even if the server is down. */
  leave(index: number): Promise<ParticipantLine>;
  sample(): EngineSample;
  /** Disconnects all participants and frees all resources. */
  close(): Promise<void>;
}
