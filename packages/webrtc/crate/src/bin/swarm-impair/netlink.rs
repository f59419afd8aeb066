//! The part of netlink that two requests and a stream of packets need (RFC 3549 §2.2,
//! linux/netlink.h, linux/netfilter/nfnetlink.h).
//!
//! By hand, as it is little: the one maintained crate for NFQUEUE does not expose its socket, so
//! that a process could not wait for a packet and for a deadline at once, and it keeps a whole
//! buffer with each held packet.

use std::io::{Error, ErrorKind, Read, Result};

use socket2::{Domain, Protocol, Socket, Type};

const AF_NETLINK: i32 = libc::AF_NETLINK;
const ALIGN: usize = 4;
/// Length, type, flags, sequence, port.
const HEADER: usize = 16;
/// Family, version, resource.
const GENERIC: usize = 4;
const ERROR: u16 = 2;
const REQUEST: u16 = 0x1;
const ACK: u16 = 0x4;
pub(crate) const CREATE_APPEND: u16 = 0x400 | 0x800;
const NESTED: u16 = 0x8000;

const fn aligned(len: usize) -> usize {
    len.next_multiple_of(ALIGN)
}

/// Messages to the kernel.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// `kind`: subsystem and message type. The kernel acknowledges messages with a sequence number
    /// other than 0.
    pub(crate) fn message(
        &mut self,
        kind: u16,
        flags: u16,
        sequence: u32,
        family: u8,
        resource: u16,
        body: impl FnOnce(&mut Self),
    ) {
        let start = self.bytes.len();
        let ack = if sequence == 0 { 0 } else { ACK };
        self.bytes.extend(0u32.to_ne_bytes());
        self.bytes.extend(kind.to_ne_bytes());
        self.bytes.extend((REQUEST | flags | ack).to_ne_bytes());
        self.bytes.extend(sequence.to_ne_bytes());
        self.bytes.extend(0u32.to_ne_bytes());
        self.bytes.extend([family, 0]);
        self.bytes.extend(resource.to_be_bytes());
        body(self);
        let len = (self.bytes.len() - start) as u32;
        self.bytes[start..start + 4].copy_from_slice(&len.to_ne_bytes());
    }

    pub(crate) fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.bytes.extend(((value.len() + ALIGN) as u16).to_ne_bytes());
        self.bytes.extend(kind.to_ne_bytes());
        self.bytes.extend(value);
        self.bytes.resize(aligned(self.bytes.len()), 0);
    }

    /// Terminated by a zero byte.
    pub(crate) fn text(&mut self, kind: u16, value: &str) {
        self.attribute(kind, &[value.as_bytes(), &[0]].concat());
    }

    pub(crate) fn nested(&mut self, kind: u16, body: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.attribute(kind | NESTED, &[]);
        body(self);
        let len = (self.bytes.len() - start) as u16;
        self.bytes[start..start + 2].copy_from_slice(&len.to_ne_bytes());
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A message from the kernel.
#[derive(Debug, PartialEq)]
pub(crate) struct Message<'a> {
    pub(crate) kind: u16,
    pub(crate) sequence: u32,
    /// Behind the generic header.
    pub(crate) body: &'a [u8],
}

/// The messages of a datagram, up to the first truncated one.
pub(crate) fn messages(mut datagram: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let len = u32::from_ne_bytes(datagram.get(..4)?.try_into().ok()?) as usize;
        let message = datagram.get(..len)?;
        let kind = u16::from_ne_bytes(message.get(4..6)?.try_into().ok()?);
        let sequence = u32::from_ne_bytes(message.get(8..12)?.try_into().ok()?);
        let start = if kind == ERROR { HEADER } else { HEADER + GENERIC };
        let body = message.get(start..)?;
        datagram = datagram.get(aligned(len)..).unwrap_or_default();
        Some(Message { kind, sequence, body })
    })
}

/// Kind and value of each attribute, up to the first truncated one.
pub(crate) fn attributes(mut body: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let len = u16::from_ne_bytes(body.get(..2)?.try_into().ok()?) as usize;
        let kind = u16::from_ne_bytes(body.get(2..4)?.try_into().ok()?) & !NESTED;
        let value = body.get(ALIGN..len)?;
        body = body.get(aligned(len)..).unwrap_or_default();
        Some((kind, value))
    })
}

pub(crate) fn open() -> Result<Socket> {
    Socket::new(Domain::from(AF_NETLINK), Type::RAW, Some(Protocol::from(libc::NETLINK_NETFILTER)))
}

/// Sends, and waits until the kernel acknowledges the message with this sequence number or rejects
/// any message.
pub(crate) fn request(socket: &Socket, writer: &Writer, sequence: u32) -> Result<()> {
    socket.send(writer.bytes())?;
    let mut buffer = vec![0; 65_536];
    loop {
        let len = (&*socket).read(&mut buffer)?;
        for Message { kind, sequence: answered, body } in messages(&buffer[..len]) {
            if kind != ERROR {
                continue;
            }
            let code = body
                .get(..4)
                .and_then(|code| code.try_into().ok())
                .map_or(libc::EIO, |code| -i32::from_ne_bytes(code));
            match code {
                0 if answered == sequence => return Ok(()),
                0 => {}
                libc::EPERM => return Err(Error::from(ErrorKind::PermissionDenied)),
                _ => return Err(Error::from_raw_os_error(code)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_messages_can_be_read() {
        let mut writer = Writer::default();
        writer.message(7, 0, 5, 2, 9, |message| {
            message.text(1, "name");
            message.nested(2, |inner| inner.attribute(3, &[1, 2, 3]));
        });
        let found: Vec<_> = messages(writer.bytes()).collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].sequence), (7, 5));
        let outer: Vec<_> = attributes(found[0].body).collect();
        assert_eq!(outer[0], (1, &b"name\0"[..]));
        assert_eq!(outer[1].0, 2);
        assert_eq!(attributes(outer[1].1).collect::<Vec<_>>(), [(3, &[1, 2, 3][..])]);
    }

    #[test]
    fn truncated_messages_and_false_lengths_are_not_read_beyond_their_end() {
        let mut writer = Writer::default();
        writer.message(7, 0, 5, 2, 9, |message| message.attribute(1, &[4; 9]));
        let whole = writer.bytes();
        for len in 0..whole.len() {
            assert_eq!(messages(&whole[..len]).count(), 0);
        }
        let body = messages(whole).next().unwrap().body;
        for len in 0..body.len() - 3 {
            assert_eq!(attributes(&body[..len]).count(), 0);
        }
        for lie in [0u32, 3, 15, 19, u32::MAX] {
            let mut bytes = whole.to_vec();
            bytes[..4].copy_from_slice(&lie.to_ne_bytes());
            assert_eq!(messages(&bytes).count(), 0, "{lie}");
        }
        assert_eq!(attributes(&[0; 64]).count(), 0);
    }

    #[test]
    fn fuzz_netlink() {
        bolero::check!().with_iterations(2_000).for_each(|bytes: &[u8]| {
            // The lengths that a kernel sends fit; so the first one does, too.
            let mut whole = bytes.to_vec();
            if let (Some(first), Ok(len)) = (whole.get_mut(..4), u32::try_from(bytes.len())) {
                first.copy_from_slice(&len.to_ne_bytes());
            }
            for datagram in [bytes, &whole] {
                for message in messages(datagram) {
                    let inner = attributes(message.body).map(|(_, value)| attributes(value));
                    let values: usize = inner.map(|inner| inner.count()).sum();
                    assert!(values <= message.body.len());
                }
            }
        });
    }
}
