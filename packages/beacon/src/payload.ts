/**
 * Request body of a browser, version 1. Numbers are differences since the previous report; times
 * are durations, never dates, so that clocks need not agree. A number that is 0 is omitted.
 */
export interface BeaconBody {
  v: 1;
  /** Random, new with every connection to a room: distinguishes a reload from a retransmission. */
  session: string;
  sdk: ClientSoftware;
  browser: ClientSoftware;
  /** Reports, oldest first. Unacknowledged ones are sent again with the same `seq`. */
  reports: BeaconReport[];
  /** LiveKit token, if no header can be set (sendBeacon). */
  token?: string;
}

export interface ClientSoftware {
  /** Name: `livekit-client`, `react-native`; `chrome`, `firefox`, … */
  name: string;
  /** Version, if known: `2.23.0`; `141`. */
  version?: string;
}

export interface BeaconReport {
  /** Number of the report in the session, from 0. */
  seq: number;
  /** Length of the reported period, ms. */
  ms: number;
  /** Connections that were lost and recovered. */
  reconnects?: number;
  /** Reports that were dropped because they could not be sent for too long. */
  dropped?: number;
  /** Transport of the media: `udp`, `tcp`, `relay_udp`, `relay_tcp`, `relay_tls`. */
  transport?: string;
  /** Id of the node that holds the room: `ND_…`. */
  node?: string;
  /** SID of this participant: `PA_…`. LiveKit makes one for each session; it is random. */
  participant?: string;
  /** Network type (Network Information API): `wifi`, `cellular`, `ethernet`, … */
  network?: string;
  /** True for the last report of the session. */
  end?: true;
  /**
   * True if it continues the period of the previous report because of many tracks; it has only
   * `ms`, `participant` and `streams`.
   */
  part?: true;
  streams: StreamReport[];
}

export type Direction = 'up' | 'down';
export type Kind = 'audio' | 'video';

/** One RTP stream: a received track, or a sent track; with simulcast, one layer of it. */
export interface StreamReport extends StreamCounters {
  direction: Direction;
  kind: Kind;
  /** SID of the publisher; down only. */
  publisher?: string;
  /** Codec: `opus`, `red`, `vp8`, … */
  codec?: string;
  /** Time in which media was expected (neither muted nor disabled), ms. */
  expectedMs: number;
  /**
   * False if a quality score would be misleading: screen shares, and the smaller layers of sent
   * video.
   */
  rated?: false;
  /** True if the server paused it because of low bandwidth. */
  paused?: true;
  /** Jitter, mean of the samples, s. */
  jitter?: number;
  /** Round-trip time, mean of the samples, s. */
  rtt?: number;
  /** Time in the jitter buffer, mean of all frames or samples, s. */
  bufferDelay?: number;
  width?: number;
  height?: number;
}

export interface StreamCounters {
  packets?: number;
  /** RTP payload, bytes. */
  bytes?: number;
  /** Lost before recovery; late packets are not subtracted. Up: as the server reports it. */
  lost?: number;
  /** Lost packets that were received by retransmission. */
  recovered?: number;
  nacks?: number;
  plis?: number;
  /** Frames decoded (down) or sent (up). */
  frames?: number;
  /** Frames received and not shown: the device was too slow, or the frame came too late. */
  framesDropped?: number;
  /** Time of decoding (down) or encoding (up), s. */
  codecSeconds?: number;
  /**
   * Time in which the device was too slow for the requested quality (qualityLimitationReason
   * `cpu`), s; up only.
   */
  cpuLimitedSeconds?: number;
  freezes?: number;
  freezeSeconds?: number;
  /** Concealed audio samples, including silent ones. */
  concealed?: number;
  silentConcealed?: number;
  samples?: number;
}
