//! One socket for all peers of a thread, on loopback. Linux sends from every address in 127/8, so
//! each peer has an address of its own that identifies it to the server; one system call reads or
//! sends dozens of packets of many peers.
//!
//! Linux only, and only where the kernel grants a receive buffer for all of them; otherwise every
//! peer has a socket of its own (ADR 3).

use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Mutex, PoisonError};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::rtp::{self, MAX_DATAGRAM};
use crate::socket::kernel;

/// Bytes as the kernel counts them: twice the requested size. A thousand participants with audio
/// fill it in a third of a second.
const RECEIVE_BUFFER: usize = 8 << 20;
/// Packets that are held back until they are sent together: a few tens of microseconds.
const BATCH: usize = 32;
/// `in_pktinfo` with its header, as `u64` so that it is aligned.
const CONTROL_WORDS: usize = 4;

/// A packet that the kernel did not send.
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

/// The socket and the packets that it holds back.
pub struct SharedSocket {
    socket: Socket,
    port: u16,
    outbox: Mutex<Outbox>,
}

impl SharedSocket {
    /// Opens a socket that is reachable from this host only. The error is the reason why peers need
    /// sockets of their own.
    pub fn open() -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        // Bound to every address, so that it receives on all of 127/8, but to no other device.
        socket.bind_device(Some(b"lo"))?;
        socket.bind(&SockAddr::from(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0)))?;
        // Needs CAP_NET_ADMIN; without it net.core.rmem_max decides.
        if kernel::set_option(
            &socket,
            libc::SOL_SOCKET,
            libc::SO_RCVBUFFORCE,
            (RECEIVE_BUFFER / 2) as i32,
        )
        .is_err()
        {
            socket.set_recv_buffer_size(RECEIVE_BUFFER / 2)?;
        }
        if socket.recv_buffer_size()? < RECEIVE_BUFFER {
            return Err(io::Error::new(
                io::ErrorKind::OutOfMemory,
                "net.core.rmem_max is too small for many peers on one socket",
            ));
        }
        kernel::enable_timestamps(&socket)?;
        kernel::set_option(&socket, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?;
        // Don't fragment: then the kernel need not draw an identification for every packet.
        kernel::set_option(&socket, libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_DO)?;
        let port = socket.local_addr()?.as_socket().map_or(0, |address| address.port());
        Ok(Self { socket, port, outbox: Mutex::new(Outbox::new()) })
    }

    /// The port that all of its peers have.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// File descriptor for [`crate::datagrams::Datagrams::receive`].
    pub fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// Datagrams that the kernel dropped because the receive buffer was full.
    pub fn drops(&self) -> u64 {
        kernel::drops(&self.socket)
    }

    /// Queues a packet: it leaves with the next [`SharedSocket::flush`], or at once when the batch
    /// is full.
    pub fn send(&self, from: Ipv4Addr, to: SocketAddrV4, datagram: &[u8]) {
        let mut outbox = self.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        outbox.push(from, to, datagram);
        if outbox.len == BATCH {
            outbox.flush(self.fd());
        }
    }

    /// Sends what is held back, and returns what the kernel refused since the last time.
    pub fn flush(&self) -> Vec<RejectedSend> {
        let mut outbox = self.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        outbox.flush(self.fd());
        mem::take(&mut outbox.refused)
    }
}

struct Outbox {
    buffers: Box<[[u8; MAX_DATAGRAM + 64]]>,
    names: Box<[libc::sockaddr_in]>,
    controls: Box<[[u64; CONTROL_WORDS]]>,
    iovecs: Box<[libc::iovec]>,
    headers: Box<[libc::mmsghdr]>,
    len: usize,
    refused: Vec<RejectedSend>,
}

// SAFETY: the raw pointers in `headers` and `iovecs` point into the boxes beside them, whose
// contents stay where they are when the struct moves.
unsafe impl Send for Outbox {}

impl Outbox {
    fn new() -> Self {
        let mut buffers = vec![[0; MAX_DATAGRAM + 64]; BATCH].into_boxed_slice();
        let mut controls = vec![[0; CONTROL_WORDS]; BATCH].into_boxed_slice();
        // SAFETY: all-zero bytes are valid for these plain C structs.
        let (name, header): (libc::sockaddr_in, libc::mmsghdr) =
            unsafe { (mem::zeroed(), mem::zeroed()) };
        let mut names = vec![name; BATCH].into_boxed_slice();
        let mut iovecs: Box<[libc::iovec]> = buffers
            .iter_mut()
            .map(|buffer| libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: 0 })
            .collect();
        let mut headers = vec![header; BATCH].into_boxed_slice();
        for (i, header) in headers.iter_mut().enumerate() {
            let header = &mut header.msg_hdr;
            header.msg_name = (&raw mut names[i]).cast();
            header.msg_namelen = mem::size_of::<libc::sockaddr_in>() as libc::socklen_t;
            header.msg_iov = &raw mut iovecs[i];
            header.msg_iovlen = 1;
            header.msg_control = controls[i].as_mut_ptr().cast();
            header.msg_controllen = mem::size_of_val(&controls[i]) as _;
            // SAFETY: the control buffer is aligned and large enough for one in_pktinfo.
            unsafe {
                let message = libc::CMSG_FIRSTHDR(header);
                (*message).cmsg_level = libc::IPPROTO_IP;
                (*message).cmsg_type = libc::IP_PKTINFO;
                (*message).cmsg_len =
                    libc::CMSG_LEN(mem::size_of::<libc::in_pktinfo>() as u32) as _;
            }
        }
        Self { buffers, names, controls, iovecs, headers, len: 0, refused: Vec::new() }
    }

    fn push(&mut self, from: Ipv4Addr, to: SocketAddrV4, datagram: &[u8]) {
        let at = self.len;
        let len = datagram.len().min(self.buffers[at].len());
        self.buffers[at][..len].copy_from_slice(&datagram[..len]);
        self.iovecs[at].iov_len = len;
        self.names[at].sin_family = libc::AF_INET as libc::sa_family_t;
        self.names[at].sin_port = to.port().to_be();
        self.names[at].sin_addr.s_addr = u32::from(*to.ip()).to_be();
        let source = libc::in_addr { s_addr: u32::from(from).to_be() };
        let info = libc::in_pktinfo {
            ipi_ifindex: 0,
            ipi_spec_dst: source,
            ipi_addr: libc::in_addr { s_addr: 0 },
        };
        // SAFETY: the header's control buffer was laid out for one in_pktinfo in `new`.
        unsafe {
            std::ptr::write_unaligned(
                libc::CMSG_DATA(libc::CMSG_FIRSTHDR(&self.headers[at].msg_hdr)).cast(),
                info,
            )
        };
        self.len += 1;
    }

    fn flush(&mut self, fd: RawFd) {
        let mut sent = 0;
        while sent < self.len {
            // SAFETY: the headers from `sent` to `len` point at live buffers of the stated lengths.
            let count = unsafe {
                let first = self.headers.as_mut_ptr().add(sent);
                libc::syscall(
                    libc::SYS_sendmmsg,
                    fd,
                    first,
                    (self.len - sent) as u32,
                    libc::MSG_DONTWAIT,
                )
            };
            match usize::try_from(count) {
                Ok(count) if count > 0 => sent += count,
                // The first of the rest was refused; those behind it may not be.
                _ => {
                    let error = io::Error::last_os_error();
                    self.refused.push(self.describe(sent, error));
                    sent += 1;
                }
            }
        }
        self.len = 0;
    }

    fn describe(&self, at: usize, error: io::Error) -> RejectedSend {
        let from = u32::from_ne_bytes(
            self.controls[at][CONTROL_WORDS / 2].to_ne_bytes()[4..].try_into().unwrap_or_default(),
        );
        let name = &self.names[at];
        let to = (Ipv4Addr::from(u32::from_be(name.sin_addr.s_addr)), u16::from_be(name.sin_port));
        let ssrc = rtp::media_ssrc(&self.buffers[at][..self.iovecs[at].iov_len]);
        RejectedSend { from: Ipv4Addr::from(u32::from_be(from)), to: to.into(), ssrc, error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datagrams::Datagrams;
    use crate::socket::UdpSocket;

    fn v4(address: SocketAddr) -> SocketAddrV4 {
        match address {
            SocketAddr::V4(address) => address,
            SocketAddr::V6(address) => panic!("{address} is not IPv4"),
        }
    }

    #[test]
    fn each_peer_sends_and_receives_on_its_own_address() {
        let Ok(shared) = SharedSocket::open() else {
            return eprintln!("no shared socket here: nothing to test");
        };
        let server = UdpSocket::bind("127.0.0.1".parse().unwrap()).unwrap();
        let peers = [Ipv4Addr::new(127, 0, 0, 5), Ipv4Addr::new(127, 9, 8, 7)];
        for (i, peer) in peers.iter().enumerate() {
            shared.send(*peer, v4(server.local()), &[i as u8; 100]);
        }
        assert!(shared.flush().is_empty());
        let mut datagrams = Datagrams::default();
        assert_eq!(datagrams.receive(server.as_raw_fd(), 8, true), 2);
        for (i, peer) in peers.iter().enumerate() {
            let datagram = datagrams.get(i);
            assert_eq!(datagram.source, Some(SocketAddr::from((*peer, shared.port()))));
            assert_eq!(datagram.bytes, [i as u8; 100]);
            server.send_to(&[i as u8; 50], SocketAddr::from((*peer, shared.port()))).unwrap();
        }
        assert_eq!(datagrams.receive(shared.fd(), 8, true), 2);
        for (i, peer) in peers.iter().enumerate() {
            let datagram = datagrams.get(i);
            assert_eq!(
                (datagram.destination, datagram.source),
                (Some(*peer), Some(server.local()))
            );
            assert_eq!(datagram.bytes, [i as u8; 50]);
        }
    }

    #[test]
    fn a_refused_packet_is_attributed_and_does_not_stop_the_others() {
        let Ok(shared) = SharedSocket::open() else {
            return eprintln!("no shared socket here: nothing to test");
        };
        let server = UdpSocket::bind("127.0.0.1".parse().unwrap()).unwrap();
        let (good, stranger) = (Ipv4Addr::new(127, 0, 0, 5), Ipv4Addr::new(192, 0, 2, 1));
        let mut packet = [0x80; 20];
        packet[1] = 96;
        packet[8..12].copy_from_slice(&77_u32.to_be_bytes());
        for from in [good, stranger, good] {
            shared.send(from, v4(server.local()), &packet);
        }
        let refused = shared.flush();
        let facts: Vec<_> = refused.iter().map(|r| (r.from, r.to, r.ssrc)).collect();
        assert_eq!(facts, [(stranger, server.local(), Some(77))]);
        assert_eq!(Datagrams::default().receive(server.as_raw_fd(), 8, true), 2);
    }
}
