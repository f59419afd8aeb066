//! An impaired access network of one peer: every datagram passes one link up and another link down.
//!
//! It is emulated here and not by the kernel (`tc netem`), so that each of a thousand peers can
//! have its own, without privileges, on any system. What a link does is part of what is measured: a
//! datagram that it drops was lost, and one that it delays arrived when it left the link.

mod jitter;
mod link;
mod loss_model;

use std::net::SocketAddr;

pub use link::{InTransit, Link, LinkStats};

/// A link that cannot exist.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// A value outside of its limits.
    #[error("{field} of a link is {min} to {max}, not {value}")]
    OutOfRange {
        /// Name of the option.
        field: &'static str,
        /// Smallest value allowed.
        min: f64,
        /// Largest value allowed.
        max: f64,
        /// The value given.
        value: f64,
    },
    /// Between two runs of losses there must be a datagram that is not lost.
    #[error("runs of {burst} losses cannot add up to a loss of {loss}")]
    BurstTooShort {
        /// Mean length of a run.
        burst: f64,
        /// Share of datagrams that are lost.
        loss: f64,
    },
}

/// Settings of one direction. Times are in ns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkConfig {
    /// Share of datagrams, 0 to 1.
    pub loss: f64,
    /// Mean length of a run of losses; 1: independent losses.
    pub burst: f64,
    /// Delay of all datagrams.
    pub delay: u64,
    /// Mean of the variable part of the delay, which is exponentially distributed.
    pub jitter: u64,
    /// Share of datagrams that leave behind the next one of their stream, 0 to 0.5.
    pub reorder: f64,
    /// Rate with IP and UDP headers, bit/s; `None`: no limit.
    pub rate: Option<f64>,
    /// Longest wait in the queue of a link with a rate: datagrams that would wait longer are
    /// dropped.
    pub queue: u64,
}

impl LinkConfig {
    /// A link that changes nothing.
    pub const UNIMPAIRED: Self =
        Self { loss: 0.0, burst: 1.0, delay: 0, jitter: 0, reorder: 0.0, rate: None, queue: 0 };

    fn is_transparent(&self) -> bool {
        Self { burst: 1.0, queue: 0, ..*self } == Self::UNIMPAIRED
    }
}

/// The links of one peer. `A`: how it identifies the remote of a datagram.
pub struct Impairment<A = SocketAddr> {
    /// Link from the peer.
    pub up: Link<A>,
    /// Link to the peer.
    pub down: Link<A>,
}

impl<A> Impairment<A> {
    /// `None` for links that change nothing, so that these cost nothing. The same `seed` drops the
    /// same datagrams. `now`: monotonic ns.
    pub fn new(up: LinkConfig, down: LinkConfig, seed: u64, now: u64) -> Option<Box<Self>> {
        if up.is_transparent() && down.is_transparent() {
            return None;
        }
        let mut rng = fastrand::Rng::with_seed(mix_seed(seed));
        Some(Box::new(Self {
            up: Link::new(up, rng.fork(), now),
            down: Link::new(down, rng.fork(), now),
        }))
    }
}

/// Spreads consecutive numbers: as seeds of the generator they would give similar first numbers.
fn mix_seed(number: u64) -> u64 {
    // 2^64 divided by the golden ratio.
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_seeds_and_both_directions_lose_different_datagrams() {
        const MANY: u64 = 5000;
        let config = LinkConfig { loss: 0.2, ..LinkConfig::UNIMPAIRED };
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
    fn an_impairment_that_changes_nothing_is_none() {
        let idle = LinkConfig { burst: 9.0, queue: 7, ..LinkConfig::UNIMPAIRED };
        assert!(Impairment::<()>::new(idle, LinkConfig::UNIMPAIRED, 1, 0).is_none());
        assert!(
            Impairment::<()>::new(idle, LinkConfig { delay: 1, ..LinkConfig::UNIMPAIRED }, 1, 0)
                .is_some()
        );
    }
}
