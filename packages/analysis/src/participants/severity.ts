import { type ParticipantLine, participantSchema } from '@livekit-swarm/record';
import { z } from 'zod';

const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not measured.`);

/** Media impairments of a participant, or of all participants in a room. */
const mediaFigures = z.object({
  missing: z.number().describe('Tracks of which no packet arrived.'),
  stalled: z.number().describe('Tracks that stopped.'),
  loss: known('From 0 to 1.'),
  jitterMs: known('Interarrival jitter, milliseconds.'),
  latencyP95Ms: known('One-way latency, 95th percentile, milliseconds.'),
  longestInterruptionMs: z.number(),
  reconnects: z.number().describe('Resumes, reconnects and rejoins.'),
});

/** Participant with the impairments of its session: the row of every table of participants. */
export const affectedParticipant = z.object({
  identity: z.string(),
  room: z.string(),
  role: z.string(),
  outcome: participantSchema.shape.outcome
    .nullable()
    .describe(
      'Outcome of the participant\'s result, but "left" if it left before it could have joined. Null: the record has no result.',
    ),
  reason: z.string().nullable(),
  scheduledAt: z.number().describe('Time of the scheduled join, ms after the start.'),
  ...mediaFigures.shape,
});

type MediaFigures = z.infer<typeof mediaFigures>;
export type AffectedParticipant = z.infer<typeof affectedParticipant>;

/** Impairments of all participants in one room. */
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
  process_died: 1,
  left: 0,
};

const severityOf = ({ outcome }: AffectedParticipant): number =>
  outcome === null ? 0 : OUTCOME_SEVERITY[outcome];

/** Order by media: missing tracks, then stalled tracks, then loss, interruptions and delay. */
const byMediaSeverity = (a: MediaFigures, b: MediaFigures): number =>
  b.missing - a.missing ||
  b.stalled - a.stalled ||
  (b.loss ?? 0) - (a.loss ?? 0) ||
  b.longestInterruptionMs - a.longestInterruptionMs ||
  b.reconnects - a.reconnects ||
  (b.latencyP95Ms ?? 0) - (a.latencyP95Ms ?? 0) ||
  (b.jitterMs ?? 0) - (a.jitterMs ?? 0);

/**
 * Order of the most affected participants in every report: failed joins first, then disconnections,
 * then impairments of media.
 */
export const bySeverity = (a: AffectedParticipant, b: AffectedParticipant): number =>
  severityOf(b) - severityOf(a) || byMediaSeverity(a, b) || a.scheduledAt - b.scheduledAt;

/** Order of the most affected rooms in every report. */
export const byRoomSeverity = (a: RoomSummary, b: RoomSummary): number =>
  b.joinsFailed - a.joinsFailed || b.disconnected - a.disconnected || byMediaSeverity(a, b);

/** Returns true if a participant has any impairment. */
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
      // The list is sorted in batches, which is cheaper.
      if (kept.length >= 2 * max + 100) trim();
    },
    /** Participants kept, most affected first. */
    list: () => {
      trim();
      return kept;
    },
  };
};
