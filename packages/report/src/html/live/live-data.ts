/** Messages from the server of a live page to its browsers: plain JSON, one per second. */
import type { PageData, SeriesPoints } from '../charts/chart-data.ts';

/** States of participants, in the order in which they are shown. */
export const SHOWN_STATES = [
  'connected',
  'reconnecting',
  'joining',
  'disconnected',
  'join_failed',
  'left',
] as const;
export type ShownState = (typeof SHOWN_STATES)[number];

/** A mark on the time axis; one with the number of an earlier one replaces it. */
export interface LiveMarkData {
  id: number;
  /** Seconds after the start. */
  at: number;
  text: string;
  tone: 'bad' | 'good' | 'plain';
}

export interface LiveThreshold {
  state: 'passed' | 'failed' | 'inconclusive';
  metric: string;
  expression: string;
  measured: string;
  limit: string;
}

export interface LiveParticipantRow {
  identity: string;
  room: string;
  role: string;
  state: ShownState;
  reason: string | null;
  reconnects: number;
  longestInterruptionMs: number;
  loss: number | null;
  latencyP95Ms: number | null;
}

/** Figures of this second; null: not measured. */
export interface LiveFiguresNow {
  loss: number | null;
  latencyP95Ms: number | null;
  jitterP95Ms: number | null;
  downBits: number | null;
  upBits: number | null;
  interruptions: number | null;
  /** Null also without a source of server metrics. */
  serverCores: number | null;
  serverBytes: number | null;
  generatorCores: number | null;
}

export interface LiveStatus {
  phase: 'joining' | 'steady' | 'leaving' | 'ended';
  /** Windows of the plan in which the run is. */
  stages: string[];
  elapsedMs: number;
  totalMs: number;
  planned: number;
  participants: Record<ShownState, number>;
  now: LiveFiguresNow;
  /** Crossed ones first. */
  thresholds: LiveThreshold[];
  /** Number of all thresholds; `thresholds` may be shorter. */
  thresholdCount: number;
  /** Most affected first. */
  affected: LiveParticipantRow[];
  /** Texts on impairments of the load generator, and on missing figures of the server. */
  notices: string[];
}

/** Facts about the run, which do not change. */
export interface LiveRunFacts {
  /** Number of the run among the `of` runs of the command, from 1. */
  number: number;
  of: number;
  run: string;
  scenario: string;
  /** Load of each group of the scenario. */
  load: string[];
  /** Unix ms of the start; null: it has not begun. */
  startedAtMs: number | null;
  deployment: string | null;
}

/** Everything, for a browser that opens the page or was too slow. */
export interface LiveFull {
  kind: 'full';
  facts: LiveRunFacts;
  page: Omit<PageData, 'marks'>;
  /** Note on the length of a point; empty: a second. */
  stepNote: string;
  marks: LiveMarkData[];
  /** Null: before the header. */
  status: LiveStatus | null;
}

/** One second more, and earlier points that have changed. */
export interface LiveTick {
  kind: 'tick';
  /** First point that is new or has changed. */
  from: number;
  /** Number of all points. */
  points: number;
  /** Points from there on of each series of each chart, in the order of the full message. */
  series: SeriesPoints[][];
  marks: LiveMarkData[];
  status: LiveStatus;
}

/** Reports of runs of this command that have ended. */
export interface LiveReports {
  kind: 'reports';
  reports: { name: string; verdict: string; href: string }[];
  /** The page becomes this report; null: more runs follow, or there are several. */
  become: string | null;
}

/** Notice of the server about itself, such as that the record does not grow; null: none. */
export interface LiveNotice {
  kind: 'notice';
  text: string | null;
}

export type LiveMessage = LiveFull | LiveTick | LiveReports | LiveNotice;
