import type { Direction } from '@livekit-swarm/beacon/payload';

/** Where media of a room can be impaired, from its sender to its receiver. */
export const LEGS = ['sender_uplink', 'node', 'receiver_downlink', 'device'] as const;
export type Leg = (typeof LEGS)[number];

/** One comparison that a finding rests on. Text is made of it in finding-text.ts. */
export type Evidence =
  /** The node's receiver reports to the sender. */
  | { code: 'node_missed_packets'; lost: number; packets: number }
  /** The same, and the node missed none or few. */
  | { code: 'node_received_packets'; lost: number; packets: number }
  /** Of the receivers of one sender, how many lost its packets. */
  | { code: 'receivers_of_sender'; impaired: number; of: number }
  /** Of the senders that one receiver receives, how many arrived with loss. */
  | { code: 'senders_at_receiver'; impaired: number; of: number }
  /** Of other receivers of the same senders. */
  | { code: 'other_receivers'; impaired: number; of: number }
  /** Of the sessions on the node, in how many rooms. */
  | {
      code: 'sessions_of_node';
      direction: Direction;
      impaired: number;
      of: number;
      rooms: number;
      path: string | null;
    }
  /** Of the sessions on the node that use another path. */
  | { code: 'sessions_of_other_paths'; impaired: number; of: number }
  | { code: 'frames_dropped'; dropped: number; frames: number }
  | { code: 'limited_by_cpu'; seconds: number; of: number }
  /** Coding took longer than the device has. */
  | { code: 'codec_time'; seconds: number; of: number }
  /** Decoding a frame took longer than at other receivers of the same video. */
  | { code: 'slow_codec'; msPerFrame: number; others: number }
  | { code: 'frozen_without_loss'; seconds: number; of: number }
  | { code: 'concealed_without_loss'; samples: number; of: number };

/** `high`: comparisons exclude the other legs. `low`: they point to this leg, and too few sessions exclude the others. */
export type Confidence = 'high' | 'low';

export type Subject =
  /** A session. */
  | { type: 'participant'; sid: string; identity: string; path: string | null }
  /** `path`: only sessions that reach the node by it. `node`: null where sessions do not name it. */
  | { type: 'node'; node: string | null; path: string | null };

/** An impaired leg, in one window. */
export interface LegFinding {
  leg: Leg;
  subject: Subject;
  /** Share of packets that this leg lost, 0 … 1; of a device null. */
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

/** Equal for findings of the same leg of the same participant or node. */
export const keyOf = ({ leg, subject }: Finding): string =>
  subject.type === 'participant'
    ? `${leg} ${subject.sid}`
    : `${leg} ${subject.node ?? ''} ${subject.path ?? ''}`;
