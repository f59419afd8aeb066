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
   * Whether this host refuses to send to the remotes of this plane: a firewall, a full queue, an interface that is down.
   * @returns the kernel's error code, or null. Absent: not known
   */
  localSendError?(): Promise<string | null>;
  setExtensions(peer: number, ids: ExtensionIds): void;
  /** `candidate:…`. */
  addCandidate(peer: number, candidate: string): void;
  /** New local credentials (RFC 8445 §9). */
  restartIce(peer: number): IceCredentials;
  /** Its streams end with it. */
  closePeer(peer: number): void;
  openChannel(peer: number, channel: DataChannel): void;
  send(peer: number, stream: SendStream): void;
  /** Whether a layer is sent now: mute and dynacast. `rid` is null where there is one layer. */
  setSending(cid: string, rid: Rid | null, active: boolean): void;
  receive(peer: number, stream: ReceiveStream): void;
  stopReceiving(peer: number, mid: string): void;
  /** No media is expected: the publisher muted it, or it is not visible. Also called for tracks that are not received (yet). */
  setMuted(trackSid: string, muted: boolean): void;
}

/** RFC 8852 ids that LiveKit gives to simulcast layers, from small to large. */
export type Rid = 'q' | 'h' | 'f';
export type Codec = 'opus' | 'vp8' | 'h264';
export type MediaKind = 'audio' | 'video';

export interface IceCredentials {
  ufrag: string;
  pwd: string;
}

export interface LocalPeer extends IceCredentials {
  peer: number;
  /** `sha-256 AB:CD:…`. */
  fingerprint: string;
  /** `candidate:…`. */
  candidate: string;
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
 * State of a peer, as the plane reports it to the session. `failed`: by a defect of the plane, not by the remote. `other_family`: no
 * candidate of the remote has the address family of this peer; the next one will have the other. `no_route`: there is no other.
 */
export type PeerState =
  | 'ice-connected'
  | 'connected'
  | 'disconnected'
  | 'closed'
  | 'failed'
  | 'other_family'
  | 'no_route';
