/** Entry of W3C webrtc-stats; a client may omit any member. */
export interface Stat {
  type: string;
  id: string;
  [member: string]: unknown;
}

/** Reading of all PeerConnections at one time. */
export interface StatsAt {
  at: number;
  peers: Stat[][];
}
