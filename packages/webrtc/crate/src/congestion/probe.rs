//! Probes: short bursts at a higher rate, from whose arrival the controller sees whether the
//! network carries that rate.

use std::collections::VecDeque;

use goog_cc::transport::{PacedPacketInfo, ProbeClusterConfig};
use goog_cc::units::DataSize;

/// A probe that could not begin in this time, because nothing was sent, is dropped.
const MAX_WAIT_NS: u64 = 1_000_000_000;

struct Probe {
    info: PacedPacketInfo,
    bps: f64,
    asked_at: u64,
    /// Time at which the first packet of the probe left, monotonic ns.
    began_at: Option<u64>,
    packets: i64,
    bytes: i64,
}

/// Probes that the controller asked for. One is sent at a time.
#[derive(Default)]
pub(super) struct Probes {
    waiting: VecDeque<Probe>,
}

impl Probes {
    /// `now`: monotonic ns.
    pub(super) fn add(&mut self, clusters: Vec<ProbeClusterConfig>, now: u64) {
        self.waiting.extend(clusters.into_iter().map(|cluster| {
            let bytes: DataSize = cluster.target_data_rate * cluster.target_duration;
            let mut info = PacedPacketInfo::new(
                cluster.id,
                (cluster.target_probe_count as i64).max(1),
                bytes.bytes().max(1),
            );
            info.send_bitrate = cluster.target_data_rate;
            let bps = cluster.target_data_rate.bps_float();
            Probe { info, bps, asked_at: now, began_at: None, packets: 0, bytes: 0 }
        }));
    }

    /// Returns true while a probe is under way or waits.
    pub(super) fn is_probing(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Returns true if the probe needs another packet now. The last packet of a probe does not
    /// count for its rate: a packet follows once those before it have left at the rate.
    pub(super) fn wants_packet(&mut self, now: u64) -> bool {
        let is_over = |probe: &Probe| match probe.began_at {
            Some(_) => false,
            None => now.saturating_sub(probe.asked_at) > MAX_WAIT_NS,
        };
        while self.waiting.front().is_some_and(is_over) {
            self.waiting.pop_front();
        }
        let Some(probe) = self.waiting.front_mut() else { return false };
        let began_at = *probe.began_at.get_or_insert(now);
        let elapsed = now.saturating_sub(began_at) as f64 / 1e9;
        probe.bytes as f64 * 8.0 <= probe.bps * elapsed
    }

    /// Counts a packet, and returns the probe that it belongs to.
    pub(super) fn on_sent(&mut self, bytes: usize) -> Option<PacedPacketInfo> {
        let probe = self.waiting.front_mut()?;
        probe.began_at?;
        probe.packets += 1;
        probe.bytes += bytes as i64;
        let info = probe.info;
        let enough = probe.packets >= info.probe_cluster_min_probes
            && probe.bytes >= info.probe_cluster_min_bytes;
        if enough {
            self.waiting.pop_front();
        }
        Some(info)
    }
}
