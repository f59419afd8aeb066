//! A bad access network, as one peer has it: every datagram passes a link on its way up and another on its way down.
//!
//! It is played here and not by the kernel, so that each of a thousand peers can have its own, without rights, on any system. What a link does
//! is part of what is measured: a datagram that it drops was lost, and one that it delays came when the link let it out.

mod jitter;
mod link;
mod losses;

pub use link::{InTransit, Link, LinkStats};

/// One way. Times in ns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkConfig {
    /// Share of datagrams, 0 to 1.
    pub loss: f64,
    /// Mean length of a run of losses; 1: each by itself.
    pub burst: f64,
    pub delay: u64,
    /// Mean of what comes on top of the delay.
    pub jitter: u64,
    /// Share of datagrams that come out behind the next of their stream, 0 to 0.5.
    pub reorder: f64,
    /// Bits a second.
    pub rate: Option<f64>,
    /// With a rate: who would wait longer for its turn is dropped.
    pub queue: u64,
}

impl LinkConfig {
    pub const PERFECT: Self =
        Self { loss: 0.0, burst: 1.0, delay: 0, jitter: 0, reorder: 0.0, rate: None, queue: 0 };

    fn does_nothing(&self) -> bool {
        Self { burst: 1.0, queue: 0, ..*self } == Self::PERFECT
    }
}

pub struct Impairment {
    pub up: Link,
    pub down: Link,
}

impl Impairment {
    /// `None` for one that would do nothing, so that it costs nothing. `seed`: the same loses the same datagrams. `now`: monotonic ns.
    pub fn new(up: LinkConfig, down: LinkConfig, seed: u64, now: u64) -> Option<Box<Self>> {
        if up.does_nothing() && down.does_nothing() {
            return None;
        }
        let mut rng = fastrand::Rng::with_seed(spread(seed));
        Some(Box::new(Self {
            up: Link::new(up, rng.fork(), now),
            down: Link::new(down, rng.fork(), now),
        }))
    }
}

/// Numbers that are next to each other are no longer: as seeds they would give first numbers that are next to each other, too.
fn spread(number: u64) -> u64 {
    // 2^64 divided by the golden ratio.
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    #[test]
    fn neighbours_lose_different_datagrams_and_each_way_others() {
        const MANY: u64 = 5000;
        let config = LinkConfig { loss: 0.2, ..LinkConfig::PERFECT };
        let lost = |link: &mut Link| -> Vec<bool> {
            let drop = |now| {
                link.enter(&[0; 20], SocketAddr::from(([127, 0, 0, 1], 1)), now, now);
                link.leave(now).is_none()
            };
            (0..MANY).map(drop).collect()
        };
        let mut seen: Vec<Vec<bool>> = Vec::new();
        for seed in 0..6 {
            let mut both = Impairment::new(config, config, seed, 0).unwrap();
            seen.extend([lost(&mut both.up), lost(&mut both.down)]);
        }
        for (i, one) in seen.iter().enumerate() {
            for other in &seen[..i] {
                let together = one.iter().zip(other).filter(|(a, b)| **a && **b).count() as f64;
                // 0.04 of 5,000, four deviations either way.
                assert!((together - 200.0).abs() < 56.0, "{together}");
            }
        }
    }

    #[test]
    fn what_would_do_nothing_is_none() {
        let idle = LinkConfig { burst: 9.0, queue: 7, ..LinkConfig::PERFECT };
        assert!(Impairment::new(idle, LinkConfig::PERFECT, 1, 0).is_none());
        assert!(
            Impairment::new(idle, LinkConfig { delay: 1, ..LinkConfig::PERFECT }, 1, 0).is_some()
        );
    }
}
