use super::*;

const FRAME_NS: u64 = 20 * MS;
/// An Opus frame of 20 ms without sound, as LiveKit and browsers send it.
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];

/// The audio clip in a file of `packages/webrtc/clips` (format: `packages/webrtc/src/clips.ts`).
fn clip_of(file: &[u8]) -> Clip {
    const HEADER: usize = 76;
    const ROW: usize = 16;
    let field = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let (packets, frames, levels) = (field(28) as usize, field(32) as usize, field(36) as usize);
    let table = |from: usize, rows: usize| -> Vec<u32> {
        let bytes = &file[from..from + rows * ROW];
        bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect()
    };
    let frames_at = HEADER + packets * ROW;
    let levels_at = frames_at + frames * ROW;
    let payload = file[levels_at + levels..].to_vec();
    let levels = &file[levels_at..levels_at + levels];
    let (packets, frames) = (table(HEADER, packets), table(frames_at, frames));
    Clip::new(Codec::Opus, field(16), payload, &packets, &frames, levels).unwrap()
}

/// Frames from the first with voice to after the last.
fn range_of(voiced: &[bool]) -> std::ops::Range<usize> {
    voiced.iter().position(|is_voice| *is_voice).unwrap()..voiced.len()
}

/// Speech of 8 s.
pub(crate) fn speech() -> Clip {
    clip_of(include_bytes!("../../../clips/speech.clip"))
}

#[test]
fn voice_is_what_the_levels_of_the_clip_call_loud() {
    let clip = speech();
    let mut level = LevelMeter::new().unwrap();
    let mut before = 127;
    for index in 0..clip.frames() {
        let frame = clip.frame(index);
        let is_voice = level.is_voice(clip.packet(frame.first_packet).1);
        // The decoder lags behind the encoder's input by 6.5 ms: where the level changes, the
        // energy may be in the next packet.
        match (before, frame.audio_level) {
            (0..=35, 0..=35) => assert!(is_voice, "frame {index}"),
            (60.., 60..) => assert!(!is_voice, "frame {index}"),
            _ => {}
        }
        before = frame.audio_level;
    }
}

#[test]
fn voice_begins_with_its_first_packet_and_ends_with_its_last() {
    let clip = speech();
    let voice = range_of(&voiced_frames(&clip).unwrap());
    let mut detector = VoiceDetector::new().unwrap();
    let mut edges = Vec::new();
    let silent = 50;
    let frames = silent..silent + clip.frames();
    // A second of silence, the clip, and a second of silence; arrivals are 1 s ahead of `now`.
    for index in 0..2 * silent + clip.frames() {
        let now = index as u64 * FRAME_NS;
        edges.extend(detector.on_timer(now));
        let payload = match frames.contains(&index) {
            true => clip.packet(clip.frame(index - silent).first_packet).1,
            false => &SILENCE,
        };
        edges.extend(detector.on_packet(payload, now + 1_000 * MS, now));
    }
    let at = |frame: usize| (silent + frame) as u64 * FRAME_NS + 1_000 * MS;
    assert_eq!(edges.first(), Some(&VoiceEdge::Began { at: at(voice.start) }));
    let Some(VoiceEdge::Ended { to, .. }) = edges.last() else { panic!("{edges:?}") };
    // The decoder may ring for a frame after the last one.
    assert!(to.abs_diff(at(voice.end - 1)) <= FRAME_NS, "{to} {}", at(voice.end - 1));
}

#[test]
fn a_short_pause_belongs_to_the_voice_and_a_stream_that_stops_ends_it() {
    let clip = speech();
    let voice = range_of(&voiced_frames(&clip).unwrap());
    let loud = clip.packet(clip.frame(voice.start).first_packet).1;
    let mut detector = VoiceDetector::new().unwrap();
    assert_eq!(detector.due_at(), u64::MAX);
    assert_eq!(detector.on_packet(loud, 5, 0), Some(VoiceEdge::Began { at: 5 }));
    assert_eq!(detector.on_timer(PAUSE_NS - 1), None);
    assert_eq!(detector.on_packet(loud, 6, PAUSE_NS - 1), None);
    assert_eq!(detector.due_at(), 2 * PAUSE_NS - 1);
    assert_eq!(detector.on_timer(2 * PAUSE_NS - 1), Some(VoiceEdge::Ended { from: 5, to: 6 }));
    assert_eq!(detector.on_timer(u64::MAX), None);
}

#[test]
fn silence_and_what_is_no_opus_is_no_voice() {
    let mut level = LevelMeter::new().unwrap();
    assert!(!level.is_voice(&SILENCE));
    assert!(!level.is_voice(&[]));
    assert!(!level.is_voice(&[0xff]));
    let silent =
        Clip::new(Codec::Opus, 48_000, SILENCE.to_vec(), &[0, 3, 1, 1], &[0, 1, 960, 1], &[127]);
    assert_eq!(voiced_frames(&silent.unwrap()), None);
}

/// The payload is not authenticated by its publisher to subscribers: any bytes may arrive.
#[test]
fn damaged_packets_do_not_panic() {
    let clip = speech();
    let mut random = fastrand::Rng::with_seed(7);
    let mut level = LevelMeter::new().unwrap();
    for round in 0..5_000 {
        let frame = clip.frame(round % clip.frames());
        let mut payload = clip.packet(frame.first_packet).1.to_vec();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..payload.len());
            payload[at] = random.u8(..);
        }
        payload.truncate(random.usize(..=payload.len()));
        level.is_voice(&payload);
    }
}
