import type { Direction, Kind, StreamCounters } from './payload.ts';

/** What the browser counted of one RTP stream until now. */
export interface Reading {
  /** Tells streams apart for as long as they live. */
  key: string;
  direction: Direction;
  kind: Kind;
  codec: string | undefined;
  counters: Required<StreamCounters>;
  /** Seconds; undefined where the browser does not say. */
  jitter: number | undefined;
  rtt: number | undefined;
  /** Seconds that all frames or samples waited in the jitter buffer, and how many they were. */
  bufferSeconds: number;
  bufferCount: number;
  width: number;
  height: number;
  /** False for a layer that is not being sent. */
  active: boolean;
  /** Media is to be expected. */
  expected: boolean;
  /** The server stopped sending it. */
  paused: boolean;
  rated: boolean;
}

/** What a connection runs over, as far as the statistics of a track tell. */
export interface Route {
  transport: string | undefined;
  /** Seconds. */
  rtt: number | undefined;
}

/** The members of statistics (W3C webrtc-stats) that are read here; a browser may lack any of them. */
export interface Stat {
  type: string;
  id: string;
  ssrc?: number;
  kind?: string;
  codecId?: string;
  transportId?: string;
  mimeType?: string;
  selectedCandidatePairId?: string;
  localCandidateId?: string;
  candidateType?: string;
  protocol?: string;
  relayProtocol?: string;
  [member: string]: unknown;
}

/** A number that a browser gave: what it lacks is 0. */
export const count = (value: unknown): number =>
  typeof value === 'number' && value > 0 && value < Infinity ? value : 0;

/** Seconds that a browser measured: what it lacks, or has not measured yet, is undefined. */
export const seconds = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined;
