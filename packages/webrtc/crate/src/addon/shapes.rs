//! The objects that cross between JavaScript and Rust. Their fields and documentation become the
//! TypeScript contract, `packages/webrtc/src/addon.d.ts`.

use napi::bindgen_prelude::{Either, Float64Array, Int32Array, Null, Uint8Array, Uint32Array};
use napi_derive::napi;
use str0m::CandidateKind;

use crate::clip::Codec;
use crate::error::PumpError;
use crate::impairment::{LinkConfig, LinkError};
use crate::path::{PathFailureCode, PathKind};
use crate::peer::{self, CloseCode, FamilySends, IceState, PeerEvent};
use crate::rows::{
    DataFlowStats, Interruption, PeerStats, ReceiverStats, Row, SenderStats, Tables,
};
use crate::rtp;
use crate::sender::Spoken;
use crate::sketch::Sketch;
use crate::voice::VoiceEdge;

/// Options of the pump. There is one pump per process; each of its threads drives its share of the
/// peers.
#[napi(object, object_to_js = false)]
pub struct PumpOptions {
    /// Threads, 1 to 256.
    pub threads: u32,
    /// Interval at which a thread wakes to read its sockets and to send packets, 500 to 20,000 µs.
    /// Default: 4,000 µs (1,000 µs while a handshake is under way). The kernel stamps arrivals, so
    /// the interval adds nothing to what is measured; a frame may leave up to one tick late.
    pub tick_micros: Option<u32>,
    /// Unix time minus the time of the monotonic clock, ms, for the whole process: times of events
    /// and packets are monotonic times plus this. Default: measured at first use.
    pub clock_offset_ms: Option<f64>,
    /// A socket for every peer, everywhere. By default the peers of a thread on 127.0.0.1 share one
    /// socket, each with an address in 127/8 of its own, where the kernel is Linux and grants 8 MiB
    /// of receive buffer: that halves the cost of a packet.
    pub own_sockets: Option<bool>,
}

/// A defect that a test plants, see `plantDefect`.
#[napi(string_enum = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// Code that serves the peer panics.
    Panic,
    /// The thread of the peer does not run for ten minutes.
    Hang,
}

/// Something that happened to a peer, reported as it happens; at most a few per peer and second,
/// messages excepted.
/// `peer` is its handle, `at` is in Unix ms.
// The variants document their fields.
#[allow(missing_docs)]
#[napi(discriminant = "type", discriminant_case = "snake_case", object_from_js = false)]
pub enum PumpEvent {
    /// The ICE state changed.
    Ice { peer: u32, at: f64, state: IceState },
    /// The DTLS handshake is done: media can flow. `family`: 4 or 6, of the selected addresses.
    Connected { peer: u32, at: f64, family: u32 },
    /// A path cannot be used: it has `ended`, or reaches no address of the remote that is known so
    /// far. `server`: `ADDRESS:PORT` of what failed or did not answer.
    PathFailed {
        peer: u32,
        at: f64,
        path: PathKind,
        code: PathFailureCode,
        server: String,
        message: String,
        ended: bool,
    },
    /// The connection ended.
    Closed { peer: u32, at: f64, code: CloseCode, message: String },
    /// The data channel `label` is open.
    ChannelOpen { peer: u32, at: f64, label: String },
    /// A data message without a stamp, or a packet of a data track, arrived on the channel `label`,
    /// at `at`; only with `deliverMessages`.
    Message { peer: u32, at: f64, label: String, message: Uint8Array },
    /// The first media packet of `receiver` arrived, at `at`.
    FirstPacket { peer: u32, at: f64, receiver: u32 },
    /// The first frame of `receiver` that could be decrypted was complete, at `at`.
    FirstDecrypted { peer: u32, at: f64, receiver: u32 },
    /// The first packet with voice of a receiver arrived, at `at`.
    VoiceBegan { peer: u32, at: f64, receiver: u32 },
    /// The voice of a receiver paused: `from` and `at` are the arrivals of its first and last packet
    /// with voice. Reported `VOICE_PAUSE_MS` later.
    VoiceEnded { peer: u32, at: f64, receiver: u32, from: f64 },
    /// The voice of a clip that is played once was sent, from `from` to `at`. `cut`: another clip
    /// replaced it before its end.
    Spoken { peer: u32, at: f64, sender: u32, from: f64, cut: bool },
}

impl PumpEvent {
    pub(super) fn new(peer: u32, wall_ns: u64, event: PeerEvent) -> Self {
        let at = wall_ns as f64 / 1e6;
        match event {
            PeerEvent::Ice(state) => Self::Ice { peer, at, state },
            PeerEvent::Connected { is_ipv6 } => {
                Self::Connected { peer, at, family: if is_ipv6 { 6 } else { 4 } }
            }
            PeerEvent::PathFailed { path, failure, ended } => Self::PathFailed {
                peer,
                at,
                path,
                code: failure.code,
                server: failure.server.to_string(),
                message: failure.detail,
                ended,
            },
            PeerEvent::Closed(reason) => {
                Self::Closed { peer, at, code: reason.code(), message: reason.to_string() }
            }
            PeerEvent::ChannelOpen(label) => Self::ChannelOpen { peer, at, label },
            PeerEvent::Message { label, message, arrival } => {
                Self::Message { peer, at: arrival as f64 / 1e6, label, message: message.into() }
            }
            PeerEvent::FirstPacket { receiver, arrival } => {
                Self::FirstPacket { peer, at: arrival as f64 / 1e6, receiver }
            }
            PeerEvent::FirstDecrypted { receiver, arrival } => {
                Self::FirstDecrypted { peer, at: arrival as f64 / 1e6, receiver }
            }
            PeerEvent::Voice { receiver, edge: VoiceEdge::Began { at } } => {
                Self::VoiceBegan { peer, at: at as f64 / 1e6, receiver }
            }
            PeerEvent::Voice { receiver, edge: VoiceEdge::Ended { from, to } } => {
                let (from, at) = (from as f64 / 1e6, to as f64 / 1e6);
                Self::VoiceEnded { peer, at, receiver, from }
            }
            PeerEvent::Spoken { sender, spoken: Spoken { from, to, cut } } => {
                let (from, at) = (from as f64 / 1e6, to as f64 / 1e6);
                Self::Spoken { peer, at, sender, from, cut }
            }
        }
    }
}

/// `a=ice-ufrag` and `a=ice-pwd`.
#[napi(object, object_from_js = false)]
pub struct IceCredentials {
    /// User name fragment.
    pub ufrag: String,
    /// Password.
    pub pwd: String,
}

/// The local description of a new peer.
#[napi(object, object_from_js = false)]
pub struct LocalTransport {
    /// Handle for every other call.
    pub peer: u32,
    /// `a=ice-ufrag`.
    pub ufrag: String,
    /// `a=ice-pwd`.
    pub pwd: String,
    /// Value of `a=fingerprint`: `sha-256 AB:CD:…`.
    pub fingerprint: String,
    /// An `a=` line without the `a=`: `candidate:… 1 udp … typ host`. Empty for a peer without a
    /// UDP socket.
    pub candidate: String,
}

/// A TURN server (RFC 8656) and the credentials for it.
#[napi(object, object_to_js = false)]
pub struct TurnServerOptions {
    /// `ADDRESS:PORT`.
    pub address: String,
    /// Transport to the server: UDP, TCP or TLS.
    #[napi(ts_type = "Exclude<PathKind, 'direct' | 'ice-tcp'>")]
    pub path: PathKind,
    /// Name in the certificate of the server, which is also sent as SNI; used with TLS only.
    pub domain: String,
    /// User name of the long-term credentials (RFC 8489 §9.2).
    pub username: String,
    /// Password of that user.
    pub password: String,
}

/// Type of an ICE candidate (RFC 8839 §5.1).
#[napi(string_enum = "lowercase")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidateType {
    /// An address of the host.
    Host,
    /// The address of a NAT, learnt from STUN.
    Srflx,
    /// An address learnt from a check.
    Prflx,
    /// An address on a TURN server.
    Relay,
}

impl From<CandidateKind> for CandidateType {
    fn from(kind: CandidateKind) -> Self {
        match kind {
            CandidateKind::Host => Self::Host,
            CandidateKind::ServerReflexive => Self::Srflx,
            CandidateKind::PeerReflexive => Self::Prflx,
            CandidateKind::Relayed => Self::Relay,
        }
    }
}

/// The pair that ICE has selected (RFC 8445 §8.1.1).
#[napi(object, object_from_js = false)]
pub struct SelectedPair {
    /// Path on which media reaches the remote.
    pub path: PathKind,
    /// Type of the candidate of this side.
    pub local_candidate: CandidateType,
    /// Type of the candidate of the remote.
    pub remote_candidate: CandidateType,
    /// Protocol between the two candidates, whatever this side uses to reach its relay.
    #[napi(ts_type = "'udp' | 'tcp'")]
    pub protocol: String,
    /// Time from the first packet, or the TCP connection, to the allocation, ms; only with a relay.
    pub allocation_ms: Option<f64>,
}

impl From<peer::SelectedPair> for SelectedPair {
    fn from(pair: peer::SelectedPair) -> Self {
        Self {
            path: pair.path,
            local_candidate: pair.local.into(),
            remote_candidate: pair.remote.into(),
            protocol: if pair.is_tcp { "tcp" } else { "udp" }.into(),
            allocation_ms: pair.allocation_ns.map(|ns| ns as f64 / 1e6),
        }
    }
}

/// The impairment of one direction, on top of the real network: a queue in front of a link, loss on
/// it, delay behind it.
#[napi(object, object_to_js = false, js_name = "LinkImpairment")]
pub struct LinkOptions {
    /// Share of datagrams, 0 to 1.
    pub loss: f64,
    /// Mean length of a run of losses (Gilbert–Elliott), 1 to 1,000; 1: independent losses. Runs
    /// must be at least `loss / (1 - loss)` long.
    pub burst: f64,
    /// Delay of every datagram, 0 to 10,000 ms.
    pub delay_ms: f64,
    /// Mean of a variable delay in addition to `delayMs`, 0 to 1,000 ms. It is exponentially
    /// distributed, drawn again every 20 ms, and does not reorder.
    pub jitter_ms: f64,
    /// Share of datagrams that leave behind the one that followed them in their RTP stream, 0 to
    /// 0.5.
    pub reorder: f64,
    /// Rate of the link, 10,000 to 10^11 bit/s, with 28 bytes of IP and UDP headers for each
    /// datagram; null: no limit.
    pub rate_bps: Either<f64, Null>,
    /// Longest wait in the queue of a link with a rate, 0 to 10,000 ms: datagrams that would wait
    /// longer are dropped.
    pub queue_ms: f64,
}

impl LinkOptions {
    pub(super) fn config(self, direction: &'static str) -> Result<LinkConfig, PumpError> {
        self.checked().map_err(|source| PumpError::Link { direction, source })
    }

    fn checked(self) -> Result<LinkConfig, LinkError> {
        // The scenario language has the same limits (network.ts).
        let within = |field: &'static str, value: f64, min: f64, max: f64| {
            let is_within = (min..=max).contains(&value);
            is_within.then_some(value).ok_or(LinkError::OutOfRange { field, min, max, value })
        };
        let ns = |field: &'static str, ms: f64, max: f64| {
            within(field, ms, 0.0, max).map(|ms| (ms * 1e6) as u64)
        };
        let loss = within("loss", self.loss, 0.0, 1.0)?;
        let burst = within("burst", self.burst, 1.0, 1e3)?;
        // Between two runs there is at least one datagram that is not lost.
        if burst > 1.0 && loss < 1.0 && loss / (1.0 - loss) > burst + 1e-9 {
            return Err(LinkError::BurstTooShort { burst, loss });
        }
        Ok(LinkConfig {
            loss,
            burst,
            delay: ns("delayMs", self.delay_ms, 1e4)?,
            jitter: ns("jitterMs", self.jitter_ms, 1e3)?,
            reorder: within("reorder", self.reorder, 0.0, 0.5)?,
            rate: match self.rate_bps {
                Either::A(rate) => Some(within("rateBps", rate, 1e4, 1e11)?),
                Either::B(Null) => None,
            },
            queue: ns("queueMs", self.queue_ms, 1e4)?,
        })
    }
}

/// An impaired access network. All datagrams of the peer pass it: STUN, DTLS, media and feedback. A
/// datagram that the downlink drops was lost, and one that it delays arrived late; the time stamp
/// of an outgoing packet is the time at which it entered the uplink.
#[napi(object, object_to_js = false, js_name = "Impairment")]
pub struct ImpairmentOptions {
    /// Link from this peer to the remote.
    pub up: LinkOptions,
    /// Link from the remote to this peer.
    pub down: LinkOptions,
    /// Seed of the losses, 0 to 2^32 - 1: the same seed drops the same datagrams, by their number.
    pub seed: u32,
}

/// Options of a peer.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct PeerOptions {
    /// The cohort that the latency of data messages counts for (`latencies` of a sample); left out,
    /// it is only in the counters of each flow.
    pub data_cohort: Option<u32>,
    /// Report messages without a stamp as events. Messages that were encrypted end to end are not
    /// reported. Default: false.
    pub deliver_messages: Option<bool>,
    /// An impaired access network.
    pub impairment: Option<ImpairmentOptions>,
    /// Rate adaptation: the senders of the peer follow the estimated bandwidth, as in browsers
    /// (Google congestion control). It needs transport-wide sequence numbers. Default: false.
    pub rate_adaptation: Option<bool>,
}

/// Role of this peer in the DTLS handshake (RFC 5763 §5).
#[napi(string_enum = "lowercase")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DtlsRole {
    /// The remote has `a=setup:passive`.
    Client,
    /// The remote has `a=setup:active`.
    Server,
}

/// The remote description of a peer.
#[napi(object, object_to_js = false)]
pub struct RemoteTransport {
    /// `a=ice-ufrag`.
    pub ufrag: String,
    /// `a=ice-pwd`.
    pub pwd: String,
    /// Value of `a=fingerprint`.
    pub fingerprint: String,
    /// The role of this side.
    pub dtls_role: DtlsRole,
    /// True if this side is the controlling ICE agent: the offerer is (RFC 8445 §6.1.1).
    pub controlling: bool,
    /// True if data channels were negotiated.
    pub data_channels: bool,
}

/// Packets that a peer sent beside media (STUN, DTLS, data, RTCP) in one address family,
/// cumulative.
#[napi(object, object_from_js = false)]
pub struct ControlSends {
    /// Address family, 4 or 6.
    pub family: u32,
    /// Packets that were handed to the kernel.
    pub tried: f64,
    /// Packets that the kernel refused, by error.
    pub rejected: Vec<RejectedSends>,
}

/// Packets that the kernel refused with one error.
#[napi(object, object_from_js = false)]
pub struct RejectedSends {
    /// Error number of the operating system, as in `util.getSystemErrorName(-errno)`; 0 for an
    /// error without one.
    pub errno: i32,
    /// Packets, cumulative.
    pub packets: f64,
}

impl From<(u32, &FamilySends)> for ControlSends {
    fn from((family, sends): (u32, &FamilySends)) -> Self {
        let rejected = sends.rejected.iter();
        let rejected =
            rejected.map(|&(errno, packets)| RejectedSends { errno, packets: packets as f64 });
        Self { family, tried: sends.tried as f64, rejected: rejected.collect() }
    }
}

/// Header extension ids (RFC 8285); leave out what was not negotiated.
#[napi(object, object_to_js = false)]
pub struct ExtensionIds {
    /// Id of the mid (RFC 9143).
    pub mid: Option<u32>,
    /// Id of the rid (RFC 8852).
    pub rid: Option<u32>,
    /// Id of the rid of a retransmission (RFC 8852).
    pub repaired_rid: Option<u32>,
    /// Id of the audio level (RFC 6464).
    pub audio_level: Option<u32>,
    /// Id of abs-send-time.
    pub abs_send_time: Option<u32>,
    /// Id of abs-capture-time.
    pub abs_capture_time: Option<u32>,
    /// Id of transport-wide sequence numbers (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    pub transport_wide_cc: Option<u32>,
    /// Id of the dependency descriptor (AV1 RTP specification, appendix A).
    pub dependency_descriptor: Option<u32>,
}

impl From<ExtensionIds> for rtp::ExtensionIds {
    fn from(ids: ExtensionIds) -> Self {
        // One-byte ids go up to 14 (RFC 8285 §4.2): others are treated as not negotiated.
        let id = |id: Option<u32>| {
            id.and_then(|id| u8::try_from(id).ok()).filter(|id| *id <= 14).unwrap_or(0)
        };
        Self {
            mid: id(ids.mid),
            rid: id(ids.rid),
            repaired_rid: id(ids.repaired_rid),
            audio_level: id(ids.audio_level),
            abs_send_time: id(ids.abs_send_time),
            abs_capture_time: id(ids.abs_capture_time),
            transport_wide_cc: id(ids.transport_wide_cc),
            dependency_descriptor: id(ids.dependency_descriptor),
        }
    }
}

/// Audio or video.
#[napi(string_enum = "lowercase")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Opus.
    Audio,
    /// VP8, H.264, VP9 or AV1.
    Video,
}

/// One packetised clip, kept once per process and shared by all senders that play it.
#[napi(object, object_to_js = false)]
pub struct ClipData {
    /// Audio or video.
    pub kind: MediaKind,
    /// Codec of the payloads.
    #[napi(ts_type = "Exclude<Codec, 'other'>")]
    pub codec: Codec,
    /// RTP clock, Hz: 48000 or 90000.
    pub clock_rate: u32,
    /// Width, pixels; 0 for audio.
    pub width: u32,
    /// Height, pixels; 0 for audio.
    pub height: u32,
    /// All RTP payloads, one after the other. VP8 payloads have no payload descriptor: the pump
    /// writes it, as the picture id runs on. In those of VP9 it fills in the picture id. VP9 and
    /// AV1 payloads are preceded by their dependency descriptor, and that by its length in one
    /// byte.
    pub payload: Uint8Array,
    /// Four numbers per packet: offset in `payload`, length, marker (0 or 1), starts a frame (0 or
    /// 1).
    pub packets: Uint32Array,
    /// Four numbers per frame: first packet, packets, duration in RTP clock ticks, keyframe (0 or
    /// 1). The first frame is a keyframe; the clip loops.
    pub frames: Uint32Array,
    /// RFC 6464 level in -dBov (0 loud … 127 silent) per frame; empty for video.
    pub audio_levels: Uint8Array,
}

/// A new sender.
#[napi(object, object_to_js = false)]
pub struct SenderOptions {
    /// Handle of its peer.
    pub peer: u32,
    /// Handle returned by `addClip`.
    pub clip: u32,
    /// Clips of the same picture and codec for rate adaptation, lowest bit rate first, up to 8.
    /// They play while bandwidth does not suffice for `clip`.
    pub lower_clips: Option<Vec<u32>>,
    /// `a=mid`.
    pub mid: String,
    /// `a=rid` of a simulcast layer, when several senders share a mid.
    pub rid: Option<String>,
    /// SSRC of the stream.
    pub ssrc: u32,
    /// RTP payload type.
    pub payload_type: u32,
    /// SSRC of the RTX stream (RFC 4588); left out when RTX was not negotiated: then NACKs are
    /// answered on the same SSRC.
    pub rtx_ssrc: Option<u32>,
    /// Payload type of the RTX stream.
    pub rtx_payload_type: Option<u32>,
    /// RTCP CNAME of the participant (RFC 3550 §6.5.1).
    pub cname: String,
    /// Header extensions of this m-line, when they are fewer than the peer's; left out, the peer's.
    /// LiveKit negotiates transport-wide sequence numbers on video only: on audio the server would
    /// read them as gaps, i.e. as loss.
    pub extensions: Option<ExtensionIds>,
    /// Appends its capture time to each frame of a video, as livekit-client's `frameMetadata` does.
    /// Default: no.
    pub frame_metadata: Option<bool>,
    /// True if the sender is active from the start.
    pub active: bool,
}

/// One negotiated payload type of a receiver.
#[napi(object, object_to_js = false)]
pub struct ReceiverPayload {
    /// RTP payload type.
    pub payload_type: u32,
    /// Codec of the payload type.
    pub codec: Codec,
    /// RTP clock, Hz.
    pub clock_rate: u32,
    /// Payload type of its retransmissions (RFC 4588).
    pub rtx_payload_type: Option<u32>,
}

/// A new receiver.
#[napi(object, object_to_js = false)]
pub struct ReceiverOptions {
    /// Handle of its peer.
    pub peer: u32,
    /// Audio or video.
    pub kind: MediaKind,
    /// `a=mid`.
    pub mid: String,
    /// SSRC from `a=ssrc`; left out when it was not signalled: then packets are found by mid.
    pub ssrc: Option<u32>,
    /// SSRC of the RTX stream.
    pub rtx_ssrc: Option<u32>,
    /// Negotiated payload types.
    pub payloads: Vec<ReceiverPayload>,
    /// True if NACK was negotiated for this m-line (RFC 4585 §6.2.1).
    pub nack: bool,
    /// True if PLI was negotiated for this m-line (RFC 4585 §6.3.1).
    pub pli: bool,
    /// True if REMB was negotiated for this m-line.
    pub remb: bool,
    /// The cohort that its latency counts for (`latencies` of a sample); left out, it is only in
    /// the counters of the receiver.
    pub cohort: Option<u32>,
}

/// A new data channel.
#[napi(object, object_to_js = false)]
pub struct DataChannelOptions {
    /// Handle of its peer.
    pub peer: u32,
    /// Label, unique in the peer.
    pub label: String,
    /// True if messages arrive in order.
    pub ordered: bool,
    /// The most retransmissions of a message; `null`: reliable.
    pub max_retransmits: Either<u32, Null>,
}

/// Data messages that the pump sends at an interval. The template is sent as it is, except for
/// `DATA_STAMP_BYTES` at `stampOffset`: there the pump writes a magic number, the number of the
/// flow, a sequence number and the time of sending. A receiving pump finds the magic number
/// anywhere in a message, and counts loss and latency from it.
#[napi(object, object_to_js = false)]
pub struct DataFlowOptions {
    /// Handle of its peer.
    pub peer: u32,
    /// Label of an open data channel.
    pub label: String,
    /// The message.
    pub template: Uint8Array,
    /// Offset of the stamp in the template, bytes.
    pub stamp_offset: u32,
    /// Interval between messages, above 0 ms.
    pub interval_ms: f64,
    /// Number of the flow, unique in the run: receivers count sequence numbers by it.
    pub flow: u32,
    /// End-to-end encryption of the flow: the template is then the `EncryptedPacketPayload` of each
    /// message.
    pub encryption: Option<DataEncryption>,
}

/// End-to-end encryption of a data flow.
#[napi(object, object_to_js = false)]
pub struct DataEncryption {
    /// Handle returned by `addKeyRing`.
    pub key_ring: u32,
    /// Index of the key to encrypt with.
    pub key_index: u32,
    /// The `DataPacket` to which the encrypted packet is appended.
    pub envelope: Uint8Array,
}

/// A key of end-to-end encryption.
#[napi(object, object_to_js = false)]
pub struct FrameKey {
    /// Index of the key, 0 to 15; every frame names it.
    pub index: u32,
    /// The derived key, 16 bytes.
    pub key: Uint8Array,
}

/// One-way latency of everything that was received since the last sample and counts for a cohort:
/// bins of a DDSketch of 2 % relative error, in milliseconds. Bin k holds (γ^(k-1), γ^k].
#[napi(object, object_from_js = false)]
pub struct CohortLatency {
    /// Number of the cohort.
    pub cohort: u32,
    /// Keys of the bins that are not empty.
    pub keys: Int32Array,
    /// Values in each of those bins.
    pub counts: Uint32Array,
    /// Values at or below 0.001 ms.
    pub zeros: u32,
}

impl From<(u32, &Sketch)> for CohortLatency {
    fn from((cohort, sketch): (u32, &Sketch)) -> Self {
        let (keys, counts) = sketch.bins();
        Self { cohort, keys: keys.into(), counts: counts.into(), zeros: sketch.zeros }
    }
}

/// One sample. The tables have one row per stream and the columns of `sampleColumns`.
#[napi(object, object_from_js = false)]
pub struct SampleTables {
    /// Rows of `SenderStats`.
    pub senders: Float64Array,
    /// Rows of `ReceiverStats`.
    pub receivers: Float64Array,
    /// Rows of `PeerStats`.
    pub peers: Float64Array,
    /// Rows of `DataFlowStats`.
    pub flows: Float64Array,
    /// Rows of `Interruption`: those that ended since the last sample, in order for each receiver.
    pub interruptions: Float64Array,
    /// Cohorts that received anything since the last sample.
    pub latencies: Vec<CohortLatency>,
    /// Datagrams sent on all sockets, cumulative, for the cost of a packet. Datagrams that an
    /// impaired uplink drops are not included.
    pub datagrams_sent: f64,
    /// Datagrams received on all sockets, cumulative.
    pub datagrams_received: f64,
    /// Bytes of the datagrams sent, with their headers of UDP and IP, cumulative. Bytes that TURN
    /// and TCP add are not included.
    pub wire_bytes_sent: f64,
    /// Bytes of the datagrams received, counted as in `wireBytesSent`.
    pub wire_bytes_received: f64,
    /// Datagrams that the kernel dropped on sockets that peers share, cumulative; `socketDrops` of
    /// a peer has the others.
    pub shared_socket_drops: f64,
    /// The longest delay of a thread's wake-up since the last sample, ms.
    pub max_tick_late_ms: f64,
    /// CPU time of the pump's threads, cumulative, s.
    pub cpu_seconds: f64,
    /// Threads that have not run for two seconds or more. Counters of those that hold their lock
    /// are missing from this sample.
    pub stuck_threads: u32,
}

impl From<Tables> for SampleTables {
    fn from(tables: Tables) -> Self {
        Self {
            senders: tables.senders.into(),
            receivers: tables.receivers.into(),
            peers: tables.peers.into(),
            flows: tables.flows.into(),
            interruptions: tables.interruptions.into(),
            latencies: tables.latencies.iter().map(Into::into).collect(),
            datagrams_sent: tables.datagrams_sent as f64,
            datagrams_received: tables.datagrams_received as f64,
            wire_bytes_sent: tables.wire_bytes_sent as f64,
            wire_bytes_received: tables.wire_bytes_received as f64,
            shared_socket_drops: tables.shared_socket_drops as f64,
            max_tick_late_ms: tables.max_tick_late_ns as f64 / 1e6,
            cpu_seconds: tables.cpu_ns as f64 / 1e9,
            stuck_threads: tables.stuck_threads,
        }
    }
}

/// Names of the columns of each table of a sample, in their order.
#[napi(object, object_from_js = false)]
pub struct SampleColumns {
    /// Columns of `SenderStats`.
    pub senders: Vec<String>,
    /// Columns of `ReceiverStats`.
    pub receivers: Vec<String>,
    /// Columns of `PeerStats`.
    pub peers: Vec<String>,
    /// Columns of `DataFlowStats`.
    pub flows: Vec<String>,
    /// Columns of `Interruption`.
    pub interruptions: Vec<String>,
}

impl SampleColumns {
    pub(super) fn read() -> Self {
        Self {
            senders: column_names::<SenderStats>(),
            receivers: column_names::<ReceiverStats>(),
            peers: column_names::<PeerStats>(),
            flows: column_names::<DataFlowStats>(),
            interruptions: column_names::<Interruption>(),
        }
    }
}

fn column_names<R: Row>() -> Vec<String> {
    R::COLUMNS.iter().map(|column| camel_case(column)).collect()
}

/// Converts a name as napi-rs does for the fields of objects.
fn camel_case(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_ascii_uppercase() + rest
    })
}
