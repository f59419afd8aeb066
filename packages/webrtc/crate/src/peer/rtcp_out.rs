//! RTCP that goes out: what we ask for, and reports of what we sent and got.

use rtcp_types::prelude::*;
use rtcp_types::{
    Compound, CompoundBuilder, Nack, PayloadFeedback, Pli, ReceiverReport, Sdes, SdesChunk,
    SdesItem, SenderReport, TransportFeedback, Unknown,
};

use super::{Now, Peer, Totals};
use crate::bandwidth::remb_body;
use crate::clock;

/// Report blocks of one receiver report (RFC 3550 §6.4.1: five bits).
const BLOCKS_PER_REPORT: usize = 31;

impl Peer {
    pub(super) fn send_feedback(&mut self, now: Now, totals: &mut Totals) {
        for index in 0..self.receivers.len() {
            let receiver = &mut self.receivers[index].1;
            let Some(ssrc) = receiver.config.ssrc.filter(|_| receiver.feedback_at() <= now.mono)
            else {
                continue;
            };
            let nacks = receiver.nacks_due(now.mono);
            let pli = receiver.pli_due(now.mono);
            let own = self.feedback_ssrc();
            if !nacks.is_empty() {
                let entries = nacks
                    .into_iter()
                    .fold(Nack::builder(), |nack, sequence| nack.add_rtp_sequence(sequence));
                let message =
                    TransportFeedback::builder_owned(entries).sender_ssrc(own).media_ssrc(ssrc);
                self.send_rtcp(Compound::builder().add_packet(message), totals);
            }
            if pli {
                let message = PayloadFeedback::builder_owned(Pli::builder())
                    .sender_ssrc(own)
                    .media_ssrc(ssrc);
                self.send_rtcp(Compound::builder().add_packet(message), totals);
            }
        }
        if self.transport_feedback.due_at() <= now.mono {
            let (own, media) = (
                self.feedback_ssrc(),
                self.receivers.iter().find_map(|(_, r)| r.config.ssrc).unwrap_or(0),
            );
            while let Some(message) = self.transport_feedback.message() {
                let message =
                    TransportFeedback::builder_owned(message).sender_ssrc(own).media_ssrc(media);
                self.send_rtcp(Compound::builder().add_packet(message), totals);
            }
        }
    }

    /// Sender and receiver reports, and REMB with them when it was negotiated.
    pub(super) fn send_reports(&mut self, now: Now, totals: &mut Totals) {
        let ntp = clock::ntp_from_wall(clock::wall_ns());
        let mono = clock::monotonic_ns();
        let chunk = |ssrc: u32| {
            SdesChunk::builder(ssrc).add_item_owned(SdesItem::builder(SdesItem::CNAME, &self.cname))
        };
        let mut reports = Vec::new();
        for (_, sender) in self.senders.iter().filter(|(_, s)| s.is_active() && s.stats.packets > 0)
        {
            let (timestamp, packets, octets) = sender.report(mono);
            let report = SenderReport::builder(sender.config.ssrc)
                .ntp_timestamp(ntp)
                .rtp_timestamp(timestamp)
                .packet_count(packets)
                .octet_count(octets);
            reports.push(
                Compound::builder()
                    .add_packet(report)
                    .add_packet(Sdes::builder().add_chunk(chunk(sender.config.ssrc))),
            );
        }
        let own = self.feedback_ssrc();
        let rtt_ms = self
            .senders
            .iter()
            .find_map(|(_, s)| s.stats.rtt_ms)
            .or(Some(self.rtt_ms).filter(|ms| ms.is_finite()));
        let (mut blocks, mut remb_ssrcs, mut expected, mut lost) = (Vec::new(), Vec::new(), 0, 0);
        for (_, receiver) in &mut self.receivers {
            if let Some(ms) = rtt_ms {
                receiver.set_rtt(ms);
            }
            expected += receiver.sequences().expected();
            lost += receiver.sequences().lost_before_recovery();
            let Some(block) = receiver.report_block(now.wall) else { continue };
            if receiver.config.remb {
                remb_ssrcs.push(block.ssrc);
            }
            blocks.push(block);
        }
        for blocks in blocks.chunks(BLOCKS_PER_REPORT) {
            let report = blocks.iter().fold(ReceiverReport::builder(own), |report, block| {
                report.add_report_block(
                    rtcp_types::ReportBlock::builder(block.ssrc)
                        .fraction_lost(block.fraction_lost)
                        .cumulative_lost(block.cumulative_lost)
                        .extended_sequence_number(block.extended_highest)
                        .interarrival_jitter(block.jitter)
                        .last_sender_report_timestamp(block.last_sr)
                        .delay_since_last_sender_report_timestamp(block.delay_since_last_sr),
                )
            });
            reports.push(
                Compound::builder()
                    .add_packet(report)
                    .add_packet(Sdes::builder().add_chunk(chunk(own))),
            );
        }
        let mut packets: Vec<_> = reports.into_iter().map(written).collect();
        if !remb_ssrcs.is_empty() && self.bandwidth.due_at() <= now.mono {
            const PAYLOAD_FEEDBACK: u8 = 206;
            const APPLICATION_LAYER: u8 = 15;
            let body = remb_body(own, self.bandwidth.report(now.mono, expected, lost), &remb_ssrcs);
            packets
                .push(written(Compound::builder().add_packet(
                    Unknown::builder(PAYLOAD_FEEDBACK, &body).count(APPLICATION_LAYER),
                )));
        }
        for packet in packets {
            self.send_written(packet, totals);
        }
    }

    pub(super) fn feedback_ssrc(&self) -> u32 {
        self.senders.first().map_or(self.own_ssrc, |(_, sender)| sender.config.ssrc)
    }

    pub(super) fn send_rtcp(&mut self, compound: CompoundBuilder<'_>, totals: &mut Totals) {
        self.send_written(written(compound), totals);
    }

    pub(super) fn send_written(&mut self, mut packet: Vec<u8>, totals: &mut Totals) {
        let Some(srtp) = &mut self.srtp else { return };
        let len = packet.len();
        if len < 8 {
            return;
        }
        packet.resize(len + 20, 0);
        let len = srtp.protect_rtcp(&mut packet, len);
        // Feedback that the kernel refuses is lost like any other: the next interval repeats it.
        let _ = self.access.send(&packet[..len], totals);
    }
}

pub(super) fn written(compound: CompoundBuilder<'_>) -> Vec<u8> {
    let mut packet = vec![0; compound.calculate_size().unwrap_or(0)];
    match compound.write_into(&mut packet) {
        Ok(_) => packet,
        Err(_) => Vec::new(),
    }
}
