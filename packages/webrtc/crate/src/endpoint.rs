//! Where a peer sends from: a socket of its own, or an address of its own on the shared socket of
//! its thread.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;

use crate::shared_socket::SharedSocket;
use crate::socket::UdpSocket;

/// The local end of a peer's datagrams.
pub enum Endpoint {
    /// A socket of its own.
    Own(UdpSocket),
    /// An address in 127/8 on the shared socket.
    Shared {
        /// The socket, which the thread reads and flushes.
        socket: Arc<SharedSocket>,
        /// The address that no other peer of the thread has.
        ip: Ipv4Addr,
        /// What [`Endpoint::connect`] was given.
        remote: Option<SocketAddr>,
    },
}

impl Endpoint {
    /// Address and port.
    pub fn local(&self) -> SocketAddr {
        match self {
            Self::Own(socket) => socket.local(),
            Self::Shared { socket, ip, .. } => SocketAddr::from((*ip, socket.port())),
        }
    }

    /// Fixes the remote for [`Endpoint::send`].
    pub fn connect(&mut self, to: SocketAddr) -> io::Result<()> {
        match self {
            Self::Own(socket) => socket.connect(to),
            Self::Shared { remote, .. } => {
                *remote = Some(to);
                Ok(())
            }
        }
    }

    /// Receives from any remote again.
    pub fn disconnect(&mut self) -> io::Result<()> {
        match self {
            Self::Own(socket) => socket.disconnect(),
            Self::Shared { remote, .. } => {
                *remote = None;
                Ok(())
            }
        }
    }

    /// Whether the remote is fixed.
    pub fn is_connected(&self) -> bool {
        match self {
            Self::Own(socket) => socket.connected_to().is_some(),
            Self::Shared { remote, .. } => remote.is_some(),
        }
    }

    /// The remote that [`Endpoint::send`] sends to now.
    pub fn send_target(&self) -> Option<SocketAddr> {
        match self {
            Self::Own(socket) => socket.send_target(),
            Self::Shared { remote, .. } => *remote,
        }
    }

    /// Sends to the fixed remote. A shared socket reports what the kernel refused when it is flushed.
    pub fn send(&self, datagram: &[u8]) -> io::Result<()> {
        match self {
            Self::Own(socket) => socket.send(datagram),
            Self::Shared { remote: Some(remote), .. } => self.send_to(datagram, *remote),
            Self::Shared { remote: None, .. } => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Sends to any remote.
    pub fn send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        match (self, to) {
            (Self::Own(socket), _) => socket.send_to(datagram, to),
            (Self::Shared { socket, ip, .. }, SocketAddr::V4(to)) => {
                socket.send(*ip, SocketAddrV4::new(*to.ip(), to.port()), datagram);
                Ok(())
            }
            (Self::Shared { .. }, SocketAddr::V6(_)) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Datagrams that the kernel dropped because the receive buffer was full. Those of a shared
    /// socket are counted once, by its thread.
    pub fn drops(&self) -> u64 {
        match self {
            Self::Own(socket) => socket.drops(),
            Self::Shared { .. } => 0,
        }
    }
}
