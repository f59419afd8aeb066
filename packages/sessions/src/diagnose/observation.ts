import type { Direction, Kind } from '@livekit-swarm/beacon/payload';

/** RTP stream during a window, as the participant reported it. Counts are those of the window. */
export interface ObservedStream {
  direction: Direction;
  kind: Kind;
  /**
   * SID of the publishing session, which for a sent stream is the session itself; null: unknown.
   */
  publisher: string | null;
  /** Time in which media was expected, s. */
  expectedSeconds: number;
  /** Sent packets including retransmissions, or received packets. */
  packets: number;
  /**
   * Lost packets. For a received stream: before recovery. For a sent stream: as the node reports
   * them, which is after recovery if it requests retransmissions.
   */
  lost: number;
  /** Lost packets that a retransmission replaced; for a sent stream: retransmissions. */
  recovered: number;
  frames: number;
  framesDropped: number;
  freezeSeconds: number;
  codecSeconds: number;
  cpuLimitedSeconds: number;
  samples: number;
  /** Concealed samples without silent ones. */
  concealed: number;
}

/** Session during a window. */
export interface ObservedSession {
  /** SID of the participant. */
  sid: string;
  identity: string;
  room: string;
  /** Node id; null: unknown. */
  node: string | null;
  /** Path to the node, such as `udp` or `relay_tls`; null: unknown. */
  path: string | null;
  streams: readonly ObservedStream[];
}

export const NO_COUNTS = {
  expectedSeconds: 0,
  packets: 0,
  lost: 0,
  recovered: 0,
  frames: 0,
  framesDropped: 0,
  freezeSeconds: 0,
  codecSeconds: 0,
  cpuLimitedSeconds: 0,
  samples: 0,
  concealed: 0,
} as const satisfies Omit<ObservedStream, 'direction' | 'kind' | 'publisher'>;
