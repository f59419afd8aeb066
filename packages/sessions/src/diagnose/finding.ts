import type { Direction } from '@livekit-swarm/beacon/payload';

/** Legs of the way of media from its sender to its receiver, each of which can be impaired. */
export const LEGS = ['sender_uplink', 'node', 'receiver_downlink', 'device'] as const;
export type Leg = (typeof LEGS)[number];

/** Comparison on which a finding is based. finding-text.ts renders it as text. */
export type Evidence =
  /** Packets that the node missed, by its receiver reports to the sender. */
  | { code: 'node_missed_packets'; lost: number; packets: number }
  /** Packets that the node missed of a sender, few or none, by its receiver reports. */
  | { code: 'node_received_packets'; lost: number; packets: number }
  /** Number of receivers of one sender that lost packets of this sender. */
  | { code: 'receivers_of_sender'; impaired: number; of: number }
  /** Number of senders whose packets arrived with loss at one receiver. */
  | { code: 'senders_at_receiver'; impaired: number; of: number }
  /** Number of other receivers of the same senders that lost packets. */
  | { code: 'other_receivers'; impaired: number; of: number }
  /**
   * Number of impaired sessions on the node, and of rooms. `path`: only sessions by this path;
   * null: by any path.
   */
  | {
      code: 'sessions_of_node';
      direction: Direction;
      impaired: number;
      of: number;
      rooms: number;
      path: string | null;
    }
  /** Number of impaired sessions on the node that use another path. */
  | { code: 'sessions_of_other_paths'; impaired: number; of: number }
  | { code: 'frames_dropped'; dropped: number; frames: number }
  | { code: 'limited_by_cpu'; seconds: number; of: number }
  /** Time in which the device coded media, more than it can spare. */
  | { code: 'codec_time'; seconds: number; of: number }
  /** Time to decode a frame, longer than at other receivers of the same video. */
  | { code: 'slow_codec'; msPerFrame: number; others: number }
  | { code: 'frozen_without_loss'; seconds: number; of: number }
  | { code: 'concealed_without_loss'; samples: number; of: number };

/**
 * Confidence of a finding. `high`: comparisons exclude the other legs. `low`: they point to this
 * leg, but too few sessions exclude the others.
 */
export type Confidence = 'high' | 'low';

export type Subject =
  /** Session of a participant. */
  | { type: 'participant'; sid: string; identity: string; path: string | null }
  /**
   * Node of a deployment. `path`: only sessions that reach the node by this path. `node`: null if
   * the sessions do not name it.
   */
  | { type: 'node'; node: string | null; path: string | null };

/** Impaired leg in one window. */
export interface LegFinding {
  leg: Leg;
  subject: Subject;
  /** Share of packets that this leg lost, 0 … 1; null for a device. */
  loss: number | null;
  confidence: Confidence;
  evidence: readonly Evidence[];
}

/** Loss that no comparison attributes to a leg. */
export interface UnknownFinding {
  leg: 'unknown';
  subject: Subject;
  loss: number;
  confidence: 'low';
  evidence: readonly Evidence[];
}

export type Finding = LegFinding | UnknownFinding;

/** Key of a finding, equal for findings of the same leg of the same participant or node. */
export const keyOf = ({ leg, subject }: Finding): string =>
  subject.type === 'participant'
    ? `${leg} ${subject.sid}`
    : `${leg} ${subject.node ?? ''} ${subject.path ?? ''}`;
