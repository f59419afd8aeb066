import type { Failure } from './failure.ts';

/**
 * Component that moves packets for a session. The session decides (signalling, SDP, subscriptions);
 * the plane carries out. A peer is a peer connection; the plane issues its handle.
 */
export interface MediaPlane {
  readonly peers: PeerTransport;
  readonly channels: DataChannels;
  readonly senders: MediaSenders;
  readonly receivers: MediaReceivers;
}

/** Peer connections of a session: their sockets, ICE and DTLS. */
export interface PeerTransport {
  /**
   * Finds a network path to the deployment; called before each attempt. Absent: no preparation.
   * @throws the error of a name lookup; SwarmError `no_route`
   */
  prepare?(): Promise<void>;
  /** Binds a socket and makes ICE credentials. Throws when no descriptor or port is left. */
  openPeer(): LocalPeer;
  /** Called again with the remote's new credentials after an ICE restart. */
  connectPeer(peer: number, remote: RemotePeer): void;
  /**
   * Returns the kernel's error code when this host refused to send packets for the open peers
   * (firewall, full queue, interface down); null: no error. Absent: unknown
   */
  localSendError?(): string | null;
  /** Receives the id of the node that the client joined, before its candidates arrive. */
  joinedNode?(nodeId: string): void;
  /**
   * Receives the STUN and TURN servers that the deployment offers, after the join and each resume.
   */
  iceServers?(servers: readonly IceServer[]): void;
  /**
   * Returns the reason for which ICE failed, if the plane knows more than the timeout; null:
   * unknown.
   */
  pathFailure?(): Failure | null;
  setExtensions(peer: number, ids: ExtensionIds): void;
  /** @param candidate `candidate:…` (RFC 8839 §5.1) */
  addCandidate(peer: number, candidate: string): void;
  /** The remote has no further candidates under its present credentials (RFC 8838 §8.2). */
  candidatesEnded?(peer: number): void;
  /**
   * Makes new local credentials (RFC 8445 §9), and candidates if the addresses of this side
   * changed.
   */
  restartIce(peer: number): IceCredentials & { candidates?: string[] };
  /** Closes a peer and ends its streams. */
  closePeer(peer: number): void;
  /** Closes a peer without notice to the remote: the participant disappeared. */
  dropPeer(peer: number): void;
}

/** Data channels of the peers. */
export interface DataChannels {
  openChannel(peer: number, channel: DataChannel): void;
}

/** Streams of the local tracks. */
export interface MediaSenders {
  send(peer: number, stream: SendStream): void;
  /** Starts or stops a layer (mute, dynacast). `rid` is null when the track has one layer. */
  setSending(cid: string, rid: Rid | null, active: boolean): void;
  /** Ends the streams of a track that is no longer published. */
  stopSending(cid: string): void;
}

/** Streams of remote tracks. */
export interface MediaReceivers {
  receive(peer: number, stream: ReceiveStream): void;
  stopReceiving(peer: number, mid: string): void;
  /**
   * Marks a track from which no media is expected: its publisher muted it, or it is not visible.
   * Also called for tracks that are not received yet.
   */
  setMuted(trackSid: string, muted: boolean): void;
}

/**
 * STUN or TURN server. `urls` as RFC 7065: `turn:HOST:PORT?transport=udp`; STUN needs no
 * credentials.
 */
export interface IceServer {
  urls: readonly string[];
  username: string;
  credential: string;
}

/** RFC 8852 ids that LiveKit gives to simulcast layers, from small to large. */
export type Rid = 'q' | 'h' | 'f';
export type Codec = 'opus' | 'vp8' | 'h264' | 'vp9' | 'av1';
export type MediaKind = 'audio' | 'video';

export interface IceCredentials {
  ufrag: string;
  pwd: string;
}

export interface LocalPeer extends IceCredentials {
  peer: number;
  /** Fingerprint of the certificate (RFC 8122): `sha-256 AB:CD:…`. */
  fingerprint: string;
  /** ICE candidates (RFC 8839 §5.1), one for each local address: `candidate:…`. */
  candidates: string[];
}

export interface RemotePeer extends IceCredentials {
  fingerprint: string;
  dtlsRole: 'client' | 'server';
  controlling: boolean;
  dataChannels: boolean;
}

/** Ids of header extensions (RFC 8285) that both sides know; absent when one does not. */
export interface ExtensionIds {
  mid?: number;
  rid?: number;
  repairedRid?: number;
  audioLevel?: number;
  absSendTime?: number;
  absCaptureTime?: number;
  transportWideCc?: number;
  dependencyDescriptor?: number;
}

export interface DataChannel {
  label: '_reliable' | '_lossy' | '_data_track';
  ordered: boolean;
  maxRetransmits: number | null;
}

/** One negotiated stream to send: one SSRC, so one simulcast layer. */
export interface SendStream {
  cid: string;
  kind: MediaKind;
  codec: Codec;
  mid: string;
  rid: Rid | null;
  ssrc: number;
  payloadType: number;
  rtxSsrc: number | null;
  rtxPayloadType: number | null;
  /** Extensions negotiated for this m-line; the peer's others must not be used on it. */
  extensions: ExtensionIds;
  active: boolean;
}

export interface ReceivePayload {
  payloadType: number;
  codec: Codec | 'other';
  clockRate: number;
  rtxPayloadType: number | null;
}

/** One remote track, bound to an m-line. */
export interface ReceiveStream {
  mid: string;
  kind: MediaKind;
  trackSid: string;
  participantSid: string;
  ssrc: number | null;
  rtxSsrc: number | null;
  payloads: ReceivePayload[];
  nack: boolean;
  pli: boolean;
  remb: boolean;
  muted: boolean;
}

/**
 * State of a peer, as the plane reports it to the session. `failed`: a defect of the plane.
 * `no_route`: this host has no route to any candidate of the remote. `no_socket`: it has routes,
 * but no socket of their address family.
 */
export type PeerState =
  | 'ice-connected'
  | 'connected'
  | 'disconnected'
  | 'closed'
  | 'failed'
  | 'no_route'
  | 'no_socket';
