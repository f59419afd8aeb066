import type { Direction, Kind, StreamCounters } from './payload.ts';

/** Counters of one RTP stream since it started. */
export interface StatsReading {
  /** Identifies the stream while it exists. */
  key: string;
  direction: Direction;
  kind: Kind;
  codec: string | undefined;
  /** SID of the participant that publishes it; undefined for own tracks. */
  publisher: string | undefined;
  counters: Required<StreamCounters>;
  /** Seconds; undefined if the browser does not report it. */
  jitter: number | undefined;
  rtt: number | undefined;
  /** Total time of all frames or samples in the jitter buffer, seconds, and their number. */
  bufferSeconds: number;
  bufferCount: number;
  width: number;
  height: number;
  /** False for a layer that is not sent. */
  active: boolean;
  /** Whether media is expected. */
  expected: boolean;
  /** The server stopped sending it. */
  paused: boolean;
  rated: boolean;
}

/** Transport of a connection, from the statistics of a track. */
export interface TransportRoute {
  transport: string | undefined;
  /** Seconds. */
  rtt: number | undefined;
}

/** Members of W3C webrtc-stats that are read; a browser may omit any of them. */
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
  /** Seconds by reason: `cpu`, `bandwidth`, `none`, `other`. */
  qualityLimitationDurations?: Record<string, number>;
  [member: string]: unknown;
}

/** A counter; 0 if the browser omits it. */
export const count = (value: unknown): number =>
  typeof value === 'number' && value > 0 && value < Infinity ? value : 0;

/** A duration in seconds; undefined if the browser omits it or has not measured it yet. */
export const seconds = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined;
