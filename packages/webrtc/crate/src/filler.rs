//! Media that a server inserts where the media of a publisher ends: silence and blank frames, so
//! that decoders do not freeze on the last sound or frame. This is not media of a participant.
//! livekit-server (pkg/sfu/downtrack.go) sends it when a track is muted or closed, and after a node
//! has hung, for publishers that disconnected meanwhile.

use crate::clip::Codec;
use crate::depacketize::STAP_A;

/// An Opus frame of digital silence, followed by zeros that no encoder would send.
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];
const SILENCE_LEN: usize = 80;
/// Start code and size of a VP8 keyframe of 8 × 8 (RFC 6386 §9.1).
const VP8_8X8: [u8; 7] = [0x9d, 0x01, 0x2a, 8, 0, 8, 0];
/// The longest payload descriptor (RFC 7741 §4.2), and the three bytes before the start code.
const VP8_BEFORE: usize = 6 + 3;
/// Sequence parameter set of a frame of 2 × 2, which follows its length in a STAP-A.
const H264_2X2: [u8; 8] = [0x67, 0x42, 0xc0, 0x1f, 0x0f, 0xd9, 0x1f, 0x88];

/// Returns true if the server inserted `payload` (of RTP, padding removed). The server may have
/// added a trailer.
pub fn is_filler(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::Opus => {
            payload.starts_with(&SILENCE)
                && payload.len() >= SILENCE_LEN
                && payload[3..SILENCE_LEN].iter().all(|byte| *byte == 0)
        }
        Codec::Vp8 => payload[..payload.len().min(VP8_BEFORE + VP8_8X8.len())]
            .windows(VP8_8X8.len())
            .any(|window| window == VP8_8X8),
        Codec::H264 => payload.first() == Some(&STAP_A) && payload.get(3..11) == Some(&H264_2X2),
        // livekit-server has no blank frames of VP9 and AV1.
        Codec::Vp9 | Codec::Av1 | Codec::Other => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_of_the_server_differs_from_that_of_an_encoder() {
        let mut silence = [0; SILENCE_LEN + 4];
        silence[..3].copy_from_slice(&SILENCE);
        assert!(is_filler(Codec::Opus, &silence[..SILENCE_LEN]));
        silence[SILENCE_LEN] = 7; // a trailer
        assert!(is_filler(Codec::Opus, &silence));
        assert!(!is_filler(Codec::Opus, &SILENCE));
        silence[40] = 1;
        assert!(!is_filler(Codec::Opus, &silence));
        assert!(!is_filler(Codec::Opus, &[]));
    }

    #[test]
    fn blank_frames_are_recognised_by_their_size() {
        let frame = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 8, 0, 8, 0, 0, 0x47];
        for descriptor in
            [&[0x10][..], &[0x90, 0x80, 0x81, 0x02], &[0x90, 0xe0, 0x81, 0x02, 0x05, 0x40]]
        {
            let payload = [descriptor, &frame].concat();
            assert!(is_filler(Codec::Vp8, &payload), "{payload:?}");
            let larger: Vec<u8> =
                payload.iter().map(|byte| if *byte == 8 { 160 } else { *byte }).collect();
            assert!(!is_filler(Codec::Vp8, &larger));
        }
        assert!(!is_filler(Codec::Vp8, &frame[..5]));
        let h264 = [&[STAP_A, 0, 24][..], &H264_2X2, &[0x88, 0x84]].concat();
        assert!(is_filler(Codec::H264, &h264));
        assert!(!is_filler(Codec::H264, &h264[..10]));
        assert!(!is_filler(Codec::H264, &h264[3..]));
    }
}
