//! Media and messages that are due.

use super::{Now, Peer, Scratch, TRANSPORT_HISTORY, Totals};
use crate::access::Access;
use crate::sender::{Plain, Wire};
use crate::srtp::Srtp;

impl Peer {
    pub(super) fn send_media(&mut self, now: Now, scratch: &mut Scratch, totals: &mut Totals) {
        let Some(srtp) = &self.srtp else { return };
        if !self.playing {
            self.playing = true;
            for (_, sender) in &mut self.senders {
                sender.begin(now.mono);
            }
        }
        let access = &mut self.access;
        for (index, (_, sender)) in self.senders.iter_mut().enumerate() {
            if sender.due_ns() > now.mono {
                continue;
            }
            let first = self.transport_sequence;
            let mut wire =
                Wire { ids: &self.ids, transport_sequence: &mut self.transport_sequence };
            sender.send_due(now.mono, &mut wire, scratch, |plain| {
                transmit(access, srtp, plain, totals)
            });
            note_transport(
                &mut self.transport_senders,
                first,
                self.transport_sequence,
                index as u8,
            );
        }
    }

    pub(super) fn send_messages(&mut self, now: Now) {
        let mut wrote = false;
        for flow in &mut self.flows {
            let Some(&id) = self.channels.get(&flow.label) else { continue };
            while flow.due_ns <= now.mono {
                let message = flow.next_message(now.mono);
                let len = message.len() as u64;
                // A full channel drops the message: its sequence number is spent, so the receiver tells the loss.
                let accepted = self
                    .rtc
                    .channel(id)
                    .is_some_and(|mut channel| channel.write(true, message).unwrap_or(false));
                self.messages_sent += accepted as u64;
                self.message_bytes_sent += accepted as u64 * len;
                wrote = true;
            }
        }
        if wrote {
            self.advance(now);
        }
    }
}

pub(super) fn transmit(
    access: &mut Access,
    srtp: &Srtp,
    plain: Plain<'_>,
    totals: &mut Totals,
) -> bool {
    let len = srtp.protect_rtp(
        &mut plain.buf[..],
        plain.header_len,
        plain.len,
        plain.ssrc,
        plain.rollover,
        plain.sequence,
    );
    access.send(&plain.buf[..len], totals).is_ok()
}

pub(super) fn note_transport(
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
