//! Packets that the kernel holds until one says what is to become of them (linux/netfilter/nfnetlink_queue.h).

use std::io::{ErrorKind, Read, Result};
use std::os::fd::{AsRawFd, RawFd};

use socket2::Socket;

use crate::netlink::{self, Writer, attributes, messages};

const SUBSYSTEM: u16 = 3 << 8;
const PACKET: u16 = SUBSYSTEM;
const VERDICT: u16 = SUBSYSTEM | 1;
const CONFIG: u16 = SUBSYSTEM | 2;

mod config {
    pub const COMMAND: u16 = 1;
    pub const PARAMS: u16 = 2;
    pub const MAX_LEN: u16 = 3;
    pub const MASK: u16 = 4;
    pub const FLAGS: u16 = 5;
    pub const BIND: u8 = 1;
    pub const COPY_PACKET: u8 = 2;
    /// A queue that is full lets packets pass.
    pub const FAIL_OPEN: u32 = 1;
}

mod packet {
    pub const HEADER: u16 = 1;
    pub const PAYLOAD: u16 = 10;
}

const VERDICT_HEADER: u16 = 2;
/// More than all links together hold.
const MOST_HELD: u32 = 65_536;
const BUFFER: usize = 65_536 + 4_096;
/// Asked for; the kernel gives what its limits allow.
const RECEIVE_BUFFER: usize = 8 << 20;

pub struct Queue {
    socket: Socket,
    pub number: u16,
    buffer: Vec<u8>,
}

/// A packet that is held.
pub struct Held<'a> {
    pub id: u32,
    /// From its IP header on.
    pub bytes: &'a [u8],
    /// Leaves this machine, instead of having arrived; on loopback, both happen.
    pub leaving: bool,
}

/// NF_INET_LOCAL_OUT
const LOCAL_OUT: u8 = 3;

impl Queue {
    /// Takes the first queue from `wanted` on that nobody has.
    pub fn open(wanted: u16) -> Result<Self> {
        let mut number = wanted;
        loop {
            match Self::bind(number) {
                Err(error)
                    if error.kind() == ErrorKind::PermissionDenied
                        || error.raw_os_error() == Some(libc::EBUSY) =>
                {
                    number = number.wrapping_add(1);
                    // Whoever has no right to a queue is told so by each of them.
                    if number == wanted.wrapping_add(TRIES) {
                        return Err(error);
                    }
                }
                outcome => return outcome,
            }
        }
    }

    fn bind(number: u16) -> Result<Self> {
        let socket = netlink::open()?;
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        let mut writer = Writer::default();
        let mut configure = |kind, value: &[u8]| {
            writer.message(CONFIG, 0, 1, 0, number, |message| message.attribute(kind, value))
        };
        configure(config::COMMAND, &[config::BIND, 0, 0, 0]);
        netlink::request(&socket, &writer, 1)?;
        let mut writer = Writer::default();
        writer.message(CONFIG, 0, 1, 0, number, |message| {
            message.attribute(
                config::PARAMS,
                &[&0xffff_u32.to_be_bytes()[..], &[config::COPY_PACKET]].concat(),
            );
            message.attribute(config::MAX_LEN, &MOST_HELD.to_be_bytes());
            message.attribute(config::MASK, &config::FAIL_OPEN.to_be_bytes());
            message.attribute(config::FLAGS, &config::FAIL_OPEN.to_be_bytes());
        });
        netlink::request(&socket, &writer, 1)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, number, buffer: vec![0; BUFFER] })
    }

    /// Hands over what has come since; false when that is all there is for now.
    pub fn receive(&mut self, mut take: impl FnMut(Held)) -> Result<bool> {
        let len = match (&self.socket).read(&mut self.buffer) {
            Ok(len) => len,
            // What did not fit, the kernel has let pass.
            Err(error)
                if error.raw_os_error() == Some(libc::ENOBUFS)
                    || error.kind() == ErrorKind::Interrupted =>
            {
                return Ok(true);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        for message in messages(&self.buffer[..len]).filter(|message| message.kind == PACKET) {
            let (mut header, mut bytes): (&[u8], &[u8]) = (&[], &[]);
            for (kind, value) in attributes(message.body) {
                match kind {
                    packet::HEADER => header = value,
                    packet::PAYLOAD => bytes = value,
                    _ => {}
                }
            }
            // Packet id, protocol of the link layer, hook.
            if let (Some(id), Some(hook)) =
                (header.get(..4).and_then(|id| id.try_into().ok()), header.get(6))
            {
                take(Held { id: u32::from_be_bytes(id), bytes, leaving: *hook == LOCAL_OUT });
            }
        }
        Ok(true)
    }

    pub fn decide(&self, id: u32, passes: bool) -> Result<()> {
        let mut writer = Writer::default();
        writer.message(VERDICT, 0, 0, 0, self.number, |message| {
            message.attribute(
                VERDICT_HEADER,
                &[u32::from(passes).to_be_bytes(), id.to_be_bytes()].concat(),
            );
        });
        match self.socket.send(writer.bytes()) {
            // The kernel forgot it: its interface went away.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }
}

/// Others that use queues use a few.
const TRIES: u16 = 64;

impl AsRawFd for Queue {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}
