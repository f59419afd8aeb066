import type { E2eeSecret, TokenEndpoint } from '@livekit-swarm/livekit';
import type {
  ClientSample,
  EngineHealth,
  EventLine,
  ParticipantLine,
  SeriesSample,
  SpeakersSample,
  StreamDrops,
} from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedStep } from '@livekit-swarm/scenario';

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
  /** Asked before each new session for the URL and the token, in place of those above. */
  endpoint?: TokenEndpoint;
  /** Of a participant with end-to-end encryption. */
  e2ee?: E2eeSecret;
}

/** A participant on another host whose media or data participants of this engine receive. */
export interface RemotePublisher {
  identity: string;
  room: string;
  /** Agent of its host. */
  agent: string;
  sendsData: boolean;
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
  /** Default: all publishers are on this host. */
  elsewhere?: readonly RemotePublisher[];
  /** The folder of the record: profiles of browsers, and what clients that fail leave. Default: a temporary one, and nothing. */
  dir?: string;
  /** `HOST:PORT` to use in place of the TURN servers that the deployment names. Default: as SWARM_TURN of this process has it. */
  turn?: string;
  /** Program of the engine `browser`. Default: the one that is installed. */
  browser?: string;
  /** Stamped on the lines of participants; default 0. */
  shard?: number;
  /** Everything that happens to a participant, complete with identity, room and role. */
  onEvent(event: EventLine): void;
}

/** Measurements since the last call. */
export interface EngineSample {
  connected: number;
  series: SeriesSample[];
  /** Where participants take turns in speaking. */
  speakers?: SpeakersSample[];
  /** Absent: none. */
  streamDrops?: StreamDrops[];
  /** Absent: an engine without any. */
  clients?: ClientSample[];
  generator: EngineHealth;
}

/** An implementation of participants. Calls do not throw errors of the network or the server: those are events. */
export interface Engine {
  readonly name: string;
  /** The participant joins soon: what takes long may begin. */
  prepare?(participant: ParticipantPlan): void;
  /** Starts joining now; `scheduledAtMs` (after the run's start) is when it should have started. Resolves when the participant joined, failed, or the engine was closed. */
  join(participant: ParticipantPlan, admission: Admission, scheduledAtMs: number): Promise<void>;
  /** Does something during its stay; the result is an event. @returns false: the engine of this participant cannot do that. Absent: it never can */
  act?(index: number, step: PlannedStep): boolean;
  /** Leaves and returns the result of the session. Resolves within a second even if the server is down. */
  leave(index: number): Promise<ParticipantLine>;
  sample(): EngineSample;
  /** Latency between hosts is measured with this correction from now on: what the clock of this host lacks to the shared one, ms. */
  correctClock?(ms: number): void;
  /** Disconnects all participants and frees all resources. */
  close(): Promise<void>;
}
