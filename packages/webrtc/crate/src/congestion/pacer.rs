//! Spreads packets over time, so that a keyframe does not fill the queue of the network on its own.

/// A packet may leave as long as those before it are off within this time, as in Chromium.
const BURST_NS: f64 = 40e6;
/// Padding makes up for at most this much of the past.
const MAX_PADDING_DEBT_NS: f64 = 500e6;

/// Bytes that were sent faster than the rates allow, which the passing time works off.
pub struct Pacer {
    media_bps: f64,
    padding_bps: f64,
    /// Bits.
    media_debt: f64,
    padding_debt: f64,
    updated_at: u64,
}

impl Pacer {
    /// `now`: monotonic ns.
    pub fn new(media_bps: f64, now: u64) -> Self {
        Self { media_bps, padding_bps: 0.0, media_debt: 0.0, padding_debt: 0.0, updated_at: now }
    }

    /// The rates change.
    pub fn set_rates(&mut self, media_bps: f64, padding_bps: f64, now: u64) {
        self.advance(now);
        (self.media_bps, self.padding_bps) = (media_bps.max(1.0), padding_bps.max(0.0));
    }

    /// Counts a packet.
    pub fn on_sent(&mut self, bytes: usize, now: u64) {
        self.advance(now);
        self.media_debt += bytes as f64 * 8.0;
        let most = self.padding_bps * MAX_PADDING_DEBT_NS / 1e9;
        self.padding_debt = (self.padding_debt + bytes as f64 * 8.0).min(most);
    }

    /// Time at which the next packet of media may leave, monotonic ns.
    pub fn media_at(&mut self, now: u64) -> u64 {
        self.advance(now);
        now + (self.media_debt / self.media_bps * 1e9 - BURST_NS).max(0.0) as u64
    }

    /// Time at which padding is to be sent, monotonic ns; `u64::MAX`: never.
    pub fn padding_at(&self) -> u64 {
        if self.padding_bps <= 0.0 {
            return u64::MAX;
        }
        let media = self.media_debt / self.media_bps;
        let padding = self.padding_debt / self.padding_bps;
        self.updated_at + (media.max(padding) * 1e9) as u64
    }

    /// Returns true if padding is to be sent now: nothing waits, and less than the padding rate was
    /// sent.
    pub fn wants_padding(&mut self, now: u64) -> bool {
        self.advance(now);
        self.padding_bps > 0.0 && self.media_debt <= 0.0 && self.padding_debt <= 0.0
    }

    fn advance(&mut self, now: u64) {
        let seconds = now.saturating_sub(self.updated_at) as f64 / 1e9;
        self.updated_at = self.updated_at.max(now);
        self.media_debt = (self.media_debt - self.media_bps * seconds).max(0.0);
        self.padding_debt = (self.padding_debt - self.padding_bps * seconds).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn media_beyond_a_burst_waits_for_its_turn() {
        let mut pacer = Pacer::new(1_000_000.0, 0);
        // 40 ms at 1 Mbit/s are 5,000 bytes.
        pacer.on_sent(5_000, 0);
        assert_eq!(pacer.media_at(0), 0);
        pacer.on_sent(1_250, 0);
        assert_eq!(pacer.media_at(0), 10 * MS);
        assert_eq!(pacer.media_at(10 * MS), 10 * MS);
    }

    #[test]
    fn padding_fills_what_media_leaves() {
        let mut pacer = Pacer::new(1_000_000.0, 0);
        assert!(!pacer.wants_padding(0));
        assert_eq!(pacer.padding_at(), u64::MAX);
        pacer.set_rates(1_000_000.0, 100_000.0, 0);
        assert!(pacer.wants_padding(0));
        pacer.on_sent(1_250, 0);
        assert!(!pacer.wants_padding(99 * MS));
        assert_eq!(pacer.padding_at(), 100 * MS);
        assert!(pacer.wants_padding(100 * MS));
    }
}
