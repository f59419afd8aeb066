//! The links that packets go through: one for each way of each conversation, or one each way for all of them.

use std::collections::HashMap;

use fastrand::Rng;

use crate::impairment::{Link, LinkConfig, LinkStats};
use crate::packet::{self, Flow};

/// A conversation that said nothing for so long is over, ns.
const FORGOTTEN_AFTER: u64 = 60_000_000_000;

struct Way {
    /// What it holds are the kernel's ids of packets.
    link: Link<u32>,
    last_used: u64,
}

pub struct Flows {
    config: LinkConfig,
    shared: bool,
    rng: Rng,
    ways: HashMap<Flow, Way>,
    /// Of ways that are forgotten.
    past: LinkStats,
}

impl Flows {
    pub fn new(config: LinkConfig, shared: bool, seed: u64) -> Self {
        Self {
            config,
            shared,
            rng: Rng::with_seed(seed),
            ways: HashMap::new(),
            past: LinkStats::default(),
        }
    }

    /// Takes a packet at `now`, monotonic ns. False: it is lost.
    #[must_use]
    pub fn enter(&mut self, id: u32, bytes: &[u8], leaving: bool, now: u64) -> bool {
        let (flow, payload) = packet::read(bytes, leaving);
        let key = if self.shared { flow.shared() } else { flow };
        let way = self.ways.entry(key).or_insert_with(|| Way {
            link: Link::new(self.config, self.rng.fork(), now),
            last_used: now,
        });
        way.last_used = now;
        let before = way.link.stats.dropped;
        way.link.enter(payload, id, now, now);
        way.link.stats.dropped == before
    }

    /// When [`Flows::leave`] has something to give; `u64::MAX` while nothing is under way.
    pub fn due_at(&self) -> u64 {
        self.ways.values().map(|way| way.link.due_at()).min().unwrap_or(u64::MAX)
    }

    /// The ids of packets that have come out by `now`, in their order on each link.
    pub fn leave(&mut self, now: u64, mut pass: impl FnMut(u32)) {
        for way in self.ways.values_mut() {
            while let Some(packet) = way.link.leave(now) {
                pass(packet.address);
            }
        }
    }

    pub fn forget(&mut self, now: u64) {
        self.ways.retain(|_, way| {
            let stays = now.saturating_sub(way.last_used) < FORGOTTEN_AFTER
                || way.link.due_at() != u64::MAX;
            if !stays {
                self.past.datagrams += way.link.stats.datagrams;
                self.past.dropped += way.link.stats.dropped;
            }
            stays
        });
    }

    /// Of all that have ever been.
    pub fn stats(&self) -> LinkStats {
        self.ways.values().fold(self.past, |sum, way| LinkStats {
            datagrams: sum.datagrams + way.link.stats.datagrams,
            dropped: sum.dropped + way.link.stats.dropped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn packet(port: u8) -> Vec<u8> {
        let mut bytes = vec![
            0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2, 0, port, 0, 9, 0,
            0, 0, 0,
        ];
        bytes.extend([0; 97]);
        bytes
    }

    fn out(flows: &mut Flows, now: u64) -> Vec<u32> {
        let mut ids = Vec::new();
        flows.leave(now, |id| ids.push(id));
        ids.sort_unstable();
        ids
    }

    #[test]
    fn packets_come_out_when_their_delay_is_over() {
        let mut flows =
            Flows::new(LinkConfig { delay: 50 * MS, ..LinkConfig::UNIMPAIRED }, false, 1);
        assert_eq!(flows.due_at(), u64::MAX);
        assert!(flows.enter(7, &packet(1), false, 0));
        assert!(flows.enter(8, &packet(2), true, 10 * MS));
        assert_eq!(flows.due_at(), 50 * MS);
        assert_eq!(out(&mut flows, 49 * MS), []);
        assert_eq!(out(&mut flows, 60 * MS), [7, 8]);
    }

    #[test]
    fn each_has_the_rate_for_itself_unless_it_is_shared() {
        // 125 bytes with headers: 10 ms each.
        let config =
            LinkConfig { rate: Some(100_000.0), queue: 1_000 * MS, ..LinkConfig::UNIMPAIRED };
        let finished = |shared| {
            let mut flows = Flows::new(config, shared, 1);
            for port in 0..4 {
                assert!(flows.enter(u32::from(port), &packet(port), false, 0));
            }
            out(&mut flows, 11 * MS).len()
        };
        assert_eq!(finished(false), 4);
        assert_eq!(finished(true), 1);
    }

    #[test]
    fn what_is_lost_is_said_and_counted_even_when_its_conversation_is_forgotten() {
        let mut flows = Flows::new(LinkConfig { loss: 1.0, ..LinkConfig::UNIMPAIRED }, false, 1);
        assert!(!flows.enter(1, &packet(1), false, 0));
        flows.forget(FORGOTTEN_AFTER + 1);
        assert_eq!(flows.ways.len(), 0);
        assert_eq!(flows.stats(), LinkStats { datagrams: 1, dropped: 1 });
    }
}
