import type {
  DataChannels,
  LocalPeer,
  MediaPlane,
  MediaReceivers,
  MediaSenders,
  PeerTransport,
} from '../../src/media-plane.ts';

/**
 * Plane without packets that records its calls, one string each, for behaviour that real servers
 * cannot be made to show.
 */
export interface RecordingPlane extends MediaPlane, Calls {
  readonly calls: { name: string; arguments: unknown[] }[];
  named(name: keyof Calls): unknown[][];
}

/** Calls of all parts of the plane. */
type Calls = PeerTransport & DataChannels & MediaSenders & MediaReceivers;

export const localPeer = (peer: number): LocalPeer => ({
  peer,
  ufrag: `ufrag${peer}`,
  pwd: `password-of-peer-number-${peer}`,
  fingerprint: `sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  candidates: [`candidate:1 1 udp 2130706431 127.0.0.1 ${40_000 + peer} typ host`],
});

export const recordingPlane = (): RecordingPlane => {
  const calls: { name: string; arguments: unknown[] }[] = [];
  let peers = 0;
  let restarts = 0;
  const note =
    (name: string) =>
    (...args: unknown[]): void => {
      calls.push({ name, arguments: args });
    };
  const plane: RecordingPlane = {
    get peers() {
      return plane;
    },
    get channels() {
      return plane;
    },
    get senders() {
      return plane;
    },
    get receivers() {
      return plane;
    },
    calls,
    named: (name) => calls.filter((call) => call.name === name).map((call) => call.arguments),
    openPeer: () => localPeer(++peers),
    restartIce: (peer) => {
      note('restartIce')(peer);
      restarts += 1;
      return { ufrag: `restart${restarts}`, pwd: `password-after-restart-${restarts}` };
    },
    connectPeer: note('connectPeer'),
    setExtensions: note('setExtensions'),
    addCandidate: note('addCandidate'),
    candidatesEnded: note('candidatesEnded'),
    joinedNode: note('joinedNode'),
    closePeer: note('closePeer'),
    dropPeer: note('dropPeer'),
    openChannel: note('openChannel'),
    send: note('send'),
    setSending: note('setSending'),
    receive: note('receive'),
    stopSending: note('stopSending'),
    stopReceiving: note('stopReceiving'),
    setMuted: note('setMuted'),
  };
  return plane;
};
