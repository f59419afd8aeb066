//! Decryption of the frames of one remote track, which counts those that can be decrypted.

use std::sync::Arc;

use super::frame;
use super::keys::KeyRing;
use crate::clip::Codec;
use crate::clock::MS;
use crate::depacketize;
use crate::filler::is_filler;

/// Interval between two video frames that are decrypted, ns. Audio frames are decrypted all: each
/// is a packet.
const VIDEO_INTERVAL_NS: u64 = 1_000 * MS;
/// Longer video frames are not decrypted.
const MAX_FRAME: usize = 4 << 20;

/// One RTP payload of the track.
pub struct Part<'a> {
    /// Codec of the payload.
    pub codec: Codec,
    /// RTP time stamp.
    pub timestamp: u32,
    /// RTP marker bit: the last packet of a video frame.
    pub marker: bool,
    /// Extended sequence number.
    pub sequence: u64,
    /// RTP payload without padding.
    pub payload: &'a [u8],
}

/// Cumulative counters of a track; [`crate::rows::ReceiverStats`] documents them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct DecryptionCounters {
    pub decrypted: u64,
    pub undecryptable: u64,
    pub key_changes: u64,
}

/// A video frame that is being collected into the buffer.
struct Assembly {
    timestamp: u32,
    next_sequence: u64,
}

/// Decrypts frames of one track, and counts them.
pub struct Decryption {
    /// Counters of the track.
    pub counters: DecryptionCounters,
    keys: Arc<KeyRing>,
    /// Trailer at the end of frames that the server inserts.
    server_trailer: Vec<u8>,
    key_index: Option<u8>,
    buffer: Vec<u8>,
    assembly: Option<Assembly>,
    /// Sequence number behind the last video frame that was complete.
    frame_after: Option<u64>,
    /// Time at which a video frame is to be decrypted next, monotonic ns.
    due: u64,
}

impl Decryption {
    /// The decryption of a track that has not been received yet.
    pub fn new(keys: Arc<KeyRing>, server_trailer: Vec<u8>) -> Self {
        Self {
            counters: DecryptionCounters::default(),
            keys,
            server_trailer,
            key_index: None,
            buffer: Vec::new(),
            assembly: None,
            frame_after: None,
            due: 0,
        }
    }

    /// Uses these keys from now on.
    pub fn set_keys(&mut self, keys: Arc<KeyRing>) {
        self.keys = keys;
    }

    /// Returns true if the server inserted the frame: a known one, with its trailer. Such a frame
    /// is not encrypted.
    pub fn is_filler(&self, codec: Codec, payload: &[u8]) -> bool {
        let inserted = payload.strip_suffix(&self.server_trailer[..]);
        !self.server_trailer.is_empty() && inserted.is_some_and(|frame| is_filler(codec, frame))
    }

    /// Takes the payload of a packet that was not received before. `now`: monotonic ns. Returns
    /// whether a frame could be decrypted for the first time.
    pub fn on_part(&mut self, part: &Part<'_>, now: u64) -> bool {
        let is_frame = match part.codec {
            Codec::Opus => {
                self.buffer.clear();
                self.buffer.extend_from_slice(part.payload);
                true
            }
            Codec::Vp8 | Codec::H264 => self.collect(part, now),
            Codec::Vp9 | Codec::Av1 | Codec::Other => false,
        };
        is_frame && self.open(part.codec)
    }

    /// Returns whether the buffer holds a whole frame.
    fn collect(&mut self, part: &Part<'_>, now: u64) -> bool {
        let &Part { codec, timestamp, marker, sequence, payload } = part;
        let follows_frame = self.frame_after == Some(sequence);
        if marker {
            self.frame_after = Some(sequence + 1);
        }
        let continues = match &self.assembly {
            Some(assembly) if sequence < assembly.next_sequence => return false,
            Some(assembly) => assembly.timestamp == timestamp && assembly.next_sequence == sequence,
            None if now < self.due => return false,
            None => false,
        };
        if !continues {
            self.assembly = None;
            self.buffer.clear();
        }
        let Some(starts) = depacketize::append(codec, payload, &mut self.buffer) else {
            self.assembly = None;
            return false;
        };
        let begins = starts || (codec == Codec::H264 && follows_frame);
        if !(continues || begins) || self.buffer.len() > MAX_FRAME {
            self.assembly = None;
            return false;
        }
        if !marker {
            self.assembly = Some(Assembly { timestamp, next_sequence: sequence + 1 });
            return false;
        }
        self.assembly = None;
        self.due = now + VIDEO_INTERVAL_NS;
        true
    }

    fn open(&mut self, codec: Codec) -> bool {
        let Some(index) = frame::open(codec, &mut self.buffer, &self.keys) else {
            self.counters.undecryptable += 1;
            return false;
        };
        self.counters.decrypted += 1;
        self.counters.key_changes += self.key_index.is_some_and(|before| before != index) as u64;
        self.key_index = Some(index);
        self.counters.decrypted == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAILER: [u8; 4] = [9, 8, 7, 6];

    fn ring(key: u8) -> Arc<KeyRing> {
        let mut ring = KeyRing::default();
        ring.set(0, &[key; 16]).unwrap();
        ring.set(1, &[key + 1; 16]).unwrap();
        Arc::new(ring)
    }

    fn decryption() -> Decryption {
        Decryption::new(ring(1), TRAILER.to_vec())
    }

    fn audio(decryption: &mut Decryption, payload: &[u8]) -> bool {
        let part = Part { codec: Codec::Opus, timestamp: 0, marker: false, sequence: 1, payload };
        decryption.on_part(&part, 0)
    }

    /// Sends a VP8 frame in pieces of 100 bytes, without those in `lost`; returns the next sequence
    /// number.
    fn video(to: &mut Decryption, key: u8, sequence: u64, now: u64, lost: &[u64]) -> u64 {
        let frame = frame::seal(Codec::Vp8, &[0x10; 450], &ring(key), 0).unwrap();
        let pieces: Vec<&[u8]> = frame.chunks(100).collect();
        for (i, piece) in (0..).zip(&pieces) {
            let payload = [&[if i == 0 { 0x10 } else { 0 }][..], piece].concat();
            let marker = i as usize + 1 == pieces.len();
            let (sequence, timestamp) = (sequence + i, sequence as u32);
            if !lost.contains(&i) {
                let codec = Codec::Vp8;
                to.on_part(&Part { codec, timestamp, marker, sequence, payload: &payload }, now);
            }
        }
        sequence + pieces.len() as u64
    }

    #[test]
    fn every_sound_is_decrypted_and_changes_of_the_key_are_counted() {
        let mut decryption = decryption();
        let sealed = |key, index| frame::seal(Codec::Opus, &[0x78; 60], &ring(key), index).unwrap();
        assert!(audio(&mut decryption, &sealed(1, 0)));
        for payload in [sealed(1, 0), sealed(1, 1), sealed(1, 1), sealed(5, 0), vec![0x78; 60]] {
            assert!(!audio(&mut decryption, &payload));
        }
        let expected = DecryptionCounters { decrypted: 4, undecryptable: 2, key_changes: 1 };
        assert_eq!(decryption.counters, expected);
        decryption.set_keys(ring(5));
        audio(&mut decryption, &sealed(5, 1));
        assert_eq!(decryption.counters.decrypted, 5);
    }

    #[test]
    fn one_video_frame_a_second_is_decrypted() {
        let mut decryption = decryption();
        let mut sequence = 7;
        for frame in 0..75 {
            sequence = video(&mut decryption, 1, sequence, frame * 40 * MS, &[]);
        }
        assert_eq!(decryption.counters.decrypted, 3);
        video(&mut decryption, 9, sequence, 4_000 * MS, &[]);
        assert_eq!(decryption.counters.undecryptable, 1);
    }

    #[test]
    fn a_video_frame_with_a_gap_is_not_counted_and_the_next_one_is() {
        let mut decryption = decryption();
        for lost in [0, 2, 4] {
            let sequence = video(&mut decryption, 1, 100 * lost, 0, &[lost]);
            assert_eq!(decryption.counters, DecryptionCounters::default(), "{lost}");
            video(&mut decryption, 1, sequence, 0, &[0]);
        }
        video(&mut decryption, 1, 900, 0, &[]);
        assert_eq!(decryption.counters.decrypted, 1);
    }

    #[test]
    fn what_the_server_inserts_is_known_by_trailer_and_content() {
        let decryption = decryption();
        let mut silence = vec![0; 80];
        silence[..3].copy_from_slice(&[0xf8, 0xff, 0xfe]);
        assert!(!decryption.is_filler(Codec::Opus, &silence));
        let inserted = [&silence[..], &TRAILER].concat();
        assert!(decryption.is_filler(Codec::Opus, &inserted));
        assert!(!decryption.is_filler(Codec::Opus, &[&[1; 80][..], &TRAILER].concat()));
        let without = Decryption::new(ring(1), Vec::new());
        assert!(!without.is_filler(Codec::Opus, &silence));
    }
}
