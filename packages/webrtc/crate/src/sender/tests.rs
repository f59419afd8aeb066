use super::*;
use crate::rtp::RtpHeader;

const MS: u64 = 1_000_000;

fn audio() -> Arc<Clip> {
    Arc::new(
        Clip::new(Codec::Opus, 48_000, vec![7; 80], &[0, 80, 1, 1], &[0, 1, 960, 1], &[30])
            .unwrap(),
    )
}

/// Four frames of one VP8 packet, the third a keyframe again.
fn video() -> Arc<Clip> {
    let packets: Vec<u32> = (0..4).flat_map(|i| [i * 10, 10, 1, 1]).collect();
    let frames: Vec<u32> = (0..4).flat_map(|i| [i, 1, 3000, (i % 2 == 0) as u32]).collect();
    Arc::new(Clip::new(Codec::Vp8, 90_000, (0..40).collect(), &packets, &frames, &[]).unwrap())
}

fn config(rtx: Option<(u32, u8)>) -> SenderConfig {
    SenderConfig {
        mid: b"0".to_vec(),
        rid: None,
        ssrc: 5,
        payload_type: 96,
        rtx,
        extensions: None,
        active: true,
    }
}

struct Peer {
    sender: Sender,
    transport_sequence: u16,
    sent: Vec<Vec<u8>>,
}

impl Peer {
    fn new(clip: Arc<Clip>, rtx: Option<(u32, u8)>) -> Self {
        Self { sender: Sender::new(config(rtx), clip, 0), transport_sequence: 0, sent: Vec::new() }
    }

    fn with(
        &mut self,
        act: impl FnOnce(
            &mut Sender,
            &mut SendContext<'_>,
            &mut [u8; MAX_DATAGRAM + 64],
            &mut Vec<Vec<u8>>,
        ),
    ) {
        let ids = ExtensionIds {
            mid: 4,
            abs_capture_time: 7,
            transport_wide_cc: 3,
            ..ExtensionIds::default()
        };
        let mut context =
            SendContext { ids: &ids, transport_sequence: &mut self.transport_sequence };
        act(&mut self.sender, &mut context, &mut [0; MAX_DATAGRAM + 64], &mut self.sent);
    }

    fn until(&mut self, to: u64) {
        for now in (0..=to).step_by(2) {
            self.with(|sender, context, buf, sent| {
                sender.send_due(now * MS, context, buf, |p| {
                    sent.push(p.buf[..p.len].to_vec());
                    Ok(())
                });
            });
        }
    }

    fn nack(&mut self, sequences: Vec<u16>, now: u64) {
        self.with(|sender, context, buf, sent| {
            sender.retransmit(sequences.into_iter(), now * MS, context, buf, |p| {
                sent.push(p.buf[..p.len].to_vec());
                Ok(())
            });
        });
    }
}

#[test]
fn audio_leaves_every_twenty_milliseconds_with_rtp_time_to_match() {
    let mut peer = Peer::new(audio(), None);
    peer.until(1000);
    assert!((48..=50).contains(&peer.sent.len()), "{} packets", peer.sent.len());
    let headers: Vec<_> = peer.sent.iter().map(|p| RtpHeader::parse(p).unwrap()).collect();
    for pair in headers.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp), 960);
    }
    assert_eq!(peer.sender.counters.late_sends, 0);
    let ahead = peer
        .sender
        .playback
        .timestamp_at(1000 * MS)
        .wrapping_sub(headers.last().unwrap().timestamp);
    assert!(ahead < 2 * 960, "sender reports and packets share one clock");
}

#[test]
fn packets_due_before_the_transport_is_connected_are_not_late() {
    let mut peer = Peer::new(audio(), None);
    peer.sender.on_connected(2_000 * MS);
    assert!(peer.sender.due_ns() > 2_000 * MS);
    peer.until(3_000);
    assert!((48..=50).contains(&peer.sent.len()), "{} packets", peer.sent.len());
    assert_eq!(peer.sender.counters.late_sends, 0);
}

#[test]
fn a_paused_layer_stays_paused_when_the_transport_connects() {
    let mut peer = Peer::new(audio(), None);
    peer.sender.set_active(false, 0);
    peer.sender.on_connected(2_000 * MS);
    assert_eq!(peer.sender.due_ns(), u64::MAX);
}

#[test]
fn a_nack_is_answered_by_rtx_with_the_original_sequence_number() {
    let mut peer = Peer::new(video(), Some((6, 97)));
    peer.until(500);
    let original = peer.sent[2].clone();
    let lost = RtpHeader::parse(&original).unwrap().sequence;
    let before = peer.sent.len();
    peer.nack(vec![lost, lost.wrapping_sub(500)], 500);
    assert_eq!(peer.sent.len(), before + 1);
    let rtx = peer.sent.last().unwrap();
    let header = RtpHeader::parse(rtx).unwrap();
    assert_eq!((header.ssrc, header.payload_type), (6, 97));
    assert_eq!(rtx[header.len..header.len + 2], lost.to_be_bytes());
    let original_header = RtpHeader::parse(&original).unwrap();
    assert_eq!(rtx[header.len + 2..], original[original_header.len..]);
    assert_eq!(
        (
            peer.sender.counters.rtx_packets,
            peer.sender.counters.nacked_packets,
            peer.sender.counters.nacks
        ),
        (1, 1, 1)
    );
    peer.nack(vec![lost], 505);
    assert_eq!(peer.sent.len(), before + 1, "not again within the resend interval");
}

#[test]
fn without_rtx_a_retransmission_is_the_same_bytes() {
    let mut peer = Peer::new(audio(), None);
    peer.until(500);
    // The next packets have another header: no mid, other transport-wide sequence numbers.
    peer.sender.on_report_block(0, 0, None);
    let original = peer.sent[2].clone();
    let transport_sequence = peer.transport_sequence;
    peer.nack(vec![RtpHeader::parse(&original).unwrap().sequence], 500);
    assert_eq!(peer.sent.last().unwrap(), &original);
    assert_eq!(peer.transport_sequence, transport_sequence);
}

#[test]
fn without_rtx_nothing_is_retransmitted_under_other_extensions() {
    let mut peer = Peer::new(audio(), None);
    peer.until(500);
    let before = peer.sent.len();
    peer.sender.on_extensions_changed();
    peer.nack(vec![RtpHeader::parse(&peer.sent[2]).unwrap().sequence], 500);
    assert_eq!(peer.sent.len(), before);
}

#[test]
fn a_keyframe_follows_a_request() {
    let mut peer = Peer::new(video(), None);
    peer.until(10_000);
    let regular = peer.sender.counters.keyframes;
    assert_eq!(regular, peer.sender.counters.frames.div_ceil(2));
    // Stop before a delta frame and request a keyframe: it is sent instead.
    while peer.sender.playback.frame_index() != 1 {
        peer.with(|sender, context, buf, _| {
            sender.send_due(sender.due_ns, context, buf, |_| Ok(()))
        });
    }
    peer.sender.last_keyframe_ns = 0;
    peer.sender.request_keyframe();
    peer.with(|sender, context, buf, _| sender.send_due(sender.due_ns, context, buf, |_| Ok(())));
    assert_eq!(
        peer.sender.playback.frame_index(),
        3,
        "frame 1 was skipped in favour of keyframe 2"
    );
}

#[test]
fn pausing_stops_packets_and_rtp_time_runs_on() {
    let mut peer = Peer::new(audio(), None);
    peer.until(100);
    let last = RtpHeader::parse(peer.sent.last().unwrap()).unwrap().timestamp;
    peer.sender.set_active(false, 100 * MS);
    assert_eq!(peer.sender.due_ns(), u64::MAX);
    peer.sender.set_active(true, 1100 * MS);
    peer.with(|sender, context, buf, sent| {
        sender.send_due(1130 * MS, context, buf, |p| {
            sent.push(p.buf[..p.len].to_vec());
            Ok(())
        });
    });
    let resumed = RtpHeader::parse(peer.sent.last().unwrap()).unwrap().timestamp;
    let passed = resumed.wrapping_sub(last);
    assert!((48_000..=50_000).contains(&passed) && passed.is_multiple_of(960), "{passed} ticks");
}

#[test]
fn a_stalled_thread_counts_as_late_and_does_not_burst() {
    let mut peer = Peer::new(audio(), None);
    peer.until(100);
    let before = peer.sent.len();
    peer.with(|sender, context, buf, sent| {
        sender.send_due(2100 * MS, context, buf, |p| {
            sent.push(p.buf[..p.len].to_vec());
            Ok(())
        });
    });
    assert!(peer.sent.len() - before <= 2);
    assert!(peer.sender.counters.late_sends >= 98, "{}", peer.sender.counters.late_sends);
    assert!(peer.sender.counters.max_late_ms > 1900.0);
}

#[test]
fn a_negative_cumulative_loss_is_read() {
    let mut peer = Peer::new(audio(), None);
    peer.sender.on_report_block(0x00ff_ffff, 480, Some(12.5));
    assert_eq!(peer.sender.counters.remote_lost, -1);
    assert_eq!(peer.sender.counters.remote_jitter_ms, 10.0);
    assert_eq!(peer.sender.counters.rtt_ms, Some(12.5));
}

#[test]
fn a_packet_that_this_host_refuses_is_not_a_remote_that_is_gone() {
    let mut peer = Peer::new(audio(), None);
    let refusals = [libc::EPERM, libc::ENOBUFS, libc::ENETDOWN, libc::ECONNREFUSED];
    let mut errors = refusals.into_iter().map(io::Error::from_raw_os_error);
    for now in (0..=100).step_by(2) {
        peer.with(|sender, context, buf, _| {
            sender.send_due(now * MS, context, buf, |_| errors.next().map_or(Ok(()), Err));
        });
    }
    assert!(peer.sender.on_send_rejected(5, &io::Error::from_raw_os_error(libc::EHOSTUNREACH)));
    assert!(!peer.sender.on_send_rejected(6, &io::Error::from_raw_os_error(libc::EPERM)));
    let SenderCounters { send_errors, unreachable_sends, packets, .. } = peer.sender.counters;
    assert_eq!((send_errors, unreachable_sends), (3, 2));
    assert!(packets >= 4);
}
