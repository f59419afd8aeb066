import type { E2eeSecret, TokenEndpoint } from '@livekit-swarm/livekit';
import type {
  ClientSample,
  DataQueueSample,
  DataStreamsSample,
  DataTracksSample,
  EngineHealth,
  EventLine,
  ParticipantLine,
  RpcSample,
  SeriesSample,
  SpeakersSample,
  StreamDrops,
} from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedStep } from '@livekit-swarm/scenario';

/**
 * Reactions of participants to a lost connection. `none`: the session ends. `sdk`: resume, then
 * reconnect, as livekit-client does. `app`: like `sdk`; if that failed or the server disconnected
 * it, the participant rejoins with the same identity until the end of its session, as an
 * application would.
 */
export type ReconnectPolicyName = 'none' | 'sdk' | 'app';

/** Deployment and access token of a participant. An engine never gets the API secret. */
export interface Admission {
  /** ws://, wss://, http:// or https://; of a participant with a stream, that of its endpoint. */
  url: string;
  /** Access token; of a participant with a stream, the bearer token of its requests, or ''. */
  token: string;
  /**
   * Endpoint that is asked before each new session for the URL and the token, in place of the two
   * above.
   */
  endpoint?: TokenEndpoint;
  /** Secret of end-to-end encryption; absent: no encryption. */
  e2ee?: E2eeSecret;
  /** Stream of a participant with `ingress`, which exists; absent: it could not be created. */
  ingress?: IngressStream;
}

/** Stream of ingress that an encoder may send. */
export interface IngressStream {
  /** Address without the key: `rtmp://HOST:PORT/APP`, or that of a WHIP endpoint. */
  url: string;
  /** Secret: who has it can publish as this participant. */
  streamKey: string;
  /** Address of the API, which reports whether the participant is in its room. */
  apiBase: string;
}

/** Participant on another host whose media or data participants of this engine receive. */
export interface RemotePublisher {
  identity: string;
  room: string;
  /** Name of the agent on its host. */
  agent: string;
  sendsData: boolean;
}

export interface EngineOptions {
  /** Number of pump threads. */
  threads: number;
  /** Start of the run, Unix ms: the zero of every `at`. */
  startedAtMs: number;
  /**
   * Unix time minus CLOCK_MONOTONIC, ms, from which all times are derived. Default: the value that
   * this process measured.
   */
  clockOffsetMs?: number;
  /** Longest duration of one attempt to join, ms. */
  joinTimeoutMs: number;
  /** Number of attempts, with back-off in between. */
  joinAttempts: number;
  /**
   * Signalling protocol. `v1`: `/rtc/v1` (one PeerConnection); `v0`: `/rtc` (two); `auto`: v1, then
   * v0 after a 404.
   */
  signalling: 'auto' | 'v1' | 'v0';
  /** Default: `sdk`. */
  reconnectPolicy?: ReconnectPolicyName;
  /**
   * Emit `media_started`, `media_interrupted`, `media_resumed` and `media_duplicated` for each publication; suited to a
   * few hundred participants. Default: false, at no cost.
   */
  watchMedia?: boolean;
  /** Publishers on other hosts. Default: none. */
  elsewhere?: readonly RemotePublisher[];
  /**
   * Folder of the record, for profiles of browsers and evidence of failed clients. Default: a
   * temporary folder for profiles, and no evidence.
   */
  dir?: string;
  /**
   * `HOST:PORT` to use in place of the TURN servers that the deployment names. Default: SWARM_TURN
   * of this process.
   */
  turn?: string;
  /** Program of the engine `browser`. Default: an installed one. */
  browser?: string;
  /** Number of the shard, for the lines of participants. Default: 0. */
  shard?: number;
  /** Take an event of a participant, complete with identity, room and role. */
  onEvent(event: EventLine): void;
}

/** Measurements since the last call. */
export interface EngineSample {
  connected: number;
  series: SeriesSample[];
  /** Announcements of active speakers, if participants take turns in speaking. */
  speakers?: SpeakersSample[];
  /** Calls between participants; absent: none. */
  rpc?: RpcSample[];
  /** Received text and byte streams; absent: none. */
  dataStreams?: DataStreamsSample[];
  /** Frames on data tracks; absent: none. */
  dataTracks?: DataTracksSample[];
  /** Data messages that waited at their senders; absent: none. */
  dataQueues?: DataQueueSample[];
  /** Packets dropped on TCP paths; absent: none. */
  streamDrops?: StreamDrops[];
  /** Measurements of real clients; absent: the engine has none. */
  clients?: ClientSample[];
  generator: EngineHealth;
}

/**
 * Implementation of participants. Calls do not throw errors of the network or the server: they are
 * reported as events.
 */
export interface Engine {
  readonly name: string;
  /** Start slow preparations of a participant that joins soon. */
  prepare?(participant: ParticipantPlan): void;
  /**
   * Start to join now. Resolves when the participant has joined or failed, or the engine was
   * closed.
   * @param scheduledAtMs scheduled time of the join, ms after the start of the run
   */
  join(participant: ParticipantPlan, admission: Admission, scheduledAtMs: number): Promise<void>;
  /**
   * Carry out a step of a participant; the result is an event. Absent: no participant of the engine
   * can.
   * @returns false if this participant cannot
   */
  act?(index: number, step: PlannedStep): boolean;
  /**
   * Leave, and return the result of the session. Resolves within a second even if the server is
   * down.
   */
  leave(index: number): Promise<ParticipantLine>;
  sample(): EngineSample;
  /**
   * Apply this offset from the clock of this host to the shared clock, ms, to latency between hosts
   * from now on.
   */
  correctClock?(ms: number): void;
  /** Disconnect all participants and free all resources. */
  close(): Promise<void>;
}
