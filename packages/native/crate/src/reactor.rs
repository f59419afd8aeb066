//! One thread's share of the peers: their sockets, their timers, and the rows of numbers they leave.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use polling::{Event, Events, PollMode, Poller};
use rustc_hash::FxHashMap;
use slab::Slab;
use str0m::config::DtlsCert;

use crate::clip::Clip;
use crate::clock;
use crate::peer::{Now, Peer, PeerEvent, Scratch, Totals};
use crate::receiver::ReceiverConfig;
use crate::rtp::MAX_DATAGRAM;
use crate::sender::SenderConfig;
use crate::sketch::Sketch;
use crate::socket::Batch;

/// Sockets looked at in one go.
const EVENTS: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

struct Slot {
    peer: Peer,
    /// The heap entry that counts; `u64::MAX` when none does.
    scheduled: u64,
}

/// Rows for one sample; columns as `packages/native/src/rows.ts` reads them.
#[derive(Default)]
pub struct Rows {
    pub senders: Vec<f64>,
    pub receivers: Vec<f64>,
    pub peers: Vec<f64>,
    pub flows: Vec<f64>,
    pub audio_latency: Sketch,
    pub video_latency: Sketch,
    pub data_latency: Sketch,
    pub datagrams_sent: u64,
    pub datagrams_received: u64,
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
    stream_peers: FxHashMap<u32, usize>,
    next_stream: u32,
    certificate: DtlsCert,
    batch: Batch,
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
    pub fn new(thread: u32, threads: u32, certificate: DtlsCert) -> Result<Self, String> {
        Ok(Self {
            thread,
            threads,
            poller: Poller::new().map_err(|error| format!("no poller: {error}"))?,
            events: Events::with_capacity(EVENTS),
            peers: Slab::new(),
            timers: BinaryHeap::new(),
            stream_peers: FxHashMap::default(),
            next_stream: 0,
            certificate,
            batch: Batch::new(),
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
        let peer = Peer::new(local, &self.certificate, Now::read())?;
        let entry = self.peers.vacant_entry();
        let key = entry.key();
        // SAFETY: the socket is removed from the poller before its peer is dropped (`close_peer`, `close`).
        unsafe { self.poller.add_with_mode(&peer.socket, Event::readable(key), PollMode::Level) }
            .map_err(|error| format!("cannot watch a socket: {error}"))?;
        self.joining.push(key);
        let slot = entry.insert(Slot { peer, scheduled: u64::MAX });
        Ok((key as u32 * self.threads + self.thread, &mut slot.peer))
    }

    fn key(&self, peer: u32) -> Result<usize, String> {
        let key = (peer / self.threads) as usize;
        if self.peers.contains(key) { Ok(key) } else { Err(format!("there is no peer {peer}: it was closed")) }
    }

    /// Acts on a peer from outside, then looks at its timers again.
    pub fn with_peer<T>(&mut self, peer: u32, act: impl FnOnce(&mut Peer, Now) -> Result<T, String>) -> Result<T, String> {
        let key = self.key(peer)?;
        let now = Now::read();
        let result = act(&mut self.peers[key].peer, now);
        self.settle(key, now);
        result
    }

    fn new_stream(&mut self, key: usize) -> u32 {
        let stream = self.next_stream * self.threads + self.thread;
        self.next_stream += 1;
        self.stream_peers.insert(stream, key);
        stream
    }

    pub fn add_sender(&mut self, peer: u32, config: SenderConfig, cname: String, clip: Arc<Clip>) -> Result<u32, String> {
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
    pub fn with_stream(&mut self, stream: u32, act: impl FnOnce(&mut Peer, Now)) -> Result<(), String> {
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
        self.stream_peers.retain(|_, owner| *owner != key);
        self.poller.delete(&slot.peer.socket).map_err(|error| error.to_string())
    }

    pub fn close(&mut self) {
        let handles: Vec<u32> = self.peers.iter().map(|(key, _)| key as u32 * self.threads + self.thread).collect();
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
            self.joining.retain(|&key| peers.get(key).is_some_and(|slot| slot.peer.may_be_joining(now)));
        }
        self.joining.iter().any(|&key| self.peers[key].peer.is_joining())
    }

    /// One wake-up: read what came, send what is due. `late_ns` is how much later than planned it comes.
    pub fn tick(&mut self, late_ns: u64) {
        self.max_tick_late_ns = self.max_tick_late_ns.max(late_ns);
        self.read_sockets();
        self.run_timers();
        self.cpu_ns = clock::thread_cpu_ns();
    }

    fn read_sockets(&mut self) {
        self.events.clear();
        if self.poller.wait(&mut self.events, Some(Duration::ZERO)).is_err() {
            return; // interrupted: the next tick comes in milliseconds
        }
        let now = Now::read();
        let ready: Vec<usize> = self.events.iter().map(|event| event.key).collect();
        for key in ready {
            let Some(slot) = self.peers.get_mut(key) else { continue };
            let (batch, scratch, totals) = (&mut self.batch, &mut self.scratch, &mut self.totals);
            while batch.read(&mut slot.peer, |peer, datagram, source, arrival| {
                peer.on_datagram(datagram, source, arrival, now, totals, scratch);
            }) {}
            self.collect(key, now);
            if self.peers[key].peer.timers_moved() {
                self.plan(key, now);
            }
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
            self.totals.data_latency.add(latency);
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
                peer.socket.drops() as f64,
                peer.remb_bps() as f64,
                peer.messages_sent as f64,
                peer.message_bytes_sent as f64,
                peer.messages_received as f64,
            ]);
            for (stream, sender) in &peer.senders {
                let s = &sender.stats;
                rows.senders.extend([*stream as f64, handle, sender.is_active() as u8 as f64]);
                rows.senders.extend([s.packets, s.bytes, s.frames, s.keyframes, s.rtx_packets, s.nacked_packets].map(|n| n as f64));
                rows.senders.extend([s.nacks, s.plis, s.firs].map(|n| n as f64));
                rows.senders.extend([s.remote_lost as f64, s.remote_jitter_ms, s.rtt_ms.unwrap_or(f64::NAN)]);
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
                rows.receivers.extend([sequences.lost_before_recovery(), sequences.lost(), sequences.recovered()].map(|n| n as f64));
                rows.receivers.extend([s.duplicates as f64, s.out_of_order as f64, receiver.jitter_ms()]);
                rows.receivers.extend([s.nacks, s.nacked_packets, s.plis, s.keyframes, s.layer_switches].map(|n| n as f64));
                rows.receivers.extend([s.size.map_or(0, |size| size.width) as f64, s.size.map_or(0, |size| size.height) as f64]);
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
                rows.flows.extend([received.duplicates as f64, latency.quantile(0.5), latency.quantile(0.95), latency.max()]);
            }
        }
        rows.audio_latency.absorb(&mut self.totals.audio_latency);
        rows.video_latency.absorb(&mut self.totals.video_latency);
        rows.data_latency.absorb(&mut self.totals.data_latency);
        rows.datagrams_sent += self.totals.datagrams_sent;
        rows.datagrams_received += self.totals.datagrams_received;
        rows.max_tick_late_ns = rows.max_tick_late_ns.max(std::mem::take(&mut self.max_tick_late_ns));
        rows.cpu_ns += self.cpu_ns;
    }
}
