/** Members of W3C webrtc-stats; a client may omit any of them. */
export interface Stat {
  type: string;
  id: string;
  [member: string]: unknown;
}

/** One reading of all PeerConnections. */
export interface StatsAt {
  at: number;
  peers: Stat[][];
}
