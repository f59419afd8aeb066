//! A clip with encrypted frames. It is made once for each key and shared like any other: sending it
//! costs nothing more. The initialisation vectors repeat with each loop, but always with the same
//! frame, so that an observer learns only that the clip repeats.

use std::sync::OnceLock;

use super::{Clip, ClipError, ClipFrame, ClipPacket, Codec};
use crate::depacketize::{self, FU_A, FU_END, FU_START, NalUnits, STAP_A, START_CODE, nal_type};
use crate::e2ee::{KeyRing, frame};

/// Most bytes of a payload, the payload descriptor of VP8 included, as in the clips themselves
/// (`packages/media/src/rtp-payload.ts`).
const MAX_RTP_PAYLOAD: usize = 1_160;
const VP8_DESCRIPTOR_LEN: usize = 4;
const FU_HEADER_LEN: usize = 2;
/// Each succeeds with a probability of a half.
const MOST_ATTEMPTS: u32 = 64;

impl Clip {
    /// The same clip, encrypted with the key of this index.
    pub fn sealed(&self, keys: &KeyRing, index: u8) -> Result<Self, ClipError> {
        let mut sealed = Self {
            codec: self.codec,
            clock_rate: self.clock_rate,
            payload: Vec::with_capacity(self.payload.len() + 64 * self.frames.len()),
            packets: Vec::with_capacity(self.packets.len()),
            frames: Vec::with_capacity(self.frames.len()),
            ticks: self.ticks,
            // Encrypted frames cannot be decoded.
            voice: OnceLock::from(self.voice()),
        };
        for (number, frame) in self.frames.iter().enumerate() {
            let whole = self.whole_frame(frame).ok_or(ClipError::Unsealable(number))?;
            let whole = seal(self.codec, &whole, keys, index);
            let whole = whole.ok_or(ClipError::Unsealable(number))?;
            let payloads = packetize(self.codec, &whole).ok_or(ClipError::Unsealable(number))?;
            let first_packet = sealed.packets.len() as u32;
            let packets = payloads.len() as u32;
            let marks = self.packet(frame.first_packet + frame.packets - 1).0.marker;
            for (i, payload) in (1..).zip(&payloads) {
                sealed.packets.push(ClipPacket {
                    offset: sealed.payload.len() as u32,
                    len: payload.len() as u32,
                    marker: marks && i == packets,
                    starts_frame: i == 1,
                    descriptor_len: 0,
                });
                sealed.payload.extend_from_slice(payload);
            }
            sealed.frames.push(ClipFrame { first_packet, packets, ..*frame });
        }
        Ok(sealed)
    }

    fn whole_frame(&self, frame: &ClipFrame) -> Option<Vec<u8>> {
        let mut whole = Vec::new();
        for packet in frame.first_packet..frame.first_packet + frame.packets {
            let (_, payload) = self.packet(packet);
            // VP8 payloads of a clip have no descriptor.
            match self.codec {
                Codec::H264 => depacketize::append_h264(payload, &mut whole)?,
                Codec::Opus | Codec::Vp8 | Codec::Other => whole.extend_from_slice(payload),
                // livekit-client does not encrypt them.
                Codec::Vp9 | Codec::Av1 => return None,
            }
        }
        Some(whole)
    }
}

/// libwebrtc reads which picture parameter set a slice refers to, and drops a keyframe whose set it
/// does not know. In an IDR slice the id is the first bit that is encrypted: of what a browser
/// encrypts, libwebrtc drops every second keyframe and requests another. The keyframes of a clip
/// would be dropped in every loop, so they are encrypted again until the id can be read.
fn seal(codec: Codec, frame: &[u8], keys: &KeyRing, index: u8) -> Option<Vec<u8>> {
    let parameter_set = |frame: &[u8]| {
        let slice = NalUnits::of(frame).find(|at| frame::is_slice(frame[*at]))?;
        parameter_set_id(&frame[slice + 1..])
    };
    let mut sealed = frame::seal(codec, frame, keys, index)?;
    if codec == Codec::H264 {
        let wanted = parameter_set(frame);
        for _ in 0..MOST_ATTEMPTS {
            if parameter_set(&sealed) == wanted {
                break;
            }
            sealed = frame::seal(codec, frame, keys, index)?;
        }
    }
    Some(sealed)
}

/// `pic_parameter_set_id`, the third number of a slice header (H.264 §7.3.3).
fn parameter_set_id(header: &[u8]) -> Option<u32> {
    let mut bits = header.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    let mut number = || {
        // Exp-Golomb (H.264 §9.1).
        let zeros = bits.by_ref().take(32).take_while(|bit| *bit == 0).count() as u32;
        let rest = bits.by_ref().take(zeros as usize);
        let value = rest.fold(1_u64, |value, bit| value << 1 | u64::from(bit));
        u32::try_from(value - 1).ok()
    };
    number()?;
    number()?;
    number()
}

fn packetize(codec: Codec, frame: &[u8]) -> Option<Vec<Vec<u8>>> {
    match codec {
        Codec::Opus => Some(vec![frame.to_vec()]),
        Codec::Vp8 => Some(split_evenly(frame, MAX_RTP_PAYLOAD - VP8_DESCRIPTOR_LEN)),
        Codec::H264 => packetize_h264(frame),
        Codec::Vp9 | Codec::Av1 | Codec::Other => None,
    }
}

/// Packetises a frame: NAL units in front of the slice in a STAP-A (RFC 6184 §5.7.1), then the
/// slice, which ends the frame, alone or in FU-As (§5.8).
fn packetize_h264(frame: &[u8]) -> Option<Vec<Vec<u8>>> {
    let begins: Vec<usize> = NalUnits::of(frame).collect();
    let &slice = begins.iter().find(|at| frame::is_slice(frame[**at]))?;
    let before: Vec<&[u8]> = begins
        .windows(2)
        .take_while(|pair| pair[0] < slice)
        .map(|pair| &frame[pair[0]..pair[1] - START_CODE.len()])
        .collect();
    let mut payloads = match before[..] {
        [] => Vec::new(),
        [alone] => vec![alone.to_vec()],
        [..] => vec![stap_a(&before)],
    };
    let slice = &frame[slice..];
    if slice.len() <= MAX_RTP_PAYLOAD {
        payloads.push(slice.to_vec());
    } else {
        let pieces = split_evenly(&slice[1..], MAX_RTP_PAYLOAD - FU_HEADER_LEN);
        let last = pieces.len() - 1;
        payloads.extend(pieces.iter().enumerate().map(|(i, piece)| {
            let start = if i == 0 { FU_START } else { 0 };
            let end = if i == last { FU_END } else { 0 };
            let header = [slice[0] & 0xe0 | FU_A, start | end | nal_type(slice[0])];
            [&header, &piece[..]].concat()
        }));
    }
    payloads.iter().all(|payload| payload.len() <= MAX_RTP_PAYLOAD).then_some(payloads)
}

fn stap_a(units: &[&[u8]]) -> Vec<u8> {
    let importance = units.iter().map(|unit| unit[0] & 0x60).max().unwrap_or(0);
    let mut payload = vec![importance | STAP_A];
    for unit in units {
        payload.extend_from_slice(&(unit.len() as u16).to_be_bytes());
        payload.extend_from_slice(unit);
    }
    payload
}

/// As few pieces as fit, whose sizes differ by one at most.
fn split_evenly(bytes: &[u8], max: usize) -> Vec<Vec<u8>> {
    let pieces = bytes.len().div_ceil(max);
    let cut = |piece: usize| bytes.len() * piece / pieces;
    (0..pieces).map(|piece| bytes[cut(piece)..cut(piece + 1)].to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> KeyRing {
        let mut ring = KeyRing::default();
        ring.set(1, &[3; 16]).unwrap();
        ring
    }

    /// A clip of one keyframe and one other frame.
    fn clip(codec: Codec, frames: [&[Vec<u8>]; 2]) -> Clip {
        let (mut payload, mut packets, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for (number, frame) in frames.iter().enumerate() {
            let first = packets.len() as u32 / 4;
            rows.extend([first, frame.len() as u32, 3_000, (number == 0) as u32]);
            for (i, part) in frame.iter().enumerate() {
                let marker = i + 1 == frame.len();
                let offset = payload.len() as u32;
                packets.extend([offset, part.len() as u32, marker as u32, (i == 0) as u32]);
                payload.extend_from_slice(part);
            }
        }
        Clip::new(codec, 90_000, payload, &packets, &rows, &[]).unwrap()
    }

    /// Each frame of the sealed clip, decrypted.
    fn opened(sealed: &Clip) -> Vec<Vec<u8>> {
        let frames = (0..2).map(|number| {
            let frame = sealed.frame(number);
            let last = frame.first_packet + frame.packets - 1;
            for packet in frame.first_packet..=last {
                let (packet_row, payload) = sealed.packet(packet);
                assert!(payload.len() <= MAX_RTP_PAYLOAD);
                assert_eq!(packet_row.marker, packet == last);
                assert_eq!(packet_row.starts_frame, packet == frame.first_packet);
            }
            let mut whole = sealed.whole_frame(&frame).unwrap();
            assert_eq!(frame::open(sealed.codec, &mut whole, &ring()), Some(1));
            whole
        });
        frames.collect()
    }

    #[test]
    fn vp8_is_cut_again_where_frames_have_grown() {
        let (key, delta) = ([vec![0x10; 1_156], vec![2; 1_156]], [vec![0x31; 900]]);
        let sealed = clip(Codec::Vp8, [&key, &delta]).sealed(&ring(), 1).unwrap();
        assert_eq!((sealed.frame(0).packets, sealed.frame(1).packets), (3, 1));
        assert_eq!(opened(&sealed), [key.concat(), delta.concat()]);
        assert!(sealed.frame(0).keyframe && !sealed.frame(1).keyframe);
    }

    #[test]
    fn h264_keeps_its_parameter_sets_in_the_clear() {
        let sets = vec![0x78, 0, 3, 0x67, 1, 2, 0, 2, 0x68, 3];
        let (begin, end) = ([0x7c, 0x85], [0x7c, 0x45]);
        let idr = [[&begin[..], &[0; 1_100]].concat(), [&end[..], &[4; 1_100]].concat()];
        let key = [sets.clone(), idr[0].clone(), idr[1].clone()];
        let delta = [[&[0x41][..], &[0; 500]].concat()];
        let sealed = clip(Codec::H264, [&key, &delta]).sealed(&ring(), 1).unwrap();
        assert_eq!(sealed.packet(0).1, sets);
        let start = [0, 0, 0, 1];
        let slice = [&[0x65][..], &[0; 1_100], &[4; 1_100]].concat();
        let sets = [&start[..], &[0x67, 1, 2], &start, &[0x68, 3], &start].concat();
        let expected = [[sets, slice].concat(), [&start[..], &delta[0]].concat()];
        assert_eq!(opened(&sealed), expected);
    }

    #[test]
    fn the_parameter_set_of_an_encrypted_keyframe_can_be_read() {
        // First macroblock 0, slice type 7, set 0; then 11 bits on, set 2.
        for (header, id) in [([0x88, 0x80, 0, 0], 0), ([0x88, 0x60, 0, 0], 2)] {
            assert_eq!(parameter_set_id(&header), Some(id));
            let frame = [&[0, 0, 0, 1, 0x65][..], &header, &[5; 40]].concat();
            for _ in 0..32 {
                let sealed = seal(Codec::H264, &frame, &ring(), 1).unwrap();
                assert_eq!(parameter_set_id(&sealed[5..]), Some(id));
            }
        }
        assert_eq!(parameter_set_id(&[]), Some(0));
        parameter_set_id(&[0; 64]);
    }

    #[test]
    fn what_has_no_slice_or_no_key_is_rejected() {
        let sets = [vec![0x67, 1, 2]];
        let clip = clip(Codec::H264, [&sets, &sets]);
        assert_eq!(clip.sealed(&ring(), 1).unwrap_err(), ClipError::Unsealable(0));
        assert_eq!(clip.sealed(&ring(), 2).unwrap_err(), ClipError::Unsealable(0));
    }
}
