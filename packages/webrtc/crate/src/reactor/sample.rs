//! Reads the counters of one thread into the tables of a sample.

use super::Reactor;
use crate::clock;
use crate::data_flow::FlowReceived;
use crate::peer::Peer;
use crate::receiver::Receiver;
use crate::rows::{
    DataFlowStats, Interruption, PeerStats, ReceiverStats, Row, SenderStats, Tables,
};
use crate::sender::Sender;
use crate::sketch::Sketch;

fn ms(ns: u64) -> f64 {
    ns as f64 / 1e6
}

impl Reactor {
    /// Adds this thread's counters to `tables`.
    pub fn sample(&mut self, tables: &mut Tables) {
        let wall = clock::wall_ns();
        let mut sent = self.totals.sent;
        for (key, slot) in &self.peers {
            let handle = self.handle(key);
            let peer = &slot.peer;
            sent.add(peer.transport.access.sent);
            peer_row(handle, peer).append_to(&mut tables.peers);
            for (stream, sender) in &peer.tracks.senders {
                sender_row(*stream, handle, sender).append_to(&mut tables.senders);
            }
            for (stream, receiver) in &peer.tracks.receivers {
                receiver_row(*stream, handle, receiver, wall).append_to(&mut tables.receivers);
            }
            for (flow, received) in &peer.data.flows_received {
                flow_row(*flow, handle, received).append_to(&mut tables.flows);
            }
        }
        for ended in self.totals.interruptions.drain(..) {
            let (receiver, from, to) = (ended.receiver as f64, ms(ended.from), ms(ended.to));
            Interruption { receiver, from, to }.append_to(&mut tables.interruptions);
        }
        tables.latencies.absorb(&mut self.totals.latencies);
        tables.datagrams_sent += sent.datagrams;
        tables.datagrams_received += self.totals.received.datagrams;
        tables.wire_bytes_sent += sent.wire_bytes;
        tables.wire_bytes_received += self.totals.received.wire_bytes;
        tables.shared_socket_drops +=
            self.sockets.shared.as_ref().map_or(0, |shared| shared.drops());
        tables.max_tick_late_ns =
            tables.max_tick_late_ns.max(std::mem::take(&mut self.max_tick_late_ns));
        tables.cpu_ns += self.cpu_ns;
    }
}

fn peer_row(peer: u32, stats: &Peer) -> PeerStats {
    let [up, down] = stats.transport.access.link_stats();
    PeerStats {
        peer: peer as f64,
        rtt_ms: stats.transport.rtt_ms,
        socket_drops: stats.transport.access.drops() as f64,
        stream_drops: stats.transport.access.stream_drops() as f64,
        send_errors: stats.transport.send_errors as f64,
        remb_bps: stats.tracks.remb_bps() as f64,
        available_outgoing_bps: stats.tracks.available_bps(),
        data_messages_sent: stats.data.messages_sent as f64,
        data_bytes_sent: stats.data.bytes_sent as f64,
        data_messages_refused: stats.data.messages_refused as f64,
        data_bytes_ahead: stats.data.bytes_ahead as f64,
        data_messages_received: stats.data.messages_received as f64,
        data_messages_decrypted: stats.data.messages_decrypted as f64,
        data_messages_undecryptable: stats.data.messages_undecryptable as f64,
        impaired_up: up.datagrams as f64,
        impaired_dropped_up: up.dropped as f64,
        impaired_down: down.datagrams as f64,
        impaired_dropped_down: down.dropped as f64,
    }
}

fn sender_row(handle: u32, peer: u32, sender: &Sender) -> SenderStats {
    let counters = &sender.counters;
    SenderStats {
        sender: handle as f64,
        peer: peer as f64,
        active: sender.is_active() as u8 as f64,
        packets: counters.packets as f64,
        bytes: counters.bytes as f64,
        frames: counters.frames as f64,
        keyframes: counters.keyframes as f64,
        rtx_packets: counters.rtx_packets as f64,
        padding_packets: counters.padding_packets as f64,
        nacked_packets: counters.nacked_packets as f64,
        nacks: counters.nacks as f64,
        plis: counters.plis as f64,
        firs: counters.firs as f64,
        remote_lost: counters.remote_lost as f64,
        remote_jitter_ms: counters.remote_jitter_ms,
        rtt_ms: counters.rtt_ms.unwrap_or(f64::NAN),
        twcc_received: counters.twcc_received as f64,
        twcc_lost: counters.twcc_lost as f64,
        late_sends: counters.late_sends as f64,
        max_late_ms: counters.max_late_ms,
        send_errors: counters.send_errors as f64,
        unreachable_sends: counters.unreachable_sends as f64,
        target_bps: sender.target_bps(),
        wanted_ms: ms(counters.wanted_ns),
        limited_ms: ms(counters.limited_ns),
    }
}

fn receiver_row(handle: u32, peer: u32, receiver: &Receiver, wall: u64) -> ReceiverStats {
    let (counters, sequences) = (&receiver.counters, receiver.sequences());
    let (interruptions, interruption_ns, longest_interruption_ns) = receiver.interruptions(wall);
    let decryption = receiver.decryption.as_ref().map(|d| d.counters).unwrap_or_default();
    let latency = |quantile| receiver.latency().map_or(f64::NAN, |s| s.quantile(quantile));
    ReceiverStats {
        receiver: handle as f64,
        peer: peer as f64,
        packets: counters.packets as f64,
        bytes: counters.bytes as f64,
        padding_packets: counters.padding_packets as f64,
        lost_before_recovery: sequences.lost_before_recovery() as f64,
        lost: sequences.lost() as f64,
        recovered: sequences.recovered() as f64,
        duplicates: counters.duplicates as f64,
        out_of_order: counters.out_of_order as f64,
        jitter_ms: receiver.jitter_ms(),
        nacks: counters.nacks as f64,
        nacked_packets: counters.nacked_packets as f64,
        plis: counters.plis as f64,
        keyframes: counters.keyframes as f64,
        layer_switches: counters.layer_switches as f64,
        width: counters.size.map_or(0.0, |size| size.width as f64),
        height: counters.size.map_or(0.0, |size| size.height as f64),
        first_packet_at: receiver.first_at().map_or(f64::NAN, ms),
        last_packet_at: receiver.last_at().map_or(f64::NAN, ms),
        interruptions: interruptions as f64,
        interruption_ms: ms(interruption_ns),
        longest_interruption_ms: ms(longest_interruption_ns),
        latency_p50_ms: latency(0.5),
        latency_p95_ms: latency(0.95),
        latency_max_ms: receiver.latency().map_or(f64::NAN, Sketch::max),
        decrypted_frames: decryption.decrypted as f64,
        undecryptable_frames: decryption.undecryptable as f64,
        key_changes: decryption.key_changes as f64,
    }
}

fn flow_row(flow: u32, peer: u32, received: &FlowReceived) -> DataFlowStats {
    DataFlowStats {
        peer: peer as f64,
        flow: flow as f64,
        received: received.received as f64,
        bytes: received.bytes as f64,
        lost: received.sequences.lost() as f64,
        duplicates: received.duplicates as f64,
        latency_p50_ms: received.latency.quantile(0.5),
        latency_p95_ms: received.latency.quantile(0.95),
        latency_max_ms: received.latency.max(),
    }
}

#[cfg(test)]
mod tests;
