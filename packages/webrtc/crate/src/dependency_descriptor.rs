//! Reads the dependency descriptor of received AV1 (AV1 RTP specification, appendix A.8).

use crate::frame_size::FrameSize;

/// Bytes that every descriptor has.
const MANDATORY: usize = 3;
const TEMPLATES: u8 = 64;

/// Layers of a stream (AV1 RTP specification §A.8.2, template dependency structure): sent with each
/// keyframe.
#[derive(Debug, PartialEq, Eq)]
pub struct Structure {
    template_offset: u8,
    /// The spatial layer of each template.
    spatial: Vec<u8>,
    /// Size of each spatial layer, lowest first; empty if the structure does not state them.
    pub sizes: Vec<FrameSize>,
}

impl Structure {
    /// The spatial layer of frames with this template.
    pub fn spatial(&self, template: u8) -> Option<u8> {
        let index = (template + TEMPLATES - self.template_offset) % TEMPLATES;
        self.spatial.get(index as usize).copied()
    }
}

/// The template of a packet's frame, and the structure where one is attached.
pub fn parse(bytes: &[u8]) -> Option<(u8, Option<Structure>)> {
    let template = bytes.first()? & 0x3f;
    let extended = bytes.get(MANDATORY..)?;
    let mut bits = Bits { bytes: extended, at: 0 };
    if extended.is_empty() || bits.take(1)? == 0 {
        return Some((template, None));
    }
    bits.take(4)?; // active decode targets, and three kinds of custom values
    Some((template, Some(structure(&mut bits)?)))
}

fn structure(bits: &mut Bits<'_>) -> Option<Structure> {
    let template_offset = bits.take(6)? as u8;
    let targets = bits.take(5)? + 1;
    let mut spatial = vec![0];
    loop {
        let layer = *spatial.last()?;
        match bits.take(2)? {
            0 | 1 => spatial.push(layer),
            2 => spatial.push(layer + 1),
            _ => break,
        }
        if spatial.len() > TEMPLATES as usize {
            return None;
        }
    }
    let templates = spatial.len() as u32;
    bits.skip(2 * templates * targets)?;
    for _ in 0..templates {
        while bits.take(1)? == 1 {
            bits.take(4)?;
        }
    }
    let chains = bits.take_below(targets + 1)?;
    if chains > 0 {
        for _ in 0..targets {
            bits.take_below(chains)?;
        }
        bits.skip(4 * templates * chains)?;
    }
    let layers = spatial.last()? + 1;
    let mut sizes = Vec::new();
    if bits.take(1)? == 1 {
        for _ in 0..layers {
            let mut side = || Some(bits.take(16)? as u16).and_then(|less| less.checked_add(1));
            sizes.push(FrameSize { width: side()?, height: side()? });
        }
    }
    Some(Structure { template_offset, spatial, sizes })
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// f(n), of at most 16 bits.
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn skip(&mut self, count: u32) -> Option<()> {
        self.at += count as usize;
        (self.at <= 8 * self.bytes.len()).then_some(())
    }

    /// ns(n): a value below `limit`, which need not be a power of two.
    fn take_below(&mut self, limit: u32) -> Option<u32> {
        let width = limit.ilog2() + 1;
        let short = (1 << width) - limit;
        let value = self.take(width - 1)?;
        if value < short { Some(value) } else { Some((value << 1) - short + self.take(1)?) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two spatial layers with one temporal one each, a chain each, and their sizes.
    pub(crate) fn two_layers() -> Vec<u8> {
        let fields = [
            (0x82, 8), // starts; template 2
            (7, 16),
            (0b10000, 5),
            (1, 6), // the first template is number 1
            (1, 5), // two targets
            (2, 2),
            (3, 2),
            (0b1010_0010, 8), // targets of the templates
            (0, 1),           // the first refers to no frame
            (0b10_0000, 6),   // the second to that before it
            (0b11, 2),        // chains, below three: 2
            (0, 1),
            (1, 1),
            (0x0011, 16),
            (1, 1),
            (319, 16),
            (179, 16),
            (639, 16),
            (359, 16),
        ];
        let bits: Vec<u32> = fields
            .iter()
            .flat_map(|&(value, count): &(u32, u32)| {
                (0..count).rev().map(move |at| value >> at & 1)
            })
            .collect();
        let byte = |bits: &[u32]| {
            bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | (*bit as u8) << (7 - at))
        };
        bits.chunks(8).map(byte).collect()
    }

    #[test]
    fn the_structure_has_the_layers_and_their_sizes() {
        let (template, structure) = parse(&two_layers()).unwrap();
        let structure = structure.unwrap();
        assert_eq!(template, 2);
        assert_eq!(structure.spatial(1), Some(0));
        assert_eq!(structure.spatial(2), Some(1));
        assert_eq!(structure.spatial(3), None);
        assert_eq!(structure.spatial(0), None);
        let size = |width, height| FrameSize { width, height };
        assert_eq!(structure.sizes, [size(320, 180), size(640, 360)]);
    }

    #[test]
    fn most_packets_have_no_structure() {
        assert_eq!(parse(&[0xc5, 0, 9]), Some((5, None)));
        assert_eq!(parse(&[0xc5, 0, 9, 0x40, 0]), Some((5, None)));
    }

    #[test]
    fn what_is_truncated_is_not_read() {
        let whole = two_layers();
        for len in (0..3).chain(4..whole.len() - 1) {
            assert_eq!(parse(&whole[..len]), None, "{len}");
        }
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..100_000 {
            let mut bytes = vec![0; rng.usize(0..48)];
            rng.fill(&mut bytes);
            if let Some(first) = bytes.get_mut(3) {
                *first |= 0x80;
            }
            parse(&bytes);
        }
    }
}
