//! The shared socket of systems where one socket cannot serve many peers: `open` fails, and no
//! value of the type can exist.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::RawFd;

/// A packet that the kernel did not send, as on Linux.
pub struct RejectedSend {
    /// The address of its peer.
    pub from: Ipv4Addr,
    /// Destination of the packet.
    pub to: SocketAddr,
    /// SSRC of the packet, if it was RTP.
    pub ssrc: Option<u32>,
    /// Error of the system call.
    pub error: io::Error,
}

/// Cannot exist.
pub struct SharedSocket(Infallible);

impl SharedSocket {
    /// Always fails.
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// The port, as on Linux.
    pub fn port(&self) -> u16 {
        match self.0 {}
    }

    /// The file descriptor, as on Linux.
    pub fn fd(&self) -> RawFd {
        match self.0 {}
    }

    /// Dropped datagrams, as on Linux.
    pub fn drops(&self) -> u64 {
        match self.0 {}
    }

    /// Queues a packet, as on Linux.
    pub fn send(&self, _from: Ipv4Addr, _to: SocketAddrV4, _datagram: &[u8]) {
        match self.0 {}
    }

    /// Sends the queued packets, as on Linux.
    pub fn flush(&self) -> Vec<RejectedSend> {
        match self.0 {}
    }
}
