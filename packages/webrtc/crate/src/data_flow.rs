//! Data messages that carry a stamp, so that the receiving pump can count losses and measure the
//! one-way latency.
//!
//! ```text
//!  0        8      12         16             24          32
//! +--------+------+----------+--------------+-----------+
//! | magic  | flow | sequence | sent, wall ns| reserved  |   big-endian
//! +--------+------+----------+--------------+-----------+
//! ```

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::clock;
use crate::e2ee::{KeyRing, MessageSeal};
use crate::error::{PumpError, Result};
use crate::sequence::{Arrival, SequenceTracker, Transmission};
use crate::sketch::{Binned, Sketch};

/// Long enough that no other message is likely to contain it.
const MAGIC: [u8; 8] = [0xf5, b's', b'w', b'a', b'r', b'm', 0x01, 0xfa];
/// Bytes of a stamp.
pub const STAMP_LEN: usize = 32;
/// Incoming flows that a peer counts, about 6 KB each. Every participant of the room can send
/// stamps.
const MAX_FLOWS: usize = 1024;
/// A flow that is later than this skips messages instead of catching up.
const MAX_CATCH_UP_NS: u64 = 1_000_000_000;

/// An outgoing flow: one message per interval.
pub struct DataFlow {
    /// Label of its data channel.
    pub label: String,
    /// Time at which the next message is to be sent, monotonic ns.
    pub due_ns: u64,
    flow: u32,
    sequence: u32,
    interval_ns: u64,
    template: Vec<u8>,
    stamp_at: usize,
    seal: Option<MessageSeal>,
    sealed: Vec<u8>,
}

impl DataFlow {
    /// A flow whose first message is sent within one interval of `now`, monotonic ns.
    pub fn new(
        label: String,
        flow: u32,
        template: Vec<u8>,
        stamp_at: usize,
        interval_ns: u64,
        now: u64,
    ) -> Result<Self> {
        if stamp_at + STAMP_LEN > template.len() {
            return Err(PumpError::StampRoom { len: template.len(), offset: stamp_at });
        }
        if interval_ns == 0 {
            return Err(PumpError::FlowInterval);
        }
        let due_ns = now + fastrand::u64(0..interval_ns);
        Ok(Self {
            label,
            due_ns,
            flow,
            sequence: 0,
            interval_ns,
            template,
            stamp_at,
            seal: None,
            sealed: Vec::new(),
        })
    }

    /// The same flow, with every message encrypted.
    pub fn sealed(self, seal: MessageSeal) -> Self {
        Self { seal: Some(seal), ..self }
    }

    /// Encrypts the messages of an encrypted flow with another key, from the next one on.
    pub fn set_key(&mut self, keys: &Arc<KeyRing>, index: u8) {
        if let Some(seal) = &mut self.seal {
            seal.set_key(keys.clone(), index);
        }
    }

    /// The next message, stamped. Moves [`DataFlow::due_ns`] on.
    pub fn next_message(&mut self, now: u64) -> &[u8] {
        self.due_ns += self.interval_ns;
        if self.due_ns + MAX_CATCH_UP_NS < now {
            self.due_ns = now + self.interval_ns;
        }
        let stamp = &mut self.template[self.stamp_at..self.stamp_at + STAMP_LEN];
        stamp[..8].copy_from_slice(&MAGIC);
        stamp[8..12].copy_from_slice(&self.flow.to_be_bytes());
        stamp[12..16].copy_from_slice(&self.sequence.to_be_bytes());
        stamp[16..24].copy_from_slice(&clock::shared(clock::wall_ns()).to_be_bytes());
        stamp[24..].fill(0);
        self.sequence = self.sequence.wrapping_add(1);
        let Some(seal) = &self.seal else { return &self.template };
        self.sealed = seal.seal(&self.template).expect("the ring has the key");
        &self.sealed
    }
}

/// An incoming flow.
#[derive(Default)]
pub struct FlowReceived {
    /// Sequence numbers of the flow that were received, lost or duplicated.
    pub sequences: SequenceTracker,
    /// Messages, duplicates not included.
    pub received: u64,
    /// Bytes of those messages, envelope included.
    pub bytes: u64,
    /// Messages received again.
    pub duplicates: u64,
    /// One-way latency.
    pub latency: Sketch,
}

/// Incoming flows by their number.
pub type FlowsReceived = FxHashMap<u32, FlowReceived>;

/// Counts `message` if it is stamped, and returns its latency. `wall`: its arrival, wall clock, ns.
pub fn on_message(flows: &mut FlowsReceived, message: &[u8], wall: u64) -> Option<Binned> {
    let at = message.windows(MAGIC.len()).position(|window| window == MAGIC)?;
    let stamp = message.get(at..at + STAMP_LEN)?;
    let flow = u32::from_be_bytes(stamp[8..12].try_into().ok()?);
    let sequence = u32::from_be_bytes(stamp[12..16].try_into().ok()?);
    let sent = u64::from_be_bytes(stamp[16..24].try_into().ok()?);
    if flows.len() >= MAX_FLOWS && !flows.contains_key(&flow) {
        return None;
    }
    let flow = flows.entry(flow).or_default();
    // The stamp has the whole number: there are no upper bits to infer.
    let extended = (1 << 16) + sequence as u64;
    if flow.sequences.on_packet(extended, Transmission::Original) == Arrival::Duplicate {
        flow.duplicates += 1;
        return None;
    }
    flow.received += 1;
    flow.bytes += message.len() as u64;
    let latency = Binned::new(clock::ms_between(sent, clock::shared(wall)));
    flow.latency.add(latency);
    Some(latency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamped_message_is_found_inside_any_envelope() {
        let mut flow = DataFlow::new("_lossy".into(), 77, vec![0; 200], 20, 10, 0).unwrap();
        let mut flows = FlowsReceived::default();
        for i in 0..5 {
            let message = [b"envelope".as_slice(), flow.next_message(0)].concat();
            if i != 2 {
                let latency =
                    on_message(&mut flows, &message, clock::wall_ns() + 5_000_000).unwrap();
                assert!((5.0..100.0).contains(&latency.ms));
            }
        }
        let seen = &flows[&77];
        assert_eq!(
            (seen.received, seen.sequences.lost(), seen.duplicates, seen.bytes),
            (4, 1, 0, 4 * 208)
        );
    }

    #[test]
    fn other_messages_are_not_counted() {
        let mut flows = FlowsReceived::default();
        assert_eq!(on_message(&mut flows, b"hello", 0), None);
        assert_eq!(on_message(&mut flows, &MAGIC, 0), None);
        assert!(flows.is_empty());
    }

    #[test]
    fn the_number_of_flows_is_bounded() {
        let mut flows = FlowsReceived::default();
        for flow in 0..2 * MAX_FLOWS as u32 {
            let mut flow = DataFlow::new("".into(), flow, vec![0; 32], 0, 10, 0).unwrap();
            on_message(&mut flows, flow.next_message(0), 0);
        }
        assert_eq!(flows.len(), MAX_FLOWS);
    }

    #[test]
    fn a_template_without_room_is_rejected() {
        assert!(DataFlow::new("x".into(), 1, vec![0; 40], 9, 1, 0).is_err());
        assert!(DataFlow::new("x".into(), 1, vec![0; 40], 8, 0, 0).is_err());
    }
}
