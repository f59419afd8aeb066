/** Registry of all PeerConnections of the page. */
import type { Stat } from '../../client/stat.ts';

/**
 * PeerConnection with the times at which ICE and DTLS were first connected, ms on the clock of the
 * page.
 */
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

/**
 * Times until the last of the PeerConnections after the first `made` ones was connected by ICE and
 * by DTLS, ms after `since`. Unconnected ones count as 0.
 */
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

/** Types of statistics that no figure uses. */
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
