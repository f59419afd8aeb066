//! The transport of a peer: str0m does ICE, DTLS and SCTP; its SRTP keys and the selected address
//! are taken over by the RTP path of this crate.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::channel::{ChannelConfig, ChannelId};
use str0m::config::{DtlsCert, Fingerprint};
use str0m::net::{Protocol, Receive, TcpType, Transmit};
use str0m::{
    Candidate, CandidateKind, Event, IceConnectionState, IceCreds, Input, Output, Rtc, RtcConfig,
};

use super::control_sends::ControlSends;
use super::events::{CloseReason, IceState, PeerEvent};
use crate::access::Access;
use crate::clock::Now;
use crate::dtls_keys::{self, KeySlot};
use crate::endpoint::Endpoint;
use crate::error::{PumpError, Result};
use crate::path::{PathKind, Way};
use crate::socket::is_remote_gone;
use crate::srtp::{RTCP_OVERHEAD, Srtp};
use crate::stun;

/// Interval at which str0m reports the round-trip time of its consent checks.
const STATS_INTERVAL: Duration = Duration::from_secs(5);

/// The remote description of a peer.
pub struct Remote {
    /// `a=ice-ufrag` and `a=ice-pwd`.
    pub credentials: IceCreds,
    /// `a=fingerprint`.
    pub fingerprint: Fingerprint,
    /// True if this side is the DTLS client.
    pub dtls_client: bool,
    /// True if this side is the controlling ICE agent.
    pub controlling: bool,
    /// True if SCTP was negotiated.
    pub data_channels: bool,
}

/// Event that [`Transport::poll`] hands to the peer.
pub(super) enum TransportEvent {
    Peer(PeerEvent),
    ChannelOpen(ChannelId, String),
    ChannelData(ChannelId, Vec<u8>),
    ChannelClose(ChannelId),
}

/// The pair that media uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectedPair {
    /// Path on which the pair reaches the remote.
    pub path: PathKind,
    /// Type of the candidate of this side.
    pub local: CandidateKind,
    /// Type of the candidate of the remote.
    pub remote: CandidateKind,
    /// True if the protocol between the candidates is TCP.
    pub is_tcp: bool,
    /// Time that the allocation took, ns; only with a relay.
    pub allocation_ns: Option<u64>,
}

/// ICE, DTLS, SRTP and the sockets of one peer.
pub struct Transport {
    /// The sockets and their impairment.
    pub access: Access,
    /// Sent packets of STUN, DTLS, data and RTCP.
    pub sends: ControlSends,
    /// Packets of `sends` that the kernel refused on the selected pair once media could flow, for a
    /// reason on this host.
    pub send_errors: u64,
    /// Round-trip time of the last STUN consent check, ms; NaN until known.
    pub rtt_ms: f64,
    /// Keys, once the DTLS handshake is done.
    pub(super) srtp: Option<Srtp>,
    /// Arrival of the datagram that str0m is being given, wall clock, ns: its messages came with
    /// it.
    pub(super) data_arrival: Option<u64>,
    /// Boxed, so that the fields that every packet needs are close together.
    rtc: Box<Rtc>,
    rtc_at: Instant,
    keys: KeySlot,
    /// The selected pair.
    remote: Option<Way>,
    /// Pairs that this side has nominated since ICE began or restarted.
    nominated: Vec<Way>,
    /// Local `a=ice-pwd`, which authenticates the remote's checks (RFC 8445 §7.1.1).
    local_password: String,
    remote_credentials: Option<IceCreds>,
    candidate: Option<String>,
    /// Candidates of TCP connections and relays, by the number of their endpoint.
    path_candidates: Vec<(u8, Candidate)>,
    remote_candidates: Vec<Candidate>,
    /// ICE restarts and has selected no pair yet: the remote may answer from any address.
    restarting: bool,
    closed: bool,
    close_reason: Option<CloseReason>,
}

impl Transport {
    pub(super) fn new(endpoint: Endpoint, certificate: &DtlsCert, now: Now) -> Result<Self> {
        let (mut rtc, keys) = dtls_keys::with_key_slot(|| {
            RtcConfig::new()
                .set_crypto_provider(dtls_keys::crypto_provider())
                .set_dtls_cert(certificate.clone())
                .set_stats_interval(Some(STATS_INTERVAL))
                .build(now.instant)
        });
        let local = endpoint.local();
        let local_password = rtc.direct_api().local_ice_credentials().pass;
        let mut transport = Self {
            access: Access::new(endpoint),
            sends: ControlSends::default(),
            send_errors: 0,
            rtt_ms: f64::NAN,
            srtp: None,
            data_arrival: None,
            rtc: Box::new(rtc),
            rtc_at: now.instant,
            keys,
            remote: None,
            nominated: Vec::new(),
            local_password,
            remote_credentials: None,
            candidate: None,
            path_candidates: Vec::new(),
            remote_candidates: Vec::new(),
            restarting: false,
            closed: false,
            close_reason: None,
        };
        transport.candidate =
            local.map(|local| transport.add_local_candidate(local)).transpose()?;
        Ok(transport)
    }

    /// Local `a=ice-ufrag` and `a=ice-pwd`.
    pub fn credentials(&mut self) -> IceCreds {
        self.rtc.direct_api().local_ice_credentials()
    }

    /// Local `a=fingerprint`.
    pub fn fingerprint(&mut self) -> String {
        self.rtc.direct_api().local_dtls_fingerprint().to_string()
    }

    /// Adds the address of an endpoint as a host candidate, and returns its line (RFC 8839 §5.1).
    /// IPv6 is preferred (RFC 8421).
    pub(super) fn add_local_candidate(&mut self, local: SocketAddr) -> Result<String> {
        let candidate = Candidate::host(local, "udp").map_err(transport_error)?;
        let Some(added) = self.rtc.add_local_candidate(candidate) else {
            return Err(PumpError::Transport(format!("{local} is a candidate already")));
        };
        let (foundation, priority) = (if local.is_ipv6() { 6 } else { 4 }, added.prio());
        let (ip, port) = (local.ip(), local.port());
        Ok(format!("candidate:{foundation} 1 udp {priority} {ip} {port} typ host"))
    }

    /// An address of this peer was replaced: checks and media of the old one end, and ICE has to be
    /// restarted to find a pair with the new one.
    pub(super) fn change_local_candidate(
        &mut self,
        old: SocketAddr,
        new: SocketAddr,
    ) -> Result<String> {
        let gone = Candidate::host(old, "udp").map_err(transport_error)?;
        self.rtc.direct_api().invalidate_candidate(&gone);
        self.nominated.clear();
        self.restarting = true;
        self.add_local_candidate(new)
    }

    /// The candidate of the address that the peer was created with, if it was (RFC 8839 §5.1).
    pub fn candidate(&self) -> Option<&str> {
        self.candidate.as_deref()
    }

    /// Makes an endpoint that has an address now a candidate: a TCP connection to the remote, or a
    /// relay. The remote learns it from a check (RFC 8445 §7.3.1.3).
    pub(super) fn add_path_candidate(&mut self, id: u8) {
        let Some(endpoint) = self.access.by_id(id) else { return };
        let Some(local) = endpoint.local() else { return };
        let candidate = match endpoint {
            Endpoint::Stream(_) => {
                Candidate::builder().tcp().host(local).tcptype(TcpType::Active).build()
            }
            _ => Candidate::relayed(local, local, "udp"),
        };
        // An address that no candidate can have: the path is of no use.
        let Ok(candidate) = candidate else { return };
        if let Endpoint::Relay(relay) = endpoint {
            for remote in self.remote_candidates.iter().filter(|one| one.proto() == Protocol::Udp) {
                relay.bind(remote.addr());
            }
        }
        self.path_candidates.push((id, candidate.clone()));
        self.rtc.add_local_candidate(candidate);
    }

    /// The endpoint is gone.
    pub(super) fn discard_path_candidate(&mut self, id: u8) {
        while let Some(at) = self.path_candidates.iter().position(|(other, _)| *other == id) {
            let (_, candidate) = self.path_candidates.swap_remove(at);
            self.rtc.direct_api().invalidate_candidate(&candidate);
        }
    }

    /// The pair that media uses, once ICE has selected one.
    pub fn selected_pair(&self) -> Option<SelectedPair> {
        let remote = self.remote?;
        let (_, endpoint) = self.access.endpoints().find(|(id, _)| *id == remote.endpoint)?;
        let path = endpoint.path();
        let kind_of = |known: &&Candidate| {
            known.addr() == remote.remote && (known.proto() != Protocol::Udp) == endpoint.is_tcp()
        };
        let known = self.remote_candidates.iter().find(kind_of);
        Some(SelectedPair {
            path,
            local: match endpoint {
                Endpoint::Relay(_) => CandidateKind::Relayed,
                _ => CandidateKind::Host,
            },
            remote: known.map_or(CandidateKind::PeerReflexive, |candidate| candidate.kind()),
            is_tcp: endpoint.is_tcp(),
            allocation_ns: match endpoint {
                Endpoint::Relay(relay) => relay.allocation_ns(),
                _ => None,
            },
        })
    }

    pub(super) fn set_remote(&mut self, remote: Remote) -> Result<()> {
        if self.remote_credentials.as_ref() != Some(&remote.credentials) {
            if self.remote_credentials.is_some() {
                // An ICE restart: old candidates belong to the old credentials.
                for candidate in std::mem::take(&mut self.remote_candidates) {
                    self.rtc.direct_api().invalidate_candidate(&candidate);
                }
                self.access.disconnect().map_err(PumpError::Socket)?;
                self.nominated.clear();
                self.restarting = true;
            }
            self.remote_credentials = Some(remote.credentials.clone());
        }
        let mut api = self.rtc.direct_api();
        api.set_ice_controlling(remote.controlling);
        api.set_remote_ice_credentials(remote.credentials);
        api.set_remote_fingerprint(remote.fingerprint);
        api.start_dtls(remote.dtls_client).map_err(transport_error)?;
        if remote.data_channels {
            api.start_sctp(remote.dtls_client);
        }
        Ok(())
    }

    /// Returns whether the candidate can be used.
    pub(super) fn add_remote_candidate(&mut self, line: &str) -> bool {
        let Ok(candidate) = Candidate::from_sdp_string(line) else { return false };
        let is_usable = match candidate.proto() {
            Protocol::Udp => true,
            // Servers have passive ones (RFC 6544 §4.1); other roles need a port that listens.
            Protocol::Tcp => candidate.tcptype() == Some(TcpType::Passive),
            _ => false,
        };
        if !is_usable {
            return false;
        }
        if candidate.proto() == Protocol::Udp {
            for (_, endpoint) in self.access.paths() {
                if let Endpoint::Relay(relay) = endpoint {
                    relay.bind(candidate.addr());
                }
            }
        }
        self.remote_candidates.push(candidate.clone());
        self.rtc.add_remote_candidate(candidate);
        true
    }

    pub(super) fn restart_ice(&mut self) -> IceCreds {
        let credentials = IceCreds::new();
        self.local_password.clone_from(&credentials.pass);
        self.rtc.direct_api().set_local_ice_credentials(credentials.clone());
        credentials
    }

    pub(super) fn has_keys(&self) -> bool {
        self.srtp.is_some()
    }

    pub(super) fn has_remote(&self) -> bool {
        self.remote_credentials.is_some()
    }

    /// Returns true while ICE restarts and has not selected a pair yet.
    pub(super) fn is_restarting(&self) -> bool {
        self.restarting
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn create_channel(&mut self, config: ChannelConfig) -> ChannelId {
        self.rtc.direct_api().create_data_channel(config)
    }

    /// Writes a message. `Ok(false)`: the channel is full. `None`: there is no such channel.
    pub(super) fn write(&mut self, id: ChannelId, message: &[u8]) -> Option<Result<bool>> {
        let mut channel = self.rtc.channel(id)?;
        Some(channel.write(true, message).map_err(transport_error))
    }

    /// Bytes that a channel has not sent yet.
    pub(super) fn buffered(&mut self, id: ChannelId) -> usize {
        self.rtc.channel(id).map_or(0, |mut channel| channel.buffered_amount())
    }

    /// Time at which [`Transport::timer_is_due`], or the impaired downlink is, monotonic ns.
    pub(super) fn next_at(&self, now: Now) -> u64 {
        let wait = self.rtc_at.saturating_duration_since(now.instant).as_nanos();
        let at = now.mono + wait.min(u64::MAX as u128 / 4) as u64;
        at.min(self.access.downlink_due_at()).min(self.access.path_due_at())
    }

    pub(super) fn timer_is_due(&self, now: Now) -> bool {
        self.rtc_at <= now.instant
    }

    /// Media goes to the address that an authentic check nominates: a forged one would divert it.
    pub(super) fn follow_nomination(&mut self, datagram: &[u8], way: Way) {
        if stun::nominates(datagram) && stun::is_authentic(datagram, &self.local_password) {
            self.set_media_remote(way);
        }
    }

    /// `None` for what is neither STUN nor DTLS.
    pub(super) fn parse<'a>(&mut self, datagram: &'a [u8], way: Way) -> Option<Receive<'a>> {
        let endpoint = self.access.by_id(way.endpoint)?;
        let protocol = if endpoint.is_tcp() { Protocol::Tcp } else { Protocol::Udp };
        Receive::new(protocol, way.remote, endpoint.local()?, datagram).ok()
    }

    /// Call [`Transport::poll`] until it returns `None` afterwards.
    pub(super) fn handle_input(&mut self, input: Input<'_>) {
        if let Err(error) = self.rtc.handle_input(input) {
            self.close_with(CloseReason::Transport(error.to_string()));
        }
    }

    /// Sends what str0m has to send, and returns its next event.
    pub(super) fn poll(&mut self) -> Option<TransportEvent> {
        loop {
            if let Some(reason) = self.close_reason.take() {
                return Some(TransportEvent::Peer(PeerEvent::Closed(reason)));
            }
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.rtc_at = at;
                    if self.closed || self.rtc.is_alive() {
                        return None;
                    }
                    self.close_with(CloseReason::Stopped);
                }
                Ok(Output::Transmit(transmit)) => self.transmit(&transmit),
                Ok(Output::Event(event)) => {
                    if let Some(event) = self.on_event(event) {
                        return Some(event);
                    }
                }
                Err(_) if self.closed => return None,
                Err(error) => self.close_with(CloseReason::Transport(error.to_string())),
            }
        }
    }

    fn transmit(&mut self, transmit: &Transmit) {
        let (contents, to) = (&transmit.contents, transmit.destination);
        let is_tcp = transmit.proto != Protocol::Udp;
        // Gone meanwhile: what it would have carried is lost.
        let Some(endpoint) = self.access.with_local(transmit.source, is_tcp) else { return };
        let way = Way { endpoint, remote: to };
        let selects = if stun::is_stun(contents) {
            stun::nominates(contents) && self.is_first_nomination(way)
        } else {
            // During a restart data still uses the old pair: fixing the socket on that would shut
            // out the checks of the new pairs.
            !self.restarting
        };
        if selects {
            self.set_media_remote(way);
        }
        self.sends.on_send(to);
        // Handshakes repeat what is lost.
        if let Err(error) = self.access.send_to(contents, way) {
            self.on_send_rejected(to, &error);
        }
    }

    /// Every later check of a nominated pair nominates it again, also when a better pair was
    /// nominated after it.
    fn is_first_nomination(&mut self, way: Way) -> bool {
        let is_first = !self.nominated.contains(&way);
        if is_first {
            self.nominated.push(way);
        }
        is_first
    }

    /// Counts a packet other than media that the kernel refused.
    pub(super) fn on_send_rejected(&mut self, to: SocketAddr, error: &io::Error) {
        self.sends.on_rejected(to, error);
        let on_selected_pair =
            self.srtp.is_some() && self.remote.is_some_and(|way| way.remote == to);
        self.send_errors += (on_selected_pair && !is_remote_gone(error)) as u64;
    }

    fn set_media_remote(&mut self, way: Way) {
        if self.remote != Some(way) || !self.access.endpoint.is_connected() {
            self.remote = Some(way);
            // Only once media may flow: before that, checks of other pairs must still be received.
            if self.srtp.is_some() {
                let _ = self.access.connect(way);
            }
        }
    }

    fn on_event(&mut self, event: Event) -> Option<TransportEvent> {
        match event {
            Event::IceConnectionStateChange(state) => {
                let state = match state {
                    IceConnectionState::Connected | IceConnectionState::Completed => {
                        self.restarting = false;
                        IceState::Connected
                    }
                    IceConnectionState::Disconnected => IceState::Disconnected,
                    _ => IceState::Checking,
                };
                Some(TransportEvent::Peer(PeerEvent::Ice(state)))
            }
            Event::Connected => self.on_connected().map(TransportEvent::Peer),
            Event::ChannelOpen(id, label) => Some(TransportEvent::ChannelOpen(id, label)),
            Event::ChannelData(data) => Some(TransportEvent::ChannelData(data.id, data.data)),
            Event::ChannelClose(id) => Some(TransportEvent::ChannelClose(id)),
            Event::PeerStats(stats) => {
                let pair = stats.selected_candidate_pair?;
                if let Some(rtt) = pair.current_round_trip_time {
                    self.rtt_ms = rtt.as_secs_f64() * 1000.0;
                }
                // When the selected pair fails, one that was nominated before it is selected again,
                // which no check shows.
                let is_tcp = pair.protocol != Protocol::Udp;
                if let Some(endpoint) = self.access.with_local(pair.local.addr, is_tcp)
                    && !self.restarting
                {
                    self.set_media_remote(Way { endpoint, remote: pair.remote.addr });
                }
                None
            }
            Event::Closed => {
                self.close_with(CloseReason::Remote);
                None
            }
            _ => None,
        }
    }

    fn on_connected(&mut self) -> Option<PeerEvent> {
        let keys = self.keys.lock().ok().and_then(|mut slot| slot.take());
        let Some(keys) = keys else {
            self.close_with(CloseReason::NoSrtpKeys);
            return None;
        };
        match Srtp::new(keys.profile, &keys.material, keys.client) {
            Ok(srtp) => {
                self.srtp = Some(srtp);
                if let Some(remote) = self.remote {
                    let _ = self.access.connect(remote);
                }
                let is_ipv6 = self.access.endpoint.is_ipv6();
                Some(PeerEvent::Connected { is_ipv6 })
            }
            Err(source) => {
                self.close_with(CloseReason::Srtp { profile: keys.profile, source });
                None
            }
        }
    }

    /// Protects and sends a compound RTCP packet; one that is cut short is dropped.
    pub(super) fn send_rtcp(&mut self, mut packet: Vec<u8>) {
        let Some(srtp) = &mut self.srtp else { return };
        let len = packet.len();
        if len < 8 {
            return;
        }
        packet.resize(len + RTCP_OVERHEAD, 0);
        let len = srtp.protect_rtcp(&mut packet, len);
        let Some(to) = self.access.endpoint.send_target() else { return };
        self.sends.on_send(to);
        // Feedback that the kernel refuses is lost like any other: the next interval repeats it.
        if let Err(error) = self.access.send(&packet[..len]) {
            self.on_send_rejected(to, &error);
        }
    }

    fn close_with(&mut self, reason: CloseReason) {
        if !self.closed {
            self.closed = true;
            self.close_reason = Some(reason);
        }
    }

    /// Closes from this side, without an event. Returns whether str0m has something to send.
    pub(super) fn close(&mut self) -> bool {
        self.closed = true;
        self.rtc.close().is_ok()
    }
}

fn transport_error(error: impl std::fmt::Display) -> PumpError {
    PumpError::Transport(error.to_string())
}
