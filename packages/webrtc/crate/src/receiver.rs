//! One remote track as it arrives: what came, what did not, how late and how evenly, and what to ask for again.

use std::collections::VecDeque;

use crate::clip::Codec;
use crate::clock;
use crate::cohorts::Cohort;
use crate::filler::is_filler;
use crate::frame_size::{FrameSize, keyframe_size};
use crate::rtp::{Extensions, RtpHeader};
use crate::sequence::{Arrival, SequenceTracker, Transmission};
use crate::sketch::{Binned, Sketch};

const MS: u64 = 1_000_000;
/// Keep in step with `GAP_MS` in TypeScript.
const GAP_NS: u64 = 500 * MS;
/// A packet may be this late before it is asked for: reordering is no loss.
const REORDER_WAIT_NS: u64 = 10 * MS;
/// A packet is asked for at most this often, and not after this long: a jitter buffer would have given it up.
const NACK_TRIES: u8 = 10;
const NACK_AGE_NS: u64 = 1000 * MS;
const NACK_INTERVAL_MIN_NS: u64 = 20 * MS;
/// More than this missing at once: only a keyframe helps (libwebrtc uses the same bound).
const NACK_LIST_MAX: usize = 1000;
const PLI_INTERVAL_NS: u64 = 500 * MS;

#[derive(Debug, Clone, Copy)]
pub struct ReceiverPayload {
    pub payload_type: u8,
    pub codec: Codec,
    pub clock_rate: u32,
    pub rtx_payload_type: Option<u8>,
}

pub struct ReceiverConfig {
    pub video: bool,
    pub mid: Vec<u8>,
    pub ssrc: Option<u32>,
    pub rtx_ssrc: Option<u32>,
    pub payloads: Vec<ReceiverPayload>,
    pub nack: bool,
    pub pli: bool,
    pub remb: bool,
    /// Whom its latency counts for.
    pub cohort: Option<Cohort>,
}

#[derive(Debug, Default, Clone)]
pub struct ReceiverStats {
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
    /// Wall clock, ns; 0 when nothing came.
    pub first_at: u64,
    pub last_at: u64,
    pub gaps: u64,
    pub gap_ns: u64,
    pub longest_gap_ns: u64,
}

struct Missing {
    sequence: u64,
    since: u64,
    next_ask: u64,
    tries: u8,
}

/// The last sender report about this track: what a receiver report echoes.
#[derive(Default, Clone, Copy)]
struct SenderReportSeen {
    compact_ntp: u32,
    arrival: u64,
}

pub struct Receiver {
    pub config: ReceiverConfig,
    pub stats: ReceiverStats,
    sequences: SequenceTracker,
    rtx_rollover: SequenceTracker,
    missing: VecDeque<Missing>,
    latency: Option<Sketch>,
    /// RFC 3550 A.8, in seconds.
    jitter: f64,
    last_transit: Option<(u32, f64)>,
    sender_report: SenderReportSeen,
    /// At the last receiver report, for the fraction lost.
    reported: (u64, u64),
    keyframe_wanted_since: Option<u64>,
    last_pli: u64,
    muted: bool,
    rtt_ns: u64,
}

/// A report block before it is written (RFC 3550 §6.4.1).
pub struct ReportBlock {
    pub ssrc: u32,
    pub fraction_lost: u8,
    pub cumulative_lost: u32,
    pub extended_highest: u32,
    pub jitter: u32,
    pub last_sr: u32,
    pub delay_since_last_sr: u32,
}

/// How a packet came: its extended sequence number, whether on the RTX stream, and when by the wall clock and the monotonic one.
#[derive(Clone, Copy)]
pub struct Came {
    pub extended: u64,
    pub rtx: bool,
    pub arrival: u64,
    pub now: u64,
}

/// What a packet was, for whoever counts over all tracks.
#[derive(Default)]
pub struct Received {
    pub first: bool,
    /// When the last packet before it came, wall clock ns: it ended a gap.
    pub silent_since: Option<u64>,
    pub latency: Option<Binned>,
}

impl Receiver {
    pub fn new(config: ReceiverConfig) -> Self {
        Self {
            config,
            stats: ReceiverStats::default(),
            sequences: SequenceTracker::default(),
            rtx_rollover: SequenceTracker::default(),
            missing: VecDeque::new(),
            latency: None,
            jitter: 0.0,
            last_transit: None,
            sender_report: SenderReportSeen::default(),
            reported: (0, 0),
            keyframe_wanted_since: None,
            last_pli: 0,
            muted: false,
            rtt_ns: 100 * MS,
        }
    }

    /// Extended sequence number of a packet that was not decrypted yet; the rollover counter is its upper part.
    pub fn extend(&self, sequence: u16, rtx: bool) -> u64 {
        if rtx { self.rtx_rollover.extend(sequence) } else { self.sequences.extend(sequence) }
    }

    /// Whether enough came to tell SRTP's rollover counter.
    pub fn knows_rollover(&self, rtx: bool) -> bool {
        if rtx { self.rtx_rollover.highest().is_some() } else { self.sequences.highest().is_some() }
    }

    pub fn sequences(&self) -> &SequenceTracker {
        &self.sequences
    }

    pub fn latency(&self) -> Option<&Sketch> {
        self.latency.as_ref()
    }

    pub fn jitter_ms(&self) -> f64 {
        self.jitter * 1000.0
    }

    pub fn set_muted(&mut self, muted: bool, wall: u64) {
        if self.muted && !muted && self.stats.last_at != 0 {
            self.stats.last_at = wall; // the pause so far was meant
        }
        self.muted = muted;
    }

    pub fn set_rtt(&mut self, rtt_ms: f64) {
        self.rtt_ns = (rtt_ms * 1e6) as u64;
    }

    /// The pause that is going on at `wall`, ns; 0 when there is none.
    pub fn open_gap(&self, wall: u64) -> u64 {
        let pause = wall.saturating_sub(self.stats.last_at);
        if self.stats.last_at == 0 || self.muted || pause <= GAP_NS { 0 } else { pause }
    }

    /// Counts a packet that was authenticated. `payload` is without padding; for RTX it still begins with the original sequence number.
    pub fn on_packet(
        &mut self,
        header: &RtpHeader,
        payload: &[u8],
        extensions: &Extensions<'_>,
        came: Came,
    ) -> Received {
        let Came { extended, rtx, arrival, now } = came;
        let mut received = Received::default();
        let (extended, payload) = if rtx {
            self.rtx_rollover.arrived(extended, Transmission::First);
            let Some((original, payload)) = payload.split_first_chunk::<2>() else {
                self.stats.padding_packets += 1; // a probe carries nothing
                return received;
            };
            (self.sequences.extend(u16::from_be_bytes(*original)), payload)
        } else {
            (extended, payload)
        };
        let nothing_before = self.sequences.highest().is_none();
        let transmission = match (rtx, self.config.rtx_ssrc) {
            (true, _) => Transmission::Again,
            (false, Some(_)) => Transmission::First,
            (false, None) => Transmission::Unsaid,
        };
        let arrived = self.sequences.arrived(extended, transmission);
        match arrived {
            Arrival::Next { missing } => self.note_missing(extended, missing, now),
            Arrival::Restart => {
                self.missing.clear();
                self.want_keyframe(now);
            }
            Arrival::Late => self.stats.out_of_order += 1,
            Arrival::Duplicate => {
                self.stats.duplicates += 1;
                return received;
            }
            Arrival::Recovered => {}
            Arrival::Unknown => return received,
        }
        if payload.is_empty() {
            self.stats.padding_packets += 1;
            return received;
        }
        let codec = self.payload(header.payload_type);
        if self.config.video && nothing_before {
            self.want_keyframe(now);
        }
        if codec.is_some_and(|codec| is_filler(codec.codec, payload)) {
            self.stats.padding_packets += 1;
            return received;
        }
        received.first = self.stats.packets == 0;
        self.stats.packets += 1;
        self.stats.bytes += payload.len() as u64;
        received.silent_since = self.note_arrival(arrival);
        if let Some(codec) = codec
            && !rtx
            && matches!(arrived, Arrival::Next { .. } | Arrival::Restart)
        {
            self.note_transit(header.timestamp, codec.clock_rate, arrival);
        }
        if self.config.video
            && let Some(size) = codec.and_then(|codec| keyframe_size(codec.codec, payload))
        {
            self.note_keyframe(size);
        }
        if let Some(capture) = extensions.capture_ntp {
            let latency = Binned::new(clock::ms_between(clock::wall_from_ntp(capture), arrival));
            self.latency.get_or_insert_default().add(latency);
            received.latency = Some(latency);
        }
        received
    }

    fn payload(&self, payload_type: u8) -> Option<ReceiverPayload> {
        self.config
            .payloads
            .iter()
            .find(|p| p.payload_type == payload_type || p.rtx_payload_type == Some(payload_type))
            .copied()
    }

    fn note_missing(&mut self, newest: u64, missing: u64, now: u64) {
        if missing == 0 || !self.config.nack {
            return;
        }
        if self.missing.len() + missing as usize > NACK_LIST_MAX {
            self.missing.clear();
            self.want_keyframe(now);
            return;
        }
        for sequence in newest - missing..newest {
            self.missing.push_back(Missing {
                sequence,
                since: now,
                next_ask: now + REORDER_WAIT_NS,
                tries: 0,
            });
        }
    }

    /// Returns when the gap began that this packet ends.
    fn note_arrival(&mut self, arrival: u64) -> Option<u64> {
        let mut silent_since = None;
        if self.stats.first_at == 0 {
            self.stats.first_at = arrival;
        } else {
            let pause = arrival.saturating_sub(self.stats.last_at);
            if pause > GAP_NS && !self.muted {
                self.stats.gaps += 1;
                self.stats.gap_ns += pause;
                self.stats.longest_gap_ns = self.stats.longest_gap_ns.max(pause);
                silent_since = Some(self.stats.last_at);
            }
        }
        self.stats.last_at = self.stats.last_at.max(arrival);
        silent_since
    }

    /// Interarrival jitter (RFC 3550 §6.4.1, A.8), from the first packet of each frame: those that share a time stamp were not meant to be spaced.
    fn note_transit(&mut self, timestamp: u32, clock_rate: u32, arrival: u64) {
        let seconds = arrival as f64 / 1e9;
        if let Some((last_timestamp, last_seconds)) = self.last_transit {
            if timestamp == last_timestamp {
                return;
            }
            let elapsed_rtp =
                timestamp.wrapping_sub(last_timestamp) as i32 as f64 / clock_rate as f64;
            let difference = (seconds - last_seconds) - elapsed_rtp;
            // A source that was paused or replaced says nothing about the network.
            if difference.abs() < 5.0 {
                self.jitter += (difference.abs() - self.jitter) / 16.0;
            }
        }
        self.last_transit = Some((timestamp, seconds));
    }

    fn note_keyframe(&mut self, size: FrameSize) {
        self.stats.keyframes += 1;
        self.keyframe_wanted_since = None;
        if self.stats.size.is_some_and(|before| before != size) {
            self.stats.layer_switches += 1;
        }
        self.stats.size = Some(size);
    }

    fn want_keyframe(&mut self, now: u64) {
        if self.config.video && self.keyframe_wanted_since.is_none() {
            self.keyframe_wanted_since = Some(now);
        }
    }

    /// Sequence numbers to ask for now (RFC 4585 §6.2.1); none when there is nothing to ask.
    pub fn nacks_due(&mut self, now: u64) -> Vec<u16> {
        let mut due = Vec::new();
        let mut given_up = false;
        let interval = (self.rtt_ns + self.rtt_ns / 4).max(NACK_INTERVAL_MIN_NS);
        let (sequences, stats) = (&mut self.sequences, &mut self.stats);
        self.missing.retain_mut(|missing| {
            if !sequences.is_missing(missing.sequence) {
                return false;
            }
            if missing.tries >= NACK_TRIES || now.saturating_sub(missing.since) > NACK_AGE_NS {
                given_up = true;
                return false;
            }
            if missing.next_ask <= now {
                stats.nacked_packets += sequences.asked_for(missing.sequence) as u64;
                due.push(missing.sequence as u16);
                missing.tries += 1;
                missing.next_ask = now + interval;
            }
            true
        });
        if given_up {
            self.want_keyframe(now);
        }
        self.stats.nacks += !due.is_empty() as u64;
        due
    }

    /// Whether a PLI (RFC 4585 §6.3.1) should go out now.
    pub fn pli_due(&mut self, now: u64) -> bool {
        let waited = self
            .keyframe_wanted_since
            .is_some_and(|since| now.saturating_sub(since) >= PLI_INTERVAL_NS / 2);
        let due = self.config.pli && waited && now.saturating_sub(self.last_pli) >= PLI_INTERVAL_NS;
        if due {
            self.last_pli = now;
            self.stats.plis += 1;
        }
        due
    }

    /// Whether [`Receiver::feedback_at`] is worth asking.
    pub fn wants_feedback(&self) -> bool {
        !self.missing.is_empty() || self.keyframe_wanted_since.is_some()
    }

    /// When [`Receiver::nacks_due`] or [`Receiver::pli_due`] should be asked next; `u64::MAX` for never.
    pub fn feedback_at(&self) -> u64 {
        let nack = self.missing.iter().map(|m| m.next_ask).min().unwrap_or(u64::MAX);
        let pli = match self.keyframe_wanted_since {
            Some(since) if self.config.pli => {
                (since + PLI_INTERVAL_NS / 2).max(self.last_pli + PLI_INTERVAL_NS)
            }
            _ => u64::MAX,
        };
        nack.min(pli)
    }

    pub fn on_sender_report(&mut self, ntp: u64, arrival: u64) {
        self.sender_report = SenderReportSeen { compact_ntp: clock::compact_ntp(ntp), arrival };
    }

    /// `None` until a packet came.
    pub fn report_block(&mut self, wall: u64) -> Option<ReportBlock> {
        let (ssrc, highest) = (self.config.ssrc?, self.sequences.highest()?);
        // Received is what came on this SSRC (RFC 3550 §6.4.1). What RTX brought came on another (RFC 4588 §4) and stays lost here, as browsers have it.
        let lost = match self.config.rtx_ssrc {
            Some(_) => self.sequences.lost_before_recovery(),
            None => self.sequences.lost(),
        };
        let expected = self.sequences.expected();
        let expected_interval = expected - self.reported.0;
        let lost_interval = lost.saturating_sub(self.reported.1);
        self.reported = (expected, lost);
        let clock_rate = self.config.payloads.first().map_or(90_000, |p| p.clock_rate);
        let delay = wall.saturating_sub(self.sender_report.arrival);
        Some(ReportBlock {
            ssrc,
            fraction_lost: (lost_interval * 256)
                .checked_div(expected_interval)
                .unwrap_or(0)
                .min(255) as u8,
            cumulative_lost: lost.min(0x7f_ffff) as u32,
            // Counting cycles from zero (RFC 3550 A.1); `extend` starts one cycle up.
            extended_highest: (highest - (1 << 16)) as u32,
            jitter: (self.jitter * clock_rate as f64) as u32,
            last_sr: self.sender_report.compact_ntp,
            delay_since_last_sr: if self.sender_report.arrival == 0 {
                0
            } else {
                ((delay as u128 * 65_536) / 1_000_000_000) as u32
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio() -> Receiver {
        let payload = ReceiverPayload {
            payload_type: 111,
            codec: Codec::Opus,
            clock_rate: 48_000,
            rtx_payload_type: None,
        };
        receiver(false, payload)
    }

    fn video() -> Receiver {
        receiver(
            true,
            ReceiverPayload {
                payload_type: 96,
                codec: Codec::Vp8,
                clock_rate: 90_000,
                rtx_payload_type: Some(97),
            },
        )
    }

    fn receiver(video: bool, payload: ReceiverPayload) -> Receiver {
        Receiver::new(ReceiverConfig {
            video,
            mid: b"1".to_vec(),
            ssrc: Some(9),
            rtx_ssrc: payload.rtx_payload_type.map(|_| 10),
            payloads: vec![payload],
            nack: true,
            pli: video,
            remb: false,
            cohort: None,
        })
    }

    fn packet(
        receiver: &mut Receiver,
        sequence: u16,
        timestamp: u32,
        at: u64,
        payload: &[u8],
    ) -> Received {
        deliver(receiver, sequence, timestamp, at, payload, false)
    }

    fn deliver(
        receiver: &mut Receiver,
        sequence: u16,
        timestamp: u32,
        at: u64,
        payload: &[u8],
        rtx: bool,
    ) -> Received {
        let mut bytes = vec![0x80, if receiver.config.video { 96 } else { 111 }];
        bytes.extend(sequence.to_be_bytes());
        bytes.extend(timestamp.to_be_bytes());
        bytes.extend(9_u32.to_be_bytes());
        let header = RtpHeader::parse(&bytes).unwrap();
        let extended = receiver.extend(sequence, rtx);
        receiver.on_packet(
            &header,
            payload,
            &Extensions::default(),
            Came { extended, rtx, arrival: at, now: at },
        )
    }

    #[test]
    fn even_arrivals_have_no_jitter_and_uneven_ones_the_rfcs() {
        let mut even = audio();
        let mut uneven = audio();
        for i in 0..500_u64 {
            packet(&mut even, i as u16, i as u32 * 960, 1_000 * MS + i * 20 * MS, b"x");
            packet(
                &mut uneven,
                i as u16,
                i as u32 * 960,
                1_000 * MS + i * 20 * MS + (i % 2) * 8 * MS,
                b"x",
            );
        }
        assert!(even.jitter_ms() < 0.001);
        // |D| is 8 ms each time, so the filter settles there.
        assert!((uneven.jitter_ms() - 8.0).abs() < 0.01, "{}", uneven.jitter_ms());
    }

    #[test]
    fn what_is_missing_is_asked_for_once_reordering_is_ruled_out() {
        let mut receiver = audio();
        packet(&mut receiver, 1, 0, 1000 * MS, b"x");
        packet(&mut receiver, 4, 2880, 1060 * MS, b"x");
        assert!(receiver.nacks_due(1065 * MS).is_empty());
        assert_eq!(receiver.feedback_at(), 1070 * MS);
        assert_eq!(receiver.nacks_due(1070 * MS), [2, 3]);
        packet(&mut receiver, 2, 960, 1080 * MS, b"x");
        assert_eq!(receiver.nacks_due(1300 * MS), [3]);
        assert_eq!((receiver.stats.nacks, receiver.stats.nacked_packets), (2, 2));
        assert_eq!(
            (receiver.sequences().lost_before_recovery(), receiver.sequences().lost()),
            (2, 1)
        );
        assert!(receiver.nacks_due(5000 * MS).is_empty());
        assert_eq!(receiver.feedback_at(), u64::MAX, "given up");
    }

    /// As when a publisher's uplink lost it, and the server forwards it once it has got it.
    #[test]
    fn an_original_that_comes_after_it_was_asked_for_is_late_where_there_is_rtx() {
        let mut receiver = video();
        packet(&mut receiver, 1, 0, 1000 * MS, b"x");
        packet(&mut receiver, 3, 6000, 1060 * MS, b"x");
        assert_eq!(receiver.nacks_due(1070 * MS), [2]);
        packet(&mut receiver, 2, 3000, 1080 * MS, b"x");
        assert_eq!(
            (receiver.sequences().lost_before_recovery(), receiver.sequences().recovered()),
            (0, 0)
        );
        assert_eq!((receiver.stats.out_of_order, receiver.stats.packets), (1, 3));
    }

    #[test]
    fn rtx_carries_the_original_sequence_number_first() {
        let mut receiver = video();
        packet(&mut receiver, 1, 0, 1000 * MS, b"\x00x");
        packet(&mut receiver, 3, 6000, 1066 * MS, b"\x00x");
        deliver(&mut receiver, 700, 3000, 1090 * MS, b"\x00\x02\x00x", true);
        deliver(&mut receiver, 701, 3000, 1091 * MS, b"", true);
        assert_eq!(
            (
                receiver.sequences().recovered(),
                receiver.stats.packets,
                receiver.stats.padding_packets
            ),
            (1, 3, 1)
        );
    }

    #[test]
    fn a_picture_that_cannot_start_is_asked_for_until_a_keyframe_comes() {
        let mut receiver = video();
        packet(&mut receiver, 1, 0, 1000 * MS, b"\x00delta");
        assert!(!receiver.pli_due(1100 * MS));
        assert_eq!(receiver.feedback_at(), 1250 * MS);
        assert!(receiver.pli_due(1250 * MS));
        assert!(!receiver.pli_due(1300 * MS));
        let keyframe = |width: u8| [0x10, 0x02, 0, 0, 0x9d, 0x01, 0x2a, width, 0, 100, 0];
        packet(&mut receiver, 2, 3000, 1400 * MS, &keyframe(80));
        assert!(!receiver.pli_due(9000 * MS));
        packet(&mut receiver, 3, 6000, 1433 * MS, &keyframe(160));
        assert_eq!((receiver.stats.keyframes, receiver.stats.layer_switches), (2, 1));
        assert_eq!(receiver.stats.size, Some(FrameSize { width: 160, height: 100 }));
    }

    #[test]
    fn a_pause_is_a_gap_unless_it_was_muted() {
        let mut receiver = audio();
        packet(&mut receiver, 1, 0, 1_000 * MS, b"x");
        packet(&mut receiver, 2, 960, 1_700 * MS, b"x");
        assert_eq!((receiver.stats.gaps, receiver.stats.gap_ns), (1, 700 * MS));
        receiver.set_muted(true, 1_700 * MS);
        assert_eq!(receiver.open_gap(9_000 * MS), 0);
        receiver.set_muted(false, 9_000 * MS);
        packet(&mut receiver, 3, 1920, 9_100 * MS, b"x");
        assert_eq!(receiver.stats.gaps, 1);
        assert_eq!(receiver.open_gap(9_700 * MS), 600 * MS);
    }

    #[test]
    fn what_the_server_fills_in_is_no_media() {
        let mut receiver = audio();
        packet(&mut receiver, 1, 0, 1_000 * MS, b"x");
        let mut silence = [0; 80];
        silence[..3].copy_from_slice(&[0xf8, 0xff, 0xfe]);
        assert_eq!(packet(&mut receiver, 2, 960, 9_000 * MS, &silence).silent_since, None);
        assert_eq!(
            (receiver.stats.packets, receiver.stats.padding_packets, receiver.stats.last_at),
            (1, 1, 1_000 * MS)
        );
        assert_eq!(receiver.sequences().lost(), 0);
        assert_eq!(packet(&mut receiver, 3, 1920, 9_100 * MS, b"x").silent_since, Some(1_000 * MS));
    }

    #[test]
    fn the_packet_after_a_gap_tells_when_it_began() {
        let mut receiver = audio();
        let silent_since = |receiver: &mut Receiver, sequence: u16, at| {
            packet(receiver, sequence, sequence as u32 * 960, at, b"x").silent_since
        };
        assert_eq!(silent_since(&mut receiver, 1, 1_000 * MS), None);
        assert_eq!(silent_since(&mut receiver, 2, 1_500 * MS), None);
        assert_eq!(silent_since(&mut receiver, 3, 4_520 * MS), Some(1_500 * MS));
        receiver.set_muted(true, 4_600 * MS);
        assert_eq!(packet(&mut receiver, 4, 3840, 9_000 * MS, b"x").silent_since, None);
        receiver.set_muted(false, 9_100 * MS);
        assert_eq!(packet(&mut receiver, 5, 4800, 9_700 * MS, b"x").silent_since, Some(9_100 * MS));
    }

    #[test]
    fn a_report_tells_the_loss_since_the_last() {
        let mut receiver = audio();
        assert!(receiver.report_block(0).is_none());
        for sequence in [10, 11, 14, 15] {
            packet(&mut receiver, sequence, sequence as u32 * 960, 1000 * MS, b"x");
        }
        receiver.on_sender_report(0x0001_0002_0003_0004, 1000 * MS);
        let block = receiver.report_block(1500 * MS).unwrap();
        assert_eq!(
            (block.fraction_lost, block.cumulative_lost, block.extended_highest),
            (85, 2, 15)
        );
        assert_eq!((block.last_sr, block.delay_since_last_sr), (0x0002_0003, 32_768));
        assert_eq!(receiver.report_block(1600 * MS).unwrap().fraction_lost, 0);
    }

    #[test]
    fn a_report_tells_what_rtx_brought_as_lost_and_what_came_again_on_its_own_ssrc_as_received() {
        let (mut talk, mut picture) = (audio(), video());
        for receiver in [&mut talk, &mut picture] {
            packet(receiver, 1, 0, 1000 * MS, b"\x00x");
            packet(receiver, 3, 6000, 1060 * MS, b"\x00x");
            assert_eq!(receiver.nacks_due(1070 * MS), [2]);
            assert_eq!(receiver.report_block(1071 * MS).unwrap().cumulative_lost, 1);
        }
        packet(&mut talk, 2, 3000, 1080 * MS, b"\x00x");
        deliver(&mut picture, 700, 3000, 1080 * MS, b"\x00\x02\x00x", true);
        assert_eq!((talk.sequences().recovered(), picture.sequences().recovered()), (1, 1));
        assert_eq!(talk.report_block(1100 * MS).unwrap().cumulative_lost, 0);
        assert_eq!(picture.report_block(1100 * MS).unwrap().cumulative_lost, 1);
    }
}
