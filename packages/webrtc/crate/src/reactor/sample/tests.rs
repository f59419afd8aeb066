//! A counter must come out under its own name: every counter gets a value of its own, and each is
//! found in its table by column. Two swapped columns fail.

use std::sync::Arc;

use super::*;
use crate::clip::{Clip, Codec};
use crate::e2ee::Decryption;
use crate::frame_size::FrameSize;
use crate::path::Way;
use crate::receiver::{ReceiverConfig, ReceiverCounters, ReceiverPayload};
use crate::rtp::{Extensions, RtpHeader};
use crate::sender::{SenderConfig, SenderCounters};

/// The value of a column of the only row, as JavaScript reads it.
fn column<R: Row>(row: &R, name: &str) -> f64 {
    let mut table = Vec::new();
    row.append_to(&mut table);
    assert_eq!(table.len(), R::COLUMNS.len());
    let at = R::COLUMNS.iter().position(|column| *column == name);
    table[at.unwrap_or_else(|| panic!("no column {name}"))]
}

fn expect<R: Row>(row: &R, expected: &[(&str, f64)]) {
    let names: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, R::COLUMNS, "every column, once");
    for (name, value) in expected {
        let seen = column(row, name);
        // Unix times in ms are exact to less than a microsecond only.
        assert!((seen - value).abs() < 1e-3, "{name}: {seen}");
    }
}

#[test]
fn every_counter_of_a_sender_has_its_own_column() {
    let clip = Clip::new(Codec::Opus, 48_000, vec![7; 80], &[0, 80, 1, 1], &[0, 1, 960, 1], &[30]);
    let config = SenderConfig {
        mid: b"0".to_vec(),
        rid: None,
        ssrc: 5,
        payload_type: 96,
        rtx: None,
        extensions: None,
        frame_metadata: false,
        active: true,
    };
    let mut sender = Sender::new(config, vec![Arc::new(clip.unwrap())], 0);
    sender.counters = SenderCounters {
        packets: 11,
        bytes: 12,
        frames: 13,
        keyframes: 14,
        rtx_packets: 15,
        padding_packets: 29,
        nacked_packets: 16,
        nacks: 17,
        plis: 18,
        firs: 19,
        remote_lost: -20,
        remote_jitter_ms: 21.5,
        rtt_ms: Some(22.5),
        twcc_received: 23,
        twcc_lost: 24,
        late_sends: 25,
        max_late_ms: 26.5,
        send_errors: 27,
        unreachable_sends: 28,
        wanted_ns: 30_000_000,
        limited_ns: 31_000_000,
    };
    expect(
        &sender_row(8, 9, &sender),
        &[
            ("sender", 8.0),
            ("peer", 9.0),
            ("active", 1.0),
            ("packets", 11.0),
            ("bytes", 12.0),
            ("frames", 13.0),
            ("keyframes", 14.0),
            ("rtx_packets", 15.0),
            ("padding_packets", 29.0),
            ("nacked_packets", 16.0),
            ("nacks", 17.0),
            ("plis", 18.0),
            ("firs", 19.0),
            ("remote_lost", -20.0),
            ("remote_jitter_ms", 21.5),
            ("rtt_ms", 22.5),
            ("twcc_received", 23.0),
            ("twcc_lost", 24.0),
            ("late_sends", 25.0),
            ("max_late_ms", 26.5),
            ("send_errors", 27.0),
            ("unreachable_sends", 28.0),
            ("target_bps", sender.target_bps()),
            ("wanted_ms", 30.0),
            ("limited_ms", 31.0),
        ],
    );
}

/// Sequence numbers 1, 2, 5 and 8 in packets 30 ms late on a grid of 20 ms, and 3 by RTX.
fn receiver() -> Receiver {
    let payload = ReceiverPayload {
        payload_type: 96,
        codec: Codec::Other,
        clock_rate: 90_000,
        rtx_payload_type: Some(97),
    };
    let mut receiver = Receiver::new(ReceiverConfig {
        video: false,
        mid: b"1".to_vec(),
        ssrc: Some(9),
        rtx_ssrc: Some(10),
        payloads: vec![payload],
        nack: true,
        pli: false,
        remb: false,
        cohort: None,
    });
    let captured = 1_700_000_000_000_000_000;
    for (sequence, rtx, at_ms) in
        [(1, false, 30), (2, false, 50), (5, false, 110), (900, true, 150), (8, false, 1_770)]
    {
        let mut bytes = vec![0x80, 96];
        bytes.extend(u16::to_be_bytes(sequence));
        bytes.extend((sequence as u32 * 1_800).to_be_bytes());
        bytes.extend(9_u32.to_be_bytes());
        let header = RtpHeader::parse(&bytes).unwrap();
        let payload: &[u8] = if rtx { b"\x00\x03x" } else { b"x" };
        let extensions = Extensions {
            capture_ntp: (!rtx).then(|| clock::ntp_from_wall(captured)),
            ..Extensions::default()
        };
        let delivery = crate::receiver::Delivery {
            extended: receiver.extend(sequence, rtx),
            rtx,
            arrival: captured + at_ms * clock::MS,
            now: at_ms * clock::MS,
        };
        receiver.on_packet(&header, payload, &extensions, delivery);
    }
    receiver
}

#[test]
fn every_counter_of_a_receiver_has_its_own_column() {
    let mut receiver = receiver();
    receiver.counters = ReceiverCounters {
        packets: 11,
        bytes: 12,
        padding_packets: 13,
        duplicates: 14,
        out_of_order: 15,
        nacks: 16,
        nacked_packets: 17,
        plis: 18,
        keyframes: 19,
        layer_switches: 20,
        size: Some(FrameSize { width: 640, height: 360 }),
    };
    let mut decryption = Decryption::new(Arc::default(), Vec::new());
    let counters = &mut decryption.counters;
    (counters.decrypted, counters.undecryptable, counters.key_changes) = (21, 22, 23);
    receiver.decryption = Some(Box::new(decryption));
    let began = 1_700_000_000_000.0;
    // One interruption of 1,620 ms has ended, another is under way for 3,000 ms.
    let wall = 1_700_000_000_000_000_000 + 4_770 * clock::MS;
    let row = receiver_row(8, 9, &receiver, wall);
    let latency = |quantile| receiver.latency().unwrap().quantile(quantile);
    assert!(latency(0.5) < latency(0.95), "the percentiles differ");
    assert!(receiver.jitter_ms() > 0.0);
    expect(
        &row,
        &[
            ("receiver", 8.0),
            ("peer", 9.0),
            ("packets", 11.0),
            ("bytes", 12.0),
            ("padding_packets", 13.0),
            ("lost_before_recovery", 4.0),
            ("lost", 3.0),
            ("recovered", 1.0),
            ("duplicates", 14.0),
            ("out_of_order", 15.0),
            ("jitter_ms", receiver.jitter_ms()),
            ("nacks", 16.0),
            ("nacked_packets", 17.0),
            ("plis", 18.0),
            ("keyframes", 19.0),
            ("layer_switches", 20.0),
            ("width", 640.0),
            ("height", 360.0),
            ("first_packet_at", began + 30.0),
            ("last_packet_at", began + 1_770.0),
            ("interruptions", 2.0),
            ("interruption_ms", 4_620.0),
            ("longest_interruption_ms", 3_000.0),
            ("latency_p50_ms", latency(0.5)),
            ("latency_p95_ms", latency(0.95)),
            ("latency_max_ms", 1_770.0),
            ("decrypted_frames", 21.0),
            ("undecryptable_frames", 22.0),
            ("key_changes", 23.0),
        ],
    );
}

#[test]
fn every_counter_of_a_data_flow_has_its_own_column() {
    let mut received =
        FlowReceived { received: 11, bytes: 12, duplicates: 13, ..Default::default() };
    for extended in [100, 103] {
        received.sequences.on_packet(extended, crate::sequence::Transmission::Original);
    }
    for latency in [1.0, 5.0, 25.0] {
        received.latency.add(crate::sketch::Binned::new(latency));
    }
    let (p50, p95) = (received.latency.quantile(0.5), received.latency.quantile(0.95));
    expect(
        &flow_row(8, 9, &received),
        &[
            ("peer", 9.0),
            ("flow", 8.0),
            ("received", 11.0),
            ("bytes", 12.0),
            ("lost", 2.0),
            ("duplicates", 13.0),
            ("latency_p50_ms", p50),
            ("latency_p95_ms", p95),
            ("latency_max_ms", 25.0),
        ],
    );
}

#[test]
fn every_counter_of_a_peer_has_its_own_column() {
    let certificate = crate::dtls_keys::crypto_provider().dtls_provider.generate_certificate();
    let mut reactor = Reactor::new(1, 3, certificate.unwrap(), false).unwrap();
    let (handle, peer) = reactor.create_peer("127.0.0.1".parse().unwrap()).unwrap();
    let impaired =
        crate::impairment::LinkConfig { loss: 1.0, ..crate::impairment::LinkConfig::UNIMPAIRED };
    let access = &mut peer.transport.access;
    let delayed = crate::impairment::LinkConfig { delay: 1, ..impaired };
    let delayed = crate::impairment::LinkConfig { loss: 0.0, ..delayed };
    access.set_impairment(crate::impairment::Impairment::new(impaired, delayed, 1, 0));
    let (remote, now) = ("127.0.0.1:9".parse().unwrap(), clock::Now::read());
    let way = Way { endpoint: 0, remote };
    for _ in 0..2 {
        access.send_to(b"x", way).unwrap();
    }
    for _ in 0..3 {
        assert!(access.enter_downlink(b"x", way, now.wall, now));
    }
    (peer.transport.send_errors, peer.transport.rtt_ms) = (20, 21.5);
    (peer.data.messages_sent, peer.data.bytes_sent, peer.data.messages_received) = (22, 23, 24);
    (peer.data.messages_refused, peer.data.bytes_ahead) = (27, 28);
    (peer.data.messages_decrypted, peer.data.messages_undecryptable) = (25, 26);
    assert_eq!(handle, 1);
    expect(
        &peer_row(handle, peer),
        &[
            ("peer", 1.0),
            ("rtt_ms", 21.5),
            ("socket_drops", 0.0),
            ("stream_drops", 0.0),
            ("send_errors", 20.0),
            ("remb_bps", 0.0),
            ("available_outgoing_bps", 0.0),
            ("data_messages_sent", 22.0),
            ("data_bytes_sent", 23.0),
            ("data_messages_refused", 27.0),
            ("data_bytes_ahead", 28.0),
            ("data_messages_received", 24.0),
            ("data_messages_decrypted", 25.0),
            ("data_messages_undecryptable", 26.0),
            ("impaired_up", 2.0),
            ("impaired_dropped_up", 2.0),
            ("impaired_down", 3.0),
            ("impaired_dropped_down", 0.0),
        ],
    );
    let mut tables = Tables::default();
    reactor.totals.interruptions.push(crate::totals::Interruption {
        receiver: 4,
        from: 5 * clock::MS,
        to: 6 * clock::MS,
    });
    reactor.sample(&mut tables);
    assert_eq!(tables.interruptions, [4.0, 5.0, 6.0]);
    assert_eq!(Interruption::COLUMNS, ["receiver", "from", "to"]);
    assert_eq!(tables.peers.len(), PeerStats::COLUMNS.len());
}
