//! One peer connection, split by concern: [`Transport`] has ICE, DTLS, SRTP and the socket,
//! [`Tracks`] has RTP and RTCP, [`DataChannels`] has the messages. [`Peer`] drives them: it sorts
//! incoming datagrams, runs the timers, and collects the events for JavaScript.

mod adaptation;
mod control_sends;
mod data_channels;
mod events;
#[cfg(test)]
mod families;
#[cfg(test)]
mod fuzz;
mod media_out;
mod rtcp_in;
mod rtcp_out;
mod rtp_in;
mod tracks;
mod transport;

use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use str0m::config::DtlsCert;
use str0m::{IceCreds, Input};

pub use self::adaptation::Adaptation;
pub use self::control_sends::{ControlSends, FamilySends};
pub use self::data_channels::DataChannels;
pub use self::events::{CloseCode, CloseReason, IceState, PeerEvent};
pub use self::tracks::Tracks;
use self::transport::TransportEvent;
pub use self::transport::{Remote, SelectedPair, Transport};
use crate::clip::Clip;
use crate::clock::{MS, Now};
use crate::data_flow::DataFlow;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::path::{PathEvent, PathFailure, PathKind, Way};
use crate::prefetch::prefetch;
use crate::receiver::ReceiverConfig;
use crate::rtp::{self, ExtensionIds, MAX_DATAGRAM};
use crate::sender::SenderConfig;
use crate::totals::Totals;

/// After this the tick is no longer shortened for a handshake, see [`Peer::may_connect`].
const CONNECT_TIMEOUT_NS: u64 = 10_000 * MS;

/// A buffer for one outgoing packet, tag and SRTCP index included.
pub type Scratch = [u8; MAX_DATAGRAM + 64];

/// Parts of the thread that a peer uses during one call.
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
    /// Endpoints that are no longer used, with their numbers, until the thread forgets them.
    pub retired: Vec<(u8, Endpoint)>,
}

impl Peer {
    /// A peer that has ICE credentials and one host candidate, and waits for [`Peer::set_remote`].
    pub fn new(endpoint: Endpoint, certificate: &DtlsCert, now: Now) -> Result<Self> {
        Ok(Self {
            transport: Transport::new(endpoint, certificate, now)?,
            tracks: Tracks::new(now),
            data: DataChannels::default(),
            events: Vec::new(),
            timers_moved: true,
            created_at: now.mono,
            retired: Vec::new(),
        })
    }

    /// Takes the remote description, or after [`Peer::restart_ice`] the remote's new credentials.
    pub fn set_remote(&mut self, remote: Remote, now: Now) -> Result<()> {
        self.transport.set_remote(remote)?;
        self.advance(now);
        Ok(())
    }

    /// Takes the address of an endpoint that was added to the access link, and returns its
    /// candidate. If it is not signalled, the remote learns it from a check (RFC 8445 §7.3.1.3).
    pub fn add_local_candidate(&mut self, local: SocketAddr, now: Now) -> Result<String> {
        let candidate = self.transport.add_local_candidate(local)?;
        self.advance(now);
        Ok(candidate)
    }

    /// The address of an endpoint was replaced: its candidate is, too. Returns the new one.
    pub fn change_local_candidate(
        &mut self,
        old: SocketAddr,
        new: SocketAddr,
        now: Now,
    ) -> Result<String> {
        let candidate = self.transport.change_local_candidate(old, new)?;
        self.advance(now);
        Ok(candidate)
    }

    /// Uses a TCP connection or an allocation that was added to the access link under `id`.
    pub fn add_path(&mut self, id: u8, now: Now) {
        if matches!(self.transport.access.by_id(id), Some(Endpoint::Stream(_))) {
            // Checks wait in its buffer until it is established.
            self.transport.add_path_candidate(id);
        }
        self.timers_moved = true;
        self.advance(now);
    }

    /// Sends what connections and allocations have to send, and takes what happened to them.
    pub fn tend_paths(&mut self, now: Now) {
        let mut happened = Vec::new();
        for (id, endpoint) in self.transport.access.paths() {
            if let Endpoint::Relay(relay) = endpoint {
                relay.on_timer(now.mono);
            }
            if let Some(stream) = endpoint.stream()
                && let Err(failure) = stream.on_timer(now.mono).and_then(|()| stream.flush())
            {
                match endpoint {
                    Endpoint::Relay(relay) => relay.fail(failure),
                    _ => happened.push((id, endpoint.path(), PathEvent::Failed(failure))),
                }
            }
            if let Endpoint::Relay(relay) = endpoint {
                let kind = relay.kind();
                happened.extend(relay.take_events().into_iter().map(|event| (id, kind, event)));
            }
        }
        if !self.transport.is_restarting() {
            self.retire_superseded(now);
        }
        for (id, kind, event) in happened {
            self.timers_moved = true;
            match event {
                PathEvent::Ready => {
                    self.transport.add_path_candidate(id);
                    self.advance(now);
                }
                PathEvent::Refused(failure) => self.on_path_failed(kind, failure, false),
                PathEvent::Failed(failure) => self.fail_path(id, kind, failure, now),
            }
        }
    }

    /// Gives up an endpoint.
    pub fn fail_path(&mut self, id: u8, kind: PathKind, failure: PathFailure, now: Now) {
        self.on_path_failed(kind, failure, true);
        self.retire(id);
        self.advance(now);
    }

    /// Before another allocation is begun on a server: those that the peer has there end once media
    /// uses another. One that the server has lost would never end.
    pub fn supersede_relays(&mut self, kind: PathKind, server: SocketAddr, now: Now) {
        for (_, endpoint) in self.transport.access.paths() {
            if let Endpoint::Relay(relay) = endpoint {
                relay.superseded |= relay.kind() == kind && relay.server() == server;
            }
        }
        self.retire_superseded(now);
    }

    fn retire_superseded(&mut self, now: Now) {
        for id in self.transport.access.superseded() {
            if let Some(Endpoint::Relay(relay)) = self.transport.access.by_id(id) {
                relay.release();
            }
            self.retire(id);
            self.advance(now);
        }
    }

    /// Gives up every connection and allocation without a farewell: the network of this side
    /// changed.
    pub fn abandon_paths(&mut self, now: Now) {
        let ids: Vec<u8> = self.transport.access.paths().map(|(id, _)| id).collect();
        for id in ids {
            let endpoint = self.transport.access.by_id(id);
            if matches!(endpoint, Some(Endpoint::Stream(_) | Endpoint::Relay(_))) {
                self.retire(id);
            }
        }
        self.timers_moved = true;
        self.advance(now);
    }

    fn retire(&mut self, id: u8) {
        self.transport.discard_path_candidate(id);
        self.retired.extend(self.transport.access.remove(id).map(|endpoint| (id, endpoint)));
    }

    fn on_path_failed(&mut self, path: PathKind, failure: PathFailure, ended: bool) {
        self.events.push(PeerEvent::PathFailed { path, failure, ended });
    }

    /// The remote that a packet of an endpoint is from, and where in it the datagram is. `None`: it
    /// was for the allocation on a TURN server.
    pub fn unwrap(
        &mut self,
        id: u8,
        packet: &[u8],
        source: SocketAddr,
    ) -> Option<(SocketAddr, Range<usize>)> {
        let Some(Endpoint::Relay(relay)) = self.transport.access.by_id(id) else {
            return Some((source, 0..packet.len()));
        };
        let accepted = relay.accept(packet);
        self.timers_moved |= accepted.is_none();
        accepted
    }

    /// Reads a TCP connection. `packet`: room for one packet.
    pub fn read_stream(&mut self, id: u8, packet: &mut Vec<u8>, cx: &mut Context<'_>) {
        self.timers_moved = true;
        let Some(endpoint) = self.transport.access.by_id(id) else { return };
        // What came before it ended is still of use.
        let Some(stream) = endpoint.stream() else { return };
        let (read, arrival) = (stream.fill(), stream.arrival());
        let failure = loop {
            match self.next_of_stream(id, packet) {
                Ok(Some((remote, payload))) => {
                    let way = Way { endpoint: id, remote };
                    self.on_datagram(&mut packet[payload], way, arrival, cx);
                }
                Ok(None) => break read.err(),
                Err(failure) => break Some(failure),
            }
        };
        let (Some(failure), Some(endpoint)) = (failure, self.transport.access.by_id(id)) else {
            return;
        };
        match endpoint {
            Endpoint::Relay(relay) => relay.fail(failure),
            _ => self.fail_path(id, PathKind::IceTcp, failure, cx.now),
        }
    }

    fn next_of_stream(
        &mut self,
        id: u8,
        packet: &mut Vec<u8>,
    ) -> Result<Option<(SocketAddr, Range<usize>)>, PathFailure> {
        match self.transport.access.by_id(id) {
            Some(Endpoint::Relay(relay)) => relay.next_packet(packet),
            Some(Endpoint::Stream(stream)) => {
                let remote = stream.remote();
                let Some(next) = stream.next_packet()? else { return Ok(None) };
                packet.clear();
                packet.extend_from_slice(next);
                Ok(Some((remote, 0..packet.len())))
            }
            _ => Ok(None),
        }
    }

    /// Takes a `candidate:…` line. Candidates that cannot be used here are ignored: other transport
    /// protocols, host names. One of another address family waits for a local address.
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

    /// Adds a sender under `handle`. `clips`: the same picture in several qualities, best last.
    pub fn add_sender(
        &mut self,
        handle: u32,
        config: SenderConfig,
        cname: String,
        clips: Vec<Arc<Clip>>,
        now: Now,
    ) {
        self.tracks.add_sender(handle, config, cname, clips, now);
    }

    /// Adds a receiver under `handle`.
    pub fn add_receiver(&mut self, handle: u32, config: ReceiverConfig, now: Now) {
        self.tracks.add_receiver(handle, config, now);
    }

    /// Returns true while a handshake is under way: every millisecond of waiting is then a
    /// millisecond of join time.
    pub fn is_connecting(&self) -> bool {
        !self.transport.has_keys() && self.transport.has_remote()
    }

    /// Returns true while a handshake is under way, or can still begin when the remote becomes
    /// known.
    pub fn may_connect(&self, now: Now) -> bool {
        !self.transport.has_keys()
            && !self.transport.is_closed()
            && now.mono.saturating_sub(self.created_at) < CONNECT_TIMEOUT_NS
    }

    /// Returns true once the connection has ended, from either side.
    pub fn is_closed(&self) -> bool {
        self.transport.is_closed()
    }

    /// Returns true if datagrams since the last call may have moved [`Peer::next_at`]; most move
    /// nothing.
    pub fn take_timers_moved(&mut self) -> bool {
        std::mem::take(&mut self.timers_moved)
    }

    /// Time at which to call [`Peer::on_timer`] next, monotonic ns.
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
            let (way, arrival) = (datagram.address, datagram.arrival());
            self.dispatch(&mut datagram.bytes, way, arrival, cx);
        }
        if self.transport.timer_is_due(cx.now) {
            self.advance(cx.now);
        }
        if !self.transport.has_keys() {
            return;
        }
        self.tracks.adapt(&mut self.transport, cx);
        self.tracks.send_media(&mut self.transport, cx);
        self.tracks.report_voices(cx.now, &mut self.events);
        if self.data.send_flows(&mut self.transport, cx.now) {
            self.advance(cx.now);
        }
        self.tracks.send_feedback(&mut self.transport, cx);
        self.tracks.send_due_reports(&mut self.transport, cx);
    }

    /// Sends what has left the impaired uplink by `now`, monotonic ns.
    pub fn flush_uplink(&mut self, now: u64) {
        let mut refused = Vec::new();
        self.transport.access.flush_uplink(now, |datagram, to, error| {
            refused.push((rtp::media_ssrc(datagram), to, error));
        });
        for (ssrc, to, error) in refused {
            self.on_send_rejected(ssrc, to, &error);
        }
    }

    /// Counts a packet that the kernel refused. `ssrc`: of RTP.
    pub fn on_send_rejected(&mut self, ssrc: Option<u32>, to: SocketAddr, error: &io::Error) {
        let is_media = ssrc.is_some_and(|ssrc| self.tracks.on_send_rejected(ssrc, error));
        if !is_media {
            self.transport.on_send_rejected(to, error);
        }
    }

    /// Takes one datagram from the socket. `arrival`: wall clock, ns.
    pub fn on_datagram(
        &mut self,
        datagram: &mut [u8],
        way: Way,
        arrival: u64,
        cx: &mut Context<'_>,
    ) {
        cx.totals.received.count(datagram.len(), way.remote);
        if self.transport.access.enter_downlink(datagram, way, arrival, cx.now) {
            self.timers_moved = true;
        } else {
            self.dispatch(datagram, way, arrival, cx);
        }
    }

    /// Requests what a datagram or a timer of this peer needs first ([`crate::prefetch`]).
    pub fn prefetch(&self) {
        prefetch::<2, _>(&self.transport.access);
        prefetch::<8, _>(&self.transport.srtp);
        prefetch::<4, _>(&self.tracks);
        prefetch::<1, _>(&self.timers_moved);
    }

    /// Sorts by the first two bytes (RFC 7983 §7, RFC 5761 §4).
    fn dispatch(&mut self, datagram: &mut [u8], way: Way, arrival: u64, cx: &mut Context<'_>) {
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
                self.on_transport_datagram(datagram, way, arrival, cx.now);
            }
        }
    }

    fn on_transport_datagram(&mut self, datagram: &[u8], way: Way, arrival: u64, now: Now) {
        self.transport.follow_nomination(datagram, way);
        let Some(receive) = self.transport.parse(datagram, way) else { return };
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
                TransportEvent::ChannelData(id, message) => {
                    let is_of_track = self.data.has_tracks(id);
                    let arrival =
                        self.data.on_message(is_of_track, &message, self.transport.data_arrival);
                    // Most messages are only counted: none of those needs a label.
                    let handed_on = arrival.map(|arrival| {
                        let label = self.data.label_of(id);
                        PeerEvent::Message { label, message, arrival }
                    });
                    self.events.extend(handed_on);
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
        for (_, endpoint) in self.transport.access.paths() {
            match endpoint {
                Endpoint::Relay(relay) => relay.release(),
                Endpoint::Stream(stream) => drop(stream.flush()),
                _ => {}
            }
        }
    }
}
