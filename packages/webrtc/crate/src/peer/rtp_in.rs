//! Incoming RTP: which track it belongs to, its authentication, and on to the receiver.

use super::{Context, PeerEvent, Tracks, Transport};
use crate::receiver::{Delivery, PacketOutcome, Receiver};
use crate::rtp::RtpHeader;
use crate::srtp::Srtp;
use crate::totals::Interruption;

/// Interruptions kept until the next sample, as nothing may be sampling.
const MAX_INTERRUPTIONS: usize = 65_536;

impl Tracks {
    /// Returns whether a timer may have moved.
    pub(super) fn on_rtp(
        &mut self,
        transport: &Transport,
        packet: &mut [u8],
        arrival: u64,
        cx: &mut Context<'_>,
        events: &mut Vec<PeerEvent>,
    ) -> bool {
        let Some(header) = RtpHeader::parse(packet) else { return false };
        let known = self.find_route(header.ssrc).ok();
        let route = known.map(|place| (self.routes[place].receiver, self.routes[place].rtx));
        let Some((index, rtx)) = route.or_else(|| self.identify(&header, packet)) else {
            return false;
        };
        let Some(srtp) = &transport.srtp else { return false };
        let Some((len, extended)) = unprotect(srtp, &self.receivers[index].1, &header, rtx, packet)
        else {
            return false;
        };
        // Only now: what is not authentic must not name an SSRC.
        let place = known.or_else(|| self.learn_route(header.ssrc, index, rtx));
        let Some(place) = place else { return false };
        let (handle, receiver) = &mut self.receivers[index];
        if !self.routes[place].replay.accept(extended) {
            receiver.counters.duplicates += 1;
            return false;
        }
        let padding = if header.has_padding { packet[len - 1] as usize } else { 0 };
        let payload = &packet[header.len..len.saturating_sub(padding).max(header.len)];
        let extensions = header.extensions(packet, &self.ids);
        let feedback_moved = extensions.transport_sequence.is_some_and(|sequence| {
            self.transport_feedback.on_packet(sequence, arrival, cx.now.mono)
        });
        if receiver.config.remb {
            self.bandwidth.on_packet(len, extensions.send_time, arrival);
        }
        let delivery = Delivery { extended, rtx, arrival, now: cx.now.mono };
        let PacketOutcome { first, first_decrypted, silent_since, latency, voice } =
            receiver.on_packet(&header, payload, &extensions, delivery);
        let timers_moved = receiver.wants_feedback() || feedback_moved;
        if let (Some(cohort), Some(latency)) = (receiver.config.cohort, latency) {
            cx.totals.latencies.add(cohort, latency);
        }
        if first {
            events.push(PeerEvent::FirstPacket { receiver: *handle, arrival });
        }
        if first_decrypted {
            events.push(PeerEvent::FirstDecrypted { receiver: *handle, arrival });
        }
        if let Some(edge) = voice {
            events.push(PeerEvent::Voice { receiver: *handle, edge });
        }
        if let Some(from) = silent_since
            && cx.totals.interruptions.len() < MAX_INTERRUPTIONS
        {
            cx.totals.interruptions.push(Interruption { receiver: *handle, from, to: arrival });
        }
        timers_moved
    }

    /// The receiver that the mid extension names (RFC 9143 §9.2), and whether the packet belongs to
    /// its RTX stream.
    fn identify(&self, header: &RtpHeader, packet: &[u8]) -> Option<(usize, bool)> {
        let mid = header.extensions(packet, &self.ids).mid?;
        let index = self.receivers.iter().position(|(_, r)| r.config.mid == mid)?;
        let mut payloads = self.receivers[index].1.config.payloads.iter();
        let rtx = payloads.any(|p| p.rtx_payload_type == Some(header.payload_type));
        Some((index, rtx))
    }
}

/// Decrypts `packet` in place. Returns its length without the tag, and its extended sequence
/// number; `None` for what is not authentic.
fn unprotect(
    srtp: &Srtp,
    receiver: &Receiver,
    header: &RtpHeader,
    rtx: bool,
    packet: &mut [u8],
) -> Option<(usize, u64)> {
    let extended = receiver.extend(header.sequence, rtx);
    let attempt = |packet: &mut [u8], extended: u64| {
        let rollover = ((extended >> 16) as u32).wrapping_sub(1);
        let len =
            srtp.unprotect_rtp(packet, header.len, header.ssrc, rollover, header.sequence).ok()?;
        Some((len, extended))
    };
    if receiver.knows_rollover(rtx) {
        return attempt(packet, extended);
    }
    // The first packets may have been lost together with a wrap: try both rollover counters (a
    // failed attempt spoils the buffer).
    let mut copy = packet.to_vec();
    attempt(packet, extended).or_else(|| {
        let found = attempt(&mut copy, extended + (1 << 16))?;
        packet.copy_from_slice(&copy);
        Some(found)
    })
}
