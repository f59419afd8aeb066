//! Outgoing RTCP: feedback on what is received, and reports on both directions.

use rtcp_types::prelude::*;
use rtcp_types::{
    Compound, CompoundBuilder, Nack, PayloadFeedback, Pli, ReceiverReport, Sdes, SdesChunk,
    SdesItem, SenderReport, TransportFeedback, Unknown,
};

use super::{Context, Tracks, Transport};
use crate::bandwidth::remb_body;
use crate::clock;

/// Report blocks of one receiver report (RFC 3550 §6.4.1: five bits).
const BLOCKS_PER_REPORT: usize = 31;
/// Packet type PSFB and feedback message type AFB (RFC 4585 §6.1, §6.4), which carry REMB.
const PAYLOAD_FEEDBACK: u8 = 206;
const APPLICATION_LAYER: u8 = 15;

impl Tracks {
    /// Sends NACK, PLI and transport-wide feedback whose time has come.
    pub(super) fn send_feedback(&mut self, transport: &mut Transport, cx: &mut Context<'_>) {
        let now = cx.now.mono;
        let own = self.feedback_ssrc();
        for (_, receiver) in &mut self.receivers {
            let due = receiver.feedback_at() <= now;
            let Some(ssrc) = receiver.config.ssrc.filter(|_| due) else { continue };
            let nacks = receiver.nacks_due(now);
            let pli = receiver.pli_due(now);
            if !nacks.is_empty() {
                let entries =
                    nacks.into_iter().fold(Nack::builder(), |nack, s| nack.add_rtp_sequence(s));
                let message =
                    TransportFeedback::builder_owned(entries).sender_ssrc(own).media_ssrc(ssrc);
                transport.send_rtcp(serialize(Compound::builder().add_packet(message)));
            }
            if pli {
                let message = PayloadFeedback::builder_owned(Pli::builder())
                    .sender_ssrc(own)
                    .media_ssrc(ssrc);
                transport.send_rtcp(serialize(Compound::builder().add_packet(message)));
            }
        }
        if self.transport_feedback.due_at() <= now {
            let media = self.receivers.iter().find_map(|(_, r)| r.config.ssrc).unwrap_or(0);
            while let Some(message) = self.transport_feedback.message() {
                let message =
                    TransportFeedback::builder_owned(message).sender_ssrc(own).media_ssrc(media);
                transport.send_rtcp(serialize(Compound::builder().add_packet(message)));
            }
        }
    }

    /// Sends sender and receiver reports, and REMB with them where it was negotiated.
    pub(super) fn send_reports(&mut self, transport: &mut Transport, cx: &mut Context<'_>) {
        let mut packets = self.sender_reports();
        let ReceiverReports { reports, remb_ssrcs, expected, lost } =
            self.receiver_reports(transport.rtt_ms, cx.now.wall);
        packets.extend(reports);
        if !remb_ssrcs.is_empty() && self.bandwidth.due_at() <= cx.now.mono {
            let bps = self.bandwidth.report(cx.now.mono, expected, lost);
            let body = remb_body(self.feedback_ssrc(), bps, &remb_ssrcs);
            let message = Unknown::builder(PAYLOAD_FEEDBACK, &body).count(APPLICATION_LAYER);
            packets.push(serialize(Compound::builder().add_packet(message)));
        }
        for packet in packets {
            transport.send_rtcp(packet);
        }
    }

    fn sender_reports(&self) -> Vec<Vec<u8>> {
        let ntp = clock::ntp_from_wall(clock::wall_ns());
        let mono = clock::monotonic_ns();
        let sending =
            |sender: &&crate::sender::Sender| sender.is_active() && sender.counters.packets > 0;
        let senders = self.senders.iter().map(|(_, sender)| sender).filter(sending);
        let report = |sender: &crate::sender::Sender| {
            let (timestamp, packets, octets) = sender.report(mono);
            let ssrc = sender.config.ssrc;
            let report = SenderReport::builder(ssrc)
                .ntp_timestamp(ntp)
                .rtp_timestamp(timestamp)
                .packet_count(packets)
                .octet_count(octets);
            serialize(Compound::builder().add_packet(report).add_packet(self.sdes(ssrc)))
        };
        senders.map(report).collect()
    }

    fn receiver_reports(&mut self, transport_rtt_ms: f64, wall: u64) -> ReceiverReports {
        let own = self.feedback_ssrc();
        let reported = self.senders.iter().find_map(|(_, s)| s.counters.rtt_ms);
        let rtt_ms = reported.or(Some(transport_rtt_ms).filter(|ms| ms.is_finite()));
        let (mut blocks, mut remb_ssrcs, mut expected, mut lost) = (Vec::new(), Vec::new(), 0, 0);
        for (_, receiver) in &mut self.receivers {
            if let Some(ms) = rtt_ms {
                receiver.set_rtt(ms);
            }
            expected += receiver.sequences().expected();
            lost += receiver.sequences().lost_before_recovery();
            let Some(block) = receiver.report_block(wall) else { continue };
            if receiver.config.remb {
                remb_ssrcs.push(block.ssrc);
            }
            blocks.push(block);
        }
        let reports = blocks.chunks(BLOCKS_PER_REPORT).map(|blocks| {
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
            serialize(Compound::builder().add_packet(report).add_packet(self.sdes(own)))
        });
        let reports = reports.collect();
        ReceiverReports { reports, remb_ssrcs, expected, lost }
    }

    fn sdes(&self, ssrc: u32) -> rtcp_types::SdesBuilder<'_> {
        let cname = SdesItem::builder(SdesItem::CNAME, &self.cname);
        Sdes::builder().add_chunk(SdesChunk::builder(ssrc).add_item_owned(cname))
    }

    fn feedback_ssrc(&self) -> u32 {
        self.senders.first().map_or(self.own_ssrc, |(_, sender)| sender.config.ssrc)
    }
}

/// Receiver reports, and the totals that the bandwidth estimate takes.
struct ReceiverReports {
    reports: Vec<Vec<u8>>,
    remb_ssrcs: Vec<u32>,
    expected: u64,
    lost: u64,
}

/// Empty when the message cannot be written.
fn serialize(compound: CompoundBuilder<'_>) -> Vec<u8> {
    let mut packet = vec![0; compound.calculate_size().unwrap_or(0)];
    match compound.write_into(&mut packet) {
        Ok(_) => packet,
        Err(_) => Vec::new(),
    }
}
