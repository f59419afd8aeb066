//! Losses of a link.

use fastrand::Rng;

/// The Gilbert model: in the bad state every datagram is lost, in the good state none. (Gilbert,
/// Capacity of a Burst-Noise Channel, 1960.)
pub(super) enum LossModel {
    Independent { rate: f64 },
    Bursts { begin: f64, end: f64, bad: bool },
}

impl LossModel {
    /// `rate`: share of all datagrams that are lost; `burst`: mean length of a run of losses, 1 for
    /// independent losses.
    pub(super) fn new(rate: f64, burst: f64, rng: &mut Rng) -> Self {
        if burst <= 1.0 || rate <= 0.0 || rate >= 1.0 {
            return Self::Independent { rate };
        }
        // The bad state ends with probability 1 / burst, and begins so often that the share of
        // datagrams in it is the rate: begin / (begin + end) = rate.
        let end = 1.0 / burst;
        Self::Bursts { begin: (rate * end / (1.0 - rate)).min(1.0), end, bad: rng.f64() < rate }
    }

    /// Returns true if the next datagram is lost.
    pub(super) fn next(&mut self, rng: &mut Rng) -> bool {
        match self {
            Self::Independent { rate } => *rate > 0.0 && rng.f64() < *rate,
            Self::Bursts { begin, end, bad } => {
                let lost = *bad;
                let turns = rng.f64() < if lost { *end } else { *begin };
                *bad = lost != turns;
                lost
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: usize = 200_000;

    fn drawn(rate: f64, burst: f64, seed: u64) -> Vec<bool> {
        let mut rng = Rng::with_seed(seed);
        let mut losses = LossModel::new(rate, burst, &mut rng);
        (0..MANY).map(|_| losses.next(&mut rng)).collect()
    }

    fn share(lost: &[bool]) -> f64 {
        lost.iter().filter(|lost| **lost).count() as f64 / lost.len() as f64
    }

    fn mean_run(lost: &[bool]) -> f64 {
        let begins = lost.windows(2).filter(|pair| !pair[0] && pair[1]).count() + lost[0] as usize;
        lost.iter().filter(|lost| **lost).count() as f64 / begins as f64
    }

    #[test]
    fn the_rate_is_within_four_standard_deviations_of_a_binomial() {
        for rate in [0.001, 0.02, 0.05, 0.3, 0.9] {
            let seen = share(&drawn(rate, 1.0, 7));
            let deviation = (rate * (1.0 - rate) / MANY as f64).sqrt();
            assert!((seen - rate).abs() < 4.0 * deviation, "{rate}: {seen}");
        }
    }

    #[test]
    fn independent_losses_have_runs_of_geometric_length() {
        assert!((mean_run(&drawn(0.3, 1.0, 3)) - 1.0 / 0.7).abs() < 0.02);
    }

    #[test]
    fn bursts_keep_the_rate_and_the_configured_length() {
        for (rate, burst) in [(0.01, 4.0), (0.05, 3.0), (0.2, 1.5), (0.5, 10.0), (0.9, 9.0)] {
            let lost = drawn(rate, burst, 11);
            let (seen, length) = (share(&lost), mean_run(&lost));
            // Fewer independent events than datagrams: the bounds follow from the number of bursts.
            let bursts = MANY as f64 * rate / burst;
            let bound = 6.0 / bursts.sqrt();
            assert!((seen / rate - 1.0).abs() < bound, "{rate} {burst}: {seen}");
            assert!((length / burst - 1.0).abs() < bound, "{rate} {burst}: {length}");
        }
    }

    #[test]
    fn rates_of_zero_and_one_are_exact() {
        assert_eq!(share(&drawn(0.0, 1.0, 1)), 0.0);
        assert_eq!(share(&drawn(0.0, 5.0, 1)), 0.0);
        assert_eq!(share(&drawn(1.0, 1.0, 1)), 1.0);
        assert_eq!(share(&drawn(1.0, 5.0, 1)), 1.0);
    }

    #[test]
    fn the_same_seed_loses_the_same() {
        assert_eq!(drawn(0.05, 3.0, 5), drawn(0.05, 3.0, 5));
        assert_ne!(drawn(0.05, 3.0, 5), drawn(0.05, 3.0, 6));
    }
}
