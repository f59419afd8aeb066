//! The variable part of the delay of a link.

use fastrand::Rng;

use super::mix_seed;

/// Time for which a drawn delay holds, ns. Delays change by time and not by datagram: a delay also
/// applies to the neighbours of a datagram, so that the packets of a frame stay together, and the
/// delay of a busy peer varies no more than that of an idle one.
const PERIOD: u64 = 20_000_000;
/// An exponentially distributed delay. The mean difference of two draws is their mean: packets 20
/// ms apart have it as their interarrival jitter (RFC 3550 §6.4.1).
pub(super) struct Jitter {
    mean: f64,
    seed: u64,
    /// Start of the first period, which differs between peers.
    zero: u64,
    period: u64,
    wait: u64,
}

impl Jitter {
    pub(super) fn new(mean: u64, mut rng: Rng, now: u64) -> Self {
        let zero = now.saturating_sub(rng.u64(0..PERIOD));
        Self { mean: mean as f64, seed: rng.u64(..), zero, period: u64::MAX, wait: 0 }
    }

    /// The delay of a datagram that enters at `now`, ns.
    pub(super) fn wait(&mut self, now: u64) -> u64 {
        if self.mean == 0.0 {
            return 0;
        }
        let period = now.saturating_sub(self.zero) / PERIOD;
        if period != self.period {
            // Seeded by the number of the period: the same whether or not there were datagrams
            // before.
            let mut rng = Rng::with_seed(self.seed ^ mix_seed(period));
            self.period = period;
            self.wait = (-(1.0 - rng.f64()).ln() * self.mean) as u64;
        }
        self.wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn audio_has_it_as_interarrival_jitter() {
        for seed in 0..10 {
            let mut jitter = Jitter::new(10 * MS, Rng::with_seed(seed), 0);
            let waits: Vec<f64> =
                (0..20_000).map(|i| jitter.wait(i * 20 * MS) as f64 / MS as f64).collect();
            let mean = waits.iter().sum::<f64>() / waits.len() as f64;
            let change = waits.windows(2).map(|pair| (pair[0] - pair[1]).abs()).sum::<f64>()
                / (waits.len() - 1) as f64;
            assert!((mean - 10.0).abs() < 0.3, "{seed}: {mean}");
            assert!((change - 10.0).abs() < 0.35, "{seed}: {change}");
        }
    }

    #[test]
    fn datagrams_of_one_period_have_one_delay() {
        let mut jitter = Jitter::new(30 * MS, Rng::with_seed(2), 0);
        let waits: Vec<u64> = (0..10_000).map(|i| jitter.wait(i * MS / 10)).collect();
        let changes = waits.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert_eq!(changes, 49);
    }

    #[test]
    fn pauses_do_not_change_later_delays() {
        let (mut steady, mut pausing) =
            (Jitter::new(MS, Rng::with_seed(3), 5), Jitter::new(MS, Rng::with_seed(3), 5));
        for i in 0..100 {
            steady.wait(i * 20 * MS);
        }
        assert_eq!(steady.wait(2000 * MS), pausing.wait(2000 * MS));
    }
}
