import type { Failure } from './failure.ts';

/**
 * What a session needs of the component that moves packets. The session decides (signalling, SDP,
 * subscriptions), the plane carries out. Peers are peer connections; their handles are the plane's.
 */
export interface MediaPlane {
  /**
   * Finds the way to the deployment; called before each attempt. Absent: nothing to prepare.
   * @throws the error of a name lookup; SwarmError `no_route`
   */
  prepare?(): Promise<void>;
  /** Binds a socket and makes ICE credentials. Throws when no descriptor or port is left. */
  openPeer(): LocalPeer;
  /** Called again with the remote's new credentials after an ICE restart. */
  connectPeer(peer: number, remote: RemotePeer): void;
  /**
   * Whether this host refused what was sent to connect the open peers: a firewall, a full queue, an interface that is down.
   * @returns the kernel's error code, or null. Absent: not known
   */
  localSendError?(): string | null;
  /** Called with the node that the client has joined, before its candidates arrive. */
  joinedNode?(nodeId: string): void;
  /** STUN and TURN servers that the deployment offers, when the client is in and after each resume. */
  iceServers?(servers: readonly IceServer[]): void;
  /** Why media found no way, where the plane knows more than that. */
  pathFailure?(): Failure | null;
  setExtensions(peer: number, ids: ExtensionIds): void;
  /** `candidate:…`. */
  addCandidate(peer: number, candidate: string): void;
  /** The remote has no further candidates under its present credentials (RFC 8838 §8.2). */
  candidatesEnded?(peer: number): void;
  /** New local credentials (RFC 8445 §9), and candidates where the addresses of this side changed. */
  restartIce(peer: number): IceCredentials & { candidates?: string[] };
  /** Its streams end with it. */
  closePeer(peer: number): void;
  /** As `closePeer`, without notice to the remote: the participant disappeared. */
  dropPeer(peer: number): void;
  openChannel(peer: number, channel: DataChannel): void;
  send(peer: number, stream: SendStream): void;
  /** Whether a layer is sent now: mute and dynacast. `rid` is null where there is one layer. */
  setSending(cid: string, rid: Rid | null, active: boolean): void;
  /** A track is no longer published: its streams end. */
  stopSending(cid: string): void;
  receive(peer: number, stream: ReceiveStream): void;
  stopReceiving(peer: number, mid: string): void;
  /** No media is expected: the publisher muted it, or it is not visible. Also called for tracks that are not received (yet). */
  setMuted(trackSid: string, muted: boolean): void;
}

/** RFC 7065: `turn:HOST:PORT?transport=udp`, with credentials; of STUN without. */
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
  /** `sha-256 AB:CD:…`. */
  fingerprint: string;
  /** `candidate:…`, one for each local address. */
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
  label: '_reliable' | '_lossy';
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
 * State of a peer, as the plane reports it to the session. `failed`: by a defect of the plane, not by the remote. `no_route`, `no_socket`:
 * the remote has candidates, and this host has a route to none, or no socket for those that it has a route to.
 */
export type PeerState =
  | 'ice-connected'
  | 'connected'
  | 'disconnected'
  | 'closed'
  | 'failed'
  | 'no_route'
  | 'no_socket';
