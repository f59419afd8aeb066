//! RTP headers (RFC 3550 §5.1) and their extensions (RFC 8285), read without copying and written
//! into a buffer.

/// The longest datagram that is sent or expected, bytes; LiveKit and browsers stay below it.
pub const MAX_DATAGRAM: usize = 1500;

const ONE_BYTE_PROFILE: u16 = 0xbede;
const TWO_BYTE_PROFILE: u16 = 0x1000;
/// The longest value of a one-byte element (RFC 8285 §4.2).
pub const ONE_BYTE_MAX: usize = 16;

/// Negotiated ids of header extensions; 0 means not negotiated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExtensionIds {
    /// Id of the mid (RFC 9143).
    pub mid: u8,
    /// Id of the rid (RFC 8852).
    pub rid: u8,
    /// Id of the rid of a retransmission (RFC 8852).
    pub repaired_rid: u8,
    /// Id of the audio level (RFC 6464).
    pub audio_level: u8,
    /// Id of abs-send-time.
    pub abs_send_time: u8,
    /// Id of abs-capture-time.
    pub abs_capture_time: u8,
    /// Id of transport-wide sequence numbers (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    pub transport_wide_cc: u8,
    /// Id of the dependency descriptor (AV1 RTP specification, appendix A).
    pub dependency_descriptor: u8,
}

/// The header of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpHeader {
    /// Marker bit.
    pub marker: bool,
    /// Payload type.
    pub payload_type: u8,
    /// Sequence number, not extended.
    pub sequence: u16,
    /// RTP clock ticks.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
    /// P: the last byte of the payload, once decrypted, is the length of the padding.
    pub has_padding: bool,
    /// Length of header, CSRCs and extensions: where the payload begins.
    pub len: usize,
    extension_profile: u16,
    /// Bytes of extensions, which end where the payload begins.
    extension_len: usize,
}

/// The header extensions that receivers use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extensions<'a> {
    /// Media identification (RFC 9143 §9.2).
    pub mid: Option<&'a [u8]>,
    /// Capture time, NTP 32.32 (abs-capture-time §2).
    pub capture_ntp: Option<u64>,
    /// Transport-wide sequence number.
    pub transport_sequence: Option<u16>,
    /// abs-send-time: seconds in 6.18 fixed point, 24 bits.
    pub send_time: Option<u32>,
    /// Dependency descriptor of the frame (AV1 RTP specification, appendix A).
    pub dependency_descriptor: Option<&'a [u8]>,
}

/// The SSRC of an RTP packet; `None` for everything else, RTCP included (RFC 5761 §4).
pub fn media_ssrc(packet: &[u8]) -> Option<u32> {
    let is_rtcp = packet.get(1).is_some_and(|kind| (192..=223).contains(kind));
    RtpHeader::parse(packet).filter(|_| !is_rtcp).map(|header| header.ssrc)
}

impl RtpHeader {
    /// `None` for what is not RTP version 2, or is truncated.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        if packet.len() < 12 || packet[0] >> 6 != 2 {
            return None;
        }
        let mut len = 12 + 4 * (packet[0] & 0x0f) as usize;
        let (mut extension_profile, mut extension_len) = (0, 0);
        if packet[0] & 0x10 != 0 {
            let head = packet.get(len..len + 4)?;
            extension_profile = u16::from_be_bytes([head[0], head[1]]);
            extension_len = 4 * u16::from_be_bytes([head[2], head[3]]) as usize;
            len += 4 + extension_len;
        }
        if packet.len() < len {
            return None;
        }
        Some(Self {
            marker: packet[1] & 0x80 != 0,
            payload_type: packet[1] & 0x7f,
            sequence: u16::from_be_bytes([packet[2], packet[3]]),
            timestamp: u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]),
            ssrc: u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]),
            has_padding: packet[0] & 0x20 != 0,
            len,
            extension_profile,
            extension_len,
        })
    }

    /// Reads the extensions. `packet` is the one that this header was parsed from.
    pub fn extensions<'a>(&self, packet: &'a [u8], ids: &ExtensionIds) -> Extensions<'a> {
        let mut found = Extensions::default();
        let two_byte = self.extension_profile & 0xfff0 == TWO_BYTE_PROFILE;
        if !two_byte && self.extension_profile != ONE_BYTE_PROFILE {
            return found;
        }
        let Some(mut rest) = packet.get(self.len - self.extension_len..self.len) else {
            return found;
        };
        while let Some((&first, tail)) = rest.split_first() {
            if first == 0 {
                rest = tail; // padding
                continue;
            }
            let (id, len, body) = if two_byte {
                let Some((&len, body)) = tail.split_first() else { break };
                (first, len as usize, body)
            } else if matches!(first >> 4, 0 | 15) {
                break; // both are reserved: nothing behind them may be read (RFC 8285 §4.2)
            } else {
                (first >> 4, (first & 0x0f) as usize + 1, tail)
            };
            let Some(value) = body.get(..len) else { break };
            found.set(ids, id, value);
            rest = &body[len..];
        }
        found
    }
}

impl<'a> Extensions<'a> {
    fn set(&mut self, ids: &ExtensionIds, id: u8, value: &'a [u8]) {
        if id == ids.mid {
            self.mid = Some(value);
        } else if id == ids.dependency_descriptor {
            self.dependency_descriptor = Some(value);
        } else if id == ids.abs_capture_time && value.len() >= 8 {
            self.capture_ntp = value[..8].try_into().ok().map(u64::from_be_bytes);
        } else if id == ids.transport_wide_cc && value.len() >= 2 {
            self.transport_sequence = Some(u16::from_be_bytes([value[0], value[1]]));
        } else if id == ids.abs_send_time && value.len() == 3 {
            self.send_time = Some(u32::from_be_bytes([0, value[0], value[1], value[2]]));
        }
    }
}

/// Writes a header with extensions, one-byte ones by default. Elements are added between
/// [`HeaderWriter::new`] and [`HeaderWriter::finish`].
pub struct HeaderWriter<'a> {
    buf: &'a mut [u8],
    at: usize,
    two_byte: bool,
}

impl<'a> HeaderWriter<'a> {
    /// Writes the fixed header. `buf` must have room for it and the extensions.
    pub fn new(
        buf: &'a mut [u8],
        marker: bool,
        payload_type: u8,
        sequence: u16,
        timestamp: u32,
        ssrc: u32,
    ) -> Self {
        buf[0] = 0x90; // version 2, extension
        buf[1] = payload_type | if marker { 0x80 } else { 0 };
        buf[2..4].copy_from_slice(&sequence.to_be_bytes());
        buf[4..8].copy_from_slice(&timestamp.to_be_bytes());
        buf[8..12].copy_from_slice(&ssrc.to_be_bytes());
        buf[12..14].copy_from_slice(&ONE_BYTE_PROFILE.to_be_bytes());
        Self { buf, at: 16, two_byte: false }
    }

    /// Uses two-byte elements (RFC 8285 §4.3), for values longer than [`ONE_BYTE_MAX`]. To be
    /// called before the first element, because the forms do not mix.
    pub fn use_two_bytes(&mut self) {
        self.buf[12..14].copy_from_slice(&TWO_BYTE_PROFILE.to_be_bytes());
        self.two_byte = true;
    }

    /// Overwrites `value` within the element that was added last, which has `len` bytes.
    pub fn patch(&mut self, offset: usize, len: usize, value: &[u8]) {
        let from = self.at - len + offset;
        self.buf[from..from + value.len()].copy_from_slice(value);
    }

    /// Adds one element; id 0 (not negotiated) and values that the form cannot hold are left out.
    pub fn extension(&mut self, id: u8, value: &[u8]) {
        let most = if self.two_byte { u8::MAX as usize } else { ONE_BYTE_MAX };
        if id == 0 || id > 14 || value.is_empty() || value.len() > most {
            return;
        }
        if self.two_byte {
            self.buf[self.at] = id;
            self.buf[self.at + 1] = value.len() as u8;
            self.at += 2;
        } else {
            self.buf[self.at] = id << 4 | (value.len() - 1) as u8;
            self.at += 1;
        }
        self.buf[self.at..self.at + value.len()].copy_from_slice(value);
        self.at += value.len();
    }

    /// Returns the header's length.
    pub fn finish(self) -> usize {
        if self.at == 16 {
            self.buf[0] = 0x80;
            return 12;
        }
        let padded = self.at.next_multiple_of(4);
        self.buf[self.at..padded].fill(0);
        self.buf[14..16].copy_from_slice(&(((padded - 16) / 4) as u16).to_be_bytes());
        padded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::seeds::IDS;

    #[test]
    fn reads_what_it_writes() {
        let mut buf = [0; 64];
        let mut writer = HeaderWriter::new(&mut buf, true, 96, 0xfffe, 90_000, 0xdead_beef);
        writer.extension(4, b"1");
        writer.extension(0, b"never");
        writer.extension(7, &0x0123_4567_89ab_cdef_u64.to_be_bytes());
        writer.extension(3, &77_u16.to_be_bytes());
        let len = writer.finish();
        let header = RtpHeader::parse(&buf).unwrap();
        assert_eq!((header.len, header.marker, header.payload_type), (len, true, 96));
        assert_eq!((header.sequence, header.timestamp, header.ssrc), (0xfffe, 90_000, 0xdead_beef));
        let extensions = header.extensions(&buf, &IDS);
        assert_eq!(extensions.mid, Some(&b"1"[..]));
        assert_eq!(extensions.capture_ntp, Some(0x0123_4567_89ab_cdef));
        assert_eq!(extensions.transport_sequence, Some(77));
    }

    #[test]
    fn long_elements_need_the_two_byte_form() {
        let mut buf = [0; 160];
        let mut writer = HeaderWriter::new(&mut buf, true, 98, 1, 2, 3);
        writer.use_two_bytes();
        writer.extension(4, b"1");
        writer.extension(12, &[9; 90]);
        writer.patch(1, 90, &[1, 2]);
        let len = writer.finish();
        let header = RtpHeader::parse(&buf[..len]).unwrap();
        assert_eq!(header.len, len);
        let extensions = header.extensions(&buf, &IDS);
        assert_eq!(extensions.mid, Some(&b"1"[..]));
        assert_eq!(buf[19..24], [12, 90, 9, 1, 2]);
    }

    #[test]
    fn without_extensions_the_header_is_twelve_bytes() {
        let mut buf = [0; 32];
        let len = HeaderWriter::new(&mut buf, false, 0, 1, 2, 3).finish();
        assert_eq!((len, RtpHeader::parse(&buf[..12]).map(|h| h.len)), (12, Some(12)));
    }

    #[test]
    fn two_byte_extensions_are_read() {
        let mut packet = vec![0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x10, 0x00, 0, 2];
        packet.extend([4, 1, b'7', 0, 3, 2, 0, 9]);
        let extensions = RtpHeader::parse(&packet).unwrap().extensions(&packet, &IDS);
        assert_eq!((extensions.mid, extensions.transport_sequence), (Some(&b"7"[..]), Some(9)));
    }

    #[test]
    fn an_element_with_id_zero_and_a_length_ends_the_extensions() {
        // Without a negotiated mid, id 0 must not be taken for it.
        let ids = ExtensionIds { mid: 0, transport_wide_cc: 3, ..IDS };
        let mut packet = vec![0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 2];
        packet.extend([0x01, b'1', b'2', 0x31, 0, 9, 0, 0]);
        let extensions = RtpHeader::parse(&packet).unwrap().extensions(&packet, &ids);
        assert_eq!((extensions.mid, extensions.transport_sequence), (None, None));
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..200_000 {
            let mut packet = vec![0; rng.usize(0..64)];
            rng.fill(&mut packet);
            if let Some(first) = packet.first_mut() {
                *first = 0x80 | (*first & 0x3f);
            }
            if let Some(header) = RtpHeader::parse(&packet) {
                header.extensions(&packet, &IDS);
            }
        }
    }
}
