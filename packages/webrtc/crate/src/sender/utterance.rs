//! A clip that is played once: the time at which its voice was sent, and the clip that follows.

use std::sync::Arc;

use crate::clip::Clip;

/// Voice of a clip that was played once. Times are wall clock, ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// Time at which the first frame with voice was sent.
    pub from: u64,
    /// Time at which the last frame with voice was sent.
    pub to: u64,
    /// True if another clip replaced it before its last frame with voice.
    pub cut: bool,
}

/// A clip that plays once.
pub(super) struct Utterance {
    pub(super) clip: Arc<Clip>,
    /// Clip that plays afterwards.
    pub(super) after: Arc<Clip>,
    /// Voice flag of each frame, up to the last one with voice.
    voiced: Arc<[bool]>,
    sent: Option<(u64, u64)>,
}

impl Utterance {
    pub(super) fn new(clip: Arc<Clip>, voiced: Arc<[bool]>, after: Arc<Clip>) -> Self {
        Self { clip, after, voiced, sent: None }
    }

    /// Notes that a frame of the clip was sent at `wall`, and returns the voice with its last frame.
    pub(super) fn on_frame(&mut self, frame: usize, wall: u64) -> Option<Spoken> {
        // A listener does not hear the pauses in it: cut in one, the voice has ended before.
        if !self.voiced.get(frame).is_some_and(|is_voice| *is_voice) {
            return None;
        }
        let from = self.sent.map_or(wall, |(from, _)| from);
        self.sent = Some((from, wall));
        (frame + 1 == self.voiced.len()).then_some(Spoken { from, to: wall, cut: false })
    }

    /// The voice that was sent before another clip replaced this one; `None`: none, or all of it.
    pub(super) fn cut(&self, frame: usize) -> Option<Spoken> {
        let (from, to) = self.sent.filter(|_| frame < self.voiced.len())?;
        Some(Spoken { from, to, cut: true })
    }
}

#[cfg(test)]
mod tests;
