//! Datagrams that one system call reads: on Linux dozens, with the arrival time of the kernel;
//! elsewhere one, stamped when it is read. Bytes of TCP connections have these times as well.

use std::io;
use std::mem;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::RawFd;

use crate::clock::Stamps;
use crate::rtp::MAX_DATAGRAM;

/// The most datagrams that one call reads.
pub const MAX_BATCH: usize = 64;
const NAME: libc::socklen_t = mem::size_of::<libc::sockaddr_storage>() as libc::socklen_t;
/// Room for a `timespec` and an `in_pktinfo` in control messages.
const CONTROL: usize = 128;

#[cfg(linux_io)]
type Header = libc::mmsghdr;

/// The header of recvmmsg(2), for systems without it.
#[cfg(not(linux_io))]
#[derive(Clone, Copy)]
struct Header {
    msg_hdr: libc::msghdr,
    msg_len: u32,
}

/// One received datagram.
pub struct Datagram<'a> {
    /// The payload.
    pub bytes: &'a mut [u8],
    /// The sender, when [`Datagrams::receive`] asked for it.
    pub source: Option<SocketAddr>,
    /// The local address that it was sent to, when the socket reports it (IP_PKTINFO).
    pub destination: Option<Ipv4Addr>,
    /// Arrival, wall clock, ns.
    pub arrival: u64,
}

/// Buffers that a thread reuses for every call.
pub struct Datagrams {
    buffers: Box<[[u8; MAX_DATAGRAM]]>,
    addresses: Box<[libc::sockaddr_storage]>,
    /// Control messages and vectors, which only `headers` points at.
    _controls: Box<[[u64; CONTROL / 8]]>,
    _iovecs: Box<[libc::iovec]>,
    headers: Box<[Header]>,
    stamps: Stamps,
}

// SAFETY: the raw pointers in `headers` and `_iovecs` point into the boxes beside them, whose
// contents stay where they are when the struct moves.
unsafe impl Send for Datagrams {}

impl Default for Datagrams {
    /// Allocates the buffers.
    fn default() -> Self {
        let mut buffers = vec![[0; MAX_DATAGRAM]; MAX_BATCH].into_boxed_slice();
        let mut controls = vec![[0; CONTROL / 8]; MAX_BATCH].into_boxed_slice();
        // SAFETY: all-zero bytes are valid for these plain C structs.
        let (address, header): (libc::sockaddr_storage, Header) =
            unsafe { (mem::zeroed(), mem::zeroed()) };
        let mut iovecs: Box<[libc::iovec]> = buffers
            .iter_mut()
            .map(|buffer| libc::iovec {
                iov_base: buffer.as_mut_ptr().cast(),
                iov_len: MAX_DATAGRAM,
            })
            .collect();
        let mut headers = vec![header; MAX_BATCH].into_boxed_slice();
        for ((header, iovec), control) in
            headers.iter_mut().zip(iovecs.iter_mut()).zip(controls.iter_mut())
        {
            header.msg_hdr.msg_iov = iovec;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = control.as_mut_ptr().cast();
        }
        Self {
            buffers,
            addresses: vec![address; MAX_BATCH].into_boxed_slice(),
            _controls: controls,
            _iovecs: iovecs,
            headers,
            stamps: Stamps::default(),
        }
    }
}

impl Datagrams {
    /// Reads up to `most` datagrams that have arrived, and returns how many. `named`: with their
    /// sources, which a connected socket does not need.
    pub fn receive(&mut self, fd: RawFd, most: usize, named: bool) -> usize {
        let most = most.min(MAX_BATCH);
        for (header, address) in self.headers.iter_mut().zip(self.addresses.iter_mut()).take(most) {
            header.msg_hdr.msg_name =
                if named { (&raw mut *address).cast() } else { std::ptr::null_mut() };
            header.msg_hdr.msg_namelen = if named { NAME } else { 0 };
            header.msg_hdr.msg_controllen = CONTROL as _;
        }
        let count = self.receive_into_headers(fd, most);
        if count > 0 {
            self.stamps.compare();
        }
        count
    }

    #[cfg(linux_io)]
    fn receive_into_headers(&mut self, fd: RawFd, most: usize) -> usize {
        let (headers, none) = (self.headers.as_mut_ptr(), std::ptr::null_mut::<libc::timespec>());
        // SAFETY: the first `most` headers point at live buffers of the stated lengths (see
        // `default`).
        let count = unsafe {
            libc::syscall(libc::SYS_recvmmsg, fd, headers, most as u32, libc::MSG_DONTWAIT, none)
        };
        // Errors here are EAGAIN or a pending ICMP error (a dead server): nothing to read either
        // way.
        usize::try_from(count).unwrap_or(0)
    }

    #[cfg(not(linux_io))]
    fn receive_into_headers(&mut self, fd: RawFd, _most: usize) -> usize {
        // SAFETY: the first header points at live buffers of the stated lengths (see `default`).
        let len =
            unsafe { libc::recvmsg(fd, &raw mut self.headers[0].msg_hdr, libc::MSG_DONTWAIT) };
        self.headers[0].msg_len = u32::try_from(len).unwrap_or(0);
        (len >= 0) as usize
    }

    /// The local address that a datagram was sent to, if the socket reports it.
    pub fn destination(&self, index: usize) -> Option<Ipv4Addr> {
        control(&self.headers[index].msg_hdr).1
    }

    /// Bytes of a datagram.
    pub fn bytes(&self, index: usize) -> &[u8] {
        &self.buffers[index][..(self.headers[index].msg_len as usize).min(MAX_DATAGRAM)]
    }

    /// A datagram of the last call, by its index below what [`Datagrams::receive`] returned.
    pub fn get(&mut self, index: usize) -> Datagram<'_> {
        let header = &self.headers[index];
        let (arrival, destination) = control(&header.msg_hdr);
        let named = header.msg_hdr.msg_namelen > 0;
        Datagram {
            source: if named { source(&self.addresses[index]) } else { None },
            destination,
            arrival: arrival.map_or(self.stamps.read_at(), |stamp| self.stamps.wall(stamp)),
            bytes: &mut self.buffers[index][..(header.msg_len as usize).min(MAX_DATAGRAM)],
        }
    }
}

/// Reads a TCP connection: how many bytes, and when the last segment among them arrived
/// (CLOCK_REALTIME, ns), if the kernel noted it.
pub fn receive_bytes(fd: RawFd, buffer: &mut [u8]) -> io::Result<(usize, Option<u64>)> {
    let mut room = [0u64; CONTROL / 8];
    let mut iovec = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    // SAFETY: all-zero bytes are valid for this plain C struct.
    let mut header: libc::msghdr = unsafe { mem::zeroed() };
    header.msg_iov = &raw mut iovec;
    header.msg_iovlen = 1;
    header.msg_control = room.as_mut_ptr().cast();
    header.msg_controllen = CONTROL as _;
    // SAFETY: the header points at live buffers of the stated lengths.
    let len = unsafe { libc::recvmsg(fd, &raw mut header, libc::MSG_DONTWAIT) };
    match usize::try_from(len) {
        Ok(len) => Ok((len, control(&header).0)),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

fn source(address: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match address.ss_family as i32 {
        libc::AF_INET => {
            // SAFETY: an address of this family is a sockaddr_in, and the storage is large enough
            // and aligned for it.
            let v4 = unsafe { &*(&raw const *address).cast::<libc::sockaddr_in>() };
            Some(SocketAddr::new(
                IpAddr::V4(u32::from_be(v4.sin_addr.s_addr).into()),
                u16::from_be(v4.sin_port),
            ))
        }
        libc::AF_INET6 => {
            // SAFETY: as above, for sockaddr_in6.
            let v6 = unsafe { &*(&raw const *address).cast::<libc::sockaddr_in6>() };
            Some(SocketAddr::new(
                IpAddr::V6(v6.sin6_addr.s6_addr.into()),
                u16::from_be(v6.sin6_port),
            ))
        }
        _ => None,
    }
}

/// Other kernels do not report them.
#[cfg(not(linux_io))]
fn control(_header: &libc::msghdr) -> (Option<u64>, Option<Ipv4Addr>) {
    (None, None)
}

/// Arrival time and local address, as far as the socket reports them.
#[cfg(linux_io)]
fn control(header: &libc::msghdr) -> (Option<u64>, Option<Ipv4Addr>) {
    let (mut arrival, mut destination) = (None, None);
    // SAFETY: `header` was filled in by the kernel; the CMSG macros stay within
    // msg_control..msg_controllen.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(header);
        while !message.is_null() {
            match ((*message).cmsg_level, (*message).cmsg_type) {
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    let ts: libc::timespec =
                        std::ptr::read_unaligned(libc::CMSG_DATA(message).cast());
                    arrival = Some(ts.tv_sec as u64 * 1_000_000_000 + ts.tv_nsec as u64);
                }
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info: libc::in_pktinfo =
                        std::ptr::read_unaligned(libc::CMSG_DATA(message).cast());
                    destination = Some(Ipv4Addr::from(u32::from_be(info.ipi_addr.s_addr)));
                }
                _ => {}
            }
            message = libc::CMSG_NXTHDR(header, message);
        }
    }
    (arrival, destination)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::socket::UdpSocket;
    use std::os::fd::AsRawFd;
    use std::time::Duration;

    #[cfg(linux_io)]
    #[test]
    fn bytes_of_a_connection_have_the_time_of_their_arrival() {
        use std::io::Write;

        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let reading = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut writing, _) = listener.accept().unwrap();
        crate::socket::kernel::enable_timestamps(&reading.try_clone().unwrap().into()).unwrap();
        // The kernel starts to stamp a moment after the first socket has asked for it.
        std::thread::sleep(Duration::from_millis(100));
        let now = || std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
        let before = now();
        writing.write_all(b"one").unwrap();
        let after = now();
        std::thread::sleep(Duration::from_millis(30));
        let mut buffer = [0; 16];
        let (len, arrival) = receive_bytes(reading.as_raw_fd(), &mut buffer).unwrap();
        assert_eq!(&buffer[..len], b"one");
        let arrival = arrival.unwrap();
        assert!(before <= arrival && arrival <= after, "{before} {arrival} {after}");
        let nothing = receive_bytes(reading.as_raw_fd(), &mut buffer).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn datagrams_have_their_source_and_an_arrival_before_they_were_read() {
        let ip = "127.0.0.1".parse().unwrap();
        let (mut a, b) = (UdpSocket::bind(ip).unwrap(), UdpSocket::bind(ip).unwrap());
        a.connect(b.local()).unwrap();
        // The kernel starts to stamp a moment after the first socket has asked for it.
        std::thread::sleep(Duration::from_millis(100));
        let before = clock::wall_ns();
        a.send(b"one").unwrap();
        a.send(b"two").unwrap();
        std::thread::sleep(Duration::from_millis(30));
        let mut datagrams = Datagrams::default();
        let mut seen = Vec::new();
        for _ in 0..3 {
            for i in 0..datagrams.receive(b.as_raw_fd(), 1, true) {
                let datagram = datagrams.get(i);
                seen.push((datagram.bytes.to_vec(), datagram.source, datagram.arrival));
            }
        }
        assert_eq!(seen.iter().map(|s| s.0.as_slice()).collect::<Vec<_>>(), [b"one", b"two"]);
        assert!(seen.iter().all(|s| s.1 == Some(a.local())));
        if cfg!(linux_io) {
            // Stamped by the kernel on arrival, not when it was read 30 ms later.
            assert!(seen.iter().all(|s| s.2 >= before && s.2 - before < 20_000_000));
        }
    }

    #[test]
    fn a_source_that_is_not_requested_is_not_reported() {
        let ip = "127.0.0.1".parse().unwrap();
        let (mut a, b) = (UdpSocket::bind(ip).unwrap(), UdpSocket::bind(ip).unwrap());
        a.connect(b.local()).unwrap();
        a.send(b"x").unwrap();
        let mut datagrams = Datagrams::default();
        assert_eq!(datagrams.receive(b.as_raw_fd(), MAX_BATCH, false), 1);
        assert_eq!((datagrams.get(0).source, datagrams.get(0).destination), (None, None));
    }
}
