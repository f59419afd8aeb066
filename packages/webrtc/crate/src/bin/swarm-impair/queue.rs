//! A queue of packets that the kernel holds until they get a verdict
//! (linux/netfilter/nfnetlink_queue.h).

use std::io::{ErrorKind, Read, Result};
use std::os::fd::{AsRawFd, RawFd};

use socket2::Socket;

use crate::netlink::{self, Writer, attributes, messages};

const SUBSYSTEM: u16 = 3 << 8;
const PACKET: u16 = SUBSYSTEM;
const VERDICT: u16 = SUBSYSTEM | 1;
const CONFIG: u16 = SUBSYSTEM | 2;

mod config {
    pub(crate) const COMMAND: u16 = 1;
    pub(crate) const PARAMS: u16 = 2;
    pub(crate) const MAX_LEN: u16 = 3;
    pub(crate) const MASK: u16 = 4;
    pub(crate) const FLAGS: u16 = 5;
    pub(crate) const BIND: u8 = 1;
    pub(crate) const COPY_PACKET: u8 = 2;
    /// Packets pass while the queue is full.
    pub(crate) const FAIL_OPEN: u32 = 1;
}

mod packet {
    pub(crate) const HEADER: u16 = 1;
    pub(crate) const PAYLOAD: u16 = 10;
}

const VERDICT_HEADER: u16 = 2;
/// More packets than all links together hold.
const MAX_HELD: u32 = 65_536;
const BUFFER: usize = 65_536 + 4_096;
/// Bytes that are asked for; the kernel grants what its limits allow.
const RECEIVE_BUFFER: usize = 8 << 20;

pub(crate) struct Queue {
    socket: Socket,
    pub(crate) number: u16,
    buffer: Vec<u8>,
}

/// A held packet.
pub(crate) struct Held<'a> {
    /// Packet id of the kernel.
    pub(crate) id: u32,
    /// The packet, from the IP header on.
    pub(crate) bytes: &'a [u8],
    /// True if the packet leaves this host, false if it arrived. On loopback a packet does both.
    pub(crate) outbound: bool,
}

/// NF_INET_LOCAL_OUT
const LOCAL_OUT: u8 = 3;

impl Queue {
    /// Binds the first free queue from `wanted` on.
    pub(crate) fn open(wanted: u16) -> Result<Self> {
        let mut number = wanted;
        loop {
            match Self::bind(number) {
                Err(error)
                    if error.kind() == ErrorKind::PermissionDenied
                        || error.raw_os_error() == Some(libc::EBUSY) =>
                {
                    number = number.wrapping_add(1);
                    // A process without the right to bind queues gets this error from each of them.
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
            message.attribute(config::MAX_LEN, &MAX_HELD.to_be_bytes());
            message.attribute(config::MASK, &config::FAIL_OPEN.to_be_bytes());
            message.attribute(config::FLAGS, &config::FAIL_OPEN.to_be_bytes());
        });
        netlink::request(&socket, &writer, 1)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, number, buffer: vec![0; BUFFER] })
    }

    /// Calls `take` with each packet of one netlink datagram; false when there was none.
    pub(crate) fn receive(&mut self, mut take: impl FnMut(Held)) -> Result<bool> {
        let len = match (&self.socket).read(&mut self.buffer) {
            Ok(len) => len,
            // The kernel passed what did not fit.
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
                take(Held { id: u32::from_be_bytes(id), bytes, outbound: *hook == LOCAL_OUT });
            }
        }
        Ok(true)
    }

    /// Gives a packet its verdict.
    pub(crate) fn decide(&self, id: u32, passes: bool) -> Result<()> {
        let mut writer = Writer::default();
        writer.message(VERDICT, 0, 0, 0, self.number, |message| {
            message.attribute(
                VERDICT_HEADER,
                &[u32::from(passes).to_be_bytes(), id.to_be_bytes()].concat(),
            );
        });
        match self.socket.send(writer.bytes()) {
            // The kernel dropped it: its interface is gone.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }
}

/// Queue numbers that are tried: other programs use a few.
const TRIES: u16 = 64;

impl AsRawFd for Queue {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}
