//! Data messages that carry a stamp, so that the receiving pump can count losses and measure the
//! one-way latency.
//!
//! ```text
//!  0       6      10         14             20
//! +-------+------+----------+--------------+
//! | magic | flow | sequence | sent, wall µs|   big-endian
//! +-------+------+----------+--------------+
//! ```
//!
//! 20 bytes: the size of the smallest messages that applications send at a high rate, such as the
//! commands of a remote control.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::clock;
use crate::e2ee::{KeyRing, MessageSeal};
use crate::error::{PumpError, Result};
use crate::sequence::{Arrival, SequenceTracker, Transmission};
use crate::sketch::{Binned, Sketch};

/// Long enough that no other message is likely to contain it.
const MAGIC: [u8; 6] = [0xf5, b's', b'w', b'm', 0x02, 0xfa];
/// Bytes of a stamp.
pub const STAMP_LEN: usize = 20;
/// Times of a stamp repeat after this, µs: 8.9 years.
const SENT_PERIOD_US: u64 = 1 << 48;
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
        let sent_us = clock::shared(clock::wall_ns()) / 1_000;
        stamp[..6].copy_from_slice(&MAGIC);
        stamp[6..10].copy_from_slice(&self.flow.to_be_bytes());
        stamp[10..14].copy_from_slice(&self.sequence.to_be_bytes());
        stamp[14..].copy_from_slice(&sent_us.to_be_bytes()[2..]);
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

/// Returns true if some part of `message` is a stamp.
pub fn is_stamped(message: &[u8]) -> bool {
    find_stamp(message).is_some()
}

fn find_stamp(message: &[u8]) -> Option<&[u8]> {
    let at = message.windows(MAGIC.len()).position(|window| window == MAGIC)?;
    message.get(at..at + STAMP_LEN)
}

/// The time of a stamp, shared clock, ns: of all times that it can mean, the one next to `arrival`.
fn sent_at(stamp_us: u64, arrival: u64) -> u64 {
    let arrival_us = arrival / 1_000;
    let behind = arrival_us.wrapping_sub(stamp_us) % SENT_PERIOD_US;
    let sent_us = if behind <= SENT_PERIOD_US / 2 {
        arrival_us.saturating_sub(behind)
    } else {
        arrival_us + (SENT_PERIOD_US - behind)
    };
    sent_us * 1_000
}

/// Counts `message` if it is stamped, and returns its latency. `wall`: its arrival, wall clock, ns.
pub fn on_message(flows: &mut FlowsReceived, message: &[u8], wall: u64) -> Option<Binned> {
    let stamp = find_stamp(message)?;
    let flow = u32::from_be_bytes(stamp[6..10].try_into().ok()?);
    let sequence = u32::from_be_bytes(stamp[10..14].try_into().ok()?);
    let sent_us = stamp[14..].iter().fold(0, |sum, &byte| sum << 8 | byte as u64);
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
    let arrival = clock::shared(wall);
    let latency = Binned::new(clock::ms_between(sent_at(sent_us, arrival), arrival));
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
    fn a_stamp_means_the_time_next_to_the_arrival() {
        let period = SENT_PERIOD_US * 1_000;
        for sent in [0, 1_000, period - 1_000, period, 6 * period + 77_000] {
            for behind in [0_i64, 5_000_000, 90_000_000_000, -2_000_000] {
                let Some(arrival) = sent.checked_add_signed(behind) else { continue };
                assert_eq!(sent_at(sent / 1_000 % SENT_PERIOD_US, arrival), sent);
            }
        }
    }

    #[test]
    fn a_message_of_twenty_bytes_has_room_for_a_stamp() {
        let mut flow = DataFlow::new("_lossy".into(), 3, vec![0; 20], 0, 10, 0).unwrap();
        let message = flow.next_message(0).to_vec();
        assert_eq!(message.len(), 20);
        assert!(is_stamped(&message) && !is_stamped(&message[1..]));
        assert!(on_message(&mut FlowsReceived::default(), &message, clock::wall_ns()).is_some());
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
            let mut flow = DataFlow::new("".into(), flow, vec![0; 20], 0, 10, 0).unwrap();
            on_message(&mut flows, flow.next_message(0), 0);
        }
        assert_eq!(flows.len(), MAX_FLOWS);
    }

    #[test]
    fn a_template_without_room_is_rejected() {
        assert!(DataFlow::new("x".into(), 1, vec![0; 40], 21, 1, 0).is_err());
        assert!(DataFlow::new("x".into(), 1, vec![0; 40], 20, 0, 0).is_err());
    }
}
