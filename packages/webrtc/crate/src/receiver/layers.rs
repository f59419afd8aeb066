//! The size of video in spatial layers: a keyframe is a picture of one or several layers, of which
//! the last that arrives is shown.

use crate::depacketize::vp9_part;
use crate::dependency_descriptor::{self, Structure};
use crate::frame_size::FrameSize;

/// Bit in the aggregation header of AV1 that begins a coded video sequence (AV1 RTP specification
/// §4.4).
const BEGINS_SEQUENCE: u8 = 0x08;

/// The keyframe under way, and the sizes of the layers.
#[derive(Default)]
pub(super) struct Layers {
    sizes: Vec<FrameSize>,
    /// Layers of an AV1 stream.
    structure: Option<Structure>,
    /// RTP time stamp, and the size of the highest layer so far.
    picture: Option<(u32, FrameSize)>,
}

/// Keyframe and size that a packet has shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// True if a keyframe begins.
    pub(super) keyframe: bool,
    /// Size of the keyframe before, once it has arrived.
    pub(super) size: Option<FrameSize>,
}

impl Layers {
    fn begin(&mut self, timestamp: u32) -> Seen {
        let ends = self.picture.take_if(|(keyframe, _)| *keyframe != timestamp);
        Seen { keyframe: false, size: ends.map(|(_, size)| size) }
    }

    /// Takes a payload of AV1, and its dependency descriptor if it has one.
    pub(super) fn on_av1(
        &mut self,
        timestamp: u32,
        payload: &[u8],
        descriptor: Option<&[u8]>,
    ) -> Seen {
        let mut seen = self.begin(timestamp);
        seen.keyframe = payload.first().is_some_and(|first| first & BEGINS_SEQUENCE != 0);
        let Some((template, attached)) = descriptor.and_then(dependency_descriptor::parse) else {
            return seen;
        };
        if let Some(structure) = attached {
            self.structure = Some(structure);
        }
        // All layers of a keyframe have its time stamp, and that of its first packet begins it.
        let is_keyframe = seen.keyframe || self.picture.is_some();
        if is_keyframe && let Some(structure) = &self.structure {
            let spatial = structure.spatial(template);
            if let Some(&size) = spatial.and_then(|layer| structure.sizes.get(layer as usize)) {
                self.picture = Some((timestamp, size));
            }
        }
        seen
    }

    /// Takes a payload of VP9.
    pub(super) fn on_vp9(&mut self, timestamp: u32, payload: &[u8]) -> Seen {
        let mut seen = self.begin(timestamp);
        let Some(part) = vp9_part(payload) else { return seen };
        let (sizes, []) = part.sizes.as_chunks::<4>() else { return seen };
        if !sizes.is_empty() {
            let size = |&[w0, w1, h0, h1]: &[u8; 4]| FrameSize {
                width: u16::from_be_bytes([w0, w1]),
                height: u16::from_be_bytes([h0, h1]),
            };
            self.sizes = sizes.iter().map(size).collect();
        }
        if part.begins_keyframe {
            seen.keyframe = part.spatial == 0;
            if let Some(&size) = self.sizes.get(part.spatial as usize) {
                self.picture = Some((timestamp, size));
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: FrameSize = FrameSize { width: 320, height: 180 };
    const LARGE: FrameSize = FrameSize { width: 640, height: 360 };

    /// Layer 0 of a keyframe with the sizes, then layer 1, then layer 0 of a later picture.
    fn payloads() -> [Vec<u8>; 3] {
        let sizes = [1, 64, 0, 180, 2, 128, 1, 104];
        let first = [&[0xaa, 0x80, 1, 0x00, 7, 0x30][..], &sizes, &[0x82]].concat();
        [first, vec![0xac, 0x80, 1, 0x03, 7, 0x87], vec![0xec, 0x80, 2, 0x00, 8, 0x87]]
    }

    #[test]
    fn a_keyframe_has_the_size_of_its_highest_layer() {
        let [low, high, next] = payloads();
        let mut layers = Layers::default();
        assert_eq!(layers.on_vp9(1, &low), Seen { keyframe: true, size: None });
        assert_eq!(layers.on_vp9(1, &high), Seen::default());
        assert_eq!(layers.on_vp9(2, &next), Seen { keyframe: false, size: Some(LARGE) });
        assert_eq!(layers.on_vp9(3, &next), Seen::default());
        // The server leaves the upper layer out.
        assert!(layers.on_vp9(4, &low).keyframe);
        assert_eq!(layers.on_vp9(5, &next).size, Some(SMALL));
    }

    /// One spatial layer of 640×360: template 0 for keyframes, 1 for the others.
    const STRUCTURE: [u8; 13] =
        [0x80, 0, 0, 0x80, 0x00, 0x3a, 0x41, 0x01, 0x81, 0x3f, 0x80, 0xb3, 0x80];

    #[test]
    fn a_keyframe_of_av1_has_the_size_of_its_structure() {
        let mut layers = Layers::default();
        let (key, delta) = ([0x08, 3, 1, 2, 3], [0x00, 3, 1, 2, 3]);
        assert!(dependency_descriptor::parse(&STRUCTURE).unwrap().1.is_some());
        let seen = layers.on_av1(1, &key, Some(&STRUCTURE));
        assert_eq!(seen, Seen { keyframe: true, size: None });
        assert_eq!(layers.on_av1(1, &delta, Some(&[0x40, 0, 1])), Seen::default());
        let next = layers.on_av1(2, &delta, Some(&[0xc1, 0, 2]));
        assert_eq!(next, Seen { keyframe: false, size: Some(LARGE) });
        assert_eq!(layers.on_av1(3, &delta, Some(&[0xc1, 0, 3])), Seen::default());
        // Without a descriptor a keyframe can be seen, but not how large it is.
        assert_eq!(layers.on_av1(4, &key, None), Seen { keyframe: true, size: None });
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut rng = fastrand::Rng::with_seed(5);
        let mut layers = Layers::default();
        for _ in 0..100_000 {
            let mut payload = vec![0; rng.usize(0..24)];
            rng.fill(&mut payload);
            layers.on_vp9(rng.u32(0..4), &payload);
        }
    }
}
