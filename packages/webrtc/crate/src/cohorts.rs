//! One-way latency by cohort: JavaScript numbers the streams that it aggregates.

use crate::error::PumpError;
use crate::sketch::{Binned, Sketch};

/// Cohorts are numbered from 0 to one less than this. Each that is used takes a sketch of 2 KiB.
pub const COHORTS: u32 = 4096;

/// Number of a cohort, below [`COHORTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cohort(u16);

impl TryFrom<u32> for Cohort {
    type Error = PumpError;

    fn try_from(number: u32) -> Result<Self, PumpError> {
        if number < COHORTS { Ok(Self(number as u16)) } else { Err(PumpError::Cohort(number)) }
    }
}

/// The distributions of one thread, or of all threads.
#[derive(Default)]
pub struct Latencies {
    by_cohort: Vec<Option<Sketch>>,
}

impl Latencies {
    /// Counts one latency for a cohort.
    pub fn add(&mut self, cohort: Cohort, latency: Binned) {
        self.sketch_mut(cohort.0 as usize).add(latency);
    }

    fn sketch_mut(&mut self, cohort: usize) -> &mut Sketch {
        if cohort >= self.by_cohort.len() {
            self.by_cohort.resize_with(cohort + 1, || None);
        }
        self.by_cohort[cohort].get_or_insert_default()
    }

    /// Adds `other`, and empties it.
    pub fn absorb(&mut self, other: &mut Self) {
        for (cohort, sketch) in other.by_cohort.iter_mut().enumerate() {
            if let Some(sketch) = sketch.as_mut().filter(|sketch| !sketch.is_empty()) {
                self.sketch_mut(cohort).absorb(sketch);
            }
        }
    }

    /// Numbers and distributions of cohorts that are not empty.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Sketch)> {
        let known = self.by_cohort.iter().enumerate();
        known
            .filter_map(|(cohort, sketch)| Some((cohort as u32, sketch.as_ref()?)))
            .filter(|(_, sketch)| !sketch.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cohort(number: u32) -> Cohort {
        Cohort::try_from(number).unwrap()
    }

    fn seen(latencies: &Latencies) -> Vec<(u32, u32)> {
        latencies.iter().map(|(cohort, sketch)| (cohort, sketch.bins().1.iter().sum())).collect()
    }

    #[test]
    fn each_cohort_has_its_own_distribution() {
        let mut latencies = Latencies::default();
        latencies.add(cohort(7), Binned::new(1.0));
        latencies.add(cohort(2), Binned::new(50.0));
        latencies.add(cohort(7), Binned::new(1.0));
        assert_eq!(seen(&latencies), [(2, 1), (7, 2)]);
    }

    #[test]
    fn absorbing_adds_threads_up_and_empties_them() {
        let (mut all, mut one, mut two) =
            (Latencies::default(), Latencies::default(), Latencies::default());
        one.add(cohort(0), Binned::new(3.0));
        one.add(cohort(4095), Binned::new(3.0));
        two.add(cohort(4095), Binned::new(9.0));
        all.absorb(&mut one);
        all.absorb(&mut two);
        assert_eq!(seen(&all), [(0, 1), (4095, 2)]);
        assert_eq!(seen(&one), []);
        let mut next = Latencies::default();
        next.absorb(&mut one);
        assert_eq!(seen(&next), []);
    }

    #[test]
    fn numbers_are_limited() {
        assert!(Cohort::try_from(COHORTS - 1).is_ok());
        let error = Cohort::try_from(COHORTS).unwrap_err();
        assert_eq!(error.to_string(), "a cohort is 0 to 4095, not 4096");
    }
}
