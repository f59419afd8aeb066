//! Times at which the frames of a looping clip are to be sent, and the RTP time of each.

use std::sync::Arc;

use crate::clip::{Clip, ClipFrame, Codec};

/// A thread that slept longer than this does not catch up frame by frame: an encoder would have
/// dropped the frames, too.
const MAX_CATCH_UP_NS: u64 = 300_000_000;
const NS_PER_SECOND: u128 = 1_000_000_000;

/// The position in a clip, on a grid of RTP time that never stops.
pub(super) struct Playback {
    pub(super) clip: Arc<Clip>,
    /// Index of the current frame.
    frame: usize,
    /// RTP time 0 of the grid, monotonic ns.
    epoch_ns: u64,
    /// RTP ticks from the epoch to the current frame.
    ticks: u64,
    /// RTP time stamps start at a random value (RFC 3550 §5.1).
    timestamp_base: u32,
}

impl Playback {
    pub(super) fn new(clip: Arc<Clip>, now: u64) -> Self {
        Self { clip, frame: 0, epoch_ns: now, ticks: 0, timestamp_base: fastrand::u32(..) }
    }

    pub(super) fn frame(&self) -> ClipFrame {
        self.clip.frame(self.frame)
    }

    pub(super) fn frame_index(&self) -> usize {
        self.frame
    }

    /// RTP time stamp of the current frame.
    pub(super) fn timestamp(&self) -> u32 {
        self.timestamp_base.wrapping_add(self.ticks as u32)
    }

    /// RTP time stamp of any moment, monotonic ns.
    pub(super) fn timestamp_at(&self, now: u64) -> u32 {
        self.timestamp_base.wrapping_add(self.ticks_at(now) as u32)
    }

    /// Time at which the current frame is to be sent, monotonic ns.
    pub(super) fn due_ns(&self) -> u64 {
        let since_epoch = self.ticks as u128 * NS_PER_SECOND / self.clip.clock_rate as u128;
        self.epoch_ns + since_epoch as u64
    }

    fn ticks_at(&self, now: u64) -> u64 {
        let elapsed = now.saturating_sub(self.epoch_ns) as u128;
        (elapsed * self.clip.clock_rate as u128 / NS_PER_SECOND) as u64
    }

    /// Continues on the grid after a pause, with a keyframe. The first start is somewhere within
    /// the first frame, or peers that connect together would send together.
    pub(super) fn resume(&mut self, now: u64, first: bool) {
        let duration = self.frame().duration as u64;
        self.ticks = (self.ticks_at(now) / duration + 1) * duration;
        if first {
            self.epoch_ns +=
                fastrand::u64(0..duration * 1_000_000_000 / self.clip.clock_rate as u64);
        }
        self.seek_keyframe();
    }

    /// Continues with another clip of the same clock, and returns the one before: audio from its
    /// first frame, video, which shows the same picture, from its next keyframe.
    pub(super) fn replace_clip(&mut self, clip: Arc<Clip>) -> Arc<Clip> {
        let same_time = self.frame * clip.frames() / self.clip.frames();
        let begins = clip.codec == Codec::Opus;
        self.frame = if begins { 0 } else { clip.keyframe_from(same_time) };
        std::mem::replace(&mut self.clip, clip)
    }

    /// Moves to the next keyframe at or after the current frame, without moving in time.
    pub(super) fn seek_keyframe(&mut self) {
        self.frame = self.clip.keyframe_from(self.frame);
    }

    /// Skips frames that are too late to be sent, and returns how many. What follows needs a
    /// keyframe, as the skipped frames are missing from it.
    pub(super) fn skip_late(&mut self, late_ns: u64, now: u64) -> u64 {
        if late_ns <= MAX_CATCH_UP_NS {
            return 0;
        }
        let duration = self.frame().duration as u64;
        let skipped = (self.ticks_at(now) - self.ticks) / duration;
        self.ticks += skipped * duration;
        self.seek_keyframe();
        skipped
    }

    /// Moves to the next frame.
    pub(super) fn advance(&mut self) {
        self.ticks += self.frame().duration as u64;
        self.frame = self.clip.frame_after(self.frame);
    }
}
