//! Endpoint that a peer sends from: a UDP socket of its own, an address of its own on the shared
//! socket of its thread, a TCP connection, or an allocation on a TURN server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;

use crate::path::PathKind;
use crate::relay::{Carrier, Relay};
use crate::shared_socket::SharedSocket;
use crate::socket::UdpSocket;
use crate::stream::Stream;

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
        /// Remote that [`Endpoint::connect`] was given.
        remote: Option<SocketAddr>,
    },
    /// A TCP connection to one remote (RFC 6544).
    Stream(Box<Stream>),
    /// An allocation on a TURN server.
    Relay(Box<Relay>),
    /// No endpoint yet: a peer that uses no UDP and knows no remote.
    None,
}

impl Endpoint {
    /// Address and port of its candidate, once there is one.
    pub fn local(&self) -> Option<SocketAddr> {
        match self {
            Self::Own(socket) => Some(socket.local()),
            Self::Shared { socket, ip, .. } => Some(SocketAddr::from((*ip, socket.port()))),
            Self::Stream(stream) => Some(stream.local()),
            Self::Relay(relay) => relay.relayed(),
            Self::None => None,
        }
    }

    /// Returns true if the endpoint has an IPv6 address.
    pub fn is_ipv6(&self) -> bool {
        self.local().is_some_and(|local| local.is_ipv6())
    }

    /// Kind of path that the endpoint is on.
    pub fn path(&self) -> PathKind {
        match self {
            Self::Own(_) | Self::Shared { .. } | Self::None => PathKind::Direct,
            Self::Stream(_) => PathKind::IceTcp,
            Self::Relay(relay) => relay.kind(),
        }
    }

    /// Returns true if the protocol between its candidate and the remote's is TCP.
    pub fn is_tcp(&self) -> bool {
        matches!(self, Self::Stream(_))
    }

    /// Returns true if its packets are sent on a TCP connection, to the remote or to a TURN server.
    pub fn is_on_stream(&self) -> bool {
        match self {
            Self::Stream(_) => true,
            Self::Relay(relay) => matches!(relay.carrier, Carrier::Stream(_)),
            _ => false,
        }
    }

    /// UDP socket of the endpoint, if packets of it must be read there.
    pub fn socket(&mut self) -> Option<&mut UdpSocket> {
        match self {
            Self::Own(socket) => Some(socket),
            Self::Relay(relay) => match &mut relay.carrier {
                Carrier::Udp(socket) => Some(socket),
                Carrier::Stream(_) => None,
            },
            _ => None,
        }
    }

    /// TCP connection of the endpoint.
    pub fn stream(&mut self) -> Option<&mut Stream> {
        match self {
            Self::Stream(stream) => Some(stream),
            Self::Relay(relay) => match &mut relay.carrier {
                Carrier::Stream(stream) => Some(stream),
                Carrier::Udp(_) => None,
            },
            _ => None,
        }
    }

    /// Packets that a TCP connection did not take in time.
    pub fn stream_drops(&self) -> u64 {
        match self {
            Self::Stream(stream) => stream.dropped,
            Self::Relay(relay) => match &relay.carrier {
                Carrier::Stream(stream) => stream.dropped,
                Carrier::Udp(_) => 0,
            },
            _ => 0,
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
            Self::Relay(relay) => {
                relay.set_target(Some(to));
                Ok(())
            }
            Self::Stream(_) => Ok(()),
            Self::None => Err(io::ErrorKind::AddrNotAvailable.into()),
        }
    }

    /// Receives from any remote again.
    pub fn disconnect(&mut self) -> io::Result<()> {
        match self {
            Self::Own(socket) => socket.disconnect(),
            // During a restart media uses the old pair (RFC 8445 §9), and these receive from any
            // remote.
            Self::Shared { .. } | Self::Relay(_) | Self::Stream(_) | Self::None => Ok(()),
        }
    }

    /// Returns true if the remote is fixed.
    pub fn is_connected(&self) -> bool {
        match self {
            Self::Own(socket) => socket.connected_to().is_some(),
            Self::Shared { remote, .. } => remote.is_some(),
            Self::Relay(relay) => relay.target().is_some(),
            Self::Stream(_) => true,
            Self::None => false,
        }
    }

    /// The remote that [`Endpoint::send`] sends to now.
    pub fn send_target(&self) -> Option<SocketAddr> {
        match self {
            Self::Own(socket) => socket.send_target(),
            Self::Shared { remote, .. } => *remote,
            Self::Relay(relay) => relay.target(),
            Self::Stream(stream) => Some(stream.remote()),
            Self::None => None,
        }
    }

    /// Sends to the fixed remote. A shared socket reports what the kernel refused when it is
    /// flushed.
    pub fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        match self {
            Self::Own(socket) => socket.send(datagram),
            _ => match self.send_target() {
                Some(remote) => self.send_to(datagram, remote),
                None => Err(io::ErrorKind::NotConnected.into()),
            },
        }
    }

    /// Sends to any remote.
    pub fn send_to(&mut self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        match (self, to) {
            (Self::Own(socket), _) => socket.send_to(datagram, to),
            (Self::Shared { socket, ip, .. }, SocketAddr::V4(to)) => {
                socket.send(*ip, SocketAddrV4::new(*to.ip(), to.port()), datagram);
                Ok(())
            }
            (Self::Shared { .. }, SocketAddr::V6(_)) => Err(io::ErrorKind::Unsupported.into()),
            (Self::Relay(relay), _) => relay.send_to(datagram, to),
            (Self::Stream(stream), _) if stream.remote() == to => {
                stream.send(datagram);
                Ok(())
            }
            // ICE pairs every local candidate with every remote one, and a connection has one
            // remote.
            (Self::Stream(_), _) => Ok(()),
            (Self::None, _) => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Datagrams that the kernel dropped because the receive buffer was full. Those of a shared
    /// socket are counted once, by its thread.
    pub fn drops(&self) -> u64 {
        match self {
            Self::Own(socket) => socket.drops(),
            Self::Relay(relay) => match &relay.carrier {
                Carrier::Udp(socket) => socket.drops(),
                Carrier::Stream(_) => 0,
            },
            Self::Shared { .. } | Self::Stream(_) | Self::None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datagrams::Datagrams;
    use std::os::fd::AsRawFd;

    /// While ICE restarts, media uses the old pair (RFC 8445 §9).
    #[test]
    fn media_goes_to_the_last_remote_after_a_disconnect() {
        let own = Endpoint::Own(UdpSocket::bind("127.0.0.1".parse().unwrap()).unwrap());
        let shared = SharedSocket::open().map(|socket| Endpoint::Shared {
            socket: socket.into(),
            ip: Ipv4Addr::new(127, 0, 0, 5),
            remote: None,
        });
        for mut endpoint in [Some(own), shared.ok()].into_iter().flatten() {
            let remote = UdpSocket::bind("127.0.0.1".parse().unwrap()).unwrap();
            endpoint.connect(remote.local()).unwrap();
            endpoint.disconnect().unwrap();
            endpoint.send(b"media").unwrap();
            if let Endpoint::Shared { socket, .. } = &endpoint {
                assert!(socket.flush().is_empty());
            }
            let mut datagrams = Datagrams::default();
            assert_eq!(datagrams.receive(remote.as_raw_fd(), 4, true), 1);
            assert_eq!(datagrams.get(0).bytes, b"media");
        }
    }
}
