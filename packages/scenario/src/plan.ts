/** What a run is meant to be: what a person writes (flags, or a scenario file), and the plan that a machine carries out. */

import type { Window } from '@livekit-swarm/metrics';
import type { NetworkImpairment } from './network/network-presets.ts';
import type { RoleGrants, Scenario } from './scenario.ts';

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

/** One run as flags ask for it: a scenario with one group, of two roles. Durations in milliseconds. */
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

/** `screen` is a video, too, published as a screen share. */
export type TrackPlan =
  | { kind: 'audio' }
  | {
      kind: 'video';
      source: 'camera' | 'screen';
      codec: VideoCodec;
      resolution: Resolution;
      simulcast: boolean;
    };

/** As the scenario names it; with flags `publisher` or `subscriber`. */
export type Role = string;

export interface ParticipantPlan {
  /** Unique in the run, from 0, in the order they are due. */
  index: number;
  identity: string;
  /** Of the scenario. */
  group: string;
  room: string;
  role: Role;
  /** When it is due to join, ms after the run's start. */
  joinAtMs: number;
  /** When it leaves, ms after the start. `endAtMs` of the plan: with everybody else, at the end. */
  leaveAtMs: number;
  publish: TrackPlan[];
  /** Whether it subscribes to anything; `layout` says to what. */
  subscribe: boolean;
  layout: Layout;
  data: DataTraffic[];
  grants: RoleGrants;
  /** A bad access network, both ways. Null: the network as it is. */
  network: NetworkImpairment | null;
  /** Tracks of others that it must have received when its stay ends: of those whose stays overlap with its own long enough. */
  expects: { audio: number; video: number };
}

export interface Plan {
  scenario: Scenario;
  participants: ParticipantPlan[];
  /** In the order they begin. */
  windows: Window[];
  /** Rooms that an executor did not open as too many were open. */
  droppedRooms: number;
  /** When the last is due of those who take nobody else's place (as with per-room churn), ms after the start. */
  lastJoinAtMs: number;
  /** When the last room closes and everybody has left, ms after the start. */
  endAtMs: number;
}
