//! Receives one remote track: counts what arrives and what does not, how late and how evenly, and
//! requests what is missing.

mod arrivals;
mod layers;
mod recovery;
mod report;

use self::arrivals::Arrivals;
pub use self::arrivals::INTERRUPTION_NS;
use self::layers::Layers;
use self::recovery::Recovery;
pub use self::report::ReportBlock;
use self::report::ReportState;
use crate::clip::Codec;
use crate::clock;
use crate::cohorts::Cohort;
use crate::e2ee::{Decryption, Part, SEALED_BYTES};
use crate::filler::is_filler;
use crate::frame_size::{FrameSize, keyframe_size};
use crate::prefetch::prefetch;
use crate::rtp::{Extensions, RtpHeader};
use crate::sequence::{Arrival, SequenceTracker, Transmission};
use crate::sketch::{Binned, Sketch};
use crate::voice::{VoiceDetector, VoiceEdge};

/// An Opus packet of a table-of-contents byte, and a frame count at most, is a frame without
/// contents (RFC 6716 §3.2.1, libopus).
const EMPTY_OPUS_BYTES: usize = 2;

/// One negotiated payload type.
#[derive(Debug, Clone, Copy)]
pub struct ReceiverPayload {
    /// RTP payload type.
    pub payload_type: u8,
    /// Codec of the payload type.
    pub codec: Codec,
    /// RTP clock, Hz.
    pub clock_rate: u32,
    /// Payload type of its retransmissions (RFC 4588).
    pub rtx_payload_type: Option<u8>,
}

/// Negotiated settings of a receiver.
pub struct ReceiverConfig {
    /// True for video, false for audio.
    pub video: bool,
    /// `a=mid`.
    pub mid: Vec<u8>,
    /// Signalled by `a=ssrc`, or learnt from the mid extension.
    pub ssrc: Option<u32>,
    /// SSRC of the RTX stream.
    pub rtx_ssrc: Option<u32>,
    /// Negotiated payload types.
    pub payloads: Vec<ReceiverPayload>,
    /// True if NACK was negotiated (RFC 4585 §6.2.1).
    pub nack: bool,
    /// True if PLI was negotiated (RFC 4585 §6.3.1).
    pub pli: bool,
    /// True if REMB was negotiated.
    pub remb: bool,
    /// The cohort that its latency counts for.
    pub cohort: Option<Cohort>,
}

/// Cumulative counters of a receiver; [`crate::rows::ReceiverStats`] documents them.
#[derive(Debug, Default, Clone)]
#[allow(missing_docs)]
pub struct ReceiverCounters {
    pub packets: u64,
    pub bytes: u64,
    pub padding_packets: u64,
    pub duplicates: u64,
    pub out_of_order: u64,
    pub nacks: u64,
    pub nacked_packets: u64,
    pub plis: u64,
    pub keyframes: u64,
    pub layer_switches: u64,
    pub size: Option<FrameSize>,
}

/// Arrival of a packet.
#[derive(Clone, Copy)]
pub struct Delivery {
    /// Extended sequence number, see [`Receiver::extend`].
    pub extended: u64,
    /// True if the packet arrived on the RTX stream.
    pub rtx: bool,
    /// Arrival, wall clock, ns.
    pub arrival: u64,
    /// Time of the wake-up that handles the packet, monotonic ns.
    pub now: u64,
}

/// Changes that a packet made, for the counters of the thread.
#[derive(Debug, Default, PartialEq)]
pub struct PacketOutcome {
    /// True for the first media packet of the receiver.
    pub first: bool,
    /// True if the packet completed the first frame that could be decrypted.
    pub first_decrypted: bool,
    /// Arrival of the packet before, wall clock, ns, if this packet ended a media interruption.
    pub silent_since: Option<u64>,
    /// One-way latency from abs-capture-time.
    pub latency: Option<Binned>,
    /// Voice that began with the packet.
    pub voice: Option<VoiceEdge>,
}

/// One remote track.
pub struct Receiver {
    /// Negotiated settings, and SSRCs that were learnt.
    pub config: ReceiverConfig,
    /// Counters of the track.
    pub counters: ReceiverCounters,
    /// Decryption of a track with end-to-end encryption, once its keys are set.
    pub decryption: Option<Box<Decryption>>,
    /// Detector of voice, if this side listens to the track.
    pub voice: Option<Box<VoiceDetector>>,
    sequences: SequenceTracker,
    rtx_sequences: SequenceTracker,
    arrivals: Arrivals,
    layers: Option<Box<Layers>>,
    recovery: Recovery,
    latency: Option<Sketch>,
    reports: ReportState,
}

impl Receiver {
    /// A receiver that has received nothing.
    pub fn new(config: ReceiverConfig) -> Self {
        Self {
            counters: ReceiverCounters::default(),
            decryption: None,
            voice: None,
            sequences: SequenceTracker::default(),
            rtx_sequences: SequenceTracker::default(),
            arrivals: Arrivals::default(),
            layers: None,
            recovery: Recovery::new(config.nack, config.pli, config.video),
            latency: None,
            reports: ReportState::default(),
            config,
        }
    }

    /// Requests what [`Receiver::feedback_at`] reads.
    pub fn prefetch_feedback(&self) {
        prefetch::<2, _>(&self.recovery);
    }

    /// Requests what it points at, for the next packet. Some time after its own lines.
    pub fn prefetch_counted(&self) {
        if let Some(payload) = self.config.payloads.first() {
            prefetch::<1, _>(payload);
        }
        self.sequences.prefetch();
        if let Some(latency) = &self.latency {
            latency.prefetch();
        }
    }

    /// Extended sequence number of a packet that was not decrypted yet; its upper part gives the
    /// SRTP rollover counter.
    pub fn extend(&self, sequence: u16, rtx: bool) -> u64 {
        self.sequences_of(rtx).extend(sequence)
    }

    /// Returns true once a packet has arrived from which the SRTP rollover counter follows.
    pub fn knows_rollover(&self, rtx: bool) -> bool {
        self.sequences_of(rtx).highest().is_some()
    }

    fn sequences_of(&self, rtx: bool) -> &SequenceTracker {
        if rtx { &self.rtx_sequences } else { &self.sequences }
    }

    /// Sequence numbers of the stream that were received, recovered or lost.
    pub fn sequences(&self) -> &SequenceTracker {
        &self.sequences
    }

    /// One-way latency over the life of the receiver.
    pub fn latency(&self) -> Option<&Sketch> {
        self.latency.as_ref()
    }

    /// Interarrival jitter (RFC 3550 §6.4.1), ms.
    pub fn jitter_ms(&self) -> f64 {
        self.arrivals.jitter() * 1000.0
    }

    /// Arrival of the first media packet, wall clock, ns.
    pub fn first_at(&self) -> Option<u64> {
        Some(self.arrivals.first_at).filter(|at| *at != 0)
    }

    /// Arrival of the last media packet, wall clock, ns.
    pub fn last_at(&self) -> Option<u64> {
        Some(self.arrivals.last_at).filter(|at| *at != 0)
    }

    /// Media interruptions by `wall`, the one under way included: how many, their sum, and the
    /// longest, ns.
    pub fn interruptions(&self, wall: u64) -> (u64, u64, u64) {
        let open = self.arrivals.open_interruption(wall);
        let Arrivals { interruptions, interruption_ns, longest_interruption_ns, .. } =
            self.arrivals;
        let count = interruptions + (open > 0) as u64;
        (count, interruption_ns + open, longest_interruption_ns.max(open))
    }

    /// Mutes the track or unmutes it, at `wall`, wall clock, ns. While it is muted, silence is not
    /// an interruption.
    pub fn set_muted(&mut self, muted: bool, wall: u64) {
        self.arrivals.set_muted(muted, wall);
    }

    /// The round-trip time that spaces repeated NACKs.
    pub fn set_rtt(&mut self, rtt_ms: f64) {
        self.recovery.set_rtt(rtt_ms);
    }

    /// Counts a packet that was authenticated. `payload` has no padding; that of RTX still begins
    /// with the original sequence number.
    pub fn on_packet(
        &mut self,
        header: &RtpHeader,
        payload: &[u8],
        extensions: &Extensions<'_>,
        delivery: Delivery,
    ) -> PacketOutcome {
        let Delivery { extended, rtx, arrival, now } = delivery;
        let mut outcome = PacketOutcome::default();
        let (extended, payload) = if rtx {
            self.rtx_sequences.on_packet(extended, Transmission::Original);
            let Some((original, payload)) = payload.split_first_chunk::<2>() else {
                self.counters.padding_packets += 1; // a bandwidth probe carries nothing
                return outcome;
            };
            (self.sequences.extend(u16::from_be_bytes(*original)), payload)
        } else {
            (extended, payload)
        };
        let is_first = self.sequences.highest().is_none();
        let transmission = match (rtx, self.config.rtx_ssrc) {
            (true, _) => Transmission::Retransmission,
            (false, Some(_)) => Transmission::Original,
            (false, None) => Transmission::Unmarked,
        };
        let arrived = self.sequences.on_packet(extended, transmission);
        match arrived {
            Arrival::Next { missing } => self.recovery.on_missing(extended, missing, now),
            Arrival::Restart => self.recovery.on_restart(now),
            Arrival::OutOfOrder => self.counters.out_of_order += 1,
            Arrival::Duplicate => {
                self.counters.duplicates += 1;
                return outcome;
            }
            Arrival::Recovered => {}
            Arrival::Unknown => return outcome,
        }
        if payload.is_empty() {
            self.counters.padding_packets += 1;
            return outcome;
        }
        let format = self.payload(header.payload_type);
        if is_first {
            self.recovery.want_keyframe(now);
        }
        if format.is_some_and(|format| self.is_filler(format.codec, payload)) {
            self.counters.padding_packets += 1;
            return outcome;
        }
        outcome.first = self.counters.packets == 0;
        self.counters.packets += 1;
        self.counters.bytes += payload.len() as u64;
        let is_in_order = matches!(arrived, Arrival::Next { .. } | Arrival::Restart);
        let begins_pause = format.is_some_and(|format| self.begins_pause(format.codec, payload));
        outcome.silent_since = self.arrivals.on_media(arrival, begins_pause);
        if let Some(format) = format
            && !rtx
            && is_in_order
        {
            self.arrivals.on_timestamp(header.timestamp, format.clock_rate, arrival);
        }
        if let Some(voice) = &mut self.voice
            && is_in_order
            && format.is_some_and(|format| format.codec == Codec::Opus)
        {
            outcome.voice = voice.on_packet(payload, arrival, now);
        }
        if self.config.video
            && let Some(format) = format
        {
            self.look_for_keyframe(format.codec, header.timestamp, payload, extensions);
        }
        if let (Some(decryption), Some(format)) = (&mut self.decryption, format) {
            let RtpHeader { timestamp, marker, .. } = *header;
            let codec = format.codec;
            let part = Part { codec, timestamp, marker, sequence: extended, payload };
            outcome.first_decrypted = decryption.on_part(&part, now);
        }
        if let Some(capture) = extensions.capture_ntp {
            let latency = clock::ms_between(clock::wall_from_ntp(capture), clock::shared(arrival));
            let latency = Binned::new(latency);
            self.latency.get_or_insert_default().add(latency);
            outcome.latency = Some(latency);
        }
        outcome
    }

    /// Returns true if the server inserted the frame.
    fn is_filler(&self, codec: Codec, payload: &[u8]) -> bool {
        match &self.decryption {
            None => is_filler(codec, payload),
            Some(decryption) => decryption.is_filler(codec, payload),
        }
    }

    /// Returns true for an Opus packet without contents: the encoder is in DTX, and sends the next
    /// packet when speech continues, or with its next comfort noise.
    fn begins_pause(&self, codec: Codec, payload: &[u8]) -> bool {
        let sealed = if self.decryption.is_some() { SEALED_BYTES } else { 0 };
        codec == Codec::Opus && payload.len() <= EMPTY_OPUS_BYTES + sealed
    }

    fn payload(&self, payload_type: u8) -> Option<ReceiverPayload> {
        let mut payloads = self.config.payloads.iter();
        payloads
            .find(|p| p.payload_type == payload_type || p.rtx_payload_type == Some(payload_type))
            .copied()
    }

    fn look_for_keyframe(
        &mut self,
        codec: Codec,
        timestamp: u32,
        payload: &[u8],
        extensions: &Extensions<'_>,
    ) {
        if matches!(codec, Codec::Vp9 | Codec::Av1) {
            let layers = self.layers.get_or_insert_default();
            let seen = match codec {
                Codec::Vp9 => layers.on_vp9(timestamp, payload),
                _ => layers.on_av1(timestamp, payload, extensions.dependency_descriptor),
            };
            if seen.keyframe {
                self.on_keyframe();
            }
            if let Some(size) = seen.size {
                self.on_size(size);
            }
        } else if let Some(size) = keyframe_size(codec, payload) {
            self.on_keyframe();
            self.on_size(size);
        }
    }

    fn on_keyframe(&mut self) {
        self.counters.keyframes += 1;
        self.recovery.on_keyframe();
    }

    fn on_size(&mut self, size: FrameSize) {
        if self.counters.size.is_some_and(|before| before != size) {
            self.counters.layer_switches += 1;
        }
        self.counters.size = Some(size);
    }

    /// Sequence numbers to NACK now; empty for none. Monotonic ns.
    pub fn nacks_due(&mut self, now: u64) -> Vec<u16> {
        let (due, first_time) = self.recovery.nacks_due(&mut self.sequences, now);
        self.counters.nacked_packets += first_time;
        self.counters.nacks += !due.is_empty() as u64;
        due
    }

    /// Returns true if a PLI is to be sent at `now`, monotonic ns, and counts it as sent.
    pub fn pli_due(&mut self, now: u64) -> bool {
        let due = self.recovery.pli_due(now);
        self.counters.plis += due as u64;
        due
    }

    /// Returns true if [`Receiver::feedback_at`] may have moved.
    pub fn wants_feedback(&self) -> bool {
        self.recovery.is_pending() || self.voice.is_some()
    }

    /// Time at which [`Receiver::nacks_due`], [`Receiver::pli_due`] or the detector of voice has
    /// something next, monotonic ns; `u64::MAX` for never.
    pub fn feedback_at(&self) -> u64 {
        let voice = self.voice.as_ref().map_or(u64::MAX, |voice| voice.due_at());
        self.recovery.due_at().min(voice)
    }

    /// Takes the NTP time of a sender report. `arrival`: wall clock, ns.
    pub fn on_sender_report(&mut self, ntp: u64, arrival: u64) {
        self.reports.on_sender_report(ntp, arrival);
    }

    /// The report block about this stream; `None` until a packet has arrived. `wall`: wall clock,
    /// ns.
    pub fn report_block(&mut self, wall: u64) -> Option<ReportBlock> {
        let (ssrc, highest) = (self.config.ssrc?, self.sequences.highest()?);
        // Received is what arrived on this SSRC (RFC 3550 §6.4.1). What RTX recovered arrived on
        // another (RFC 4588 §4) and stays lost here, as browsers report it.
        let lost = match self.config.rtx_ssrc {
            Some(_) => self.sequences.lost_before_recovery(),
            None => self.sequences.lost(),
        };
        let clock_rate = self.config.payloads.first().map_or(90_000, |p| p.clock_rate);
        let jitter = (self.arrivals.jitter() * clock_rate as f64) as u32;
        let expected = self.sequences.expected();
        Some(self.reports.block(ssrc, highest, expected, lost, jitter, wall))
    }
}

#[cfg(test)]
mod tests;
