//! One-way latency by cohort: whatever JavaScript counts together, each with a small number.

use crate::sketch::{Binned, Sketch};

/// Of numbers, which begin at 0; keep in step with `COHORTS` in TypeScript. A sketch of 2 KiB is made for each that is used.
pub const COHORTS: u32 = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cohort(u16);

impl TryFrom<u32> for Cohort {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        if number < COHORTS {
            Ok(Self(number as u16))
        } else {
            Err(format!("a cohort is 0 to {}, not {number}", COHORTS - 1))
        }
    }
}

/// The distributions of one thread, or of all.
#[derive(Default)]
pub struct Latencies {
    by_cohort: Vec<Option<Sketch>>,
}

impl Latencies {
    pub fn add(&mut self, cohort: Cohort, latency: Binned) {
        self.of(cohort.0 as usize).add(latency);
    }

    fn of(&mut self, cohort: usize) -> &mut Sketch {
        if cohort >= self.by_cohort.len() {
            self.by_cohort.resize_with(cohort + 1, || None);
        }
        self.by_cohort[cohort].get_or_insert_default()
    }

    /// Adds `other`, then empties it.
    pub fn absorb(&mut self, other: &mut Self) {
        for (cohort, sketch) in other.by_cohort.iter_mut().enumerate() {
            if let Some(sketch) = sketch.as_mut().filter(|sketch| !sketch.is_empty()) {
                self.of(cohort).absorb(sketch);
            }
        }
    }

    /// Those that are not empty, by number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Sketch)> {
        let known = self
            .by_cohort
            .iter()
            .enumerate()
            .filter_map(|(cohort, sketch)| Some((cohort as u32, sketch.as_ref()?)));
        known.filter(|(_, sketch)| !sketch.is_empty())
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
    fn each_cohort_has_its_own() {
        let mut latencies = Latencies::default();
        latencies.add(cohort(7), Binned::new(1.0));
        latencies.add(cohort(2), Binned::new(50.0));
        latencies.add(cohort(7), Binned::new(1.0));
        assert_eq!(seen(&latencies), [(2, 1), (7, 2)]);
    }

    #[test]
    fn threads_add_up_and_begin_anew() {
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
    fn only_so_many() {
        assert!(Cohort::try_from(COHORTS - 1).is_ok());
        assert_eq!(Cohort::try_from(COHORTS).unwrap_err(), "a cohort is 0 to 4095, not 4096");
    }
}
