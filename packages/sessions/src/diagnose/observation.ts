import type { Direction, Kind } from '@livekit-swarm/beacon/payload';

/** One RTP stream during a window, as the participant reported it. Counts are those of the window. */
export interface ObservedStream {
  direction: Direction;
  kind: Kind;
  /** Session that publishes it; of sent streams the session itself. Null: unknown. */
  publisher: string | null;
  /** How long media was expected, s. */
  expectedSeconds: number;
  /** Sent, retransmissions included, or received. */
  packets: number;
  /** Received: before recovery. Sent: as the node reports it, which is after recovery for streams that it asks again for. */
  lost: number;
  /** Lost packets that were received by retransmission. Sent: retransmissions. */
  recovered: number;
  frames: number;
  framesDropped: number;
  freezeSeconds: number;
  codecSeconds: number;
  cpuLimitedSeconds: number;
  samples: number;
  /** Silent ones are not included. */
  concealed: number;
}

/** One session during a window. */
export interface ObservedSession {
  /** SID of the participant. */
  sid: string;
  identity: string;
  room: string;
  /** Null: unknown. */
  node: string | null;
  /** `udp`, `relay_tls`, …; null: unknown. */
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
