//! One way of a bad network: a queue before a link of some rate, loss on the link, delay behind it.

use std::collections::VecDeque;
use std::net::SocketAddr;

use fastrand::Rng;

use super::LinkConfig;
use super::jitter::Jitter;
use super::losses::Losses;

/// IP and UDP, which take their time on the link, too. (IPv6 has 20 bytes more.)
const HEADERS: usize = 28;
/// A datagram that waits to be overtaken and is not goes on after this.
const OVERTAKEN_WITHIN: u64 = 50_000_000;
/// Under way at once, whatever rate and delay would allow.
const MOST: usize = 16_384;

/// A datagram on the link. `A`: what its owner knows it by.
pub struct InTransit<A = SocketAddr> {
    pub bytes: Box<[u8]>,
    /// Where it goes, or where it came from.
    pub address: A,
    /// When it comes out, monotonic ns.
    due: u64,
    entered: u64,
    entered_wall: u64,
}

impl<A> InTransit<A> {
    /// When it came out, wall clock ns: by the link, whenever somebody looks.
    pub fn arrival(&self) -> u64 {
        self.entered_wall + (self.due - self.entered)
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct LinkStats {
    /// Datagrams that went in, dropped ones included.
    pub datagrams: u64,
    pub dropped: u64,
}

pub struct Link<A = SocketAddr> {
    pub stats: LinkStats,
    config: LinkConfig,
    /// Each purpose has its own numbers: which datagrams are lost must not depend on when they come.
    loss_rng: Rng,
    order_rng: Rng,
    losses: Losses,
    jitter: Jitter,
    /// How probable it is that the next one, if it overtakes nobody itself, is overtaken.
    overtaken: f64,
    /// When the link has sent what it was given.
    free_at: u64,
    last_due: u64,
    /// By time.
    under_way: VecDeque<InTransit<A>>,
    /// Waiting to be overtaken, by stream.
    held: Vec<(u32, InTransit<A>)>,
}

impl<A> Link<A> {
    /// `now`: monotonic ns.
    pub fn new(config: LinkConfig, mut rng: Rng, now: u64) -> Self {
        let mut loss_rng = rng.fork();
        Self {
            stats: LinkStats::default(),
            config,
            losses: Losses::new(config.loss, config.burst, &mut loss_rng),
            loss_rng,
            order_rng: rng.fork(),
            jitter: Jitter::new(config.jitter, rng.fork(), now),
            overtaken: config.reorder / (1.0 - config.reorder),
            free_at: 0,
            last_due: 0,
            under_way: VecDeque::new(),
            held: Vec::new(),
        }
    }

    /// Takes a datagram that comes at `now`, monotonic ns; `wall`: the same by the wall clock.
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
        // Nobody passes those before him.
        self.last_due = self.last_due.max(sent + self.config.delay + self.jitter.wait(now));
        let datagram = InTransit {
            bytes: bytes.into(),
            address,
            due: self.last_due,
            entered: now,
            entered_wall: wall,
        };
        self.put_in_order(datagram);
    }

    /// When the link has sent it; `None` when the queue is full.
    fn sent_at(&mut self, len: usize, now: u64) -> Option<u64> {
        if self.under_way.len() + self.held.len() >= MOST {
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

    fn put_in_order(&mut self, datagram: InTransit<A>) {
        if self.overtaken == 0.0 {
            return self.under_way.push_back(datagram);
        }
        let (stream, due) = (stream_of(&datagram.bytes), datagram.due);
        if let Some(index) = self.held.iter().position(|(held, _)| *held == stream) {
            let (_, overtaken) = self.held.swap_remove(index);
            self.insert(datagram);
            self.insert(InTransit { due, ..overtaken });
        } else if self.order_rng.f64() < self.overtaken {
            self.held.push((stream, InTransit { due: due + OVERTAKEN_WITHIN, ..datagram }));
        } else {
            self.insert(datagram);
        }
    }

    /// Behind those that are due at the same time.
    fn insert(&mut self, datagram: InTransit<A>) {
        let at = self.under_way.partition_point(|other| other.due <= datagram.due);
        self.under_way.insert(at, datagram);
    }

    /// When [`Link::leave`] has something to give; `u64::MAX` while nothing is under way.
    pub fn due_at(&self) -> u64 {
        let held = self.held.iter().map(|(_, datagram)| datagram.due);
        self.under_way
            .front()
            .map(|first| first.due)
            .into_iter()
            .chain(held)
            .min()
            .unwrap_or(u64::MAX)
    }

    /// What has come out by `now`, one at a time.
    pub fn leave(&mut self, now: u64) -> Option<InTransit<A>> {
        while let Some(index) = self.held.iter().position(|(_, datagram)| datagram.due <= now) {
            let (_, datagram) = self.held.swap_remove(index);
            self.insert(datagram);
        }
        if self.under_way.front()?.due <= now { self.under_way.pop_front() } else { None }
    }
}

/// Whose order it disturbs: an RTP stream's, else that of everything else (RFC 7983 §7, RFC 5761 §4).
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
