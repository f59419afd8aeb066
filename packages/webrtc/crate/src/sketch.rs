//! A DDSketch (Masson et al., VLDB 2019) of 2 % relative error, in milliseconds. Sketches merge by
//! adding bins, over threads, processes and time.
//!
//! It is our own because of two requirements that `sketches-ddsketch` and others do not meet. It is
//! on the path of every received packet: bins are a fixed array, so that counting never allocates,
//! and the logarithm of a value is taken once for all sketches that count it ([`Binned`]). And its
//! bins are added to those of `@datadog/sketches-js` in JavaScript: keys must be the same there,
//! i.e. bin k holds (γ^(k-1), γ^k].

use crate::prefetch::prefetch;

/// γ = (1 + α) / (1 − α) with the relative error α = 0.02. JavaScript derives the same number from
/// `RELATIVE_ACCURACY`; a test compares them.
pub const GAMMA: f64 = 1.02 / 0.98;
const MIN_KEY: i32 = -173; // about 0.001 ms
const MAX_KEY: i32 = 346; // about 1,000 s
const BINS: usize = (MAX_KEY - MIN_KEY + 1) as usize;
/// Values at or below this count as zero, ms.
const ZERO_BELOW: f64 = 0.001;

/// A value and its bin. The logarithm is the costliest part of counting, so it is taken only once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Binned {
    /// The value.
    pub ms: f64,
    /// `None` for what counts as zero.
    bin: Option<u16>,
}

impl Binned {
    /// Finds the bin of a value; values outside of the range are in the outermost bins.
    pub fn new(ms: f64) -> Self {
        let key = |ms: f64| ((ms.ln() / GAMMA.ln()).ceil() as i32).clamp(MIN_KEY, MAX_KEY);
        Self { ms, bin: (ms > ZERO_BELOW).then(|| (key(ms) - MIN_KEY) as u16) }
    }
}

/// A distribution of milliseconds.
#[derive(Clone)]
pub struct Sketch {
    counts: Box<[u32; BINS]>,
    /// The bin of the last value: the next is likely to be near.
    last_bin: u16,
    /// Values that count as zero.
    pub zeros: u32,
    max: f64,
}

impl Default for Sketch {
    fn default() -> Self {
        Self { counts: Box::new([0; BINS]), last_bin: 0, zeros: 0, max: f64::NAN }
    }
}

impl Sketch {
    /// Counts one value.
    pub fn add(&mut self, value: Binned) {
        if self.max.is_nan() || value.ms > self.max {
            self.max = value.ms;
        }
        match value.bin {
            None => self.zeros += 1,
            Some(bin) => {
                self.counts[bin as usize] += 1;
                self.last_bin = bin;
            }
        }
    }

    /// Requests what the next value probably needs.
    pub fn prefetch(&self) {
        prefetch::<1, _>(&self.counts[self.last_bin as usize]);
    }

    /// The largest value, ms; NaN without any.
    pub fn max(&self) -> f64 {
        self.max
    }

    /// Returns true if nothing has been counted.
    pub fn is_empty(&self) -> bool {
        self.max.is_nan()
    }

    /// The value at rank `q` (0 to 1), ms, within 2 %; NaN without samples.
    pub fn quantile(&self, q: f64) -> f64 {
        let total = self.zeros as u64 + self.counts.iter().map(|&c| c as u64).sum::<u64>();
        if total == 0 {
            return f64::NAN;
        }
        let rank = (q * (total - 1) as f64).floor() as u64;
        let mut seen = self.zeros as u64;
        if seen > rank {
            return 0.0;
        }
        for (i, &count) in self.counts.iter().enumerate() {
            seen += count as u64;
            if seen > rank {
                // The middle of the bin in the sense of relative error.
                return 2.0 * GAMMA.powi(i as i32 + MIN_KEY) / (GAMMA + 1.0);
            }
        }
        self.max
    }

    /// Adds `other`, and empties it.
    pub fn absorb(&mut self, other: &mut Sketch) {
        for (a, b) in self.counts.iter_mut().zip(other.counts.iter_mut()) {
            *a += std::mem::take(b);
        }
        self.zeros += std::mem::take(&mut other.zeros);
        if self.max.is_nan() || other.max > self.max {
            self.max = other.max;
        }
        other.max = f64::NAN;
    }

    /// Keys and counts of the bins that are not empty.
    pub fn bins(&self) -> (Vec<i32>, Vec<u32>) {
        self.counts
            .iter()
            .enumerate()
            .filter(|&(_, &count)| count > 0)
            .map(|(i, &count)| (i as i32 + MIN_KEY, count))
            .unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_two_percent() {
        let mut sketch = Sketch::default();
        for i in 1..=10_000 {
            sketch.add(Binned::new(i as f64 / 10.0));
        }
        for q in [0.01, 0.5, 0.95, 0.99] {
            let exact = q * 1000.0;
            assert!(
                (sketch.quantile(q) / exact - 1.0).abs() < 0.021,
                "q{q}: {}",
                sketch.quantile(q)
            );
        }
        assert_eq!(sketch.max(), 1000.0);
    }

    #[test]
    fn extremes_stay_in_the_outer_bins() {
        let mut sketch = Sketch::default();
        for ms in [-5.0, 0.0, 1e-9, 1e12] {
            sketch.add(Binned::new(ms));
        }
        assert_eq!(sketch.zeros, 3);
        assert_eq!(sketch.bins(), (vec![MAX_KEY], vec![1]));
    }

    #[test]
    fn absorbing_empties_the_source() {
        let (mut a, mut b) = (Sketch::default(), Sketch::default());
        b.add(Binned::new(7.0));
        a.absorb(&mut b);
        assert_eq!(b.bins().0.len(), 0);
        assert!((a.quantile(0.5) - 7.0).abs() < 0.15);
        assert_eq!(a.max(), 7.0);
    }
}
