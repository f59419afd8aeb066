use super::*;
use crate::clock::MS;

fn audio() -> Receiver {
    let payload = ReceiverPayload {
        payload_type: 111,
        codec: Codec::Opus,
        clock_rate: 48_000,
        rtx_payload_type: None,
    };
    receiver(false, payload)
}

fn video() -> Receiver {
    receiver(
        true,
        ReceiverPayload {
            payload_type: 96,
            codec: Codec::Vp8,
            clock_rate: 90_000,
            rtx_payload_type: Some(97),
        },
    )
}

fn receiver(video: bool, payload: ReceiverPayload) -> Receiver {
    Receiver::new(ReceiverConfig {
        video,
        mid: b"1".to_vec(),
        ssrc: Some(9),
        rtx_ssrc: payload.rtx_payload_type.map(|_| 10),
        payloads: vec![payload],
        nack: true,
        pli: video,
        remb: false,
        cohort: None,
    })
}

fn packet(
    receiver: &mut Receiver,
    sequence: u16,
    timestamp: u32,
    at: u64,
    payload: &[u8],
) -> PacketOutcome {
    deliver(receiver, sequence, timestamp, at, payload, false)
}

fn deliver(
    receiver: &mut Receiver,
    sequence: u16,
    timestamp: u32,
    at: u64,
    payload: &[u8],
    rtx: bool,
) -> PacketOutcome {
    let mut bytes = vec![0x80, if receiver.config.video { 96 } else { 111 }];
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(timestamp.to_be_bytes());
    bytes.extend(9_u32.to_be_bytes());
    let header = RtpHeader::parse(&bytes).unwrap();
    let extended = receiver.extend(sequence, rtx);
    receiver.on_packet(
        &header,
        payload,
        &Extensions::default(),
        Delivery { extended, rtx, arrival: at, now: at },
    )
}

#[test]
fn even_arrivals_have_no_jitter_and_uneven_ones_that_of_the_rfc() {
    let mut even = audio();
    let mut uneven = audio();
    for i in 0..500_u64 {
        packet(&mut even, i as u16, i as u32 * 960, 1_000 * MS + i * 20 * MS, b"x");
        packet(
            &mut uneven,
            i as u16,
            i as u32 * 960,
            1_000 * MS + i * 20 * MS + (i % 2) * 8 * MS,
            b"x",
        );
    }
    assert!(even.jitter_ms() < 0.001);
    // |D| is 8 ms each time, so the filter settles there.
    assert!((uneven.jitter_ms() - 8.0).abs() < 0.01, "{}", uneven.jitter_ms());
}

#[test]
fn missing_packets_are_requested_once_reordering_is_ruled_out() {
    let mut receiver = audio();
    packet(&mut receiver, 1, 0, 1000 * MS, b"x");
    packet(&mut receiver, 4, 2880, 1060 * MS, b"x");
    assert!(receiver.nacks_due(1065 * MS).is_empty());
    assert_eq!(receiver.feedback_at(), 1070 * MS);
    assert_eq!(receiver.nacks_due(1070 * MS), [2, 3]);
    packet(&mut receiver, 2, 960, 1080 * MS, b"x");
    assert_eq!(receiver.nacks_due(1300 * MS), [3]);
    assert_eq!((receiver.counters.nacks, receiver.counters.nacked_packets), (2, 2));
    assert_eq!((receiver.sequences().lost_before_recovery(), receiver.sequences().lost()), (2, 1));
    assert!(receiver.nacks_due(5000 * MS).is_empty());
    assert_eq!(receiver.feedback_at(), u64::MAX, "given up");
}

/// Case of a packet that the uplink of a publisher lost, and that the server forwards late.
#[test]
fn with_rtx_an_original_after_its_nack_is_out_of_order() {
    let mut receiver = video();
    packet(&mut receiver, 1, 0, 1000 * MS, b"x");
    packet(&mut receiver, 3, 6000, 1060 * MS, b"x");
    assert_eq!(receiver.nacks_due(1070 * MS), [2]);
    packet(&mut receiver, 2, 3000, 1080 * MS, b"x");
    assert_eq!(
        (receiver.sequences().lost_before_recovery(), receiver.sequences().recovered()),
        (0, 0)
    );
    assert_eq!((receiver.counters.out_of_order, receiver.counters.packets), (1, 3));
}

#[test]
fn rtx_carries_the_original_sequence_number_first() {
    let mut receiver = video();
    packet(&mut receiver, 1, 0, 1000 * MS, b"\x00x");
    packet(&mut receiver, 3, 6000, 1066 * MS, b"\x00x");
    deliver(&mut receiver, 700, 3000, 1090 * MS, b"\x00\x02\x00x", true);
    deliver(&mut receiver, 701, 3000, 1091 * MS, b"", true);
    assert_eq!(
        (
            receiver.sequences().recovered(),
            receiver.counters.packets,
            receiver.counters.padding_packets
        ),
        (1, 3, 1)
    );
}

#[test]
fn a_video_without_a_keyframe_is_requested_until_one_arrives() {
    let mut receiver = video();
    packet(&mut receiver, 1, 0, 1000 * MS, b"\x00delta");
    assert!(!receiver.pli_due(1100 * MS));
    assert_eq!(receiver.feedback_at(), 1250 * MS);
    assert!(receiver.pli_due(1250 * MS));
    assert!(!receiver.pli_due(1300 * MS));
    let keyframe = |width: u8| [0x10, 0x02, 0, 0, 0x9d, 0x01, 0x2a, width, 0, 100, 0];
    packet(&mut receiver, 2, 3000, 1400 * MS, &keyframe(80));
    assert!(!receiver.pli_due(9000 * MS));
    packet(&mut receiver, 3, 6000, 1433 * MS, &keyframe(160));
    assert_eq!((receiver.counters.keyframes, receiver.counters.layer_switches), (2, 1));
    assert_eq!(receiver.counters.size, Some(FrameSize { width: 160, height: 100 }));
}

#[test]
fn a_pause_is_an_interruption_unless_muted() {
    let mut receiver = audio();
    packet(&mut receiver, 1, 0, 1_000 * MS, b"xyz");
    packet(&mut receiver, 2, 960, 1_700 * MS, b"xyz");
    assert_eq!((receiver.arrivals.interruptions, receiver.arrivals.interruption_ns), (1, 700 * MS));
    receiver.set_muted(true, 1_700 * MS);
    assert_eq!(receiver.arrivals.open_interruption(9_000 * MS), 0);
    receiver.set_muted(false, 9_000 * MS);
    packet(&mut receiver, 3, 1920, 9_100 * MS, b"xyz");
    assert_eq!(receiver.arrivals.interruptions, 1);
    assert_eq!(receiver.arrivals.open_interruption(9_700 * MS), 600 * MS);
}

#[test]
fn a_pause_of_speech_with_dtx_is_not_an_interruption() {
    let mut receiver = audio();
    packet(&mut receiver, 1, 0, 1_000 * MS, b"speech");
    packet(&mut receiver, 2, 960, 1_020 * MS, b"x");
    // Comfort noise, 180 ms late.
    packet(&mut receiver, 3, 960 + 19_200, 1_600 * MS, b"noise");
    packet(&mut receiver, 4, 1_920 + 19_200, 1_620 * MS, b"x");
    assert_eq!(receiver.interruptions(2_520 * MS), (0, 0, 0));
    assert_eq!((receiver.sequences().lost(), receiver.counters.nacks), (0, 0));
    assert_eq!(receiver.interruptions(2_521 * MS).0, 1);
    assert_eq!(
        packet(&mut receiver, 5, 57_600, 2_600 * MS, b"noise").silent_since,
        Some(1_620 * MS)
    );
    assert_eq!(receiver.interruptions(3_101 * MS), (2, 980 * MS + 501 * MS, 980 * MS));
}

#[test]
fn filler_of_the_server_is_not_media() {
    let mut receiver = audio();
    packet(&mut receiver, 1, 0, 1_000 * MS, b"xyz");
    let mut silence = [0; 80];
    silence[..3].copy_from_slice(&[0xf8, 0xff, 0xfe]);
    assert_eq!(packet(&mut receiver, 2, 960, 9_000 * MS, &silence).silent_since, None);
    assert_eq!(
        (receiver.counters.packets, receiver.counters.padding_packets, receiver.arrivals.last_at),
        (1, 1, 1_000 * MS)
    );
    assert_eq!(receiver.sequences().lost(), 0);
    assert_eq!(packet(&mut receiver, 3, 1920, 9_100 * MS, b"xyz").silent_since, Some(1_000 * MS));
}

#[test]
fn the_packet_that_ends_an_interruption_has_its_start() {
    let mut receiver = audio();
    let silent_since = |receiver: &mut Receiver, sequence: u16, at| {
        packet(receiver, sequence, sequence as u32 * 960, at, b"xyz").silent_since
    };
    assert_eq!(silent_since(&mut receiver, 1, 1_000 * MS), None);
    assert_eq!(silent_since(&mut receiver, 2, 1_500 * MS), None);
    assert_eq!(silent_since(&mut receiver, 3, 4_520 * MS), Some(1_500 * MS));
    receiver.set_muted(true, 4_600 * MS);
    assert_eq!(packet(&mut receiver, 4, 3840, 9_000 * MS, b"xyz").silent_since, None);
    receiver.set_muted(false, 9_100 * MS);
    assert_eq!(packet(&mut receiver, 5, 4800, 9_700 * MS, b"xyz").silent_since, Some(9_100 * MS));
}

#[test]
fn a_report_has_the_loss_since_the_last() {
    let mut receiver = audio();
    assert!(receiver.report_block(0).is_none());
    for sequence in [10, 11, 14, 15] {
        packet(&mut receiver, sequence, sequence as u32 * 960, 1000 * MS, b"x");
    }
    receiver.on_sender_report(0x0001_0002_0003_0004, 1000 * MS);
    let block = receiver.report_block(1500 * MS).unwrap();
    assert_eq!((block.fraction_lost, block.cumulative_lost, block.extended_highest), (85, 2, 15));
    assert_eq!((block.last_sr, block.delay_since_last_sr), (0x0002_0003, 32_768));
    assert_eq!(receiver.report_block(1600 * MS).unwrap().fraction_lost, 0);
}

#[test]
fn a_report_counts_rtx_as_lost_and_retransmissions_on_the_same_ssrc_as_received() {
    let (mut audio, mut video) = (audio(), video());
    for receiver in [&mut audio, &mut video] {
        packet(receiver, 1, 0, 1000 * MS, b"\x00x");
        packet(receiver, 3, 6000, 1060 * MS, b"\x00x");
        assert_eq!(receiver.nacks_due(1070 * MS), [2]);
        assert_eq!(receiver.report_block(1071 * MS).unwrap().cumulative_lost, 1);
    }
    packet(&mut audio, 2, 3000, 1080 * MS, b"\x00x");
    deliver(&mut video, 700, 3000, 1080 * MS, b"\x00\x02\x00x", true);
    assert_eq!((audio.sequences().recovered(), video.sequences().recovered()), (1, 1));
    assert_eq!(audio.report_block(1100 * MS).unwrap().cumulative_lost, 0);
    assert_eq!(video.report_block(1100 * MS).unwrap().cumulative_lost, 1);
}
