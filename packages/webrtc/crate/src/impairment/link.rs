//! One direction of an impaired network: a queue in front of a link of some rate, loss on the link,
//! delay behind it.

use std::collections::VecDeque;
use std::net::SocketAddr;

use fastrand::Rng;

use super::LinkConfig;
use super::jitter::Jitter;
use super::loss_model::LossModel;

/// Bytes of IPv4 and UDP headers, which occupy the link as well. (IPv6 has 20 more.)
const HEADERS: usize = 28;
/// A datagram that is held for reordering leaves after this, ns, if no other follows.
const MAX_HOLD_NS: u64 = 50_000_000;
/// Datagrams on the link at once, whatever rate and delay would allow.
const MAX_IN_FLIGHT: usize = 16_384;

/// Bytes that a TCP connection holds until the link has sent what is in front of them, as in
/// [`crate::stream`].
const MAX_UNSENT: f64 = 262_144.0;
/// Interval between a segment and the next one of a call, whose acknowledgement shows that it was
/// lost, ns.
const NEXT_SEGMENT_NS: u64 = 20_000_000;
/// Retransmissions after which a segment counts as delivered.
const MAX_RETRANSMISSIONS: u64 = 20;

/// A datagram on the link. `A`: type by which the owner of the link identifies it.
pub struct InTransit<A = SocketAddr> {
    /// The datagram.
    pub bytes: Box<[u8]>,
    /// Destination of the datagram on an uplink, its source on a downlink.
    pub address: A,
    /// Time at which it leaves the link, monotonic ns.
    due: u64,
    entered: u64,
    entered_wall: u64,
}

impl<A> InTransit<A> {
    /// Time at which it left the link, wall clock, ns; independent of when it is taken from it.
    pub fn arrival(&self) -> u64 {
        self.entered_wall + (self.due - self.entered)
    }
}

/// Counters of a link.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct LinkStats {
    /// Datagrams that entered, dropped ones included.
    pub datagrams: u64,
    /// Datagrams that were lost on the link, or dropped by its queue.
    pub dropped: u64,
}

/// One direction of an impaired network.
pub struct Link<A = SocketAddr> {
    /// Counters of the link.
    pub stats: LinkStats,
    /// Packets of TCP connections that their sender did not take, as too much was unsent.
    pub unsent: u64,
    config: LinkConfig,
    /// Each purpose has a generator: which datagrams are lost must not depend on when they arrive.
    loss_rng: Rng,
    reorder_rng: Rng,
    losses: LossModel,
    jitter: Jitter,
    /// Probability that a datagram that overtakes no other is held until one overtakes it.
    hold_probability: f64,
    /// Time at which the link has sent everything that entered, monotonic ns.
    free_at: u64,
    last_due: u64,
    /// Latest departure of a packet of a TCP connection, for which later ones wait, monotonic ns.
    last_stream_due: u64,
    /// Datagrams on the link, by the time at which they leave.
    in_flight: VecDeque<InTransit<A>>,
    /// Datagrams that are held until another overtakes them, with their streams.
    held: Vec<(u32, InTransit<A>)>,
}

impl<A> Link<A> {
    /// An empty link. `now`: monotonic ns.
    pub fn new(config: LinkConfig, mut rng: Rng, now: u64) -> Self {
        let mut loss_rng = rng.fork();
        Self {
            stats: LinkStats::default(),
            unsent: 0,
            config,
            losses: LossModel::new(config.loss, config.burst, &mut loss_rng),
            loss_rng,
            reorder_rng: rng.fork(),
            jitter: Jitter::new(config.jitter, rng.fork(), now),
            hold_probability: config.reorder / (1.0 - config.reorder),
            free_at: 0,
            last_due: 0,
            last_stream_due: 0,
            in_flight: VecDeque::new(),
            held: Vec::new(),
        }
    }

    /// Takes a datagram at `now`, monotonic ns; `wall`: the same by the wall clock.
    pub fn enter(&mut self, bytes: &[u8], address: A, now: u64, wall: u64) {
        self.stats.datagrams += 1;
        let Some(sent) = self.sent_at(bytes.len(), now) else {
            self.stats.dropped += 1;
            return;
        };
        if self.losses.next(&mut self.loss_rng) {
            self.stats.dropped += 1;
            return;
        }
        // Jitter does not reorder: no datagram leaves before those in front of it.
        self.last_due = self.last_due.max(sent + self.config.delay + self.jitter.wait(now));
        let datagram = InTransit {
            bytes: bytes.into(),
            address,
            due: self.last_due,
            entered: now,
            entered_wall: wall,
        };
        self.enqueue(datagram);
    }

    /// Takes a packet of a TCP connection. What the link loses TCP sends again: the packet arrives
    /// later, and those behind it wait for it. Nothing is reordered, and a full queue makes the
    /// sender wait.
    pub fn enter_stream(&mut self, bytes: &[u8], address: A, now: u64, wall: u64) {
        self.stats.datagrams += 1;
        // Nothing arrives, however often it is sent.
        if self.config.loss >= 1.0 {
            self.stats.dropped += 1;
            return;
        }
        let Some(sent) = self.stream_sent_at(bytes.len(), now) else {
            self.stats.dropped += 1;
            self.unsent += 1;
            return;
        };
        let wait = self.jitter.wait(now) + self.recovery();
        self.last_stream_due = self.last_stream_due.max(sent + self.config.delay + wait);
        let due = self.last_stream_due;
        let bytes = bytes.into();
        self.insert(InTransit { bytes, address, due, entered: now, entered_wall: wall });
    }

    /// Additional delay of a segment that was lost, ns: it is sent again after a round trip and a
    /// quarter, and again when that is lost, too (RFC 8985 §6.2). The other direction is assumed to
    /// be as long. A run of losses is over by then.
    fn recovery(&mut self) -> u64 {
        if !self.losses.next(&mut self.loss_rng) {
            return 0;
        }
        let round_trip = 2 * (self.config.delay + self.config.jitter);
        let repeated = (round_trip + round_trip / 4).max(NEXT_SEGMENT_NS);
        let mut recovery = repeated;
        while recovery < MAX_RETRANSMISSIONS * repeated && self.loss_rng.f64() < self.config.loss {
            recovery += repeated;
        }
        recovery
    }

    /// Time as of [`Link::sent_at`] for a packet that waits in its sender, whatever the queue
    /// takes.
    fn stream_sent_at(&mut self, len: usize, now: u64) -> Option<u64> {
        if self.in_flight.len() + self.held.len() >= MAX_IN_FLIGHT {
            return None;
        }
        let Some(rate) = self.config.rate else { return Some(now) };
        let turn = self.free_at.max(now);
        let unsent = (turn - now) as f64 * rate / 8e9;
        if unsent + len as f64 > MAX_UNSENT {
            return None;
        }
        self.free_at = turn + ((len + HEADERS) as f64 * 8e9 / rate) as u64;
        Some(self.free_at)
    }

    /// Time at which the link has sent a datagram that enters now, monotonic ns; `None` when the
    /// queue is full.
    fn sent_at(&mut self, len: usize, now: u64) -> Option<u64> {
        if self.in_flight.len() + self.held.len() >= MAX_IN_FLIGHT {
            return None;
        }
        let Some(rate) = self.config.rate else { return Some(now) };
        let turn = self.free_at.max(now);
        if turn - now > self.config.queue {
            return None;
        }
        self.free_at = turn + ((len + HEADERS) as f64 * 8e9 / rate) as u64;
        Some(self.free_at)
    }

    fn enqueue(&mut self, datagram: InTransit<A>) {
        if self.hold_probability == 0.0 {
            return self.insert(datagram);
        }
        let (stream, due) = (stream_of(&datagram.bytes), datagram.due);
        if let Some(index) = self.held.iter().position(|(held, _)| *held == stream) {
            let (_, held) = self.held.swap_remove(index);
            self.insert(datagram);
            self.insert(InTransit { due, ..held });
        } else if self.reorder_rng.f64() < self.hold_probability {
            self.held.push((stream, InTransit { due: due + MAX_HOLD_NS, ..datagram }));
        } else {
            self.insert(datagram);
        }
    }

    /// Behind those that leave at the same time.
    fn insert(&mut self, datagram: InTransit<A>) {
        let at = self.in_flight.partition_point(|other| other.due <= datagram.due);
        self.in_flight.insert(at, datagram);
    }

    /// Time at which [`Link::leave`] has something, monotonic ns; `u64::MAX` for an empty link.
    pub fn due_at(&self) -> u64 {
        let held = self.held.iter().map(|(_, datagram)| datagram.due);
        self.in_flight
            .front()
            .map(|first| first.due)
            .into_iter()
            .chain(held)
            .min()
            .unwrap_or(u64::MAX)
    }

    /// The next datagram that has left the link by `now`.
    pub fn leave(&mut self, now: u64) -> Option<InTransit<A>> {
        while let Some(index) = self.held.iter().position(|(_, datagram)| datagram.due <= now) {
            let (_, datagram) = self.held.swap_remove(index);
            self.insert(datagram);
        }
        if self.in_flight.front()?.due <= now { self.in_flight.pop_front() } else { None }
    }
}

/// Datagrams are reordered within an RTP stream, or within everything that is not RTP (RFC 7983 §7,
/// RFC 5761 §4).
fn stream_of(datagram: &[u8]) -> u32 {
    match datagram {
        [128..=191, 192..=223, ..] => 0,
        [128..=191, ..] => {
            datagram.get(8..12).and_then(|ssrc| ssrc.try_into().ok()).map_or(0, u32::from_be_bytes)
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
