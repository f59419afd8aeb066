import type { DrillStopReason, RollPhase } from '@livekit-swarm/record';
import type { DrillResult } from '../measure/drill-result.ts';
import type { Recovery } from '../measure/recovery.ts';
import type { DrainForecast } from './drain-forecast.ts';
import type { RollRequest } from './roll-request.ts';

export const ROLL_RESULT_SCHEMA = 'livekit-swarm/roll/1';

/** Change of one node. Times in ms after the start of the run; null: it did not come to that. */
export interface NodeChange {
  component: string;
  phase: Exclude<RollPhase, 'done'>;
  /** Version or image that it was started with; null: unknown, or not started. */
  version: string | null;
  drainingAt: number | null;
  /** End of the drain, with rooms that were left. Null: it became empty in time. */
  cutAt: number | null;
  stoppedAt: number | null;
  readyAt: number | null;
  /** Health gate passed. */
  checkedAt: number | null;
  /** Reason for which the health gate was not passed; null: it was, or was not asked. */
  checkFailed: string | null;
  /** Rooms of the load on it when its drain began. */
  roomsBefore: number;
  /** Rooms, and participants in them, that were left at the end of its drain. */
  roomsCut: number;
  participantsCut: number;
  /** Rooms of the load that it held afterwards: at its next drain, or at the end. */
  roomsAfter: number;
  /** Pairs whose media was interrupted from this change on, until the next one began. */
  pairsInterrupted: number;
  /** Longest of these interruptions, ms; null: one did not end. */
  longestInterruptionMs: number | null;
}

/** One room of the load. A pair is one subscriber and one publisher. */
export interface RoomChange {
  room: string;
  participants: number;
  pairs: number;
  pairsInterrupted: number;
  pairsNotRecovered: number;
  /** Longest interruption of a pair, ms; null: one did not end. */
  longestInterruptionMs: number | null;
  disconnected: number;
  /** True: another node held it at the end. */
  moved: boolean;
}

export interface RollResult {
  schema: typeof ROLL_RESULT_SCHEMA;
  request: RollRequest;
  /**
   * `rolled`: every node has the release. `rolled_back`: and went back, as requested. `undone`: the
   * roll was stopped or interrupted, and the nodes that were changed went back. `not_rolled`: no node
   * was changed.
   */
  outcome: 'rolled' | 'rolled_back' | 'undone' | 'not_rolled';
  /** Reason for which the roll was stopped; null: it was not, or it was interrupted. */
  stoppedBy: DrillStopReason | null;
  nodes: NodeChange[];
  /** Time in which nodes of both releases served, ms. */
  mixedMs: number;
  rooms: RoomChange[];
  /** Joins since the first drain, join probes included, and those that failed. */
  joins: { attempted: number; failed: number };
  drain: DrainForecast;
  /** Healthy backends of the load balancer since the first drain, as they changed; null: not observed. */
  backends: Recovery['backends'] | null;
  /** Result as a drill: verdict, objectives, every interruption. */
  drill: DrillResult;
}
