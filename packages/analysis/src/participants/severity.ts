import { type ParticipantLine, participantSchema } from '@livekit-swarm/record';
import { z } from 'zod';

const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not measured.`);

/** Impairments of the media that a participant, or all participants of a room, received. */
const mediaFigures = z.object({
  missing: z.number().describe('Tracks of which no packet arrived.'),
  stalled: z.number().describe('Tracks that stopped.'),
  loss: known('From 0 to 1.'),
  jitterMs: known('Milliseconds.'),
  latencyP95Ms: known('Milliseconds.'),
  longestInterruptionMs: z.number(),
  reconnects: z.number().describe('Resumes, reconnects and rejoins.'),
});

/** A participant with the impairments of its session: the row of every table of participants. */
export const affectedParticipant = z.object({
  identity: z.string(),
  room: z.string(),
  role: z.string(),
  outcome: participantSchema.shape.outcome
    .nullable()
    .describe(
      'As in its result, but "left" if it left before it could have joined. Null: the record has no result.',
    ),
  reason: z.string().nullable(),
  scheduledAt: z.number().describe('When its join was scheduled, ms after the start.'),
  ...mediaFigures.shape,
});

type MediaFigures = z.infer<typeof mediaFigures>;
export type AffectedParticipant = z.infer<typeof affectedParticipant>;

/** The participants of one room together. */
export interface RoomSummary extends MediaFigures {
  room: string;
  group: string;
  participants: number;
  joinsFailed: number;
  disconnected: number;
}

const OUTCOME_SEVERITY: Record<ParticipantLine['outcome'], number> = {
  join_failed: 3,
  disconnected: 2,
  worker_died: 1,
  left: 0,
};

const severityOf = ({ outcome }: AffectedParticipant): number =>
  outcome === null ? 0 : OUTCOME_SEVERITY[outcome];

/** Tracks that never arrived, then tracks that stopped, then loss, interruptions and delay. */
const byMediaSeverity = (a: MediaFigures, b: MediaFigures): number =>
  b.missing - a.missing ||
  b.stalled - a.stalled ||
  (b.loss ?? 0) - (a.loss ?? 0) ||
  b.longestInterruptionMs - a.longestInterruptionMs ||
  b.reconnects - a.reconnects ||
  (b.latencyP95Ms ?? 0) - (a.latencyP95Ms ?? 0) ||
  (b.jitterMs ?? 0) - (a.jitterMs ?? 0);

/**
 * The order of the most affected participants in every report: failed joins first, then
 * disconnections, then what was wrong with the media.
 */
export const bySeverity = (a: AffectedParticipant, b: AffectedParticipant): number =>
  severityOf(b) - severityOf(a) || byMediaSeverity(a, b) || a.scheduledAt - b.scheduledAt;

/** The same for rooms. */
export const byRoomSeverity = (a: RoomSummary, b: RoomSummary): number =>
  b.joinsFailed - a.joinsFailed || b.disconnected - a.disconnected || byMediaSeverity(a, b);

/** Whether a participant has any impairment. */
export const isAffected = (participant: AffectedParticipant): boolean => {
  const { missing, stalled, reconnects, longestInterruptionMs, loss } = participant;
  return (
    severityOf(participant) > 0 ||
    missing + stalled + reconnects + longestInterruptionMs > 0 ||
    (loss ?? 0) > 0
  );
};

/** Keeps the most affected of all added participants, `max` at most. */
export const createMostAffected = <Participant extends AffectedParticipant>(
  max: number,
): { add(participant: Participant): void; list(): Participant[] } => {
  let kept: Participant[] = [];
  const trim = (): void => {
    kept = kept.sort(bySeverity).slice(0, max);
  };
  return {
    add: (participant) => {
      kept.push(participant);
      // Sorted in batches, which is cheaper.
      if (kept.length >= 2 * max + 100) trim();
    },
    /** Most affected first. */
    list: () => {
      trim();
      return kept;
    },
  };
};
