//! The numbers that run on while a clip loops: receivers order pictures and frames by them.

use crate::clip::{Clip, ClipFrame, Codec};

/// In the first byte of a VP9 payload descriptor (RFC 9628 §4.2): layer indices follow.
const VP9_LAYERS: u8 = 0x20;
/// Where layered VP9 has its temporal layer, and TL0PICIDX behind it.
const VP9_LAYER_INDICES: usize = 3;
const VP9_TL0_PICTURE: usize = 4;
/// In the first byte of a dependency descriptor (AV1 RTP specification §A.8.2).
const STARTS_FRAME: u8 = 0x80;

/// What the packets of a sender are numbered with beside the sequence number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Numbers {
    /// VP8 and VP9: of the picture, 15 bits.
    pub(super) picture_id: u16,
    /// Layered VP9: counts pictures of temporal layer 0.
    tl0_picture: u8,
    /// VP9 and AV1: of the frame in the dependency descriptor; each layer of a picture is one.
    pub(super) frame: u16,
}

impl Numbers {
    /// They start anywhere.
    pub(super) fn random() -> Self {
        let picture_id = fastrand::u16(..) & 0x7fff;
        Self { picture_id, tl0_picture: fastrand::u8(..), frame: fastrand::u16(..) }
    }

    /// A picture begins.
    pub(super) fn begin_picture(&mut self, clip: &Clip, picture: &ClipFrame) {
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        let (_, payload) = clip.packet(picture.first_packet);
        if clip.codec == Codec::Vp9 && is_layered(payload) && payload[VP9_LAYER_INDICES] >> 5 == 0 {
            self.tl0_picture = self.tl0_picture.wrapping_add(1);
        }
    }

    /// The next packet.
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
