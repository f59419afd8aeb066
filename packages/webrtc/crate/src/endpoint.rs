//! Where a peer sends from: a socket of its own, or an address of its own on its thread's shared socket.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;

use crate::shared_socket::SharedSocket;
use crate::socket::UdpSocket;

pub enum Endpoint {
    Own(UdpSocket),
    Shared { socket: Arc<SharedSocket>, ip: Ipv4Addr, remote: Option<SocketAddr> },
}

impl Endpoint {
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

    pub fn disconnect(&mut self) -> io::Result<()> {
        match self {
            Self::Own(socket) => socket.disconnect(),
            Self::Shared { remote, .. } => {
                *remote = None;
                Ok(())
            }
        }
    }

    pub fn is_connected(&self) -> bool {
        match self {
            Self::Own(socket) => socket.connected_to().is_some(),
            Self::Shared { remote, .. } => remote.is_some(),
        }
    }

    /// To whom [`Endpoint::send`] sends now.
    pub fn sends_to(&self) -> Option<SocketAddr> {
        match self {
            Self::Own(socket) => socket.sends_to(),
            Self::Shared { remote, .. } => *remote,
        }
    }

    /// To whoever it is connected to. On a shared socket errors are told when it is flushed.
    pub fn send(&self, datagram: &[u8]) -> io::Result<()> {
        match self {
            Self::Own(socket) => socket.send(datagram),
            Self::Shared { remote: Some(remote), .. } => self.send_to(datagram, *remote),
            Self::Shared { remote: None, .. } => Err(io::ErrorKind::NotConnected.into()),
        }
    }

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

    /// Datagrams that the kernel dropped for want of room; a shared socket's are its thread's to tell.
    pub fn drops(&self) -> u64 {
        match self {
            Self::Own(socket) => socket.drops(),
            Self::Shared { .. } => 0,
        }
    }
}
