//! RTCP that comes in: what the remote reports of our streams and asks of us.

use rtcp_types::{Compound, Fir, Nack, Packet, Pli, Twcc, TwccPacketStatus};

use super::media_out::{note_transport, transmit};
use super::{Now, Peer, RETRANSMISSION, Scratch, TRANSPORT_HISTORY, Totals};
use crate::clock;
use crate::sender::{SenderStats, Wire};

impl Peer {
    pub(super) fn on_rtcp(
        &mut self,
        packet: &mut [u8],
        arrival: u64,
        now: Now,
        totals: &mut Totals,
        scratch: &mut Scratch,
    ) {
        let Some(srtp) = &self.srtp else { return };
        let Ok(len) = srtp.unprotect_rtcp(packet) else { return };
        let Ok(compound) = Compound::parse(&packet[..len]) else { return };
        for part in compound {
            match part {
                Ok(Packet::Sr(report)) => {
                    if let Some((_, receiver)) = self
                        .receivers
                        .iter_mut()
                        .find(|(_, r)| r.config.ssrc == Some(report.ssrc()))
                    {
                        receiver.on_sender_report(report.ntp_timestamp(), arrival);
                    }
                    self.on_report_blocks(report.report_blocks(), arrival);
                }
                Ok(Packet::Rr(report)) => self.on_report_blocks(report.report_blocks(), arrival),
                Ok(Packet::TransportFeedback(feedback)) => {
                    if let Ok(nack) = feedback.parse_fci::<Nack<'_>>() {
                        self.on_nack(feedback.media_ssrc(), &nack, now, totals, scratch);
                    } else if let Ok(twcc) = feedback.parse_fci::<Twcc<'_>>() {
                        self.on_twcc(&twcc);
                    }
                }
                Ok(Packet::PayloadFeedback(feedback)) => {
                    if feedback.parse_fci::<Pli<'_>>().is_ok() {
                        let ssrc = feedback.media_ssrc();
                        self.on_keyframe_request(ssrc, |stats| stats.plis += 1);
                    } else if let Ok(fir) = feedback.parse_fci::<Fir<'_>>() {
                        for entry in fir.entries() {
                            self.on_keyframe_request(entry.ssrc(), |stats| stats.firs += 1);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn on_report_blocks<'a>(
        &mut self,
        blocks: impl Iterator<Item = rtcp_types::ReportBlock<'a>>,
        arrival: u64,
    ) {
        for block in blocks {
            let Some((_, sender)) =
                self.senders.iter_mut().find(|(_, s)| s.config.ssrc == block.ssrc())
            else {
                continue;
            };
            let last_sr = block.last_sender_report_timestamp();
            let rtt_ms = (last_sr != 0).then(|| {
                let now = clock::compact_ntp(clock::ntp_from_wall(arrival));
                let ticks = now
                    .wrapping_sub(block.delay_since_last_sender_report_timestamp())
                    .wrapping_sub(last_sr);
                // Slightly negative values come from rounding in 1/65536 s.
                (ticks as i32).max(0) as f64 * 1000.0 / 65_536.0
            });
            sender.reported(block.cumulative_lost(), block.interarrival_jitter(), rtt_ms);
        }
    }

    pub(super) fn on_nack(
        &mut self,
        ssrc: u32,
        nack: &Nack<'_>,
        now: Now,
        totals: &mut Totals,
        scratch: &mut Scratch,
    ) {
        let Some((_, sender)) = self.senders.iter_mut().find(|(_, s)| s.config.ssrc == ssrc) else {
            return;
        };
        let Some(srtp) = &self.srtp else { return };
        let first = self.transport_sequence;
        let mut wire = Wire { ids: &self.ids, transport_sequence: &mut self.transport_sequence };
        let access = &mut self.access;
        sender.resend(nack.entries(), now.mono, &mut wire, scratch, |plain| {
            transmit(access, srtp, plain, totals)
        });
        note_transport(&mut self.transport_senders, first, self.transport_sequence, RETRANSMISSION);
    }

    pub(super) fn on_twcc(&mut self, twcc: &Twcc<'_>) {
        let Some(history) = &self.transport_senders else { return };
        for (sequence, status) in twcc.packets().flatten() {
            let index = history[sequence as usize % TRANSPORT_HISTORY] as usize;
            let Some((_, sender)) = self.senders.get_mut(index) else { continue };
            match status {
                TwccPacketStatus::NotReceived => sender.stats.twcc_lost += 1,
                TwccPacketStatus::Received { .. } => sender.stats.twcc_received += 1,
            }
        }
    }

    pub(super) fn on_keyframe_request(&mut self, ssrc: u32, count: impl FnOnce(&mut SenderStats)) {
        if let Some((_, sender)) = self.senders.iter_mut().find(|(_, s)| s.config.ssrc == ssrc) {
            count(&mut sender.stats);
            sender.request_keyframe();
        }
    }
}
