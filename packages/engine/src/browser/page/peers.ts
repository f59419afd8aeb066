/** Every PeerConnection of the page. */
import type { Stat } from '../../client/stat.ts';

/** When it was first there, ms on the clock of the page. */
interface Peer {
  connection: RTCPeerConnection;
  iceAt: number | null;
  dtlsAt: number | null;
}

const peers: Peer[] = [];

globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    const peer: Peer = { connection: this, iceAt: null, dtlsAt: null };
    peers.push(peer);
    this.addEventListener('iceconnectionstatechange', () => {
      if (this.iceConnectionState === 'connected' || this.iceConnectionState === 'completed')
        peer.iceAt ??= performance.now();
    });
    this.addEventListener('connectionstatechange', () => {
      if (this.connectionState === 'connected') peer.dtlsAt ??= performance.now();
    });
  }
};

/** When all PeerConnections that were made since then and are connected were connected. */
export const connectedSince = (since: number, made: number): { iceMs: number; dtlsMs: number } => {
  const latest = (times: (number | null)[]): number =>
    Math.max(0, ...times.map((time) => (time ?? since) - since));
  const ours = peers.slice(made);
  return {
    iceMs: latest(ours.map(({ iceAt }) => iceAt)),
    dtlsMs: latest(ours.map(({ dtlsAt }) => dtlsAt)),
  };
};

export const peersMade = (): number => peers.length;

/** Certificates and credentials are of no use in figures. */
const LEFT_OUT: ReadonlySet<string> = new Set(['certificate', 'codec-implementation']);

export const readPeers = (): Promise<Stat[][]> =>
  Promise.all(
    peers.map(async ({ connection }) => {
      if (connection.connectionState === 'closed') return [];
      const stats: Stat[] = [];
      for (const stat of (await connection.getStats()).values()) {
        if (LEFT_OUT.has(stat.type)) continue;
        const { usernameFragment: _, iceLocalUsernameFragment: __, ...rest } = stat;
        stats.push(rest);
      }
      return stats;
    }),
  );
