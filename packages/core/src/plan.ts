/** What a run is meant to be: one spec a person writes (flags today, a scenario file later), one plan that a machine carries out. */

export type Kind = 'audio' | 'video';
export type VideoCodec = 'vp8' | 'h264';
export type Resolution = '180p' | '360p' | '540p' | '720p' | '1080p';

/** What a subscriber looks at. `speaker`: one video large, nothing else; `grid`: up to `tiles` videos at the size of a tile. Audio is always heard, except with `none`. */
export type Layout =
  | { type: 'all' }
  | { type: 'speaker' }
  | { type: 'grid'; tiles: number }
  | { type: 'audio-only' }
  | { type: 'none' };

export interface DataTraffic {
  messagesPerSecond: number;
  /** Payload bytes of a message. */
  bytes: number;
  reliable: boolean;
}

/** One run as a person asks for it. Durations in milliseconds. */
export interface LoadSpec {
  rooms: number;
  /** One named room instead of generated names; then `rooms` is 1. */
  room: string | null;
  roomPrefix: string;
  /** Per room, publishing what `publish` says and subscribing to the others. */
  participants: number;
  /** Per room, more, listening only. */
  subscribers: number;
  publish: Kind[];
  video: Resolution;
  codec: VideoCodec;
  simulcast: boolean;
  layout: Layout;
  data: DataTraffic | null;
  /** Joins a second, over all rooms. */
  joinRate: number;
  /** From the moment the last participant was due. */
  durationMs: number;
}

export type TrackPlan = { kind: 'audio' } | { kind: 'video'; codec: VideoCodec; resolution: Resolution; simulcast: boolean };

export type Role = 'publisher' | 'subscriber';

export interface ParticipantPlan {
  /** Unique in the run, from 0. */
  index: number;
  identity: string;
  room: string;
  role: Role;
  /** When it is due to join, ms after the run's start. */
  joinAtMs: number;
  publish: TrackPlan[];
  layout: Layout;
  data: DataTraffic[];
  /** Tracks of others that it must receive once everybody is in. */
  expects: { audio: number; video: number };
}

export interface Plan {
  spec: LoadSpec;
  participants: ParticipantPlan[];
  /** When the last participant is due, ms after the start. */
  lastJoinAtMs: number;
  /** When everybody leaves, ms after the start. */
  endAtMs: number;
}
