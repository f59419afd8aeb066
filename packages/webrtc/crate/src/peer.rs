//! One participant's transport: str0m does ICE, DTLS and SCTP; RTP and RTCP pass it by.

mod media_out;
mod rtcp_in;
mod rtcp_out;
mod rtp_in;
mod transport;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use str0m::channel::{ChannelConfig, ChannelId, Reliability};
use str0m::config::{DtlsCert, Fingerprint};
use str0m::net::Protocol;
use str0m::{Candidate, IceCreds, Input, Rtc, RtcConfig};

use crate::access::Access;
use crate::bandwidth::BandwidthEstimator;
use crate::clip::Clip;
use crate::clock;
use crate::cohorts::{Cohort, Latencies};
use crate::data_flow::{DataFlow, FlowsReceived};
use crate::dtls_keys::{self, KeySlot};
use crate::endpoint::Endpoint;
use crate::receiver::{Receiver, ReceiverConfig};
use crate::rtp::{ExtensionIds, MAX_DATAGRAM, RtpHeader};
use crate::sender::{Sender, SenderConfig};
use crate::sketch::Binned;
use crate::srtp::Srtp;
use crate::transport_feedback;

const MS: u64 = 1_000_000;
/// A handshake that takes longer than this has other worries than our tick.
const JOINING_NS: u64 = 10_000 * MS;
/// Sender and receiver reports: libwebrtc's interval for video.
const REPORT_INTERVAL_NS: u64 = 1000 * MS;
/// How often str0m tells the round-trip time of its consent checks.
const TRANSPORT_STATS_INTERVAL: Duration = Duration::from_secs(5);
/// Transport-wide sequence numbers whose sender is remembered.
const TRANSPORT_HISTORY: usize = 2048;
/// A retransmission says nothing about loss before recovery.
const RETRANSMISSION: u8 = u8::MAX;

/// Told to JavaScript as it happens.
pub enum PeerEvent {
    Ice(&'static str),
    Connected,
    Closed(String),
    ChannelOpen(String),
    /// Of a receiver, and when it arrived (wall clock, ns).
    FirstPacket(u32, u64),
}

/// A pause in a track's media that ended: arrival of the last packet before it and of the first after it, wall clock, ns.
pub struct Gap {
    pub receiver: u32,
    pub from: u64,
    pub to: u64,
}

/// Counters that are kept per thread, whoever caused them.
#[derive(Default)]
pub struct Totals {
    pub latencies: Latencies,
    /// Pauses that ended since the last sample.
    pub gaps: Vec<Gap>,
    pub datagrams_sent: u64,
    pub datagrams_received: u64,
}

/// What the remote said of itself.
pub struct Remote {
    pub credentials: IceCreds,
    pub fingerprint: Fingerprint,
    pub dtls_client: bool,
    pub controlling: bool,
    pub data_channels: bool,
}

/// Times of one wake-up: monotonic and wall clock in ns, and str0m's.
#[derive(Clone, Copy)]
pub struct Now {
    pub mono: u64,
    pub wall: u64,
    pub instant: Instant,
}

impl Now {
    pub fn read() -> Self {
        Self { mono: clock::monotonic_ns(), wall: clock::wall_ns(), instant: Instant::now() }
    }

    /// How long ago by the wall clock, ns; a clock that was set meanwhile must not send anything far into the past.
    pub fn since(&self, wall: u64) -> u64 {
        self.wall.saturating_sub(wall).min(1000 * MS)
    }
}

pub type Scratch = [u8; MAX_DATAGRAM + 64];

/// Which of a peer's streams an SSRC belongs to.
#[derive(Clone, Copy)]
struct Route {
    receiver: usize,
    rtx: bool,
}

pub struct Peer {
    pub access: Access,
    pub events: Vec<PeerEvent>,
    pub senders: Vec<(u32, Sender)>,
    pub receivers: Vec<(u32, Receiver)>,
    pub flows_received: FlowsReceived,
    pub rtt_ms: f64,
    pub messages_sent: u64,
    pub message_bytes_sent: u64,
    pub messages_received: u64,
    /// Of messages since the thread last looked, and whom they count for.
    pub message_latencies: Vec<Binned>,
    pub data_cohort: Option<Cohort>,
    /// Boxed, so that what every packet needs lies close together.
    rtc: Box<Rtc>,
    rtc_at: Instant,
    /// Of the datagram that str0m is being given; messages came with it.
    arrival: Option<u64>,
    keys: KeySlot,
    srtp: Option<Srtp>,
    /// Where media goes: the nominated pair's remote.
    remote: Option<SocketAddr>,
    remote_credentials: Option<IceCreds>,
    remote_candidates: Vec<Candidate>,
    /// ICE was restarted and has found no pair yet: the remote may answer from any address.
    restarting: bool,
    /// By SSRC, sorted.
    routes: Vec<(u32, Route)>,
    ids: ExtensionIds,
    channels: FxHashMap<String, ChannelId>,
    waiting_channels: Vec<(ChannelId, String)>,
    flows: Vec<DataFlow>,
    cname: String,
    /// Used by feedback when nothing is sent (RFC 3550 §6.4.2 wants an SSRC even then).
    own_ssrc: u32,
    report_at: u64,
    /// Whether the clips have begun: they do when there is a way to send them.
    playing: bool,
    bandwidth: BandwidthEstimator,
    transport_sequence: u16,
    transport_senders: Option<Box<[u8; TRANSPORT_HISTORY]>>,
    transport_feedback: transport_feedback::TransportFeedback,
    /// Something may be due earlier than [`Peer::next_at`] last said.
    timers_moved: bool,
    closed: bool,
    created_at: u64,
}

impl Peer {
    pub fn new(socket: Endpoint, certificate: &DtlsCert, now: Now) -> Result<Self, String> {
        let (mut rtc, keys) = dtls_keys::with_key_slot(|| {
            RtcConfig::new()
                .set_crypto_provider(dtls_keys::crypto_provider())
                .set_dtls_cert(certificate.clone())
                .set_stats_interval(Some(TRANSPORT_STATS_INTERVAL))
                .build(now.instant)
        });
        let candidate =
            Candidate::host(socket.local(), "udp").map_err(|error| error.to_string())?;
        rtc.add_local_candidate(candidate);
        Ok(Self {
            access: Access::new(socket),
            events: Vec::new(),
            senders: Vec::new(),
            receivers: Vec::new(),
            flows_received: FlowsReceived::default(),
            rtt_ms: f64::NAN,
            messages_sent: 0,
            message_bytes_sent: 0,
            messages_received: 0,
            message_latencies: Vec::new(),
            data_cohort: None,
            rtc: Box::new(rtc),
            rtc_at: now.instant,
            arrival: None,
            keys,
            srtp: None,
            remote: None,
            remote_credentials: None,
            remote_candidates: Vec::new(),
            restarting: false,
            routes: Vec::new(),
            ids: ExtensionIds::default(),
            channels: FxHashMap::default(),
            waiting_channels: Vec::new(),
            flows: Vec::new(),
            cname: "swarm".into(),
            own_ssrc: fastrand::u32(1..),
            report_at: u64::MAX,
            playing: false,
            bandwidth: BandwidthEstimator::new(now.mono),
            transport_sequence: fastrand::u16(..),
            transport_senders: None,
            transport_feedback: transport_feedback::TransportFeedback::default(),
            timers_moved: true,
            closed: false,
            created_at: now.mono,
        })
    }

    pub fn credentials(&mut self) -> IceCreds {
        self.rtc.direct_api().local_ice_credentials()
    }

    pub fn fingerprint(&mut self) -> String {
        self.rtc.direct_api().local_dtls_fingerprint().to_string()
    }

    pub fn candidate(&mut self) -> String {
        let ip = self.access.socket.local();
        // Priority of a host candidate of component 1 (RFC 8445 §5.1.2.1).
        format!(
            "candidate:1 1 udp {} {} {} typ host",
            (126 << 24) | (65_535 << 8) | 255,
            ip.ip(),
            ip.port()
        )
    }

    pub fn set_remote(&mut self, remote: Remote, now: Now) -> Result<(), String> {
        if self.remote_credentials.as_ref() != Some(&remote.credentials) {
            if self.remote_credentials.is_some() {
                // An ICE restart: old candidates belong to the old credentials.
                for candidate in std::mem::take(&mut self.remote_candidates) {
                    self.rtc.direct_api().invalidate_candidate(&candidate);
                }
                self.access.socket.disconnect().map_err(|error| error.to_string())?;
                self.restarting = true;
            }
            self.remote_credentials = Some(remote.credentials.clone());
        }
        let mut api = self.rtc.direct_api();
        api.set_ice_controlling(remote.controlling);
        api.set_remote_ice_credentials(remote.credentials);
        api.set_remote_fingerprint(remote.fingerprint);
        api.start_dtls(remote.dtls_client).map_err(|error| error.to_string())?;
        if remote.data_channels {
            api.start_sctp(remote.dtls_client);
        }
        self.advance(now);
        Ok(())
    }

    /// Candidates that cannot be used here are ignored: other transports, host names.
    pub fn add_remote_candidate(&mut self, line: &str, now: Now) {
        let Ok(candidate) = Candidate::from_sdp_string(line) else { return };
        if candidate.proto() != Protocol::Udp
            || candidate.addr().is_ipv4() != self.access.socket.local().is_ipv4()
        {
            return;
        }
        self.remote_candidates.push(candidate.clone());
        self.rtc.add_remote_candidate(candidate);
        self.advance(now);
    }

    pub fn restart_ice(&mut self) -> IceCreds {
        let credentials = IceCreds::new();
        self.rtc.direct_api().set_local_ice_credentials(credentials.clone());
        credentials
    }

    pub fn set_extensions(&mut self, ids: ExtensionIds) {
        self.ids = ids;
        if ids.transport_wide_cc != 0 {
            self.transport_senders
                .get_or_insert_with(|| Box::new([RETRANSMISSION; TRANSPORT_HISTORY]));
        }
    }

    pub fn create_channel(
        &mut self,
        label: &str,
        ordered: bool,
        max_retransmits: Option<u16>,
        now: Now,
    ) {
        let reliability = max_retransmits.map_or(Reliability::Reliable, |retransmits| {
            Reliability::MaxRetransmits { retransmits }
        });
        let config =
            ChannelConfig { label: label.into(), ordered, reliability, ..Default::default() };
        let id = self.rtc.direct_api().create_data_channel(config);
        self.waiting_channels.push((id, label.into()));
        self.advance(now);
    }

    pub fn send_data(&mut self, label: &str, message: &[u8], now: Now) -> Result<(), String> {
        let id =
            *self.channels.get(label).ok_or_else(|| format!("data channel {label} is not open"))?;
        let mut channel =
            self.rtc.channel(id).ok_or_else(|| format!("data channel {label} was closed"))?;
        let accepted = channel.write(true, message).map_err(|error| error.to_string())?;
        self.messages_sent += accepted as u64;
        self.message_bytes_sent += accepted as u64 * message.len() as u64;
        self.advance(now);
        if accepted { Ok(()) } else { Err(format!("data channel {label} is full")) }
    }

    pub fn add_flow(&mut self, flow: DataFlow) {
        self.flows.push(flow);
    }

    pub fn add_sender(
        &mut self,
        handle: u32,
        config: SenderConfig,
        cname: String,
        clip: Arc<Clip>,
        now: Now,
    ) {
        self.cname = cname;
        self.senders.push((handle, Sender::new(config, clip, now.mono)));
        self.report_at = self.report_at.min(now.mono + 200 * MS);
    }

    pub fn add_receiver(&mut self, handle: u32, config: ReceiverConfig, now: Now) {
        self.receivers.push((handle, Receiver::new(config)));
        self.route_declared();
        // Spread over the interval, or a crowd would report in step.
        self.report_at = self.report_at.min(now.mono + fastrand::u64(0..REPORT_INTERVAL_NS));
    }

    pub fn remove_receiver(&mut self, handle: u32) {
        self.receivers.retain(|(h, _)| *h != handle);
        self.route_declared();
    }

    pub fn remb_bps(&self) -> u64 {
        if self.receivers.iter().any(|(_, r)| r.config.remb) {
            self.bandwidth.current_bps()
        } else {
            0
        }
    }

    /// Whether a handshake is under way: then every millisecond of waiting is a millisecond of join time.
    pub fn is_joining(&self) -> bool {
        self.srtp.is_none() && self.remote_credentials.is_some()
    }

    /// Whether it is, or will be when the remote is known.
    pub fn may_be_joining(&self, now: Now) -> bool {
        self.srtp.is_none() && !self.closed && now.mono.saturating_sub(self.created_at) < JOINING_NS
    }

    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether [`Peer::next_at`] is worth asking again since the last datagrams; most packets change nothing.
    pub fn timers_moved(&mut self) -> bool {
        std::mem::take(&mut self.timers_moved)
    }

    /// When [`Peer::on_timer`] wants to be called, monotonic ns.
    pub fn next_at(&self, now: Now) -> u64 {
        let mut at = now.mono
            + self
                .rtc_at
                .saturating_duration_since(now.instant)
                .as_nanos()
                .min(u64::MAX as u128 / 4) as u64;
        at = at.min(self.access.arrives_at());
        if self.srtp.is_some() {
            at = at.min(self.report_at).min(self.transport_feedback.due_at());
            for (_, sender) in &self.senders {
                at = at.min(sender.due_ns());
            }
            for (_, receiver) in &self.receivers {
                at = at.min(receiver.feedback_at());
            }
            for flow in &self.flows {
                if self.channels.contains_key(&flow.label) {
                    at = at.min(flow.due_ns);
                }
            }
        }
        at
    }

    pub fn on_timer(&mut self, now: Now, scratch: &mut Scratch, totals: &mut Totals) {
        while let Some(mut datagram) = self.access.arrived(now.mono) {
            let (source, arrival) = (datagram.address, datagram.arrival());
            self.take(&mut datagram.bytes, source, arrival, now, totals, scratch);
        }
        if self.rtc_at <= now.instant {
            self.input(Input::Timeout(now.instant));
        }
        if self.srtp.is_none() {
            return;
        }
        self.send_media(now, scratch, totals);
        self.send_messages(now);
        self.send_feedback(now, totals);
        if self.report_at <= now.mono {
            self.report_at = now.mono + REPORT_INTERVAL_NS;
            self.send_reports(now, totals);
        }
    }

    /// Sends what a bad network has let out by `now`, monotonic ns.
    pub fn release(&mut self, now: u64, totals: &mut Totals) {
        let senders = &mut self.senders;
        totals.datagrams_sent += self.access.release(now, |datagram| {
            let ssrc = RtpHeader::parse(datagram).map(|header| header.ssrc);
            senders.iter_mut().any(|(_, sender)| ssrc.is_some_and(|ssrc| sender.refused(ssrc)));
        });
    }

    /// Takes one datagram from the socket. `arrival`: wall clock, ns.
    pub fn on_datagram(
        &mut self,
        datagram: &mut [u8],
        source: SocketAddr,
        arrival: u64,
        now: Now,
        totals: &mut Totals,
        scratch: &mut Scratch,
    ) {
        totals.datagrams_received += 1;
        if self.access.holds_up(datagram, source, arrival, now) {
            self.timers_moved = true;
        } else {
            self.take(datagram, source, arrival, now, totals, scratch);
        }
    }

    fn take(
        &mut self,
        datagram: &mut [u8],
        source: SocketAddr,
        arrival: u64,
        now: Now,
        totals: &mut Totals,
        scratch: &mut Scratch,
    ) {
        match datagram {
            // RFC 7983 §7, RFC 5761 §4.
            [128..=191, 192..=223, ..] => {
                self.timers_moved = true;
                self.on_rtcp(datagram, arrival, now, totals, scratch);
            }
            [128..=191, ..] => self.on_rtp(datagram, arrival, now, totals),
            _ => {
                self.timers_moved = true;
                self.on_transport(datagram, source, arrival, now);
            }
        }
    }
}
