//! One UDP socket of one peer.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Room for a burst of large keyframes while the thread is busy, bytes. The kernel takes memory
/// only for what is queued.
const RECEIVE_BUFFER: usize = 1 << 20;

/// A UDP socket with kernel time stamps, where the kernel has them.
pub struct UdpSocket {
    socket: Socket,
    local: SocketAddr,
    connected: Option<SocketAddr>,
    /// The remote that it was connected to last.
    last: Option<SocketAddr>,
    /// Datagrams to ask for in the next call. Most sockets have one waiting, and asking for a
    /// second costs as much as a system call to learn that there is none.
    pub batch_size: usize,
}

impl UdpSocket {
    /// Binds a port that the kernel chooses.
    pub fn bind(ip: IpAddr) -> io::Result<Self> {
        let socket = bind_named_port(ip)?;
        socket.set_nonblocking(true)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        kernel::enable_timestamps(&socket)?;
        let local = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { socket, local, connected: None, last: None, batch_size: 1 })
    }

    /// Address and port.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Fixes the remote: the kernel looks the route up once, and drops what others send.
    pub fn connect(&mut self, remote: SocketAddr) -> io::Result<()> {
        if self.connected != Some(remote) {
            self.socket.connect(&SockAddr::from(remote))?;
            self.connected = Some(remote);
            self.last = Some(remote);
        }
        Ok(())
    }

    /// Receives from any remote again, on the same port.
    pub fn disconnect(&mut self) -> io::Result<()> {
        if self.connected.take().is_some() {
            disconnect_by_family(&self.socket)?;
        }
        Ok(())
    }

    /// The fixed remote.
    pub fn connected_to(&self) -> Option<SocketAddr> {
        self.connected
    }

    /// The remote that [`UdpSocket::send`] sends to now.
    pub fn send_target(&self) -> Option<SocketAddr> {
        self.connected.or(self.last)
    }

    /// Sends to the fixed remote, or the last one: while ICE restarts, media uses the old pair (RFC
    /// 8445 §9).
    pub fn send(&self, datagram: &[u8]) -> io::Result<()> {
        match (self.connected, self.last) {
            (None, Some(last)) => self.socket.send_to(datagram, &SockAddr::from(last)).map(drop),
            _ => kernel::send(&self.socket, datagram),
        }
    }

    /// Sends to any remote.
    pub fn send_to(&self, datagram: &[u8], remote: SocketAddr) -> io::Result<()> {
        match self.connected {
            Some(connected) if connected == remote => self.send(datagram),
            _ => self.socket.send_to(datagram, &SockAddr::from(remote)).map(drop),
        }
    }

    /// Datagrams that the kernel dropped because this socket's buffer was full.
    pub fn drops(&self) -> u64 {
        kernel::drops(&self.socket)
    }
}

/// Linux releases a port that it chose itself when a socket is disconnected, and keeps one that was
/// asked for by number. So: let it choose, then ask for that number.
fn bind_named_port(ip: IpAddr) -> io::Result<Socket> {
    const ATTEMPTS: usize = 16;
    let open = || {
        Socket::new(Domain::for_address(SocketAddr::new(ip, 0)), Type::DGRAM, Some(Protocol::UDP))
    };
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        let chooser = open()?;
        chooser.bind(&SockAddr::from(SocketAddr::new(ip, 0)))?;
        let chosen = chooser.local_addr()?;
        drop(chooser);
        let socket = open()?;
        match socket.bind(&chosen) {
            Ok(()) => return Ok(socket),
            Err(error) => last = error, // another process was faster
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

/// Connecting to AF_UNSPEC dissolves the association (connect(2)).
fn disconnect_by_family(socket: &Socket) -> io::Result<()> {
    // SAFETY: an all-zero sockaddr is valid; its family is AF_UNSPEC, which is 0.
    let unspecified: libc::sockaddr = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer and length describe the live sockaddr.
    let result = unsafe {
        libc::connect(
            socket.as_raw_fd(),
            &raw const unspecified,
            size_of::<libc::sockaddr>() as libc::socklen_t,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns true if a send failed because the remote, or a router on the way to it, reported that it
/// is not there. Everything else (a firewall, a full buffer or conntrack table, an interface that
/// is down, no route) is a failure of this host.
pub fn is_remote_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable)
}

/// Functions that only Linux has.
#[cfg(linux_io)]
pub(crate) mod kernel {
    use super::*;
    use std::mem;

    /// Sends without libc's wrapper: being a cancellation point costs it 5 % of this program's
    /// time.
    pub(crate) fn send(socket: &Socket, datagram: &[u8]) -> io::Result<()> {
        // SAFETY: the pointer and length describe `datagram`; no address is given, so none is read.
        let sent = unsafe {
            libc::syscall(
                libc::SYS_sendto,
                socket.as_raw_fd(),
                datagram.as_ptr(),
                datagram.len(),
                libc::MSG_DONTWAIT,
                0,
                0,
            )
        };
        if sent >= 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// The kernel's time of arrival with every datagram.
    pub(crate) fn enable_timestamps(socket: &Socket) -> io::Result<()> {
        set_option(socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)
    }

    pub(crate) fn set_option(socket: &Socket, level: i32, name: i32, value: i32) -> io::Result<()> {
        // SAFETY: the pointer and length describe a live i32.
        let result = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                level,
                name,
                (&raw const value).cast(),
                mem::size_of::<i32>() as libc::socklen_t,
            )
        };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// SO_MEMINFO: nine counters, the last of them drops (linux/sock_diag.h).
    pub(crate) fn drops(socket: &Socket) -> u64 {
        const SO_MEMINFO: i32 = 55;
        const SK_MEMINFO_DROPS: usize = 8;
        let mut info = [0u32; 9];
        let mut len = mem::size_of_val(&info) as libc::socklen_t;
        // SAFETY: the pointer and length describe the live array.
        let result = unsafe {
            libc::getsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                SO_MEMINFO,
                info.as_mut_ptr().cast(),
                &mut len,
            )
        };
        if result == 0 { info[SK_MEMINFO_DROPS] as u64 } else { 0 }
    }
}

/// The same functions for other systems.
#[cfg(not(linux_io))]
pub(crate) mod kernel {
    use super::*;

    pub(crate) fn send(socket: &Socket, datagram: &[u8]) -> io::Result<()> {
        socket.send(datagram).map(drop)
    }

    pub(crate) fn enable_timestamps(_socket: &Socket) -> io::Result<()> {
        Ok(())
    }

    /// Not reported by this kernel.
    pub(crate) fn drops(_socket: &Socket) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datagrams::Datagrams;
    use std::time::Duration;

    #[test]
    fn a_disconnected_socket_keeps_its_port_and_receives_from_any_remote() {
        let ip = "127.0.0.1".parse().unwrap();
        let (mut a, b, c) = (
            UdpSocket::bind(ip).unwrap(),
            UdpSocket::bind(ip).unwrap(),
            UdpSocket::bind(ip).unwrap(),
        );
        a.connect(b.local()).unwrap();
        a.disconnect().unwrap();
        c.send_to(b"hello", a.local()).unwrap();
        std::thread::sleep(Duration::from_millis(5));
        let mut datagrams = Datagrams::default();
        assert_eq!(datagrams.receive(a.as_raw_fd(), 4, true), 1);
        assert_eq!(datagrams.get(0).source, Some(c.local()));
        assert_eq!(a.socket.local_addr().unwrap().as_socket(), Some(a.local()));
    }

    #[cfg(linux_io)]
    #[test]
    fn datagrams_dropped_by_a_full_buffer_are_counted() {
        let ip = "127.0.0.1".parse().unwrap();
        let (mut a, b) = (UdpSocket::bind(ip).unwrap(), UdpSocket::bind(ip).unwrap());
        b.socket.set_recv_buffer_size(4096).unwrap();
        a.connect(b.local()).unwrap();
        for _ in 0..200 {
            a.send(&[0; 1000]).unwrap();
        }
        let (mut datagrams, mut read) = (Datagrams::default(), 0);
        for _ in 0..10 {
            read += datagrams.receive(b.as_raw_fd(), 32, true) as u64;
        }
        assert_eq!(b.drops() + read, 200);
        assert!(b.drops() > 0);
    }
}
