//! The encrypted frame (livekit-client, `FrameCryptor.ts`):
//!
//! ```text
//! +--------------+------------+-----+----+------+-----------+
//! | clear header | ciphertext | tag | IV | 0x0c | key index |
//! +--------------+------------+-----+----+------+-----------+
//!                                16   12    1         1
//! ```
//!
//! The clear header is authenticated. In H.264 it ends within the first slice, and what follows is
//! escaped as an RBSP (H.264 §7.4.1), so that the frame can still be cut into NAL units.

use super::keys::{IV_LEN, KeyRing};
use crate::clip::Codec;
use crate::depacketize::{NalUnits, SPS, nal_type};

const TRAILER_LEN: usize = 2;
const TAG_LEN: usize = 16;
/// Bytes by which an encrypted frame is longer, unless it is escaped.
pub(crate) const SEALED_BYTES: usize = TAG_LEN + IV_LEN + TRAILER_LEN;

/// A part of the bitstream stays clear, so that servers find keyframes.
struct Layout {
    clear: usize,
    escaped: bool,
}

fn layout(codec: Codec, frame: &[u8]) -> Layout {
    let plain = |clear: usize| Layout { clear: clear.min(frame.len()), escaped: false };
    // RFC 6386 §9.1: the first bit of a frame is 0 in keyframes.
    let vp8 = |is_keyframe: bool| plain(if is_keyframe { 10 } else { 3 });
    match codec {
        Codec::Opus => plain(1),
        Codec::Vp8 => vp8(frame.first().is_some_and(|first| first & 1 == 0)),
        Codec::H264 => match NalUnits::of(frame).find(|at| is_slice(frame[*at])) {
            Some(at) => Layout { clear: (at + 2).min(frame.len()), escaped: true },
            None => vp8(NalUnits::of(frame).any(|at| nal_type(frame[at]) == SPS)),
        },
        Codec::Vp9 | Codec::Av1 | Codec::Other => plain(0),
    }
}

/// Slices of a non-IDR and of an IDR picture.
pub(crate) fn is_slice(first: u8) -> bool {
    matches!(nal_type(first), 1 | 5)
}

/// Encrypts a frame: Opus, VP8 without payload descriptor, or H.264 with start codes of four bytes.
/// `None` without a key with this index.
pub(crate) fn seal(codec: Codec, frame: &[u8], keys: &KeyRing, index: u8) -> Option<Vec<u8>> {
    let Layout { clear, escaped } = layout(codec, frame);
    let (header, body) = frame.split_at(clear);
    let mut sealed = body.to_vec();
    let iv = keys.seal(index, header, &mut sealed)?;
    sealed.extend_from_slice(&iv);
    sealed.extend_from_slice(&[IV_LEN as u8, index]);
    let mut whole = header.to_vec();
    if escaped {
        escape(&sealed, &mut whole);
    } else {
        whole.extend_from_slice(&sealed);
    }
    Some(whole)
}

/// Decrypts a frame in place, which is spoilt where that fails. Returns the index of its key.
pub(crate) fn open(codec: Codec, frame: &mut Vec<u8>, keys: &KeyRing) -> Option<u8> {
    let Layout { clear, escaped } = layout(codec, frame);
    if escaped {
        unescape(frame, clear);
    }
    let (header, body) = frame.split_at_mut(clear);
    let (body, &mut [iv_len, index]) = body.split_last_chunk_mut::<TRAILER_LEN>()?;
    if iv_len as usize != IV_LEN {
        return None;
    }
    let (body, iv) = body.split_last_chunk_mut::<IV_LEN>()?;
    let len = keys.open(index, iv, header, body)?.len();
    frame.truncate(clear + len);
    Some(index)
}

/// Keeps start codes out of what is not parsed: 00 00 0x becomes 00 00 03 0x.
fn escape(bytes: &[u8], to: &mut Vec<u8>) {
    let mut zeros = 0;
    for &byte in bytes {
        if byte <= 3 && zeros >= 2 {
            to.push(3);
            zeros = 0;
        }
        to.push(byte);
        zeros = if byte == 0 { zeros + 1 } else { 0 };
    }
}

/// Removes what [`escape`] added behind `from`.
fn unescape(frame: &mut Vec<u8>, from: usize) {
    let (mut kept, mut zeros) = (from, 0);
    for at in from..frame.len() {
        let byte = frame[at];
        if byte == 3 && zeros >= 2 {
            zeros = 0;
            continue;
        }
        frame[kept] = byte;
        kept += 1;
        zeros = if byte == 0 { zeros + 1 } else { 0 };
    }
    frame.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that encryption adds to a frame: tag, initialisation vector and trailer.
    const OVERHEAD: usize = 16 + 12 + 2;

    fn ring(key: u8) -> KeyRing {
        let mut ring = KeyRing::default();
        ring.set(7, &[key; 16]).unwrap();
        ring
    }

    /// A parameter set, then a slice whose content is all zeros.
    fn h264() -> Vec<u8> {
        [&[0, 0, 0, 1, 0x67, 1, 2][..], &[0, 0, 0, 1, 0x65, 0x88], &[0; 300]].concat()
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_key_only() {
        for (codec, frame, clear) in [
            (Codec::Opus, vec![0x78; 90], 1),
            (Codec::Vp8, vec![0x10; 400], 10),
            (Codec::Vp8, vec![0x31; 400], 3),
            (Codec::H264, h264(), 13),
        ] {
            let sealed = seal(codec, &frame, &ring(1), 7).unwrap();
            assert_eq!(sealed[..clear], frame[..clear]);
            assert!(sealed.len() >= frame.len() + OVERHEAD);
            let mut opened = sealed.clone();
            assert_eq!(open(codec, &mut opened, &ring(1)), Some(7));
            assert_eq!(opened, frame);
            assert_eq!(open(codec, &mut sealed.clone(), &ring(2)), None);
            let mut forged = sealed.clone();
            forged[0] ^= 0x40;
            assert_eq!(open(codec, &mut forged, &ring(1)), None, "{codec:?}");
        }
        assert_eq!(seal(Codec::Opus, &[1, 2], &ring(1), 3), None);
    }

    #[test]
    fn escapes_leave_no_start_code() {
        for bytes in [&[0, 0, 0, 0, 0][..], &[0, 0, 1], &[0, 0, 3], &[1, 0, 0, 2, 0, 0], &[]] {
            let mut escaped = vec![9];
            escape(bytes, &mut escaped);
            assert!(!escaped.windows(3).any(|three| matches!(three, [0, 0, 0..=2])));
            unescape(&mut escaped, 1);
            assert_eq!(&escaped[1..], bytes);
        }
    }

    #[test]
    fn short_frames_do_not_open() {
        for codec in [Codec::Opus, Codec::Vp8, Codec::H264, Codec::Other] {
            for len in 0..40 {
                assert_eq!(open(codec, &mut vec![0; len], &ring(1)), None);
            }
        }
    }
}
