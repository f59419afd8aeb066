//! Outgoing RTP: media whose time has come.

use std::io;

use super::tracks::TRANSPORT_HISTORY;
use super::{Context, Tracks, Transport};
use crate::access::Access;
use crate::sender::{PlainPacket, SendContext};
use crate::srtp::Srtp;

impl Tracks {
    pub(super) fn send_media(&mut self, transport: &mut Transport, cx: &mut Context<'_>) {
        let Transport { srtp: Some(srtp), access, .. } = transport else { return };
        let now = cx.now.mono;
        if !self.playing {
            self.playing = true;
            for (_, sender) in &mut self.senders {
                sender.on_connected(now);
            }
        }
        let mut adaptation = if self.adapts() { self.adaptation.as_mut() } else { None };
        for (index, (_, sender)) in self.senders.iter_mut().enumerate() {
            if sender.due_ns() > now {
                continue;
            }
            let first = self.transport_sequence;
            let mut context = SendContext {
                ids: &self.ids,
                transport_sequence: &mut self.transport_sequence,
                congestion: adaptation.as_mut().map(|adaptation| &mut adaptation.congestion),
            };
            sender.send_due(now, &mut context, cx.scratch, |packet| {
                protect_and_send(access, srtp, packet)
            });
            let next = self.transport_sequence;
            remember_sender(&mut self.transport_senders, first, next, index as u8);
        }
    }
}

/// Fails when the kernel refuses the packet. An impaired uplink takes every packet.
pub(super) fn protect_and_send(
    access: &mut Access,
    srtp: &Srtp,
    packet: PlainPacket<'_>,
) -> io::Result<()> {
    let PlainPacket { buf, header_len, len, ssrc, rollover, sequence } = packet;
    let len = srtp.protect_rtp(&mut buf[..], header_len, len, ssrc, rollover, sequence);
    access.send(&buf[..len])
}

/// Notes which sender the transport-wide sequence numbers from `first` to before `next` belong to.
pub(super) fn remember_sender(
    history: &mut Option<Box<[u8; TRANSPORT_HISTORY]>>,
    first: u16,
    next: u16,
    sender: u8,
) {
    if let Some(history) = history {
        for offset in 0..next.wrapping_sub(first) {
            history[first.wrapping_add(offset) as usize % TRANSPORT_HISTORY] = sender;
        }
    }
}
