/**
 * The run record: one JSON object a line (NDJSON), appended while the run goes on, the only truth. Everything else (summary, JSON, verdict) is derived from it.
 * `at` is milliseconds after the run's start.
 */

import type { SketchBins, Window } from '@livekit-swarm/metrics';
import type { Kind, Role, Scenario } from '@livekit-swarm/scenario';

export const RECORD_SCHEMA = 'livekit-swarm/record/2';

export type RecordLine =
  | HeaderLine
  | DeploymentLine
  | EventLine
  | SampleLine
  | ParticipantLine
  | DrillLine
  | EndLine;

export interface HeaderLine {
  type: 'header';
  schema: typeof RECORD_SCHEMA;
  /** Random, also part of the rooms' names. */
  run: string;
  /** ISO 8601, and the same as Unix milliseconds: the zero of every `at`. */
  startedAt: string;
  startedAtMs: number;
  scenario: Scenario;
  plan: PlanFacts;
  /** As written: `packet_loss: rate<0.01`. */
  thresholds: string[];
  /** Where the run came from: product version, Node version, kernel, CPUs, memory. Never a secret. */
  environment: Record<string, string | number>;
  workers: number;
  /** What participants do when they lose their connection; absent where they do what the SDKs do. */
  recovery?: 'none' | 'app';
}

/** What of the plan a reader of the record needs, so that records do not change their meaning when the expansion of scenarios does. */
export interface PlanFacts {
  rooms: number;
  participants: number;
  /** See `Plan`. */
  droppedRooms: number;
  windows: Window[];
  lastJoinAtMs: number;
  endAtMs: number;
}

export interface DeploymentLine {
  type: 'deployment';
  at: number;
  url: string;
  embedded: boolean;
  serverVersion: string | null;
  /** Node ids, as participants were told when they joined. */
  nodes: string[];
}

/** Milliseconds since the participant was due, per phase; the clock starts when the join was due, not when it got its turn. */
export interface JoinPhases {
  /** When the attempt that succeeded was started. */
  started: number;
  /** JoinResponse received. */
  signal: number;
  ice: number;
  /** Absent in older records. */
  dtls?: number;
  /** Media transport ready (DTLS done) and own tracks acknowledged: the participant is in. */
  joined: number;
}

export type EventName =
  | 'joined'
  | 'join_retry'
  | 'join_failed'
  | 'first_media'
  | 'signal_lost'
  | 'resumed'
  | 'reconnected'
  /** With `recovery: app`, after `disconnected`: the application joined anew, or an attempt to failed and another will be made. */
  | 'rejoined'
  | 'rejoin_retry'
  /** With `watchMedia` only. The first packet of what somebody publishes, in this stay: once for each listener, publisher, kind and source. */
  | 'media_started'
  /** With `watchMedia` only. Nothing came for two seconds in what somebody still sends us. `at`: the last packet. */
  | 'media_interrupted'
  /** With `watchMedia` only. The first packet after nothing for more than 500 ms (`at`, and `ms` is how long), whatever streams it took, also without `media_interrupted` before. */
  | 'media_resumed'
  | 'disconnected'
  | 'left'
  | 'worker_started'
  | 'worker_died'
  | 'server_died'
  | 'interrupted'
  | 'threshold_crossed'
  | 'warning';

export interface EventLine {
  type: 'event';
  at: number;
  event: EventName;
  /** Of `ParticipantPlan`; absent on events of the run itself. */
  identity?: string;
  group?: string;
  room?: string;
  role?: Role;
  shard?: number;
  /** `joined` only. */
  phases?: JoinPhases;
  attempt?: number;
  /** `resumed`, `reconnected`, `rejoined`: from loss to media transport ready, ms; `rejoin_retry`: until it failed. `first_media`, `join_retry`, `join_failed`: since due. `media_resumed`: the silence. */
  ms?: number;
  /** The node that holds the room, as the server says when one joins. */
  node?: string;
  /** The backend that the load balancer sent the signal connection to, where it says so (`x-livekit-backend`). */
  via?: string;
  /** `media_started`, `media_interrupted`, `media_resumed`: whose media. */
  from?: string;
  kind?: Kind;
  source?: TrackSource;
  serverVersion?: string;
  /** A short stable word for counting (`timeout`, `unauthorized`, `server_full`, `dtls`, …) and a sentence for people. */
  reason?: string;
  message?: string;
  /** `threshold_crossed`, and `warning` with the reason `threshold_doubted`. */
  crossing?: ThresholdCrossing;
  /** `warning` with the reason `threshold_doubted`: codes of the health findings that may have caused the crossing. */
  findings?: string[];
}

/** A threshold with `abortOnFail` and the value that crossed it. */
export interface ThresholdCrossing {
  /** As `formatThreshold` writes it. */
  threshold: string;
  /** With its selector and window: `media_latency{kind:audio}@peak`. */
  metric: string;
  /** In the unit of the metric. */
  value: number;
}

export interface SeriesLabels {
  direction: 'up' | 'down';
  kind: Kind | 'data';
  group: string;
  role: Role;
  codec: string;
}

/** What a group of tracks did since the shard's last sample. Counts are differences; they add up over shards and time. */
export interface SeriesSample {
  labels: SeriesLabels;
  tracks: number;
  /** RTP packets with media, each sequence number once. Down: recovered ones included. Up: retransmissions apart. */
  packets: number;
  bytes: number;
  /** Down: never came first time / never came at all. Up: what the server asked for again or reported missing / what it still missed (RFC 3550 receiver report). May be negative when a late packet is found after all. */
  lostBeforeRecovery: number;
  lost: number;
  recovered: number;
  duplicates: number;
  outOfOrder: number;
  /** RTCP messages: `sent` by us, `received` from the server. */
  nacksSent: number;
  nacksReceived: number;
  plisSent: number;
  plisReceived: number;
  rtxPackets: number;
  keyframes: number;
  layerSwitches: number;
  interruptions: number;
  interruptionMs: number;
  lateSends: number;
  sendErrors: number;
  /** Tracks by height, video only: `{ "360": 12 }`. */
  layers: Record<string, number>;
  latency: SketchBins;
  jitter: SketchBins;
  rtt: SketchBins;
}

/** How the generator itself was doing in this second. */
export interface GeneratorSample {
  /** Cores in use by this worker process, all threads. */
  cpuCores: number;
  /** Seconds of CPU since the worker began. */
  cpuSeconds: number;
  residentBytes: number;
  /** Event-loop delay, ms, p99 of this interval. */
  eventLoopLagMs: number;
  /** Worst lateness of a pump thread, ms. */
  tickLatenessMs: number;
  lateSends: number;
  sendErrors: number;
  socketDrops: number;
  /** Datagrams sent and received in this interval. */
  datagramsSent: number;
  datagramsReceived: number;
  /** Joins that started more than a second after they were due. */
  lateJoins: number;
  /** Share of all cores of the machine in use by whomever, 0 … 1; one worker's view is enough. */
  hostCpuShare?: number;
}

/** The coordinator is no shard, but what it costs belongs to the generator: its samples have no series, only CPU and memory count. */
export const COORDINATOR_SHARD = -1;

export interface SampleLine {
  type: 'sample';
  at: number;
  /** Or `COORDINATOR_SHARD`. */
  shard: number;
  /** Length of the interval, ms. */
  intervalMs: number;
  /** Participants of this shard that are in now. */
  joined: number;
  series: SeriesSample[];
  generator: GeneratorSample;
}

export type TrackSource = 'camera' | 'screen' | 'other';

/** One track as this participant sent it or received it, over its whole stay. */
export interface TrackResult {
  direction: 'up' | 'down';
  kind: Kind | 'data';
  codec: string;
  /** Of a video: which of its publisher's it is. */
  source?: TrackSource;
  /** Up: the server did not let us publish it. */
  refused?: true;
  /** Down: identity of the publisher. */
  from?: string;
  sid?: string;
  /** Up, simulcast: q, h, f. */
  layer?: string;
  packets: number;
  bytes: number;
  lostBeforeRecovery: number;
  lost: number;
  recovered: number;
  duplicates: number;
  outOfOrder: number;
  nacks: number;
  plis: number;
  rtxPackets: number;
  jitterMs: number | null;
  rttMs: number | null;
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
  latencyMaxMs: number | null;
  interruptions: number;
  interruptionMs: number;
  longestInterruptionMs: number;
  layerSwitches: number;
  width: number;
  height: number;
  /** Down: media flowed in the last two seconds of the stay, or none was meant to: no more published, muted by its publisher, or off the screen. */
  activeAtEnd: boolean;
}

/** `ParticipantLine.reason` of somebody who was still at the first attempt to join when told to leave. A failure in a run that ended by itself, none in one cut short. */
export const LEFT_WHILE_JOINING = 'left_while_joining';

/** Written once per participant when it left, failed, or the run ended. */
export interface ParticipantLine {
  type: 'participant';
  at: number;
  shard: number;
  identity: string;
  group: string;
  room: string;
  role: Role;
  /** When it was due to join, and to leave. */
  joinAtMs: number;
  leaveAtMs: number;
  outcome: 'left' | 'join_failed' | 'disconnected' | 'worker_died';
  reason: string | null;
  joinMs: number | null;
  resumes: number;
  reconnects: number;
  /** With `recovery: app`. */
  rejoins?: number;
  /** How many others the server told it of, when it left or was told to. */
  sees?: number;
  expects: { audio: number; video: number };
  tracks: TrackResult[];
}

/** What a chaos drill did, and what it saw that no participant sees. */
export type DrillLine = { type: 'drill'; at: number } & DrillEvent;

export type DrillEvent =
  /** Everybody is in, and all who should hear each other do. */
  | { what: 'steady' }
  /** It was not reached: nothing was injected, and nothing can be said. */
  | { what: 'void'; message: string }
  /** `at`: just before it was done; `doneAt`: when it had been done. `members` are names of the deployment's parts, `rooms` what was held by them. */
  | {
      what: 'fault';
      id: string;
      fault: string;
      target: string;
      members: string[];
      rooms: string[];
      doneAt: number;
    }
  | { what: 'heal'; id: string; fault: string; doneAt: number }
  | { what: 'skipped'; fault: string; message: string }
  /** Redis (`null`: it did not answer) beside what the room service lists. Node ids → how they are; rooms → node ids. */
  | {
      what: 'registry';
      rooms: Record<string, string> | null;
      nodes: Record<string, 'serving' | 'stale' | 'shutting_down'>;
      ghosts: string[];
    }
  /** Of the load balancer. */
  | { what: 'backends'; healthy: number; total: number }
  /** A part that was ended serves again by itself, as in Kubernetes. Times are ms after it was told to end; null: not seen. `at`: when it served. */
  | {
      what: 'comeback';
      member: string;
      /** The same name, where names stay. */
      successor: string;
      goneMs: number | null;
      placedMs: number | null;
      runningMs: number | null;
      servingMs: number;
    }
  | { what: 'alert'; name: string; state: 'firing' | 'resolved'; labels: Record<string, string> }
  | { what: 'aborted'; message: string };

export interface EndLine {
  type: 'end';
  at: number;
  /**
   * `threshold`: one with `abortOnFail` was crossed. `aborted`: nobody was in any more, and nobody to come. `ended`: whoever began the run had seen
   * enough (a drill was over), which is no interruption.
   */
  reason: 'finished' | 'ended' | 'interrupted' | 'aborted' | 'server_died' | 'threshold';
}
