//! Requests of a receiver to the sender: missing packets by NACK, keyframes by PLI.

use std::collections::VecDeque;

use crate::clock::MS;
use crate::sequence::SequenceTracker;

/// A packet may be this late before it is requested: reordering is not loss.
const REORDER_WAIT_NS: u64 = 10 * MS;
/// A packet is requested at most this often, and not after this long: a jitter buffer would have
/// skipped it.
const MAX_NACK_TRIES: u8 = 10;
const MAX_NACK_AGE_NS: u64 = 1000 * MS;
const MIN_NACK_INTERVAL_NS: u64 = 20 * MS;
/// Missing packets beyond which only a keyframe helps (libwebrtc's bound).
const MAX_MISSING: usize = 1000;
const PLI_INTERVAL_NS: u64 = 500 * MS;
/// Assumed until the first measurement.
const INITIAL_RTT_NS: u64 = 100 * MS;

struct Missing {
    sequence: u64,
    since: u64,
    next_nack_at: u64,
    tries: u8,
}

/// Requests of one receiver. Times are monotonic ns.
pub(super) struct Recovery {
    nack: bool,
    pli: bool,
    video: bool,
    missing: VecDeque<Missing>,
    keyframe_wanted_since: Option<u64>,
    last_pli: u64,
    rtt_ns: u64,
}

impl Recovery {
    /// `nack` and `pli`: whether they were negotiated.
    pub(super) fn new(nack: bool, pli: bool, video: bool) -> Self {
        Self {
            nack,
            pli,
            video,
            missing: VecDeque::new(),
            keyframe_wanted_since: None,
            last_pli: 0,
            rtt_ns: INITIAL_RTT_NS,
        }
    }

    pub(super) fn set_rtt(&mut self, rtt_ms: f64) {
        self.rtt_ns = (rtt_ms * 1e6) as u64;
    }

    /// The `missing` sequence numbers below `newest` have not arrived.
    pub(super) fn on_missing(&mut self, newest: u64, missing: u64, now: u64) {
        if missing == 0 || !self.nack {
            return;
        }
        if self.missing.len() + missing as usize > MAX_MISSING {
            self.on_restart(now);
            return;
        }
        for sequence in newest - missing..newest {
            let next_nack_at = now + REORDER_WAIT_NS;
            self.missing.push_back(Missing { sequence, since: now, next_nack_at, tries: 0 });
        }
    }

    /// Nothing that is missing can be recovered any more.
    pub(super) fn on_restart(&mut self, now: u64) {
        self.missing.clear();
        self.want_keyframe(now);
    }

    pub(super) fn want_keyframe(&mut self, now: u64) {
        if self.video && self.keyframe_wanted_since.is_none() {
            self.keyframe_wanted_since = Some(now);
        }
    }

    pub(super) fn on_keyframe(&mut self) {
        self.keyframe_wanted_since = None;
    }

    /// Sequence numbers to NACK now (RFC 4585 §6.2.1), and how many of them are requested
    /// for the first time.
    pub(super) fn nacks_due(
        &mut self,
        sequences: &mut SequenceTracker,
        now: u64,
    ) -> (Vec<u16>, u64) {
        let (mut due, mut first_time) = (Vec::new(), 0);
        let mut gave_up = false;
        let interval = (self.rtt_ns + self.rtt_ns / 4).max(MIN_NACK_INTERVAL_NS);
        self.missing.retain_mut(|missing| {
            if !sequences.is_missing(missing.sequence) {
                return false;
            }
            let age = now.saturating_sub(missing.since);
            if missing.tries >= MAX_NACK_TRIES || age > MAX_NACK_AGE_NS {
                gave_up = true;
                return false;
            }
            if missing.next_nack_at <= now {
                first_time += sequences.mark_nacked(missing.sequence) as u64;
                due.push(missing.sequence as u16);
                missing.tries += 1;
                missing.next_nack_at = now + interval;
            }
            true
        });
        if gave_up {
            self.want_keyframe(now);
        }
        (due, first_time)
    }

    /// Returns true if a PLI (RFC 4585 §6.3.1) is to be sent now, and counts it as sent.
    pub(super) fn pli_due(&mut self, now: u64) -> bool {
        let waited = self
            .keyframe_wanted_since
            .is_some_and(|since| now.saturating_sub(since) >= PLI_INTERVAL_NS / 2);
        let due = self.pli && waited && now.saturating_sub(self.last_pli) >= PLI_INTERVAL_NS;
        if due {
            self.last_pli = now;
        }
        due
    }

    /// Returns true if anything is to be requested, now or later.
    pub(super) fn is_pending(&self) -> bool {
        !self.missing.is_empty() || self.keyframe_wanted_since.is_some()
    }

    /// Time at which the next NACK or PLI is to be sent, monotonic ns; `u64::MAX` for never.
    pub(super) fn due_at(&self) -> u64 {
        let nack = self.missing.iter().map(|m| m.next_nack_at).min().unwrap_or(u64::MAX);
        let pli = match self.keyframe_wanted_since {
            Some(since) if self.pli => {
                (since + PLI_INTERVAL_NS / 2).max(self.last_pli + PLI_INTERVAL_NS)
            }
            _ => u64::MAX,
        };
        nack.min(pli)
    }
}
