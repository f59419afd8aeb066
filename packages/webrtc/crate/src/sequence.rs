//! What came of a stream's sequence numbers: first time, by retransmission, twice, or not at all.

/// Sequence numbers remembered; at 3,000 packets/s (a 1080p burst) still most of a second.
const WINDOW: u64 = 4096;
/// A jump forward larger than this is a new start (a sender that changed its mind), not a loss.
const MAX_JUMP: u64 = 3000;

const FIRST_TIME: u8 = 1;
const RETRANSMITTED: u8 = 2;
const ASKED_FOR: u8 = 4;

/// How one packet fits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Newer than all before; `missing` sequence numbers were skipped.
    Next {
        missing: u64,
    },
    /// Older than the newest, and its first transmission.
    Late,
    /// A retransmission brought what was lost.
    Recovered,
    Duplicate,
    /// A fresh start: counting begins anew, earlier totals are kept.
    Restart,
    /// Too old to say, or a retransmission before anything else.
    Unknown,
}

/// Which transmission of its sequence number a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transmission {
    First,
    Again,
    /// Both come on one SSRC: again, if it was missing and had been asked for. So what the sender itself was late to get counts as recovered.
    Unsaid,
}

#[derive(Debug)]
pub struct SequenceTracker {
    flags: Box<[u8; WINDOW as usize]>,
    /// Extended sequence numbers (RFC 3550 A.1), starting one cycle up so that there is room below.
    base: u64,
    highest: Option<u64>,
    /// Totals of runs before a restart.
    expected_before: u64,
    first_time: u64,
    recovered: u64,
}

impl Default for SequenceTracker {
    fn default() -> Self {
        Self {
            flags: Box::new([0; WINDOW as usize]),
            base: 0,
            highest: None,
            expected_before: 0,
            first_time: 0,
            recovered: 0,
        }
    }
}

impl SequenceTracker {
    /// Extends `sequence` to the value nearest to the highest one seen; also tells the rollover counter that SRTP needs (RFC 3711 §3.3.1).
    pub fn extend(&self, sequence: u16) -> u64 {
        let Some(highest) = self.highest else { return (1 << 16) | sequence as u64 };
        let delta = sequence.wrapping_sub(highest as u16) as i16;
        highest.wrapping_add_signed(delta as i64)
    }

    pub fn arrived(&mut self, extended: u64, transmission: Transmission) -> Arrival {
        let retransmission = transmission == Transmission::Again;
        let Some(highest) = self.highest else {
            if retransmission {
                return Arrival::Unknown;
            }
            self.start(extended);
            return Arrival::Next { missing: 0 };
        };
        if extended > highest {
            if retransmission {
                return Arrival::Unknown; // a probe, or the original is still on its way
            }
            let missing = extended - highest - 1;
            if missing > MAX_JUMP {
                self.expected_before += highest - self.base + 1;
                self.start(extended);
                return Arrival::Restart;
            }
            for lost in highest + 1..extended {
                self.flags[(lost % WINDOW) as usize] = 0;
            }
            self.flags[(extended % WINDOW) as usize] = FIRST_TIME;
            self.highest = Some(extended);
            self.first_time += 1;
            return Arrival::Next { missing };
        }
        if extended < self.base || highest - extended >= WINDOW {
            return Arrival::Unknown;
        }
        let flags = &mut self.flags[(extended % WINDOW) as usize];
        let brought_again = match transmission {
            Transmission::First => false,
            Transmission::Again => true,
            Transmission::Unsaid => *flags & ASKED_FOR != 0 && *flags & FIRST_TIME == 0,
        };
        match (brought_again, *flags & FIRST_TIME != 0, *flags & RETRANSMITTED != 0) {
            (_, true, _) | (true, _, true) => Arrival::Duplicate,
            (true, false, false) => {
                *flags |= RETRANSMITTED;
                self.recovered += 1;
                Arrival::Recovered
            }
            (false, false, retransmitted) => {
                *flags |= FIRST_TIME;
                self.first_time += 1;
                if retransmitted {
                    self.recovered -= 1;
                    return Arrival::Duplicate;
                }
                Arrival::Late
            }
        }
    }

    fn start(&mut self, extended: u64) {
        self.flags.fill(0);
        self.flags[(extended % WINDOW) as usize] = FIRST_TIME;
        self.base = extended;
        self.highest = Some(extended);
        self.first_time += 1;
    }

    /// Remembers that `extended` was asked for again. Returns whether it was the first time.
    pub fn asked_for(&mut self, extended: u64) -> bool {
        let flags = &mut self.flags[(extended % WINDOW) as usize];
        let first = *flags & ASKED_FOR == 0;
        *flags |= ASKED_FOR;
        first
    }

    pub fn is_missing(&self, extended: u64) -> bool {
        self.highest.is_some_and(|highest| extended <= highest && highest - extended < WINDOW)
            && extended >= self.base
            && self.flags[(extended % WINDOW) as usize] & (FIRST_TIME | RETRANSMITTED) == 0
    }

    pub fn highest(&self) -> Option<u64> {
        self.highest
    }

    pub fn expected(&self) -> u64 {
        self.expected_before + self.highest.map_or(0, |highest| highest - self.base + 1)
    }

    /// Sequence numbers whose first transmission never came.
    pub fn lost_before_recovery(&self) -> u64 {
        self.expected() - self.first_time
    }

    pub fn recovered(&self) -> u64 {
        self.recovered
    }

    /// Sequence numbers that no transmission brought.
    pub fn lost(&self) -> u64 {
        self.lost_before_recovery() - self.recovered
    }
}

#[cfg(test)]
mod tests {
    use super::Transmission::{Again, First, Unsaid};
    use super::*;

    fn feed(sequences: &[u16]) -> SequenceTracker {
        let mut tracker = SequenceTracker::default();
        for &sequence in sequences {
            let extended = tracker.extend(sequence);
            tracker.arrived(extended, Unsaid);
        }
        tracker
    }

    #[test]
    fn nothing_is_lost_across_the_wrap() {
        let tracker = feed(&[65_534, 65_535, 0, 1]);
        assert_eq!((tracker.expected(), tracker.lost_before_recovery(), tracker.lost()), (4, 0, 0));
    }

    #[test]
    fn late_is_not_lost() {
        let mut tracker = feed(&[1, 2, 4]);
        assert_eq!(tracker.lost(), 1);
        let extended = tracker.extend(3);
        assert_eq!(tracker.arrived(extended, Unsaid), Arrival::Late);
        assert_eq!((tracker.lost(), tracker.lost_before_recovery()), (0, 0));
        assert_eq!(tracker.arrived(extended, Unsaid), Arrival::Duplicate);
    }

    #[test]
    fn rtx_recovers_but_the_first_loss_stays_told() {
        let mut tracker = feed(&[1, 2, 5]);
        let three = tracker.extend(3);
        assert_eq!(tracker.arrived(three, Again), Arrival::Recovered);
        assert_eq!(tracker.arrived(three, Again), Arrival::Duplicate);
        assert_eq!(
            (tracker.lost_before_recovery(), tracker.recovered(), tracker.lost()),
            (2, 1, 1)
        );
    }

    #[test]
    fn a_retransmission_on_the_same_ssrc_is_known_by_having_been_asked_for() {
        let mut tracker = feed(&[1, 3]);
        let two = tracker.extend(2);
        assert!(tracker.asked_for(two));
        assert!(!tracker.asked_for(two));
        assert_eq!(tracker.arrived(two, Unsaid), Arrival::Recovered);
        assert_eq!((tracker.lost_before_recovery(), tracker.lost()), (1, 0));
    }

    /// A server forwards what its publisher's uplink lost once it has got it: late, but on the downlink nothing was lost.
    #[test]
    fn where_retransmissions_have_an_ssrc_of_their_own_what_comes_late_was_not_lost() {
        let mut tracker = feed(&[1, 3]);
        let two = tracker.extend(2);
        tracker.asked_for(two);
        assert_eq!(tracker.arrived(two, First), Arrival::Late);
        assert_eq!(
            (tracker.lost_before_recovery(), tracker.recovered(), tracker.lost()),
            (0, 0, 0)
        );
    }

    #[test]
    fn an_original_that_arrives_after_its_retransmission_was_not_lost() {
        let mut tracker = feed(&[1, 3]);
        let two = tracker.extend(2);
        tracker.arrived(two, Again);
        assert_eq!(tracker.arrived(two, Unsaid), Arrival::Duplicate);
        assert_eq!(
            (tracker.lost_before_recovery(), tracker.recovered(), tracker.lost()),
            (0, 0, 0)
        );
    }

    #[test]
    fn a_large_jump_starts_anew_and_keeps_the_totals() {
        let mut tracker = feed(&[1, 3]);
        let far = tracker.extend(20_000);
        assert_eq!(tracker.arrived(far, Unsaid), Arrival::Restart);
        assert_eq!((tracker.expected(), tracker.lost()), (4, 1));
    }

    #[test]
    fn totals_add_up_whatever_comes() {
        let mut rng = fastrand::Rng::with_seed(3);
        for _ in 0..200 {
            let mut tracker = SequenceTracker::default();
            let mut sequence = rng.u16(..);
            for _ in 0..2000 {
                sequence = sequence.wrapping_add(rng.u16(0..4)).wrapping_sub(rng.u16(0..3));
                let extended = tracker.extend(sequence);
                if tracker.is_missing(extended) && rng.bool() {
                    tracker.asked_for(extended);
                }
                tracker.arrived(extended, [First, Again, Unsaid][rng.usize(0..3)]);
                assert!(tracker.lost() <= tracker.lost_before_recovery());
                assert!(tracker.lost_before_recovery() <= tracker.expected());
            }
        }
    }
}
