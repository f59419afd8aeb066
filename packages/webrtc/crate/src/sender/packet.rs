//! One outgoing RTP packet: what is remembered of it for retransmissions, and how it is written.

use super::SenderConfig;
use super::numbers::Numbers;
use crate::clip::{Clip, ClipPacket, Codec};
use crate::clock;
use crate::congestion::CongestionControl;
use crate::rtp::{ExtensionIds, HeaderWriter, MAX_DATAGRAM, ONE_BYTE_MAX};
use crate::srtp::TAG_LEN;

/// Length of a VP8 payload descriptor with a 15-bit picture id (RFC 7741 §4.2), bytes.
const VP8_DESCRIPTOR_LEN: usize = 4;
/// The V bit (RFC 6464 §3): there is voice.
const VOICE_ACTIVITY: u8 = 0x80;
/// The level of digital silence, -dBov (RFC 6464 §3).
const SILENCE: u8 = 127;
/// LiveKit's frame metadata with a time stamp: tag, length and value, length of all of it, magic.
const FRAME_METADATA_LEN: usize = 2 + 8 + 1 + FRAME_METADATA_MAGIC.len();
const FRAME_METADATA_MAGIC: &[u8] = b"LKTS";
/// Packet type of a STAP-A (RFC 6184 §5.4).
const STAP_A: u8 = 24;
/// Mask that inverts the fields of the frame metadata, so that a start code of H.264 cannot appear
/// in them.
const INVERTED: u8 = 0xff;

/// Offset of the frame number in a dependency descriptor (AV1 RTP specification §A.8.2).
const DESCRIPTOR_FRAME_NUMBER: usize = 1;

/// Parts of the peer connection that a packet needs.
pub struct SendContext<'a> {
    /// The header extensions of the peer connection.
    pub ids: &'a ExtensionIds,
    /// The next sequence number of transport-wide congestion control, which counts the packets of
    /// all senders.
    pub transport_sequence: &'a mut u16,
    /// Congestion control of a peer with rate adaptation: it delays video, and counts each packet.
    pub congestion: Option<&'a mut CongestionControl>,
}

impl SendContext<'_> {
    /// A packet of `len` bytes before SRTP was sent with this stamp.
    pub(super) fn on_sent(&mut self, stamp: &Stamp, len: usize) {
        if let (Some(congestion), Some(sequence)) = (&mut self.congestion, stamp.transport_sequence)
        {
            congestion.on_sent(sequence, len + TAG_LEN, clock::monotonic_ns());
        }
    }
}

/// An RTP packet before SRTP: `buf[..len]`.
pub struct PlainPacket<'a> {
    /// Header and payload, and room for the authentication tag.
    pub buf: &'a mut [u8; MAX_DATAGRAM + 64],
    /// Offset of the payload.
    pub header_len: usize,
    /// Header and payload.
    pub len: usize,
    /// SSRC of the stream, or of its RTX stream.
    pub ssrc: u32,
    /// SRTP rollover counter (RFC 3711 §3.3.1).
    pub rollover: u32,
    /// RTP sequence number.
    pub sequence: u16,
}

/// Fields that differ between two transmissions of a packet. Without RTX a retransmission has the
/// nonce of the first transmission, and must be the same bytes (RFC 7714 §8.4): it repeats the
/// stamp.
#[derive(Clone, Copy, Default)]
pub(super) struct Stamp {
    /// True if the remote has reported on this SSRC: the packet needs no mid and rid any more.
    known_to_remote: bool,
    /// Transport-wide sequence number.
    transport_sequence: Option<u16>,
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
            stamp.transport_sequence = Some(*context.transport_sequence);
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
    /// Extended sequence number: the upper bits are the SRTP rollover counter.
    pub(super) sequence: u64,
    pub(super) clip_packet: u32,
    pub(super) timestamp: u32,
    pub(super) numbers: Numbers,
    pub(super) audio_level: u8,
    /// True if the remote has requested it by NACK.
    pub(super) nacked: bool,
    /// Capture time, NTP 32.32.
    pub(super) capture_ntp: u64,
    /// Other fields of its header.
    pub(super) stamp: Stamp,
    /// Time of the last retransmission, monotonic ns; 0 for never.
    pub(super) retransmitted_at: u64,
}

/// SSRC, payload type and sequence number of a retransmission on an RTX stream (RFC 4588).
pub(super) type Rtx = (u32, u8, u16);

/// Values from which a packet is written.
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
        let header_len = self.write_header(sent, &packet, buf);
        let mut at = header_len;
        if self.rtx.is_some() {
            // The original sequence number (RFC 4588 §4).
            buf[at..at + 2].copy_from_slice(&(sent.sequence as u16).to_be_bytes());
            at += 2;
        }
        if self.clip.codec == Codec::Vp8 {
            let start = if packet.starts_frame { 0x10 } else { 0 };
            let [high, low] = (sent.numbers.picture_id | 0x8000).to_be_bytes();
            buf[at..at + VP8_DESCRIPTOR_LEN].copy_from_slice(&[0x80 | start, 0x80, high, low]);
            at += VP8_DESCRIPTOR_LEN;
        }
        let begin = at;
        at += payload.len();
        buf[begin..at].copy_from_slice(payload);
        if self.clip.codec == Codec::Vp9 {
            sent.numbers.complete_vp9(&mut buf[begin..at]);
        }
        if self.config.frame_metadata && packet.marker && self.clip.codec != Codec::Opus {
            at += write_frame_metadata(sent.capture_ntp, &mut buf[at..]);
            if self.clip.codec == Codec::H264 {
                lengthen_last_nal(&mut buf[begin..at], FRAME_METADATA_LEN as u16);
            }
        }
        (header_len, at)
    }

    fn write_header(&self, sent: &SentPacket, packet: &ClipPacket, buf: &mut [u8]) -> usize {
        let Self { config, stamp, .. } = self;
        let ids = config.extensions.as_ref().unwrap_or(self.ids);
        let original = (config.ssrc, config.payload_type, sent.sequence as u16);
        let (ssrc, payload_type, sequence) = self.rtx.unwrap_or(original);
        let mut header =
            HeaderWriter::new(buf, packet.marker, payload_type, sequence, sent.timestamp, ssrc);
        let descriptor = self.clip.descriptor(packet);
        if ids.dependency_descriptor != 0 && descriptor.len() > ONE_BYTE_MAX {
            header.use_two_bytes();
        }
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
            let sequence = stamp.transport_sequence.unwrap_or_default();
            header.extension(ids.transport_wide_cc, &sequence.to_be_bytes());
        } else {
            header.extension(ids.abs_send_time, &stamp.send_time.to_be_bytes()[1..]);
        }
        if ids.dependency_descriptor != 0 && !descriptor.is_empty() {
            header.extension(ids.dependency_descriptor, descriptor);
            header.patch(
                DESCRIPTOR_FRAME_NUMBER,
                descriptor.len(),
                &sent.numbers.frame.to_be_bytes(),
            );
        }
        header.finish()
    }
}

/// Appends the capture time in microseconds since 1970 as livekit-client does
/// (`appendPacketTrailer`), and returns the bytes that it took.
fn write_frame_metadata(capture_ntp: u64, buf: &mut [u8]) -> usize {
    let micros = clock::wall_from_ntp(capture_ntp) / 1_000;
    let (fields, magic) =
        buf[..FRAME_METADATA_LEN].split_at_mut(FRAME_METADATA_LEN - FRAME_METADATA_MAGIC.len());
    fields[..2].copy_from_slice(&[1, 8]);
    fields[2..10].copy_from_slice(&micros.to_be_bytes());
    fields[10] = FRAME_METADATA_LEN as u8;
    for byte in fields {
        *byte ^= INVERTED;
    }
    magic.copy_from_slice(FRAME_METADATA_MAGIC);
    FRAME_METADATA_LEN
}

/// Lengthens the last NAL unit of a STAP-A, where each has its length before it (RFC 6184 §5.7.1):
/// the metadata becomes part of it. In other packets the NAL unit ends with the packet.
fn lengthen_last_nal(payload: &mut [u8], by: u16) {
    if payload[0] & 0x1f != STAP_A {
        return;
    }
    let mut last = 1;
    while let Some(&[high, low]) = payload.get(last..last + 2) {
        let length = u16::from_be_bytes([high, low]);
        let next = last + 2 + length as usize;
        if next + by as usize >= payload.len() {
            payload[last..last + 2].copy_from_slice(&(length + by).to_be_bytes());
            return;
        }
        last = next;
    }
}
