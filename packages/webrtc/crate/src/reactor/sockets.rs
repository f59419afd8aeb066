//! The sockets of one thread: one for each peer, or on loopback one for all of them.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
#[cfg(not(linux_io))]
use std::time::Duration;

use polling::{Event, PollMode, Poller};
use rustc_hash::FxHashMap;

use super::Reactor;
use crate::access::MAX_ENDPOINTS;
use crate::clock::Now;
use crate::datagrams::{Datagrams, MAX_BATCH};
use crate::endpoint::Endpoint;
use crate::path::Way;
use crate::peer::Context;
use crate::relay::Carrier;
use crate::shared_socket::SharedSocket;
use crate::socket::UdpSocket;
use crate::stream::Stream;

/// Readable sockets that one wake-up looks at.
const MAX_EVENTS: NonZeroUsize = NonZeroUsize::new(1024).unwrap();
/// Batches that one wake-up reads from the shared socket. Peers cannot send faster than this reads
/// for long; the bound keeps timers from starving all the same.
const MAX_BATCHES: usize = 256;
/// Ready sockets whose peers are requested from memory together.
const SOCKETS_AT_ONCE: usize = 32;
/// The key of no peer.
const NO_PEER: usize = usize::MAX;
/// 127.0.0.0.
const LOOPBACK: u32 = 127 << 24;
/// Host parts of the addresses on the shared socket: from 127.0.0.2 to 127.255.255.254.
const FIRST_HOST: u32 = 2;
const LAST_HOST: u32 = (1 << 24) - 2;

/// Every endpoint of a peer has a key of its own in the poller.
fn poll_key(key: usize, endpoint: u8) -> usize {
    key * MAX_ENDPOINTS + endpoint as usize
}

#[cfg(linux_io)]
type Ready = Vec<libc::epoll_event>;
#[cfg(linux_io)]
const READY_ROOM: usize = MAX_EVENTS.get();
#[cfg(not(linux_io))]
type Ready = polling::Events;
#[cfg(not(linux_io))]
const READY_ROOM: NonZeroUsize = MAX_EVENTS;

pub(super) struct Sockets {
    poller: Poller,
    /// Sources in the poller.
    polled: usize,
    pub(super) datagrams: Datagrams,
    /// Opened with the first peer on loopback, if `share` is set.
    pub(super) shared: Option<Arc<SharedSocket>>,
    /// The peers on the shared socket: key by address.
    pub(super) by_address: FxHashMap<Ipv4Addr, usize>,
    events: Ready,
    /// Keys of the sources that were ready at the last poll.
    ready: Vec<usize>,
    /// Room for one packet of a TCP connection.
    packet: Vec<u8>,
    share: bool,
    /// Counts up, so that an address is not reused soon: the server may still know its last peer.
    next_host: u32,
}

impl Sockets {
    pub(super) fn new(share: bool) -> io::Result<Self> {
        Ok(Self {
            poller: Poller::new()?,
            polled: 0,
            datagrams: Datagrams::default(),
            shared: None,
            by_address: FxHashMap::default(),
            events: Ready::with_capacity(READY_ROOM),
            ready: Vec::new(),
            packet: Vec::new(),
            share,
            next_host: FIRST_HOST,
        })
    }

    /// An endpoint for a new peer.
    pub(super) fn endpoint(&mut self, local: IpAddr) -> io::Result<Endpoint> {
        if self.share && local == IpAddr::V4(Ipv4Addr::LOCALHOST) {
            match &self.shared {
                Some(socket) => return Ok(self.address_on(socket.clone())),
                None => match SharedSocket::open() {
                    Ok(socket) => {
                        let socket = self.shared.insert(Arc::new(socket)).clone();
                        return Ok(self.address_on(socket));
                    }
                    // Not allowed by this kernel: every peer has a socket of its own.
                    Err(_) => self.share = false,
                },
            }
        }
        Ok(Endpoint::Own(UdpSocket::bind(local)?))
    }

    /// Makes the datagrams of an endpoint those of the peer with this key.
    pub(super) fn watch(&mut self, endpoint: &Endpoint, key: usize, id: u8) -> io::Result<()> {
        let poll_key = poll_key(key, id);
        // SAFETY: sockets and connections are removed from the poller before they are dropped
        // (`Reactor::close_peer`, `Reactor::tend_paths`).
        unsafe {
            match endpoint {
                Endpoint::Shared { ip, .. } => drop(self.by_address.insert(*ip, key)),
                Endpoint::Own(socket) => self.add(socket, Event::readable(poll_key))?,
                Endpoint::Stream(stream) => self.add(&**stream, Event::readable(poll_key))?,
                Endpoint::Relay(relay) => match &relay.carrier {
                    Carrier::Udp(socket) => self.add(socket, Event::readable(poll_key))?,
                    Carrier::Stream(stream) => self.add(&**stream, Event::readable(poll_key))?,
                },
                Endpoint::None => {}
            }
        }
        Ok(())
    }

    /// # Safety
    /// The source must be removed from the poller before it is dropped.
    unsafe fn add(&mut self, source: &impl AsRawFd, interest: Event) -> io::Result<()> {
        // SAFETY: as the caller promises.
        unsafe { self.poller.add_with_mode(source.as_raw_fd(), interest, PollMode::Level) }?;
        self.polled += 1;
        Ok(())
    }

    fn remove(&mut self, source: &impl AsFd) -> io::Result<()> {
        self.poller.delete(source)?;
        self.polled -= 1;
        Ok(())
    }

    /// Looks which sources are ready now, and puts their keys into `ready`.
    #[cfg(linux_io)]
    fn poll(&mut self) {
        self.ready.clear();
        if self.polled == 0 {
            return;
        }
        // Not through the poller: its wait needs five system calls, for timeouts and notifications
        // that are not used here.
        let (epoll, room) = (self.poller.as_raw_fd(), MAX_EVENTS.get() as i32);
        // SAFETY: the pointer and length describe the capacity that was reserved in `new`.
        let count = unsafe { libc::epoll_wait(epoll, self.events.as_mut_ptr(), room, 0) };
        // Interrupted: the next tick comes in milliseconds.
        let count = usize::try_from(count).unwrap_or(0);
        // SAFETY: the kernel has written `count` events.
        unsafe { self.events.set_len(count) };
        self.ready.extend(self.events.drain(..).map(|event| event.u64 as usize));
    }

    #[cfg(not(linux_io))]
    fn poll(&mut self) {
        self.ready.clear();
        self.events.clear();
        if self.polled > 0 && self.poller.wait(&mut self.events, Some(Duration::ZERO)).is_ok() {
            self.ready.extend(self.events.iter().map(|event| event.key));
        }
    }

    /// Waits until a connection can be written to, or no longer.
    pub(super) fn watch_writes(&self, stream: &mut Stream, key: usize, id: u8) {
        let wants_write = stream.wants_write();
        if wants_write == stream.waits_to_write {
            return;
        }
        let interest = Event::new(poll_key(key, id), true, wants_write);
        if self.poller.modify_with_mode(&*stream, interest, PollMode::Level).is_ok() {
            stream.waits_to_write = wants_write;
        }
    }

    /// Call before an endpoint is dropped.
    pub(super) fn forget(&mut self, endpoint: &Endpoint) -> io::Result<()> {
        match endpoint {
            Endpoint::Shared { ip, .. } => drop(self.by_address.remove(ip)),
            Endpoint::Own(socket) => self.remove(socket)?,
            Endpoint::Stream(stream) => self.remove(&**stream)?,
            Endpoint::Relay(relay) => match &relay.carrier {
                Carrier::Udp(socket) => self.remove(socket)?,
                Carrier::Stream(stream) => self.remove(&**stream)?,
            },
            Endpoint::None => {}
        }
        Ok(())
    }

    fn address_on(&mut self, socket: Arc<SharedSocket>) -> Endpoint {
        let ip = Ipv4Addr::from(LOOPBACK | self.next_host);
        self.next_host = if self.next_host == LAST_HOST { FIRST_HOST } else { self.next_host + 1 };
        Endpoint::Shared { socket, ip, remote: None }
    }
}

impl Reactor {
    pub(super) fn read_sockets(&mut self) {
        self.read_shared_socket();
        self.sockets.poll();
        if self.sockets.ready.is_empty() {
            return;
        }
        let now = Now::read();
        let ready = std::mem::take(&mut self.sockets.ready);
        for some in ready.chunks(SOCKETS_AT_ONCE) {
            self.look_ahead_ready(some.iter().map(|poll_key| poll_key / MAX_ENDPOINTS));
            for poll_key in some {
                self.read_endpoint(poll_key / MAX_ENDPOINTS, (poll_key % MAX_ENDPOINTS) as u8, now);
            }
        }
        self.sockets.ready = ready;
    }

    fn read_shared_socket(&mut self) {
        let Some(shared) = self.sockets.shared.clone() else { return };
        for _ in 0..MAX_BATCHES {
            let now = Now::read();
            let count = self.sockets.datagrams.receive(shared.fd(), MAX_BATCH, true);
            let mut keys = [NO_PEER; MAX_BATCH];
            for (index, key) in keys[..count].iter_mut().enumerate() {
                let destination = self.sockets.datagrams.destination(index);
                let known = destination.and_then(|ip| self.sockets.by_address.get(&ip));
                *key = known.copied().unwrap_or(NO_PEER);
            }
            self.look_ahead_received(&keys[..count]);
            for (i, &key) in keys[..count].iter().enumerate() {
                let datagram = self.sockets.datagrams.get(i);
                let Some(source) = datagram.source else { continue };
                let Some(slot) = self.peers.get_mut(key) else { continue };
                let (scratch, totals) = (&mut *self.scratch, &mut self.totals);
                let mut cx = Context { now, scratch, totals };
                // A peer has at most one endpoint on the socket, the one that it was created with.
                let way = Way { endpoint: 0, remote: source };
                slot.isolate(|peer| {
                    peer.on_datagram(datagram.bytes, way, datagram.arrival, &mut cx);
                });
                self.settle_received(key, now);
            }
            if count < MAX_BATCH {
                break;
            }
        }
    }

    fn read_endpoint(&mut self, key: usize, id: u8, now: Now) {
        let Some(slot) = self.peers.get_mut(key) else { return };
        let Some(endpoint) = slot.peer.transport.access.by_id(id) else { return };
        if endpoint.socket().is_some() {
            self.read_own_socket(key, id, now);
        } else {
            self.read_stream(key, id, now);
        }
        self.settle_received(key, now);
    }

    fn read_own_socket(&mut self, key: usize, id: u8, now: Now) {
        let Some(slot) = self.peers.get_mut(key) else { return };
        loop {
            let endpoint = slot.peer.transport.access.by_id(id);
            let Some(socket) = endpoint.and_then(Endpoint::socket) else { return };
            let (batch_size, connected) = (socket.batch_size, socket.connected_to());
            let datagrams = &mut self.sockets.datagrams;
            let count = datagrams.receive(socket.as_raw_fd(), batch_size, connected.is_none());
            let is_full = count == batch_size;
            socket.batch_size = if is_full { (count * 4).min(MAX_BATCH) } else { count.max(1) };
            for i in 0..count {
                let datagram = datagrams.get(i);
                let Some(source) = connected.or(datagram.source) else { continue };
                let (scratch, totals) = (&mut *self.scratch, &mut self.totals);
                let mut cx = Context { now, scratch, totals };
                slot.isolate(|peer| {
                    let Some((remote, payload)) = peer.unwrap(id, datagram.bytes, source) else {
                        return;
                    };
                    let way = Way { endpoint: id, remote };
                    peer.on_datagram(&mut datagram.bytes[payload], way, datagram.arrival, &mut cx);
                });
            }
            // A few more are left for the next tick: the kernel has noted their arrival.
            if count < MAX_BATCH {
                break;
            }
        }
    }

    fn read_stream(&mut self, key: usize, id: u8, now: Now) {
        let Some(slot) = self.peers.get_mut(key) else { return };
        let (scratch, totals) = (&mut *self.scratch, &mut self.totals);
        let packet = &mut self.sockets.packet;
        slot.isolate(|peer| {
            let mut cx = Context { now, scratch, totals };
            peer.read_stream(id, packet, &mut cx);
        });
    }

    /// Sends what the shared socket holds back, and counts what the kernel refused.
    pub(super) fn flush(&mut self) {
        let Some(shared) = &self.sockets.shared else { return };
        for refused in shared.flush() {
            let key = self.sockets.by_address.get(&refused.from);
            let Some(slot) = key.and_then(|key| self.peers.get_mut(*key)) else { continue };
            slot.peer.on_send_rejected(refused.ssrc, refused.to, &refused.error);
        }
    }
}
