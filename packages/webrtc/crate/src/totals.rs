//! Counters of one thread that belong to no single stream.

use crate::cohorts::Latencies;

/// A media interruption of one receiver that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    /// Handle of the receiver.
    pub receiver: u32,
    /// Arrival of the last packet before it, wall clock, ns.
    pub from: u64,
    /// Arrival of the first packet after it, wall clock, ns.
    pub to: u64,
}

/// What one thread counts over all of its peers.
#[derive(Default)]
pub struct Totals {
    /// One-way latency by cohort since the last sample.
    pub latencies: Latencies,
    /// Media interruptions that ended since the last sample.
    pub interruptions: Vec<Interruption>,
    /// Datagrams sent, cumulative.
    pub datagrams_sent: u64,
    /// Datagrams received, cumulative.
    pub datagrams_received: u64,
}
