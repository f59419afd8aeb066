//! The transport of a peer: str0m does ICE, DTLS and SCTP; its SRTP keys and the selected address
//! are taken over by the RTP path of this crate.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::channel::{ChannelConfig, ChannelId};
use str0m::config::{DtlsCert, Fingerprint};
use str0m::net::{Protocol, Receive, Transmit};
use str0m::{Candidate, Event, IceConnectionState, IceCreds, Input, Output, Rtc, RtcConfig};

use super::events::{CloseReason, IceState, PeerEvent};
use crate::access::Access;
use crate::clock::Now;
use crate::dtls_keys::{self, KeySlot};
use crate::endpoint::Endpoint;
use crate::error::{PumpError, Result};
use crate::srtp::{RTCP_OVERHEAD, Srtp};
use crate::stun;
use crate::totals::Totals;

/// How often str0m reports the round-trip time of its consent checks.
const STATS_INTERVAL: Duration = Duration::from_secs(5);
/// Priority of a host candidate of component 1 (RFC 8445 §5.1.2.1).
const HOST_PRIORITY: u32 = (126 << 24) | (65_535 << 8) | 255;

/// The remote description of a peer.
pub struct Remote {
    /// `a=ice-ufrag` and `a=ice-pwd`.
    pub credentials: IceCreds,
    /// `a=fingerprint`.
    pub fingerprint: Fingerprint,
    /// Whether this side is the DTLS client.
    pub dtls_client: bool,
    /// Whether this side is the controlling ICE agent.
    pub controlling: bool,
    /// Whether SCTP was negotiated.
    pub data_channels: bool,
}

/// What [`Transport::poll`] hands to the peer.
pub(super) enum TransportEvent {
    Peer(PeerEvent),
    ChannelOpen(ChannelId, String),
    ChannelData(Vec<u8>),
    ChannelClose(ChannelId),
}

/// ICE, DTLS, SRTP and the socket of one peer.
pub struct Transport {
    /// The socket and its impairment.
    pub access: Access,
    /// Round-trip time of the last STUN consent check, ms; NaN until known.
    pub rtt_ms: f64,
    /// Keys, once the DTLS handshake is done.
    pub(super) srtp: Option<Srtp>,
    /// Arrival of the datagram that str0m is being given, wall clock, ns: its messages came with it.
    pub(super) data_arrival: Option<u64>,
    /// Boxed, so that the fields that every packet needs are close together.
    rtc: Box<Rtc>,
    rtc_at: Instant,
    keys: KeySlot,
    /// The remote address of the selected pair.
    remote: Option<SocketAddr>,
    /// Local `a=ice-pwd`, which authenticates the remote's checks (RFC 8445 §7.1.1).
    local_password: String,
    remote_credentials: Option<IceCreds>,
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
        let candidate = Candidate::host(endpoint.local(), "udp").map_err(transport_error)?;
        rtc.add_local_candidate(candidate);
        let local_password = rtc.direct_api().local_ice_credentials().pass;
        Ok(Self {
            access: Access::new(endpoint),
            rtt_ms: f64::NAN,
            srtp: None,
            data_arrival: None,
            rtc: Box::new(rtc),
            rtc_at: now.instant,
            keys,
            remote: None,
            local_password,
            remote_credentials: None,
            remote_candidates: Vec::new(),
            restarting: false,
            closed: false,
            close_reason: None,
        })
    }

    /// Local `a=ice-ufrag` and `a=ice-pwd`.
    pub fn credentials(&mut self) -> IceCreds {
        self.rtc.direct_api().local_ice_credentials()
    }

    /// Local `a=fingerprint`.
    pub fn fingerprint(&mut self) -> String {
        self.rtc.direct_api().local_dtls_fingerprint().to_string()
    }

    /// The one local candidate (RFC 8839 §5.1), a host candidate.
    pub fn candidate(&self) -> String {
        let local = self.access.endpoint.local();
        format!("candidate:1 1 udp {HOST_PRIORITY} {} {} typ host", local.ip(), local.port())
    }

    pub(super) fn set_remote(&mut self, remote: Remote) -> Result<()> {
        if self.remote_credentials.as_ref() != Some(&remote.credentials) {
            if self.remote_credentials.is_some() {
                // An ICE restart: old candidates belong to the old credentials.
                for candidate in std::mem::take(&mut self.remote_candidates) {
                    self.rtc.direct_api().invalidate_candidate(&candidate);
                }
                self.access.endpoint.disconnect().map_err(PumpError::Socket)?;
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
        let local = self.access.endpoint.local();
        if candidate.proto() != Protocol::Udp || candidate.addr().is_ipv4() != local.is_ipv4() {
            return false;
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

    /// When [`Transport::timer_is_due`], or the impaired downlink is, monotonic ns.
    pub(super) fn next_at(&self, now: Now) -> u64 {
        let wait = self.rtc_at.saturating_duration_since(now.instant).as_nanos();
        let at = now.mono + wait.min(u64::MAX as u128 / 4) as u64;
        at.min(self.access.downlink_due_at())
    }

    pub(super) fn timer_is_due(&self, now: Now) -> bool {
        self.rtc_at <= now.instant
    }

    /// Media goes to the address that an authentic check nominates: a forged one would divert it.
    pub(super) fn follow_nomination(&mut self, datagram: &[u8], source: SocketAddr) {
        if stun::nominates(datagram) && stun::is_authentic(datagram, &self.local_password) {
            self.set_media_remote(source);
        }
    }

    /// `None` for what is neither STUN nor DTLS.
    pub(super) fn parse<'a>(&self, datagram: &'a [u8], source: SocketAddr) -> Option<Receive<'a>> {
        Receive::new(Protocol::Udp, source, self.access.endpoint.local(), datagram).ok()
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
        // During a restart data still uses the old pair: fixing the socket on that would shut out
        // the checks of the new pairs.
        let follows_pair = !stun::is_stun(&transmit.contents) && !self.restarting;
        if follows_pair || stun::nominates(&transmit.contents) {
            self.set_media_remote(transmit.destination);
        }
        // Handshakes repeat what is lost.
        let _ = self.access.send_to(&transmit.contents, transmit.destination);
    }

    fn set_media_remote(&mut self, remote: SocketAddr) {
        if self.remote != Some(remote) || !self.access.endpoint.is_connected() {
            self.remote = Some(remote);
            // Only once media may flow: before that, checks of other pairs must still be received.
            if self.srtp.is_some() {
                let _ = self.access.endpoint.connect(remote);
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
            Event::ChannelData(data) => Some(TransportEvent::ChannelData(data.data)),
            Event::ChannelClose(id) => Some(TransportEvent::ChannelClose(id)),
            Event::PeerStats(stats) => {
                let pair = stats.selected_candidate_pair;
                if let Some(rtt) = pair.and_then(|pair| pair.current_round_trip_time) {
                    self.rtt_ms = rtt.as_secs_f64() * 1000.0;
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
                    let _ = self.access.endpoint.connect(remote);
                }
                Some(PeerEvent::Connected)
            }
            Err(source) => {
                self.close_with(CloseReason::Srtp { profile: keys.profile, source });
                None
            }
        }
    }

    /// Protects and sends a compound RTCP packet; one that is cut short is dropped.
    pub(super) fn send_rtcp(&mut self, mut packet: Vec<u8>, totals: &mut Totals) {
        let Some(srtp) = &mut self.srtp else { return };
        let len = packet.len();
        if len < 8 {
            return;
        }
        packet.resize(len + RTCP_OVERHEAD, 0);
        let len = srtp.protect_rtcp(&mut packet, len);
        // Feedback that the kernel refuses is lost like any other: the next interval repeats it.
        let _ = self.access.send(&packet[..len], totals);
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
