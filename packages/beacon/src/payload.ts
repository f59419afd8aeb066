/**
 * What a browser sends, version 1. Numbers are differences since the report before, counted by the browser; times are durations, never dates, so that
 * no clock has to be right. A number that is 0 is left out.
 */
export interface BeaconBody {
  v: 1;
  /** Random, new with every connection to a room: tells a reload from a repetition. */
  session: string;
  sdk: Software;
  browser: Software;
  /** Oldest first. Those that were not acknowledged come again with the same `seq`. */
  reports: BeaconReport[];
  /** The LiveKit token, where no header could be set (sendBeacon). */
  token?: string;
}

export interface Software {
  /** `livekit-client`, `react-native`; `chrome`, `firefox`, … */
  name: string;
  /** As far as it is known: `2.23.0`; `141`. */
  version?: string;
}

export interface BeaconReport {
  /** From 0, one more with each report of the session. */
  seq: number;
  /** How long it covers. */
  ms: number;
  /** Connections that were lost and came back. */
  reconnects?: number;
  /** Reports that were thrown away because nobody took them for too long. */
  dropped?: number;
  /** How media gets to the server: `udp`, `tcp`, `relay-udp`, `relay-tcp`, `relay-tls`. */
  transport?: string;
  /** What the browser says of its network (Network Information API): `wifi`, `cellular`, `ethernet`, … */
  network?: string;
  /** True for the last report of the session. */
  end?: true;
  /** True where it goes on with the window of the report before: more tracks than one report takes. Nothing but `ms` and `streams` is said again. */
  part?: true;
  streams: StreamReport[];
}

export type Direction = 'up' | 'down';
export type Kind = 'audio' | 'video';

/** One RTP stream: a track received, or a track sent; of a track sent in several layers, one of them. */
export interface StreamReport extends StreamCounters {
  direction: Direction;
  kind: Kind;
  /** `opus`, `red`, `vp8`, … */
  codec?: string;
  /** How long media was to be expected: neither muted nor switched off. */
  expectedMs: number;
  /** False where a quality score would mislead: screen shares, and the smaller layers of what is sent. */
  rated?: false;
  /** True where the server stopped sending it, for want of bandwidth. */
  paused?: true;
  /** Seconds, mean of what was read. */
  jitter?: number;
  /** Seconds, mean of what was read. */
  rtt?: number;
  /** Seconds that media waited in the jitter buffer, mean of all frames or samples. */
  bufferDelay?: number;
  width?: number;
  height?: number;
}

export interface StreamCounters {
  packets?: number;
  /** RTP payload. */
  bytes?: number;
  /** Did not come the first time; what came late after all is not taken back. Up: as the server reports it. */
  lost?: number;
  /** Sent again: what of that was lost got there in the end. */
  recovered?: number;
  nacks?: number;
  plis?: number;
  /** Decoded, or sent. */
  frames?: number;
  freezes?: number;
  freezeSeconds?: number;
  /** Audio samples, silence that was made up included. */
  concealed?: number;
  silentConcealed?: number;
  samples?: number;
}
