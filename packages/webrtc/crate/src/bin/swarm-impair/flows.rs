//! The links that packets pass: one per direction of each flow, or one per direction for all flows.

use std::collections::HashMap;

use fastrand::Rng;

use crate::impairment::{Link, LinkConfig, LinkStats};
use crate::packet::{self, Flow};

/// A flow without packets for this long has ended, ns.
const IDLE_TIMEOUT: u64 = 60_000_000_000;

struct Direction {
    /// Link of this direction. Datagrams on it are identified by the packet ids of the kernel.
    link: Link<u32>,
    last_used: u64,
}

pub(crate) struct Flows {
    config: LinkConfig,
    shared: bool,
    rng: Rng,
    directions: HashMap<Flow, Direction>,
    /// Counters of flows that have ended.
    past: LinkStats,
}

impl Flows {
    pub(crate) fn new(config: LinkConfig, shared: bool, seed: u64) -> Self {
        Self {
            config,
            shared,
            rng: Rng::with_seed(seed),
            directions: HashMap::new(),
            past: LinkStats::default(),
        }
    }

    /// Takes a packet at `now`, monotonic ns. Returns whether it passes, now or later.
    #[must_use]
    pub(crate) fn enter(&mut self, id: u32, bytes: &[u8], outbound: bool, now: u64) -> bool {
        let (flow, payload) = packet::read(bytes, outbound);
        let key = if self.shared { flow.shared() } else { flow };
        let direction = self.directions.entry(key).or_insert_with(|| Direction {
            link: Link::new(self.config, self.rng.fork(), now),
            last_used: now,
        });
        direction.last_used = now;
        let before = direction.link.stats.dropped;
        direction.link.enter(payload, id, now, now);
        direction.link.stats.dropped == before
    }

    /// Time at which [`Flows::leave`] has something, monotonic ns; `u64::MAX` for empty links.
    pub(crate) fn due_at(&self) -> u64 {
        self.directions.values().map(|direction| direction.link.due_at()).min().unwrap_or(u64::MAX)
    }

    /// Calls `pass` with the packets that have left their link by `now`, in order for each link.
    pub(crate) fn leave(&mut self, now: u64, mut pass: impl FnMut(u32)) {
        for direction in self.directions.values_mut() {
            while let Some(packet) = direction.link.leave(now) {
                pass(packet.address);
            }
        }
    }

    pub(crate) fn expire(&mut self, now: u64) {
        self.directions.retain(|_, direction| {
            let is_active = now.saturating_sub(direction.last_used) < IDLE_TIMEOUT
                || direction.link.due_at() != u64::MAX;
            if !is_active {
                self.past.datagrams += direction.link.stats.datagrams;
                self.past.dropped += direction.link.stats.dropped;
            }
            is_active
        });
    }

    /// Counters of all flows, ended ones included.
    pub(crate) fn stats(&self) -> LinkStats {
        self.directions.values().fold(self.past, |sum, direction| LinkStats {
            datagrams: sum.datagrams + direction.link.stats.datagrams,
            dropped: sum.dropped + direction.link.stats.dropped,
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
    fn packets_leave_when_their_delay_is_over() {
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
    fn each_flow_has_the_rate_for_itself_unless_it_is_shared() {
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
    fn a_lost_packet_is_counted_even_after_its_flow_has_ended() {
        let mut flows = Flows::new(LinkConfig { loss: 1.0, ..LinkConfig::UNIMPAIRED }, false, 1);
        assert!(!flows.enter(1, &packet(1), false, 0));
        flows.expire(IDLE_TIMEOUT + 1);
        assert_eq!(flows.directions.len(), 0);
        assert_eq!(flows.stats(), LinkStats { datagrams: 1, dropped: 1 });
    }
}
