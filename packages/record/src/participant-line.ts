import { z } from 'zod';
import { clientEngineName } from './client-engine.ts';
import { fill, TRACK_COUNTERS } from './counters.ts';
import { decryptionSchema } from './decryption.ts';
import { trackPlayout } from './playout.ts';

const count = z.number();
const measured = z.number().nullable();

/** Candidate types of RFC 8839 §5.1. */
const CANDIDATE_TYPES = ['host', 'srflx', 'prflx', 'relay'] as const;

export const trackSourceSchema = z.enum(['camera', 'screen', 'other']);

/** Candidate pair that ICE selected (RFC 8445 §8.1.1). */
export const selectedPairSchema = z.object({
  /** Path of media to the node; for a role with the path `auto`, the path that ICE selected. */
  path: z.enum(['direct', 'ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls']),
  localCandidate: z.enum(CANDIDATE_TYPES),
  remoteCandidate: z.enum(CANDIDATE_TYPES),
  /**
   * Protocol between the two candidates: a relay exchanges UDP with the node, whatever its client
   * uses.
   */
  protocol: z.enum(['udp', 'tcp']),
  /**
   * Time from the first packet, or from the TCP connection, to the allocation at the relay, ms;
   * absent without a relay.
   */
  allocationMs: z.number().exactOptional(),
});

/** Track as the participant sent or received it, over its whole session. */
const track = z.object({
  direction: z.enum(['up', 'down']),
  kind: z.enum(['audio', 'video', 'data']),
  codec: z.string(),
  /** Source of a video track among its publisher's tracks; absent for audio. */
  source: trackSourceSchema.exactOptional(),
  /** True if the server rejected the publication. Up only. */
  rejected: z.literal(true).exactOptional(),
  /** Identity of the publisher. Down only. */
  publisher: z.string().exactOptional(),
  sid: z.string().exactOptional(),
  /** Simulcast layer: q, h or f. Up only. */
  layer: z.string().exactOptional(),
  ...fill(TRACK_COUNTERS.keys(), count),
  /** Results of decryption with end-to-end encryption. Down only. */
  decryption: decryptionSchema.exactOptional(),
  jitterMs: measured,
  rttMs: measured,
  latencyP50Ms: measured,
  latencyP95Ms: measured,
  latencyMaxMs: measured,
  /**
   * True if media was received in the last two seconds of the session, or none was expected:
   * unpublished, muted by its publisher, or not visible. Down only.
   */
  activeAtEnd: z.boolean(),
  /** Decoding and playout, measured by real clients only. */
  playout: trackPlayout.exactOptional(),
});

/** Result of a participant, written once: when it left, failed, or the run ended. */
export const participantSchema = z.object({
  type: z.literal('participant'),
  at: z.number(),
  shard: count,
  identity: z.string(),
  group: z.string(),
  room: z.string(),
  role: z.string(),
  /** Scheduled times of join and leave, ms after the start of the run. */
  joinAtMs: z.number(),
  leaveAtMs: z.number(),
  outcome: z.enum(['left', 'join_failed', 'disconnected', 'process_died']),
  reason: z.string().nullable(),
  joinTimeMs: measured,
  resumes: count,
  reconnects: count,
  /** Number of rejoins, with the reconnect policy `app`. */
  rejoins: count.exactOptional(),
  /** Candidate pair of the last connection; absent without a connection. */
  selectedPair: selectedPairSchema.exactOptional(),
  /**
   * Remote participants that the server had reported when this participant left or was asked to
   * leave.
   */
  remoteParticipants: count.exactOptional(),
  /** Engine of a real client; absent: native. */
  engine: clientEngineName.exactOptional(),
  expectedTracks: z.object({ audio: count, video: count }),
  tracks: z.array(track),
});

export type SelectedPair = z.infer<typeof selectedPairSchema>;
export type TrackSource = z.infer<typeof trackSourceSchema>;
export type TrackResult = z.infer<typeof track>;
export type ParticipantLine = z.infer<typeof participantSchema>;

/**
 * `ParticipantLine.reason` of a participant that left before its join completed. It is a failure in
 * a run that ended as planned, but not in a run that was cut short.
 */
export const LEFT_WHILE_JOINING = 'left_while_joining';

/** Result of a track without activity. */
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
