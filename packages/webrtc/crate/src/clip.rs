//! A pre-packetised clip, shared by all who play it.

/// One RTP payload of a clip.
#[derive(Debug, Clone, Copy)]
pub struct ClipPacket {
    pub offset: u32,
    pub len: u32,
    pub marker: bool,
    pub starts_frame: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct ClipFrame {
    pub first_packet: u32,
    pub packets: u32,
    /// RTP clock ticks until the next frame.
    pub duration: u32,
    pub keyframe: bool,
    /// RFC 6464, -dBov; 127 for video.
    pub audio_level: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Opus,
    Vp8,
    H264,
    Other,
}

impl Codec {
    pub fn named(name: &str) -> Self {
        match name {
            "opus" => Self::Opus,
            "vp8" => Self::Vp8,
            "h264" => Self::H264,
            _ => Self::Other,
        }
    }
}

#[derive(Debug)]
pub struct Clip {
    pub codec: Codec,
    pub clock_rate: u32,
    payload: Vec<u8>,
    packets: Vec<ClipPacket>,
    frames: Vec<ClipFrame>,
}

impl Clip {
    /// `packets` and `frames` are the quadruples that `ClipData` describes in TypeScript.
    pub fn new(
        codec: Codec,
        clock_rate: u32,
        payload: Vec<u8>,
        packets: &[u32],
        frames: &[u32],
        levels: &[u8],
    ) -> Result<Self, String> {
        if clock_rate == 0
            || frames.is_empty()
            || !packets.len().is_multiple_of(4)
            || !frames.len().is_multiple_of(4)
        {
            return Err("a clip needs a clock rate, at least one frame, and four numbers a packet and a frame".into());
        }
        let packets: Vec<_> = packets
            .chunks_exact(4)
            .map(|p| ClipPacket {
                offset: p[0],
                len: p[1],
                marker: p[2] != 0,
                starts_frame: p[3] != 0,
            })
            .collect();
        let frames: Vec<_> = frames
            .chunks_exact(4)
            .enumerate()
            .map(|(i, f)| ClipFrame {
                first_packet: f[0],
                packets: f[1],
                duration: f[2],
                keyframe: f[3] != 0,
                audio_level: levels.get(i).copied().unwrap_or(127) & 0x7f,
            })
            .collect();
        if let Some(p) = packets
            .iter()
            .find(|p| p.offset as usize + p.len as usize > payload.len() || p.len > 1_200)
        {
            return Err(format!(
                "a packet of {} bytes at {} does not fit the clip or a datagram",
                p.len, p.offset
            ));
        }
        if frames.iter().any(|f| {
            f.packets == 0
                || f.duration == 0
                || (f.first_packet + f.packets) as usize > packets.len()
        }) {
            return Err("a frame names packets that are not there, or lasts no time".into());
        }
        if !frames[0].keyframe {
            return Err("a clip must begin with a keyframe".into());
        }
        Ok(Self { codec, clock_rate, payload, packets, frames })
    }

    pub fn frame(&self, index: usize) -> ClipFrame {
        self.frames[index]
    }

    pub fn frame_after(&self, index: usize) -> usize {
        (index + 1) % self.frames.len()
    }

    /// The next keyframe at or after `index`, around the loop.
    pub fn keyframe_from(&self, index: usize) -> usize {
        (index..self.frames.len()).find(|&i| self.frames[i].keyframe).unwrap_or(0)
    }

    pub fn packet(&self, index: u32) -> (ClipPacket, &[u8]) {
        let packet = self.packets[index as usize];
        (packet, &self.payload[packet.offset as usize..(packet.offset + packet.len) as usize])
    }
}
