use super::*;
use crate::congestion::CongestionControl;
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
    video_of(10)
}

/// The same, with as many bytes in each packet.
fn video_of(bytes: u32) -> Arc<Clip> {
    let packets: Vec<u32> = (0..4).flat_map(|i| [i * bytes, bytes, 1, 1]).collect();
    let frames: Vec<u32> = (0..4).flat_map(|i| [i, 1, 3000, (i % 2 == 0) as u32]).collect();
    let payload = (0..4 * bytes).map(|at| at as u8).collect();
    Arc::new(Clip::new(Codec::Vp8, 90_000, payload, &packets, &frames, &[]).unwrap())
}

fn config(rtx: Option<(u32, u8)>) -> SenderConfig {
    SenderConfig {
        mid: b"0".to_vec(),
        rid: None,
        ssrc: 5,
        payload_type: 96,
        rtx,
        extensions: None,
        frame_metadata: false,
        active: true,
    }
}

struct Peer {
    sender: Sender,
    transport_sequence: u16,
    congestion: Option<CongestionControl>,
    /// Monotonic ns from which times count.
    zero: u64,
    sent: Vec<Vec<u8>>,
}

impl Peer {
    fn new(clip: Arc<Clip>, rtx: Option<(u32, u8)>) -> Self {
        Self::of(vec![clip], rtx)
    }

    fn of(clips: Vec<Arc<Clip>>, rtx: Option<(u32, u8)>) -> Self {
        Self {
            sender: Sender::new(config(rtx), clips, 0),
            transport_sequence: 0,
            congestion: None,
            zero: 0,
            sent: Vec::new(),
        }
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
        let mut context = SendContext {
            ids: &ids,
            transport_sequence: &mut self.transport_sequence,
            congestion: self.congestion.as_mut(),
        };
        act(&mut self.sender, &mut context, &mut [0; MAX_DATAGRAM + 64], &mut self.sent);
    }

    fn until(&mut self, to: u64) {
        let zero = self.zero;
        for now in (0..=to).step_by(2) {
            self.with(|sender, context, buf, sent| {
                sender.send_due(zero + now * MS, context, buf, |p| {
                    sent.push(p.buf[..p.len].to_vec());
                    Ok(())
                });
            });
        }
    }

    /// Returns whether there was something to send.
    fn pad(&mut self) -> bool {
        let mut padded = false;
        self.with(|sender, context, buf, sent| {
            padded = sender.send_padding(context, buf, |p| {
                sent.push(p.buf[..p.len].to_vec());
                Ok(())
            });
        });
        padded
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

#[test]
fn another_clip_begins_with_the_next_frame_and_time_runs_on() {
    let quiet = |fill: u8| {
        let frames = [0, 1, 960, 1];
        Arc::new(
            Clip::new(Codec::Opus, 48_000, vec![fill; 3], &[0, 3, 1, 1], &frames, &[127]).unwrap(),
        )
    };
    let mut peer = Peer::new(audio(), None);
    peer.until(100);
    let loud = peer.sent.last().unwrap().clone();
    peer.sender.set_clip(quiet(1)).unwrap();
    let before = peer.sent.len();
    peer.until(200);
    let header = |packet: &[u8]| RtpHeader::parse(packet).unwrap();
    let first = peer.sent[before].clone();
    assert!(first.ends_with(&[1; 3]) && first.len() < loud.len());
    assert_eq!(header(&first).sequence, header(&loud).sequence.wrapping_add(1));
    assert_eq!(header(&first).timestamp, header(&loud).timestamp.wrapping_add(960));
    peer.nack(vec![header(&loud).sequence, header(&first).sequence], 200);
    assert_eq!(peer.sent[peer.sent.len() - 2..], [loud.clone(), first]);

    peer.sender.set_clip(quiet(2)).unwrap();
    peer.until(300);
    let after = peer.sent.len();
    peer.nack(vec![header(&loud).sequence], 300);
    assert_eq!(peer.sent.len(), after, "its clip is forgotten");
    assert_eq!(peer.sender.set_clip(video()), Err(ClipError::OtherCodec));
}

#[test]
fn a_frame_ends_with_its_capture_time_where_that_was_asked_for() {
    let mut peer = Peer::new(video(), None);
    peer.until(100);
    let plain = peer.sent[0].len();
    let mut peer = Peer::new(video(), None);
    peer.sender.config.frame_metadata = true;
    let before = clock::wall_ns() / 1_000;
    peer.until(100);
    let packet = &peer.sent[0];
    let (fields, magic) = packet[plain..].split_at(11);
    assert_eq!((magic, packet.len()), (b"LKTS".as_slice(), plain + 15));
    let fields: Vec<u8> = fields.iter().map(|byte| byte ^ 0xff).collect();
    assert_eq!((fields[0], fields[1], fields[10]), (1, 8, 15));
    let captured = u64::from_be_bytes(fields[2..10].try_into().unwrap());
    assert!((before..=clock::wall_ns() / 1_000).contains(&(captured + 1)), "{captured}");
}

#[test]
fn frame_metadata_becomes_part_of_the_last_nal_unit_of_an_aggregate() {
    let payload = [24, 0, 2, 0x67, 1, 0, 3, 0x65, 2, 3];
    let clip =
        Clip::new(Codec::H264, 90_000, payload.to_vec(), &[0, 10, 1, 1], &[0, 1, 3000, 1], &[]);
    let mut peer = Peer::new(Arc::new(clip.unwrap()), None);
    peer.sender.config.frame_metadata = true;
    peer.until(100);
    let packet = &peer.sent[0];
    let begin = packet.len() - 15 - payload.len();
    assert_eq!(packet[begin..begin + 8], [24, 0, 2, 0x67, 1, 0, 18, 0x65]);
}

#[test]
fn a_lower_clip_begins_with_a_keyframe_and_numbers_run_on() {
    let mut peer = Peer::of(vec![video_of(10), video_of(500)], None);
    peer.until(100);
    let last = peer.sent.last().unwrap().clone();
    let keyframes = peer.sender.counters.keyframes;
    peer.sender.choose(Some(0), 100 * MS);
    let before = peer.sent.len();
    peer.until(200);
    let header = |packet: &[u8]| RtpHeader::parse(packet).unwrap();
    let first = &peer.sent[before];
    assert!(last.len() > 500 && first.len() < 100, "{} and {} bytes", last.len(), first.len());
    assert_eq!(header(first).sequence, header(&last).sequence.wrapping_add(1));
    assert_eq!(header(first).timestamp, header(&last).timestamp.wrapping_add(3000));
    assert!(peer.sender.counters.keyframes > keyframes);
    assert!(peer.sender.target_bps() < 30.0 * 8.0 * 150.0);
}

#[test]
fn a_layer_is_sent_only_where_it_is_wanted_and_bandwidth_suffices() {
    let mut peer = Peer::of(vec![video_of(10), video_of(500)], None);
    peer.sender.choose(None, 0);
    peer.until(100);
    assert_eq!((peer.sent.len(), peer.sender.is_wanted()), (0, true));
    peer.sender.set_active(false, 100 * MS);
    peer.sender.choose(Some(0), 100 * MS);
    assert_eq!(peer.sender.due_ns(), u64::MAX, "the remote has paused it");
    peer.sender.set_active(true, 100 * MS);
    peer.until(200);
    assert!(peer.sent.len() > 1 && peer.sent.iter().all(|packet| packet.len() < 100));
}

#[test]
fn padding_is_an_earlier_packet_on_the_rtx_stream() {
    let mut without_rtx = Peer::new(video(), None);
    without_rtx.until(100);
    assert!(!without_rtx.pad());
    let mut peer = Peer::new(video_of(500), Some((6, 97)));
    assert!(!peer.pad(), "nothing was sent yet");
    peer.until(100);
    let sent: Vec<u16> =
        peer.sent.iter().map(|packet| RtpHeader::parse(packet).unwrap().sequence).collect();
    assert!(peer.pad());
    let padding = peer.sent.last().unwrap();
    let header = RtpHeader::parse(padding).unwrap();
    assert_eq!((header.ssrc, header.payload_type), (6, 97));
    let original = u16::from_be_bytes([padding[header.len], padding[header.len + 1]]);
    assert!(sent.contains(&original));
    assert_eq!((peer.sender.counters.padding_packets, peer.sender.counters.rtx_packets), (1, 0));
}

#[test]
fn what_the_pacer_holds_back_leaves_later_and_is_not_late() {
    let mut peer = Peer::new(video_of(1_000), Some((6, 97)));
    // Packets are counted by the real clock, which is behind from here on.
    peer.zero = clock::monotonic_ns() + 1_000 * MS;
    peer.sender = Sender::new(config(None), vec![video_of(1_000)], peer.zero);
    let mut control = CongestionControl::new(peer.zero);
    control.on_timer(peer.zero);
    for sequence in 0..60 {
        control.on_sent(60_000 + sequence, 1_200, peer.zero);
    }
    peer.congestion = Some(control);
    peer.until(300);
    assert_eq!(peer.sent.len(), 0, "73,680 bytes at 2.5 times 300 kbit/s take 786 ms");
    peer.until(1_500);
    assert!(peer.sent.len() > 15, "{} packets", peer.sent.len());
    assert_eq!(peer.sender.counters.late_sends, 0);
}

/// A frame of speech, which begins with its first packet, and one of silence.
fn frames_of_speech() -> (Vec<u8>, [u8; 3]) {
    let clip = crate::voice::tests::speech();
    let first = clip.voice().unwrap().iter().position(|is_voice| *is_voice).unwrap();
    (clip.packet(clip.frame(first).first_packet).1.to_vec(), [0xf8, 0xff, 0xfe])
}

/// Opus clip with these payloads, each a frame of 20 ms.
fn opus(payloads: &[&[u8]]) -> Arc<Clip> {
    let (mut bytes, mut packets, mut frames) = (Vec::new(), Vec::new(), Vec::new());
    for (index, payload) in (0u32..).zip(payloads) {
        packets.extend([bytes.len() as u32, payload.len() as u32, 1, 1]);
        frames.extend([index, 1, 960, 1]);
        bytes.extend_from_slice(payload);
    }
    Arc::new(Clip::new(Codec::Opus, 48_000, bytes, &packets, &frames, &[]).unwrap())
}

/// Numbers of the frames of 20 ms in which speech was sent.
fn spoken_frames(peer: &Peer, speech: &[u8]) -> Vec<usize> {
    let is_speech = |packet: &Vec<u8>| packet.ends_with(speech);
    peer.sent.iter().enumerate().filter(|(_, packet)| is_speech(packet)).map(|(i, _)| i).collect()
}

#[test]
fn a_clip_that_is_played_once_is_followed_by_the_one_before() {
    let (speech, silence) = frames_of_speech();
    let mut peer = Peer::new(opus(&[&silence]), None);
    peer.until(100);
    let before = peer.sent.len();
    peer.sender.play_once(opus(&[&silence, &speech, &speech, &silence])).unwrap();
    peer.zero = 102 * MS;
    peer.until(400);
    assert_eq!(spoken_frames(&peer, &speech), [before + 1, before + 2]);
    let spoken = peer.sender.take_spoken().unwrap();
    assert!(!spoken.cut && spoken.to >= spoken.from, "{spoken:?}");
    assert_eq!(peer.sender.take_spoken(), None);
    assert!(peer.sent.len() > before + 10, "silence continues");
}

#[test]
fn another_clip_cuts_one_that_is_played_once() {
    let (speech, silence) = frames_of_speech();
    let quiet = opus(&[&silence]);
    let mut peer = Peer::new(quiet.clone(), None);
    peer.sender.play_once(opus(&[&speech[..]; 50])).unwrap();
    peer.until(200);
    assert_eq!(peer.sender.take_spoken(), None);
    peer.sender.set_clip(quiet).unwrap();
    assert!(peer.sender.take_spoken().unwrap().cut);
    let spoken = spoken_frames(&peer, &speech).len();
    peer.zero = 202 * MS;
    peer.until(1_500);
    assert_eq!(spoken_frames(&peer, &speech).len(), spoken);
    assert_eq!(peer.sender.take_spoken(), None, "it was cut before its end");
}

#[test]
fn a_clip_without_voice_is_not_played_once() {
    let (_, silence) = frames_of_speech();
    let mut peer = Peer::new(opus(&[&silence]), None);
    assert_eq!(peer.sender.play_once(opus(&[&silence])), Err(ClipError::Silent));
    assert_eq!(peer.sender.play_once(video()), Err(ClipError::OtherCodec));
}
