//! The numbers that run on while a clip loops: receivers order pictures and frames by them.

use crate::clip::{Clip, ClipFrame, Codec};

/// Bit in the first byte of a VP9 payload descriptor (RFC 9628 §4.2): layer indices follow.
const VP9_LAYERS: u8 = 0x20;
/// Offsets of the temporal layer, and of TL0PICIDX behind it, in the payload descriptor of layered
/// VP9.
const VP9_LAYER_INDICES: usize = 3;
const VP9_TL0_PICTURE: usize = 4;
/// Bit in the first byte of a dependency descriptor (AV1 RTP specification §A.8.2): a frame starts.
const STARTS_FRAME: u8 = 0x80;

/// Numbers of the packets of a sender, beside the sequence number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Numbers {
    /// Number of the picture, 15 bits; VP8 and VP9.
    pub(super) picture_id: u16,
    /// Counter of the pictures of temporal layer 0; layered VP9.
    tl0_picture: u8,
    /// Number of the frame in the dependency descriptor, where each layer of a picture is a frame;
    /// VP9 and AV1.
    pub(super) frame: u16,
}

impl Numbers {
    /// Random numbers to start with.
    pub(super) fn random() -> Self {
        let picture_id = fastrand::u16(..) & 0x7fff;
        Self { picture_id, tl0_picture: fastrand::u8(..), frame: fastrand::u16(..) }
    }

    /// Counts a picture that begins.
    pub(super) fn begin_picture(&mut self, clip: &Clip, picture: &ClipFrame) {
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        let (_, payload) = clip.packet(picture.first_packet);
        if clip.codec == Codec::Vp9 && is_layered(payload) && payload[VP9_LAYER_INDICES] >> 5 == 0 {
            self.tl0_picture = self.tl0_picture.wrapping_add(1);
        }
    }

    /// Counts a frame, if the next packet starts one.
    pub(super) fn begin_packet(&mut self, descriptor: &[u8]) {
        if descriptor.first().is_some_and(|first| first & STARTS_FRAME != 0) {
            self.frame = self.frame.wrapping_add(1);
        }
    }

    /// Fills in a VP9 payload descriptor.
    pub(super) fn complete_vp9(&self, payload: &mut [u8]) {
        payload[1..3].copy_from_slice(&(self.picture_id | 0x8000).to_be_bytes());
        if is_layered(payload) {
            payload[VP9_TL0_PICTURE] = self.tl0_picture;
        }
    }
}

fn is_layered(payload: &[u8]) -> bool {
    payload.len() > VP9_TL0_PICTURE && payload[0] & VP9_LAYERS != 0
}
