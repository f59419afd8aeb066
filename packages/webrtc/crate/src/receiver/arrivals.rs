//! Arrival of the media of a receiver: interarrival jitter and media interruptions.

use crate::clock::MS;

/// Longest time without a media packet that is not an interruption, ns. JavaScript has it as
/// `INTERRUPTION_MS`.
pub const INTERRUPTION_NS: u64 = 500 * MS;
/// Time after which the next packet is expected in a pause of speech with DTX (RFC 7587 §3.1.3),
/// ns.
const DTX_NS: u64 = 400 * MS;
/// A larger change comes from a source that was paused or replaced, not from the network, s.
const MAX_TRANSIT_CHANGE: f64 = 5.0;

/// Arrival times of one receiver; wall clock, ns.
#[derive(Default)]
pub(super) struct Arrivals {
    /// 0 until the first packet.
    pub(super) first_at: u64,
    /// 0 until the first packet.
    pub(super) last_at: u64,
    /// Interruptions that have ended: how many, their sum, and the longest, ns.
    pub(super) interruptions: u64,
    pub(super) interruption_ns: u64,
    pub(super) longest_interruption_ns: u64,
    muted: bool,
    /// The last packet announced a pause of speech (DTX).
    in_pause: bool,
    /// Interarrival jitter (RFC 3550 §A.8), s.
    jitter: f64,
    /// RTP time stamp and arrival, in seconds, of the last frame.
    last_transit: Option<(u32, f64)>,
}

impl Arrivals {
    /// True while the track is muted: no media is expected.
    pub(super) fn set_muted(&mut self, muted: bool, wall: u64) {
        if self.muted && !muted && self.last_at != 0 {
            self.last_at = wall; // the pause until now was intended
        }
        self.muted = muted;
    }

    /// Length of the interruption that is under way at `wall`, ns; 0 when there is none.
    pub(super) fn open_interruption(&self, wall: u64) -> u64 {
        let pause = wall.saturating_sub(self.last_at);
        if self.last_at == 0 || self.muted || pause <= self.longest_pause() { 0 } else { pause }
    }

    /// Media is interrupted when no packet arrives for longer, ns.
    fn longest_pause(&self) -> u64 {
        if self.in_pause { INTERRUPTION_NS + DTX_NS } else { INTERRUPTION_NS }
    }

    /// `begins_pause`: the packet announces a pause of speech. Returns when the interruption began
    /// that this packet ends.
    pub(super) fn on_media(&mut self, arrival: u64, begins_pause: bool) -> Option<u64> {
        let mut silent_since = None;
        if self.first_at == 0 {
            self.first_at = arrival;
        } else {
            let pause = arrival.saturating_sub(self.last_at);
            if pause > self.longest_pause() && !self.muted {
                self.interruptions += 1;
                self.interruption_ns += pause;
                self.longest_interruption_ns = self.longest_interruption_ns.max(pause);
                silent_since = Some(self.last_at);
            }
        }
        self.last_at = self.last_at.max(arrival);
        self.in_pause = begins_pause;
        silent_since
    }

    /// Interarrival jitter (RFC 3550 §6.4.1, A.8) from the first packet of each frame: packets that
    /// share a time stamp were not meant to be spaced.
    pub(super) fn on_timestamp(&mut self, timestamp: u32, clock_rate: u32, arrival: u64) {
        let seconds = arrival as f64 / 1e9;
        if let Some((last_timestamp, last_seconds)) = self.last_transit {
            if timestamp == last_timestamp {
                return;
            }
            let elapsed = timestamp.wrapping_sub(last_timestamp) as i32 as f64 / clock_rate as f64;
            let change = ((seconds - last_seconds) - elapsed).abs();
            if change < MAX_TRANSIT_CHANGE {
                self.jitter += (change - self.jitter) / 16.0;
            }
        }
        self.last_transit = Some((timestamp, seconds));
    }

    /// Seconds.
    pub(super) fn jitter(&self) -> f64 {
        self.jitter
    }
}
