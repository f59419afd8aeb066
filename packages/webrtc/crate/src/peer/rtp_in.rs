//! RTP that comes in: which track it belongs to, its authentication, and on to the receiver.

use super::{Gap, Now, Peer, PeerEvent, Route, Totals};
use crate::receiver::Came;
use crate::rtp::RtpHeader;

/// Gaps kept until the next sample: nobody may be reading.
const MOST_GAPS: usize = 65_536;

impl Peer {
    pub(super) fn on_rtp(
        &mut self,
        packet: &mut [u8],
        arrival: u64,
        now: Now,
        totals: &mut Totals,
    ) {
        let Some(header) = RtpHeader::parse(packet) else { return };
        let Some(route) = self.route(&header, packet) else { return };
        let Some(srtp) = &self.srtp else { return };
        let (handle, receiver) = &mut self.receivers[route.receiver];
        let mut extended = receiver.extend(header.sequence, route.rtx);
        let unprotect = |packet: &mut [u8], extended: u64| {
            srtp.unprotect_rtp(
                packet,
                header.len,
                header.ssrc,
                ((extended >> 16) as u32).wrapping_sub(1),
                header.sequence,
            )
            .ok()
        };
        let len = if receiver.knows_rollover(route.rtx) {
            unprotect(packet, extended)
        } else {
            // The first packets may have been lost together with a wrap: try both (a failed attempt spoils the buffer).
            let mut copy = packet.to_vec();
            unprotect(packet, extended).or_else(|| {
                extended += 1 << 16;
                packet.copy_from_slice(&copy);
                let len = unprotect(&mut copy, extended)?;
                packet.copy_from_slice(&copy);
                Some(len)
            })
        };
        let Some(len) = len else { return };
        let padding = if header.has_padding { packet[len - 1] as usize } else { 0 };
        let payload = &packet[header.len..len.saturating_sub(padding).max(header.len)];
        let extensions = header.extensions(packet, &self.ids);
        if let Some(sequence) = extensions.transport_sequence {
            self.transport_feedback.on_packet(sequence, arrival, now.mono);
        }
        if receiver.config.remb {
            self.bandwidth.on_packet(len, extensions.send_time, arrival);
        }
        let received = receiver.on_packet(
            &header,
            payload,
            &extensions,
            Came { extended, rtx: route.rtx, arrival, now: now.mono },
        );
        self.timers_moved |= receiver.wants_feedback() || extensions.transport_sequence.is_some();
        if let (Some(cohort), Some(latency)) = (receiver.config.cohort, received.latency) {
            totals.latencies.add(cohort, latency);
        }
        if received.first {
            self.events.push(PeerEvent::FirstPacket(*handle, arrival));
        }
        if let Some(from) = received.silent_since
            && totals.gaps.len() < MOST_GAPS
        {
            totals.gaps.push(Gap { receiver: *handle, from, to: arrival });
        }
    }

    /// Finds the receiver by SSRC, else by the mid extension (RFC 9143 §9.2), and remembers what it learnt.
    pub(super) fn route(&mut self, header: &RtpHeader, packet: &[u8]) -> Option<Route> {
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

    /// Routes of SSRCs that the remote announced; others are learnt from the mid extension.
    pub(super) fn route_declared(&mut self) {
        self.routes.clear();
        for (index, (_, receiver)) in self.receivers.iter().enumerate() {
            for (ssrc, rtx) in [(receiver.config.ssrc, false), (receiver.config.rtx_ssrc, true)] {
                if let Some(ssrc) = ssrc {
                    self.routes.push((ssrc, Route { receiver: index, rtx }));
                }
            }
        }
        self.routes.sort_unstable_by_key(|(ssrc, _)| *ssrc);
    }
}
