/** Plan that a run carries out: every participant, when it joins and leaves, and what it does. */
import type { Window } from '@livekit-swarm/metrics';
import type { PlannedAction } from './actions/action-spec.ts';
import type { Exchange } from './plan/exchange.ts';
import type { ParticipantSettings } from './role-keys/registry.ts';
import type { Scenario } from './scenario.ts';

/** Name of a role in the scenario; with flags `publisher` or `subscriber`. */
export type Role = string;

export interface ParticipantPlan extends ParticipantSettings {
  /** Number of the participant in the run, from 0, in the order of joins. */
  index: number;
  identity: string;
  /** Name of the scenario's group. */
  group: string;
  room: string;
  role: Role;
  /** Scheduled time of the join, ms after the start of the run. */
  joinAtMs: number;
  /**
   * Time of the leave, ms after the start of the run. `endAtMs` of the plan: at the end, with all
   * others.
   */
  leaveAtMs: number;
  /**
   * Part in a room whose participants take turns in speaking: `takes` turns, or only `hears` them.
   * Absent: the participant speaks all the time.
   */
  turns?: 'takes' | 'hears';
  /** Part in calls and streams between the participants of the room. Absent: there are none. */
  exchange?: Exchange;
  /** Present for a browser in a room with tracks that have `frameMetadata`. */
  readsFrameMetadata?: true;
  /**
   * Present for one participant of each role in a room into which encoders publish audio, by ingress
   * or WHIP: it hears the marks in it, which show the delay.
   */
  hearsMarks?: true;
  /** Actions during the stay, in order of time. Absent: none. */
  actions?: PlannedAction[];
  /**
   * Number of tracks that the participant must have received when its session ends: tracks of
   * others whose sessions overlap with its session long enough.
   */
  expectedTracks: { audio: number; video: number };
}

export interface Plan {
  scenario: Scenario;
  participants: ParticipantPlan[];
  /** Windows in the order in which they begin. */
  windows: Window[];
  /** Number of rooms that an executor did not open because too many were open. */
  droppedRooms: number;
  /**
   * Last scheduled join of a participant that does not replace another one (as with
   * per-room-churn), ms after the start of the run.
   */
  lastJoinAtMs: number;
  /**
   * Time at which the last room closes and all participants have left, ms after the start of the
   * run.
   */
  endAtMs: number;
}
