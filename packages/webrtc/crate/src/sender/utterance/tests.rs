use super::*;
use crate::clock::MS;
use crate::voice::{VoiceDetector, VoiceEdge};

const FRAME_NS: u64 = 20 * MS;
/// Frames of silence around an utterance: longer than a pause that belongs to the voice.
const QUIET: usize = 25;
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];

/// Receives an utterance that is cut after some frames, between frames of silence.
/// Returns the last time with voice, if there is any.
fn hear(detector: &mut VoiceDetector, clip: &Clip, frames: usize, begins: u64) -> Option<u64> {
    let mut heard = None;
    for index in 0..frames + QUIET {
        let now = begins + index as u64 * FRAME_NS;
        let payload = match index < frames {
            true => clip.packet(clip.frame(index).first_packet).1,
            false => &SILENCE,
        };
        // Later voice of the utterance replaces voice before a pause.
        for edge in [detector.on_timer(now), detector.on_packet(payload, now, now)] {
            if let Some(VoiceEdge::Ended { to, .. }) = edge {
                heard = Some(to);
            }
        }
    }
    heard
}

/// The sender's own account of the same utterance.
fn say(clip: &Arc<Clip>, frames: usize, begins: u64) -> Option<u64> {
    let voiced = clip.voice().unwrap();
    let mut utterance = Utterance::new(clip.clone(), voiced, clip.clone());
    let whole = (0..frames)
        .filter_map(|frame| utterance.on_frame(frame, begins + frame as u64 * FRAME_NS))
        .last();
    whole.or_else(|| utterance.cut(frames)).map(|spoken| spoken.to)
}

/// Speech has pauses of several frames. Where it is cut in one, both sides must know that the voice
/// had ended before; the listener's decoder has heard earlier utterances, and was not asked about
/// silence.
#[test]
fn a_listener_hears_the_end_of_an_utterance_where_its_sender_says_it_is() {
    let clip = Arc::new(crate::voice::tests::speech());
    let mut detector = VoiceDetector::new().unwrap();
    let mut begins = 0;
    for frames in (1..=clip.frames()).step_by(7) {
        let said = say(&clip, frames, begins);
        let heard = hear(&mut detector, &clip, frames, begins);
        assert_eq!(said, heard, "cut after {frames} frames");
        begins += (frames + QUIET) as u64 * FRAME_NS;
    }
}

#[test]
fn a_pause_in_which_an_utterance_is_cut_is_no_voice() {
    let clip = Arc::new(crate::voice::tests::speech());
    let voiced = clip.voice().unwrap();
    let last = voiced.iter().position(|is_voice| *is_voice).unwrap();
    let pause = last + voiced[last..].iter().position(|is_voice| !*is_voice).unwrap();
    for frames in [pause, pause + 1] {
        assert_eq!(say(&clip, frames, 0), Some((pause as u64 - 1) * FRAME_NS));
    }
}
