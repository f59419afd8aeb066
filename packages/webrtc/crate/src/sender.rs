//! Sends a clip on one SSRC, on time, and answers NACKs, keyframe requests and reports about it.

mod adaptive;
mod numbers;
mod packet;
mod playback;
mod utterance;

use std::io;
use std::sync::Arc;

use self::numbers::Numbers;
use self::packet::{Form, SentPacket, Stamp};
pub use self::packet::{PlainPacket, SendContext};
use self::playback::Playback;
pub use self::utterance::Spoken;
use self::utterance::Utterance;
use crate::clip::{Clip, ClipError, Codec};
use crate::clock;
use crate::prefetch::prefetch;
use crate::rtp::{ExtensionIds, MAX_DATAGRAM};
use crate::socket::is_remote_gone;

/// A packet that leaves this much after its scheduled time is late, ns (JavaScript:
/// `LATE_SEND_MS`).
pub const LATE_SEND_NS: u64 = 20_000_000;
/// Packets of one frame that are sent in one go; the rest follow a millisecond later, as a pacer
/// would spread them.
const BURST_PACKETS: u32 = 16;
const BURST_PAUSE_NS: u64 = 1_000_000;
/// libwebrtc encodes at most one keyframe in this time, however often one is requested.
const KEYFRAME_INTERVAL_NS: u64 = 300_000_000;
/// A packet is not retransmitted again within this time: the first retransmission may be in flight.
const RETRANSMIT_INTERVAL_NS: u64 = 20_000_000;

/// Packets that can be retransmitted.
const AUDIO_HISTORY: usize = 128;
const VIDEO_HISTORY: usize = 1024;

/// Negotiated settings of a sender.
pub struct SenderConfig {
    /// `a=mid`.
    pub mid: Vec<u8>,
    /// `a=rid` of a simulcast layer.
    pub rid: Option<Vec<u8>>,
    /// SSRC of the stream.
    pub ssrc: u32,
    /// RTP payload type.
    pub payload_type: u8,
    /// SSRC and payload type of the RTX stream (RFC 4588).
    pub rtx: Option<(u32, u8)>,
    /// Header extensions of this m-line; `None`: those of the peer connection.
    pub extensions: Option<ExtensionIds>,
    /// True if each frame ends with LiveKit's frame metadata: its capture time, which clients can
    /// read.
    pub frame_metadata: bool,
    /// True if the sender is active from the start.
    pub active: bool,
}

/// Cumulative counters of a sender; [`crate::rows::SenderStats`] documents them.
#[derive(Debug, Default, Clone, Copy)]
#[allow(missing_docs)]
pub struct SenderCounters {
    pub packets: u64,
    pub bytes: u64,
    pub frames: u64,
    pub keyframes: u64,
    pub rtx_packets: u64,
    pub padding_packets: u64,
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
    pub unreachable_sends: u64,
    pub wanted_ns: u64,
    pub limited_ns: u64,
}

/// One outgoing stream.
pub struct Sender {
    /// Negotiated settings.
    pub config: SenderConfig,
    /// Counters of the stream.
    pub counters: SenderCounters,
    playback: Playback,
    /// The same picture in several qualities, best last.
    clips: Box<[Arc<Clip>]>,
    /// Index of the clip to play; `None`: bandwidth does not suffice for any.
    chosen: Option<usize>,
    /// True if the stream is to be sent, as far as the remote and JavaScript are concerned.
    wanted: bool,
    /// Clip that plays from the next frame on.
    next_clip: Option<Arc<Clip>>,
    /// Clip that plays once, or will from the next frame on.
    utterance: Option<Utterance>,
    /// Voice that was sent, until it is reported.
    spoken: Option<Spoken>,
    /// Clip that played before, for retransmissions: packets below this sequence number are of it.
    earlier: Option<(Arc<Clip>, u64)>,
    active: bool,
    /// True while the pacer delays the current frame.
    held: bool,
    /// Packets of the current frame that were sent.
    packet_in_frame: u32,
    due_ns: u64,
    /// Capture time of the current frame, NTP 32.32.
    capture_ntp: u64,
    /// Extended sequence number: the upper bits are the SRTP rollover counter.
    next_sequence: u64,
    next_rtx_sequence: u64,
    numbers: Numbers,
    keyframe_requested: bool,
    last_keyframe_ns: u64,
    known_to_remote: bool,
    /// Sent packets by sequence number, modulo its length.
    history: Box<[SentPacket]>,
}

impl Sender {
    /// A sender whose clip starts at `now`, monotonic ns. `clips`: the same picture in several
    /// qualities, best last; without rate adaptation the best one plays.
    ///
    /// # Panics
    /// Without a clip.
    pub fn new(config: SenderConfig, clips: Vec<Arc<Clip>>, now: u64) -> Self {
        let best = clips.len() - 1;
        let clip = clips[best].clone();
        let history = if clip.codec == Codec::Opus { AUDIO_HISTORY } else { VIDEO_HISTORY };
        let active = config.active;
        let mut sender = Self {
            config,
            counters: SenderCounters::default(),
            playback: Playback::new(clip, now),
            clips: clips.into(),
            chosen: Some(best),
            wanted: false,
            next_clip: None,
            utterance: None,
            spoken: None,
            earlier: None,
            active: false,
            held: false,
            packet_in_frame: 0,
            due_ns: u64::MAX,
            capture_ntp: 0,
            // Below half the range, so that a receiver cannot mistake the first wrap (RFC 3711
            // §3.3.1).
            next_sequence: fastrand::u64(1..1 << 15),
            next_rtx_sequence: fastrand::u64(1..1 << 15),
            numbers: Numbers::random(),
            keyframe_requested: false,
            last_keyframe_ns: 0,
            known_to_remote: false,
            history: vec![SentPacket::default(); history].into(),
        };
        sender.set_active(active, now);
        sender
    }

    /// Requests what it points at, for the next packet. Some time after its own lines.
    pub fn prefetch_history(&self) {
        prefetch::<1, _>(&self.history[self.next_sequence as usize % self.history.len()]);
    }

    /// Returns true while the stream is sent.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Time at which the next packet should leave, monotonic ns; `u64::MAX` while there is none.
    pub fn due_ns(&self) -> u64 {
        self.due_ns
    }

    /// Starts or pauses the clip. RTP time runs on during a pause.
    pub fn set_active(&mut self, active: bool, now: u64) {
        self.wanted = active;
        self.follow(now);
    }

    /// Sends if that is wanted and bandwidth suffices.
    fn follow(&mut self, now: u64) {
        let active = self.wanted && self.chosen.is_some();
        if active == self.active {
            return;
        }
        self.active = active;
        if !active {
            self.due_ns = u64::MAX;
            return;
        }
        self.held = false;
        self.change_clip();
        self.playback.resume(now, self.counters.packets == 0);
        self.packet_in_frame = 0;
        self.due_ns = self.playback.due_ns();
    }

    /// Plays another clip of the same codec from its first frame on, which follows the current one.
    /// RTP time and sequence numbers run on.
    pub fn set_clip(&mut self, clip: Arc<Clip>) -> Result<(), ClipError> {
        self.check_codec(&clip)?;
        if let Some(utterance) = self.utterance.take()
            && Arc::ptr_eq(&utterance.clip, &self.playback.clip)
        {
            self.spoken = self.spoken.or(utterance.cut(self.playback.frame_index()));
        }
        self.next_clip = Some(clip);
        Ok(())
    }

    /// Plays another clip of the same codec once, from the next frame on, and then the current one
    /// again. [`Sender::take_spoken`] has the times of its voice. It replaces a clip that is played
    /// once at present.
    pub fn play_once(&mut self, clip: Arc<Clip>) -> Result<(), ClipError> {
        self.check_codec(&clip)?;
        let voiced = clip.voice().ok_or(ClipError::Silent)?;
        let after = match self.utterance.take() {
            Some(utterance) => utterance.after,
            None => self.next_clip.take().unwrap_or_else(|| self.playback.clip.clone()),
        };
        self.utterance = Some(Utterance::new(clip.clone(), voiced, after));
        self.next_clip = Some(clip);
        Ok(())
    }

    fn check_codec(&self, clip: &Clip) -> Result<(), ClipError> {
        let playing = &self.playback.clip;
        let is_same = (clip.codec, clip.clock_rate) == (playing.codec, playing.clock_rate);
        if is_same { Ok(()) } else { Err(ClipError::OtherCodec) }
    }

    /// Voice of a clip played once that was sent since the last call.
    pub fn take_spoken(&mut self) -> Option<Spoken> {
        self.spoken.take()
    }

    /// The transport is connected only now: what was not sent until then is not late.
    pub fn on_connected(&mut self, now: u64) {
        if self.active {
            self.active = false;
            self.follow(now);
        }
    }

    /// The header extensions change. Without RTX earlier packets can no longer be retransmitted:
    /// they would not be the same bytes.
    pub fn on_extensions_changed(&mut self) {
        if self.config.rtx.is_none() && self.config.extensions.is_none() {
            self.history.fill(SentPacket::default());
        }
    }

    /// A PLI or FIR arrived: the next frame becomes a keyframe.
    pub fn request_keyframe(&mut self) {
        self.keyframe_requested = true;
    }

    /// Sends what is scheduled up to `now`, monotonic ns. `send` takes each packet and returns
    /// whether it was accepted.
    pub fn send_due(
        &mut self,
        now: u64,
        context: &mut SendContext<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
        mut send: impl FnMut(PlainPacket<'_>) -> io::Result<()>,
    ) {
        while self.due_ns <= now {
            if self.is_held(now, context) {
                return;
            }
            if self.packet_in_frame == 0 {
                self.begin_frame(now);
            }
            let frame = self.playback.frame();
            let burst = if context.congestion.is_some() { 1 } else { BURST_PACKETS };
            let until = (self.packet_in_frame + burst).min(frame.packets);
            for i in self.packet_in_frame..until {
                let packet = frame.first_packet + i;
                self.send_original(packet, frame.audio_level, context, buf, &mut send);
            }
            self.packet_in_frame = until;
            if until < frame.packets && context.congestion.is_none() {
                self.due_ns = now + BURST_PAUSE_NS;
                return;
            }
            if until == frame.packets {
                self.end_frame(now);
            }
        }
    }

    fn begin_frame(&mut self, now: u64) {
        // What the pacer held back is not late by a fault of this host.
        let late = now - self.due_ns;
        self.counters.max_late_ms = self.counters.max_late_ms.max(late as f64 / 1e6);
        let packets = self.playback.frame().packets as u64;
        let behind = now.saturating_sub(self.playback.due_ns());
        let skipped = self.playback.skip_late(behind, now);
        if !self.held {
            self.counters.late_sends += skipped * packets;
        }
        self.held = false;
        self.change_clip();
        if late > LATE_SEND_NS {
            self.counters.late_sends += self.playback.frame().packets as u64;
        }
        let may_encode_keyframe = now.saturating_sub(self.last_keyframe_ns) >= KEYFRAME_INTERVAL_NS;
        if self.keyframe_requested && may_encode_keyframe {
            self.playback.seek_keyframe();
            self.keyframe_requested = false;
        }
        if self.playback.frame().keyframe {
            self.last_keyframe_ns = now;
            self.counters.keyframes += 1;
        }
        self.numbers.begin_picture(&self.playback.clip, &self.playback.frame());
        self.capture_ntp = clock::ntp_from_wall(clock::shared(clock::wall_ns()));
    }

    fn change_clip(&mut self) {
        let Some(clip) = self.next_clip.take() else { return };
        // Of the clip before the last nothing can be retransmitted.
        let begun_at = self.earlier.as_ref().map_or(0, |(_, until)| *until);
        for sent in self.history.iter_mut().filter(|sent| sent.sequence < begun_at) {
            *sent = SentPacket::default();
        }
        let before = self.playback.replace_clip(clip);
        self.earlier = Some((before, self.next_sequence));
    }

    /// The current frame was sent.
    fn follow_utterance(&mut self) {
        let Some(utterance) = &mut self.utterance else { return };
        if !Arc::ptr_eq(&utterance.clip, &self.playback.clip) {
            return;
        }
        let frame = self.playback.frame_index();
        self.spoken = self.spoken.or(utterance.on_frame(frame, clock::wall_ns()));
        if frame + 1 == self.playback.clip.frames() {
            self.next_clip = self.utterance.take().map(|utterance| utterance.after);
        }
    }

    /// The clip that a packet was of.
    fn clip_of(&self, sent: &SentPacket) -> &Clip {
        match &self.earlier {
            Some((earlier, until)) if sent.sequence < *until => earlier,
            _ => &self.playback.clip,
        }
    }

    fn end_frame(&mut self, now: u64) {
        self.follow_utterance();
        self.playback.advance();
        self.packet_in_frame = 0;
        self.counters.frames += 1;
        self.due_ns = self.playback.due_ns();
        if self.held {
            self.due_ns = self.due_ns.max(now);
        }
    }

    fn send_original(
        &mut self,
        clip_packet: u32,
        audio_level: u8,
        context: &mut SendContext<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
        send: &mut impl FnMut(PlainPacket<'_>) -> io::Result<()>,
    ) {
        let clip = &self.playback.clip;
        self.numbers.begin_packet(clip.descriptor(&clip.packet(clip_packet).0));
        let sent = SentPacket {
            sequence: self.next_sequence,
            clip_packet,
            timestamp: self.playback.timestamp(),
            numbers: self.numbers,
            audio_level,
            nacked: false,
            capture_ntp: self.capture_ntp,
            stamp: Stamp::new(&self.config, self.known_to_remote, context),
            retransmitted_at: 0,
        };
        self.next_sequence += 1;
        let slot = sent.sequence as usize % self.history.len();
        self.history[slot] = sent;
        let form = Form {
            config: &self.config,
            clip: &self.playback.clip,
            ids: context.ids,
            stamp: sent.stamp,
            rtx: None,
        };
        let (header_len, len) = form.write(&sent, buf);
        let result = send(PlainPacket {
            header_len,
            len,
            ssrc: self.config.ssrc,
            rollover: (sent.sequence >> 16) as u32,
            sequence: sent.sequence as u16,
            buf,
        });
        context.on_sent(&sent.stamp, len);
        // What the kernel refuses counts as sent, too: the remote will miss it.
        self.counters.packets += 1;
        self.counters.bytes += (len - header_len) as u64;
        if let Err(error) = result {
            self.count_rejection(&error);
        }
    }

    /// Answers a NACK (RFC 4585 §6.2.1) with those packets that are still in the history.
    pub fn retransmit(
        &mut self,
        sequences: impl Iterator<Item = u16>,
        now: u64,
        context: &mut SendContext<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
        mut send: impl FnMut(PlainPacket<'_>) -> io::Result<()>,
    ) {
        self.counters.nacks += 1;
        for sequence in sequences {
            let Some(sent) = self.take_for_retransmission(sequence, now) else { continue };
            self.counters.rtx_packets += 1;
            self.send_again(&sent, context, buf, &mut send);
        }
    }

    /// Sends a packet again.
    fn send_again(
        &mut self,
        sent: &SentPacket,
        context: &mut SendContext<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
        send: &mut impl FnMut(PlainPacket<'_>) -> io::Result<()>,
    ) {
        let (ssrc, extended, stamp, rtx) = match self.config.rtx {
            Some((ssrc, payload_type)) => {
                let rtx_sequence = self.next_rtx_sequence;
                self.next_rtx_sequence += 1;
                let stamp = Stamp::new(&self.config, self.known_to_remote, context);
                (ssrc, rtx_sequence, stamp, Some((ssrc, payload_type, rtx_sequence as u16)))
            }
            None => (self.config.ssrc, sent.sequence, sent.stamp, None),
        };
        let form =
            Form { config: &self.config, clip: self.clip_of(sent), ids: context.ids, stamp, rtx };
        let (header_len, len) = form.write(sent, buf);
        let result = send(PlainPacket {
            header_len,
            len,
            ssrc,
            rollover: (extended >> 16) as u32,
            sequence: extended as u16,
            buf,
        });
        context.on_sent(&stamp, len);
        if let Err(error) = result {
            self.count_rejection(&error);
        }
    }

    fn count_rejection(&mut self, error: &io::Error) {
        if is_remote_gone(error) {
            self.counters.unreachable_sends += 1;
        } else {
            self.counters.send_errors += 1;
        }
    }

    /// The packet with this sequence number, if it is in the history and was not retransmitted just
    /// now. Counts each sequence number that is asked for once.
    fn take_for_retransmission(&mut self, sequence: u16, now: u64) -> Option<SentPacket> {
        let behind = (self.next_sequence as u16).wrapping_sub(sequence) as u64;
        let extended = self.next_sequence.checked_sub(behind).filter(|_| behind > 0)?;
        let slot = extended as usize % self.history.len();
        let sent = &mut self.history[slot];
        if sent.sequence != extended {
            return None;
        }
        self.counters.nacked_packets += !sent.nacked as u64;
        sent.nacked = true;
        if now.saturating_sub(sent.retransmitted_at) < RETRANSMIT_INTERVAL_NS {
            return None;
        }
        sent.retransmitted_at = now;
        Some(*sent)
    }

    /// Counts a packet of `ssrc` that the kernel refused, if it was one of this sender's, and
    /// returns whether it was.
    pub fn on_send_rejected(&mut self, ssrc: u32, error: &io::Error) -> bool {
        let own = ssrc == self.config.ssrc || self.config.rtx.is_some_and(|(rtx, _)| rtx == ssrc);
        if own {
            self.count_rejection(error);
        }
        own
    }

    /// Takes a report block about this SSRC (RFC 3550 §6.4.1) and the round-trip time that follows
    /// from it, if it does.
    pub fn on_report_block(&mut self, cumulative_lost: u32, jitter: u32, rtt_ms: Option<f64>) {
        self.known_to_remote = true;
        // 24 bits, signed.
        self.counters.remote_lost = ((cumulative_lost << 8) as i32 >> 8) as i64;
        let clock_rate = self.playback.clip.clock_rate;
        self.counters.remote_jitter_ms = jitter as f64 * 1000.0 / clock_rate as f64;
        if rtt_ms.is_some() {
            self.counters.rtt_ms = rtt_ms;
        }
    }

    /// Values for a sender report (RFC 3550 §6.4.1): the RTP time stamp at `now`, monotonic ns;
    /// packets; payload octets.
    pub fn report(&self, now: u64) -> (u32, u32, u32) {
        let timestamp = self.playback.timestamp_at(now);
        (timestamp, self.counters.packets as u32, self.counters.bytes as u32)
    }
}

#[cfg(test)]
mod tests;
