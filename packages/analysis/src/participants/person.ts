import type { EventName, ParticipantLine } from '@livekit-swarm/record';
import type { WorstParticipant } from '../summary/summary.ts';

/** What happened to somebody, in their own time: `at` is milliseconds after the run's start. */
export interface Episode {
  at: number;
  event: EventName;
  /** How long it took: since it was due, or since the connection was lost. */
  ms: number | null;
  /** A short word, and a sentence. */
  reason: string | null;
  message: string | null;
}

/** One participant as a whole. */
export interface Person extends WorstParticipant {
  group: string;
  /** Null: the record has no result of this one. */
  outcome: ParticipantLine['outcome'] | null;
  reason: string | null;
  dueAt: number;
  joinMs: number | null;
  /** From when it was due until the first media of somebody else. */
  firstMediaMs: number | null;
  /** Null: not known. */
  endedAt: number | null;
  gaps: number;
  gapMs: number;
  /** In order; of a life that was too eventful its beginning. */
  story: Episode[];
}

/** Those of a room together. */
export interface RoomStanding {
  room: string;
  group: string;
  people: number;
  /** Never got in; were in, and did not stay. */
  failed: number;
  dropped: number;
  missing: number;
  stalled: number;
  /** Of what was sent to them: the average of theirs. */
  loss: number | null;
  /** The worst of theirs. */
  jitterMs: number | null;
  latencyP95Ms: number | null;
  longestGapMs: number;
  reconnects: number;
}

type Standing = Pick<
  RoomStanding,
  'missing' | 'stalled' | 'loss' | 'jitterMs' | 'latencyP95Ms' | 'longestGapMs' | 'reconnects'
>;

/** Worst first: what never came, then what stopped, then what was lost, then what came late. */
const byMedia = (a: Standing, b: Standing): number =>
  b.missing - a.missing ||
  b.stalled - a.stalled ||
  (b.loss ?? 0) - (a.loss ?? 0) ||
  b.longestGapMs - a.longestGapMs ||
  b.reconnects - a.reconnects ||
  (b.latencyP95Ms ?? 0) - (a.latencyP95Ms ?? 0) ||
  (b.jitterMs ?? 0) - (a.jitterMs ?? 0);

/** Whoever never got in had it worst, then whoever was thrown out. */
const GRAVITY: Record<string, number> = { join_failed: 3, disconnected: 2, lost_with_worker: 1 };

export const byBadnessOfPerson = (a: Person, b: Person): number =>
  (GRAVITY[b.outcome ?? ''] ?? 0) - (GRAVITY[a.outcome ?? ''] ?? 0) ||
  byMedia(a, b) ||
  a.dueAt - b.dueAt;

export const byBadnessOfRoom = (a: RoomStanding, b: RoomStanding): number =>
  b.failed - a.failed || b.dropped - a.dropped || byMedia(a, b);

/** Whether anything went wrong for them that everybody would call wrong. */
export const suffered = ({
  outcome,
  missing,
  stalled,
  longestGapMs,
  reconnects,
  loss,
}: Person): boolean =>
  (outcome !== 'left' && outcome !== null) ||
  missing + stalled + reconnects + longestGapMs > 0 ||
  (loss ?? 0) > 0;
