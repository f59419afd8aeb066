/** The plan that a run carries out: every participant, when it joins and leaves, and what it does. */
import type { Window } from '@livekit-swarm/metrics';
import type { DataTraffic, Layout, NetworkImpairment, RoleGrants, TrackPlan } from './role-spec.ts';
import type { Scenario } from './scenario.ts';

/** As the scenario names it; with flags `publisher` or `subscriber`. */
export type Role = string;

export interface ParticipantPlan {
  /** Unique in the run, from 0, in the order of their joins. */
  index: number;
  identity: string;
  /** Of the scenario. */
  group: string;
  room: string;
  role: Role;
  /** When its join is scheduled, ms after the run's start. */
  joinAtMs: number;
  /** When it leaves, ms after the start. `endAtMs` of the plan: with all others, at the end. */
  leaveAtMs: number;
  publish: TrackPlan[];
  /** Whether it subscribes to anything; `layout` decides to what. */
  subscribe: boolean;
  layout: Layout;
  data: DataTraffic[];
  grants: RoleGrants;
  /** An impaired access network, both ways. Null: no impairment. */
  network: NetworkImpairment | null;
  /** Tracks of others that it must have received when its session ends: of those whose sessions overlap with its own long enough. */
  expectedTracks: { audio: number; video: number };
}

export interface Plan {
  scenario: Scenario;
  participants: ParticipantPlan[];
  /** In the order they begin. */
  windows: Window[];
  /** Rooms that an executor did not open as too many were open. */
  droppedRooms: number;
  /** The last scheduled join of a participant that replaces no other (as with per-room-churn), ms after the start. */
  lastJoinAtMs: number;
  /** When the last room closes and all have left, ms after the start. */
  endAtMs: number;
}
