import { z } from 'zod';
import { fill, TRACK_COUNTERS } from './counters.ts';

const count = z.number();
const measured = z.number().nullable();

export const trackSourceSchema = z.enum(['camera', 'screen', 'other']);

/** One track as the participant sent it or received it, over its whole session. */
const track = z.object({
  direction: z.enum(['up', 'down']),
  kind: z.enum(['audio', 'video', 'data']),
  codec: z.string(),
  /** Video only: which of its publisher's tracks. */
  source: trackSourceSchema.exactOptional(),
  /** Up: the server rejected the publication. */
  rejected: z.literal(true).exactOptional(),
  /** Down: identity of the publisher. */
  publisher: z.string().exactOptional(),
  sid: z.string().exactOptional(),
  /** Up, simulcast: q, h, f. */
  layer: z.string().exactOptional(),
  ...fill(TRACK_COUNTERS.keys(), count),
  jitterMs: measured,
  rttMs: measured,
  latencyP50Ms: measured,
  latencyP95Ms: measured,
  latencyMaxMs: measured,
  /** Down: media was received in the last two seconds of the session, or none was expected: unpublished, muted by its publisher, or not visible. */
  activeAtEnd: z.boolean(),
});

/** Written once per participant when it left, failed, or the run ended. */
export const participantSchema = z.object({
  type: z.literal('participant'),
  at: z.number(),
  shard: count,
  identity: z.string(),
  group: z.string(),
  room: z.string(),
  role: z.string(),
  /** Scheduled times of its join and its leave. */
  joinAtMs: z.number(),
  leaveAtMs: z.number(),
  outcome: z.enum(['left', 'join_failed', 'disconnected', 'worker_died']),
  reason: z.string().nullable(),
  joinTimeMs: measured,
  resumes: count,
  reconnects: count,
  /** With the reconnect policy `app`. */
  rejoins: count.exactOptional(),
  /** Remote participants that the server had reported when it left or was asked to. */
  remoteParticipants: count.exactOptional(),
  expectedTracks: z.object({ audio: count, video: count }),
  tracks: z.array(track),
});

export type TrackSource = z.infer<typeof trackSourceSchema>;
export type TrackResult = z.infer<typeof track>;
export type ParticipantLine = z.infer<typeof participantSchema>;

/** `ParticipantLine.reason` of a participant that left before its join completed: a failure in a run that ended as planned, none in one cut short. */
export const LEFT_WHILE_JOINING = 'left_while_joining';

/** A track without any activity. */
export const emptyTrackResult = (direction: 'up' | 'down'): TrackResult => ({
  direction,
  kind: 'data',
  codec: 'data',
  ...fill(TRACK_COUNTERS.keys(), 0),
  jitterMs: null,
  rttMs: null,
  latencyP50Ms: null,
  latencyP95Ms: null,
  latencyMaxMs: null,
  activeAtEnd: false,
});
