//! Rate adaptation of a sender: another clip of the same picture, a pause, a slower pace, padding.

use std::io;

use super::{PlainPacket, SendContext, Sender};
use crate::clip::Codec;
use crate::rtp::MAX_DATAGRAM;

/// Header, extensions, tag, and IP and UDP headers of a packet, about, bytes.
const OVERHEAD: usize = 12 + 20 + 16 + crate::congestion::layers::IP_UDP_BYTES;
/// Packets that are looked at for one that is worth sending as padding.
const PADDING_CANDIDATES: u64 = 8;

impl Sender {
    /// Returns true for video: audio is never held back.
    pub fn is_video(&self) -> bool {
        self.playback.clip.codec != Codec::Opus
    }

    /// Returns true if the stream is to be sent, as far as bandwidth allows.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Bit rates of its clips on the wire, ascending.
    pub fn rates(&self) -> Vec<f64> {
        self.clips.iter().map(|clip| clip.rate(OVERHEAD)).collect()
    }

    /// Bit rate of the clip that plays, on the wire; 0 while none does.
    pub fn target_bps(&self) -> f64 {
        if self.active { self.playback.clip.rate(OVERHEAD) } else { 0.0 }
    }

    /// Index of the clip that bandwidth allows; `None`: it does not allow any.
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// Plays another clip from the next frame on, which is a keyframe; `None`: pauses.
    pub fn choose(&mut self, clip: Option<usize>, now: u64) {
        let clip = clip.map(|clip| clip.min(self.clips.len() - 1));
        if clip == self.chosen {
            return;
        }
        self.chosen = clip;
        if let Some(clip) = clip {
            self.next_clip = Some(self.clips[clip].clone());
        }
        self.follow(now);
    }

    /// Returns true if the pacer delays the next packet, which then becomes due later.
    pub(super) fn is_held(&mut self, now: u64, context: &mut SendContext<'_>) -> bool {
        let Some(congestion) = context.congestion.as_mut() else { return false };
        let at = congestion.pacer.media_at(now);
        if at <= now || !self.is_video() {
            return false;
        }
        self.held = true;
        self.due_ns = at;
        true
    }

    /// Sends one of the last packets again, as browsers do for padding: on the RTX stream, where
    /// the remote recognises it as received before. Returns whether there was one.
    pub fn send_padding(
        &mut self,
        context: &mut SendContext<'_>,
        buf: &mut [u8; MAX_DATAGRAM + 64],
        mut send: impl FnMut(PlainPacket<'_>) -> io::Result<()>,
    ) -> bool {
        if self.config.rtx.is_none() {
            return false;
        }
        let size = |sent: &super::SentPacket| {
            // A packet that was forgotten is none.
            if sent.sequence == 0 { 0 } else { self.clip_of(sent).packet(sent.clip_packet).1.len() }
        };
        let last = (1..=PADDING_CANDIDATES.min(self.counters.packets))
            .map(|back| self.history[(self.next_sequence - back) as usize % self.history.len()]);
        let Some(largest) = last.max_by_key(size).filter(|sent| sent.sequence > 0) else {
            return false;
        };
        self.counters.padding_packets += 1;
        self.send_again(&largest, context, buf, &mut send);
        true
    }
}
