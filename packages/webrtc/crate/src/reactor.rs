//! The event loop of one pump thread: its share of the peers, their timers and their sockets. A
//! panic of code that serves a peer is a defect of this crate or of a library; it ends that peer
//! alone.

mod look_ahead;
mod sample;
mod sockets;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;
use slab::Slab;
use str0m::config::DtlsCert;

use self::sockets::Sockets;
use crate::addon::shapes::Defect;
use crate::clip::Clip;
use crate::clock::{self, Now};
use crate::endpoint::Endpoint;
use crate::error::{PumpError, Result};
use crate::framing::Framing;
use crate::path::PathKind;
use crate::peer::{CloseReason, Context, Peer, PeerEvent, Scratch};
use crate::receiver::ReceiverConfig;
use crate::relay::{Carrier, Relay};
use crate::rtp::MAX_DATAGRAM;
use crate::sender::SenderConfig;
use crate::stream::Stream;
use crate::tls::Trust;
use crate::totals::Totals;

/// Duration of [`Defect::Hang`].
const PLANTED_HANG: Duration = Duration::from_secs(600);

/// Expired timers whose peers are requested from memory together ([`look_ahead`]).
const TIMERS_AT_ONCE: usize = 32;

/// A peer and its entries in the heaps of the reactor.
struct Slot {
    peer: Peer,
    /// The valid entry in `timers`, monotonic ns; `u64::MAX` for none.
    timer_at: u64,
    /// The valid entry in `uplinks`, monotonic ns; `u64::MAX` for none.
    uplink_at: u64,
    /// A panic ended the peer: its state may be inconsistent, and only its counters are read.
    panicked: bool,
    /// The text of that panic, until it is reported.
    panic: Option<String>,
}

impl Slot {
    /// Calls `act` with the peer. `None`: it panicked, now or before.
    fn isolate<T>(&mut self, act: impl FnOnce(&mut Peer) -> T) -> Option<T> {
        if self.panicked {
            return None;
        }
        let peer = &mut self.peer;
        catch_unwind(AssertUnwindSafe(|| act(peer)))
            .map_err(|payload| {
                let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
                self.panicked = true;
                self.panic = Some(text.unwrap_or_default());
            })
            .ok()
    }
}

/// A TURN server, and the credentials for it.
pub struct TurnServer {
    /// Address of the server.
    pub address: SocketAddr,
    /// Transport to the server: UDP, TCP or TLS.
    pub kind: PathKind,
    /// Name in the certificate of the server; used with TLS only.
    pub domain: String,
    /// User name of the long-term credentials.
    pub username: String,
    /// Password of the long-term credentials.
    pub password: String,
}

/// An event, the peer that it belongs to (its handle), and when it was noticed (wall clock, ns).
pub type TimedEvent = (u32, u64, PeerEvent);

/// The peers of one thread.
pub struct Reactor {
    /// Peer handles are `key * threads + thread`, so that a handle names its thread.
    thread: u32,
    threads: u32,
    peers: Slab<Slot>,
    /// Expiry of each peer's timer: monotonic ns, key of the peer. Entries that were replaced by an
    /// earlier one are skipped.
    timers: BinaryHeap<Reverse<(u64, usize)>>,
    /// Times at which datagrams leave impaired uplinks, in the same form. They are sent between
    /// ticks, or the tick would be part of the impairment.
    uplinks: BinaryHeap<Reverse<(u64, usize)>>,
    /// The peer of each sender and receiver.
    stream_peers: FxHashMap<u32, usize>,
    next_stream: u32,
    certificate: DtlsCert,
    sockets: Sockets,
    scratch: Box<Scratch>,
    totals: Totals,
    max_tick_late_ns: u64,
    cpu_ns: u64,
    /// Keys of peers that may be in a handshake.
    connecting: Vec<usize>,
    /// Planted defect: the next tick sleeps this long.
    hang: Option<Duration>,
    /// Events since the thread last took them.
    pub events: Vec<TimedEvent>,
    /// True once the thread must end.
    pub stopped: bool,
}

impl Reactor {
    /// The reactor of thread number `thread` of `threads`. `share`: peers on loopback share one
    /// socket where the kernel allows it.
    pub fn new(thread: u32, threads: u32, certificate: DtlsCert, share: bool) -> Result<Self> {
        Ok(Self {
            thread,
            threads,
            peers: Slab::new(),
            timers: BinaryHeap::new(),
            uplinks: BinaryHeap::new(),
            stream_peers: FxHashMap::default(),
            next_stream: 0,
            certificate,
            sockets: Sockets::new(share).map_err(PumpError::Thread)?,
            scratch: Box::new([0; MAX_DATAGRAM + 64]),
            totals: Totals::default(),
            max_tick_late_ns: 0,
            cpu_ns: 0,
            connecting: Vec::new(),
            hang: None,
            events: Vec::new(),
            stopped: false,
        })
    }

    /// Creates a peer with a socket on `address`, and returns its handle with it.
    pub fn create_peer(&mut self, address: IpAddr) -> Result<(u32, &mut Peer)> {
        let bind_error = |source| PumpError::Bind { address, source };
        let endpoint = self.sockets.endpoint(address).map_err(bind_error)?;
        let key = self.peers.vacant_key();
        self.sockets.watch(&endpoint, key, 0).map_err(bind_error)?;
        self.insert_peer(endpoint)
    }

    /// Creates a peer without a UDP socket: see [`Reactor::connect_stream`],
    /// [`Reactor::add_relay`].
    pub fn create_peer_without_socket(&mut self) -> Result<(u32, &mut Peer)> {
        self.insert_peer(Endpoint::None)
    }

    fn insert_peer(&mut self, endpoint: Endpoint) -> Result<(u32, &mut Peer)> {
        let peer = Peer::new(endpoint, &self.certificate, Now::read())?;
        let entry = self.peers.vacant_entry();
        let key = entry.key();
        self.connecting.push(key);
        let slot = entry.insert(Slot {
            peer,
            timer_at: u64::MAX,
            uplink_at: u64::MAX,
            panicked: false,
            panic: None,
        });
        Ok((key as u32 * self.threads + self.thread, &mut slot.peer))
    }

    /// Adds a socket on `address` to a peer, of an address family that it has no socket of.
    /// Returns its candidate.
    pub fn add_local_address(&mut self, peer: u32, address: IpAddr) -> Result<String> {
        let key = self.key(peer)?;
        if self.peers[key].peer.transport.access.has_family_of(address) {
            return Err(PumpError::SameFamily(address));
        }
        let bind_error = |source| PumpError::Bind { address, source };
        let endpoint = self.sockets.endpoint(address).map_err(bind_error)?;
        let local = endpoint.local().ok_or(PumpError::SameFamily(address))?;
        self.add_endpoint(key, endpoint).map_err(bind_error)?;
        self.with_peer(peer, |peer, now| peer.add_local_candidate(local, now))
    }

    /// Moves a peer to a new socket on `address`, of the address family of one that it has: its
    /// network changed. Returns the new candidate; an ICE restart makes the remote use it.
    pub fn change_address(&mut self, peer: u32, address: IpAddr) -> Result<String> {
        let key = self.key(peer)?;
        let bind_error = |source| PumpError::Bind { address, source };
        let endpoint = self.sockets.endpoint(address).map_err(bind_error)?;
        let access = &mut self.peers[key].peer.transport.access;
        let Some((id, current)) = access.udp_of_family(address.is_ipv6()) else {
            return Err(PumpError::OtherFamily(address));
        };
        let (Some(local), Some(gone)) = (endpoint.local(), current.local()) else {
            return Err(PumpError::OtherFamily(address));
        };
        let old = std::mem::replace(current, endpoint);
        self.sockets.forget(&old).map_err(PumpError::Socket)?;
        if let Some(current) = access.by_id(id) {
            self.sockets.watch(current, key, id).map_err(bind_error)?;
        }
        self.with_peer(peer, |peer, now| peer.change_local_candidate(gone, local, now))
    }

    /// Connects a peer to a passive TCP candidate of its remote (RFC 6544).
    pub fn connect_stream(&mut self, peer: u32, remote: SocketAddr) -> Result<()> {
        let key = self.key(peer)?;
        let connected = Stream::connect(remote, Framing::Ice, None)
            .and_then(|stream| self.add_endpoint(key, Endpoint::Stream(Box::new(stream))));
        let id = connected.map_err(|source| PumpError::Connect { remote, source })?;
        self.with_peer(peer, |peer, now| {
            peer.add_path(id, now);
            Ok(())
        })
    }

    /// Allocates an address for a peer on a TURN server.
    pub fn add_relay(&mut self, peer: u32, server: &TurnServer, trust: &Trust) -> Result<()> {
        let key = self.key(peer)?;
        let TurnServer { address: remote, kind, domain, username, password } = server;
        let tls = match kind {
            PathKind::TurnTls => Some(
                trust.connect(domain).map_err(|error| PumpError::Transport(error.to_string()))?,
            ),
            _ => None,
        };
        self.with_peer(peer, |peer, now| {
            peer.supersede_relays(*kind, *remote, now);
            Ok(())
        })?;
        let added = Carrier::open(*remote, *kind, tls).and_then(|carrier| {
            let relay = Relay::new(carrier, *kind, *remote, username, password);
            self.add_endpoint(key, Endpoint::Relay(Box::new(relay)))
        });
        let id = added.map_err(|source| PumpError::Connect { remote: *remote, source })?;
        self.with_peer(peer, |peer, now| {
            peer.add_path(id, now);
            Ok(())
        })
    }

    fn add_endpoint(&mut self, key: usize, endpoint: Endpoint) -> std::io::Result<u8> {
        let access = &mut self.peers[key].peer.transport.access;
        let id = access.add(endpoint).ok_or(std::io::ErrorKind::QuotaExceeded)?;
        if let Some(endpoint) = access.by_id(id) {
            self.sockets.watch(endpoint, key, id)?;
        }
        Ok(id)
    }

    fn handle(&self, key: usize) -> u32 {
        key as u32 * self.threads + self.thread
    }

    fn key(&self, peer: u32) -> Result<usize> {
        let key = (peer / self.threads) as usize;
        if self.peers.contains(key) { Ok(key) } else { Err(PumpError::UnknownPeer(peer)) }
    }

    /// Calls `act` with a peer, then sends what that left to send and looks at the timers again.
    pub fn with_peer<T>(
        &mut self,
        peer: u32,
        act: impl FnOnce(&mut Peer, Now) -> Result<T>,
    ) -> Result<T> {
        let key = self.key(peer)?;
        let now = Now::read();
        let result = self.peers[key].isolate(|peer| act(peer, now));
        self.settle(key, now);
        self.flush();
        result.unwrap_or(Err(PumpError::Panicked(peer)))
    }

    fn new_stream(&mut self, key: usize) -> u32 {
        let stream = self.next_stream * self.threads + self.thread;
        self.next_stream += 1;
        self.stream_peers.insert(stream, key);
        stream
    }

    /// Adds a sender to a peer and returns its handle.
    pub fn add_sender(
        &mut self,
        peer: u32,
        config: SenderConfig,
        cname: String,
        clips: Vec<Arc<Clip>>,
    ) -> Result<u32> {
        let key = self.key(peer)?;
        let stream = self.new_stream(key);
        let now = Now::read();
        self.peers[key].peer.add_sender(stream, config, cname, clips, now);
        self.settle(key, now);
        Ok(stream)
    }

    /// Adds a receiver to a peer and returns its handle.
    pub fn add_receiver(&mut self, peer: u32, config: ReceiverConfig) -> Result<u32> {
        let key = self.key(peer)?;
        let stream = self.new_stream(key);
        let now = Now::read();
        self.peers[key].peer.add_receiver(stream, config, now);
        self.settle(key, now);
        Ok(stream)
    }

    /// Calls `act` with the peer that `stream` (a sender or receiver) belongs to.
    pub fn with_stream(&mut self, stream: u32, act: impl FnOnce(&mut Peer, Now)) -> Result<()> {
        let Some(&key) = self.stream_peers.get(&stream) else {
            return Err(PumpError::UnknownStream(stream));
        };
        let now = Now::read();
        let done = self.peers[key].isolate(|peer| act(peer, now));
        self.settle(key, now);
        done.ok_or(PumpError::Panicked(self.handle(key)))
    }

    /// Gives up the handle of a sender or receiver that was removed.
    pub fn forget_stream(&mut self, stream: u32) {
        self.stream_peers.remove(&stream);
    }

    /// Closes a peer and frees its socket.
    pub fn close_peer(&mut self, peer: u32) -> Result<()> {
        let key = self.key(peer)?;
        self.peers[key].isolate(|peer| peer.close(Now::read()));
        self.drop_peer(peer)
    }

    /// Frees a peer and its socket without telling the remote.
    pub fn drop_peer(&mut self, peer: u32) -> Result<()> {
        let key = self.key(peer)?;
        let mut slot = self.peers.remove(key);
        slot.isolate(|peer| {
            // What is still on the impaired uplink leaves now, as nothing remains to send it later.
            peer.flush_uplink(u64::MAX);
        });
        self.stream_peers.retain(|_, owner| *owner != key);
        let access = &slot.peer.transport.access;
        self.totals.sent.add(access.sent);
        let retired = slot.peer.retired.iter().map(|(_, endpoint)| endpoint);
        let endpoints = access.endpoints().map(|(_, endpoint)| endpoint).chain(retired);
        let forgotten: Vec<_> = endpoints.map(|endpoint| self.sockets.forget(endpoint)).collect();
        self.flush();
        forgotten.into_iter().collect::<std::io::Result<()>>().map_err(PumpError::Socket)
    }

    /// Closes all peers; the thread ends at its next wake-up.
    pub fn close(&mut self) {
        let keys: Vec<usize> = self.peers.iter().map(|(key, _)| key).collect();
        for key in keys {
            // The pump closes: a connection that cannot be closed in order ends with its socket.
            let _ = self.close_peer(self.handle(key));
        }
        self.stopped = true;
    }

    /// Returns true while a handshake is under way, so that the tick should be short.
    pub fn is_connecting(&mut self) -> bool {
        if !self.connecting.is_empty() {
            let (peers, now) = (&self.peers, Now::read());
            let may_connect = |slot: &Slot| !slot.panicked && slot.peer.may_connect(now);
            self.connecting.retain(|&key| peers.get(key).is_some_and(may_connect));
        }
        self.connecting.iter().any(|&key| self.peers[key].peer.is_connecting())
    }

    /// Plants a defect, for tests of what it leads to.
    pub fn plant(&mut self, peer: u32, defect: Defect) -> Result<()> {
        let key = self.key(peer)?;
        match defect {
            Defect::Panic => {
                self.peers[key].isolate(|_| panic!("planted by a test"));
                self.settle(key, Now::read());
            }
            Defect::Hang => self.hang = Some(PLANTED_HANG),
        }
        Ok(())
    }

    /// One wake-up: reads what has arrived and sends what is ready. `late_ns`: how much later than
    /// planned it is. Returns what [`Reactor::flush_uplinks`] returns.
    pub fn tick(&mut self, late_ns: u64) -> u64 {
        self.max_tick_late_ns = self.max_tick_late_ns.max(late_ns);
        if let Some(hang) = self.hang.take() {
            std::thread::sleep(hang);
        }
        self.read_sockets();
        self.run_timers();
        let uplink_at = self.flush_uplinks();
        self.cpu_ns = clock::thread_cpu_ns();
        uplink_at
    }

    fn run_timers(&mut self) {
        let now = Now::read();
        let mut due = [(0, 0); TIMERS_AT_ONCE];
        loop {
            let count = self.take_due(now, &mut due);
            if count == 0 {
                return;
            }
            self.look_ahead_due(due[..count].iter().map(|&(_, key)| key));
            for &(at, key) in &due[..count] {
                let Some(slot) = self.peers.get_mut(key) else { continue };
                if slot.timer_at != at {
                    continue; // replaced by an earlier entry, or left by a peer that was closed
                }
                slot.timer_at = u64::MAX;
                let (scratch, totals) = (&mut *self.scratch, &mut self.totals);
                slot.isolate(|peer| peer.on_timer(&mut Context { now, scratch, totals }));
                self.settle(key, now);
            }
        }
    }

    /// Takes the next timers that have expired, with the keys of their peers, and returns how many.
    fn take_due(&mut self, now: Now, due: &mut [(u64, usize)]) -> usize {
        let mut count = 0;
        while let Some(&Reverse(timer)) = self.timers.peek()
            && timer.0 <= now.mono
            && count < due.len()
        {
            self.timers.pop();
            due[count] = timer;
            count += 1;
        }
        count
    }

    /// Sends what has left the impaired uplinks, and returns when more will, monotonic ns;
    /// `u64::MAX` for empty uplinks.
    pub fn flush_uplinks(&mut self) -> u64 {
        let now = clock::monotonic_ns();
        while let Some(&Reverse((at, key))) = self.uplinks.peek() {
            if at > now {
                break;
            }
            self.uplinks.pop();
            let Some(slot) = self.peers.get_mut(key).filter(|slot| slot.uplink_at == at) else {
                continue;
            };
            slot.uplink_at = u64::MAX;
            slot.isolate(|peer| peer.flush_uplink(now));
            self.tend_paths(key);
            self.schedule_uplink(key);
        }
        self.flush();
        self.uplinks.peek().map_or(u64::MAX, |Reverse((at, _))| *at)
    }

    fn schedule_uplink(&mut self, key: usize) {
        let slot = &mut self.peers[key];
        let at = slot.peer.transport.access.uplink_due_at();
        if at < slot.uplink_at && !slot.panicked {
            slot.uplink_at = at;
            self.uplinks.push(Reverse((at, key)));
        }
    }

    /// Collects the events of a peer and schedules its timers, after a call that may have moved
    /// them.
    fn settle(&mut self, key: usize, now: Now) {
        self.collect(key, now);
        self.schedule(key, now);
    }

    /// Collects the events of a peer, and schedules its timers if a datagram has moved them: most
    /// move none.
    fn settle_received(&mut self, key: usize, now: Now) {
        self.collect(key, now);
        if self.peers[key].peer.take_timers_moved() {
            self.schedule(key, now);
        }
    }

    /// Takes a peer's events and message latencies.
    fn collect(&mut self, key: usize, now: Now) {
        self.tend_paths(key);
        let handle = self.handle(key);
        let Slot { peer, panic, .. } = &mut self.peers[key];
        let panic = panic.take().map(|text| PeerEvent::Closed(CloseReason::Panic(text)));
        for event in peer.events.drain(..).chain(panic) {
            self.events.push((handle, now.wall, event));
        }
        for latency in peer.data.latencies.drain(..) {
            if let Some(cohort) = peer.data.cohort {
                self.totals.latencies.add(cohort, latency);
            }
        }
    }

    /// Connections and allocations of a peer: what they have to send, and whether they have ended.
    fn tend_paths(&mut self, key: usize) {
        let slot = &mut self.peers[key];
        if slot.panicked || !slot.peer.transport.access.has_paths() {
            return;
        }
        slot.isolate(|peer| peer.tend_paths(Now::read()));
        for (_, endpoint) in slot.peer.retired.drain(..) {
            // It is not read any more either way.
            let _ = self.sockets.forget(&endpoint);
        }
        for (id, endpoint) in slot.peer.transport.access.paths() {
            if let Some(stream) = endpoint.stream() {
                self.sockets.watch_writes(stream, key, id);
            }
        }
    }

    /// Schedules a peer's next timer.
    fn schedule(&mut self, key: usize, now: Now) {
        let slot = &mut self.peers[key];
        if slot.panicked || slot.peer.is_closed() {
            return;
        }
        let at = slot.peer.next_at(now);
        if at < slot.timer_at {
            slot.timer_at = at;
            self.timers.push(Reverse((at, key)));
        }
        self.schedule_uplink(key);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::dtls_keys;

    #[test]
    fn a_panic_ends_its_peer_alone() {
        let certificate = dtls_keys::crypto_provider().dtls_provider.generate_certificate();
        let mut reactor = Reactor::new(0, 1, certificate.unwrap(), true).unwrap();
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (broken, _) = reactor.create_peer(local).unwrap();
        let (sound, _) = reactor.create_peer(local).unwrap();
        let panicking = |_: &mut Peer, _| -> Result<()> { panic!("number {}", 7) };
        let error = reactor.with_peer(broken, panicking).unwrap_err();
        assert!(matches!(error, PumpError::Panicked(peer) if peer == broken), "{error}");
        let again = reactor.with_peer(broken, |_, _| Ok(()));
        assert!(matches!(again, Err(PumpError::Panicked(_))));
        reactor.tick(0);
        assert!(reactor.with_peer(sound, |_, _| Ok(())).is_ok());
        let events = std::mem::take(&mut reactor.events);
        let [(peer, _, PeerEvent::Closed(reason))] = &events[..] else {
            panic!("{events:?}");
        };
        assert_eq!((*peer, reason.to_string()), (broken, "internal error: number 7".into()));
        reactor.close_peer(broken).unwrap();
        reactor.close_peer(sound).unwrap();
    }
}
