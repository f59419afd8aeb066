//! Counters of one thread that belong to no single stream.

use std::net::SocketAddr;

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

/// Datagrams, and their bytes with the headers of UDP and IP.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Number of datagrams.
    pub datagrams: u64,
    /// Bytes that an interface counts for them. Bytes that TURN and TCP add are not included.
    pub wire_bytes: u64,
}

impl Traffic {
    /// Counts a datagram to or from `remote`. UDP has 8 bytes of headers, IPv4 20, IPv6 40 (RFC
    /// 768, 791, 8200).
    pub fn count(&mut self, bytes: usize, remote: SocketAddr) {
        self.datagrams += 1;
        self.wire_bytes += bytes as u64 + if remote.is_ipv4() { 28 } else { 48 };
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Self) {
        self.datagrams += other.datagrams;
        self.wire_bytes += other.wire_bytes;
    }
}

/// Counters of one thread over all of its peers.
#[derive(Default)]
pub struct Totals {
    /// One-way latency by cohort since the last sample.
    pub latencies: Latencies,
    /// Media interruptions that ended since the last sample.
    pub interruptions: Vec<Interruption>,
    /// Traffic sent by peers that are gone, cumulative; `Access::sent` has that of the others.
    pub sent: Traffic,
    /// Traffic received by all peers, cumulative.
    pub received: Traffic,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_counts_the_headers_too() {
        let mut traffic = Traffic::default();
        traffic.count(100, "192.0.2.1:9".parse().unwrap());
        assert_eq!(traffic, Traffic { datagrams: 1, wire_bytes: 128 });
        traffic.count(100, "[2001:db8::1]:9".parse().unwrap());
        assert_eq!(traffic, Traffic { datagrams: 2, wire_bytes: 276 });
    }
}
