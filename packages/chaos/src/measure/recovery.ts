/** What a drill measured, of one repeat. Times in milliseconds; `at` after the run's start, as in its record. Plain JSON. */

import type { DrillLine } from '@livekit-swarm/record';

/** How somebody's connection came back: by itself (nothing was noticed), as the SDKs do, or as the application did. */
export type WayBack = 'none-needed' | 'resume' | 'reconnect' | 'rejoin' | 'never';

/** Who hears whom: one publication of one participant, and one who should receive it. */
export interface PairRecovery {
  room: string;
  listener: string;
  speaker: string;
  kind: 'audio' | 'video';
  /** Last packet before, and first after; null: none of it mattered, or nothing came any more. */
  lastBeforeAt: number | null;
  firstAfterAt: number | null;
  /** The longest silence (over 500 ms) that began or went on after the fault. 0: none. Null: it never ended. */
  interruptionMs: number | null;
  /** From the injection to the first packet after that silence. 0: no silence. Null: never. */
  recoveredAfterMs: number | null;
}

export interface ParticipantRecovery {
  identity: string;
  room: string;
  /** The room was held by what was hit. */
  control: boolean;
  signalLostAt: number | null;
  /** From the loss of the signal connection until it was back. */
  signalBackMs: number | null;
  way: WayBack;
  /** Times it was told that it is back, resumes and reconnects: not believed, but counted. */
  claims: number;
  disconnected: boolean;
  /** Worst of its pairs as a listener. Null: never. */
  recoveredAfterMs: number | null;
  /** For drawing: what it was like, one after the other, without holes. */
  strip: Strip[];
}

/** A stretch of somebody's stay in which nothing changed. */
export interface Strip {
  fromAt: number;
  toAt: number;
  /** lost: on its way back. out: not there, or told that it is disconnected. */
  signal: 'up' | 'lost' | 'out';
  /** Of those it should hear: media can go on while the signal connection is lost, and stop while it is up. */
  hears: 'all' | 'some' | 'none';
}

export interface RoomRecovery {
  room: string;
  control: boolean;
  /** As participants were told when they joined, and at the end. */
  nodesBefore: string[];
  nodesAfter: string[];
  /** At the end nobody hears anybody, though all are there. */
  lost: boolean;
  /** At the end it consists of circles of people who hear each other and nobody else; more than one: split brain. */
  islands: string[][];
  splitBrain: boolean;
  /** What Redis says of it at the end agrees with where its participants are. Null: not known. */
  registryAgrees: boolean | null;
}

export interface NewcomerResult {
  identity: string;
  room: string;
  /** A room of its own, or one that was there. */
  newRoom: boolean;
  window: 'baseline' | 'fault' | 'recovery';
  atMs: number;
  joinMs: number | null;
  failure: string | null;
  /** Others that it was told of, and those of the crowd who were there from its first moment to its last. */
  sees: number;
  present: number;
  /** Others whose media it got, and who sent any. */
  hears: number;
  speaking: number;
}

export interface Recovery {
  /** Of each injected fault. */
  faults: {
    id: string;
    fault: string;
    target: string;
    members: string[];
    at: number;
    healedAt: number | null;
  }[];
  skipped: { fault: string; message: string }[];
  pairs: PairRecovery[];
  participants: ParticipantRecovery[];
  rooms: RoomRecovery[];
  newcomers: NewcomerResult[];
  /** Of the pairs whose rooms were hit or who fell silent; null: nobody's media stopped, or nobody came back. */
  rto: { p50: number; p95: number; max: number } | null;
  pairsHit: number;
  neverRecovered: number;
  roomsLost: number;
  roomsSplit: number;
  /** Longest silence in a control room; null: it never ended. */
  controlGapMs: number | null;
  /** Rooms that are listed at the end and that nobody serves; null: not known, as Redis was not looked at, or did not answer. */
  ghosts: string[] | null;
  backends: { at: number; healthy: number; total: number }[];
  /** Parts that were ended and serve again by themselves; `at`: when they did. Ms after they were told to end; null: not seen. */
  comebacks: Omit<Extract<DrillLine, { what: 'comeback' }>, 'type' | 'what'>[];
  alerts: { at: number; name: string; state: 'firing' | 'resolved' }[];
}
