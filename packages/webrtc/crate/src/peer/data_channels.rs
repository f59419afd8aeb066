//! The data channels of a peer, and the flows of stamped messages on them.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use str0m::channel::{ChannelConfig, ChannelId, Reliability};

use super::Transport;
use crate::clock::{self, Now};
use crate::cohorts::Cohort;
use crate::data_flow::{self, DataFlow, FlowsReceived, is_stamped};
use crate::e2ee::{KeyRing, Opened, open_message};
use crate::error::{PumpError, Result};
use crate::sketch::Binned;

/// Open channels that a peer knows: LiveKit has six, three in each direction.
const MAX_CHANNELS: usize = 64;

/// Label of the channel that carries the packets of data tracks: they are neither stamped nor in
/// the envelope of encrypted messages.
const DATA_TRACKS: &str = "_data_track";

/// Data channels and their counters.
#[derive(Default)]
pub struct DataChannels {
    /// Received flows, by their id.
    pub flows_received: FlowsReceived,
    /// Messages that SCTP took, cumulative.
    pub messages_sent: u64,
    /// Bytes of those messages.
    pub bytes_sent: u64,
    /// Messages that SCTP refused because its buffer was full, cumulative.
    pub messages_refused: u64,
    /// Bytes that the buffers of the channels held when messages were written, summed over the
    /// messages, cumulative.
    pub bytes_ahead: u64,
    /// Messages received, stamped or not, cumulative.
    pub messages_received: u64,
    /// Encrypted messages that were decrypted, cumulative.
    pub messages_decrypted: u64,
    /// Encrypted messages that could not be decrypted, cumulative.
    pub messages_undecryptable: u64,
    /// Keys that encrypted messages are decrypted with.
    pub keys: Option<Arc<KeyRing>>,
    /// True if messages without a stamp are handed on, as events.
    pub delivers: bool,
    /// One-way latencies of messages since the thread last collected them.
    pub latencies: Vec<Binned>,
    /// The cohort that those latencies count for.
    pub cohort: Option<Cohort>,
    open: FxHashMap<String, ChannelId>,
    opening: Vec<(ChannelId, String)>,
    flows: Vec<DataFlow>,
}

impl DataChannels {
    pub(super) fn create(
        &mut self,
        transport: &mut Transport,
        label: &str,
        ordered: bool,
        max_retransmits: Option<u16>,
    ) {
        let reliability = max_retransmits.map_or(Reliability::Reliable, |retransmits| {
            Reliability::MaxRetransmits { retransmits }
        });
        let id = transport.create_channel(ChannelConfig {
            label: label.into(),
            ordered,
            reliability,
            ..Default::default()
        });
        self.opening.push((id, label.into()));
    }

    pub(super) fn send(
        &mut self,
        transport: &mut Transport,
        label: &str,
        message: &[u8],
    ) -> Result<()> {
        if message.is_empty() {
            return Err(PumpError::EmptyMessage); // RFC 9260 §6.5
        }
        let id = *self.open.get(label).ok_or_else(|| PumpError::ChannelNotOpen(label.into()))?;
        self.bytes_ahead += transport.buffered(id) as u64;
        let written = transport.write(id, message);
        let accepted = written.ok_or_else(|| PumpError::ChannelClosed(label.into()))??;
        self.count_sent(accepted, message.len());
        if accepted { Ok(()) } else { Err(PumpError::ChannelFull(label.into())) }
    }

    fn count_sent(&mut self, accepted: bool, len: usize) {
        self.messages_sent += accepted as u64;
        self.messages_refused += !accepted as u64;
        self.bytes_sent += accepted as u64 * len as u64;
    }

    pub(super) fn add_flow(&mut self, flow: DataFlow) {
        self.flows.push(flow);
    }

    /// Encrypts the encrypted flows with another key, from their next message on.
    pub fn set_flow_key(&mut self, keys: &Arc<KeyRing>, index: u8) {
        for flow in &mut self.flows {
            flow.set_key(keys, index);
        }
    }

    /// Time at which the next message of a flow is to be sent, monotonic ns; `u64::MAX` for never.
    pub(super) fn next_at(&self) -> u64 {
        let open = self.flows.iter().filter(|flow| self.open.contains_key(&flow.label));
        open.map(|flow| flow.due_ns).min().unwrap_or(u64::MAX)
    }

    /// Writes the messages whose time has come, and returns whether there were any.
    pub(super) fn send_flows(&mut self, transport: &mut Transport, now: Now) -> bool {
        let (mut wrote, mut messages, mut refused, mut bytes) = (false, 0, 0, 0);
        for flow in &mut self.flows {
            let Some(&id) = self.open.get(&flow.label) else { continue };
            while flow.due_ns <= now.mono {
                let message = flow.next_message(now.mono);
                // A full channel drops the message: its sequence number is used up, so that the
                // receiver counts it as lost.
                self.bytes_ahead += transport.buffered(id) as u64;
                let accepted = matches!(transport.write(id, message), Some(Ok(true)));
                messages += accepted as u64;
                refused += !accepted as u64;
                bytes += accepted as u64 * message.len() as u64;
                wrote = true;
            }
        }
        self.messages_sent += messages;
        self.messages_refused += refused;
        self.bytes_sent += bytes;
        wrote
    }

    /// Returns the label: of channels that this side opened, the one that it chose. `None` for more
    /// channels of the remote than are known.
    pub(super) fn on_open(&mut self, id: ChannelId, label: String) -> Option<String> {
        let own = self.opening.iter().find(|(opening, _)| *opening == id);
        if own.is_none() && self.open.len() >= MAX_CHANNELS {
            return None;
        }
        let label = own.map_or(label, |(_, label)| label.clone());
        self.open.insert(label.clone(), id);
        Some(label)
    }

    /// Returns the label of an open channel; empty for one that is not known.
    pub(super) fn label_of(&self, id: ChannelId) -> String {
        let known = self.open.iter().find(|(_, open)| **open == id);
        known.map(|(label, _)| label.clone()).unwrap_or_default()
    }

    /// Returns true if an open channel carries packets of data tracks.
    pub(super) fn has_tracks(&self, id: ChannelId) -> bool {
        self.open.get(DATA_TRACKS) == Some(&id)
    }

    /// Counts a message, or a packet of a data track. Returns its arrival, wall clock, ns, if it is
    /// to be handed on.
    pub(super) fn on_message(
        &mut self,
        is_of_track: bool,
        message: &[u8],
        arrival: Option<u64>,
    ) -> Option<u64> {
        self.messages_received += 1;
        let arrival = arrival.unwrap_or_else(clock::wall_ns);
        if is_of_track {
            return self.delivers.then_some(arrival);
        }
        let opened = self.keys.as_ref().map_or(Opened::Clear, |keys| open_message(message, keys));
        let message = match &opened {
            Opened::Clear => message,
            Opened::Content(content) => {
                self.messages_decrypted += 1;
                content
            }
            Opened::Undecryptable => {
                self.messages_undecryptable += 1;
                return None;
            }
        };
        if let Some(latency) = data_flow::on_message(&mut self.flows_received, message, arrival) {
            self.latencies.push(latency);
        }
        let is_handed_on = self.delivers && opened == Opened::Clear && !is_stamped(message);
        is_handed_on.then_some(arrival)
    }

    pub(super) fn on_close(&mut self, id: ChannelId) {
        self.open.retain(|_, open| *open != id);
    }
}
