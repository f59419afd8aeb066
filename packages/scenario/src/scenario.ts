/**
 * What a run is meant to be, in the words of the scenario language: what a YAML file says once it is read, what flags say once they are understood, and
 * what the header of a record holds. Everything is filled in: durations in milliseconds, no defaults left to guess. Plain JSON.
 */

import type { ExecutorSpec } from './executors/executor-spec.ts';
import type { NetworkImpairment } from './network/network-presets.ts';
import type { DataTraffic, Layout, TrackPlan } from './plan.ts';

export interface Scenario {
  /** Short, names the run in reports and metrics: `voice-ai`. */
  name: string;
  description: string | null;
  /** Said by the user, carried along: `{ team: voice }`. */
  tags: Record<string, string>;
  /** The same seed gives the same plan. */
  seed: number;
  /** In the order of the file; at least one. */
  groups: GroupSpec[];
  /** Stretches of the run that were given a name, so that thresholds and reports can speak of them. */
  timeline: NamedStretch[];
  /** As text that `parseThreshold` reads. Defaults come on top. */
  thresholds: string[];
}

/** Milliseconds after the start; `toMs` null means until the end. */
export interface NamedStretch {
  name: string;
  fromMs: number;
  toMs: number | null;
}

/** Rooms that are alike, and when they are open. */
export interface GroupSpec {
  name: string;
  /** One room of this name instead of generated names; the executor then opens one room only. */
  room: string | null;
  roomPrefix: string;
  /** When its executor begins, ms after the start. */
  startMs: number;
  /** People do not arrive at once: those of a room come within this time after it opened, ms. */
  gatherMs: number;
  executor: ExecutorSpec;
  /** Who is in each room; in the order in which they join. */
  roles: RoleSpec[];
}

export interface RoleSpec {
  /** Label of everything measured on them: `host`, `viewer`. Unique in its group; may be the same in several groups. */
  name: string;
  /** Of them per room. */
  count: number;
  publish: TrackPlan[];
  /** Null: sends none. */
  data: DataTraffic | null;
  /** Whether they receive at all; then `layout` says what. */
  subscribe: boolean;
  layout: Layout;
  /** Beyond what publishing and subscribing need anyway. */
  grants: RoleGrants;
  /** A bad access network, by which it is reached: the name of a preset (or `custom`) and what it does. Null: the network as it is. */
  network: { name: string; impairment: NetworkImpairment } | null;
  /** Only with an executor that lets people come and go: whether they stay as long as the room is open. */
  stays: boolean;
}

/**
 * Token grants (LiveKit's VideoGrant). What is absent follows from what the role does: it may publish the sources it publishes, send data if it
 * sends data, subscribe if it subscribes. Stating less than a role needs is how a denial is tested.
 */
export interface RoleGrants {
  canPublish?: boolean;
  canPublishSources?: TrackSourceName[];
  canPublishData?: boolean;
  canSubscribe?: boolean;
  canUpdateOwnMetadata?: boolean;
  hidden?: boolean;
  roomAdmin?: boolean;
  recorder?: boolean;
}

export type TrackSourceName = 'camera' | 'microphone' | 'screen_share' | 'screen_share_audio';
