import { z } from 'zod';
import { selectedPairSchema, trackSourceSchema } from './participant-line.ts';

export const EVENT_NAMES = [
  'joined',
  'join_retry',
  'join_failed',
  'first_media',
  /** With end-to-end encryption: the first frame of another participant that could be decrypted. */
  'first_decrypted',
  'signal_lost',
  'resumed',
  'reconnected',
  /** With the reconnect policy `app`, after `disconnected`: the application joined again, or an attempt failed and another follows. */
  'rejoined',
  'rejoin_retry',
  /** Where media is observed: the first packet of a publication in this session. */
  'media_started',
  /** Where media is observed: no packet for two seconds of what is still published. `at`: the last packet. */
  'media_interrupted',
  /** Where media is observed: the first packet after an interruption of more than 500 ms, whatever stream carries it, also without `media_interrupted` before. */
  'media_resumed',
  /** An action of the plan took effect. `at`: then; where it could not be measured when others noticed it, when it was done. */
  'acted',
  /** An action of the plan could not be carried out, or others did not notice it in time. */
  'action_failed',
  'disconnected',
  'left',
  'worker_started',
  'worker_died',
  /** A process of the load generator did not run for a second or more. `at`: when it ran again. */
  'process_paused',
  /** The host was suspended. `at`: when it ran again. */
  'host_suspended',
  /** The wall clock of the host was set. Times of the record do not follow it. */
  'clock_stepped',
  'server_died',
  'interrupted',
  'threshold_crossed',
  'warning',
] as const;

/** Milliseconds since the scheduled join, per phase; not since the attempt that succeeded. */
const phases = z.object({
  /** The attempt that succeeded was started. */
  started: z.number(),
  /** The token endpoint of the application answered. Absent without one. */
  token: z.number().exactOptional(),
  /** JoinResponse received. Absent, as `ice`, where the client does not say: rtc. */
  signal: z.number().exactOptional(),
  ice: z.number().exactOptional(),
  /** Absent where DTLS was ready with ICE. */
  dtls: z.number().exactOptional(),
  /** Media transport ready (DTLS) and own tracks acknowledged. */
  joined: z.number(),
});

/** A threshold with `abortOnFail` and the value that crossed it. */
export const crossingSchema = z.object({
  threshold: z.string().describe('As written: packet_loss: rate<0.01 abortOnFail.'),
  metric: z.string().describe('With its selector and window: media_latency{kind:audio}@peak.'),
  value: z.number().describe('In the unit of the metric.'),
});

export const eventSchema = z.object({
  type: z.literal('event'),
  at: z.number(),
  event: z.enum(EVENT_NAMES),
  /** Of `ParticipantPlan`; absent on events of the run itself. */
  identity: z.string().exactOptional(),
  group: z.string().exactOptional(),
  room: z.string().exactOptional(),
  role: z.string().exactOptional(),
  shard: z.number().exactOptional(),
  /** `joined` only. */
  phases: phases.exactOptional(),
  attempt: z.number().exactOptional(),
  /**
   * `resumed`, `reconnected`, `rejoined`: from the loss to a ready media transport; `rejoin_retry`: to
   * the failure. `first_media`, `first_decrypted`, `join_retry`, `join_failed`: since the scheduled join.
   * `media_resumed`: the interruption. `acted`: from the action until it took effect; absent where that was not measured. `process_paused`, `host_suspended`: how long.
   */
  durationMs: z.number().exactOptional(),
  /** `clock_stepped`: by how much, negative backwards. */
  stepMs: z.number().exactOptional(),
  /** The node that holds the room, as reported by the server. */
  node: z.string().exactOptional(),
  /** The backend that the load balancer chose for the signal connection, if it reports one (`x-livekit-backend`). */
  backend: z.string().exactOptional(),
  /** `acted`, `action_failed`: `mute`, `simulate-migration`. */
  action: z.string().exactOptional(),
  /** Media events: identity of the publisher. */
  publisher: z.string().exactOptional(),
  kind: z.enum(['audio', 'video']).exactOptional(),
  source: trackSourceSchema.exactOptional(),
  serverVersion: z.string().exactOptional(),
  /** `joined`: of the addresses that ICE selected. */
  addressFamily: z.literal([4, 6]).exactOptional(),
  /** `joined`: what ICE selected. */
  selectedPair: selectedPairSchema.exactOptional(),
  /** A stable code for counting: `timeout`, `unauthorized`, `server_full`, `dtls`, … */
  reason: z.string().exactOptional(),
  /** A sentence for readers. */
  message: z.string().exactOptional(),
  /** Of a failure: what to do next, such as the setting that causes it. */
  hint: z.string().exactOptional(),
  /** `threshold_crossed`, and `warning` with the reason `threshold_doubted`. */
  crossing: crossingSchema.exactOptional(),
  /** `warning` with the reason `threshold_doubted`: codes of the health findings that may have caused the crossing. */
  findings: z.array(z.string()).exactOptional(),
});

export type EventName = (typeof EVENT_NAMES)[number];
export type JoinPhases = z.infer<typeof phases>;
export type ThresholdCrossing = z.infer<typeof crossingSchema>;
export type EventLine = z.infer<typeof eventSchema>;
