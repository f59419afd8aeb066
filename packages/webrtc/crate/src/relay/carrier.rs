//! Carriers of packets to a TURN server.

use std::io;
use std::net::SocketAddr;

use rustls::ClientConnection;

use crate::framing::Framing;
use crate::path::PathKind;
use crate::socket::UdpSocket;
use crate::stream::Stream;

/// Carrier of packets to the server.
pub enum Carrier {
    /// A connected socket.
    Udp(UdpSocket),
    /// TCP or TLS.
    Stream(Box<Stream>),
}

impl Carrier {
    /// `tls`: the beginning of a TLS connection.
    pub fn open(
        server: SocketAddr,
        kind: PathKind,
        tls: Option<ClientConnection>,
    ) -> io::Result<Self> {
        if kind != PathKind::TurnUdp {
            return Ok(Self::Stream(Box::new(Stream::connect(server, Framing::Turn, tls)?)));
        }
        let any = match server {
            SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        let mut socket = UdpSocket::bind(any)?;
        socket.connect(server)?;
        Ok(Self::Udp(socket))
    }

    pub(super) fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        match self {
            Self::Udp(socket) => socket.send(packet),
            Self::Stream(stream) => {
                stream.send(packet);
                Ok(())
            }
        }
    }
}
