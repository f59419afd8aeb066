import { z } from 'zod';
import { selectedPairSchema, trackSourceSchema } from './participant-line.ts';

export const EVENT_NAMES = [
  'joined',
  'join_retry',
  'join_failed',
  'first_media',
  /**
   * First frame of another participant that could be decrypted; only with end-to-end encryption.
   */
  'first_decrypted',
  'signal_lost',
  'resumed',
  'reconnected',
  /**
   * The application joined again after `disconnected`, or an attempt failed and another follows;
   * only with the reconnect policy `app`.
   */
  'rejoined',
  'rejoin_retry',
  /** First packet of a publication in this session; only where media is observed. */
  'media_started',
  /**
   * No packet for two seconds of a publication that still exists; only where media is observed.
   * `at`: the last packet.
   */
  'media_interrupted',
  /**
   * First packet after an interruption of more than 500 ms, on any stream, even without
   * `media_interrupted` before; only where media is observed.
   */
  'media_resumed',
  /**
   * One publication has arrived on two streams for two seconds, reported once; only where media is
   * observed. `at`: since when.
   */
  'media_duplicated',
  /**
   * An action of the plan took effect. `at`: time of the effect, or of the action if the effect
   * cannot be measured.
   */
  'acted',
  /**
   * An action of the plan could not be carried out, or other participants did not notice it in
   * time.
   */
  'action_failed',
  /**
   * The dispatch service took the dispatch of an agent. `durationMs`: of the call. `reason`: `again`
   * if no agent was in the room any more.
   */
  'agent_dispatched',
  /** A voice agent is in the room of a caller. `durationMs`: from the join of the caller. */
  'agent_joined',
  /** It has published audio. `durationMs`: from the join of the caller. */
  'agent_published',
  /**
   * It has published audio, and its attribute `lk.agent.state` shows that it no longer
   * initializes; only of agents that set the attribute. `durationMs`: from the join of the caller.
   */
  'agent_ready',
  /** No voice agent joined the room of a caller in time. */
  'agent_lost',
  /** A voice agent joined the room of a caller after the first one. */
  'agent_added',
  /** The server reported to a caller that a voice agent has left its room: a dead one stays until then. */
  'agent_left',
  /**
   * The next voice agent of a caller has published audio. `durationMs`: from the last voice of the
   * agent before.
   */
  'agent_transferred',
  /** No next voice agent published audio in time. */
  'agent_transfer_lost',
  /**
   * Job of a caller's agent, as the API showed it when the agent had joined or was lost. `reason`:
   * its state. `durationMs`: from the dispatch to the offer of the job to the worker that took it,
   * by the server's clock; absent: no worker took it.
   */
  'agent_job',
  /** A reference agent answered. `at`: first voice. `durationMs`: from the last voice it heard. */
  'agent_answered',
  /**
   * An answer of a reference agent ended after a caller had begun to speak over it. `at`: its last
   * voice. `durationMs`: from the first voice it heard.
   */
  'agent_stopped',
  /** The API created the stream of a participant with `ingress`. `durationMs`: of the call. */
  'ingress_created',
  /**
   * A participant with `ingress` is no longer in its room. `durationMs`: from the end of its encoder.
   */
  'ingress_left',
  /**
   * A mark in the audio of an encoder arrived at the participant. `at`: its first packet.
   * `durationMs`: from the mark at the encoder.
   */
  'mark_received',
  /** A turn of a conversation with a voice agent has ended. `at`: its last voice. */
  'turn',
  'disconnected',
  'left',
  'process_started',
  'process_died',
  /**
   * A process of the load generator did not run for a second or more. `at`: the time when it ran
   * again.
   */
  'process_paused',
  /** The host was suspended. `at`: the time when it ran again. */
  'host_suspended',
  /** The wall clock of the host was set. Times of the record do not follow it. */
  'clock_stepped',
  'server_died',
  'interrupted',
  'threshold_crossed',
  'warning',
] as const;

/**
 * States of the job of a caller's agent, from the furthest on. `no_job`: no worker took the dispatch;
 * the server does not report why. `no_dispatch`: nothing has dispatched this agent to the room.
 * `unknown`: the API could not be asked.
 */
export const AGENT_JOB_STATES = [
  'running',
  'failed',
  'ended',
  'pending',
  'no_job',
  'no_dispatch',
  'unknown',
] as const;

export type AgentJobState = (typeof AGENT_JOB_STATES)[number];

/** Time from the scheduled join to each phase, ms; not from the attempt that succeeded. */
const phases = z.object({
  /** Start of the attempt that succeeded, ms. */
  started: z.number(),
  /** Answer of the application's token endpoint, ms; absent without an endpoint. */
  token: z.number().exactOptional(),
  /**
   * Receipt of the JoinResponse, ms. Absent, as `ice`, where the client does not report it: rtc.
   */
  signal: z.number().exactOptional(),
  ice: z.number().exactOptional(),
  /** DTLS ready, ms; absent where it was ready together with ICE. */
  dtls: z.number().exactOptional(),
  /** Media transport ready (DTLS) and own tracks acknowledged, ms. */
  joined: z.number(),
});

/** Threshold with `abortOnFail`, and the value that crossed it. */
export const crossingSchema = z.object({
  threshold: z.string().describe('As written: packet_loss: rate<0.01 abortOnFail.'),
  metric: z.string().describe('With its selector and window: media_latency{kind:audio}@peak.'),
  value: z.number().describe('In the unit of the metric.'),
});

/** Turn of a caller in a conversation with a voice agent. */
const turnSchema = z.object({
  /** Number of the turn in the conversation, from 1. */
  number: z.number(),
  /** Number of the agent that the caller spoke to, from 1; absent where none is transferred. */
  agent: z.number().exactOptional(),
  /** Time from the first to the last voice of the utterance, ms. */
  spokenMs: z.number(),
  /**
   * Time from the last voice of the utterance to the first voice of the agent, ms. Absent: it did
   * not answer, or spoke before the end of the utterance.
   */
  responseMs: z.number().exactOptional(),
  /** Time from the first to the last voice of the answer, ms. */
  answerMs: z.number().exactOptional(),
  /** Silences within the answer, and their sum, ms. */
  gaps: z.number().exactOptional(),
  gapMs: z.number().exactOptional(),
  /** Time for which agent and caller spoke at once, ms; a barge-in excluded. */
  overlapMs: z.number().exactOptional(),
  /**
   * Time after which the agent sent the voice of the caller back, ms; it is neither answer nor
   * overlap. Absent: it did not.
   */
  echoMs: z.number().exactOptional(),
  /**
   * Time from the first voice of a turn that interrupts the agent to the last voice of the agent,
   * ms. Absent: the agent had not stopped at the end of the turn.
   */
  bargeInMs: z.number().exactOptional(),
  /** True on a turn that interrupts the agent. */
  interrupts: z.literal(true).exactOptional(),
});

export const eventSchema = z.object({
  type: z.literal('event'),
  at: z.number(),
  event: z.enum(EVENT_NAMES),
  /** Identity in `ParticipantPlan`; absent on events of the run as a whole. */
  identity: z.string().exactOptional(),
  group: z.string().exactOptional(),
  room: z.string().exactOptional(),
  role: z.string().exactOptional(),
  shard: z.number().exactOptional(),
  /** Phases of a join, on `joined` only. */
  phases: phases.exactOptional(),
  attempt: z.number().exactOptional(),
  /**
   * Duration, ms. `resumed`, `reconnected`, `rejoined`: from the loss to a ready media transport;
   * `rejoin_retry`: from the loss to the failure. `first_media`, `first_decrypted`, `join_retry`,
   * `join_failed`: from the scheduled join. `media_resumed`: length of the interruption. `acted`:
   * from the action to its effect; absent where the effect was not measured. `process_paused`,
   * `host_suspended`: length of the pause.
   */
  durationMs: z.number().exactOptional(),
  /** Step of the clock on `clock_stepped`, ms; negative: backwards. */
  stepMs: z.number().exactOptional(),
  /** Node that holds the room, as the server reports it. */
  node: z.string().exactOptional(),
  /**
   * Backend that the load balancer chose for the signal connection, if it reports one
   * (`x-livekit-backend`).
   */
  backend: z.string().exactOptional(),
  /** Measurements of a turn, on `turn`. */
  turn: turnSchema.exactOptional(),
  /** Action on `acted` and `action_failed`: `mute`, `simulate-migration`. */
  action: z.string().exactOptional(),
  /** Identity of the agent, on `agent_joined`, `agent_added` and `agent_left`. */
  agent: z.string().exactOptional(),
  /** Identity of the publisher, on media events. */
  publisher: z.string().exactOptional(),
  kind: z.enum(['audio', 'video']).exactOptional(),
  source: trackSourceSchema.exactOptional(),
  serverVersion: z.string().exactOptional(),
  /**
   * Region of the node by its configuration, on `joined`; absent where it has none, and of real
   * clients.
   */
  region: z.string().exactOptional(),
  /** Family of the addresses that ICE selected, on `joined`. */
  addressFamily: z.literal([4, 6]).exactOptional(),
  /** Candidate pair that ICE selected, on `joined`. */
  selectedPair: selectedPairSchema.exactOptional(),
  /** Stable code for counting: `timeout`, `unauthorized`, `server_full`, `dtls`, … */
  reason: z.string().exactOptional(),
  /** Sentence for readers. */
  message: z.string().exactOptional(),
  /** Next step after a failure, such as the setting that causes it. */
  hint: z.string().exactOptional(),
  /** Crossing on `threshold_crossed`, and on `warning` with the reason `threshold_doubted`. */
  crossing: crossingSchema.exactOptional(),
  /**
   * Codes of the health findings that may have caused the crossing, on `warning` with the reason
   * `threshold_doubted`.
   */
  findings: z.array(z.string()).exactOptional(),
});

export type EventName = (typeof EVENT_NAMES)[number];
export type TurnResult = z.infer<typeof turnSchema>;
export type JoinPhases = z.infer<typeof phases>;
export type ThresholdCrossing = z.infer<typeof crossingSchema>;
export type EventLine = z.infer<typeof eventSchema>;
