/** The plan that a run carries out: every participant, when it joins and leaves, and what it does. */
import type { Window } from '@livekit-swarm/metrics';
import type { PlannedAction } from './actions/action-spec.ts';
import type { Labels } from './host-labels.ts';
import type { NetworkImpairment } from './network/impairment.ts';
import type { Connect } from './role-keys/connect.ts';
import type { DataTraffic } from './role-keys/data.ts';
import type { Departure } from './role-keys/departure.ts';
import type { E2ee } from './role-keys/e2ee.ts';
import type { ClientEngineName } from './role-keys/engine.ts';
import type { RoleGrants } from './role-keys/grants.ts';
import type { Layout } from './role-keys/layout.ts';
import type { MediaPath } from './role-keys/path.ts';
import type { Scenario } from './scenario.ts';
import type { TrackPlan } from './track-plan.ts';

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
  /** The video that it sends follows the bandwidth that it estimates. Absent: it sends everything. */
  rateAdaptation?: true;
  path: MediaPath;
  /** Labels that its host must have. Default: none. */
  hostSelector?: Labels;
  /** Absent: native. */
  engine?: ClientEngineName;
  /** In a room whose participants take turns in speaking: whether it is one of them. Absent: its audio is speech all the time. */
  turns?: 'takes' | 'hears';
  /** Of a browser: some track of its room is published with `frameMetadata`. */
  readsFrameMetadata?: true;
  /** How its stay ends. Absent: leave. */
  departure?: Departure;
  /** What it does during its stay, in the order of time. Absent: nothing. */
  actions?: PlannedAction[];
  /** Where it gets its server and token from. Absent: its token is made with the API key. */
  connect?: Connect;
  /** Null: without end-to-end encryption. */
  e2ee: E2ee | null;
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
