import { z } from 'zod';
import { fill, TRACK_COUNTERS } from './counters.ts';
import { decryptionSchema } from './decryption.ts';
import { trackPlayout } from './playout.ts';

const count = z.number();
const measured = z.number().nullable();

/** RFC 8839 §5.1. */
const CANDIDATE_TYPES = ['host', 'srflx', 'prflx', 'relay'] as const;

export const trackSourceSchema = z.enum(['camera', 'screen', 'other']);

/** The candidate pair that ICE selected (RFC 8445 §8.1.1). */
export const selectedPairSchema = z.object({
  /** How media reached the node. With the path `auto` of a role: which one it became. */
  path: z.enum(['direct', 'ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls']),
  localCandidate: z.enum(CANDIDATE_TYPES),
  remoteCandidate: z.enum(CANDIDATE_TYPES),
  /** Between the two candidates: a relay exchanges UDP with the node, whatever its client uses. */
  protocol: z.enum(['udp', 'tcp']),
  /** With a relay: from the first packet, or the TCP connection, to the allocation, ms. */
  allocationMs: z.number().exactOptional(),
});

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
  /** Down, with end-to-end encryption. */
  decryption: decryptionSchema.exactOptional(),
  jitterMs: measured,
  rttMs: measured,
  latencyP50Ms: measured,
  latencyP95Ms: measured,
  latencyMaxMs: measured,
  /** Down: media was received in the last two seconds of the session, or none was expected: unpublished, muted by its publisher, or not visible. */
  activeAtEnd: z.boolean(),
  /** Of real clients only. */
  playout: trackPlayout.exactOptional(),
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
  /** Of its last connection; absent where it had none. */
  selectedPair: selectedPairSchema.exactOptional(),
  /** Remote participants that the server had reported when it left or was asked to. */
  remoteParticipants: count.exactOptional(),
  /** Absent: native. */
  engine: z.enum(['browser', 'rtc']).exactOptional(),
  expectedTracks: z.object({ audio: count, video: count }),
  tracks: z.array(track),
});

export type SelectedPair = z.infer<typeof selectedPairSchema>;
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
