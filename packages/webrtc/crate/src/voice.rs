//! Voice in Opus audio: decodes it, and compares the level of each frame with a threshold. The audio
//! level extension (RFC 6464) cannot serve: livekit-server does not forward it to subscribers.

use std::sync::Arc;

use opus_pure::OpusDecoder;

use crate::clip::{Clip, Codec};
use crate::clock::MS;

/// Enough for a level: no voice has its energy above 4 kHz alone.
const SAMPLE_RATE: i32 = 8_000;
/// Digital silence, and frames without contents, are at most this long.
const SILENCE_BYTES: usize = 3;
/// An Opus packet has at most 120 ms (RFC 6716 §3.2.5).
const MAX_SAMPLES: usize = SAMPLE_RATE as usize * 120 / 1_000;
/// Root mean square from which a frame is voice, of a full scale of 32,768: -45 dBov. Comfort noise
/// is below -60, quiet speech above -40.
const VOICE_RMS: f64 = 184.0;
/// A shorter pause belongs to the voice: plosives, and packets that were lost.
pub const PAUSE_NS: u64 = 200 * MS;

/// Voice of a remote track that began or paused. Times are arrivals, wall clock, ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceEdge {
    /// The first packet with voice.
    Began {
        /// Arrival of the packet.
        at: u64,
    },
    /// No packet with voice for [`PAUSE_NS`].
    Ended {
        /// Arrival of the first packet with voice.
        from: u64,
        /// Arrival of the last packet with voice.
        to: u64,
    },
}

/// Voice that has not ended.
struct Spell {
    from: u64,
    to: u64,
    /// Time after which it has ended, monotonic ns.
    ends_at: u64,
}

/// Detector of voice in one remote track.
pub struct VoiceDetector {
    level: LevelMeter,
    spell: Option<Spell>,
}

impl VoiceDetector {
    /// A detector that has heard nothing; `None` if the decoder is not available.
    pub fn new() -> Option<Self> {
        Some(Self { level: LevelMeter::new()?, spell: None })
    }

    /// Takes a packet in the order of its sequence numbers. `arrival`: wall clock, ns; `now`:
    /// monotonic ns.
    pub fn on_packet(&mut self, payload: &[u8], arrival: u64, now: u64) -> Option<VoiceEdge> {
        if !self.level.is_voice(payload) {
            return None;
        }
        let ends_at = now + PAUSE_NS;
        if let Some(spell) = &mut self.spell {
            (spell.to, spell.ends_at) = (spell.to.max(arrival), ends_at);
            return None;
        }
        self.spell = Some(Spell { from: arrival, to: arrival, ends_at });
        Some(VoiceEdge::Began { at: arrival })
    }

    /// Time at which [`VoiceDetector::on_timer`] has something, monotonic ns; `u64::MAX` for never.
    pub fn due_at(&self) -> u64 {
        self.spell.as_ref().map_or(u64::MAX, |spell| spell.ends_at)
    }

    /// The end of voice, if it has ended by `now`, monotonic ns.
    pub fn on_timer(&mut self, now: u64) -> Option<VoiceEdge> {
        let Spell { from, to, .. } = self.spell.take_if(|spell| spell.ends_at <= now)?;
        Some(VoiceEdge::Ended { from, to })
    }
}

/// Voice flag of each frame of a clip, up to the last one with voice; `None` for a silent clip.
pub fn voiced_frames(clip: &Clip) -> Option<Arc<[bool]>> {
    let mut level = LevelMeter::new().filter(|_| clip.codec == Codec::Opus)?;
    let is_voice = |index: usize| {
        let (_, payload) = clip.packet(clip.frame(index).first_packet);
        level.is_voice(payload)
    };
    let mut voiced: Vec<bool> = (0..clip.frames()).map(is_voice).collect();
    let last = voiced.iter().rposition(|is_voice| *is_voice)?;
    voiced.truncate(last + 1);
    Some(voiced.into())
}

struct LevelMeter {
    decoder: OpusDecoder,
    samples: Box<[i16; MAX_SAMPLES]>,
}

impl LevelMeter {
    fn new() -> Option<Self> {
        let decoder = OpusDecoder::new(SAMPLE_RATE, 1).ok()?;
        Some(Self { decoder, samples: Box::new([0; MAX_SAMPLES]) })
    }

    /// Returns true for a packet with voice; a packet that cannot be decoded has none.
    fn is_voice(&mut self, payload: &[u8]) -> bool {
        // An empty packet would ask the decoder to conceal a loss; silence needs no decoder.
        if payload.len() <= SILENCE_BYTES {
            return false;
        }
        let Ok(count) = self.decoder.decode_s16(payload, MAX_SAMPLES, &mut self.samples[..]) else {
            return false;
        };
        let energy: f64 =
            self.samples[..count].iter().map(|sample| f64::from(*sample).powi(2)).sum();
        count > 0 && (energy / count as f64).sqrt() >= VOICE_RMS
    }
}

#[cfg(test)]
pub(crate) mod tests;
