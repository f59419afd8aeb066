//! The access link of a peer: its endpoint, and the impairment in front of it, if it has one.

use std::io;
use std::net::SocketAddr;

use crate::clock::{self, Now};
use crate::endpoint::Endpoint;
use crate::impairment::{Impairment, InTransit, Link, LinkStats};
use crate::totals::Totals;

/// Endpoint and impairment of one peer.
pub struct Access {
    /// The socket, or the share of one.
    pub endpoint: Endpoint,
    impairment: Option<Box<Impairment>>,
}

impl Access {
    /// An unimpaired access link.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, impairment: None }
    }

    /// Sets the impairment, before the first datagram.
    pub fn set_impairment(&mut self, impairment: Option<Box<Impairment>>) {
        self.impairment = impairment;
    }

    /// Sends to the remote that the endpoint is connected to.
    pub fn send(&mut self, datagram: &[u8], totals: &mut Totals) -> io::Result<()> {
        match &mut self.impairment {
            None => {
                totals.datagrams_sent += 1;
                self.endpoint.send(datagram)
            }
            Some(impairment) => {
                let to = self.endpoint.send_target().ok_or(io::ErrorKind::NotConnected)?;
                enter_uplink(&mut impairment.up, datagram, to);
                Ok(())
            }
        }
    }

    /// Sends to any remote: STUN and DTLS before a pair is selected.
    pub fn send_to(&mut self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        match &mut self.impairment {
            None => self.endpoint.send_to(datagram, to),
            Some(impairment) => {
                enter_uplink(&mut impairment.up, datagram, to);
                Ok(())
            }
        }
    }

    /// Puts a received datagram on the impaired downlink, if there is one, and returns whether it
    /// did. It then comes out of [`Access::pop_downlink`], unless the link drops it. `arrival`: wall
    /// clock, ns.
    pub fn enter_downlink(
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

    /// The next datagram that has left the impaired downlink by `now`, monotonic ns.
    pub fn pop_downlink(&mut self, now: u64) -> Option<InTransit> {
        self.impairment.as_mut()?.down.leave(now)
    }

    /// When [`Access::pop_downlink`] has something, monotonic ns; `u64::MAX` for an empty link.
    pub fn downlink_due_at(&self) -> u64 {
        self.impairment.as_ref().map_or(u64::MAX, |impairment| impairment.down.due_at())
    }

    /// Sends what has left the impaired uplink by `now`, monotonic ns. Returns how many datagrams
    /// that were; `on_refused` gets those that the kernel refused.
    pub fn flush_uplink(&mut self, now: u64, mut on_refused: impl FnMut(&[u8], &io::Error)) -> u64 {
        let mut sent = 0;
        let Some(impairment) = &mut self.impairment else { return sent };
        while let Some(datagram) = impairment.up.leave(now) {
            sent += 1;
            if let Err(error) = self.endpoint.send_to(&datagram.bytes, datagram.address) {
                on_refused(&datagram.bytes, &error);
            }
        }
        sent
    }

    /// When [`Access::flush_uplink`] has something, monotonic ns; `u64::MAX` for an empty link.
    pub fn uplink_due_at(&self) -> u64 {
        self.impairment.as_ref().map_or(u64::MAX, |impairment| impairment.up.due_at())
    }

    /// Counters of the impaired uplink and downlink, zero where nothing is impaired.
    pub fn link_stats(&self) -> [LinkStats; 2] {
        self.impairment.as_ref().map_or_else(Default::default, |impairment| {
            [impairment.up.stats, impairment.down.stats]
        })
    }
}

fn enter_uplink(up: &mut Link, datagram: &[u8], to: SocketAddr) {
    // The wall clock only dates arrivals: on the uplink nothing reads it.
    up.enter(datagram, to, clock::monotonic_ns(), 0);
}
