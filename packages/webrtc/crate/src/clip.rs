//! A clip: RTP payloads that are shared by all senders that play it.

use napi_derive::napi;

/// The level of frames without one: video (RFC 6464 §3: digital silence).
const NO_AUDIO_LEVEL: u8 = 127;
/// The longest RTP payload of a clip: with headers and tag it must fit a datagram.
const MAX_PAYLOAD: u32 = 1_200;

/// One RTP payload of a clip.
#[derive(Debug, Clone, Copy)]
pub struct ClipPacket {
    /// Where it begins in the payloads of the clip.
    pub offset: u32,
    /// Bytes.
    pub len: u32,
    /// RTP marker bit.
    pub marker: bool,
    /// The first packet of its frame.
    pub starts_frame: bool,
}

/// One frame of a clip.
#[derive(Debug, Clone, Copy)]
pub struct ClipFrame {
    /// Index of its first packet.
    pub first_packet: u32,
    /// How many packets it has, 1 or more.
    pub packets: u32,
    /// RTP clock ticks until the next frame, 1 or more.
    pub duration: u32,
    /// Whether it can be decoded on its own.
    pub keyframe: bool,
    /// RFC 6464 level, -dBov.
    pub audio_level: u8,
}

/// What an RTP payload carries.
#[napi(string_enum = "lowercase")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// RFC 7587.
    Opus,
    /// RFC 7741.
    Vp8,
    /// RFC 6184.
    H264,
    /// Counted, but not looked into.
    Other,
}

/// Why a clip cannot be played.
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
        /// Where it should begin.
        offset: u32,
    },
    /// A frame without packets, without duration, or with packets that do not exist.
    #[error("frame {0} has no duration, or refers to packets that do not exist")]
    Frame(usize),
    /// The first frame cannot be decoded.
    #[error("a clip must begin with a keyframe")]
    FirstFrame,
}

/// Payloads, and the frames that they make up. It loops.
#[derive(Debug)]
pub struct Clip {
    /// What it carries.
    pub codec: Codec,
    /// RTP clock, Hz.
    pub clock_rate: u32,
    payload: Vec<u8>,
    packets: Vec<ClipPacket>,
    frames: Vec<ClipFrame>,
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
        };
        let frame = |(i, &[first_packet, packets, duration, keyframe]): (usize, &[u32; 4])| {
            let audio_level = levels.get(i).copied().unwrap_or(NO_AUDIO_LEVEL) & 0x7f;
            ClipFrame { first_packet, packets, duration, keyframe: keyframe != 0, audio_level }
        };
        let packets: Vec<ClipPacket> = packets.iter().map(packet).collect();
        let frames: Vec<ClipFrame> = frames.iter().enumerate().map(frame).collect();
        let fits = |p: &ClipPacket| {
            p.len <= MAX_PAYLOAD && p.offset as usize + p.len as usize <= payload.len()
        };
        if let Some(&ClipPacket { len, offset, .. }) = packets.iter().find(|p| !fits(p)) {
            return Err(ClipError::Packet { len, offset });
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
        Ok(Self { codec, clock_rate, payload, packets, frames })
    }

    /// A frame by its index.
    pub fn frame(&self, index: usize) -> ClipFrame {
        self.frames[index]
    }

    /// Index of the frame after `index`, around the loop.
    pub fn frame_after(&self, index: usize) -> usize {
        (index + 1) % self.frames.len()
    }

    /// Index of the next keyframe at or after `index`, around the loop.
    pub fn keyframe_from(&self, index: usize) -> usize {
        (index..self.frames.len()).find(|&i| self.frames[i].keyframe).unwrap_or(0)
    }

    /// A packet by its index, with its payload.
    pub fn packet(&self, index: u32) -> (ClipPacket, &[u8]) {
        let packet = self.packets[index as usize];
        (packet, &self.payload[packet.offset as usize..(packet.offset + packet.len) as usize])
    }
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
}
