//! The access link of a peer: its endpoints, and the impairment in front of them, if it has one.

use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::clock::{self, Now};
use crate::endpoint::Endpoint;
use crate::impairment::{Impairment, InTransit, Link, LinkStats};
use crate::path::{PathKind, Way};
use crate::totals::Traffic;

/// The most endpoints of one peer: UDP of both families, TCP connections and relays.
pub const MAX_ENDPOINTS: usize = 8;

/// Endpoints and impairment of one peer. There is at most one UDP endpoint of each address family.
/// An endpoint keeps its number while it exists.
pub struct Access {
    /// The endpoint that media uses: that of the selected pair.
    pub endpoint: Endpoint,
    /// Number of that endpoint.
    selected: u8,
    /// The other endpoints, by their numbers.
    others: Vec<(u8, Endpoint)>,
    /// True once an endpoint was added that must be looked after: a TCP connection or an
    /// allocation.
    has_paths: bool,
    impairment: Option<Box<Impairment<Way>>>,
    /// Traffic that the kernel took, cumulative; with an impaired uplink, the traffic that left it.
    pub sent: Traffic,
}

impl Access {
    /// An unimpaired access link.
    pub fn new(endpoint: Endpoint) -> Self {
        let (others, sent) = (Vec::new(), Traffic::default());
        Self { endpoint, selected: 0, others, has_paths: false, impairment: None, sent }
    }

    /// Adds an endpoint and returns its number; `None`: there are too many.
    pub fn add(&mut self, endpoint: Endpoint) -> Option<u8> {
        let has_paths = matches!(endpoint, Endpoint::Stream(_) | Endpoint::Relay(_));
        let id = if matches!(self.endpoint, Endpoint::None) {
            self.endpoint = endpoint;
            self.selected
        } else {
            let is_free = |id: &u8| self.endpoints().all(|(other, _)| other != *id);
            let id = (0..MAX_ENDPOINTS as u8).find(is_free)?;
            self.others.push((id, endpoint));
            id
        };
        self.has_paths |= has_paths;
        Some(id)
    }

    /// Takes an endpoint away. Media has none until another is selected if it was its.
    pub fn remove(&mut self, id: u8) -> Option<Endpoint> {
        if id == self.selected {
            return Some(std::mem::replace(&mut self.endpoint, Endpoint::None));
        }
        let index = self.others.iter().position(|(other, _)| *other == id)?;
        Some(self.others.swap_remove(index).1)
    }

    /// Returns true if there is a UDP endpoint of the address family of `ip`.
    pub fn has_family_of(&self, ip: IpAddr) -> bool {
        self.endpoints().any(|(_, endpoint)| {
            endpoint.path() == PathKind::Direct
                && endpoint.local().is_some_and(|local| local.is_ipv6() == ip.is_ipv6())
        })
    }

    /// The UDP endpoint of an address family.
    pub fn udp_of_family(&mut self, is_ipv6: bool) -> Option<(u8, &mut Endpoint)> {
        let others = self.others.iter_mut().map(|(id, endpoint)| (*id, endpoint));
        let mut all = std::iter::once((self.selected, &mut self.endpoint)).chain(others);
        all.find(|(_, endpoint)| {
            endpoint.path() == PathKind::Direct
                && endpoint.local().is_some_and(|local| local.is_ipv6() == is_ipv6)
        })
    }

    /// Every endpoint with its number.
    pub fn endpoints(&self) -> impl Iterator<Item = (u8, &Endpoint)> {
        let others = self.others.iter().map(|(id, endpoint)| (*id, endpoint));
        std::iter::once((self.selected, &self.endpoint)).chain(others)
    }

    /// Every endpoint with its number, once one of them must be looked after: a TCP connection or
    /// an allocation. None before.
    pub fn paths(&mut self) -> impl Iterator<Item = (u8, &mut Endpoint)> {
        let others = self.others.iter_mut().map(|(id, endpoint)| (*id, endpoint));
        let all = std::iter::once((self.selected, &mut self.endpoint)).chain(others);
        all.take(if self.has_paths { usize::MAX } else { 0 })
    }

    /// The endpoint with a number.
    pub fn by_id(&mut self, id: u8) -> Option<&mut Endpoint> {
        by_id(&mut self.endpoint, self.selected, &mut self.others, id)
    }

    /// The endpoint with a candidate.
    pub fn with_local(&self, local: SocketAddr, is_tcp: bool) -> Option<u8> {
        let mut all = self.endpoints();
        let matches =
            |endpoint: &Endpoint| endpoint.local() == Some(local) && endpoint.is_tcp() == is_tcp;
        all.find(|(_, endpoint)| matches(endpoint)).map(|(id, _)| id)
    }

    /// Fixes the pair that media uses.
    pub fn connect(&mut self, way: Way) -> io::Result<()> {
        if way.endpoint != self.selected {
            let other = self.others.iter_mut().find(|(id, _)| *id == way.endpoint);
            let (id, other) = other.ok_or(io::ErrorKind::AddrNotAvailable)?;
            std::mem::swap(&mut self.endpoint, other);
            std::mem::swap(&mut self.selected, id);
        }
        self.endpoint.connect(way.remote)
    }

    /// Receives from any remote again, on all endpoints.
    pub fn disconnect(&mut self) -> io::Result<()> {
        for (_, other) in &mut self.others {
            other.disconnect()?;
        }
        self.endpoint.disconnect()
    }

    /// Relays that another was begun in place of, and that media does not use.
    pub fn superseded(&self) -> Vec<u8> {
        let is_superseded =
            |endpoint: &Endpoint| matches!(endpoint, Endpoint::Relay(relay) if relay.superseded);
        let others = self.others.iter().filter(|(_, endpoint)| is_superseded(endpoint));
        others.map(|(id, _)| *id).collect()
    }

    /// Returns true once a TCP connection or an allocation was added.
    pub fn has_paths(&self) -> bool {
        self.has_paths
    }

    /// Datagrams that the kernel dropped because a receive buffer of this peer was full.
    pub fn drops(&self) -> u64 {
        self.endpoints().map(|(_, endpoint)| endpoint.drops()).sum()
    }

    /// Packets that TCP connections did not take in time.
    pub fn stream_drops(&self) -> u64 {
        let unsent = self.impairment.as_ref().map_or(0, |impairment| impairment.up.unsent);
        unsent + self.endpoints().map(|(_, endpoint)| endpoint.stream_drops()).sum::<u64>()
    }

    /// Time at which a path must be looked after, monotonic ns.
    pub fn path_due_at(&self) -> u64 {
        if !self.has_paths {
            return u64::MAX;
        }
        let due = self.endpoints().map(|(_, endpoint)| match endpoint {
            Endpoint::Relay(relay) => relay.due_at(),
            Endpoint::Stream(stream) => stream.due_at(),
            _ => u64::MAX,
        });
        due.min().unwrap_or(u64::MAX)
    }

    /// Sets the impairment, before the first datagram.
    pub fn set_impairment(&mut self, impairment: Option<Box<Impairment<Way>>>) {
        self.impairment = impairment;
    }

    /// Sends to the remote that the endpoint is connected to.
    pub fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        match &mut self.impairment {
            None => {
                self.endpoint.send(datagram)?;
                if let Some(remote) = self.endpoint.send_target() {
                    self.sent.count(datagram.len(), remote);
                }
                Ok(())
            }
            Some(impairment) => {
                let remote = self.endpoint.send_target().ok_or(io::ErrorKind::NotConnected)?;
                let way = Way { endpoint: self.selected, remote };
                enter_uplink(&mut impairment.up, datagram, way, self.endpoint.is_on_stream());
                Ok(())
            }
        }
    }

    /// Sends to any remote: STUN and DTLS.
    pub fn send_to(&mut self, datagram: &[u8], way: Way) -> io::Result<()> {
        let is_on_stream = self.is_on_stream(way);
        match &mut self.impairment {
            None => {
                let endpoint = self.by_id(way.endpoint).ok_or(io::ErrorKind::AddrNotAvailable)?;
                endpoint.send_to(datagram, way.remote)?;
                self.sent.count(datagram.len(), way.remote);
                Ok(())
            }
            Some(impairment) => {
                enter_uplink(&mut impairment.up, datagram, way, is_on_stream);
                Ok(())
            }
        }
    }

    /// Puts a received datagram on the impaired downlink, if there is one, and returns whether it
    /// did. It then comes out of [`Access::pop_downlink`], unless the link drops it. `arrival`:
    /// wall clock, ns.
    pub fn enter_downlink(&mut self, datagram: &[u8], way: Way, arrival: u64, now: Now) -> bool {
        let is_on_stream = self.is_on_stream(way);
        let Some(impairment) = &mut self.impairment else { return false };
        let entered = now.mono - now.since(arrival);
        if is_on_stream {
            impairment.down.enter_stream(datagram, way, entered, arrival);
        } else {
            impairment.down.enter(datagram, way, entered, arrival);
        }
        true
    }

    fn is_on_stream(&self, way: Way) -> bool {
        self.has_paths
            && self.endpoints().any(|(id, endpoint)| id == way.endpoint && endpoint.is_on_stream())
    }

    /// The next datagram that has left the impaired downlink by `now`, monotonic ns.
    pub fn pop_downlink(&mut self, now: u64) -> Option<InTransit<Way>> {
        self.impairment.as_mut()?.down.leave(now)
    }

    /// Time at which [`Access::pop_downlink`] has something, monotonic ns; `u64::MAX` for an empty
    /// link.
    pub fn downlink_due_at(&self) -> u64 {
        self.impairment.as_ref().map_or(u64::MAX, |impairment| impairment.down.due_at())
    }

    /// Sends what has left the impaired uplink by `now`, monotonic ns. `on_refused` gets the
    /// datagrams that the kernel refused, with their remotes.
    pub fn flush_uplink(
        &mut self,
        now: u64,
        mut on_refused: impl FnMut(&[u8], SocketAddr, io::Error),
    ) {
        let Self { endpoint, selected, others, impairment: Some(impairment), sent, .. } = self
        else {
            return;
        };
        while let Some(datagram) = impairment.up.leave(now) {
            let (bytes, Way { endpoint: id, remote }) = (&datagram.bytes, datagram.address);
            // One that was closed meanwhile took the datagram with it.
            let Some(endpoint) = by_id(endpoint, *selected, others, id) else { continue };
            match endpoint.send_to(bytes, remote) {
                Ok(()) => sent.count(bytes.len(), remote),
                Err(error) => on_refused(bytes, remote, error),
            }
        }
    }

    /// Time at which [`Access::flush_uplink`] has something, monotonic ns; `u64::MAX` for an empty
    /// link.
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

fn by_id<'a>(
    endpoint: &'a mut Endpoint,
    selected: u8,
    others: &'a mut [(u8, Endpoint)],
    id: u8,
) -> Option<&'a mut Endpoint> {
    if id == selected {
        return Some(endpoint);
    }
    others.iter_mut().find(|(other, _)| *other == id).map(|(_, endpoint)| endpoint)
}

fn enter_uplink(up: &mut Link<Way>, datagram: &[u8], way: Way, is_on_stream: bool) {
    // The wall clock only dates arrivals: on the uplink nothing reads it.
    let now = clock::monotonic_ns();
    if is_on_stream {
        up.enter_stream(datagram, way, now, 0);
    } else {
        up.enter(datagram, way, now, 0);
    }
}
