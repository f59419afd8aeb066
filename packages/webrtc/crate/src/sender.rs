//! Plays a clip into one SSRC, on time, and answers for what it sent.

use std::sync::Arc;

use crate::clip::{Clip, Codec};
use crate::clock;
use crate::rtp::{ExtensionIds, HeaderWriter, MAX_DATAGRAM};

/// A packet that leaves this much after it was due is late; keep in step with `LATE_SEND_MS` in TypeScript.
const LATE_NS: u64 = 20_000_000;
/// A thread that slept longer than this does not catch up frame by frame: an encoder would have dropped the frames too.
const SKIP_NS: u64 = 300_000_000;
/// Packets of one frame sent in one go; the rest follow a millisecond later, as a pacer would spread them.
const BURST: u32 = 16;
const BURST_PAUSE_NS: u64 = 1_000_000;
/// libwebrtc makes no more than one keyframe in this time, however often it is asked.
const KEYFRAME_INTERVAL_NS: u64 = 300_000_000;
/// The same packet is not sent again within this time: the first retransmission may still be under way.
const RESEND_INTERVAL_NS: u64 = 20_000_000;

const AUDIO_HISTORY: usize = 128;
const VIDEO_HISTORY: usize = 1024;
/// RFC 7741 §4.2 with a 15-bit picture id.
const VP8_DESCRIPTOR: usize = 4;

pub struct SenderConfig {
    pub mid: Vec<u8>,
    pub rid: Option<Vec<u8>>,
    pub ssrc: u32,
    pub payload_type: u8,
    /// SSRC and payload type of RFC 4588.
    pub rtx: Option<(u32, u8)>,
    /// Negotiated for this m-line; `None`: the peer's.
    pub extensions: Option<ExtensionIds>,
    pub active: bool,
}

#[derive(Debug, Default, Clone, Copy)]
pub struct SenderStats {
    pub packets: u64,
    pub bytes: u64,
    pub frames: u64,
    pub keyframes: u64,
    pub rtx_packets: u64,
    pub nacked_packets: u64,
    pub nacks: u64,
    pub plis: u64,
    pub firs: u64,
    pub remote_lost: i64,
    pub remote_jitter_ms: f64,
    pub rtt_ms: Option<f64>,
    pub twcc_received: u64,
    pub twcc_lost: u64,
    pub late_sends: u64,
    pub max_late_ms: f64,
    pub send_errors: u64,
}

/// A packet as it was first sent, to be sent again.
#[derive(Clone, Copy, Default)]
struct Sent {
    sequence: u64,
    clip_packet: u32,
    timestamp: u32,
    picture_id: u16,
    audio_level: u8,
    nacked: bool,
    capture_ntp: u64,
    resent_ns: u64,
}

pub struct Sender {
    pub config: SenderConfig,
    pub stats: SenderStats,
    clip: Arc<Clip>,
    active: bool,
    frame: usize,
    packet_in_frame: u32,
    /// The clip's zero in monotonic time, and the current frame's distance from it.
    epoch_ns: u64,
    ticks: u64,
    due_ns: u64,
    timestamp_base: u32,
    capture_ntp: u64,
    /// Extended: the upper bits are SRTP's rollover counter.
    next_sequence: u64,
    next_rtx_sequence: u64,
    picture_id: u16,
    keyframe_wanted: bool,
    last_keyframe_ns: u64,
    /// The remote knows this SSRC by now: mid and rid can be left out.
    known_to_remote: bool,
    history: Box<[Sent]>,
}

/// What a packet needs besides the sender itself.
pub struct Wire<'a> {
    pub ids: &'a ExtensionIds,
    /// Counts all packets of a peer (transport-wide congestion control).
    pub transport_sequence: &'a mut u16,
}

/// A packet in plain, ready to be protected: `buf[..len]`.
pub struct Plain<'a> {
    pub buf: &'a mut [u8; MAX_DATAGRAM + 64],
    pub header_len: usize,
    pub len: usize,
    pub ssrc: u32,
    pub rollover: u32,
    pub sequence: u16,
}

impl Sender {
    pub fn new(config: SenderConfig, clip: Arc<Clip>, now: u64) -> Self {
        let history = if clip.codec == Codec::Opus { AUDIO_HISTORY } else { VIDEO_HISTORY };
        let mut sender = Self {
            active: false,
            stats: SenderStats::default(),
            frame: 0,
            packet_in_frame: 0,
            epoch_ns: now,
            ticks: 0,
            due_ns: u64::MAX,
            timestamp_base: fastrand::u32(..),
            capture_ntp: 0,
            // Below half the range, so that a receiver cannot mistake the first wrap (RFC 3711 §3.3.1).
            next_sequence: fastrand::u64(1..1 << 15),
            next_rtx_sequence: fastrand::u64(1..1 << 15),
            picture_id: fastrand::u16(..) & 0x7fff,
            keyframe_wanted: false,
            last_keyframe_ns: 0,
            known_to_remote: false,
            history: vec![Sent::default(); history].into(),
            clip,
            config,
        };
        let active = sender.config.active;
        sender.set_active(active, now);
        sender
    }

    pub fn is_active(&self) -> bool {
        self.active
    }

    /// When the next packet should leave; `u64::MAX` while there is none.
    pub fn due_ns(&self) -> u64 {
        self.due_ns
    }

    pub fn set_active(&mut self, active: bool, now: u64) {
        if active == self.active {
            return;
        }
        self.active = active;
        if !active {
            self.due_ns = u64::MAX;
            return;
        }
        // RTP time runs on while nothing is sent; the grid of frames is kept.
        let duration = self.clip.frame(self.frame).duration as u64;
        self.ticks = (self.ticks_at(now) / duration + 1) * duration;
        // Somewhere within the first frame time, or a crowd that joined together would send together.
        if self.stats.packets == 0 {
            self.epoch_ns +=
                fastrand::u64(0..duration * 1_000_000_000 / self.clip.clock_rate as u64);
        }
        self.frame = self.clip.keyframe_from(self.frame);
        self.packet_in_frame = 0;
        self.due_ns = self.frame_due_ns();
    }

    /// The transport stands only now: until then nothing was due, and that it took its time is not this side's lateness.
    pub fn begin(&mut self, now: u64) {
        if self.active {
            self.active = false;
            self.set_active(true, now);
        }
    }

    fn ticks_at(&self, now: u64) -> u64 {
        (now.saturating_sub(self.epoch_ns) as u128 * self.clip.clock_rate as u128 / 1_000_000_000)
            as u64
    }

    fn frame_due_ns(&self) -> u64 {
        self.epoch_ns + (self.ticks as u128 * 1_000_000_000 / self.clip.clock_rate as u128) as u64
    }

    pub fn request_keyframe(&mut self) {
        self.keyframe_wanted = true;
    }

    /// Sends what is due at `now`, giving each packet to `send`.
    pub fn send_due(
        &mut self,
        now: u64,
        wire: &mut Wire<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
        mut send: impl FnMut(Plain<'_>) -> bool,
    ) {
        while self.due_ns <= now {
            if self.packet_in_frame == 0 {
                self.begin_frame(now);
            }
            let frame = self.clip.frame(self.frame);
            let until = (self.packet_in_frame + BURST).min(frame.packets);
            for i in self.packet_in_frame..until {
                self.send_first_time(
                    frame.first_packet + i,
                    frame.audio_level,
                    wire,
                    buf,
                    &mut send,
                );
            }
            self.packet_in_frame = until;
            if until < frame.packets {
                self.due_ns = now + BURST_PAUSE_NS;
                return;
            }
            self.end_frame();
        }
    }

    fn begin_frame(&mut self, now: u64) {
        let late = now - self.due_ns;
        self.stats.max_late_ms = self.stats.max_late_ms.max(late as f64 / 1e6);
        if late > SKIP_NS {
            let duration = self.clip.frame(self.frame).duration as u64;
            let skipped = (self.ticks_at(now) - self.ticks) / duration;
            self.stats.late_sends += skipped * self.clip.frame(self.frame).packets as u64;
            self.ticks += skipped * duration;
            // What was skipped is missing from the pictures that follow: begin with a keyframe.
            self.frame = self.clip.keyframe_from(self.frame);
        }
        if late > LATE_NS {
            self.stats.late_sends += self.clip.frame(self.frame).packets as u64;
        }
        if self.keyframe_wanted && now.saturating_sub(self.last_keyframe_ns) >= KEYFRAME_INTERVAL_NS
        {
            self.frame = self.clip.keyframe_from(self.frame);
            self.keyframe_wanted = false;
        }
        if self.clip.frame(self.frame).keyframe {
            self.last_keyframe_ns = now;
            self.stats.keyframes += 1;
        }
        self.capture_ntp = clock::ntp_from_wall(clock::wall_ns());
    }

    fn end_frame(&mut self) {
        self.ticks += self.clip.frame(self.frame).duration as u64;
        self.frame = self.clip.frame_after(self.frame);
        self.packet_in_frame = 0;
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        self.stats.frames += 1;
        self.due_ns = self.frame_due_ns();
    }

    fn send_first_time(
        &mut self,
        clip_packet: u32,
        audio_level: u8,
        wire: &mut Wire<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
        send: &mut impl FnMut(Plain<'_>) -> bool,
    ) {
        let sent = Sent {
            sequence: self.next_sequence,
            clip_packet,
            timestamp: self.timestamp_base.wrapping_add(self.ticks as u32),
            picture_id: self.picture_id,
            audio_level,
            nacked: false,
            capture_ntp: self.capture_ntp,
            resent_ns: 0,
        };
        self.next_sequence += 1;
        let slot = sent.sequence as usize % self.history.len();
        self.history[slot] = sent;
        let (header_len, len) = self.write(&sent, None, wire, buf);
        let ok = send(Plain {
            header_len,
            len,
            ssrc: self.config.ssrc,
            rollover: (sent.sequence >> 16) as u32,
            sequence: sent.sequence as u16,
            buf,
        });
        // What the kernel refuses counts as sent: the remote will miss it, and the error is told beside it.
        self.stats.packets += 1;
        self.stats.bytes += (len - header_len) as u64;
        self.stats.send_errors += !ok as u64;
    }

    /// Writes header and payload; with `rtx` as a retransmission of RFC 4588. Returns both lengths.
    fn write(
        &self,
        sent: &Sent,
        rtx: Option<(u32, u8, u16)>,
        wire: &mut Wire<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
    ) -> (usize, usize) {
        let (packet, payload) = self.clip.packet(sent.clip_packet);
        let ids = self.config.extensions.as_ref().unwrap_or(wire.ids);
        let (ssrc, payload_type, sequence) =
            rtx.unwrap_or((self.config.ssrc, self.config.payload_type, sent.sequence as u16));
        let mut header = HeaderWriter::new(
            &mut buf[..],
            packet.marker,
            payload_type,
            sequence,
            sent.timestamp,
            ssrc,
        );
        if !self.known_to_remote || (rtx.is_some() && self.config.rid.is_some()) {
            header.extension(ids.mid, &self.config.mid);
            if let Some(rid) = &self.config.rid {
                header.extension(if rtx.is_some() { ids.repaired_rid } else { ids.rid }, rid);
            }
        }
        if self.clip.codec == Codec::Opus {
            // The V bit (RFC 6464 §3) says that there is voice.
            header.extension(
                ids.audio_level,
                &[sent.audio_level | if sent.audio_level < 127 { 0x80 } else { 0 }],
            );
        }
        header.extension(ids.abs_capture_time, &sent.capture_ntp.to_be_bytes());
        if ids.transport_wide_cc != 0 {
            header.extension(ids.transport_wide_cc, &wire.transport_sequence.to_be_bytes());
            *wire.transport_sequence = wire.transport_sequence.wrapping_add(1);
        } else if ids.abs_send_time != 0 {
            // Seconds in 6.18 fixed point: bits 14 to 37 of NTP time.
            let now = clock::ntp_from_wall(clock::wall_ns()) >> 14;
            header.extension(ids.abs_send_time, &(now as u32).to_be_bytes()[1..]);
        }
        let header_len = header.finish();
        let mut at = header_len;
        if rtx.is_some() {
            buf[at..at + 2].copy_from_slice(&(sent.sequence as u16).to_be_bytes());
            at += 2;
        }
        if self.clip.codec == Codec::Vp8 {
            let start = if packet.starts_frame { 0x10 } else { 0 };
            let picture_id = sent.picture_id | 0x8000;
            buf[at..at + VP8_DESCRIPTOR].copy_from_slice(&[
                0x80 | start,
                0x80,
                (picture_id >> 8) as u8,
                picture_id as u8,
            ]);
            at += VP8_DESCRIPTOR;
        }
        buf[at..at + payload.len()].copy_from_slice(payload);
        (header_len, at + payload.len())
    }

    /// Answers a NACK (RFC 4585 §6.2.1) for those packets that are still remembered.
    pub fn resend(
        &mut self,
        sequences: impl Iterator<Item = u16>,
        now: u64,
        wire: &mut Wire<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
        mut send: impl FnMut(Plain<'_>) -> bool,
    ) {
        self.stats.nacks += 1;
        for sequence in sequences {
            let behind = (self.next_sequence as u16).wrapping_sub(sequence) as u64;
            let Some(extended) = self.next_sequence.checked_sub(behind).filter(|_| behind > 0)
            else {
                continue;
            };
            let slot = extended as usize % self.history.len();
            if self.history[slot].sequence != extended {
                continue;
            }
            let sent = &mut self.history[slot];
            self.stats.nacked_packets += !sent.nacked as u64;
            sent.nacked = true;
            if now.saturating_sub(sent.resent_ns) < RESEND_INTERVAL_NS {
                continue;
            }
            sent.resent_ns = now;
            let sent = *sent;
            let (ssrc, extended, rtx) = match self.config.rtx {
                Some((ssrc, payload_type)) => {
                    let rtx_sequence = self.next_rtx_sequence;
                    self.next_rtx_sequence += 1;
                    (ssrc, rtx_sequence, Some((ssrc, payload_type, rtx_sequence as u16)))
                }
                None => (self.config.ssrc, extended, None),
            };
            let (header_len, len) = self.write(&sent, rtx, wire, buf);
            let ok = send(Plain {
                header_len,
                len,
                ssrc,
                rollover: (extended >> 16) as u32,
                sequence: extended as u16,
                buf,
            });
            self.stats.rtx_packets += 1;
            self.stats.send_errors += !ok as u64;
        }
    }

    /// The kernel did not take a packet of `ssrc`. Returns whether it was one of this sender's.
    pub fn refused(&mut self, ssrc: u32) -> bool {
        let own = ssrc == self.config.ssrc || self.config.rtx.is_some_and(|(rtx, _)| rtx == ssrc);
        self.stats.send_errors += own as u64;
        own
    }

    /// A report block about this SSRC (RFC 3550 §6.4.1); `rtt_ms` was computed from it.
    pub fn reported(&mut self, cumulative_lost: u32, jitter_ticks: u32, rtt_ms: Option<f64>) {
        self.known_to_remote = true;
        // 24 bits, signed.
        self.stats.remote_lost = ((cumulative_lost << 8) as i32 >> 8) as i64;
        self.stats.remote_jitter_ms = jitter_ticks as f64 * 1000.0 / self.clip.clock_rate as f64;
        if rtt_ms.is_some() {
            self.stats.rtt_ms = rtt_ms;
        }
    }

    /// RTP time at the wall clock's `now` for a sender report, and the counts it carries: packets, payload octets.
    pub fn report(&self, now_mono: u64) -> (u32, u32, u32) {
        (
            self.timestamp_base.wrapping_add(self.ticks_at(now_mono) as u32),
            self.stats.packets as u32,
            self.stats.bytes as u32,
        )
    }

    /// How the next frame's RTP time relates to the report's: both come from the same epoch.
    #[cfg(test)]
    fn timestamp_at(&self, now: u64) -> u32 {
        self.timestamp_base.wrapping_add(self.ticks_at(now) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::RtpHeader;

    const MS: u64 = 1_000_000;

    fn audio() -> Arc<Clip> {
        Arc::new(
            Clip::new(Codec::Opus, 48_000, vec![7; 80], &[0, 80, 1, 1], &[0, 1, 960, 1], &[30])
                .unwrap(),
        )
    }

    /// Four frames of one VP8 packet, the third a keyframe again.
    fn video() -> Arc<Clip> {
        let packets: Vec<u32> = (0..4).flat_map(|i| [i * 10, 10, 1, 1]).collect();
        let frames: Vec<u32> = (0..4).flat_map(|i| [i, 1, 3000, (i % 2 == 0) as u32]).collect();
        Arc::new(Clip::new(Codec::Vp8, 90_000, (0..40).collect(), &packets, &frames, &[]).unwrap())
    }

    fn config(rtx: Option<(u32, u8)>) -> SenderConfig {
        SenderConfig {
            mid: b"0".to_vec(),
            rid: None,
            ssrc: 5,
            payload_type: 96,
            rtx,
            extensions: None,
            active: true,
        }
    }

    struct Peer {
        sender: Sender,
        transport_sequence: u16,
        sent: Vec<Vec<u8>>,
    }

    impl Peer {
        fn new(clip: Arc<Clip>, rtx: Option<(u32, u8)>) -> Self {
            Self {
                sender: Sender::new(config(rtx), clip, 0),
                transport_sequence: 0,
                sent: Vec::new(),
            }
        }

        fn with(
            &mut self,
            act: impl FnOnce(
                &mut Sender,
                &mut Wire<'_>,
                &mut [u8; MAX_DATAGRAM + 64],
                &mut Vec<Vec<u8>>,
            ),
        ) {
            let ids = ExtensionIds {
                mid: 4,
                abs_capture_time: 7,
                transport_wide_cc: 3,
                ..ExtensionIds::default()
            };
            let mut wire = Wire { ids: &ids, transport_sequence: &mut self.transport_sequence };
            act(&mut self.sender, &mut wire, &mut [0; MAX_DATAGRAM + 64], &mut self.sent);
        }

        fn until(&mut self, to: u64) {
            for now in (0..=to).step_by(2) {
                self.with(|sender, wire, buf, sent| {
                    sender.send_due(now * MS, wire, buf, |p| {
                        sent.push(p.buf[..p.len].to_vec());
                        true
                    });
                });
            }
        }

        fn nack(&mut self, sequences: Vec<u16>, now: u64) {
            self.with(|sender, wire, buf, sent| {
                sender.resend(sequences.into_iter(), now * MS, wire, buf, |p| {
                    sent.push(p.buf[..p.len].to_vec());
                    true
                });
            });
        }
    }

    #[test]
    fn audio_leaves_every_twenty_milliseconds_with_rtp_time_to_match() {
        let mut peer = Peer::new(audio(), None);
        peer.until(1000);
        assert!((48..=50).contains(&peer.sent.len()), "{} packets", peer.sent.len());
        let headers: Vec<_> = peer.sent.iter().map(|p| RtpHeader::parse(p).unwrap()).collect();
        for pair in headers.windows(2) {
            assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp), 960);
        }
        assert_eq!(peer.sender.stats.late_sends, 0);
        let ahead =
            peer.sender.timestamp_at(1000 * MS).wrapping_sub(headers.last().unwrap().timestamp);
        assert!(ahead < 2 * 960, "sender reports and packets share one clock");
    }

    #[test]
    fn what_could_not_be_sent_before_the_transport_stood_is_not_late() {
        let mut peer = Peer::new(audio(), None);
        peer.sender.begin(2_000 * MS);
        assert!(peer.sender.due_ns() > 2_000 * MS);
        peer.until(3_000);
        assert!((48..=50).contains(&peer.sent.len()), "{} packets", peer.sent.len());
        assert_eq!(peer.sender.stats.late_sends, 0);
    }

    #[test]
    fn a_layer_that_is_off_stays_off_when_the_transport_stands() {
        let mut peer = Peer::new(audio(), None);
        peer.sender.set_active(false, 0);
        peer.sender.begin(2_000 * MS);
        assert_eq!(peer.sender.due_ns(), u64::MAX);
    }

    #[test]
    fn a_nack_is_answered_by_rtx_with_the_original_sequence_number() {
        let mut peer = Peer::new(video(), Some((6, 97)));
        peer.until(500);
        let original = peer.sent[2].clone();
        let lost = RtpHeader::parse(&original).unwrap().sequence;
        let before = peer.sent.len();
        peer.nack(vec![lost, lost.wrapping_sub(500)], 500);
        assert_eq!(peer.sent.len(), before + 1);
        let rtx = peer.sent.last().unwrap();
        let header = RtpHeader::parse(rtx).unwrap();
        assert_eq!((header.ssrc, header.payload_type), (6, 97));
        assert_eq!(rtx[header.len..header.len + 2], lost.to_be_bytes());
        let original_header = RtpHeader::parse(&original).unwrap();
        assert_eq!(rtx[header.len + 2..], original[original_header.len..]);
        assert_eq!(
            (
                peer.sender.stats.rtx_packets,
                peer.sender.stats.nacked_packets,
                peer.sender.stats.nacks
            ),
            (1, 1, 1)
        );
        peer.nack(vec![lost], 505);
        assert_eq!(peer.sent.len(), before + 1, "not again within the resend interval");
    }

    #[test]
    fn a_keyframe_comes_when_asked_for() {
        let mut peer = Peer::new(video(), None);
        peer.until(10_000);
        let regular = peer.sender.stats.keyframes;
        assert_eq!(regular, peer.sender.stats.frames.div_ceil(2));
        // Stop on a delta frame's turn, ask, and see the keyframe come out of turn.
        while peer.sender.frame != 1 {
            peer.with(|sender, wire, buf, _| sender.send_due(sender.due_ns, wire, buf, |_| true));
        }
        peer.sender.last_keyframe_ns = 0;
        peer.sender.request_keyframe();
        peer.with(|sender, wire, buf, _| sender.send_due(sender.due_ns, wire, buf, |_| true));
        assert_eq!(peer.sender.frame, 3, "frame 1 was skipped in favour of keyframe 2");
    }

    #[test]
    fn muting_stops_it_and_rtp_time_runs_on() {
        let mut peer = Peer::new(audio(), None);
        peer.until(100);
        let last = RtpHeader::parse(peer.sent.last().unwrap()).unwrap().timestamp;
        peer.sender.set_active(false, 100 * MS);
        assert_eq!(peer.sender.due_ns(), u64::MAX);
        peer.sender.set_active(true, 1100 * MS);
        peer.with(|sender, wire, buf, sent| {
            sender.send_due(1130 * MS, wire, buf, |p| {
                sent.push(p.buf[..p.len].to_vec());
                true
            });
        });
        let resumed = RtpHeader::parse(peer.sent.last().unwrap()).unwrap().timestamp;
        let passed = resumed.wrapping_sub(last);
        assert!(
            (48_000..=50_000).contains(&passed) && passed.is_multiple_of(960),
            "{passed} ticks"
        );
    }

    #[test]
    fn a_stalled_thread_is_told_as_late_and_does_not_burst() {
        let mut peer = Peer::new(audio(), None);
        peer.until(100);
        let before = peer.sent.len();
        peer.with(|sender, wire, buf, sent| {
            sender.send_due(2100 * MS, wire, buf, |p| {
                sent.push(p.buf[..p.len].to_vec());
                true
            });
        });
        assert!(peer.sent.len() - before <= 2);
        assert!(peer.sender.stats.late_sends >= 98, "{}", peer.sender.stats.late_sends);
        assert!(peer.sender.stats.max_late_ms > 1900.0);
    }

    #[test]
    fn a_negative_cumulative_loss_is_read_as_such() {
        let mut peer = Peer::new(audio(), None);
        peer.sender.reported(0x00ff_ffff, 480, Some(12.5));
        assert_eq!(peer.sender.stats.remote_lost, -1);
        assert_eq!(peer.sender.stats.remote_jitter_ms, 10.0);
        assert_eq!(peer.sender.stats.rtt_ms, Some(12.5));
    }
}
