//! Where one socket cannot serve many peers, there is none: `open` says so, and no value of the type can exist.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::RawFd;

pub struct Refused {
    pub from: Ipv4Addr,
    pub ssrc: u32,
}

pub struct SharedSocket(Infallible);

impl SharedSocket {
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn port(&self) -> u16 {
        match self.0 {}
    }

    pub fn fd(&self) -> RawFd {
        match self.0 {}
    }

    pub fn drops(&self) -> u64 {
        match self.0 {}
    }

    pub fn send(&self, _from: Ipv4Addr, _to: SocketAddrV4, _datagram: &[u8]) {
        match self.0 {}
    }

    pub fn flush(&self) -> Vec<Refused> {
        match self.0 {}
    }
}
