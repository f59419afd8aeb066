//! One UDP socket of one peer. On Linux datagrams come in batches with the kernel's time of arrival; elsewhere one at a time, stamped on reading.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Room for a burst of large keyframes while a thread is busy elsewhere. The kernel takes memory only for what is queued.
const RECEIVE_BUFFER: usize = 1 << 20;

pub struct UdpSocket {
    socket: Socket,
    local: SocketAddr,
    connected: Option<SocketAddr>,
    /// Whom it was connected to last.
    last: Option<SocketAddr>,
    /// Datagrams to ask for next time: most sockets have one packet waiting, and asking for a second costs a system call's worth to hear "none".
    ask_for: usize,
}

impl UdpSocket {
    pub fn bind(ip: IpAddr) -> io::Result<Self> {
        let socket = bind_named_port(ip)?;
        socket.set_nonblocking(true)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        receive::enable_timestamps(&socket)?;
        let local = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { socket, local, connected: None, last: None, ask_for: 1 })
    }

    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Fixes the remote: the kernel then finds the route once, and drops what others send.
    pub fn connect(&mut self, remote: SocketAddr) -> io::Result<()> {
        if self.connected != Some(remote) {
            self.socket.connect(&SockAddr::from(remote))?;
            self.connected = Some(remote);
            self.last = Some(remote);
        }
        Ok(())
    }

    /// Hears everybody again.
    pub fn disconnect(&mut self) -> io::Result<()> {
        if self.connected.take().is_some() {
            disconnect_by_family(&self.socket)?;
        }
        Ok(())
    }

    pub fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// Sends to whoever the socket is connected to, or was last: while ICE looks for a new way, media goes the old one (RFC 8445 §9).
    pub fn send(&self, datagram: &[u8]) -> io::Result<()> {
        match (self.connected, self.last) {
            (None, Some(last)) => self.socket.send_to(datagram, &SockAddr::from(last)).map(drop),
            _ => receive::send(&self.socket, datagram),
        }
    }

    pub fn send_to(&self, datagram: &[u8], remote: SocketAddr) -> io::Result<()> {
        match self.connected {
            Some(connected) if connected == remote => self.send(datagram),
            _ => self.socket.send_to(datagram, &SockAddr::from(remote)).map(drop),
        }
    }

    /// Datagrams that the kernel dropped because this socket's buffer was full.
    pub fn drops(&self) -> u64 {
        receive::drops(&self.socket)
    }
}

/// Linux takes a port that it chose itself away when a socket is disconnected; one that was asked for by number stays. So: let it
/// choose, then ask for that number.
fn bind_named_port(ip: IpAddr) -> io::Result<Socket> {
    const ATTEMPTS: usize = 16;
    let open = || Socket::new(Domain::for_address(SocketAddr::new(ip, 0)), Type::DGRAM, Some(Protocol::UDP));
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        let chooser = open()?;
        chooser.bind(&SockAddr::from(SocketAddr::new(ip, 0)))?;
        let chosen = chooser.local_addr()?;
        drop(chooser);
        let socket = open()?;
        match socket.bind(&chosen) {
            Ok(()) => return Ok(socket),
            Err(error) => last = error, // somebody was quicker
        }
    }
    Err(last)
}

impl AsFd for UdpSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for UdpSocket {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.socket.as_raw_fd()
    }
}

/// Whoever owns the socket that a batch is read from, so that it can act on what comes.
pub trait HasSocket {
    fn socket(&mut self) -> &mut UdpSocket;
}

impl HasSocket for UdpSocket {
    fn socket(&mut self) -> &mut UdpSocket {
        self
    }
}

pub use receive::Batch;

/// Connecting to AF_UNSPEC dissolves the association (connect(2)).
fn disconnect_by_family(socket: &Socket) -> io::Result<()> {
    // SAFETY: an all-zero sockaddr is valid; its family is AF_UNSPEC, which is 0.
    let unspecified: libc::sockaddr = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer and length describe the live sockaddr.
    let result = unsafe { libc::connect(socket.as_raw_fd(), &raw const unspecified, size_of::<libc::sockaddr>() as libc::socklen_t) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(target_os = "linux")]
mod receive {
    use super::*;
    use crate::clock;
    use crate::rtp::MAX_DATAGRAM;
    use std::mem::{self, MaybeUninit};

    /// Datagrams read by one system call.
    const BATCH: usize = 32;
    const NAME: libc::socklen_t = mem::size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    /// A `timespec` in a control message.
    const CONTROL: usize = 64;

    /// Not through libc's wrapper: being a cancellation point costs it 5 % of this program's time.
    pub fn send(socket: &Socket, datagram: &[u8]) -> io::Result<()> {
        // SAFETY: the pointer and length describe `datagram`; no address is given, so none is read.
        let sent =
            unsafe { libc::syscall(libc::SYS_sendto, socket.as_raw_fd(), datagram.as_ptr(), datagram.len(), libc::MSG_DONTWAIT, 0, 0) };
        if sent >= 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    pub fn enable_timestamps(socket: &Socket) -> io::Result<()> {
        set_option(socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)
    }

    fn set_option(socket: &Socket, level: i32, name: i32, value: i32) -> io::Result<()> {
        // SAFETY: the pointer and length describe a live i32.
        let result = unsafe {
            libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const value).cast(), mem::size_of::<i32>() as libc::socklen_t)
        };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// SO_MEMINFO: nine counters, the last of them drops (linux/sock_diag.h).
    pub fn drops(socket: &Socket) -> u64 {
        const SO_MEMINFO: i32 = 55;
        const SK_MEMINFO_DROPS: usize = 8;
        let mut info = [0u32; 9];
        let mut len = mem::size_of_val(&info) as libc::socklen_t;
        // SAFETY: the pointer and length describe the live array.
        let result = unsafe { libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, SO_MEMINFO, info.as_mut_ptr().cast(), &mut len) };
        if result == 0 { info[SK_MEMINFO_DROPS] as u64 } else { 0 }
    }

    /// Buffers for `recvmmsg`, used again for every socket of a thread.
    pub struct Batch {
        buffers: Box<[[u8; MAX_DATAGRAM]; BATCH]>,
        controls: Box<[[u8; CONTROL]; BATCH]>,
        addresses: Box<[libc::sockaddr_storage; BATCH]>,
        iovecs: Box<[libc::iovec; BATCH]>,
        headers: Box<[libc::mmsghdr; BATCH]>,
    }

    // SAFETY: the raw pointers in `iovecs` and `headers` point into the boxes beside them, which move with the struct.
    unsafe impl Send for Batch {}

    impl Batch {
        pub fn new() -> Self {
            // SAFETY: all-zero bytes are valid for these plain C structs.
            let zeroed = || unsafe { MaybeUninit::zeroed().assume_init() };
            let mut batch = Self {
                buffers: Box::new([[0; MAX_DATAGRAM]; BATCH]),
                controls: Box::new([[0; CONTROL]; BATCH]),
                addresses: Box::new([zeroed_address(); BATCH]),
                iovecs: Box::new([libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 }; BATCH]),
                headers: Box::new([zeroed(); BATCH]),
            };
            for i in 0..BATCH {
                batch.iovecs[i] = libc::iovec { iov_base: batch.buffers[i].as_mut_ptr().cast(), iov_len: MAX_DATAGRAM };
                let header = &mut batch.headers[i].msg_hdr;
                header.msg_iov = &raw mut batch.iovecs[i];
                header.msg_iovlen = 1;
                header.msg_control = batch.controls[i].as_mut_ptr().cast();
                header.msg_controllen = CONTROL as _;
            }
            batch
        }

        /// Reads what is likely to be there and calls `each(owner, datagram, source, arrival in wall-clock ns)`. Returns whether there may be
        /// much more; a little more is left for the next look, with its time of arrival kept by the kernel.
        pub fn read<T: HasSocket>(&mut self, owner: &mut T, mut each: impl FnMut(&mut T, &mut [u8], SocketAddr, u64)) -> bool {
            let socket = owner.socket();
            let (asked_for, connected) = (socket.ask_for, socket.connected);
            for (header, address) in self.headers.iter_mut().zip(self.addresses.iter_mut()).take(asked_for) {
                // Who is connected hears one only: no need to have it written down for every datagram.
                header.msg_hdr.msg_name = if connected.is_some() { std::ptr::null_mut() } else { (&raw mut *address).cast() };
                header.msg_hdr.msg_namelen = if connected.is_some() { 0 } else { NAME };
            }
            // SAFETY: every header points at live buffers of the stated lengths (see `new`).
            let count = unsafe {
                libc::syscall(
                    libc::SYS_recvmmsg,
                    socket.as_raw_fd(),
                    self.headers.as_mut_ptr(),
                    asked_for as u32,
                    libc::MSG_DONTWAIT,
                    std::ptr::null_mut::<libc::timespec>(),
                )
            };
            // Errors here are EAGAIN or a pending ICMP error (a dead server): nothing to read either way.
            let count = usize::try_from(count).unwrap_or(0);
            socket.ask_for = if count == asked_for { (asked_for * 4).min(BATCH) } else { count.max(1) };
            for i in 0..count {
                let header = &self.headers[i];
                let len = (header.msg_len as usize).min(MAX_DATAGRAM);
                let arrival = timestamp(&header.msg_hdr).unwrap_or_else(clock::wall_ns);
                // The kernel wrote how much it used; the next call needs to hear again how much there is.
                self.headers[i].msg_hdr.msg_controllen = CONTROL as _;
                let Some(source) = connected.or_else(|| source(&self.addresses[i])) else { continue };
                each(owner, &mut self.buffers[i][..len], source, arrival);
            }
            count == BATCH
        }
    }

    fn zeroed_address() -> libc::sockaddr_storage {
        // SAFETY: all-zero bytes are a valid sockaddr_storage.
        unsafe { mem::zeroed() }
    }

    fn source(address: &libc::sockaddr_storage) -> Option<SocketAddr> {
        match address.ss_family as i32 {
            libc::AF_INET => {
                // SAFETY: an address of this family is a sockaddr_in, and the storage is large enough and aligned for it.
                let v4 = unsafe { &*(&raw const *address).cast::<libc::sockaddr_in>() };
                Some(SocketAddr::new(IpAddr::V4(u32::from_be(v4.sin_addr.s_addr).into()), u16::from_be(v4.sin_port)))
            }
            libc::AF_INET6 => {
                // SAFETY: as above, for sockaddr_in6.
                let v6 = unsafe { &*(&raw const *address).cast::<libc::sockaddr_in6>() };
                Some(SocketAddr::new(IpAddr::V6(v6.sin6_addr.s6_addr.into()), u16::from_be(v6.sin6_port)))
            }
            _ => None,
        }
    }

    fn timestamp(header: &libc::msghdr) -> Option<u64> {
        // SAFETY: `header` was filled in by the kernel; the CMSG macros stay within msg_control..msg_controllen.
        unsafe {
            let mut control = libc::CMSG_FIRSTHDR(header);
            while !control.is_null() {
                if (*control).cmsg_level == libc::SOL_SOCKET && (*control).cmsg_type == libc::SCM_TIMESTAMPNS {
                    let ts: libc::timespec = std::ptr::read_unaligned(libc::CMSG_DATA(control).cast());
                    return Some(ts.tv_sec as u64 * 1_000_000_000 + ts.tv_nsec as u64);
                }
                control = libc::CMSG_NXTHDR(header, control);
            }
        }
        None
    }
}

#[cfg(not(target_os = "linux"))]
mod receive {
    use super::*;
    use crate::clock;
    use crate::rtp::MAX_DATAGRAM;
    use std::mem::MaybeUninit;

    pub fn send(socket: &Socket, datagram: &[u8]) -> io::Result<()> {
        socket.send(datagram).map(drop)
    }

    pub fn enable_timestamps(_socket: &Socket) -> io::Result<()> {
        Ok(())
    }

    /// Not told by this kernel.
    pub fn drops(_socket: &Socket) -> u64 {
        0
    }

    pub struct Batch {
        buffer: Box<[u8; MAX_DATAGRAM]>,
    }

    impl Batch {
        pub fn new() -> Self {
            Self { buffer: Box::new([0; MAX_DATAGRAM]) }
        }

        pub fn read<T: HasSocket>(&mut self, owner: &mut T, mut each: impl FnMut(&mut T, &mut [u8], SocketAddr, u64)) -> bool {
            // SAFETY: initialised bytes may be viewed as possibly uninitialised ones; `recv_from` only writes.
            let view = unsafe { &mut *(self.buffer.as_mut_slice() as *mut [u8] as *mut [MaybeUninit<u8>]) };
            let Ok((len, source)) = owner.socket().socket.recv_from(view) else { return false };
            if let Some(source) = source.as_socket() {
                each(owner, &mut self.buffer[..len], source, clock::wall_ns());
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use std::time::Duration;

    #[test]
    fn datagrams_carry_their_source_and_a_time_of_arrival_before_the_reading() {
        let ip = "127.0.0.1".parse().unwrap();
        let (mut a, mut b) = (UdpSocket::bind(ip).unwrap(), UdpSocket::bind(ip).unwrap());
        a.connect(b.local()).unwrap();
        let before = clock::wall_ns();
        a.send(b"one").unwrap();
        a.send(b"two").unwrap();
        std::thread::sleep(Duration::from_millis(30));
        let (mut batch, mut seen) = (Batch::new(), Vec::new());
        for _ in 0..3 {
            batch.read(&mut b, |_, datagram, source, at| seen.push((datagram.to_vec(), source, at)));
        }
        assert_eq!(seen.iter().map(|s| s.0.as_slice()).collect::<Vec<_>>(), [b"one", b"two"]);
        assert!(seen.iter().all(|s| s.1 == a.local()));
        if cfg!(target_os = "linux") {
            // Stamped by the kernel on arrival, not when it was read 30 ms later.
            assert!(seen.iter().all(|s| s.2 >= before && s.2 - before < 20_000_000));
        }
    }

    #[test]
    fn a_disconnected_socket_keeps_its_port_and_hears_everybody() {
        let ip = "127.0.0.1".parse().unwrap();
        let (mut a, b, c) = (UdpSocket::bind(ip).unwrap(), UdpSocket::bind(ip).unwrap(), UdpSocket::bind(ip).unwrap());
        a.connect(b.local()).unwrap();
        a.disconnect().unwrap();
        c.send_to(b"hello", a.local()).unwrap();
        std::thread::sleep(Duration::from_millis(5));
        let mut heard = 0;
        Batch::new().read(&mut a, |_, _, _, _| heard += 1);
        assert_eq!((heard, a.socket.local_addr().unwrap().as_socket()), (1, Some(a.local())));
    }

    #[test]
    fn a_disconnected_socket_sends_where_it_sent_last() {
        let ip = "127.0.0.1".parse().unwrap();
        let (mut a, mut b) = (UdpSocket::bind(ip).unwrap(), UdpSocket::bind(ip).unwrap());
        a.connect(b.local()).unwrap();
        a.disconnect().unwrap();
        a.send(b"still here").unwrap();
        std::thread::sleep(Duration::from_millis(5));
        let mut heard = 0;
        Batch::new().read(&mut b, |_, _, _, _| heard += 1);
        assert_eq!(heard, 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_buffer_is_told() {
        let ip = "127.0.0.1".parse().unwrap();
        let (mut a, mut b) = (UdpSocket::bind(ip).unwrap(), UdpSocket::bind(ip).unwrap());
        b.socket.set_recv_buffer_size(4096).unwrap();
        a.connect(b.local()).unwrap();
        for _ in 0..200 {
            a.send(&[0; 1000]).unwrap();
        }
        let mut batch = Batch::new();
        let mut read = 0;
        for _ in 0..50 {
            batch.read(&mut b, |_, _, _, _| read += 1);
        }
        assert_eq!(b.drops() + read, 200);
        assert!(b.drops() > 0);
    }
}
