//! Sender-side congestion control: libwebrtc's GoogCC, which browsers use, on the transport-wide
//! feedback of the remote. From it follow the estimated bandwidth, the pace of packets, and probes.

mod history;
pub mod layers;
mod pacer;
mod probe;

use goog_cc::network_control::{NetworkControllerConfig, NetworkControllerInterface};
use goog_cc::transport::{
    NetworkAvailability, NetworkControlUpdate, ProcessInterval, StreamsConfig,
    TargetRateConstraints,
};
use goog_cc::units::{DataRate, Timestamp};
use goog_cc::{GoogCcConfig, GoogCcNetworkController};
use rtcp_types::Twcc;

use self::history::SentHistory;
pub use self::pacer::Pacer;
use self::probe::Probes;
use crate::clock::MS;

/// The estimate before the first feedback, as in browsers, bit/s.
const START_BPS: i64 = 300_000;
/// Browsers let no estimate fall below what their encoders need at least, bit/s.
const FLOOR_BPS: i64 = 30_000;
/// Interval at which libwebrtc has the controller look at the time, ns.
const PROCESS_INTERVAL_NS: u64 = 25 * MS;

/// Bit rates on the wire that the tracks of a peer want to send, bit/s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// Bit rate with every track in full quality.
    pub full: f64,
    /// Bit rate up to which padding is sent, so that the estimate can grow to what the next better
    /// quality needs.
    pub padded: f64,
}

/// The controller, which a thread may take over from another: pump threads and the thread of
/// JavaScript both drive a peer, one at a time, under the lock of its reactor.
struct Controller(GoogCcNetworkController);

// SAFETY: goog_cc 0.1.4, which is pinned exactly, has no `Rc`, no `Cell`, no raw pointer and no
// thread-local: a controller is numbers and collections of numbers that nothing else refers to. It
// is not `Send` automatically only because it keeps one part, `acknowledged_bitrate_estimator`, as
// a `Box<dyn …>` without `+ Send`; the two types that this can be are numbers and collections as
// well, and private.
unsafe impl Send for Controller {}

/// The congestion control of one peer connection.
pub struct CongestionControl {
    controller: Controller,
    history: SentHistory,
    probes: Probes,
    /// The pace of media, and when padding is sent.
    pub pacer: Pacer,
    wanted: Wanted,
    target_bps: f64,
    process_at: u64,
    looked_at: u64,
    started: bool,
}

impl CongestionControl {
    /// `now`: monotonic ns.
    pub fn new(now: u64) -> Self {
        let constraints = TargetRateConstraints {
            at_time: timestamp(now),
            min_data_rate: Some(DataRate::from_bits_per_sec(FLOOR_BPS)),
            max_data_rate: None,
            starting_rate: Some(DataRate::from_bits_per_sec(START_BPS)),
        };
        let config = NetworkControllerConfig { constraints, ..Default::default() };
        Self {
            // Loss and round-trip times follow from the same feedback.
            controller: Controller(GoogCcNetworkController::new(
                config,
                GoogCcConfig { feedback_only: true },
            )),
            history: SentHistory::default(),
            probes: Probes::default(),
            pacer: Pacer::new(START_BPS as f64, now),
            wanted: Wanted { full: 0.0, padded: 0.0 },
            target_bps: START_BPS as f64,
            process_at: now,
            looked_at: now,
            started: false,
        }
    }

    /// The estimated bandwidth for everything that is sent, IP and UDP headers included, bit/s (W3C
    /// webrtc-stats: `availableOutgoingBitrate`).
    pub fn target_bps(&self) -> f64 {
        self.target_bps
    }

    /// Time at which [`CongestionControl::on_timer`] is to be called, monotonic ns.
    pub fn due_at(&self) -> u64 {
        let at =
            if self.probes.is_probing() { 0 } else { self.process_at.min(self.pacer.padding_at()) };
        // Never at once again: there may be nothing that padding could be made of.
        at.max(self.looked_at + MS)
    }

    /// Returns whether an interval has passed: the estimate may be another.
    pub fn on_timer(&mut self, now: u64) -> bool {
        self.looked_at = now;
        if now < self.process_at {
            return false;
        }
        if !self.started {
            self.started = true;
            let available =
                NetworkAvailability { at_time: timestamp(now), network_available: true };
            let update = self.controller.0.on_network_availability(available);
            self.apply(update, now);
        }
        self.process_at = now + PROCESS_INTERVAL_NS;
        let interval = ProcessInterval { at_time: timestamp(now), pacer_queue: None };
        let update = self.controller.0.on_process_interval(interval);
        self.apply(update, now);
        true
    }

    /// The tracks want something else.
    pub fn set_wanted(&mut self, wanted: Wanted, now: u64) {
        if wanted == self.wanted {
            return;
        }
        let rate = |bps: f64| Some(DataRate::from_bits_per_sec(bps as i64));
        let update = self.controller.0.on_streams_config(StreamsConfig {
            at_time: timestamp(now),
            max_padding_rate: rate(wanted.padded),
            max_total_allocated_bitrate: rate(wanted.full)
                .filter(|_| wanted.full != self.wanted.full),
            ..Default::default()
        });
        self.wanted = wanted;
        self.apply(update, now);
    }

    /// A packet with a transport-wide sequence number left. `bytes`: of the datagram.
    pub fn on_sent(&mut self, sequence: u16, bytes: usize, now: u64) {
        let bytes = bytes + layers::IP_UDP_BYTES;
        self.pacer.on_sent(bytes, now);
        let probe = self.probes.on_sent(bytes);
        let sent = self.history.record(sequence, bytes, probe, timestamp(now));
        let update = self.controller.0.on_sent_packet(sent);
        self.apply(update, now);
    }

    /// Feedback arrived.
    pub fn on_feedback(&mut self, twcc: &Twcc<'_>, now: u64) {
        let Some(report) = self.history.report(twcc, timestamp(now)) else { return };
        let update = self.controller.0.on_transport_packets_feedback(report);
        self.apply(update, now);
    }

    /// Returns true if a packet of padding is to be sent now: for a probe, or up to the padded
    /// rate.
    pub fn wants_padding(&mut self, now: u64) -> bool {
        self.probes.wants_packet(now)
            || (!self.probes.is_probing() && self.pacer.wants_padding(now))
    }

    fn apply(&mut self, update: NetworkControlUpdate, now: u64) {
        if let Some(pacing) = update.pacer_config {
            self.pacer.set_rates(
                pacing.data_rate().bps_float(),
                pacing.pad_rate().bps_float(),
                now,
            );
        }
        if let Some(target) = update.target_rate {
            self.target_bps = target.target_rate.bps_float();
        }
        self.probes.add(update.probe_cluster_configs, now);
    }
}

fn timestamp(ns: u64) -> Timestamp {
    Timestamp::from_micros((ns / 1_000) as i64)
}

#[cfg(test)]
mod tests;
