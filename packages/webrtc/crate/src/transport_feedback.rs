//! Feedback for transport-wide congestion control
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01): which packets arrived, and when.

use std::collections::VecDeque;

use rtcp_types::{TwccBuilder, TwccPacketStatus};

use crate::clock::MS;

/// libwebrtc sends feedback every 50 to 250 ms.
const INTERVAL_NS: u64 = 100 * MS;
/// Units of the reference time and of the deltas, ns.
const REFERENCE_NS: u64 = 64 * MS;
const DELTA_NS: i64 = 250_000;
/// Statuses in one message, which keeps it well below the size of a datagram.
const MAX_STATUSES: usize = 400;
/// Room for arrivals that is kept: more than 100 ms of any stream. A gap in the numbers takes more.
const KEPT_ARRIVALS: usize = 512;

/// Arrivals that are not reported yet.
#[derive(Default)]
pub struct TransportFeedback {
    /// Wall-clock arrivals of the extended sequence numbers from `next` on; 0: none. The last one
    /// has arrived.
    arrivals: VecDeque<u64>,
    /// The first extended sequence number that is not reported yet.
    next: Option<u64>,
    count: u8,
    due: Option<u64>,
}

impl TransportFeedback {
    /// Notes a packet, and returns whether [`TransportFeedback::due_at`] has moved. `arrival`: wall
    /// clock, ns; `now`: monotonic ns.
    pub fn on_packet(&mut self, sequence: u16, arrival: u64, now: u64) -> bool {
        let extended = match self.next {
            None => (1 << 16) | sequence as u64,
            Some(next) => {
                next.wrapping_add_signed(sequence.wrapping_sub(next as u16) as i16 as i64)
            }
        };
        let next = *self.next.get_or_insert(extended);
        let Some(index) = extended.checked_sub(next) else { return false };
        let index = index as usize;
        if index >= self.arrivals.len() {
            self.arrivals.resize(index, 0);
            self.arrivals.push_back(arrival);
        } else if self.arrivals[index] == 0 {
            self.arrivals[index] = arrival;
        }
        let moved = self.due.is_none();
        self.due.get_or_insert(now + INTERVAL_NS);
        moved
    }

    /// Time at which feedback is to be sent, monotonic ns; `u64::MAX` for never.
    pub fn due_at(&self) -> u64 {
        self.due.unwrap_or(u64::MAX)
    }

    /// The next message, or `None` when everything is reported. Call until `None`.
    pub fn message(&mut self) -> Option<TwccBuilder> {
        self.due = None;
        let base = self.next?;
        let first = *self.arrivals.iter().find(|&&at| at != 0)?;
        let reference = first / REFERENCE_NS;
        let mut statuses = Vec::with_capacity(self.arrivals.len().min(MAX_STATUSES));
        let mut previous = (reference * REFERENCE_NS) as i64;
        for &at in self.arrivals.iter().take(MAX_STATUSES) {
            let status = if at == 0 {
                TwccPacketStatus::NotReceived
            } else {
                match i16::try_from((at as i64 - previous) / DELTA_NS) {
                    Ok(delta) => {
                        previous += delta as i64 * DELTA_NS;
                        TwccPacketStatus::Received { delta }
                    }
                    Err(_) => break, // too far apart for one message
                }
            };
            statuses.push(status);
        }
        // A message reports at least one packet, or it would be built again for ever.
        let reported = statuses.len().max(1);
        self.arrivals.drain(..reported);
        self.arrivals.shrink_to(KEPT_ARRIVALS);
        self.next = Some(base + reported as u64);
        if statuses.is_empty() {
            return None;
        }
        let message = TwccBuilder::new(
            base as u16,
            (reference & 0xff_ffff) as u32,
            self.count,
            &statuses,
            None,
        );
        self.count = self.count.wrapping_add(1);
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtcp_types::prelude::*;
    use rtcp_types::{TransportFeedback as Message, Twcc};

    fn statuses(feedback: &mut TransportFeedback) -> Vec<(u16, bool)> {
        let mut all = Vec::new();
        while let Some(message) = feedback.message() {
            let message = Message::builder_owned(message).sender_ssrc(1).media_ssrc(2);
            let mut bytes = vec![0; message.calculate_size().unwrap()];
            message.write_into(&mut bytes).unwrap();
            let parsed = Message::parse(&bytes).unwrap();
            let twcc = parsed.parse_fci::<Twcc<'_>>().unwrap();
            all.extend(
                twcc.packets()
                    .map(|p| p.unwrap())
                    .map(|(s, status)| (s, status != TwccPacketStatus::NotReceived)),
            );
        }
        all
    }

    #[test]
    fn reports_packets_received_and_not_received() {
        let mut feedback = TransportFeedback::default();
        for (sequence, at) in [(65_534_u16, 1_000), (65_535, 1_001), (1, 1_030), (2, 1_029)] {
            feedback.on_packet(sequence, at * MS, at * MS);
        }
        assert_eq!(feedback.due_at(), 1_100 * MS);
        assert_eq!(
            statuses(&mut feedback),
            [(65_534, true), (65_535, true), (0, false), (1, true), (2, true)]
        );
        assert_eq!(feedback.due_at(), u64::MAX);
        feedback.on_packet(4, 1_200 * MS, 1_200 * MS);
        assert_eq!(statuses(&mut feedback), [(3, false), (4, true)]);
    }

    #[test]
    fn long_pauses_and_bursts_take_several_messages() {
        let mut feedback = TransportFeedback::default();
        feedback.on_packet(1, 1_000 * MS, 1_000 * MS);
        feedback.on_packet(2, 60_000 * MS, 60_000 * MS);
        for sequence in 3..1_000 {
            feedback.on_packet(sequence, 60_001 * MS, 60_001 * MS);
        }
        let reported = statuses(&mut feedback);
        assert_eq!(reported.len(), 999);
        assert!(reported.iter().all(|&(_, received)| received));
    }
}
