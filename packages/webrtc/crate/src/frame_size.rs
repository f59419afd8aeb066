//! The resolution of a video, read from the payloads that begin a keyframe.

use h264_reader::nal::sps::SeqParameterSet;
use h264_reader::nal::{Nal, RefNal};

use crate::clip::Codec;
use crate::depacketize::{SPS, STAP_A, nal_type, vp8_part};

/// Size of a frame, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameSize {
    /// Pixels of a line.
    pub width: u16,
    /// Lines.
    pub height: u16,
}

/// `Some` when `payload` (of RTP, padding removed) begins a keyframe and has its size.
pub fn keyframe_size(codec: Codec, payload: &[u8]) -> Option<FrameSize> {
    match codec {
        Codec::Vp8 => vp8(payload),
        Codec::H264 => h264(payload),
        // What it is depends on the layers that follow: see `receiver/layers.rs`.
        Codec::Vp9 | Codec::Av1 => None,
        Codec::Opus | Codec::Other => None,
    }
}

/// Payload descriptor of RFC 7741 §4.2, then the frame header of RFC 6386 §9.1.
fn vp8(payload: &[u8]) -> Option<FrameSize> {
    if payload.first()? & 0x17 != 0x10 {
        return None; // not the start of partition 0
    }
    let header = vp8_part(payload)?.0.get(..10)?;
    if header[0] & 1 != 0 || header[3..6] != [0x9d, 0x01, 0x2a] {
        return None;
    }
    let size = |low: u8, high: u8| u16::from_le_bytes([low, high]) & 0x3fff;
    Some(FrameSize { width: size(header[6], header[7]), height: size(header[8], header[9]) })
}

/// A sequence parameter set, alone or in a STAP-A (RFC 6184 §5.7.1).
fn h264(payload: &[u8]) -> Option<FrameSize> {
    let (&first, mut rest) = payload.split_first()?;
    match nal_type(first) {
        SPS => sps_size(payload),
        STAP_A => {
            while let Some((len, tail)) = rest.split_first_chunk::<2>() {
                let unit = tail.get(..u16::from_be_bytes(*len) as usize)?;
                if nal_type(*unit.first()?) == SPS {
                    return sps_size(unit);
                }
                rest = &tail[unit.len()..];
            }
            None
        }
        _ => None,
    }
}

fn sps_size(unit: &[u8]) -> Option<FrameSize> {
    let nal = RefNal::new(unit, &[], true);
    let (width, height) =
        SeqParameterSet::from_bits(nal.rbsp_bits()).ok()?.pixel_dimensions().ok()?;
    Some(FrameSize { width: width.try_into().ok()?, height: height.try_into().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VP8_KEYFRAME: [u8; 10] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01];
    /// 640 × 360, constrained baseline, as x264 writes it.
    const SPS: [u8; 25] = [
        0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02, 0x80, 0xbf, 0xe5, 0xc0, 0x4a, 0x50, 0x00, 0x00, 0x03,
        0x00, 0x10, 0x00, 0x00, 0x03, 0x02, 0x88, 0xf1, 0x83, 0x2a,
    ];

    fn size(width: u16, height: u16) -> Option<FrameSize> {
        Some(FrameSize { width, height })
    }

    #[test]
    fn the_size_of_vp8_keyframes_is_found_behind_any_descriptor() {
        for descriptor in [
            &[0x10][..],
            &[0x90, 0x80, 0x81, 0x23],
            &[0x90, 0x80, 0x11],
            &[0x90, 0xe0, 0x81, 0x23, 0x05, 0x20],
        ] {
            assert_eq!(
                vp8(&[descriptor, &VP8_KEYFRAME].concat()),
                size(640, 360),
                "{descriptor:?}"
            );
        }
    }

    #[test]
    fn later_packets_and_delta_frames_have_no_size() {
        assert_eq!(vp8(&[&[0x00][..], &VP8_KEYFRAME].concat()), None);
        let mut delta = VP8_KEYFRAME;
        delta[0] |= 1;
        assert_eq!(vp8(&[&[0x10][..], &delta].concat()), None);
    }

    #[test]
    fn the_size_of_h264_is_in_its_parameter_set() {
        assert_eq!(h264(&SPS), size(640, 360));
        let pps = [0x68, 0xcb, 0x83, 0xcb, 0x20];
        let mut stap = vec![0x78];
        for unit in [&SPS[..], &pps] {
            stap.extend((unit.len() as u16).to_be_bytes());
            stap.extend(unit);
        }
        assert_eq!(h264(&stap), size(640, 360));
        assert_eq!(h264(&[0x61, 1, 2, 3]), None);
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut rng = fastrand::Rng::with_seed(11);
        for _ in 0..100_000 {
            let mut payload = vec![0; rng.usize(0..48)];
            rng.fill(&mut payload);
            if rng.bool() && !payload.is_empty() {
                payload[0] = [0x67, 0x78, 0x90][rng.usize(0..3)];
            }
            for codec in [Codec::Vp8, Codec::H264] {
                keyframe_size(codec, &payload);
            }
        }
    }
}
