//! Incoming RTP: which track it belongs to, its authentication, and on to the receiver.

use super::tracks::Route;
use super::{Context, PeerEvent, Tracks, Transport};
use crate::receiver::{Delivery, PacketOutcome};
use crate::rtp::RtpHeader;
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
        let Some(route) = self.route(&header, packet) else { return false };
        let Some(srtp) = &transport.srtp else { return false };
        let (handle, receiver) = &mut self.receivers[route.receiver];
        let mut extended = receiver.extend(header.sequence, route.rtx);
        let unprotect = |packet: &mut [u8], extended: u64| {
            let rollover = ((extended >> 16) as u32).wrapping_sub(1);
            srtp.unprotect_rtp(packet, header.len, header.ssrc, rollover, header.sequence).ok()
        };
        let len = if receiver.knows_rollover(route.rtx) {
            unprotect(packet, extended)
        } else {
            // The first packets may have been lost together with a wrap: try both rollover counters
            // (a failed attempt spoils the buffer).
            let mut copy = packet.to_vec();
            unprotect(packet, extended).or_else(|| {
                extended += 1 << 16;
                packet.copy_from_slice(&copy);
                let len = unprotect(&mut copy, extended)?;
                packet.copy_from_slice(&copy);
                Some(len)
            })
        };
        let Some(len) = len else { return false };
        let padding = if header.has_padding { packet[len - 1] as usize } else { 0 };
        let payload = &packet[header.len..len.saturating_sub(padding).max(header.len)];
        let extensions = header.extensions(packet, &self.ids);
        if let Some(sequence) = extensions.transport_sequence {
            self.transport_feedback.on_packet(sequence, arrival, cx.now.mono);
        }
        if receiver.config.remb {
            self.bandwidth.on_packet(len, extensions.send_time, arrival);
        }
        let delivery = Delivery { extended, rtx: route.rtx, arrival, now: cx.now.mono };
        let PacketOutcome { first, silent_since, latency } =
            receiver.on_packet(&header, payload, &extensions, delivery);
        let timers_moved = receiver.wants_feedback() || extensions.transport_sequence.is_some();
        if let (Some(cohort), Some(latency)) = (receiver.config.cohort, latency) {
            cx.totals.latencies.add(cohort, latency);
        }
        if first {
            events.push(PeerEvent::FirstPacket { receiver: *handle, arrival });
        }
        if let Some(from) = silent_since
            && cx.totals.interruptions.len() < MAX_INTERRUPTIONS
        {
            cx.totals.interruptions.push(Interruption { receiver: *handle, from, to: arrival });
        }
        timers_moved
    }

    /// Finds the receiver by SSRC, else by the mid extension (RFC 9143 §9.2), and remembers it.
    fn route(&mut self, header: &RtpHeader, packet: &[u8]) -> Option<Route> {
        let place = match self.routes.binary_search_by_key(&header.ssrc, |(ssrc, _)| *ssrc) {
            Ok(found) => return Some(self.routes[found].1),
            Err(place) => place,
        };
        let mid = header.extensions(packet, &self.ids).mid?;
        let receiver = self.receivers.iter().position(|(_, r)| r.config.mid == mid)?;
        let config = &mut self.receivers[receiver].1.config;
        let rtx = config.payloads.iter().any(|p| p.rtx_payload_type == Some(header.payload_type));
        if rtx {
            config.rtx_ssrc = Some(header.ssrc);
        } else {
            config.ssrc = Some(header.ssrc);
        }
        let route = Route { receiver, rtx };
        self.routes.insert(place, (header.ssrc, route));
        Some(route)
    }
}
