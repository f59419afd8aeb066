//! Receiver-side bandwidth estimation for REMB (draft-alvestrand-rmcat-remb-03), from loss and
//! rising delay.
//!
//! A load generator has no bottleneck of its own, so the estimate is unlimited until there is
//! evidence of one: loss above 10 %, or a growing queue. It then falls to 85 % of the received rate
//! and grows by 8 % per second, as Google congestion control does (draft-ietf-rmcat-gcc-02 §5.5,
//! §6).

use crate::clock::MS;

/// Bounds of the estimate, bit/s.
const OPEN_BPS: f64 = 100_000_000.0;
const FLOOR_BPS: f64 = 100_000.0;
const INTERVAL_NS: u64 = 1000 * MS;
/// A delay this much above the smallest recent one counts as overuse.
const QUEUE_LIMIT_MS: f64 = 60.0;
const LOSS_LIMIT: f64 = 0.10;
const DECREASE: f64 = 0.85;
const INCREASE: f64 = 1.08;
/// abs-send-time wraps every 64 s.
const SEND_TIME_WRAP: u32 = 1 << 24;

/// The estimate for everything that one peer receives.
pub struct BandwidthEstimator {
    estimate: f64,
    bytes: u64,
    since: u64,
    lowest_delay_ms: f64,
    queue_ms: f64,
    last: (u64, u64),
    reported_at: u64,
}

impl BandwidthEstimator {
    /// An unlimited estimate. `now`: monotonic ns.
    pub fn new(now: u64) -> Self {
        Self {
            estimate: OPEN_BPS,
            bytes: 0,
            since: now,
            lowest_delay_ms: f64::MAX,
            queue_ms: 0.0,
            last: (0, 0),
            reported_at: now,
        }
    }

    /// Counts a packet. `send_time`: the abs-send-time extension; `arrival`: wall clock, ns.
    pub fn on_packet(&mut self, bytes: usize, send_time: Option<u32>, arrival: u64) {
        self.bytes += bytes as u64;
        let Some(send_time) = send_time else { return };
        // Both in the cycle of 64 s. The offset of the clocks cancels out with the smallest delay.
        let arrived =
            ((arrival as u128 * (1 << 18) / 1_000_000_000) % SEND_TIME_WRAP as u128) as u32;
        let delay_ms =
            (arrived.wrapping_sub(send_time) % SEND_TIME_WRAP) as f64 * 1000.0 / (1 << 18) as f64;
        if (delay_ms - self.lowest_delay_ms).abs() > 30_000.0 {
            self.lowest_delay_ms = delay_ms; // first packet, or a clock was set
        }
        self.lowest_delay_ms = self.lowest_delay_ms.min(delay_ms);
        self.queue_ms += (delay_ms - self.lowest_delay_ms - self.queue_ms) / 32.0;
    }

    /// Time at which the next report is to be sent, monotonic ns.
    pub fn due_at(&self) -> u64 {
        self.reported_at + INTERVAL_NS
    }

    /// The estimate of the last report, bit/s.
    pub fn current_bps(&self) -> u64 {
        self.estimate as u64
    }

    /// Updates the estimate and returns it, bit/s. `expected` and `lost` are totals over all
    /// tracks.
    pub fn report(&mut self, now: u64, expected: u64, lost: u64) -> u64 {
        let seconds = (now - self.since).max(1) as f64 / 1e9;
        let arriving = self.bytes as f64 * 8.0 / seconds;
        let expected_now = expected.saturating_sub(self.last.0);
        let lost_now = lost.saturating_sub(self.last.1);
        let loss = if expected_now > 0 { lost_now as f64 / expected_now as f64 } else { 0.0 };
        if loss > LOSS_LIMIT || self.queue_ms > QUEUE_LIMIT_MS {
            self.estimate = (arriving * DECREASE).clamp(FLOOR_BPS, OPEN_BPS);
        } else {
            self.estimate = (self.estimate * INCREASE.powf(seconds)).min(OPEN_BPS);
        }
        // The smallest delay rises slowly, or one fast packet would count for ever.
        self.lowest_delay_ms += 1.0;
        (self.bytes, self.since, self.last, self.reported_at) = (0, now, (expected, lost), now);
        self.estimate as u64
    }
}

/// The body of a REMB message (draft §2.2): everything behind the four bytes of the common header.
pub fn remb_body(sender_ssrc: u32, bps: u64, ssrcs: &[u32]) -> Vec<u8> {
    let mut exponent = 0;
    let mut mantissa = bps;
    while mantissa > 0x3_ffff {
        mantissa >>= 1;
        exponent += 1;
    }
    let mut body = Vec::with_capacity(16 + 4 * ssrcs.len());
    body.extend(sender_ssrc.to_be_bytes());
    body.extend([0; 4]);
    body.extend(*b"REMB");
    body.push(ssrcs.len().min(255) as u8);
    body.extend([
        (exponent << 2) as u8 | (mantissa >> 16) as u8,
        (mantissa >> 8) as u8,
        mantissa as u8,
    ]);
    for ssrc in ssrcs.iter().take(255) {
        body.extend(ssrc.to_be_bytes());
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 Mbit/s in packets of 1,250 bytes, `delay_ms` after they were sent.
    fn second(estimator: &mut BandwidthEstimator, start: u64, delay_ms: impl Fn(u64) -> u64) {
        for i in 0..100 {
            let sent = start + i * 10 * MS;
            let send_time = ((sent as u128 * (1 << 18) / 1_000_000_000) % (1 << 24)) as u32;
            estimator.on_packet(1250, Some(send_time), sent + delay_ms(i) * MS);
        }
    }

    #[test]
    fn the_estimate_is_unlimited_until_there_is_evidence() {
        let mut estimator = BandwidthEstimator::new(0);
        second(&mut estimator, 0, |_| 20);
        assert_eq!(estimator.report(1000 * MS, 100, 2), 100_000_000);
    }

    #[test]
    fn loss_and_queues_lower_the_estimate_and_it_grows_again() {
        let mut estimator = BandwidthEstimator::new(0);
        second(&mut estimator, 0, |_| 20);
        assert_eq!(estimator.report(1000 * MS, 100, 30), 850_000);
        second(&mut estimator, 1000 * MS, |_| 20);
        let grown = estimator.report(2000 * MS, 200, 30);
        assert_eq!(grown, 918_000);
        second(&mut estimator, 2000 * MS, |i| 20 + 3 * i);
        assert_eq!(estimator.report(3000 * MS, 300, 30), 850_000);
    }

    #[test]
    fn the_message_has_the_layout_of_the_draft() {
        assert_eq!(
            remb_body(1, 1_000_000, &[0xdead_beef]),
            [
                0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0x0b, 0xd0, 0x90, 0xde, 0xad,
                0xbe, 0xef
            ]
        );
    }
}
