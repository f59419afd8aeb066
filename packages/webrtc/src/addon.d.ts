/**
 * The contract of the Rust addon. "npm run contract" generates it from packages/webrtc/crate/src: do not edit.
 * Handles are numbers. Times are Unix ms (CLOCK_REALTIME, fractional) unless a name has another unit.
 */

/**
 * Options of the pump. There is one pump per process; each of its threads drives its share of the
 * peers.
 */
export interface PumpOptions {
  /** Threads, 1 to 256. */
  threads: number;
  /**
   * Interval at which a thread wakes to read its sockets and to send packets, 500 to 20,000 µs.
   * Default: 4,000 µs (1,000 µs while a handshake is under way). The kernel stamps arrivals, so
   * the interval adds nothing to what is measured; a frame may leave up to one tick late.
   */
  tickMicros?: number;
  /**
   * Unix time minus the time of the monotonic clock, ms, for the whole process: times of events
   * and packets are monotonic times plus this. Default: measured at first use.
   */
  clockOffsetMs?: number;
  /**
   * A socket for every peer, everywhere. By default the peers of a thread on 127.0.0.1 share one
   * socket, each with an address in 127/8 of its own, where the kernel is Linux and grants 8 MiB
   * of receive buffer: that halves the cost of a packet.
   */
  ownSockets?: boolean;
}

/** A defect that a test plants, see `plantDefect`. */
export type Defect =
  /** Code that serves the peer panics. */
  | 'panic'
  /** The thread of the peer does not run for ten minutes. */
  | 'hang';

/**
 * Something that happened to a peer, reported as it happens; at most a few per peer and second,
 * messages excepted.
 * `peer` is its handle, `at` is in Unix ms.
 */
export type PumpEvent =
  | { type: 'ice'; peer: number; at: number; state: IceState }
  | { type: 'connected'; peer: number; at: number; family: number }
  | { type: 'path_failed'; peer: number; at: number; path: PathKind; code: PathFailureCode; server: string; message: string; ended: boolean }
  | { type: 'closed'; peer: number; at: number; code: CloseCode; message: string }
  | { type: 'channel_open'; peer: number; at: number; label: string }
  | { type: 'message'; peer: number; at: number; label: string; message: Uint8Array }
  | { type: 'first_packet'; peer: number; at: number; receiver: number }
  | { type: 'first_decrypted'; peer: number; at: number; receiver: number }
  | { type: 'voice_began'; peer: number; at: number; receiver: number }
  | { type: 'voice_ended'; peer: number; at: number; receiver: number; from: number }
  | { type: 'spoken'; peer: number; at: number; sender: number; from: number; cut: boolean };

/** `a=ice-ufrag` and `a=ice-pwd`. */
export interface IceCredentials {
  /** User name fragment. */
  ufrag: string;
  /** Password. */
  pwd: string;
}

/** The local description of a new peer. */
export interface LocalTransport {
  /** Handle for every other call. */
  peer: number;
  /** `a=ice-ufrag`. */
  ufrag: string;
  /** `a=ice-pwd`. */
  pwd: string;
  /** Value of `a=fingerprint`: `sha-256 AB:CD:…`. */
  fingerprint: string;
  /**
   * An `a=` line without the `a=`: `candidate:… 1 udp … typ host`. Empty for a peer without a
   * UDP socket.
   */
  candidate: string;
}

/** A TURN server (RFC 8656) and the credentials for it. */
export interface TurnServerOptions {
  /** `ADDRESS:PORT`. */
  address: string;
  /** Transport to the server: UDP, TCP or TLS. */
  path: Exclude<PathKind, 'direct' | 'ice-tcp'>;
  /** Name in the certificate of the server, which is also sent as SNI; used with TLS only. */
  domain: string;
  /** User name of the long-term credentials (RFC 8489 §9.2). */
  username: string;
  /** Password of that user. */
  password: string;
}

/** Type of an ICE candidate (RFC 8839 §5.1). */
export type CandidateType =
  /** An address of the host. */
  | 'host'
  /** The address of a NAT, learnt from STUN. */
  | 'srflx'
  /** An address learnt from a check. */
  | 'prflx'
  /** An address on a TURN server. */
  | 'relay';

/** The pair that ICE has selected (RFC 8445 §8.1.1). */
export interface SelectedPair {
  /** Path on which media reaches the remote. */
  path: PathKind;
  /** Type of the candidate of this side. */
  localCandidate: CandidateType;
  /** Type of the candidate of the remote. */
  remoteCandidate: CandidateType;
  /** Protocol between the two candidates, whatever this side uses to reach its relay. */
  protocol: 'udp' | 'tcp';
  /** Time from the first packet, or the TCP connection, to the allocation, ms; only with a relay. */
  allocationMs?: number;
}

/**
 * The impairment of one direction, on top of the real network: a queue in front of a link, loss on
 * it, delay behind it.
 */
export interface LinkImpairment {
  /** Share of datagrams, 0 to 1. */
  loss: number;
  /**
   * Mean length of a run of losses (Gilbert–Elliott), 1 to 1,000; 1: independent losses. Runs
   * must be at least `loss / (1 - loss)` long.
   */
  burst: number;
  /** Delay of every datagram, 0 to 10,000 ms. */
  delayMs: number;
  /**
   * Mean of a variable delay in addition to `delayMs`, 0 to 1,000 ms. It is exponentially
   * distributed, drawn again every 20 ms, and does not reorder.
   */
  jitterMs: number;
  /**
   * Share of datagrams that leave behind the one that followed them in their RTP stream, 0 to
   * 0.5.
   */
  reorder: number;
  /**
   * Rate of the link, 10,000 to 10^11 bit/s, with 28 bytes of IP and UDP headers for each
   * datagram; null: no limit.
   */
  rateBps: number | null;
  /**
   * Longest wait in the queue of a link with a rate, 0 to 10,000 ms: datagrams that would wait
   * longer are dropped.
   */
  queueMs: number;
}

/**
 * An impaired access network. All datagrams of the peer pass it: STUN, DTLS, media and feedback. A
 * datagram that the downlink drops was lost, and one that it delays arrived late; the time stamp
 * of an outgoing packet is the time at which it entered the uplink.
 */
export interface Impairment {
  /** Link from this peer to the remote. */
  up: LinkImpairment;
  /** Link from the remote to this peer. */
  down: LinkImpairment;
  /** Seed of the losses, 0 to 2^32 - 1: the same seed drops the same datagrams, by their number. */
  seed: number;
}

/** Options of a peer. */
export interface PeerOptions {
  /**
   * The cohort that the latency of data messages counts for (`latencies` of a sample); left out,
   * it is only in the counters of each flow.
   */
  dataCohort?: number;
  /**
   * Report messages without a stamp as events. Messages that were encrypted end to end are not
   * reported. Default: false.
   */
  deliverMessages?: boolean;
  /** An impaired access network. */
  impairment?: Impairment;
  /**
   * Rate adaptation: the senders of the peer follow the estimated bandwidth, as in browsers
   * (Google congestion control). It needs transport-wide sequence numbers. Default: false.
   */
  rateAdaptation?: boolean;
}

/** Role of this peer in the DTLS handshake (RFC 5763 §5). */
export type DtlsRole =
  /** The remote has `a=setup:passive`. */
  | 'client'
  /** The remote has `a=setup:active`. */
  | 'server';

/** The remote description of a peer. */
export interface RemoteTransport {
  /** `a=ice-ufrag`. */
  ufrag: string;
  /** `a=ice-pwd`. */
  pwd: string;
  /** Value of `a=fingerprint`. */
  fingerprint: string;
  /** The role of this side. */
  dtlsRole: DtlsRole;
  /** True if this side is the controlling ICE agent: the offerer is (RFC 8445 §6.1.1). */
  controlling: boolean;
  /** True if data channels were negotiated. */
  dataChannels: boolean;
}

/**
 * Packets that a peer sent beside media (STUN, DTLS, data, RTCP) in one address family,
 * cumulative.
 */
export interface ControlSends {
  /** Address family, 4 or 6. */
  family: number;
  /** Packets that were handed to the kernel. */
  tried: number;
  /** Packets that the kernel refused, by error. */
  rejected: Array<RejectedSends>;
}

/** Packets that the kernel refused with one error. */
export interface RejectedSends {
  /**
   * Error number of the operating system, as in `util.getSystemErrorName(-errno)`; 0 for an
   * error without one.
   */
  errno: number;
  /** Packets, cumulative. */
  packets: number;
}

/** Header extension ids (RFC 8285); leave out what was not negotiated. */
export interface ExtensionIds {
  /** Id of the mid (RFC 9143). */
  mid?: number;
  /** Id of the rid (RFC 8852). */
  rid?: number;
  /** Id of the rid of a retransmission (RFC 8852). */
  repairedRid?: number;
  /** Id of the audio level (RFC 6464). */
  audioLevel?: number;
  /** Id of abs-send-time. */
  absSendTime?: number;
  /** Id of abs-capture-time. */
  absCaptureTime?: number;
  /** Id of transport-wide sequence numbers (draft-holmer-rmcat-transport-wide-cc-extensions-01). */
  transportWideCc?: number;
  /** Id of the dependency descriptor (AV1 RTP specification, appendix A). */
  dependencyDescriptor?: number;
}

/** Audio or video. */
export type MediaKind =
  /** Opus. */
  | 'audio'
  /** VP8, H.264, VP9 or AV1. */
  | 'video';

/** One packetised clip, kept once per process and shared by all senders that play it. */
export interface ClipData {
  /** Audio or video. */
  kind: MediaKind;
  /** Codec of the payloads. */
  codec: Exclude<Codec, 'other'>;
  /** RTP clock, Hz: 48000 or 90000. */
  clockRate: number;
  /** Width, pixels; 0 for audio. */
  width: number;
  /** Height, pixels; 0 for audio. */
  height: number;
  /**
   * All RTP payloads, one after the other. VP8 payloads have no payload descriptor: the pump
   * writes it, as the picture id runs on. In those of VP9 it fills in the picture id. VP9 and
   * AV1 payloads are preceded by their dependency descriptor, and that by its length in one
   * byte.
   */
  payload: Uint8Array;
  /**
   * Four numbers per packet: offset in `payload`, length, marker (0 or 1), starts a frame (0 or
   * 1).
   */
  packets: Uint32Array;
  /**
   * Four numbers per frame: first packet, packets, duration in RTP clock ticks, keyframe (0 or
   * 1). The first frame is a keyframe; the clip loops.
   */
  frames: Uint32Array;
  /** RFC 6464 level in -dBov (0 loud … 127 silent) per frame; empty for video. */
  audioLevels: Uint8Array;
}

/** A new sender. */
export interface SenderOptions {
  /** Handle of its peer. */
  peer: number;
  /** Handle returned by `addClip`. */
  clip: number;
  /**
   * Clips of the same picture and codec for rate adaptation, lowest bit rate first, up to 8.
   * They play while bandwidth does not suffice for `clip`.
   */
  lowerClips?: Array<number>;
  /** `a=mid`. */
  mid: string;
  /** `a=rid` of a simulcast layer, when several senders share a mid. */
  rid?: string;
  /** SSRC of the stream. */
  ssrc: number;
  /** RTP payload type. */
  payloadType: number;
  /**
   * SSRC of the RTX stream (RFC 4588); left out when RTX was not negotiated: then NACKs are
   * answered on the same SSRC.
   */
  rtxSsrc?: number;
  /** Payload type of the RTX stream. */
  rtxPayloadType?: number;
  /** RTCP CNAME of the participant (RFC 3550 §6.5.1). */
  cname: string;
  /**
   * Header extensions of this m-line, when they are fewer than the peer's; left out, the peer's.
   * LiveKit negotiates transport-wide sequence numbers on video only: on audio the server would
   * read them as gaps, i.e. as loss.
   */
  extensions?: ExtensionIds;
  /**
   * Appends its capture time to each frame of a video, as livekit-client's `frameMetadata` does.
   * Default: no.
   */
  frameMetadata?: boolean;
  /** True if the sender is active from the start. */
  active: boolean;
}

/** One negotiated payload type of a receiver. */
export interface ReceiverPayload {
  /** RTP payload type. */
  payloadType: number;
  /** Codec of the payload type. */
  codec: Codec;
  /** RTP clock, Hz. */
  clockRate: number;
  /** Payload type of its retransmissions (RFC 4588). */
  rtxPayloadType?: number;
}

/** A new receiver. */
export interface ReceiverOptions {
  /** Handle of its peer. */
  peer: number;
  /** Audio or video. */
  kind: MediaKind;
  /** `a=mid`. */
  mid: string;
  /** SSRC from `a=ssrc`; left out when it was not signalled: then packets are found by mid. */
  ssrc?: number;
  /** SSRC of the RTX stream. */
  rtxSsrc?: number;
  /** Negotiated payload types. */
  payloads: Array<ReceiverPayload>;
  /** True if NACK was negotiated for this m-line (RFC 4585 §6.2.1). */
  nack: boolean;
  /** True if PLI was negotiated for this m-line (RFC 4585 §6.3.1). */
  pli: boolean;
  /** True if REMB was negotiated for this m-line. */
  remb: boolean;
  /**
   * The cohort that its latency counts for (`latencies` of a sample); left out, it is only in
   * the counters of the receiver.
   */
  cohort?: number;
}

/** A new data channel. */
export interface DataChannelOptions {
  /** Handle of its peer. */
  peer: number;
  /** Label, unique in the peer. */
  label: string;
  /** True if messages arrive in order. */
  ordered: boolean;
  /** The most retransmissions of a message; `null`: reliable. */
  maxRetransmits: number | null;
}

/**
 * Data messages that the pump sends at an interval. The template is sent as it is, except for
 * `DATA_STAMP_BYTES` at `stampOffset`: there the pump writes a magic number, the number of the
 * flow, a sequence number and the time of sending. A receiving pump finds the magic number
 * anywhere in a message, and counts loss and latency from it.
 */
export interface DataFlowOptions {
  /** Handle of its peer. */
  peer: number;
  /** Label of an open data channel. */
  label: string;
  /** The message. */
  template: Uint8Array;
  /** Offset of the stamp in the template, bytes. */
  stampOffset: number;
  /** Interval between messages, above 0 ms. */
  intervalMs: number;
  /** Number of the flow, unique in the run: receivers count sequence numbers by it. */
  flow: number;
  /**
   * End-to-end encryption of the flow: the template is then the `EncryptedPacketPayload` of each
   * message.
   */
  encryption?: DataEncryption;
}

/** End-to-end encryption of a data flow. */
export interface DataEncryption {
  /** Handle returned by `addKeyRing`. */
  keyRing: number;
  /** Index of the key to encrypt with. */
  keyIndex: number;
  /** The `DataPacket` to which the encrypted packet is appended. */
  envelope: Uint8Array;
}

/** A key of end-to-end encryption. */
export interface FrameKey {
  /** Index of the key, 0 to 15; every frame names it. */
  index: number;
  /** The derived key, 16 bytes. */
  key: Uint8Array;
}

/**
 * One-way latency of everything that was received since the last sample and counts for a cohort:
 * bins of a DDSketch of 2 % relative error, in milliseconds. Bin k holds (γ^(k-1), γ^k].
 */
export interface CohortLatency {
  /** Number of the cohort. */
  cohort: number;
  /** Keys of the bins that are not empty. */
  keys: Int32Array;
  /** Values in each of those bins. */
  counts: Uint32Array;
  /** Values at or below 0.001 ms. */
  zeros: number;
}

/** One sample. The tables have one row per stream and the columns of `sampleColumns`. */
export interface SampleTables {
  /** Rows of `SenderStats`. */
  senders: Float64Array;
  /** Rows of `ReceiverStats`. */
  receivers: Float64Array;
  /** Rows of `PeerStats`. */
  peers: Float64Array;
  /** Rows of `DataFlowStats`. */
  flows: Float64Array;
  /** Rows of `Interruption`: those that ended since the last sample, in order for each receiver. */
  interruptions: Float64Array;
  /** Cohorts that received anything since the last sample. */
  latencies: Array<CohortLatency>;
  /**
   * Datagrams sent on all sockets, cumulative, for the cost of a packet. Datagrams that an
   * impaired uplink drops are not included.
   */
  datagramsSent: number;
  /** Datagrams received on all sockets, cumulative. */
  datagramsReceived: number;
  /**
   * Bytes of the datagrams sent, with their headers of UDP and IP, cumulative. Bytes that TURN
   * and TCP add are not included.
   */
  wireBytesSent: number;
  /** Bytes of the datagrams received, counted as in `wireBytesSent`. */
  wireBytesReceived: number;
  /**
   * Datagrams that the kernel dropped on sockets that peers share, cumulative; `socketDrops` of
   * a peer has the others.
   */
  sharedSocketDrops: number;
  /** The longest delay of a thread's wake-up since the last sample, ms. */
  maxTickLateMs: number;
  /** CPU time of the pump's threads, cumulative, s. */
  cpuSeconds: number;
  /**
   * Threads that have not run for two seconds or more. Counters of those that hold their lock
   * are missing from this sample.
   */
  stuckThreads: number;
}

/** Names of the columns of each table of a sample, in their order. */
export interface SampleColumns {
  /** Columns of `SenderStats`. */
  senders: Array<string>;
  /** Columns of `ReceiverStats`. */
  receivers: Array<string>;
  /** Columns of `PeerStats`. */
  peers: Array<string>;
  /** Columns of `DataFlowStats`. */
  flows: Array<string>;
  /** Columns of `Interruption`. */
  interruptions: Array<string>;
}

/** Cohorts are numbered from 0 to one less than this. */
export declare const COHORTS: number;

/** Bytes that the template of a data flow must leave free for the stamp. */
export declare const DATA_STAMP_BYTES: number;

/** A packet that leaves this much after its scheduled time is late, ms. */
export declare const LATE_SEND_MS: number;

/** Without a media packet for longer than this, media is interrupted, ms. */
export declare const INTERRUPTION_MS: number;

/** A pause of voice that is shorter belongs to the voice, ms. */
export declare const VOICE_PAUSE_MS: number;

/** γ of the latency sketches: bin k holds (γ^(k-1), γ^k]. */
export declare const SKETCH_GAMMA: number;

/** Names of the columns of the tables that `sampleTables` returns. */
export declare function sampleColumns(): SampleColumns;

/**
 * Profile of Cargo that this engine is compiled in: `release`, or `checkout`, which costs more CPU
 * per join.
 */
export declare function engineProfile(): string;

/**
 * The pump: threads that drive peer connections. Errors are thrown as `Error` with a `code` of
 * `PumpErrorCode`.
 */
export declare class NativePump {
  /**
   * Starts the threads. `onEvents` is called on the main thread, in batches, and does not keep
   * the process alive.
   */
  constructor(options: PumpOptions, onEvents: (events: PumpEvent[]) => void);
  /** Certificates that TLS connections to TURN servers trust, in PEM. Without a call: none. */
  setTrust(pem: string): void;
  /** Copies a clip and returns its handle. */
  addClip(clip: ClipData): number;
  /** Keeps keys of end-to-end encryption, and returns the handle of the ring. */
  addKeyRing(keys: Array<FrameKey>): number;
  /**
   * Encrypts a clip, and returns the handle of the result: a clip of its own. It takes as long
   * as AES-GCM over all of its bytes, some milliseconds.
   */
  encryptClip(clip: number, keyRing: number, keyIndex: number): number;
  /** Forgets a clip. Senders that play it keep it; its handle is unknown from now on. */
  removeClip(clip: number): void;
  /**
   * Generates ICE credentials and binds a UDP socket on `localAddress` (an IP address); null:
   * none, for paths that follow (`connectStream`, `addRelay`). Throws `system_resource` when no
   * file descriptor or port is left.
   */
  createPeer(localAddress: string | null, options?: PeerOptions | undefined | null): LocalTransport;
  /**
   * Binds another UDP socket for a peer, on an address of the other address family, and returns
   * its candidate; ICE selects the pair. At any time: a remote without the candidate learns the
   * address from a check. Throws `system_resource` as `createPeer` does.
   */
  addLocalAddress(peer: number, localAddress: string): string;
  /**
   * Moves a peer to a new socket on `localAddress`, of an address family that it has a socket
   * of, as a device whose network changed, and returns the new candidate. Restart ICE next.
   */
  changeAddress(peer: number, localAddress: string): string;
  /**
   * Gives up the TCP connections and allocations of a peer, as a device whose network changed.
   * Restart ICE next, and begin new ones.
   */
  abandonPaths(peer: number): void;
  /**
   * Connects a peer by TCP to `remote` (`ADDRESS:PORT` of a passive candidate, RFC 6544). At any
   * time; `path_failed` follows where it fails. Throws `system_resource` where this host does
   * not even try.
   */
  connectStream(peer: number, remote: string): void;
  /**
   * Allocates an address for a peer on a TURN server, and offers it to ICE. An allocation that
   * it already has there ends once media uses another. At any time; `path_failed` follows where
   * it fails. Throws `system_resource` where this host does not even try.
   */
  addRelay(peer: number, server: TurnServerOptions): void;
  /** The pair that ICE has selected, if any. */
  selectedPair(peer: number): SelectedPair | null;
  /**
   * Packets that a peer sent beside media, and those that the kernel refused. For a peer that
   * does not connect, they show whether its own host prevents it.
   */
  controlSends(peer: number): Array<ControlSends>;
  /** Starts ICE and DTLS with the remote; after `restartIce`, takes its new credentials. */
  setRemote(peer: number, remote: RemoteTransport): void;
  /**
   * Takes a `candidate:…` line of SDP or trickle ICE. Ignored are candidates without an IP
   * address, and of TCP those that are not passive. Those that the peer has no socket for wait
   * for `addLocalAddress`, `connectStream` or `addRelay`.
   */
  addRemoteCandidate(peer: number, candidate: string): void;
  /**
   * New credentials for an ICE restart (RFC 8445 §9); call `setRemote` with the remote's new
   * ones afterwards.
   */
  restartIce(peer: number): IceCredentials;
  /** Header extensions of the peer connection. */
  setExtensions(peer: number, ids: ExtensionIds): void;
  /** Opens a data channel; `channel_open` follows as an event. */
  createDataChannel(options: DataChannelOptions): void;
  /** Sends one message. Throws `channel_not_open` or `channel_full`. */
  sendData(peer: number, label: string, message: Uint8Array): void;
  /** Starts a flow of data messages. */
  startDataFlow(options: DataFlowOptions): void;
  /** The keys with which a peer decrypts data messages. */
  setDataKeys(peer: number, keyRing: number): void;
  /** Encrypts the encrypted flows of a peer with another key, from the next message on. */
  setDataFlowKey(peer: number, keyRing: number, keyIndex: number): void;
  /** Adds a sender and returns its handle. */
  addSender(options: SenderOptions): number;
  /** Pauses or resumes a sender. */
  setSenderActive(sender: number, active: boolean): void;
  /** A sender plays another clip, of the same codec, from its next frame on. */
  setSenderClip(sender: number, clip: number): void;
  /**
   * A sender plays another clip of the same codec once, from its next frame on, and then the
   * current one again; `spoken` follows as an event. Throws `invalid_argument` for a clip without
   * voice.
   */
  playOnce(sender: number, clip: number): void;
  /**
   * Detects voice in the audio that a receiver receives from now on: `voice_began` and
   * `voice_ended` follow as events. Each packet is decoded.
   */
  listen(receiver: number): void;
  /** Adds a receiver and returns its handle. */
  addReceiver(options: ReceiverOptions): number;
  /** Mutes a receiver, or unmutes it: while it is muted, silence is not an interruption. */
  setReceiverMuted(receiver: number, muted: boolean): void;
  /**
   * Decrypts the frames of a receiver with these keys from now on, and counts them.
   * `serverTrailer` is at the end of frames that the server inserts, which are not encrypted.
   */
  setReceiverKeys(receiver: number, keyRing: number, serverTrailer: Uint8Array): void;
  /** Removes a receiver. Its counters leave the samples: read them first. */
  removeReceiver(receiver: number): void;
  /** Removes a sender. Its counters leave the samples: read them first. */
  removeSender(sender: number): void;
  /**
   * Sends a DTLS close_notify and frees the socket. The streams of the peer leave the samples:
   * read them first.
   */
  closePeer(peer: number): void;
  /** Closes a peer as `closePeer` does, but sends nothing to the remote: the device disappeared. */
  dropPeer(peer: number): void;
  /**
   * Corrects the stamps that leave this process, and its arrival times where latency is measured
   * by them, by the offset from its clock to the one that the hosts of a run share, ms.
   */
  setClockCorrection(ms: number): void;
  /** Plants a defect of the pump, so that tests can show what it leads to. */
  plantDefect(peer: number, defect: Defect): void;
  /** Reads all counters. After `close` the tables are empty. */
  sampleTables(): SampleTables;
  /** Closes every peer and joins the threads. Every other call throws `closed` afterwards. */
  close(): void;
}

/** Cost of the parts of a packet on this host. */
export interface HostSpeed {
  /**
   * CPU time to encrypt and send one datagram, or to receive and decrypt one, mean of both,
   * median of all rounds, µs.
   */
  microsPerPacket: number;
  /** The value of `microsPerPacket` that a tenth of the rounds stay below, µs. */
  bestMicros: number;
  /** The value of `microsPerPacket` that a tenth of the rounds exceed, µs. */
  worstMicros: number;
  /** The part of `microsPerPacket` that encryption or decryption takes, µs. */
  cryptoMicros: number;
  /** CPU time of one timed wait, µs. */
  wakeMicros: number;
  /** Lateness of the ends of timed waits, 95th percentile, µs. */
  wakeLatenessMicros: number;
  /** Time that these measurements took, ms. */
  tookMs: number;
}

/**
 * Measures this host. Blocks for about a quarter of a second, and longer where other processes
 * keep it from a core.
 * @throws Error where UDP on 127.0.0.1 does not work
 */
export declare function measureHostSpeed(): HostSpeed;

/** Codec of an RTP payload. */
export type Codec =
  /** Opus (RFC 7587). */
  | 'opus'
  /** VP8 (RFC 7741). */
  | 'vp8'
  /** H.264 (RFC 6184). */
  | 'h264'
  /** VP9 (RFC 9628). */
  | 'vp9'
  /** AV1 (RTP Payload Format For AV1, of the Alliance for Open Media). */
  | 'av1'
  /** Another codec: its packets are counted, but not looked into. */
  | 'other';

/** Kind of a failure of the pump: the property `code` of the thrown `Error`. */
export type PumpErrorCode =
  /** An argument is out of range, or of the wrong form. The caller has a bug. */
  | 'invalid_argument'
  /** There is no peer, stream or clip with this handle, or it was closed. */
  | 'unknown_handle'
  /** The pump was closed. */
  | 'closed'
  /** The operating system refused a socket, a thread or a poller. */
  | 'system_resource'
  /** ICE, DTLS or SCTP refused an operation. */
  | 'transport'
  /** A thread does not respond, or code that served the peer panicked: a defect of the pump. */
  | 'internal_error'
  /** The data channel is not open. */
  | 'channel_not_open'
  /** The data channel buffers too much already; the message was not sent. */
  | 'channel_full';

/** Path on which media reaches the remote. */
export type PathKind =
  /** UDP. */
  | 'direct'
  /** TCP (RFC 6544). */
  | 'ice-tcp'
  /** A TURN server, reached by UDP. */
  | 'turn-udp'
  /** A TURN server, reached by TCP. */
  | 'turn-tcp'
  /** A TURN server, reached by TLS. */
  | 'turn-tls';

/** Reason why a path cannot be used. */
export type PathFailureCode =
  /** The TCP connection was refused or closed. */
  | 'tcp_refused'
  /** The TLS handshake failed: its certificate, its name, or an alert of the server. */
  | 'turn_tls'
  /** Nothing answered in time. */
  | 'no_answer'
  /** The TURN server does not accept the credentials (401, 441, or 400 as of pion). */
  | 'turn_unauthorized'
  /** The nonce stayed stale (438). */
  | 'turn_stale'
  /** The TURN server relays nothing to the address of the node (403). */
  | 'turn_peer_refused'
  /** The user has as many allocations as it may have (486), or the server has no more (508). */
  | 'turn_quota'
  /** Another error of the TURN server, or what it sent is not TURN. */
  | 'turn_error';

/**
 * State of the ICE agent, with the states in which media flows taken together (RFC 8445 §6.1.3,
 * `RTCIceConnectionState`).
 */
export type IceState =
  /** Checks are under way. */
  | 'checking'
  /** A pair is selected. */
  | 'connected'
  /** The consent checks of the selected pair fail (RFC 7675). */
  | 'disconnected';

/** Reason why a connection ended. */
export type CloseCode =
  /** The remote closed it. */
  | 'closed_by_remote'
  /** ICE, DTLS or SCTP failed. */
  | 'transport_failed'
  /** The handshake did not lead to keys that this crate can use. */
  | 'srtp_failed'
  /** A defect of this crate or of a library that it uses: the remote is not to blame. */
  | 'internal_error';

/** Cumulative counters of one sender: one SSRC, so one simulcast layer. */
export interface SenderStats {
  /** Handle of the sender. */
  sender: number;
  /** Handle of its peer. */
  peer: number;
  /** 1 while it sends, 0 while it is paused. */
  active: number;
  /** RTP packets sent, without retransmissions. */
  packets: number;
  /** RTP payload bytes of those packets. */
  bytes: number;
  /** Frames sent. */
  frames: number;
  /** Keyframes sent. */
  keyframes: number;
  /** Retransmissions sent, on the RTX stream or on the same SSRC. */
  rtxPackets: number;
  /** Packets sent again as padding, with rate adaptation: to probe, or to fill the bandwidth. */
  paddingPackets: number;
  /**
   * Sequence numbers that NACKs asked for, each counted once: what the remote missed at
   * first.
   */
  nackedPackets: number;
  /** NACK messages received (RFC 4585 §6.2.1). */
  nacks: number;
  /** PLI messages received (RFC 4585 §6.3.1). */
  plis: number;
  /** FIR messages received (RFC 5104 §4.3.1). */
  firs: number;
  /**
   * Packets lost after recovery, from the last receiver report (RFC 3550 §6.4.1),
   * cumulative.
   */
  remoteLost: number;
  /** Interarrival jitter that the remote reported last, ms. */
  remoteJitterMs: number;
  /** Last round-trip time from LSR and DLSR (RFC 3550 §6.4.1), ms; NaN until known. */
  rttMs: number;
  /** Packets that transport-wide feedback reported as received. */
  twccReceived: number;
  /** Packets that transport-wide feedback reported as not received: loss before recovery. */
  twccLost: number;
  /** Packets that left more than `LATE_SEND_MS` after their scheduled time. */
  lateSends: number;
  /** The longest delay of a packet after its scheduled time, ms. */
  maxLateMs: number;
  /**
   * Packets that the kernel refused for a reason on this host: a firewall, a full buffer, no
   * route, an interface that is down.
   */
  sendErrors: number;
  /**
   * Packets that were not sent because the remote, or a router, had reported that it is
   * gone.
   */
  unreachableSends: number;
  /** Bit rate of the clip that plays, payload and headers, bit/s; 0 while none does. */
  targetBps: number;
  /** Time for which the sender was to send video with rate adaptation, ms. */
  wantedMs: number;
  /**
   * The part of `wantedMs` for which the track was sent in less than full quality for lack
   * of bandwidth, ms.
   */
  limitedMs: number;
}

/**
 * Cumulative counters of one receiver: one remote track. Packets are RTP packets with media;
 * padding is counted separately.
 */
export interface ReceiverStats {
  /** Handle of the receiver. */
  receiver: number;
  /** Handle of its peer. */
  peer: number;
  /** RTP packets with media that were received. */
  packets: number;
  /** RTP payload bytes of those packets. */
  bytes: number;
  /**
   * Packets without media: padding, bandwidth probes, and silence or blank frames that the
   * server inserts.
   */
  paddingPackets: number;
  /**
   * Sequence numbers whose first transmission never arrived. Without RTX (audio) a late
   * first transmission cannot be distinguished from a retransmission once it was requested:
   * what the uplink of the publisher lost, and the server forwards late, counts here as
   * well.
   */
  lostBeforeRecovery: number;
  /** Sequence numbers of `lostBeforeRecovery` that no retransmission recovered either. */
  lost: number;
  /** Packets recovered by RTX or by a retransmission on the same SSRC. */
  recovered: number;
  /** Packets received again. */
  duplicates: number;
  /** Packets older than the newest one on arrival, retransmissions not included. */
  outOfOrder: number;
  /** Interarrival jitter (RFC 3550 §6.4.1), ms. */
  jitterMs: number;
  /** NACK messages sent (RFC 4585 §6.2.1). */
  nacks: number;
  /** Sequence numbers that NACKs asked for, each counted once. */
  nackedPackets: number;
  /** PLI messages sent (RFC 4585 §6.3.1). */
  plis: number;
  /** Keyframes received. */
  keyframes: number;
  /** Changes of resolution within the stream. */
  layerSwitches: number;
  /** Width of the last keyframe, pixels; 0 until known. */
  width: number;
  /** Height of the last keyframe, pixels; 0 until known. */
  height: number;
  /** Arrival of the first media packet, Unix ms; NaN until then. */
  firstPacketAt: number;
  /** Arrival of the last media packet, Unix ms; NaN until then. */
  lastPacketAt: number;
  /**
   * Media interruptions, i.e. pauses longer than `INTERRUPTION_MS`. One that is under way
   * counts.
   */
  interruptions: number;
  /** Sum of the media interruptions, ms. */
  interruptionMs: number;
  /** The longest media interruption, ms. */
  longestInterruptionMs: number;
  /**
   * One-way latency from abs-capture-time over the life of the receiver, median, ms; NaN
   * without samples.
   */
  latencyP50Ms: number;
  /** One-way latency as in `latencyP50Ms`, 95th percentile, ms; NaN without samples. */
  latencyP95Ms: number;
  /** One-way latency as in `latencyP50Ms`, maximum, ms; NaN without samples. */
  latencyMaxMs: number;
  /** Frames that were decrypted (end-to-end encryption): of audio all, of video one a second. */
  decryptedFrames: number;
  /** Frames that could not be decrypted, of those that were tried. */
  undecryptableFrames: number;
  /** Decrypted frames with another key index than the one before. */
  keyChanges: number;
}

/** Cumulative counters of one peer. */
export interface PeerStats {
  /** Handle of the peer. */
  peer: number;
  /** Round-trip time of STUN consent checks (RFC 7675), ms; NaN until known. */
  rttMs: number;
  /**
   * Datagrams that the kernel dropped because the receive buffer of a socket of this peer
   * was full.
   */
  socketDrops: number;
  /** Packets that a TCP connection did not take in time: the network was too slow for them. */
  streamDrops: number;
  /**
   * STUN, DTLS, data and RTCP packets on the selected pair, once media could flow, that the
   * kernel refused for a reason on this host. Media packets: `sendErrors` of each sender.
   */
  sendErrors: number;
  /** Bandwidth that REMB reported to the remote, bit/s; 0 when none was sent. */
  rembBps: number;
  /** Bandwidth that this side estimates for what it sends, bit/s; 0 without rate adaptation. */
  availableOutgoingBps: number;
  /** Data messages that SCTP took. */
  dataMessagesSent: number;
  /** Bytes of those messages, envelope included. */
  dataBytesSent: number;
  /** Data messages that SCTP refused because its buffer was full. */
  dataMessagesRefused: number;
  /**
   * Bytes that waited in the buffers of the data channels when messages were written, summed
   * over the messages.
   */
  dataBytesAhead: number;
  /** Data messages received. */
  dataMessagesReceived: number;
  /** Data messages received with end-to-end encryption that were decrypted. */
  dataMessagesDecrypted: number;
  /** Data messages received with end-to-end encryption that could not be decrypted. */
  dataMessagesUndecryptable: number;
  /** Datagrams that entered the impaired uplink. */
  impairedUp: number;
  /** Datagrams that the impaired uplink dropped. */
  impairedDroppedUp: number;
  /** Datagrams that entered the impaired downlink. */
  impairedDown: number;
  /** Datagrams that the impaired downlink dropped. */
  impairedDroppedDown: number;
}

/** Cumulative counters of one received flow of data messages. */
export interface DataFlowStats {
  /** Handle of the peer that receives it. */
  peer: number;
  /** Number of the flow, unique in the run. */
  flow: number;
  /** Messages received, duplicates not included. */
  received: number;
  /** Bytes of those messages, envelope included. */
  bytes: number;
  /** Messages lost. */
  lost: number;
  /** Messages received again. */
  duplicates: number;
  /** One-way latency over the life of the flow, median, ms; NaN without samples. */
  latencyP50Ms: number;
  /** One-way latency as in `latencyP50Ms`, 95th percentile, ms; NaN without samples. */
  latencyP95Ms: number;
  /** One-way latency as in `latencyP50Ms`, maximum, ms; NaN without samples. */
  latencyMaxMs: number;
}

/** A media interruption that has ended, of a receiver that was not muted. */
export interface Interruption {
  /** Handle of the receiver. */
  receiver: number;
  /** Arrival of the last packet before it, Unix ms. */
  from: number;
  /** Arrival of the first packet after it, Unix ms. */
  to: number;
}
