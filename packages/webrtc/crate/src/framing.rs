//! Packets within a TCP stream: those of ICE/TCP behind a length (RFC 4571 §2), those of TURN as
//! they are, ChannelData padded (RFC 8656 §12.5).

use crate::rtp::MAX_DATAGRAM;
use crate::stun;

/// Length in front of each packet of ICE/TCP.
const LENGTH: usize = 2;
/// Channel number and length in front of ChannelData.
pub const CHANNEL_HEADER: usize = 4;
/// The largest packet of a stream: what is larger is not a packet of a peer or a TURN server.
const MAX_PACKET: usize = MAX_DATAGRAM + CHANNEL_HEADER;

/// Separation of the packets of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// A length in front of each packet (RFC 4571).
    Ice,
    /// STUN messages and ChannelData, one after the other.
    Turn,
}

/// The stream has no packet where one must begin.
#[derive(Debug, PartialEq, Eq)]
pub struct NotFramed;

impl Framing {
    /// Appends a packet to a stream.
    pub fn write(self, packet: &[u8], out: &mut Vec<u8>) {
        if self == Self::Ice {
            out.extend_from_slice(&(packet.len() as u16).to_be_bytes());
        }
        out.extend_from_slice(packet);
        if self == Self::Turn && is_channel_data(packet) {
            out.resize(out.len() + packet.len().next_multiple_of(4) - packet.len(), 0);
        }
    }

    /// The first packet of `bytes`: where it begins and ends, and where the next one begins.
    /// `None`: it has not arrived as a whole.
    fn first(self, bytes: &[u8]) -> Result<Option<[usize; 3]>, NotFramed> {
        let length_at =
            |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let (start, end, next) = match self {
            Self::Ice => {
                let Some(len) = length_at(0) else { return Ok(None) };
                let end = LENGTH + len as usize;
                (LENGTH, end, end)
            }
            Self::Turn => {
                let Some(len) = length_at(2) else { return Ok(None) };
                if is_channel_data(bytes) {
                    let end = CHANNEL_HEADER + len as usize;
                    (0, end, end.next_multiple_of(4))
                } else if bytes[0] < 4 {
                    let end = stun::HEADER_LEN + len as usize;
                    (0, end, end)
                } else {
                    return Err(NotFramed);
                }
            }
        };
        if end - start > MAX_PACKET {
            return Err(NotFramed);
        }
        Ok((bytes.len() >= next).then_some([start, end, next]))
    }
}

/// Returns true if a packet of a TURN server is ChannelData (RFC 7983 §7).
pub fn is_channel_data(packet: &[u8]) -> bool {
    packet.first().is_some_and(|first| (0x40..0x80).contains(first))
}

/// Number and payload of ChannelData. Bytes behind the payload are padding.
pub fn channel_data(packet: &[u8]) -> Option<(u16, &[u8])> {
    let [high, low, len_high, len_low, rest @ ..] = packet else { return None };
    let payload = rest.get(..u16::from_be_bytes([*len_high, *len_low]) as usize)?;
    is_channel_data(packet).then_some((u16::from_be_bytes([*high, *low]), payload))
}

/// Bytes that were read from a stream and are not a whole packet yet.
#[derive(Default)]
pub struct FrameReader {
    bytes: Vec<u8>,
    at: usize,
}

impl FrameReader {
    /// Takes what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.at > 0 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next packet that is there as a whole.
    pub fn next_packet(&mut self, framing: Framing) -> Result<Option<&mut [u8]>, NotFramed> {
        let rest = &self.bytes[self.at..];
        let Some([start, end, next]) = framing.first(rest)? else { return Ok(None) };
        let at = self.at;
        self.at += next;
        Ok(Some(&mut self.bytes[at + start..at + end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `stream` in parts of `size`, and collects the packets.
    fn read(framing: Framing, stream: &[u8], size: usize) -> Result<Vec<Vec<u8>>, NotFramed> {
        let (mut reader, mut packets) = (FrameReader::default(), Vec::new());
        for part in stream.chunks(size) {
            reader.push(part);
            while let Some(packet) = reader.next_packet(framing)? {
                packets.push(packet.to_vec());
            }
        }
        Ok(packets)
    }

    #[test]
    fn packets_come_out_as_they_went_in_however_the_stream_is_cut() {
        let stun = [&[0, 1, 0, 4][..], &[7; 16], &[1, 2, 3, 4]].concat();
        let channel = [0x40, 1, 0, 5, 1, 2, 3, 4, 5].to_vec();
        let media = vec![0x90; 1200];
        for (framing, packets) in [
            (Framing::Ice, vec![stun.clone(), media, vec![], vec![1]]),
            (Framing::Turn, vec![stun.clone(), channel.clone(), channel, stun]),
        ] {
            let mut stream = Vec::new();
            for packet in &packets {
                framing.write(packet, &mut stream);
            }
            for size in [1, 3, 7, 4096] {
                assert_eq!(read(framing, &stream, size).as_ref(), Ok(&packets), "{size}");
            }
        }
    }

    #[test]
    fn a_stream_that_is_not_framed_ends() {
        assert_eq!(read(Framing::Ice, &[0xff; 4], 4), Err(NotFramed));
        assert_eq!(read(Framing::Turn, b"HTTP/1.1 400", 12), Err(NotFramed));
        assert_eq!(read(Framing::Turn, &[0x40, 0, 0xff, 0xff], 4), Err(NotFramed));
    }

    #[test]
    fn channel_data_is_as_long_as_it_says() {
        assert_eq!(channel_data(&[0x40, 3, 0, 1, 9, 0, 0, 0]), Some((0x4003, &[9][..])));
        assert_eq!(channel_data(&[0x40, 3, 0, 2, 9]), None);
        assert_eq!(channel_data(&[0x00, 1, 0, 0]), None);
    }
}
