//! Report blocks about a received stream (RFC 3550 §6.4.1).

use crate::clock;

/// A report block before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream that is reported on.
    pub ssrc: u32,
    /// Loss since the previous report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the start, at most 2^23 - 1.
    pub cumulative_lost: u32,
    /// Highest sequence number received, with the count of cycles in the upper half.
    pub extended_highest: u32,
    /// Interarrival jitter, RTP clock ticks.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time in the last sender report; 0 without one.
    pub last_sr: u32,
    /// Time since that sender report arrived, 1/65536 s.
    pub delay_since_last_sr: u32,
}

/// Values of earlier reports that a report block needs.
#[derive(Default, Clone, Copy)]
pub(super) struct ReportState {
    /// The last sender report: middle 32 bits of its NTP time, and its arrival (wall clock, ns).
    sender_report: (u32, u64),
    /// Expected and lost packets at the last report block, for the fraction lost.
    reported: (u64, u64),
}

impl ReportState {
    pub(super) fn on_sender_report(&mut self, ntp: u64, arrival: u64) {
        self.sender_report = (clock::compact_ntp(ntp), arrival);
    }

    /// `highest` is extended and counts cycles from one; `jitter` is in RTP clock ticks; `wall` is
    /// the wall clock, ns.
    pub(super) fn block(
        &mut self,
        ssrc: u32,
        highest: u64,
        expected: u64,
        lost: u64,
        jitter: u32,
        wall: u64,
    ) -> ReportBlock {
        let (expected_before, lost_before) = self.reported;
        let expected_interval = expected - expected_before;
        let lost_interval = lost.saturating_sub(lost_before);
        self.reported = (expected, lost);
        let fraction = (lost_interval * 256).checked_div(expected_interval).unwrap_or(0);
        let (last_sr, sr_arrival) = self.sender_report;
        let delay = wall.saturating_sub(sr_arrival) as u128 * 65_536 / 1_000_000_000;
        ReportBlock {
            ssrc,
            fraction_lost: fraction.min(255) as u8,
            cumulative_lost: lost.min(0x7f_ffff) as u32,
            // Counting cycles from zero (RFC 3550 A.1).
            extended_highest: (highest - (1 << 16)) as u32,
            jitter,
            last_sr,
            delay_since_last_sr: if sr_arrival == 0 { 0 } else { delay as u32 },
        }
    }
}
