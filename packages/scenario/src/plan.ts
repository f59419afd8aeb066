/** The plan that a run carries out: every participant, when it joins and leaves, and what it does. */
import type { Window } from '@livekit-swarm/metrics';
import type { PlannedAction } from './actions/action-spec.ts';
import type { Conduct } from './role-keys/registry.ts';
import type { Scenario } from './scenario.ts';

/** As the scenario names it; with flags `publisher` or `subscriber`. */
export type Role = string;

export interface ParticipantPlan extends Conduct {
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
  /** In a room whose participants take turns in speaking: whether it is one of them. Absent: its audio is speech all the time. */
  turns?: 'takes' | 'hears';
  /** Of a browser: some track of its room is published with `frameMetadata`. */
  readsFrameMetadata?: true;
  /** What it does during its stay, in the order of time. Absent: nothing. */
  actions?: PlannedAction[];
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
