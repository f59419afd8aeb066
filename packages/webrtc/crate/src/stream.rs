//! One TCP connection of one peer, to the remote (ICE/TCP) or to a TURN server, with TLS if wanted.
//! What the network does not take in time is dropped, as a router would: media that is late is of
//! no use.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use rustls::ClientConnection;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::clock::{self, MS, Stamps};
use crate::datagrams::receive_bytes;
use crate::framing::{FrameReader, Framing, NotFramed};
use crate::path::{PathFailure, PathFailureCode};
use crate::socket::kernel;
use crate::tls::{self, RecordsEnd};

/// Bytes that may wait for the network. The kernel has a buffer of its own in front of it.
const MAX_UNSENT: usize = 256 << 10;
/// Bytes that one wake-up reads of one connection: other peers have their turn.
const MAX_READ: usize = 1 << 20;
/// Time after which nothing answers at the other end.
const CONNECT_WITHIN_NS: u64 = 8_000 * MS;
const CHUNK: usize = 16 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Connecting,
    Open,
    Closed,
}

/// A TCP connection that carries packets.
pub struct Stream {
    socket: Socket,
    local: SocketAddr,
    remote: SocketAddr,
    framing: Framing,
    tls: Option<Box<ClientConnection>>,
    state: State,
    give_up_at: u64,
    unsent: Vec<u8>,
    reader: FrameReader,
    stamps: Stamps,
    arrival: u64,
    /// Packets that the network did not take in time.
    pub dropped: u64,
    /// True if the poller waits for writing, too; the reactor keeps it up to date.
    pub waits_to_write: bool,
}

impl Stream {
    /// Begins to connect. The error is one of this host: no descriptor, no route, a firewall.
    pub fn connect(
        remote: SocketAddr,
        framing: Framing,
        tls: Option<ClientConnection>,
    ) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(remote), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        kernel::enable_timestamps(&socket)?;
        match socket.connect(&SockAddr::from(remote)) {
            Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => return Err(error),
            _ => {}
        }
        let local = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self {
            socket,
            local,
            remote,
            framing,
            tls: tls.map(Box::new),
            state: State::Connecting,
            give_up_at: clock::monotonic_ns() + CONNECT_WITHIN_NS,
            unsent: Vec::new(),
            reader: FrameReader::default(),
            stamps: Stamps::default(),
            arrival: 0,
            dropped: 0,
            waits_to_write: false,
        })
    }

    /// Address and port of this side.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// The remote that it is connected to.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Time at which to call [`Stream::on_timer`], monotonic ns.
    pub fn due_at(&self) -> u64 {
        if self.state == State::Connecting { self.give_up_at } else { u64::MAX }
    }

    /// Gives up a connection that nothing answers to.
    pub fn on_timer(&mut self, now: u64) -> Result<(), PathFailure> {
        if now < self.due_at() {
            return Ok(());
        }
        Err(self.close(&io::Error::from_raw_os_error(libc::ETIMEDOUT)))
    }

    /// Returns true if the poller must report when the connection can be written to.
    pub fn wants_write(&self) -> bool {
        self.state == State::Connecting || (self.state == State::Open && !self.unsent.is_empty())
    }

    /// Adds a packet to what is sent next.
    pub fn send(&mut self, packet: &[u8]) {
        if self.state == State::Closed || self.unsent.len() + packet.len() > MAX_UNSENT {
            self.dropped += 1;
            return;
        }
        match &mut self.tls {
            None => self.framing.write(packet, &mut self.unsent),
            Some(tls) => {
                let mut framed = Vec::with_capacity(packet.len() + 4);
                self.framing.write(packet, &mut framed);
                // Into memory: neither fails.
                let _ = tls.writer().write_all(&framed);
                let _ = tls.write_tls(&mut self.unsent);
            }
        }
    }

    /// Sends what the network takes.
    pub fn flush(&mut self) -> Result<(), PathFailure> {
        if self.state == State::Connecting && !self.is_established()? {
            return Ok(());
        }
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                if tls.write_tls(&mut self.unsent).is_err() {
                    break;
                }
            }
        }
        let mut sent = 0;
        while self.state == State::Open && sent < self.unsent.len() {
            match self.socket.send(&self.unsent[sent..]) {
                Ok(bytes) => sent += bytes,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.close(&error)),
            }
        }
        self.unsent.drain(..sent);
        Ok(())
    }

    /// Reads what has arrived; [`Stream::next_packet`] returns it.
    pub fn fill(&mut self) -> Result<(), PathFailure> {
        let mut chunk = [0; CHUNK];
        let mut read = 0;
        while self.state == State::Open && read < MAX_READ {
            match receive_bytes(self.socket.as_raw_fd(), &mut chunk) {
                Ok((0, _)) => return Err(self.close(&io::ErrorKind::UnexpectedEof.into())),
                Ok((bytes, stamp)) => {
                    read += bytes;
                    self.stamps.compare();
                    self.arrival =
                        stamp.map_or(self.stamps.read_at(), |stamp| self.stamps.wall(stamp));
                    self.take(&chunk[..bytes])?;
                    if bytes < CHUNK {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.close(&error)),
            }
        }
        Ok(())
    }

    /// Arrival of the last bytes that [`Stream::fill`] read, wall clock, ns. Bytes that arrived
    /// before and were read with them are dated the same: later by at most a tick.
    pub fn arrival(&self) -> u64 {
        self.arrival
    }

    /// The next packet that has arrived as a whole.
    pub fn next_packet(&mut self) -> Result<Option<&mut [u8]>, PathFailure> {
        let server = self.remote;
        match self.reader.next_packet(self.framing) {
            Ok(packet) => Ok(packet),
            Err(NotFramed) => {
                self.state = State::Closed;
                Err(PathFailure {
                    code: match self.framing {
                        Framing::Ice => PathFailureCode::TcpRefused,
                        Framing::Turn => PathFailureCode::TurnError,
                    },
                    server,
                    detail: "what it sends is not framed as it must be".into(),
                })
            }
        }
    }

    /// Returns true if the connection is established by now.
    fn is_established(&mut self) -> Result<bool, PathFailure> {
        match self.socket.take_error() {
            Ok(None) => {}
            Ok(Some(error)) | Err(error) => return Err(self.close(&error)),
        }
        if self.socket.peer_addr().is_ok() {
            self.state = State::Open;
        }
        Ok(self.state == State::Open)
    }

    /// Takes bytes that the network has delivered.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), PathFailure> {
        let Some(tls) = &mut self.tls else {
            self.reader.push(bytes);
            return Ok(());
        };
        match tls::open_records(tls, bytes, |plain| self.reader.push(plain)) {
            Ok(()) => Ok(()),
            Err(RecordsEnd::Closed) => Err(self.close(&io::ErrorKind::UnexpectedEof.into())),
            Err(RecordsEnd::Invalid(error)) => {
                // The alert for the server.
                let _ = tls.write_tls(&mut self.unsent);
                let _ = self.socket.send(&self.unsent);
                self.state = State::Closed;
                Err(PathFailure {
                    code: PathFailureCode::TurnTls,
                    server: self.remote,
                    detail: error.to_string(),
                })
            }
        }
    }

    fn close(&mut self, error: &io::Error) -> PathFailure {
        let during_handshake = self.tls.as_ref().is_some_and(|tls| tls.is_handshaking());
        let was_open = self.state == State::Open;
        self.state = State::Closed;
        let code = match error.raw_os_error() {
            Some(libc::ETIMEDOUT | libc::EHOSTUNREACH | libc::ENETUNREACH) => {
                PathFailureCode::NoAnswer
            }
            _ if was_open && during_handshake => PathFailureCode::TurnTls,
            _ => PathFailureCode::TcpRefused,
        };
        let detail = match error.kind() {
            io::ErrorKind::UnexpectedEof => "it closed the connection".into(),
            _ => error.to_string(),
        };
        PathFailure { code, server: self.remote, detail }
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Stream {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}
