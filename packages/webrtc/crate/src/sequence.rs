//! Sequence numbers of a stream: received, recovered by retransmission, duplicated or lost.

use crate::prefetch::prefetch;

/// Sequence numbers that are remembered: more than a second at 3,000 packets/s (a burst of 1080p).
const WINDOW: u64 = 4096;
/// A larger jump forward is a restart of the sender, not a loss.
const MAX_JUMP: u64 = 3000;

const ORIGINAL: u8 = 1;
const RETRANSMITTED: u8 = 2;
const NACKED: u8 = 4;

/// Relation of a packet to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Newer than all before.
    Next {
        /// Sequence numbers that were skipped.
        missing: u64,
    },
    /// Older than the newest, and an original transmission.
    OutOfOrder,
    /// A retransmission of a lost packet.
    Recovered,
    /// Received before.
    Duplicate,
    /// The sender restarted: the sequence begins again, totals are kept.
    Restart,
    /// Too old to be classified, or a retransmission before any original.
    Unknown,
}

/// Transmission of its sequence number that a packet is, as far as the stream shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transmission {
    /// The first one: retransmissions have an SSRC of their own.
    Original,
    /// A retransmission: it arrived on the RTX stream.
    Retransmission,
    /// Either: both arrive on one SSRC. It counts as a retransmission if it was missing and a NACK
    /// had asked for it, so a packet that the sender itself received late counts as recovered.
    Unmarked,
}

/// The sequence numbers of one stream. Extended sequence numbers (RFC 3550 A.1) start at cycle one,
/// so that there is room below the first.
#[derive(Debug)]
pub struct SequenceTracker {
    flags: Box<[u8; WINDOW as usize]>,
    /// Extended sequence number of the first packet since the last restart.
    base: u64,
    highest: Option<u64>,
    /// Packets expected before the last restart.
    expected_before: u64,
    originals: u64,
    recovered: u64,
}

impl Default for SequenceTracker {
    fn default() -> Self {
        Self {
            flags: Box::new([0; WINDOW as usize]),
            base: 0,
            highest: None,
            expected_before: 0,
            originals: 0,
            recovered: 0,
        }
    }
}

impl SequenceTracker {
    /// Extends `sequence` to the value nearest to the highest one received. The upper part gives
    /// the rollover counter of SRTP (RFC 3711 §3.3.1).
    pub fn extend(&self, sequence: u16) -> u64 {
        let Some(highest) = self.highest else { return (1 << 16) | sequence as u64 };
        let delta = sequence.wrapping_sub(highest as u16) as i16;
        highest.wrapping_add_signed(delta as i64)
    }

    /// Requests what the next packet needs.
    pub fn prefetch(&self) {
        let next = self.highest.unwrap_or_default() + 1;
        prefetch::<1, _>(&self.flags[(next % WINDOW) as usize]);
    }

    /// Counts a packet with an extended sequence number.
    pub fn on_packet(&mut self, extended: u64, transmission: Transmission) -> Arrival {
        let retransmission = transmission == Transmission::Retransmission;
        let Some(highest) = self.highest else {
            if retransmission {
                return Arrival::Unknown;
            }
            self.start(extended);
            return Arrival::Next { missing: 0 };
        };
        if extended > highest {
            if retransmission {
                return Arrival::Unknown; // a bandwidth probe, or the original is still in flight
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
            self.flags[(extended % WINDOW) as usize] = ORIGINAL;
            self.highest = Some(extended);
            self.originals += 1;
            return Arrival::Next { missing };
        }
        if extended < self.base || highest - extended >= WINDOW {
            return Arrival::Unknown;
        }
        let flags = &mut self.flags[(extended % WINDOW) as usize];
        let retransmitted_now = match transmission {
            Transmission::Original => false,
            Transmission::Retransmission => true,
            Transmission::Unmarked => *flags & NACKED != 0 && *flags & ORIGINAL == 0,
        };
        match (retransmitted_now, *flags & ORIGINAL != 0, *flags & RETRANSMITTED != 0) {
            (_, true, _) | (true, _, true) => Arrival::Duplicate,
            (true, false, false) => {
                *flags |= RETRANSMITTED;
                self.recovered += 1;
                Arrival::Recovered
            }
            (false, false, retransmitted) => {
                *flags |= ORIGINAL;
                self.originals += 1;
                if retransmitted {
                    self.recovered -= 1;
                    return Arrival::Duplicate;
                }
                Arrival::OutOfOrder
            }
        }
    }

    fn start(&mut self, extended: u64) {
        self.flags.fill(0);
        self.flags[(extended % WINDOW) as usize] = ORIGINAL;
        self.base = extended;
        self.highest = Some(extended);
        self.originals += 1;
    }

    /// Notes that a NACK asked for `extended`, and returns whether it was the first time.
    pub fn mark_nacked(&mut self, extended: u64) -> bool {
        let flags = &mut self.flags[(extended % WINDOW) as usize];
        let first = *flags & NACKED == 0;
        *flags |= NACKED;
        first
    }

    /// Returns true if no transmission of `extended` has arrived.
    pub fn is_missing(&self, extended: u64) -> bool {
        self.highest.is_some_and(|highest| extended <= highest && highest - extended < WINDOW)
            && extended >= self.base
            && self.flags[(extended % WINDOW) as usize] & (ORIGINAL | RETRANSMITTED) == 0
    }

    /// The highest extended sequence number; `None` until the first packet.
    pub fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// Packets expected (RFC 3550 A.3).
    pub fn expected(&self) -> u64 {
        self.expected_before + self.highest.map_or(0, |highest| highest - self.base + 1)
    }

    /// Sequence numbers whose original transmission has not arrived.
    pub fn lost_before_recovery(&self) -> u64 {
        self.expected() - self.originals
    }

    /// Sequence numbers that a retransmission recovered.
    pub fn recovered(&self) -> u64 {
        self.recovered
    }

    /// Sequence numbers of which no transmission has arrived.
    pub fn lost(&self) -> u64 {
        self.lost_before_recovery() - self.recovered
    }
}

#[cfg(test)]
mod tests {
    use super::Transmission::{Original, Retransmission, Unmarked};
    use super::*;

    fn feed(sequences: &[u16]) -> SequenceTracker {
        let mut tracker = SequenceTracker::default();
        for &sequence in sequences {
            let extended = tracker.extend(sequence);
            tracker.on_packet(extended, Unmarked);
        }
        tracker
    }

    #[test]
    fn nothing_is_lost_across_the_wrap() {
        let tracker = feed(&[65_534, 65_535, 0, 1]);
        assert_eq!((tracker.expected(), tracker.lost_before_recovery(), tracker.lost()), (4, 0, 0));
    }

    #[test]
    fn a_late_packet_is_not_lost() {
        let mut tracker = feed(&[1, 2, 4]);
        assert_eq!(tracker.lost(), 1);
        let extended = tracker.extend(3);
        assert_eq!(tracker.on_packet(extended, Unmarked), Arrival::OutOfOrder);
        assert_eq!((tracker.lost(), tracker.lost_before_recovery()), (0, 0));
        assert_eq!(tracker.on_packet(extended, Unmarked), Arrival::Duplicate);
    }

    #[test]
    fn rtx_recovers_but_loss_before_recovery_stays() {
        let mut tracker = feed(&[1, 2, 5]);
        let three = tracker.extend(3);
        assert_eq!(tracker.on_packet(three, Retransmission), Arrival::Recovered);
        assert_eq!(tracker.on_packet(three, Retransmission), Arrival::Duplicate);
        assert_eq!(
            (tracker.lost_before_recovery(), tracker.recovered(), tracker.lost()),
            (2, 1, 1)
        );
    }

    #[test]
    fn a_retransmission_on_the_same_ssrc_is_recognised_by_its_nack() {
        let mut tracker = feed(&[1, 3]);
        let two = tracker.extend(2);
        assert!(tracker.mark_nacked(two));
        assert!(!tracker.mark_nacked(two));
        assert_eq!(tracker.on_packet(two, Unmarked), Arrival::Recovered);
        assert_eq!((tracker.lost_before_recovery(), tracker.lost()), (1, 0));
    }

    /// A server forwards late what the uplink of the publisher lost: on the downlink nothing was
    /// lost.
    #[test]
    fn with_an_rtx_stream_a_late_original_was_not_lost() {
        let mut tracker = feed(&[1, 3]);
        let two = tracker.extend(2);
        tracker.mark_nacked(two);
        assert_eq!(tracker.on_packet(two, Original), Arrival::OutOfOrder);
        assert_eq!(
            (tracker.lost_before_recovery(), tracker.recovered(), tracker.lost()),
            (0, 0, 0)
        );
    }

    #[test]
    fn an_original_that_arrives_after_its_retransmission_was_not_lost() {
        let mut tracker = feed(&[1, 3]);
        let two = tracker.extend(2);
        tracker.on_packet(two, Retransmission);
        assert_eq!(tracker.on_packet(two, Unmarked), Arrival::Duplicate);
        assert_eq!(
            (tracker.lost_before_recovery(), tracker.recovered(), tracker.lost()),
            (0, 0, 0)
        );
    }

    #[test]
    fn a_large_jump_restarts_and_keeps_the_totals() {
        let mut tracker = feed(&[1, 3]);
        let far = tracker.extend(20_000);
        assert_eq!(tracker.on_packet(far, Unmarked), Arrival::Restart);
        assert_eq!((tracker.expected(), tracker.lost()), (4, 1));
    }

    #[test]
    fn totals_add_up_for_any_sequence() {
        let mut rng = fastrand::Rng::with_seed(3);
        for _ in 0..200 {
            let mut tracker = SequenceTracker::default();
            let mut sequence = rng.u16(..);
            for _ in 0..2000 {
                sequence = sequence.wrapping_add(rng.u16(0..4)).wrapping_sub(rng.u16(0..3));
                let extended = tracker.extend(sequence);
                if tracker.is_missing(extended) && rng.bool() {
                    tracker.mark_nacked(extended);
                }
                tracker.on_packet(extended, [Original, Retransmission, Unmarked][rng.usize(0..3)]);
                assert!(tracker.lost() <= tracker.lost_before_recovery());
                assert!(tracker.lost_before_recovery() <= tracker.expected());
            }
        }
    }
}
