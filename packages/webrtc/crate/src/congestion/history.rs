//! Sent packets, until feedback reports whether and when they arrived.

use goog_cc::transport::{PacedPacketInfo, PacketResult, SentPacket, TransportPacketsFeedback};
use goog_cc::units::{DataSize, TimeDelta, Timestamp};
use rtcp_types::{Twcc, TwccPacketStatus};

/// Packets that are remembered: two seconds at 10 Mbit/s.
const PACKETS: usize = 2048;
/// Units of the reference time and of the deltas, µs.
const REFERENCE_US: i64 = 64_000;
const DELTA_US: i64 = 250;
/// The reference time is a signed number of 24 bits.
const REFERENCE_WRAP: i64 = 1 << 24;

/// Packets by their transport-wide sequence number.
#[derive(Default)]
pub(super) struct SentHistory {
    /// Packets by extended sequence number, modulo [`PACKETS`].
    packets: Vec<Option<SentPacket>>,
    /// The extended number that the next packet should have.
    next: Option<i64>,
    /// Reference time of the last feedback, and what it is on the clock of this host.
    reference: Option<(i64, Timestamp)>,
}

impl SentHistory {
    /// Notes a packet.
    pub(super) fn record(
        &mut self,
        sequence: u16,
        bytes: usize,
        probe: Option<PacedPacketInfo>,
        now: Timestamp,
    ) -> SentPacket {
        self.packets.resize(PACKETS, None);
        let sequence_number = self.extend(sequence);
        self.next = Some(sequence_number + 1);
        let sent = SentPacket {
            send_time: now,
            size: DataSize::from_bytes(bytes as i64),
            pacing_info: probe.unwrap_or_default(),
            sequence_number,
            ..Default::default()
        };
        self.packets[sequence_number as usize % PACKETS] = Some(sent);
        sent
    }

    /// The part of a feedback that concerns remembered packets; `None` if none of them arrived.
    pub(super) fn report(
        &mut self,
        twcc: &Twcc<'_>,
        now: Timestamp,
    ) -> Option<TransportPacketsFeedback> {
        let mut arrival = self.arrival_of_reference(twcc.reference_time() as i64, now);
        let mut packet_feedbacks = Vec::new();
        for (sequence, status) in twcc.packets().map_while(Result::ok) {
            let receive_time = match status {
                TwccPacketStatus::NotReceived => Timestamp::plus_infinity(),
                TwccPacketStatus::Received { delta } => {
                    arrival += TimeDelta::from_micros(delta as i64 * DELTA_US);
                    arrival
                }
            };
            let Some(sent_packet) = self.take(sequence, receive_time.is_finite()) else { continue };
            packet_feedbacks.push(PacketResult { sent_packet, receive_time, ..Default::default() });
        }
        // The controller takes the latest arrival of a report for granted.
        let arrived = packet_feedbacks.iter().any(PacketResult::is_received);
        arrived.then(|| TransportPacketsFeedback {
            feedback_time: now,
            packet_feedbacks,
            ..Default::default()
        })
    }

    /// The clocks of both sides are unrelated: the first reference time counts as now.
    fn arrival_of_reference(&mut self, reference: i64, now: Timestamp) -> Timestamp {
        let at = match self.reference {
            None => now,
            Some((last, at)) => {
                let ahead = (reference - last + REFERENCE_WRAP / 2).rem_euclid(REFERENCE_WRAP);
                at + TimeDelta::from_micros((ahead - REFERENCE_WRAP / 2) * REFERENCE_US)
            }
        };
        // A remote that jumps back beyond the start of this clock begins again.
        let at = if at.ms() < 0 { now } else { at };
        self.reference = Some((reference, at));
        at
    }

    /// A packet that arrived is forgotten; one that did not may still be reported as received.
    fn take(&mut self, sequence: u16, arrived: bool) -> Option<SentPacket> {
        let number = self.extend(sequence);
        let slot = self.packets.get_mut(number as usize % PACKETS)?;
        let sent = (*slot).filter(|sent| sent.sequence_number == number)?;
        if arrived {
            *slot = None;
        }
        Some(sent)
    }

    /// The extended sequence number next to the last one. Never negative.
    fn extend(&self, sequence: u16) -> i64 {
        match self.next {
            None => (1 << 16) | sequence as i64,
            Some(next) => (next + sequence.wrapping_sub(next as u16) as i16 as i64).max(0),
        }
    }
}
