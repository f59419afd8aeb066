/**
 * The contract of the Rust addon. It speaks of sockets, streams and counters: nothing here knows LiveKit or SDP, and nothing
 * outside the crate knows which library does ICE or DTLS.
 *
 * Times are Unix epoch milliseconds (CLOCK_REALTIME, fractional) unless the name says otherwise.
 */

/** How the pump is started. One pump per process; each of its threads drives its share of the peers. */
export interface PumpOptions {
  /** Threads, 1 or more. */
  threads: number;
  /**
   * How often a thread wakes to send what is due and to read its sockets, in microseconds. Default 4,000 (1,000 while a handshake is under
   * way). Arrivals are stamped by the kernel, so it adds nothing to what is measured; a frame may leave up to one tick late.
   */
  tickMicros?: number;
  /**
   * A socket for every peer, everywhere. By default the peers of a thread that are on 127.0.0.1 share one, each with a 127.x.y.z of its own,
   * where the kernel is Linux and grants 8 MiB of receive buffer: that halves what a packet costs.
   */
  ownSockets?: boolean;
}

/** Header extension ids (RFC 8285) negotiated for a peer; leave out what was not negotiated. */
export interface ExtensionIds {
  mid?: number;
  rid?: number;
  repairedRid?: number;
  audioLevel?: number;
  absSendTime?: number;
  absCaptureTime?: number;
  transportWideCc?: number;
}

export interface IceCredentials {
  ufrag: string;
  pwd: string;
}

/** What a bad network does one way, on top of what the real one does: a queue before a link, loss on it, delay behind it. */
export interface LinkImpairment {
  /** Share of datagrams, 0 to 1. */
  loss: number;
  /** Mean length of a run of losses (Gilbert–Elliott), 1 to 1,000; 1: each by itself. Runs must be at least `loss / (1 - loss)` long. */
  burst: number;
  /** 0 to 10,000. */
  delayMs: number;
  /** On top of the delay: exponentially distributed with this mean, drawn anew every 20 ms; 0 to 1,000. Changes no order. */
  jitterMs: number;
  /** Share of datagrams that come out behind the one that followed them in their RTP stream, 0 to 0.5. */
  reorder: number;
  /** Bits a second, 28 bytes of IP and UDP for each datagram included, 10,000 to 10^11; null: no limit. */
  rateBps: number | null;
  /** With a rate: who would have to wait longer for its turn is dropped; 0 to 10,000. */
  queueMs: number;
}

/**
 * A bad access network: everything of the peer passes it, STUN, DTLS, media and feedback. What it drops on the way down was lost, and what it delays
 * arrived late; on the way up, a time stamp is of when the packet went into it.
 */
export interface Impairment {
  up: LinkImpairment;
  down: LinkImpairment;
  /** The same seed drops the same datagrams, by their number. A whole number from 0 to 2^32 - 1. */
  seed: number;
}

export interface PeerOptions {
  impairment?: Impairment;
  /** Whom the latency of data messages counts for (`PumpSample.latencies`); left out, it is told of each flow alone. */
  dataCohort?: number;
}

/** Cohorts are numbered from 0 to one less than this. */
export const COHORTS = 4096;

/** What the remote side must be told of a new peer. */
export interface LocalTransport extends IceCredentials {
  /** Handle for every other call. */
  peer: number;
  /** As in an SDP `a=fingerprint` value: `sha-256 AB:CD:…`. */
  fingerprint: string;
  /** As in an SDP `a=` line without the `a=`: `candidate:… 1 udp … typ host`. */
  candidate: string;
}

export interface RemoteTransport extends IceCredentials {
  /** As in an SDP `a=fingerprint` value. */
  fingerprint: string;
  /** Which DTLS role we play: `client` when the remote said `a=setup:passive`. */
  dtlsRole: 'client' | 'server';
  /** Whether we are the controlling ICE agent: the offerer is (RFC 8445 §6.1.1). */
  controlling: boolean;
  /** SCTP port of the remote when data channels were negotiated. */
  dataChannels: boolean;
}

/** One pre-packetised clip, kept once per process and shared by all senders that play it. */
export interface ClipData {
  kind: 'audio' | 'video';
  codec: 'opus' | 'vp8' | 'h264';
  /** RTP clock: 48000 or 90000. */
  clockRate: number;
  width: number;
  height: number;
  /** All RTP payloads, one after the other. VP8 payloads come without a payload descriptor: the pump writes it, as the picture id runs on. */
  payload: Uint8Array;
  /** Four numbers a packet: offset in `payload`, length, marker (0 or 1), starts a frame (0 or 1). */
  packets: Uint32Array;
  /** Four numbers a frame: first packet, packets, duration in RTP clock ticks, keyframe (0 or 1). The first frame is a keyframe; the clip loops. */
  frames: Uint32Array;
  /** RFC 6464 level in -dBov (0 loud … 127 silent) per frame; empty for video. */
  audioLevels: Uint8Array;
}

export interface SenderOptions {
  peer: number;
  /** Handle returned by `addClip`. */
  clip: number;
  mid: string;
  /** Simulcast layer, when several senders share a mid. */
  rid?: string;
  ssrc: number;
  payloadType: number;
  /** RFC 4588 retransmission; left out when not negotiated (then NACKs are answered on the same SSRC). */
  rtxSsrc?: number;
  rtxPayloadType?: number;
  cname: string;
  /**
   * Header extensions negotiated for this m-line, when they are fewer than the peer's; left out, the peer's. LiveKit takes transport-wide
   * sequence numbers on video only: on audio they would read as gaps, so as loss.
   */
  extensions?: ExtensionIds;
  /** Whether it sends at once. */
  active: boolean;
}

export interface ReceiverPayload {
  payloadType: number;
  codec: 'opus' | 'vp8' | 'h264' | 'other';
  clockRate: number;
  rtxPayloadType?: number;
}

export interface ReceiverOptions {
  peer: number;
  kind: 'audio' | 'video';
  mid: string;
  /** From `a=ssrc`; left out when the remote did not say: then packets are found by mid. */
  ssrc?: number;
  rtxSsrc?: number;
  payloads: ReceiverPayload[];
  /** Feedback that was negotiated for this m-line. */
  nack: boolean;
  pli: boolean;
  remb: boolean;
  /** Whom its latency counts for (`PumpSample.latencies`); left out, it is told of this receiver alone. */
  cohort?: number;
}

export interface DataChannelOptions {
  peer: number;
  label: string;
  ordered: boolean;
  /** `null`: reliable. */
  maxRetransmits: number | null;
}

/**
 * Messages sent again and again from Rust. `template` is sent as is, but for `stampLength` bytes (32) at `stampOffset`, where the pump writes its own
 * magic, the flow's id, a sequence number and the time of sending; a receiving pump finds the magic anywhere in a message and so counts loss and latency.
 */
export interface DataFlowOptions {
  peer: number;
  label: string;
  template: Uint8Array;
  stampOffset: number;
  intervalMs: number;
  /** Unique in the run: receivers count sequence numbers by it. */
  flow: number;
}

/** Bytes that a `DataFlowOptions.template` must leave free for the stamp. */
export const DATA_STAMP_BYTES = 32;

/** Told as it happens; at most a few per peer and second. */
export type PumpEvent =
  | { type: 'ice'; peer: number; at: number; state: 'checking' | 'connected' | 'disconnected' }
  | { type: 'connected'; peer: number; at: number }
  | { type: 'closed'; peer: number; at: number; reason: string }
  | { type: 'channel-open'; peer: number; at: number; label: string }
  /** `at`: its arrival. */
  | { type: 'first-packet'; peer: number; at: number; receiver: number };

/** Cumulative counters of one sender (one SSRC, so one simulcast layer). */
export interface SenderStats {
  sender: number;
  peer: number;
  active: boolean;
  packets: number;
  /** RTP payload bytes. */
  bytes: number;
  frames: number;
  keyframes: number;
  rtxPackets: number;
  /** Sequence numbers asked for again, each counted once: what the remote missed at first. */
  nackedPackets: number;
  /** NACK, PLI and FIR messages received. */
  nacks: number;
  plis: number;
  firs: number;
  /** From the last receiver report (RFC 3550 §6.4.1): cumulative, after recovery. */
  remoteLost: number;
  /** Interarrival jitter that the remote reported, ms. */
  remoteJitterMs: number;
  /** Last round-trip time from LSR and DLSR (RFC 3550 §6.4.1), ms; NaN until known. */
  rttMs: number;
  /** Packets that transport-wide feedback reported as received and as not received: loss before recovery. */
  twccReceived: number;
  twccLost: number;
  /** Packets that left more than `LATE_SEND_MS` after they were due, and the longest delay, ms. */
  lateSends: number;
  maxLateMs: number;
  /** Packets that the kernel refused (full buffer, unreachable). */
  sendErrors: number;
}

/** Cumulative counters of one receiver (one remote track). Packets are RTP packets with media, padding apart. */
export interface ReceiverStats {
  receiver: number;
  peer: number;
  packets: number;
  /** RTP payload bytes. */
  bytes: number;
  paddingPackets: number;
  /**
   * Sequence numbers whose first transmission never came. Without RTX (audio) a late first transmission cannot be told from a retransmission
   * once it was asked for: what the publisher's uplink lost, and the server forwards when it has got it, counts here, too.
   */
  lostBeforeRecovery: number;
  /** Of those, the ones no retransmission brought either. */
  lost: number;
  /** Brought by RTX or by a retransmission on the same SSRC. */
  recovered: number;
  duplicates: number;
  outOfOrder: number;
  /** RFC 3550 §6.4.1 interarrival jitter, ms. */
  jitterMs: number;
  /** NACK messages sent and sequence numbers they asked for. */
  nacks: number;
  nackedPackets: number;
  plis: number;
  keyframes: number;
  /** Changes of resolution within the stream, and the last seen. */
  layerSwitches: number;
  width: number;
  height: number;
  /** Arrival of the first and last media packet; NaN when none came. */
  firstPacketAt: number;
  lastPacketAt: number;
  /** Pauses longer than `GAP_MS`, their sum and the longest, ms. A pause going on now counts. */
  gaps: number;
  gapMs: number;
  longestGapMs: number;
  /** One-way latency from abs-capture-time over the receiver's life, ms; NaN without samples. */
  latencyP50Ms: number;
  latencyP95Ms: number;
  latencyMaxMs: number;
}

/** Cumulative counters of one received data flow. */
export interface DataFlowStats {
  peer: number;
  flow: number;
  received: number;
  /** Of whole messages, envelope included. */
  bytes: number;
  lost: number;
  duplicates: number;
  latencyP50Ms: number;
  latencyP95Ms: number;
  latencyMaxMs: number;
}

export interface PeerStats {
  peer: number;
  /** From STUN consent checks, ms; NaN until known. */
  rttMs: number;
  /** Datagrams that the kernel threw away because the receive buffer of this peer's own socket was full. */
  socketDrops: number;
  /** Bandwidth that we told the remote by REMB, bit/s; 0 when none was sent. */
  rembBps: number;
  dataMessagesSent: number;
  /** Of whole messages, envelope included. */
  dataBytesSent: number;
  dataMessagesReceived: number;
  /** Datagrams that went into the peer's bad network, and how many of them it dropped (`Impairment`), each way. */
  impairedUp: number;
  impairedDroppedUp: number;
  impairedDown: number;
  impairedDroppedDown: number;
}

/** Values and how often each came since the last sample: bin k holds (γ^(k-1), γ^k] with γ = 1.02/0.98 (a DDSketch of 2 % relative error), milliseconds. */
export interface Bins {
  keys: Int32Array;
  counts: Uint32Array;
  /** Values at or below 0.001 ms. */
  zeros: number;
}

/** One-way latency of everything that was received since the last sample and counts for this cohort. */
export interface CohortLatency extends Bins {
  cohort: number;
}

/** A pause longer than `GAP_MS` in the media of one receiver that was not muted, over by now: arrival of the packet before it and of the one after it. */
export interface Gap {
  receiver: number;
  from: number;
  to: number;
}

export interface PumpSample {
  senders: SenderStats[];
  receivers: ReceiverStats[];
  peers: PeerStats[];
  flows: DataFlowStats[];
  /** Those that ended since the last sample, each receiver's in their order. */
  gaps: Gap[];
  /** Only of cohorts that received anything since the last sample. */
  latencies: CohortLatency[];
  /** Datagrams through all sockets, cumulative: for the cost of a packet. What a bad network drops on its way up reaches none. */
  datagramsSent: number;
  datagramsReceived: number;
  /** Datagrams that the kernel dropped on sockets that peers share, cumulative; `PeerStats.socketDrops` has the others. */
  sharedSocketDrops: number;
  /** How late the threads woke, ms: the worst since the last sample. */
  maxTickLateMs: number;
  /** CPU seconds of the pump's threads, cumulative. */
  cpuSeconds: number;
}

/** A packet that leaves this much after it was due is late, ms. */
export const LATE_SEND_MS = 20;
/** A pause in a track's media longer than this is a gap, ms. */
export const GAP_MS = 500;

export interface Pump {
  /** Copies the clip. */
  addClip(clip: ClipData): number;
  /** Binds a UDP socket on `localAddress` (an IP) and makes ICE credentials. Throws when no descriptor or port is left. */
  createPeer(localAddress: string, options?: PeerOptions): LocalTransport;
  setRemote(peer: number, remote: RemoteTransport): void;
  /** `candidate:…` as in SDP or trickle; candidates that are not UDP with an IP address are ignored. */
  addRemoteCandidate(peer: number, candidate: string): void;
  /** New credentials for an ICE restart (RFC 8445 §9); call `setRemote` with the remote's new ones afterwards. */
  restartIce(peer: number): IceCredentials;
  setExtensions(peer: number, ids: ExtensionIds): void;
  createDataChannel(options: DataChannelOptions): void;
  sendData(peer: number, label: string, message: Uint8Array): void;
  startDataFlow(options: DataFlowOptions): void;
  addSender(options: SenderOptions): number;
  setSenderActive(sender: number, active: boolean): void;
  addReceiver(options: ReceiverOptions): number;
  /** While muted a receiver's silence is not a gap. */
  setReceiverMuted(receiver: number, muted: boolean): void;
  /** Its counters leave the samples: read them first. */
  removeReceiver(receiver: number): void;
  removeSender(sender: number): void;
  /** Sends a DTLS close_notify, frees the socket; its streams leave the samples: read them first. */
  closePeer(peer: number): void;
  /** Reads all counters. */
  sample(): PumpSample;
  /** Closes every peer and joins the threads. */
  close(): void;
}
