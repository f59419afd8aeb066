//! Two facts about STUN that libraries do not report. Which address a check nominates (RFC 8445
//! §8.1): media is sent there, so a check that was received must be authentic. And why a TURN
//! server refuses a request.

use aws_lc_rs::hmac;

const BINDING_REQUEST: u16 = 0x0001;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const USE_CANDIDATE: u16 = 0x0025;
/// Bytes in front of the attributes.
pub const HEADER_LEN: usize = 20;
const ATTRIBUTE_HEADER_LEN: usize = 4;
/// HMAC-SHA1.
const INTEGRITY_LEN: usize = 20;
/// Bytes of a reason that are kept.
const MAX_REASON: usize = 120;

/// Returns true if `datagram` is STUN (RFC 7983 §7).
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER_LEN && datagram[0] < 4
}

/// The attributes of a message: type, value, and offset of the attribute in the message.
fn attributes(message: &[u8]) -> impl Iterator<Item = (u16, &[u8], usize)> {
    let mut at = HEADER_LEN;
    std::iter::from_fn(move || {
        let head = message.get(at..at + ATTRIBUTE_HEADER_LEN)?;
        let (start, len) = (at, u16::from_be_bytes([head[2], head[3]]) as usize);
        let value = message.get(at + ATTRIBUTE_HEADER_LEN..)?.get(..len)?;
        at += ATTRIBUTE_HEADER_LEN + len.next_multiple_of(4);
        Some((u16::from_be_bytes([head[0], head[1]]), value, start))
    })
}

/// Returns true for a binding request that nominates its pair. Attributes behind MESSAGE-INTEGRITY
/// are ignored (RFC 8489 §14.5).
pub fn nominates(datagram: &[u8]) -> bool {
    is_stun(datagram)
        && u16::from_be_bytes([datagram[0], datagram[1]]) == BINDING_REQUEST
        && attributes(datagram)
            .take_while(|(kind, ..)| *kind != MESSAGE_INTEGRITY)
            .any(|(kind, ..)| kind == USE_CANDIDATE)
}

/// Returns true if the MESSAGE-INTEGRITY of a message was made with `password` (RFC 8489 §14.5,
/// short-term credentials).
pub fn is_authentic(message: &[u8], password: &str) -> bool {
    let Some((_, tag, at)) = attributes(message).find(|(kind, ..)| *kind == MESSAGE_INTEGRITY)
    else {
        return false;
    };
    // The length in the header is that of a message that ends with this attribute.
    let len = at + ATTRIBUTE_HEADER_LEN + INTEGRITY_LEN - HEADER_LEN;
    let Ok(len) = u16::try_from(len) else { return false };
    let mut covered = message[..at].to_vec();
    covered[2..4].copy_from_slice(&len.to_be_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    tag.len() == INTEGRITY_LEN && hmac::verify(&key, &covered, tag).is_ok()
}

/// Code and reason of an error response (RFC 8489 §14.8). `None` for other messages.
pub fn error_of(message: &[u8]) -> Option<(u16, String)> {
    if !is_stun(message) || message[0] & 0x01 == 0 || message[1] & 0x10 == 0 {
        return None;
    }
    let (_, value, _) = attributes(message).find(|(kind, ..)| *kind == ERROR_CODE)?;
    let [_, _, class, number, reason @ ..] = value else { return None };
    let reason = String::from_utf8_lossy(&reason[..reason.len().min(MAX_REASON)]);
    let reason = reason.chars().filter(|char| !char.is_control()).collect();
    Some((u16::from(class & 7) * 100 + u16::from(*number), reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample request of RFC 5769 §2.1.
    const SAMPLE: [u8; 108] = [
        0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6,
        0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74,
        0x65, 0x73, 0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e,
        0x00, 0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36,
        0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20,
        0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e,
        0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5,
        0x7a, 0x3b, 0xcf,
    ];
    const SAMPLE_PASSWORD: &str = "VOkJxbRl1RmTxUk/WvJxBt";

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

    #[test]
    fn an_attribute_behind_the_integrity_does_not_nominate() {
        let mut appended = SAMPLE.to_vec();
        appended.extend([0x00, 0x25, 0, 0]);
        assert!(is_authentic(&appended, SAMPLE_PASSWORD));
        assert!(!nominates(&appended));
    }

    #[test]
    fn the_sample_of_rfc_5769_is_authentic_with_its_password_only() {
        assert!(is_authentic(&SAMPLE, SAMPLE_PASSWORD));
        assert!(!is_authentic(&SAMPLE, "VOkJxbRl1RmTxUk/WvJxBu"));
        for at in [0, 4, 25, 60, 90] {
            let mut changed = SAMPLE;
            changed[at] ^= 1;
            assert!(!is_authentic(&changed, SAMPLE_PASSWORD), "byte {at}");
        }
        assert!(!is_authentic(&request(&[0x00, 0x25, 0, 0]), SAMPLE_PASSWORD));
    }

    #[test]
    fn an_error_response_has_a_code_and_a_reason() {
        let attributes = [0x00, 0x09, 0, 8, 0, 0, 4, 86, b'f', b'u', b'l', b'l'];
        let mut message = request(&attributes);
        assert_eq!(error_of(&message), None);
        // An error response to Allocate (RFC 8656 §18).
        (message[0], message[1]) = (0x01, 0x13);
        assert_eq!(error_of(&message), Some((486, "full".into())));
        (message[0], message[1]) = (0x01, 0x03);
        assert_eq!(error_of(&message), None);
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut rng = fastrand::Rng::with_seed(5);
        for _ in 0..200_000 {
            let mut message = vec![0; rng.usize(0..80)];
            rng.fill(&mut message);
            if let [kind, second, ..] = &mut message[..] {
                (*kind, *second) = (0, 1);
            }
            nominates(&message);
            is_authentic(&message, "password");
            error_of(&message);
        }
    }
}
