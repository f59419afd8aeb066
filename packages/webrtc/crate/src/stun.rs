//! The one fact about STUN that str0m does not report: which address a check nominates (RFC 8445
//! §8.1). Media is sent there.

const USE_CANDIDATE: u16 = 0x0025;
const BINDING_REQUEST: u16 = 0x0001;

/// Whether `datagram` is STUN (RFC 7983 §7).
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= 20 && datagram[0] < 4
}

/// Whether this is a binding request that nominates its pair.
pub fn nominates(datagram: &[u8]) -> bool {
    if !is_stun(datagram) || u16::from_be_bytes([datagram[0], datagram[1]]) != BINDING_REQUEST {
        return false;
    }
    let mut rest = &datagram[20..];
    while let Some((head, tail)) = rest.split_first_chunk::<4>() {
        if u16::from_be_bytes([head[0], head[1]]) == USE_CANDIDATE {
            return true;
        }
        let len = (u16::from_be_bytes([head[2], head[3]]) as usize).next_multiple_of(4);
        let Some(next) = tail.get(len..) else { return false };
        rest = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(attributes: &[u8]) -> Vec<u8> {
        [&[0, 1, 0, attributes.len() as u8][..], &[0; 16], attributes].concat()
    }

    #[test]
    fn finds_the_attribute_behind_padded_ones() {
        assert!(nominates(&request(&[0x00, 0x06, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 0x00, 0x25, 0, 0])));
        assert!(!nominates(&request(&[0x00, 0x06, 0, 4, 0, 0x25, 0, 0])));
        assert!(!nominates(&request(&[0x00, 0x06, 0xff, 0xff])));
        assert!(!nominates(&[0x80; 40]));
    }
}
