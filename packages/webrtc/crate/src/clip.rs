//! A clip: RTP payloads that are shared by all senders that play it.

mod sealed;

use std::sync::{Arc, OnceLock};

use napi_derive::napi;

use crate::voice::voiced_frames;

/// The level of frames without one: video (RFC 6464 §3: digital silence).
const NO_AUDIO_LEVEL: u8 = 127;
/// The longest RTP payload of a clip: with headers and tag it must fit a datagram.
const MAX_PAYLOAD: u32 = 1_200;
/// The mandatory fields of a dependency descriptor.
const DESCRIPTOR_LEN: usize = 3;
/// The payload descriptor of layered VP9, which the sender completes.
const MIN_VP9_PAYLOAD: usize = 5;

/// One RTP payload of a clip.
#[derive(Debug, Clone, Copy)]
pub struct ClipPacket {
    /// Offset of the payload in the payloads of the clip, bytes.
    pub offset: u32,
    /// Length, bytes.
    pub len: u32,
    /// RTP marker bit.
    pub marker: bool,
    /// True for the first packet of its frame.
    pub starts_frame: bool,
    /// Bytes of the dependency descriptor in front of it; 0 for none.
    pub descriptor_len: u8,
}

/// One frame of a clip.
#[derive(Debug, Clone, Copy)]
pub struct ClipFrame {
    /// Index of its first packet.
    pub first_packet: u32,
    /// Number of its packets, 1 or more.
    pub packets: u32,
    /// RTP clock ticks until the next frame, 1 or more.
    pub duration: u32,
    /// True if the frame can be decoded on its own.
    pub keyframe: bool,
    /// Audio level (RFC 6464), -dBov.
    pub audio_level: u8,
}

/// Codec of an RTP payload.
#[napi(string_enum = "lowercase")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Opus (RFC 7587).
    Opus,
    /// VP8 (RFC 7741).
    Vp8,
    /// H.264 (RFC 6184).
    H264,
    /// VP9 (RFC 9628).
    Vp9,
    /// AV1 (RTP Payload Format For AV1, of the Alliance for Open Media).
    Av1,
    /// Another codec: its packets are counted, but not looked into.
    Other,
}

/// Reason why a clip cannot be played.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClipError {
    /// The tables are empty or have incomplete rows.
    #[error(
        "a clip needs a clock rate, at least one frame, and four numbers per packet and per frame"
    )]
    Shape,
    /// A packet that lies outside of the payloads, or that no datagram can carry.
    #[error("a packet of {len} bytes at {offset} does not fit the clip or a datagram")]
    Packet {
        /// Bytes of the packet.
        len: u32,
        /// Offset at which the packet should begin, bytes.
        offset: u32,
    },
    /// A packet of VP9 or AV1 without what must precede it.
    #[error("packet {0} has no dependency descriptor")]
    Descriptor(usize),
    /// A frame without packets, without duration, or with packets that do not exist.
    #[error("frame {0} has no duration, or refers to packets that do not exist")]
    Frame(usize),
    /// The first frame cannot be decoded.
    #[error("a clip must begin with a keyframe")]
    FirstFrame,
    /// A sender cannot change its codec.
    #[error("a sender plays clips of one codec and clock rate")]
    OtherCodec,
    /// A clip without voice cannot be played once: its end could not be seen.
    #[error("the clip has no voice")]
    Silent,
    /// A frame that cannot be encrypted: H.264 without a slice, or without a key.
    #[error("frame {0} cannot be encrypted")]
    Unsealable(usize),
}

/// Payloads, and the frames that they make up. It loops.
#[derive(Debug)]
pub struct Clip {
    /// Codec of the payloads.
    pub codec: Codec,
    /// RTP clock, Hz.
    pub clock_rate: u32,
    payload: Vec<u8>,
    packets: Vec<ClipPacket>,
    frames: Vec<ClipFrame>,
    /// RTP clock ticks of all frames.
    ticks: u64,
    /// Frames with voice, once they were asked for.
    voice: OnceLock<Option<Arc<[bool]>>>,
}

impl Clip {
    /// `packets` has four numbers per packet: offset, length, marker, starts a frame. `frames` has
    /// four per frame: first packet, packets, duration in RTP clock ticks, keyframe. `levels` has
    /// one RFC 6464 level per frame, or none.
    pub fn new(
        codec: Codec,
        clock_rate: u32,
        payload: Vec<u8>,
        packets: &[u32],
        frames: &[u32],
        levels: &[u8],
    ) -> Result<Self, ClipError> {
        let (packets, []) = packets.as_chunks::<4>() else { return Err(ClipError::Shape) };
        let (frames, []) = frames.as_chunks::<4>() else { return Err(ClipError::Shape) };
        if clock_rate == 0 || frames.is_empty() {
            return Err(ClipError::Shape);
        }
        let packet = |&[offset, len, marker, starts_frame]: &[u32; 4]| ClipPacket {
            offset,
            len,
            marker: marker != 0,
            starts_frame: starts_frame != 0,
            descriptor_len: 0,
        };
        let frame = |(i, &[first_packet, packets, duration, keyframe]): (usize, &[u32; 4])| {
            let audio_level = levels.get(i).copied().unwrap_or(NO_AUDIO_LEVEL) & 0x7f;
            ClipFrame { first_packet, packets, duration, keyframe: keyframe != 0, audio_level }
        };
        let mut packets: Vec<ClipPacket> = packets.iter().map(packet).collect();
        let frames: Vec<ClipFrame> = frames.iter().enumerate().map(frame).collect();
        let fits = |p: &ClipPacket| {
            p.len <= MAX_PAYLOAD && p.offset as usize + p.len as usize <= payload.len()
        };
        if let Some(&ClipPacket { len, offset, .. }) = packets.iter().find(|p| !fits(p)) {
            return Err(ClipError::Packet { len, offset });
        }
        if matches!(codec, Codec::Vp9 | Codec::Av1) {
            let least = if codec == Codec::Vp9 { MIN_VP9_PAYLOAD } else { 1 };
            split_descriptors(&mut packets, &payload, least)?;
        }
        let is_playable = |f: &ClipFrame| {
            let end = f.first_packet as usize + f.packets as usize;
            f.packets > 0 && f.duration > 0 && end <= packets.len()
        };
        if let Some(index) = frames.iter().position(|f| !is_playable(f)) {
            return Err(ClipError::Frame(index));
        }
        if !frames[0].keyframe {
            return Err(ClipError::FirstFrame);
        }
        let ticks = frames.iter().map(|frame| frame.duration as u64).sum();
        let voice = OnceLock::new();
        Ok(Self { codec, clock_rate, payload, packets, frames, ticks, voice })
    }

    /// A frame by its index.
    pub fn frame(&self, index: usize) -> ClipFrame {
        self.frames[index]
    }

    /// Voice flag of each frame, up to the last one with voice; `None` for a silent clip. The first
    /// call decodes the clip.
    pub fn voice(&self) -> Option<Arc<[bool]>> {
        self.voice.get_or_init(|| voiced_frames(self)).clone()
    }

    /// Index of the frame after `index`, around the loop.
    pub fn frame_after(&self, index: usize) -> usize {
        (index + 1) % self.frames.len()
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.frames.len()
    }

    /// Mean bit rate of its payloads, with `overhead` bytes for each packet, bit/s.
    pub fn rate(&self, overhead: usize) -> f64 {
        let bytes = self.payload.len() + self.packets.len() * overhead;
        bytes as f64 * 8.0 * self.clock_rate as f64 / self.ticks as f64
    }

    /// Index of the next keyframe at or after `index`, around the loop.
    pub fn keyframe_from(&self, index: usize) -> usize {
        (index..self.frames.len()).find(|&i| self.frames[i].keyframe).unwrap_or(0)
    }

    /// The dependency descriptor of a packet, with 0 as the frame number; empty for none.
    pub fn descriptor(&self, packet: &ClipPacket) -> &[u8] {
        let end = packet.offset as usize;
        &self.payload[end - packet.descriptor_len as usize..end]
    }

    /// A packet by its index, with its payload.
    pub fn packet(&self, index: u32) -> (ClipPacket, &[u8]) {
        let packet = self.packets[index as usize];
        (packet, &self.payload[packet.offset as usize..(packet.offset + packet.len) as usize])
    }
}

/// VP9 and AV1: each payload is preceded by its dependency descriptor, and that by its length. It
/// has at least `least` bytes.
fn split_descriptors(
    packets: &mut [ClipPacket],
    payload: &[u8],
    least: usize,
) -> Result<(), ClipError> {
    for (index, packet) in packets.iter_mut().enumerate() {
        let bytes = &payload[packet.offset as usize..(packet.offset + packet.len) as usize];
        let len = bytes.first().copied().unwrap_or(0);
        let before = 1 + len as u32;
        if (len as usize) < DESCRIPTOR_LEN || before as usize + least > bytes.len() {
            return Err(ClipError::Descriptor(index));
        }
        packet.offset += before;
        packet.len -= before;
        packet.descriptor_len = len;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: [u32; 4] = [0, 10, 1, 1];
    const FRAME: [u32; 4] = [0, 1, 960, 1];

    fn clip(packets: &[u32], frames: &[u32]) -> Result<Clip, ClipError> {
        Clip::new(Codec::Opus, 48_000, vec![0; 10], packets, frames, &[])
    }

    #[test]
    fn contradictory_tables_are_rejected() {
        assert!(clip(&PACKET, &FRAME).is_ok());
        assert_eq!(clip(&PACKET[..3], &FRAME).unwrap_err(), ClipError::Shape);
        assert_eq!(clip(&PACKET, &[]).unwrap_err(), ClipError::Shape);
        let beyond = ClipError::Packet { len: 10, offset: 1 };
        assert_eq!(clip(&[1, 10, 1, 1], &FRAME).unwrap_err(), beyond);
        for frame in [[0, 2, 960, 1], [u32::MAX, u32::MAX, 960, 1], [0, 0, 960, 1], [0, 1, 0, 1]] {
            assert_eq!(clip(&PACKET, &frame).unwrap_err(), ClipError::Frame(0), "{frame:?}");
        }
        assert_eq!(clip(&PACKET, &[0, 1, 960, 0]).unwrap_err(), ClipError::FirstFrame);
    }

    #[test]
    fn a_descriptor_precedes_each_packet_of_vp9() {
        let vp9 = |payload: [u8; 10]| {
            Clip::new(Codec::Vp9, 90_000, payload.to_vec(), &PACKET, &[0, 1, 3_000, 1], &[])
        };
        let clip = vp9([3, 0x80, 0, 0, 0x8c, 0x80, 0, 1, 2, 3]).unwrap();
        let (packet, payload) = clip.packet(0);
        assert_eq!(payload, [0x8c, 0x80, 0, 1, 2, 3]);
        assert_eq!(clip.descriptor(&packet), [0x80, 0, 0]);
        for len in [0, 2, 5, 255] {
            let clip = vp9([len, 0x80, 0, 0, 0x8c, 0x80, 0, 1, 2, 3]);
            assert_eq!(clip.unwrap_err(), ClipError::Descriptor(0), "{len}");
        }
    }
}
