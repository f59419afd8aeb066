//! Packets of a stream that were received before (RFC 3711 §3.3.2), so that a copy of an authentic
//! packet changes nothing.

use crate::prefetch::prefetch;

/// The last `WORDS * 64` indices of a stream.
#[derive(Debug)]
pub struct ReplayWindow<const WORDS: usize> {
    highest: u64,
    /// One bit per index, by the index modulo the length of the window.
    seen: [u64; WORDS],
}

impl<const WORDS: usize> Default for ReplayWindow<WORDS> {
    fn default() -> Self {
        Self { highest: 0, seen: [0; WORDS] }
    }
}

impl<const WORDS: usize> ReplayWindow<WORDS> {
    const LEN: u64 = WORDS as u64 * 64;

    /// Requests what the next packet needs.
    pub fn prefetch(&self) {
        prefetch::<1, _>(&self.highest);
        prefetch::<1, _>(&self.seen[((self.highest + 1) / 64) as usize % WORDS]);
    }

    /// Notes the index of a packet that was authenticated. `false`: it was received before, or is
    /// older than the window.
    pub fn accept(&mut self, index: u64) -> bool {
        if index > self.highest {
            let ahead = (index - self.highest).min(Self::LEN);
            for skipped in index + 1 - ahead..index {
                *self.word(skipped) &= !bit(skipped);
            }
            *self.word(index) &= !bit(index);
            self.highest = index;
        } else if self.highest - index >= Self::LEN {
            return false;
        }
        let word = self.word(index);
        let is_new = *word & bit(index) == 0;
        *word |= bit(index);
        is_new
    }

    fn word(&mut self, index: u64) -> &mut u64 {
        &mut self.seen[(index / 64) as usize % WORDS]
    }
}

fn bit(index: u64) -> u64 {
    1 << (index % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_accepted_once_in_any_order() {
        let mut window = ReplayWindow::<2>::default();
        for index in [70_000, 70_002, 70_001, 70_126, 69_999] {
            assert!(window.accept(index), "{index}");
            assert!(!window.accept(index), "{index} again");
        }
    }

    #[test]
    fn what_is_older_than_the_window_is_rejected() {
        let mut window = ReplayWindow::<2>::default();
        assert!(window.accept(1_000));
        assert!(window.accept(1_000 - 127));
        assert!(!window.accept(1_000 - 128));
        assert!(window.accept(1_000_000));
        assert!(!window.accept(1_000));
        assert!(window.accept(1_000_000 - 127), "a jump leaves no bits of before");
    }

    #[test]
    fn agrees_with_a_set_of_all_indices() {
        let mut rng = fastrand::Rng::with_seed(11);
        let mut window = ReplayWindow::<2>::default();
        let (mut seen, mut highest) = (std::collections::HashSet::new(), 0_u64);
        for _ in 0..100_000 {
            let index = (highest + rng.u64(0..200)).saturating_sub(rng.u64(0..300));
            let expected = highest.saturating_sub(index) < 128 && seen.insert(index);
            assert_eq!(window.accept(index), expected, "{index} after {highest}");
            highest = highest.max(index);
        }
    }
}
