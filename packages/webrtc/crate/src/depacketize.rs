//! Frames from RTP payloads, and NAL units from frames.

use crate::clip::Codec;

/// NAL unit type of a sequence parameter set (H.264 table 7-1).
pub const SPS: u8 = 7;
/// Packet types of RFC 6184 §5.2.
pub const STAP_A: u8 = 24;
/// See [`STAP_A`].
pub const FU_A: u8 = 28;
/// Bit in the header of an FU-A that marks the first fragment (RFC 6184 §5.8).
pub const FU_START: u8 = 0x80;
/// Bit in the header of an FU-A that marks the last fragment.
pub const FU_END: u8 = 0x40;
/// Start code in front of each NAL unit of a frame (H.264 annex B), as libwebrtc writes it.
pub const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// The type in the first byte of a NAL unit or of an H.264 payload.
pub fn nal_type(first: u8) -> u8 {
    first & 0x1f
}

/// Offsets of the NAL units of a frame, behind their start codes of three or four bytes.
pub struct NalUnits<'a> {
    frame: &'a [u8],
    at: usize,
}

impl<'a> NalUnits<'a> {
    /// The NAL units of a frame with start codes.
    pub fn of(frame: &'a [u8]) -> Self {
        Self { frame, at: 0 }
    }
}

impl Iterator for NalUnits<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let found = self.frame.get(self.at..)?.windows(3).position(|three| three == [0, 0, 1])?;
        self.at += found + 3;
        (self.at < self.frame.len()).then_some(self.at)
    }
}

/// The part of a VP8 frame behind the payload descriptor (RFC 7741 §4.2), and whether the frame
/// begins with it.
pub fn vp8_part(payload: &[u8]) -> Option<(&[u8], bool)> {
    let (&first, mut rest) = payload.split_first()?;
    if first & 0x80 != 0 {
        let (&flags, tail) = rest.split_first()?;
        rest = tail;
        if flags & 0x80 != 0 {
            let long = rest.first()? & 0x80 != 0;
            rest = rest.get(1 + long as usize..)?;
        }
        if flags & 0x40 != 0 {
            rest = rest.get(1..)?; // TL0PICIDX
        }
        if flags & 0x30 != 0 {
            rest = rest.get(1..)?; // TID, KEYIDX
        }
    }
    // S, and partition 0.
    Some((rest, first & 0x17 == 0x10))
}

/// A payload descriptor of VP9 (RFC 9628 §4.2).
#[derive(Debug, PartialEq, Eq)]
pub struct Vp9Part<'a> {
    /// It begins a layer of a picture that refers to no earlier picture.
    pub begins_keyframe: bool,
    /// The spatial layer.
    pub spatial: u8,
    /// Width and height of each spatial layer, four bytes each; empty without.
    pub sizes: &'a [u8],
}

/// Reads a payload of VP9.
pub fn vp9_part(payload: &[u8]) -> Option<Vp9Part<'_>> {
    const DIFFERENCES: usize = 3;
    let (&first, mut rest) = payload.split_first()?;
    let has = |bit: u8| first & bit != 0;
    let (is_inter, is_flexible) = (has(0x40), has(0x10));
    if has(0x80) {
        let long = rest.first()? & 0x80 != 0;
        rest = rest.get(1 + long as usize..)?;
    }
    let mut spatial = 0;
    if has(0x20) {
        spatial = rest.first()? >> 1 & 7;
        rest = rest.get(1 + !is_flexible as usize..)?;
    }
    if is_flexible && is_inter {
        let more = rest.iter().take(DIFFERENCES).take_while(|byte| **byte & 1 != 0).count();
        rest = rest.get((more + 1).min(DIFFERENCES)..)?;
    }
    let mut sizes = &rest[..0];
    if has(0x02) {
        let (&structure, tail) = rest.split_first()?;
        if structure & 0x10 != 0 {
            sizes = tail.get(..4 * (1 + (structure >> 5) as usize))?;
        }
    }
    Some(Vp9Part { begins_keyframe: !is_inter && has(0x08), spatial, sizes })
}

/// Appends what an H.264 payload carries, with start codes of four bytes. `None` for what RFC 6184
/// does not have in packetization mode 1.
pub fn append_h264(payload: &[u8], frame: &mut Vec<u8>) -> Option<()> {
    let (&first, mut rest) = payload.split_first()?;
    match nal_type(first) {
        1..=23 => {
            frame.extend_from_slice(&START_CODE);
            frame.extend_from_slice(payload);
        }
        STAP_A => {
            while let Some((len, tail)) = rest.split_first_chunk::<2>() {
                let unit = tail.get(..u16::from_be_bytes(*len) as usize)?;
                frame.extend_from_slice(&START_CODE);
                frame.extend_from_slice(unit);
                rest = &tail[unit.len()..];
            }
        }
        FU_A => {
            let (&fragment, tail) = rest.split_first()?;
            if fragment & FU_START != 0 {
                frame.extend_from_slice(&START_CODE);
                frame.push(first & 0xe0 | nal_type(fragment));
            }
            frame.extend_from_slice(tail);
        }
        _ => return None,
    }
    Some(())
}

/// Appends what a payload carries, and returns whether a frame certainly begins with it. Of H.264
/// only keyframes show it. `None` for what cannot be read.
pub fn append(codec: Codec, payload: &[u8], frame: &mut Vec<u8>) -> Option<bool> {
    match codec {
        Codec::Vp8 => {
            let (part, starts) = vp8_part(payload)?;
            frame.extend_from_slice(part);
            Some(starts)
        }
        Codec::H264 => {
            let at = frame.len();
            append_h264(payload, frame)?;
            Some(frame.get(at + START_CODE.len()).is_some_and(|first| nal_type(*first) == SPS))
        }
        Codec::Opus | Codec::Vp9 | Codec::Av1 | Codec::Other => {
            frame.extend_from_slice(payload);
            Some(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nal_units_are_found_behind_short_and_long_start_codes() {
        let frame = [0, 0, 0, 1, 0x67, 0, 0, 1, 0x68, 9, 0, 0, 0, 1, 0x65, 0, 0, 1];
        assert_eq!(NalUnits::of(&frame).collect::<Vec<_>>(), [4, 8, 14]);
        assert_eq!(NalUnits::of(&[]).count(), 0);
    }

    #[test]
    fn vp9_descriptors_of_every_kind_are_read() {
        let sizes = [0, 160, 0, 90, 1, 64, 0, 180];
        let key = [&[0xaa, 0x80, 1, 0x02, 7, 0x30][..], &sizes, &[0x82, 0x49]].concat();
        let part = Vp9Part { begins_keyframe: true, spatial: 1, sizes: &sizes };
        assert_eq!(vp9_part(&key), Some(part));
        let none =
            |begins_keyframe, spatial| Some(Vp9Part { begins_keyframe, spatial, sizes: &[] });
        assert_eq!(vp9_part(&[0x88, 0x05, 9]), none(true, 0)); // a picture id of 7 bits
        assert_eq!(vp9_part(&[0xc8, 0x80, 1, 9]), none(false, 0)); // refers to a picture before
        assert_eq!(vp9_part(&[0xfc, 0x80, 1, 0x44, 3, 5, 7, 9]), none(false, 2)); // flexible mode
        assert_eq!(vp9_part(&[0x80, 0x80, 1, 9]), none(false, 0)); // not the first packet
        for len in 0..14 {
            assert_eq!(vp9_part(&key[..len]), None, "{len}");
        }
    }

    #[test]
    fn h264_payloads_of_every_kind_make_up_a_frame() {
        let mut frame = Vec::new();
        assert_eq!(
            append(Codec::H264, &[0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2], &mut frame),
            Some(true)
        );
        assert_eq!(append(Codec::H264, &[0x7c, 0x85, 3], &mut frame), Some(false));
        assert_eq!(append(Codec::H264, &[0x7c, 0x45, 4], &mut frame), Some(false));
        assert_eq!(append(Codec::H264, &[0x06, 5], &mut frame), Some(false));
        let expected = [&START_CODE[..], &[0x67, 1], &START_CODE, &[0x68, 2], &START_CODE];
        let expected = [&expected.concat()[..], &[0x65, 3, 4], &START_CODE, &[0x06, 5]].concat();
        assert_eq!(frame, expected);
        assert_eq!(append(Codec::H264, &[0x78, 0, 9, 1], &mut frame), None);
        assert_eq!(append(Codec::H264, &[0x79], &mut frame), None);
    }
}
