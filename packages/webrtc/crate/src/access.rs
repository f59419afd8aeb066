//! A peer's way to the network: its socket, and the bad network before it if it has one.

use std::io;
use std::net::SocketAddr;

use crate::clock;
use crate::endpoint::Endpoint;
use crate::impairment::{Impairment, InTransit, Link, LinkStats};
use crate::peer::{Now, Totals};

pub struct Access {
    pub socket: Endpoint,
    impairment: Option<Box<Impairment>>,
}

impl Access {
    pub fn new(socket: Endpoint) -> Self {
        Self { socket, impairment: None }
    }

    /// From now on; nothing may be under way yet.
    pub fn impair(&mut self, impairment: Option<Box<Impairment>>) {
        self.impairment = impairment;
    }

    /// To whoever the socket is connected to.
    pub fn send(&mut self, datagram: &[u8], totals: &mut Totals) -> io::Result<()> {
        match &mut self.impairment {
            None => {
                totals.datagrams_sent += 1;
                self.socket.send(datagram)
            }
            Some(impairment) => {
                let to = self.socket.sends_to().ok_or(io::ErrorKind::NotConnected)?;
                enter(&mut impairment.up, datagram, to);
                Ok(())
            }
        }
    }

    pub fn send_to(&mut self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        match &mut self.impairment {
            None => self.socket.send_to(datagram, to),
            Some(impairment) => {
                enter(&mut impairment.up, datagram, to);
                Ok(())
            }
        }
    }

    /// Whether a datagram from the socket has a bad network to pass. Then it comes by [`Access::arrived`], if at all. `arrival`: wall clock, ns.
    pub fn holds_up(
        &mut self,
        datagram: &[u8],
        source: SocketAddr,
        arrival: u64,
        now: Now,
    ) -> bool {
        let Some(impairment) = &mut self.impairment else { return false };
        impairment.down.enter(datagram, source, now.mono - now.since(arrival), arrival);
        true
    }

    /// What has come through by `now`, monotonic ns, one at a time.
    pub fn arrived(&mut self, now: u64) -> Option<InTransit> {
        self.impairment.as_mut()?.down.leave(now)
    }

    /// When [`Access::arrived`] has something, monotonic ns; `u64::MAX` for nothing under way.
    pub fn arrives_at(&self) -> u64 {
        self.impairment.as_ref().map_or(u64::MAX, |impairment| impairment.down.due_at())
    }

    /// Sends what has got through on its way up by `now`, monotonic ns. Says how many, and tells `refused` of those that the kernel would not take.
    pub fn release(&mut self, now: u64, mut refused: impl FnMut(&[u8])) -> u64 {
        let mut sent = 0;
        let Some(impairment) = &mut self.impairment else { return sent };
        while let Some(datagram) = impairment.up.leave(now) {
            sent += 1;
            if self.socket.send_to(&datagram.bytes, datagram.address).is_err() {
                refused(&datagram.bytes);
            }
        }
        sent
    }

    /// When [`Access::release`] has something to do, monotonic ns; `u64::MAX` for nothing under way.
    pub fn releases_at(&self) -> u64 {
        self.impairment.as_ref().map_or(u64::MAX, |impairment| impairment.up.due_at())
    }

    /// Up and down.
    pub fn impaired(&self) -> [LinkStats; 2] {
        self.impairment.as_ref().map_or_else(Default::default, |impairment| {
            [impairment.up.stats, impairment.down.stats]
        })
    }
}

fn enter(up: &mut Link, datagram: &[u8], to: SocketAddr) {
    // Where it arrives nobody asks when it came.
    up.enter(datagram, to, clock::monotonic_ns(), 0);
}
