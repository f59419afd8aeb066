//! One peer connection, split by concern: [`Transport`] has ICE, DTLS, SRTP and the socket,
//! [`Tracks`] has RTP and RTCP, [`DataChannels`] has the messages. [`Peer`] drives them: it sorts
//! incoming datagrams, runs the timers, and collects the events for JavaScript.

mod data_channels;
mod events;
#[cfg(test)]
mod fuzz;
mod media_out;
mod rtcp_in;
mod rtcp_out;
mod rtp_in;
mod tracks;
mod transport;

use std::net::SocketAddr;
use std::sync::Arc;

use str0m::config::DtlsCert;
use str0m::{IceCreds, Input};

pub use self::data_channels::DataChannels;
pub use self::events::{CloseCode, CloseReason, IceState, PeerEvent};
pub use self::tracks::Tracks;
use self::transport::TransportEvent;
pub use self::transport::{Remote, Transport};
use crate::clip::Clip;
use crate::clock::{MS, Now};
use crate::data_flow::DataFlow;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::receiver::ReceiverConfig;
use crate::rtp::{ExtensionIds, MAX_DATAGRAM, RtpHeader};
use crate::sender::SenderConfig;
use crate::totals::Totals;

/// After this the tick is no longer shortened for a handshake, see [`Peer::may_connect`].
const CONNECT_TIMEOUT_NS: u64 = 10_000 * MS;

/// A buffer for one outgoing packet, tag and SRTCP index included.
pub type Scratch = [u8; MAX_DATAGRAM + 64];

/// What a peer uses of its thread during one call.
pub struct Context<'a> {
    /// The clocks as read for this wake-up.
    pub now: Now,
    /// Room for an outgoing packet.
    pub scratch: &'a mut Scratch,
    /// The counters of the thread.
    pub totals: &'a mut Totals,
}

/// One peer connection.
pub struct Peer {
    /// ICE, DTLS, SRTP and the socket.
    pub transport: Transport,
    /// Senders and receivers.
    pub tracks: Tracks,
    /// Data channels and their flows.
    pub data: DataChannels,
    /// Events since the thread last collected them.
    pub events: Vec<PeerEvent>,
    /// A timer may have moved to before what [`Peer::next_at`] last returned.
    timers_moved: bool,
    created_at: u64,
}

impl Peer {
    /// A peer that has ICE credentials and a host candidate, and waits for [`Peer::set_remote`].
    pub fn new(endpoint: Endpoint, certificate: &DtlsCert, now: Now) -> Result<Self> {
        Ok(Self {
            transport: Transport::new(endpoint, certificate, now)?,
            tracks: Tracks::new(now),
            data: DataChannels::default(),
            events: Vec::new(),
            timers_moved: true,
            created_at: now.mono,
        })
    }

    /// Takes the remote description, or after [`Peer::restart_ice`] the remote's new credentials.
    pub fn set_remote(&mut self, remote: Remote, now: Now) -> Result<()> {
        self.transport.set_remote(remote)?;
        self.advance(now);
        Ok(())
    }

    /// Takes a `candidate:…` line. Candidates that cannot be used here are ignored: other transport
    /// protocols, other address families, host names.
    pub fn add_remote_candidate(&mut self, line: &str, now: Now) {
        if self.transport.add_remote_candidate(line) {
            self.advance(now);
        }
    }

    /// New local ICE credentials (RFC 8445 §9).
    pub fn restart_ice(&mut self) -> IceCreds {
        self.transport.restart_ice()
    }

    /// Header extension ids of the peer connection.
    pub fn set_extensions(&mut self, ids: ExtensionIds) {
        self.tracks.set_extensions(ids);
    }

    /// Opens a data channel. `max_retransmits`: `None` for reliable.
    pub fn create_channel(
        &mut self,
        label: &str,
        ordered: bool,
        max_retransmits: Option<u16>,
        now: Now,
    ) {
        self.data.create(&mut self.transport, label, ordered, max_retransmits);
        self.advance(now);
    }

    /// Sends one message on an open data channel.
    pub fn send_data(&mut self, label: &str, message: &[u8], now: Now) -> Result<()> {
        let sent = self.data.send(&mut self.transport, label, message);
        self.advance(now);
        sent
    }

    /// Starts a flow of data messages.
    pub fn add_flow(&mut self, flow: DataFlow) {
        self.data.add_flow(flow);
    }

    /// Adds a sender under `handle`.
    pub fn add_sender(
        &mut self,
        handle: u32,
        config: SenderConfig,
        cname: String,
        clip: Arc<Clip>,
        now: Now,
    ) {
        self.tracks.add_sender(handle, config, cname, clip, now);
    }

    /// Adds a receiver under `handle`.
    pub fn add_receiver(&mut self, handle: u32, config: ReceiverConfig, now: Now) {
        self.tracks.add_receiver(handle, config, now);
    }

    /// Whether a handshake is under way: every millisecond of waiting is then a millisecond of join
    /// time.
    pub fn is_connecting(&self) -> bool {
        !self.transport.has_keys() && self.transport.has_remote()
    }

    /// Whether a handshake is under way, or can still begin when the remote becomes known.
    pub fn may_connect(&self, now: Now) -> bool {
        !self.transport.has_keys()
            && !self.transport.is_closed()
            && now.mono.saturating_sub(self.created_at) < CONNECT_TIMEOUT_NS
    }

    /// Whether the connection has ended, from either side.
    pub fn is_closed(&self) -> bool {
        self.transport.is_closed()
    }

    /// Whether datagrams since the last call may have moved [`Peer::next_at`]; most move nothing.
    pub fn take_timers_moved(&mut self) -> bool {
        std::mem::take(&mut self.timers_moved)
    }

    /// When to call [`Peer::on_timer`] next, monotonic ns.
    pub fn next_at(&self, now: Now) -> u64 {
        let at = self.transport.next_at(now);
        if !self.transport.has_keys() {
            return at;
        }
        at.min(self.tracks.next_at()).min(self.data.next_at())
    }

    /// Handles expired timers: datagrams that leave the impaired downlink, ICE, DTLS, media,
    /// messages, feedback and reports.
    pub fn on_timer(&mut self, cx: &mut Context<'_>) {
        while let Some(mut datagram) = self.transport.access.pop_downlink(cx.now.mono) {
            let (source, arrival) = (datagram.address, datagram.arrival());
            self.dispatch(&mut datagram.bytes, source, arrival, cx);
        }
        if self.transport.timer_is_due(cx.now) {
            self.advance(cx.now);
        }
        if !self.transport.has_keys() {
            return;
        }
        self.tracks.send_media(&mut self.transport, cx);
        if self.data.send_flows(&mut self.transport, cx.now) {
            self.advance(cx.now);
        }
        self.tracks.send_feedback(&mut self.transport, cx);
        self.tracks.send_due_reports(&mut self.transport, cx);
    }

    /// Sends what has left the impaired uplink by `now`, monotonic ns.
    pub fn flush_uplink(&mut self, now: u64, totals: &mut Totals) {
        let tracks = &mut self.tracks;
        totals.datagrams_sent += self.transport.access.flush_uplink(now, |datagram, error| {
            if let Some(header) = RtpHeader::parse(datagram) {
                tracks.on_send_rejected(header.ssrc, error);
            }
        });
    }

    /// Takes one datagram from the socket. `arrival`: wall clock, ns.
    pub fn on_datagram(
        &mut self,
        datagram: &mut [u8],
        source: SocketAddr,
        arrival: u64,
        cx: &mut Context<'_>,
    ) {
        cx.totals.datagrams_received += 1;
        if self.transport.access.enter_downlink(datagram, source, arrival, cx.now) {
            self.timers_moved = true;
        } else {
            self.dispatch(datagram, source, arrival, cx);
        }
    }

    /// Sorts by the first two bytes (RFC 7983 §7, RFC 5761 §4).
    fn dispatch(
        &mut self,
        datagram: &mut [u8],
        source: SocketAddr,
        arrival: u64,
        cx: &mut Context<'_>,
    ) {
        match datagram {
            [128..=191, 192..=223, ..] => {
                self.timers_moved = true;
                self.tracks.on_rtcp(&mut self.transport, datagram, arrival, cx);
            }
            [128..=191, ..] => {
                self.timers_moved |=
                    self.tracks.on_rtp(&self.transport, datagram, arrival, cx, &mut self.events);
            }
            _ => {
                self.timers_moved = true;
                self.on_transport_datagram(datagram, source, arrival, cx.now);
            }
        }
    }

    fn on_transport_datagram(
        &mut self,
        datagram: &[u8],
        source: SocketAddr,
        arrival: u64,
        now: Now,
    ) {
        self.transport.follow_nomination(datagram, source);
        let Some(receive) = self.transport.parse(datagram, source) else { return };
        // Dated by the arrival, not by the tick: round-trip times must not include our own waiting.
        // Time is brought forward first, or str0m would date its answers to the arrival as well.
        self.advance(now);
        self.transport.data_arrival = Some(arrival);
        let arrived = now.instant - std::time::Duration::from_nanos(now.since(arrival));
        self.input(Input::Receive(arrived, receive));
        self.transport.data_arrival = None;
        self.advance(now);
    }

    /// Gives str0m the time after a change from outside.
    pub fn advance(&mut self, now: Now) {
        self.input(Input::Timeout(now.instant));
    }

    fn input(&mut self, input: Input<'_>) {
        self.transport.handle_input(input);
        while let Some(event) = self.transport.poll() {
            match event {
                TransportEvent::Peer(event) => self.events.push(event),
                TransportEvent::ChannelOpen(id, label) => {
                    let label = self.data.on_open(id, label);
                    self.events.extend(label.map(PeerEvent::ChannelOpen));
                }
                TransportEvent::ChannelData(message) => {
                    self.data.on_message(&message, self.transport.data_arrival);
                }
                TransportEvent::ChannelClose(id) => self.data.on_close(id),
            }
        }
    }

    /// Closes the connection: a DTLS close_notify frees the remote's side at once. There is no RTCP
    /// BYE, as signalling has announced the end already.
    pub fn close(&mut self, now: Now) {
        if self.transport.close() {
            self.advance(now);
        }
    }
}
