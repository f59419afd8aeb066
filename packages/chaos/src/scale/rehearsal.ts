import type { Verdict } from '@livekit-swarm/analysis';
import type { AutoscalerCondition, AutoscalerSettings } from '../targets/kubernetes/autoscaler.ts';
import type { DeployedScaler } from './deployed-scaler.ts';
import type { ScaleMetric, ScaleMode, ScaleObjectives, ScalerFile } from './scaler-file.ts';

export const SCALE_RESULT_SCHEMA = 'livekit-swarm/scale/1';

/** One new node. Times in ms after the start of the run; null: it did not come to that. */
export interface NewNode {
  component: string;
  orderedAt: number;
  /** The boot delay was over, and livekit-server answered. */
  readyAt: number | null;
  /** Redis listed it as serving. */
  registeredAt: number | null;
  /** The first participant was connected in a room on it. */
  firstRoomAt: number | null;
}

/** Decision for more or for fewer nodes. */
export interface ScaleStep {
  decidedAt: number;
  from: number;
  to: number;
  /** `timetable`: the present load alone does not need them. */
  why: 'load' | 'timetable';
  /**
   * Time since which the load was above the target of `from` nodes, of a decision for more. Null: it
   * never was.
   */
  crossedAt: number | null;
  nodes: NewNode[];
}

/** End of a node: by the scaler, with a Spot node, or for another reason. */
export interface RemovedNode {
  component: string;
  why: 'scale' | 'spot' | 'other';
  /** Time of the notice of a Spot node; null: another node. */
  noticedAt: number | null;
  /** SIGTERM; null: it had none. */
  drainingAt: number | null;
  stoppedAt: number | null;
  /** Rooms, and participants in them, that lost it. */
  roomsCut: number;
  participantsCut: number;
  /** Order of the node in its place; null: none was ordered. */
  replacement: NewNode | null;
}

/** Joins, by the time at which they were planned. */
export interface JoinFigures {
  attempted: number;
  lost: number;
  slow: number;
  p95Ms: number | null;
}

/** Load and nodes at one time. */
export interface ScaleMoment {
  at: number;
  /** Load of all nodes; null: it was not known. */
  load: number | null;
  wanted: number;
  serving: number;
}

/** The autoscaler of a deployment, as it was observed. */
export interface AutoscalerFacts {
  /** Each change of its state. */
  changes: { at: number; desired: number; current: number; conditions: AutoscalerCondition[] }[];
  /** Events of the autoscaler, as the cluster reports them. */
  notices: { at: number; reason: string; message: string }[];
  /** Time in which it did not act, as it could not read its metrics, ms, and the last reason. */
  inactiveMs: number;
  inactiveReason: string | null;
}

/** Measurements of a rehearsal. */
export interface ScaleFacts {
  metric: ScaleMetric;
  steps: ScaleStep[];
  removed: RemovedNode[];
  /** `during`: from a crossing or decision to the first room, and while a node drained. */
  joins: Record<'before' | 'during' | 'after', JoinFigures>;
  /** Time in which some node had more than it carries, ms, and the most that one had. */
  overloadedMs: number;
  mostLoad: number;
  /** Decisions that reversed the one before within the longer cool-down. */
  reversals: number;
  /** Participants that lost their connection for good, and connections that recovered. */
  disconnected: number;
  recovered: number;
  /** Time of all nodes from their order to their end, ms. */
  nodeMs: number;
  /**
   * The same of a scaler that knows the load ahead, and whose nodes boot at once, ms: by the
   * timetable, or by the load that was there.
   */
  optimumMs: number;
  optimumOf: 'timetable' | 'load';
  /** Share of the readings to which the cluster did not answer. */
  unreadable: number;
  /** Pods that were ready while their nodes were not known. */
  unnamed: string[];
  durationMs: number;
  moments: ScaleMoment[];
  /** Null: it was the reference scaler. */
  autoscaler: AutoscalerFacts | null;
}

/** Objective of the file, and what was measured. */
export interface ScaleObjective {
  code: Exclude<keyof ScaleObjectives, 'slowJoin'>;
  /** Joins, participants, decisions; or ms. Null: a node had no room before the end. */
  measured: number | null;
  limit: number;
  met: boolean;
}

/** Reason for an answer. */
export type ScaleReason =
  | { code: 'objective'; objective: ScaleObjective }
  /** Threshold of the scenario that was crossed: its text. */
  | { code: 'threshold'; threshold: string }
  /** The load generator was not trustworthy: its findings. */
  | { code: 'generator'; findings: string[] }
  | { code: 'nothing_rehearsed' }
  /** The autoscaler did not act for this share of the time: reason of its last condition. */
  | { code: 'autoscaler_inactive'; share: number; message: string }
  | { code: 'unreadable'; share: number; unnamed: string[] }
  /** The load has no verdict for another reason: codes of `reasons` of a run. */
  | { code: 'load_inconclusive'; codes: string[] }
  | { code: 'interrupted' };

export type ScaleAnswer = 'yes' | 'no' | 'unknown';

/** Rehearsal of one mode of a scaler, or of the autoscaler of a deployment. */
export interface Rehearsal {
  mode: ScaleMode | 'hpa';
  /** Settings of the autoscaler of a deployment; null: it was the reference scaler. */
  autoscaler: AutoscalerSettings | null;
  answer: ScaleAnswer;
  reasons: ScaleReason[];
  objectives: ScaleObjective[];
  facts: ScaleFacts;
  /** Verdict on the load, with the thresholds of its scenario. */
  loadVerdict: Verdict;
  serverVersion: string | null;
  record: string;
}

export interface ScaleResult {
  schema: typeof SCALE_RESULT_SCHEMA;
  file: ScalerFile | DeployedScaler;
  startedAt: string;
  /** The mode of the file first: its answer is that of the result. One of a deployment. */
  rehearsals: Rehearsal[];
}
