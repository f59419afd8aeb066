//! Application messages over data channels that carry a stamp, so that the receiving pump can tell what was lost and how long it took.

use rustc_hash::FxHashMap;

use crate::clock;
use crate::sequence::{Arrival, SequenceTracker, Transmission};
use crate::sketch::{Binned, Sketch};

/// Long enough that no other message contains it by chance.
const MAGIC: [u8; 8] = [0xf5, b's', b'w', b'a', b'r', b'm', 0x01, 0xfa];
/// Magic, flow (4), sequence number (4), time of sending in wall-clock ns (8), 8 reserved. Keep in step with `DATA_STAMP_BYTES` in TypeScript.
pub const STAMP_LEN: usize = 32;

/// One flow going out.
pub struct DataFlow {
    pub label: String,
    pub due_ns: u64,
    flow: u32,
    sequence: u32,
    interval_ns: u64,
    template: Vec<u8>,
    stamp_at: usize,
}

impl DataFlow {
    pub fn new(
        label: String,
        flow: u32,
        template: Vec<u8>,
        stamp_at: usize,
        interval_ns: u64,
        now: u64,
    ) -> Result<Self, String> {
        if stamp_at + STAMP_LEN > template.len() {
            return Err(format!(
                "the template has {} bytes: no room for a stamp of {STAMP_LEN} at {stamp_at}",
                template.len()
            ));
        }
        if interval_ns == 0 {
            return Err("a data flow needs an interval above zero".into());
        }
        Ok(Self {
            label,
            due_ns: now + fastrand::u64(0..interval_ns),
            flow,
            sequence: 0,
            interval_ns,
            template,
            stamp_at,
        })
    }

    /// The next message. A flow that fell behind by more than a second does not catch up.
    pub fn next_message(&mut self, now: u64) -> &[u8] {
        self.due_ns += self.interval_ns;
        if self.due_ns + 1_000_000_000 < now {
            self.due_ns = now + self.interval_ns;
        }
        let stamp = &mut self.template[self.stamp_at..self.stamp_at + STAMP_LEN];
        stamp[..8].copy_from_slice(&MAGIC);
        stamp[8..12].copy_from_slice(&self.flow.to_be_bytes());
        stamp[12..16].copy_from_slice(&self.sequence.to_be_bytes());
        stamp[16..24].copy_from_slice(&clock::wall_ns().to_be_bytes());
        stamp[24..].fill(0);
        self.sequence = self.sequence.wrapping_add(1);
        &self.template
    }
}

/// One flow coming in.
#[derive(Default)]
pub struct FlowReceived {
    pub sequences: SequenceTracker,
    pub received: u64,
    /// Of whole messages, envelope included.
    pub bytes: u64,
    pub duplicates: u64,
    pub latency: Sketch,
}

/// Flows by their id.
pub type FlowsReceived = FxHashMap<u32, FlowReceived>;

/// Counts `message` if it is stamped; returns its latency.
pub fn on_message(flows: &mut FlowsReceived, message: &[u8], wall: u64) -> Option<Binned> {
    let at = message.windows(MAGIC.len()).position(|window| window == MAGIC)?;
    let stamp = message.get(at..at + STAMP_LEN)?;
    let flow = u32::from_be_bytes(stamp[8..12].try_into().ok()?);
    let sequence = u32::from_be_bytes(stamp[12..16].try_into().ok()?);
    let sent = u64::from_be_bytes(stamp[16..24].try_into().ok()?);
    let flow = flows.entry(flow).or_default();
    // Full numbers are known here: no need to guess the upper bits.
    if flow.sequences.arrived((1 << 16) + sequence as u64, Transmission::First)
        == Arrival::Duplicate
    {
        flow.duplicates += 1;
        return None;
    }
    flow.received += 1;
    flow.bytes += message.len() as u64;
    let latency = Binned::new(clock::ms_between(sent, wall));
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
    fn other_messages_are_left_alone() {
        let mut flows = FlowsReceived::default();
        assert_eq!(on_message(&mut flows, b"hello", 0), None);
        assert_eq!(on_message(&mut flows, &MAGIC, 0), None);
        assert!(flows.is_empty());
    }

    #[test]
    fn a_template_without_room_is_refused() {
        assert!(DataFlow::new("x".into(), 1, vec![0; 40], 9, 1, 0).is_err());
        assert!(DataFlow::new("x".into(), 1, vec![0; 40], 8, 0, 0).is_err());
    }
}
