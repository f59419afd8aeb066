//! Incoming RTCP: what the remote reports about our streams and requests from them.

use rtcp_types::{Compound, Fir, Nack, Packet, Pli, ReportBlock, Twcc, TwccPacketStatus};

use super::media_out::{protect_and_send, remember_sender};
use super::tracks::{RETRANSMISSION, TRANSPORT_HISTORY};
use super::{Context, Tracks, Transport};
use crate::clock;
use crate::sender::{SendContext, Sender, SenderCounters};

impl Tracks {
    pub(super) fn on_rtcp(
        &mut self,
        transport: &mut Transport,
        packet: &mut [u8],
        arrival: u64,
        cx: &mut Context<'_>,
    ) {
        let Some(srtp) = &mut transport.srtp else { return };
        let Ok(len) = srtp.unprotect_rtcp(packet) else { return };
        let Ok(compound) = Compound::parse(&packet[..len]) else { return };
        for part in compound {
            match part {
                Ok(Packet::Sr(report)) => {
                    let ssrc = Some(report.ssrc());
                    let mut receivers = self.receivers.iter_mut();
                    if let Some((_, receiver)) = receivers.find(|(_, r)| r.config.ssrc == ssrc) {
                        receiver.on_sender_report(report.ntp_timestamp(), arrival);
                    }
                    self.on_report_blocks(report.report_blocks(), arrival);
                }
                Ok(Packet::Rr(report)) => self.on_report_blocks(report.report_blocks(), arrival),
                Ok(Packet::TransportFeedback(feedback)) => {
                    if let Ok(nack) = feedback.parse_fci::<Nack<'_>>() {
                        self.on_nack(transport, feedback.media_ssrc(), &nack, cx);
                    } else if let Ok(twcc) = feedback.parse_fci::<Twcc<'_>>() {
                        self.on_twcc(&twcc);
                        self.on_feedback(&twcc, cx.now.mono);
                    }
                }
                Ok(Packet::PayloadFeedback(feedback)) => {
                    if feedback.parse_fci::<Pli<'_>>().is_ok() {
                        self.on_keyframe_request(feedback.media_ssrc(), |c| c.plis += 1);
                    } else if let Ok(fir) = feedback.parse_fci::<Fir<'_>>() {
                        for entry in fir.entries() {
                            self.on_keyframe_request(entry.ssrc(), |c| c.firs += 1);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn sender_of(&mut self, ssrc: u32) -> Option<&mut Sender> {
        self.senders.iter_mut().find(|(_, s)| s.config.ssrc == ssrc).map(|(_, sender)| sender)
    }

    fn on_report_blocks<'a>(
        &mut self,
        blocks: impl Iterator<Item = ReportBlock<'a>>,
        arrival: u64,
    ) {
        for block in blocks {
            let Some(sender) = self.sender_of(block.ssrc()) else { continue };
            let last_sr = block.last_sender_report_timestamp();
            let rtt_ms = (last_sr != 0).then(|| {
                let now = clock::compact_ntp(clock::ntp_from_wall(arrival));
                let delay = block.delay_since_last_sender_report_timestamp();
                let ticks = now.wrapping_sub(delay).wrapping_sub(last_sr);
                // Slightly negative values come from rounding in 1/65536 s.
                (ticks as i32).max(0) as f64 * 1000.0 / 65_536.0
            });
            sender.on_report_block(block.cumulative_lost(), block.interarrival_jitter(), rtt_ms);
        }
    }

    fn on_nack(
        &mut self,
        transport: &mut Transport,
        ssrc: u32,
        nack: &Nack<'_>,
        cx: &mut Context<'_>,
    ) {
        let Transport { srtp: Some(srtp), access, .. } = transport else { return };
        let mut senders = self.senders.iter_mut();
        let Some((_, sender)) = senders.find(|(_, s)| s.config.ssrc == ssrc) else { return };
        let first = self.transport_sequence;
        let adapts = self.ids.transport_wide_cc != 0;
        let adaptation = self.adaptation.as_mut().filter(|_| adapts);
        let mut context = SendContext {
            ids: &self.ids,
            transport_sequence: &mut self.transport_sequence,
            congestion: adaptation.map(|adaptation| &mut adaptation.congestion),
        };
        sender.retransmit(nack.entries(), cx.now.mono, &mut context, cx.scratch, |packet| {
            protect_and_send(access, srtp, packet)
        });
        let next = self.transport_sequence;
        remember_sender(&mut self.transport_senders, first, next, RETRANSMISSION);
    }

    fn on_twcc(&mut self, twcc: &Twcc<'_>) {
        let Some(history) = &self.transport_senders else { return };
        for (sequence, status) in twcc.packets().flatten() {
            let index = history[sequence as usize % TRANSPORT_HISTORY] as usize;
            let Some((_, sender)) = self.senders.get_mut(index) else { continue };
            match status {
                TwccPacketStatus::NotReceived => sender.counters.twcc_lost += 1,
                TwccPacketStatus::Received { .. } => sender.counters.twcc_received += 1,
            }
        }
    }

    fn on_keyframe_request(&mut self, ssrc: u32, count: impl FnOnce(&mut SenderCounters)) {
        if let Some(sender) = self.sender_of(ssrc) {
            count(&mut sender.counters);
            sender.request_keyframe();
        }
    }
}
