//! One thread's share of the peers: their sockets, their timers, and the rows of numbers they leave.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Duration;

use polling::{Event, Events, PollMode, Poller};
use rustc_hash::FxHashMap;
use slab::Slab;
use str0m::config::DtlsCert;

use crate::clip::Clip;
use crate::clock;
use crate::cohorts::Latencies;
use crate::datagrams::{Datagrams, MOST};
use crate::endpoint::Endpoint;
use crate::peer::{Now, Peer, PeerEvent, Scratch, Totals};
use crate::receiver::ReceiverConfig;
use crate::rtp::MAX_DATAGRAM;
use crate::sender::SenderConfig;
use crate::shared_socket::SharedSocket;
use crate::sketch::Sketch;
use crate::socket::UdpSocket;

/// Sockets looked at in one go.
const EVENTS: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

struct Slot {
    peer: Peer,
    /// The heap entry that counts; `u64::MAX` when none does.
    scheduled: u64,
    /// The same, of `releases`.
    releasing: u64,
}

/// Rows for one sample; columns as `packages/webrtc/src/rows.ts` reads them.
#[derive(Default)]
pub struct Rows {
    pub senders: Vec<f64>,
    pub receivers: Vec<f64>,
    pub peers: Vec<f64>,
    pub flows: Vec<f64>,
    pub gaps: Vec<f64>,
    pub latencies: Latencies,
    pub datagrams_sent: u64,
    pub datagrams_received: u64,
    /// Datagrams that the kernel dropped on shared sockets.
    pub shared_socket_drops: u64,
    pub max_tick_late_ns: u64,
    pub cpu_ns: u64,
}

pub struct Reactor {
    /// Peer handles are `slot * threads + thread`, so that a handle tells its thread.
    thread: u32,
    threads: u32,
    poller: Poller,
    events: Events,
    peers: Slab<Slot>,
    timers: BinaryHeap<Reverse<(u64, usize)>>,
    /// When a bad network lets something out that is on its way up: between ticks, or the tick would be part of the network.
    releases: BinaryHeap<Reverse<(u64, usize)>>,
    stream_peers: FxHashMap<u32, usize>,
    next_stream: u32,
    certificate: DtlsCert,
    datagrams: Datagrams,
    /// Opened with the first peer on loopback, if it may be.
    shared: Option<Arc<SharedSocket>>,
    share: bool,
    /// Peers on the shared socket.
    by_address: FxHashMap<Ipv4Addr, usize>,
    /// Counts up from 127.0.0.2, so that an address is not used again soon: the server may still know whose it was.
    next_address: u32,
    scratch: Box<Scratch>,
    totals: Totals,
    max_tick_late_ns: u64,
    cpu_ns: u64,
    /// Peers in a handshake, by key.
    joining: Vec<usize>,
    pub told: Vec<(u32, u64, PeerEvent)>,
    pub stopped: bool,
}

impl Reactor {
    /// `share`: peers on loopback share one socket where the machine allows it.
    pub fn new(
        thread: u32,
        threads: u32,
        certificate: DtlsCert,
        share: bool,
    ) -> Result<Self, String> {
        Ok(Self {
            thread,
            threads,
            poller: Poller::new().map_err(|error| format!("no poller: {error}"))?,
            events: Events::with_capacity(EVENTS),
            peers: Slab::new(),
            timers: BinaryHeap::new(),
            releases: BinaryHeap::new(),
            stream_peers: FxHashMap::default(),
            next_stream: 0,
            certificate,
            datagrams: Datagrams::new(),
            shared: None,
            share,
            by_address: FxHashMap::default(),
            next_address: 2,
            scratch: Box::new([0; MAX_DATAGRAM + 64]),
            totals: Totals::default(),
            max_tick_late_ns: 0,
            cpu_ns: 0,
            joining: Vec::new(),
            told: Vec::new(),
            stopped: false,
        })
    }

    pub fn create_peer(&mut self, local: IpAddr) -> Result<(u32, &mut Peer), String> {
        let endpoint =
            self.endpoint(local).map_err(|error| format!("no UDP socket on {local}: {error}"))?;
        let peer = Peer::new(endpoint, &self.certificate, Now::read())?;
        let entry = self.peers.vacant_entry();
        let key = entry.key();
        match &peer.access.socket {
            Endpoint::Shared { ip, .. } => drop(self.by_address.insert(*ip, key)),
            // SAFETY: the socket is removed from the poller before its peer is dropped (`close_peer`, `close`).
            Endpoint::Own(socket) => {
                unsafe { self.poller.add_with_mode(socket, Event::readable(key), PollMode::Level) }
                    .map_err(|error| format!("cannot watch a socket: {error}"))?
            }
        }
        self.joining.push(key);
        let slot = entry.insert(Slot { peer, scheduled: u64::MAX, releasing: u64::MAX });
        Ok((key as u32 * self.threads + self.thread, &mut slot.peer))
    }

    fn endpoint(&mut self, local: IpAddr) -> std::io::Result<Endpoint> {
        if self.share && local == IpAddr::V4(Ipv4Addr::LOCALHOST) {
            match &self.shared {
                Some(socket) => return Ok(self.address_on(socket.clone())),
                None => match SharedSocket::open() {
                    Ok(socket) => {
                        let socket = self.shared.insert(Arc::new(socket)).clone();
                        return Ok(self.address_on(socket));
                    }
                    Err(_) => self.share = false, // as it says: then each has its own
                },
            }
        }
        Ok(Endpoint::Own(UdpSocket::bind(local)?))
    }

    fn address_on(&mut self, socket: Arc<SharedSocket>) -> Endpoint {
        const LOOPBACK: u32 = 127 << 24;
        const LAST: u32 = (1 << 24) - 2;
        let ip = Ipv4Addr::from(LOOPBACK | self.next_address);
        self.next_address = if self.next_address == LAST { 2 } else { self.next_address + 1 };
        Endpoint::Shared { socket, ip, remote: None }
    }

    fn key(&self, peer: u32) -> Result<usize, String> {
        let key = (peer / self.threads) as usize;
        if self.peers.contains(key) {
            Ok(key)
        } else {
            Err(format!("there is no peer {peer}: it was closed"))
        }
    }

    /// Acts on a peer from outside, then looks at its timers again.
    pub fn with_peer<T>(
        &mut self,
        peer: u32,
        act: impl FnOnce(&mut Peer, Now) -> Result<T, String>,
    ) -> Result<T, String> {
        let key = self.key(peer)?;
        let now = Now::read();
        let result = act(&mut self.peers[key].peer, now);
        self.settle(key, now);
        self.flush();
        result
    }

    fn new_stream(&mut self, key: usize) -> u32 {
        let stream = self.next_stream * self.threads + self.thread;
        self.next_stream += 1;
        self.stream_peers.insert(stream, key);
        stream
    }

    pub fn add_sender(
        &mut self,
        peer: u32,
        config: SenderConfig,
        cname: String,
        clip: Arc<Clip>,
    ) -> Result<u32, String> {
        let key = self.key(peer)?;
        let stream = self.new_stream(key);
        let now = Now::read();
        self.peers[key].peer.add_sender(stream, config, cname, clip, now);
        self.settle(key, now);
        Ok(stream)
    }

    pub fn add_receiver(&mut self, peer: u32, config: ReceiverConfig) -> Result<u32, String> {
        let key = self.key(peer)?;
        let stream = self.new_stream(key);
        let now = Now::read();
        self.peers[key].peer.add_receiver(stream, config, now);
        self.settle(key, now);
        Ok(stream)
    }

    /// Acts on the peer that owns `stream`.
    pub fn with_stream(
        &mut self,
        stream: u32,
        act: impl FnOnce(&mut Peer, Now),
    ) -> Result<(), String> {
        let Some(&key) = self.stream_peers.get(&stream) else {
            return Err(format!("there is no stream {stream}: it was removed, or its peer closed"));
        };
        let now = Now::read();
        act(&mut self.peers[key].peer, now);
        self.settle(key, now);
        Ok(())
    }

    pub fn forget_stream(&mut self, stream: u32) {
        self.stream_peers.remove(&stream);
    }

    pub fn close_peer(&mut self, peer: u32) -> Result<(), String> {
        let key = self.key(peer)?;
        let mut slot = self.peers.remove(key);
        slot.peer.close(Now::read());
        // Nobody is left to send it later.
        slot.peer.release(u64::MAX, &mut self.totals);
        self.stream_peers.retain(|_, owner| *owner != key);
        match &slot.peer.access.socket {
            Endpoint::Own(socket) => {
                self.poller.delete(socket).map_err(|error| error.to_string())?
            }
            Endpoint::Shared { ip, .. } => drop(self.by_address.remove(ip)),
        }
        self.flush();
        Ok(())
    }

    pub fn close(&mut self) {
        let handles: Vec<u32> =
            self.peers.iter().map(|(key, _)| key as u32 * self.threads + self.thread).collect();
        for handle in handles {
            // The process is on its way out: what cannot be said goodbye to is closed with its socket.
            let _ = self.close_peer(handle);
        }
        self.stopped = true;
    }

    /// Whether somebody's handshake waits for us.
    pub fn in_a_hurry(&mut self) -> bool {
        if !self.joining.is_empty() {
            let (peers, now) = (&self.peers, Now::read());
            self.joining
                .retain(|&key| peers.get(key).is_some_and(|slot| slot.peer.may_be_joining(now)));
        }
        self.joining.iter().any(|&key| self.peers[key].peer.is_joining())
    }

    /// One wake-up: read what came, send what is due. `late_ns` is how much later than planned it comes. Returns what [`Reactor::release`] does.
    pub fn tick(&mut self, late_ns: u64) -> u64 {
        self.max_tick_late_ns = self.max_tick_late_ns.max(late_ns);
        self.read_sockets();
        self.run_timers();
        let release_at = self.release();
        self.cpu_ns = clock::thread_cpu_ns();
        release_at
    }

    fn read_sockets(&mut self) {
        self.read_shared_socket();
        self.events.clear();
        if self.poller.wait(&mut self.events, Some(Duration::ZERO)).is_err() {
            return; // interrupted: the next tick comes in milliseconds
        }
        let now = Now::read();
        let ready: Vec<usize> = self.events.iter().map(|event| event.key).collect();
        for key in ready {
            self.read_own_socket(key, now);
        }
    }

    fn read_shared_socket(&mut self) {
        let Some(shared) = self.shared.clone() else { return };
        // A crowd cannot send faster than this reads for long; the bound keeps timers from starving all the same.
        for _ in 0..256 {
            let now = Now::read();
            let count = self.datagrams.receive(shared.fd(), MOST, true);
            for i in 0..count {
                let datagram = self.datagrams.get(i);
                let (Some(source), Some(destination)) = (datagram.source, datagram.destination)
                else {
                    continue;
                };
                let Some(&key) = self.by_address.get(&destination) else { continue };
                let Some(slot) = self.peers.get_mut(key) else { continue };
                slot.peer.on_datagram(
                    datagram.bytes,
                    source,
                    datagram.arrival,
                    now,
                    &mut self.totals,
                    &mut self.scratch,
                );
                self.settle_received(key, now);
            }
            if count < MOST {
                break;
            }
        }
    }

    fn read_own_socket(&mut self, key: usize, now: Now) {
        let Some(slot) = self.peers.get_mut(key) else { return };
        loop {
            let Endpoint::Own(socket) = &mut slot.peer.access.socket else { return };
            let (asked_for, connected) = (socket.ask_for, socket.connected_to());
            let count = self.datagrams.receive(socket.as_raw_fd(), asked_for, connected.is_none());
            socket.ask_for =
                if count == asked_for { (asked_for * 4).min(MOST) } else { count.max(1) };
            for i in 0..count {
                let datagram = self.datagrams.get(i);
                let Some(source) = connected.or(datagram.source) else { continue };
                slot.peer.on_datagram(
                    datagram.bytes,
                    source,
                    datagram.arrival,
                    now,
                    &mut self.totals,
                    &mut self.scratch,
                );
            }
            // A little more is left for the next tick, its time of arrival kept by the kernel.
            if count < MOST {
                break;
            }
        }
        self.settle_received(key, now);
    }

    /// After datagrams, most of which change no timer.
    fn settle_received(&mut self, key: usize, now: Now) {
        self.collect(key, now);
        if self.peers[key].peer.timers_moved() {
            self.plan(key, now);
        }
    }

    /// Sends what the shared socket holds back, and tells the senders what the kernel refused.
    fn flush(&mut self) {
        let Some(shared) = &self.shared else { return };
        for refused in shared.flush() {
            let key = self.by_address.get(&refused.from);
            let Some(slot) = key.and_then(|key| self.peers.get_mut(*key)) else { continue };
            slot.peer.senders.iter_mut().any(|(_, sender)| sender.refused(refused.ssrc));
        }
    }

    fn run_timers(&mut self) {
        let now = Now::read();
        while let Some(&Reverse((at, key))) = self.timers.peek() {
            if at > now.mono {
                break;
            }
            self.timers.pop();
            let Some(slot) = self.peers.get_mut(key) else { continue };
            if slot.scheduled != at {
                continue; // replaced by an earlier one, or left by a peer that is gone
            }
            slot.scheduled = u64::MAX;
            slot.peer.on_timer(now, &mut self.scratch, &mut self.totals);
            self.settle(key, now);
        }
    }

    /// Sends what bad networks have let out on its way up, and says when they have more; monotonic ns, `u64::MAX` for nothing under way.
    pub fn release(&mut self) -> u64 {
        let now = clock::monotonic_ns();
        while let Some(&Reverse((at, key))) = self.releases.peek() {
            if at > now {
                break;
            }
            self.releases.pop();
            let Some(slot) = self.peers.get_mut(key).filter(|slot| slot.releasing == at) else {
                continue;
            };
            slot.releasing = u64::MAX;
            slot.peer.release(now, &mut self.totals);
            self.plan_release(key);
        }
        self.flush();
        self.releases.peek().map_or(u64::MAX, |Reverse((at, _))| *at)
    }

    fn plan_release(&mut self, key: usize) {
        let slot = &mut self.peers[key];
        let at = slot.peer.access.releases_at();
        if at < slot.releasing {
            slot.releasing = at;
            self.releases.push(Reverse((at, key)));
        }
    }

    /// After anything that may have changed a peer from outside or by its timers.
    fn settle(&mut self, key: usize, now: Now) {
        self.collect(key, now);
        self.plan(key, now);
    }

    /// Collects what a peer has to tell.
    fn collect(&mut self, key: usize, now: Now) {
        let slot = &mut self.peers[key];
        let handle = key as u32 * self.threads + self.thread;
        for event in slot.peer.events.drain(..) {
            self.told.push((handle, now.wall, event));
        }
        for latency in slot.peer.message_latencies.drain(..) {
            if let Some(cohort) = slot.peer.data_cohort {
                self.totals.latencies.add(cohort, latency);
            }
        }
    }

    /// Plans a peer's next timer.
    fn plan(&mut self, key: usize, now: Now) {
        let slot = &mut self.peers[key];
        if slot.peer.is_closed() {
            return;
        }
        let at = slot.peer.next_at(now);
        if at < slot.scheduled {
            slot.scheduled = at;
            self.timers.push(Reverse((at, key)));
        }
        self.plan_release(key);
    }

    /// Adds this thread's numbers to `rows`.
    pub fn sample(&mut self, rows: &mut Rows) {
        let wall = clock::wall_ns();
        let ms = |ns: u64| ns as f64 / 1e6;
        for (key, slot) in &self.peers {
            let handle = (key as u32 * self.threads + self.thread) as f64;
            let peer = &slot.peer;
            rows.peers.extend([
                handle,
                peer.rtt_ms,
                peer.access.socket.drops() as f64,
                peer.remb_bps() as f64,
                peer.messages_sent as f64,
                peer.message_bytes_sent as f64,
                peer.messages_received as f64,
            ]);
            rows.peers.extend(
                peer.access
                    .impaired()
                    .into_iter()
                    .flat_map(|link| [link.datagrams as f64, link.dropped as f64]),
            );
            for (stream, sender) in &peer.senders {
                let s = &sender.stats;
                rows.senders.extend([*stream as f64, handle, sender.is_active() as u8 as f64]);
                rows.senders.extend(
                    [s.packets, s.bytes, s.frames, s.keyframes, s.rtx_packets, s.nacked_packets]
                        .map(|n| n as f64),
                );
                rows.senders.extend([s.nacks, s.plis, s.firs].map(|n| n as f64));
                rows.senders.extend([
                    s.remote_lost as f64,
                    s.remote_jitter_ms,
                    s.rtt_ms.unwrap_or(f64::NAN),
                ]);
                rows.senders.extend([s.twcc_received, s.twcc_lost, s.late_sends].map(|n| n as f64));
                rows.senders.extend([s.max_late_ms, s.send_errors as f64]);
            }
            for (stream, receiver) in &peer.receivers {
                let (s, sequences) = (&receiver.stats, receiver.sequences());
                let latency = |q| receiver.latency().map_or(f64::NAN, |sketch| sketch.quantile(q));
                let open_gap = receiver.open_gap(wall);
                let at = |ns: u64| if ns == 0 { f64::NAN } else { ms(ns) };
                rows.receivers.extend([*stream as f64, handle]);
                rows.receivers.extend([s.packets, s.bytes, s.padding_packets].map(|n| n as f64));
                rows.receivers.extend(
                    [sequences.lost_before_recovery(), sequences.lost(), sequences.recovered()]
                        .map(|n| n as f64),
                );
                rows.receivers.extend([
                    s.duplicates as f64,
                    s.out_of_order as f64,
                    receiver.jitter_ms(),
                ]);
                rows.receivers.extend(
                    [s.nacks, s.nacked_packets, s.plis, s.keyframes, s.layer_switches]
                        .map(|n| n as f64),
                );
                rows.receivers.extend([
                    s.size.map_or(0, |size| size.width) as f64,
                    s.size.map_or(0, |size| size.height) as f64,
                ]);
                rows.receivers.extend([at(s.first_at), at(s.last_at)]);
                rows.receivers.extend([
                    (s.gaps + (open_gap > 0) as u64) as f64,
                    ms(s.gap_ns + open_gap),
                    ms(s.longest_gap_ns.max(open_gap)),
                ]);
                let max = receiver.latency().map_or(f64::NAN, Sketch::max);
                rows.receivers.extend([latency(0.5), latency(0.95), max]);
            }
            for (flow, received) in &peer.flows_received {
                let latency = &received.latency;
                rows.flows.extend([
                    handle,
                    *flow as f64,
                    received.received as f64,
                    received.bytes as f64,
                    received.sequences.lost() as f64,
                ]);
                rows.flows.extend([
                    received.duplicates as f64,
                    latency.quantile(0.5),
                    latency.quantile(0.95),
                    latency.max(),
                ]);
            }
        }
        for gap in self.totals.gaps.drain(..) {
            rows.gaps.extend([gap.receiver as f64, ms(gap.from), ms(gap.to)]);
        }
        rows.latencies.absorb(&mut self.totals.latencies);
        rows.datagrams_sent += self.totals.datagrams_sent;
        rows.datagrams_received += self.totals.datagrams_received;
        rows.shared_socket_drops += self.shared.as_ref().map_or(0, |shared| shared.drops());
        rows.max_tick_late_ns =
            rows.max_tick_late_ns.max(std::mem::take(&mut self.max_tick_late_ns));
        rows.cpu_ns += self.cpu_ns;
    }
}
