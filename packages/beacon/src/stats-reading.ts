import type { Direction, Kind, StreamCounters } from './payload.ts';

/** Counters of one RTP stream since it started. */
export interface StatsReading {
  /** Identifies the stream while it exists. */
  key: string;
  direction: Direction;
  kind: Kind;
  codec: string | undefined;
  /** SID of the publisher; undefined for own tracks. */
  publisher: string | undefined;
  counters: Required<StreamCounters>;
  /** Jitter, s; undefined if the browser does not report it. */
  jitter: number | undefined;
  rtt: number | undefined;
  /** Time of all frames or samples in the jitter buffer, s; `bufferCount`: their number. */
  bufferSeconds: number;
  bufferCount: number;
  width: number;
  height: number;
  /** False for a layer that is not sent. */
  active: boolean;
  /** True if media is expected: the track is neither muted nor disabled. */
  expected: boolean;
  /** True if the server stopped sending the stream. */
  paused: boolean;
  rated: boolean;
}

/** Transport of a connection, from the statistics of a track. */
export interface TransportRoute {
  transport: string | undefined;
  /** Round-trip time, s; undefined if the browser does not report it. */
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
  /** Time by limiting reason, s: `cpu`, `bandwidth`, `none`, `other`. */
  qualityLimitationDurations?: Record<string, number>;
  [member: string]: unknown;
}

/** A counter; 0 if the browser omits it. */
export const count = (value: unknown): number =>
  typeof value === 'number' && value > 0 && value < Infinity ? value : 0;

/** A duration in seconds; undefined if the browser omits it or has not measured it yet. */
export const seconds = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined;
