//! One outgoing RTP packet: what is remembered of it for retransmissions, and how it is written.

use super::SenderConfig;
use crate::clip::{Clip, Codec};
use crate::clock;
use crate::rtp::{ExtensionIds, HeaderWriter, MAX_DATAGRAM};

/// RFC 7741 §4.2 with a 15-bit picture id.
const VP8_DESCRIPTOR_LEN: usize = 4;
/// The V bit (RFC 6464 §3): there is voice.
const VOICE_ACTIVITY: u8 = 0x80;
/// The level of digital silence, -dBov (RFC 6464 §3).
const SILENCE: u8 = 127;

/// What a packet takes from its peer connection.
pub struct SendContext<'a> {
    /// The header extensions of the peer connection.
    pub ids: &'a ExtensionIds,
    /// The next sequence number of transport-wide congestion control, which counts the packets of
    /// all senders.
    pub transport_sequence: &'a mut u16,
}

/// An RTP packet before SRTP: `buf[..len]`.
pub struct PlainPacket<'a> {
    /// Header and payload, and room for the authentication tag.
    pub buf: &'a mut [u8; MAX_DATAGRAM + 64],
    /// Where the payload begins.
    pub header_len: usize,
    /// Header and payload.
    pub len: usize,
    /// Of the stream, or of its RTX stream.
    pub ssrc: u32,
    /// SRTP rollover counter (RFC 3711 §3.3.1).
    pub rollover: u32,
    /// RTP sequence number.
    pub sequence: u16,
}

/// What differs between two transmissions of a packet. Without RTX a retransmission has the nonce of
/// the first transmission, and must be the same bytes (RFC 7714 §8.4): it repeats the stamp.
#[derive(Clone, Copy, Default)]
pub(super) struct Stamp {
    /// The remote has reported on this SSRC: it needs no mid and rid any more.
    known_to_remote: bool,
    /// Transport-wide.
    transport_sequence: u16,
    /// abs-send-time: seconds in 6.18 fixed point, 24 bits.
    send_time: u32,
}

impl Stamp {
    /// The stamp of a packet that leaves now.
    pub(super) fn new(
        config: &SenderConfig,
        known_to_remote: bool,
        context: &mut SendContext<'_>,
    ) -> Self {
        let ids = config.extensions.as_ref().unwrap_or(context.ids);
        let mut stamp = Self { known_to_remote, ..Self::default() };
        if ids.transport_wide_cc != 0 {
            stamp.transport_sequence = *context.transport_sequence;
            *context.transport_sequence = context.transport_sequence.wrapping_add(1);
        } else if ids.abs_send_time != 0 {
            // Bits 14 to 37 of NTP time.
            stamp.send_time = (clock::ntp_from_wall(clock::wall_ns()) >> 14) as u32;
        }
        stamp
    }
}

/// A packet as it was first sent.
#[derive(Clone, Copy, Default)]
pub(super) struct SentPacket {
    /// Extended: the upper bits are the SRTP rollover counter.
    pub(super) sequence: u64,
    pub(super) clip_packet: u32,
    pub(super) timestamp: u32,
    pub(super) picture_id: u16,
    pub(super) audio_level: u8,
    /// Whether the remote has asked for it.
    pub(super) nacked: bool,
    /// NTP 32.32.
    pub(super) capture_ntp: u64,
    /// What its header had besides.
    pub(super) stamp: Stamp,
    /// Monotonic ns; 0 for never.
    pub(super) retransmitted_at: u64,
}

/// SSRC, payload type and sequence number of a retransmission on an RTX stream (RFC 4588).
pub(super) type Rtx = (u32, u8, u16);

/// How a packet is written.
pub(super) struct Form<'a> {
    pub(super) config: &'a SenderConfig,
    pub(super) clip: &'a Clip,
    /// The header extensions of the peer connection.
    pub(super) ids: &'a ExtensionIds,
    pub(super) stamp: Stamp,
    pub(super) rtx: Option<Rtx>,
}

impl Form<'_> {
    /// Writes header and payload of `sent` into `buf`, and returns both lengths.
    pub(super) fn write(
        &self,
        sent: &SentPacket,
        buf: &mut [u8; MAX_DATAGRAM + 64],
    ) -> (usize, usize) {
        let (packet, payload) = self.clip.packet(sent.clip_packet);
        let header_len = self.write_header(sent, packet.marker, buf);
        let mut at = header_len;
        if self.rtx.is_some() {
            // The original sequence number (RFC 4588 §4).
            buf[at..at + 2].copy_from_slice(&(sent.sequence as u16).to_be_bytes());
            at += 2;
        }
        if self.clip.codec == Codec::Vp8 {
            let start = if packet.starts_frame { 0x10 } else { 0 };
            let [high, low] = (sent.picture_id | 0x8000).to_be_bytes();
            buf[at..at + VP8_DESCRIPTOR_LEN].copy_from_slice(&[0x80 | start, 0x80, high, low]);
            at += VP8_DESCRIPTOR_LEN;
        }
        buf[at..at + payload.len()].copy_from_slice(payload);
        (header_len, at + payload.len())
    }

    fn write_header(&self, sent: &SentPacket, marker: bool, buf: &mut [u8]) -> usize {
        let Self { config, stamp, .. } = self;
        let ids = config.extensions.as_ref().unwrap_or(self.ids);
        let original = (config.ssrc, config.payload_type, sent.sequence as u16);
        let (ssrc, payload_type, sequence) = self.rtx.unwrap_or(original);
        let mut header =
            HeaderWriter::new(buf, marker, payload_type, sequence, sent.timestamp, ssrc);
        if !stamp.known_to_remote || (self.rtx.is_some() && config.rid.is_some()) {
            header.extension(ids.mid, &config.mid);
            if let Some(rid) = &config.rid {
                header.extension(if self.rtx.is_some() { ids.repaired_rid } else { ids.rid }, rid);
            }
        }
        if self.clip.codec == Codec::Opus {
            let voice = if sent.audio_level < SILENCE { VOICE_ACTIVITY } else { 0 };
            header.extension(ids.audio_level, &[sent.audio_level | voice]);
        }
        header.extension(ids.abs_capture_time, &sent.capture_ntp.to_be_bytes());
        if ids.transport_wide_cc != 0 {
            header.extension(ids.transport_wide_cc, &stamp.transport_sequence.to_be_bytes());
        } else {
            header.extension(ids.abs_send_time, &stamp.send_time.to_be_bytes()[1..]);
        }
        header.finish()
    }
}
