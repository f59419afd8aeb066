//! The tables of a sample: one row per stream, one column per counter. They cross into JavaScript
//! as plain arrays of numbers, because a thousand objects per second cost more than the packets
//! that they describe.
//!
//! Each column is declared once, here: the field is the column, its documentation is the
//! documentation in the generated TypeScript contract, and [`Row::COLUMNS`] names it to JavaScript.

use napi_derive::napi;

use crate::cohorts::Latencies;

/// A row of a table.
pub trait Row {
    /// Names of the columns in snake_case, in the order of [`Row::append_to`].
    const COLUMNS: &'static [&'static str];

    /// Appends the values of the row to its table.
    fn append_to(&self, table: &mut Vec<f64>);
}

macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($(#[$column_doc:meta])* $column:ident,)* }) => {
        $(#[$doc])*
        #[napi(object, object_from_js = false)]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[$column_doc])* pub $column: f64,)*
        }

        impl Row for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];

            fn append_to(&self, table: &mut Vec<f64>) {
                table.extend_from_slice(&[$(self.$column),*]);
            }
        }
    };
}

row! {
    /// Cumulative counters of one sender: one SSRC, so one simulcast layer.
    SenderStats {
        /// Handle of the sender.
        sender,
        /// Handle of its peer.
        peer,
        /// 1 while it sends, 0 while it is paused.
        active,
        /// RTP packets sent, without retransmissions.
        packets,
        /// RTP payload bytes of those packets.
        bytes,
        /// Frames sent.
        frames,
        /// Keyframes sent.
        keyframes,
        /// Retransmissions sent, on the RTX stream or on the same SSRC.
        rtx_packets,
        /// Packets sent again as padding, with rate adaptation: to probe, or to fill the bandwidth.
        padding_packets,
        /// Sequence numbers that NACKs asked for, each counted once: what the remote missed at
        /// first.
        nacked_packets,
        /// NACK messages received (RFC 4585 §6.2.1).
        nacks,
        /// PLI messages received (RFC 4585 §6.3.1).
        plis,
        /// FIR messages received (RFC 5104 §4.3.1).
        firs,
        /// Packets lost after recovery, from the last receiver report (RFC 3550 §6.4.1),
        /// cumulative.
        remote_lost,
        /// Interarrival jitter that the remote reported last, ms.
        remote_jitter_ms,
        /// Last round-trip time from LSR and DLSR (RFC 3550 §6.4.1), ms; NaN until known.
        rtt_ms,
        /// Packets that transport-wide feedback reported as received.
        twcc_received,
        /// Packets that transport-wide feedback reported as not received: loss before recovery.
        twcc_lost,
        /// Packets that left more than `LATE_SEND_MS` after their scheduled time.
        late_sends,
        /// The longest delay of a packet after its scheduled time, ms.
        max_late_ms,
        /// Packets that the kernel refused for a reason on this host: a firewall, a full buffer, no
        /// route, an interface that is down.
        send_errors,
        /// Packets that were not sent because the remote, or a router, had reported that it is
        /// gone.
        unreachable_sends,
        /// Bit rate of the clip that plays, payload and headers, bit/s; 0 while none does.
        target_bps,
        /// Time for which the sender was to send video with rate adaptation, ms.
        wanted_ms,
        /// The part of `wantedMs` for which the track was sent in less than full quality for lack
        /// of bandwidth, ms.
        limited_ms,
    }
}

row! {
    /// Cumulative counters of one receiver: one remote track. Packets are RTP packets with media;
    /// padding is counted separately.
    ReceiverStats {
        /// Handle of the receiver.
        receiver,
        /// Handle of its peer.
        peer,
        /// RTP packets with media that were received.
        packets,
        /// RTP payload bytes of those packets.
        bytes,
        /// Packets without media: padding, bandwidth probes, and silence or blank frames that the
        /// server inserts.
        padding_packets,
        /// Sequence numbers whose first transmission never arrived. Without RTX (audio) a late
        /// first transmission cannot be distinguished from a retransmission once it was requested:
        /// what the uplink of the publisher lost, and the server forwards late, counts here as
        /// well.
        lost_before_recovery,
        /// Sequence numbers of `lostBeforeRecovery` that no retransmission recovered either.
        lost,
        /// Packets recovered by RTX or by a retransmission on the same SSRC.
        recovered,
        /// Packets received again.
        duplicates,
        /// Packets older than the newest one on arrival, retransmissions not included.
        out_of_order,
        /// Interarrival jitter (RFC 3550 §6.4.1), ms.
        jitter_ms,
        /// NACK messages sent (RFC 4585 §6.2.1).
        nacks,
        /// Sequence numbers that NACKs asked for, each counted once.
        nacked_packets,
        /// PLI messages sent (RFC 4585 §6.3.1).
        plis,
        /// Keyframes received.
        keyframes,
        /// Changes of resolution within the stream.
        layer_switches,
        /// Width of the last keyframe, pixels; 0 until known.
        width,
        /// Height of the last keyframe, pixels; 0 until known.
        height,
        /// Arrival of the first media packet, Unix ms; NaN until then.
        first_packet_at,
        /// Arrival of the last media packet, Unix ms; NaN until then.
        last_packet_at,
        /// Media interruptions, i.e. pauses longer than `INTERRUPTION_MS`. One that is under way
        /// counts.
        interruptions,
        /// Sum of the media interruptions, ms.
        interruption_ms,
        /// The longest media interruption, ms.
        longest_interruption_ms,
        /// One-way latency from abs-capture-time over the life of the receiver, median, ms; NaN
        /// without samples.
        latency_p50_ms,
        /// One-way latency as in `latencyP50Ms`, 95th percentile, ms; NaN without samples.
        latency_p95_ms,
        /// One-way latency as in `latencyP50Ms`, maximum, ms; NaN without samples.
        latency_max_ms,
        /// Frames that were decrypted (end-to-end encryption): of audio all, of video one a second.
        decrypted_frames,
        /// Frames that could not be decrypted, of those that were tried.
        undecryptable_frames,
        /// Decrypted frames with another key index than the one before.
        key_changes,
    }
}

row! {
    /// Cumulative counters of one peer.
    PeerStats {
        /// Handle of the peer.
        peer,
        /// Round-trip time of STUN consent checks (RFC 7675), ms; NaN until known.
        rtt_ms,
        /// Datagrams that the kernel dropped because the receive buffer of a socket of this peer
        /// was full.
        socket_drops,
        /// Packets that a TCP connection did not take in time: the network was too slow for them.
        stream_drops,
        /// STUN, DTLS, data and RTCP packets on the selected pair, once media could flow, that the
        /// kernel refused for a reason on this host. Media packets: `sendErrors` of each sender.
        send_errors,
        /// Bandwidth that REMB reported to the remote, bit/s; 0 when none was sent.
        remb_bps,
        /// Bandwidth that this side estimates for what it sends, bit/s; 0 without rate adaptation.
        available_outgoing_bps,
        /// Data messages that SCTP took.
        data_messages_sent,
        /// Bytes of those messages, envelope included.
        data_bytes_sent,
        /// Data messages that SCTP refused because its buffer was full.
        data_messages_refused,
        /// Bytes that waited in the buffers of the data channels when messages were written, summed
        /// over the messages.
        data_bytes_ahead,
        /// Data messages received.
        data_messages_received,
        /// Data messages received with end-to-end encryption that were decrypted.
        data_messages_decrypted,
        /// Data messages received with end-to-end encryption that could not be decrypted.
        data_messages_undecryptable,
        /// Datagrams that entered the impaired uplink.
        impaired_up,
        /// Datagrams that the impaired uplink dropped.
        impaired_dropped_up,
        /// Datagrams that entered the impaired downlink.
        impaired_down,
        /// Datagrams that the impaired downlink dropped.
        impaired_dropped_down,
    }
}

row! {
    /// Cumulative counters of one received flow of data messages.
    DataFlowStats {
        /// Handle of the peer that receives it.
        peer,
        /// Number of the flow, unique in the run.
        flow,
        /// Messages received, duplicates not included.
        received,
        /// Bytes of those messages, envelope included.
        bytes,
        /// Messages lost.
        lost,
        /// Messages received again.
        duplicates,
        /// One-way latency over the life of the flow, median, ms; NaN without samples.
        latency_p50_ms,
        /// One-way latency as in `latencyP50Ms`, 95th percentile, ms; NaN without samples.
        latency_p95_ms,
        /// One-way latency as in `latencyP50Ms`, maximum, ms; NaN without samples.
        latency_max_ms,
    }
}

row! {
    /// A media interruption that has ended, of a receiver that was not muted.
    Interruption {
        /// Handle of the receiver.
        receiver,
        /// Arrival of the last packet before it, Unix ms.
        from,
        /// Arrival of the first packet after it, Unix ms.
        to,
    }
}

/// Everything that one sample contains.
#[derive(Default)]
pub struct Tables {
    /// Rows of [`SenderStats`].
    pub senders: Vec<f64>,
    /// Rows of [`ReceiverStats`].
    pub receivers: Vec<f64>,
    /// Rows of [`PeerStats`].
    pub peers: Vec<f64>,
    /// Rows of [`DataFlowStats`].
    pub flows: Vec<f64>,
    /// Rows of [`Interruption`]: those that ended since the last sample.
    pub interruptions: Vec<f64>,
    /// One-way latency by cohort since the last sample.
    pub latencies: Latencies,
    /// Datagrams sent on all sockets, cumulative.
    pub datagrams_sent: u64,
    /// Datagrams received on all sockets, cumulative.
    pub datagrams_received: u64,
    /// Bytes of the datagrams sent, with their headers of UDP and IP, cumulative.
    pub wire_bytes_sent: u64,
    /// Bytes of the datagrams received, counted as in `wire_bytes_sent`.
    pub wire_bytes_received: u64,
    /// Datagrams that the kernel dropped on shared sockets, cumulative.
    pub shared_socket_drops: u64,
    /// The longest delay of a thread's wake-up since the last sample, ns.
    pub max_tick_late_ns: u64,
    /// CPU time of the threads, cumulative, ns.
    pub cpu_ns: u64,
    /// Threads that do not run. Their counters are missing from this sample.
    pub stuck_threads: u32,
}
