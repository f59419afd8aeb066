//! One participant's transport: str0m does ICE, DTLS and SCTP; RTP and RTCP pass it by.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rtcp_types::prelude::*;
use rtcp_types::{
    Compound, CompoundBuilder, Fir, Nack, Packet, PayloadFeedback, Pli, ReceiverReport, Sdes, SdesChunk, SdesItem, SenderReport,
    TransportFeedback, Twcc, TwccPacketStatus, Unknown,
};
use rustc_hash::FxHashMap;
use str0m::channel::{ChannelConfig, ChannelId, Reliability};
use str0m::config::{DtlsCert, Fingerprint};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, IceCreds, Input, Output, Rtc, RtcConfig};

use crate::bandwidth::{BandwidthEstimator, remb_body};
use crate::clip::Clip;
use crate::clock;
use crate::data_flow::{self, DataFlow, FlowsReceived};
use crate::dtls_keys::{self, KeySlot};
use crate::endpoint::Endpoint;
use crate::receiver::{Came, Receiver, ReceiverConfig};
use crate::rtp::{ExtensionIds, MAX_DATAGRAM, RtpHeader};
use crate::sender::{Plain, Sender, SenderConfig, Wire};
use crate::sketch::{Binned, Sketch};
use crate::srtp::Srtp;
use crate::stun;
use crate::transport_feedback;

const MS: u64 = 1_000_000;
/// A handshake that takes longer than this has other worries than our tick.
const JOINING_NS: u64 = 10_000 * MS;
/// Sender and receiver reports: libwebrtc's interval for video.
const REPORT_INTERVAL_NS: u64 = 1000 * MS;
/// How often str0m tells the round-trip time of its consent checks.
const TRANSPORT_STATS_INTERVAL: Duration = Duration::from_secs(5);
/// A wall clock that was set meanwhile must not send a datagram far into the past.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// Report blocks of one receiver report (RFC 3550 §6.4.1: five bits).
const BLOCKS_PER_REPORT: usize = 31;
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
    FirstPacket(u32),
}

/// Counters that are kept per thread, whoever caused them.
#[derive(Default)]
pub struct Totals {
    pub audio_latency: Sketch,
    pub video_latency: Sketch,
    pub data_latency: Sketch,
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
}

pub type Scratch = [u8; MAX_DATAGRAM + 64];

/// Which of a peer's streams an SSRC belongs to.
#[derive(Clone, Copy)]
struct Route {
    receiver: usize,
    rtx: bool,
}

pub struct Peer {
    pub socket: Endpoint,
    pub events: Vec<PeerEvent>,
    pub senders: Vec<(u32, Sender)>,
    pub receivers: Vec<(u32, Receiver)>,
    pub flows_received: FlowsReceived,
    pub rtt_ms: f64,
    pub messages_sent: u64,
    pub message_bytes_sent: u64,
    pub messages_received: u64,
    /// Of messages since the thread last looked.
    pub message_latencies: Vec<Binned>,
    /// Boxed, so that what every packet needs lies close together.
    rtc: Box<Rtc>,
    rtc_at: Instant,
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
        let candidate = Candidate::host(socket.local(), "udp").map_err(|error| error.to_string())?;
        rtc.add_local_candidate(candidate);
        Ok(Self {
            socket,
            events: Vec::new(),
            senders: Vec::new(),
            receivers: Vec::new(),
            flows_received: FlowsReceived::default(),
            rtt_ms: f64::NAN,
            messages_sent: 0,
            message_bytes_sent: 0,
            messages_received: 0,
            message_latencies: Vec::new(),
            rtc: Box::new(rtc),
            rtc_at: now.instant,
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
        let ip = self.socket.local();
        // Priority of a host candidate of component 1 (RFC 8445 §5.1.2.1).
        format!("candidate:1 1 udp {} {} {} typ host", (126 << 24) | (65_535 << 8) | 255, ip.ip(), ip.port())
    }

    pub fn set_remote(&mut self, remote: Remote, now: Now) -> Result<(), String> {
        if self.remote_credentials.as_ref() != Some(&remote.credentials) {
            if self.remote_credentials.is_some() {
                // An ICE restart: old candidates belong to the old credentials.
                for candidate in std::mem::take(&mut self.remote_candidates) {
                    self.rtc.direct_api().invalidate_candidate(&candidate);
                }
                self.socket.disconnect().map_err(|error| error.to_string())?;
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
        if candidate.proto() != Protocol::Udp || candidate.addr().is_ipv4() != self.socket.local().is_ipv4() {
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
            self.transport_senders.get_or_insert_with(|| Box::new([RETRANSMISSION; TRANSPORT_HISTORY]));
        }
    }

    pub fn create_channel(&mut self, label: &str, ordered: bool, max_retransmits: Option<u16>, now: Now) {
        let reliability = max_retransmits.map_or(Reliability::Reliable, |retransmits| Reliability::MaxRetransmits { retransmits });
        let config = ChannelConfig { label: label.into(), ordered, reliability, ..Default::default() };
        let id = self.rtc.direct_api().create_data_channel(config);
        self.waiting_channels.push((id, label.into()));
        self.advance(now);
    }

    pub fn send_data(&mut self, label: &str, message: &[u8], now: Now) -> Result<(), String> {
        let id = *self.channels.get(label).ok_or_else(|| format!("data channel {label} is not open"))?;
        let mut channel = self.rtc.channel(id).ok_or_else(|| format!("data channel {label} was closed"))?;
        let accepted = channel.write(true, message).map_err(|error| error.to_string())?;
        self.messages_sent += accepted as u64;
        self.message_bytes_sent += accepted as u64 * message.len() as u64;
        self.advance(now);
        if accepted { Ok(()) } else { Err(format!("data channel {label} is full")) }
    }

    pub fn add_flow(&mut self, flow: DataFlow) {
        self.flows.push(flow);
    }

    pub fn add_sender(&mut self, handle: u32, config: SenderConfig, cname: String, clip: Arc<Clip>, now: Now) {
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

    /// Routes of SSRCs that the remote announced; others are learnt from the mid extension.
    fn route_declared(&mut self) {
        self.routes.clear();
        for (index, (_, receiver)) in self.receivers.iter().enumerate() {
            for (ssrc, rtx) in [(receiver.config.ssrc, false), (receiver.config.rtx_ssrc, true)] {
                if let Some(ssrc) = ssrc {
                    self.routes.push((ssrc, Route { receiver: index, rtx }));
                }
            }
        }
        self.routes.sort_unstable_by_key(|(ssrc, _)| *ssrc);
    }

    pub fn remb_bps(&self) -> u64 {
        if self.receivers.iter().any(|(_, r)| r.config.remb) { self.bandwidth.current_bps() } else { 0 }
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
        let mut at = now.mono + self.rtc_at.saturating_duration_since(now.instant).as_nanos().min(u64::MAX as u128 / 4) as u64;
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

    fn on_transport(&mut self, datagram: &[u8], source: SocketAddr, arrival: u64, now: Now) {
        if stun::nominates(datagram) {
            self.set_media_remote(source);
        }
        if let Ok(receive) = Receive::new(Protocol::Udp, source, self.socket.local(), datagram) {
            // When it came, not when we looked: round-trip times must not count our own tick. Time is brought forward first, or str0m would
            // date what it sends in answer to the arrival, too.
            let waited = Duration::from_nanos(now.wall.saturating_sub(arrival)).min(MAX_WAIT);
            self.input(Input::Timeout(now.instant));
            self.input(Input::Receive(now.instant - waited, receive));
            self.input(Input::Timeout(now.instant));
        }
    }

    fn on_rtp(&mut self, packet: &mut [u8], arrival: u64, now: Now, totals: &mut Totals) {
        let Some(header) = RtpHeader::parse(packet) else { return };
        let Some(route) = self.route(&header, packet) else { return };
        let Some(srtp) = &self.srtp else { return };
        let (handle, receiver) = &mut self.receivers[route.receiver];
        let mut extended = receiver.extend(header.sequence, route.rtx);
        let unprotect = |packet: &mut [u8], extended: u64| {
            srtp.unprotect_rtp(packet, header.len, header.ssrc, ((extended >> 16) as u32).wrapping_sub(1), header.sequence).ok()
        };
        let len = if receiver.knows_rollover(route.rtx) {
            unprotect(packet, extended)
        } else {
            // The first packets may have been lost together with a wrap: try both (a failed attempt spoils the buffer).
            let mut copy = packet.to_vec();
            unprotect(packet, extended).or_else(|| {
                extended += 1 << 16;
                packet.copy_from_slice(&copy);
                let len = unprotect(&mut copy, extended)?;
                packet.copy_from_slice(&copy);
                Some(len)
            })
        };
        let Some(len) = len else { return };
        let padding = if header.has_padding { packet[len - 1] as usize } else { 0 };
        let payload = &packet[header.len..len.saturating_sub(padding).max(header.len)];
        let extensions = header.extensions(packet, &self.ids);
        if let Some(sequence) = extensions.transport_sequence {
            self.transport_feedback.on_packet(sequence, arrival, now.mono);
        }
        if receiver.config.remb {
            self.bandwidth.on_packet(len, extensions.send_time, arrival);
        }
        let received = receiver.on_packet(&header, payload, &extensions, Came { extended, rtx: route.rtx, arrival, now: now.mono });
        self.timers_moved |= receiver.wants_feedback() || extensions.transport_sequence.is_some();
        if let Some(latency) = received.latency {
            let sketch = if receiver.config.video { &mut totals.video_latency } else { &mut totals.audio_latency };
            sketch.add(latency);
        }
        if received.first {
            self.events.push(PeerEvent::FirstPacket(*handle));
        }
    }

    /// Finds the receiver by SSRC, else by the mid extension (RFC 9143 §9.2), and remembers what it learnt.
    fn route(&mut self, header: &RtpHeader, packet: &[u8]) -> Option<Route> {
        let place = match self.routes.binary_search_by_key(&header.ssrc, |(ssrc, _)| *ssrc) {
            Ok(found) => return Some(self.routes[found].1),
            Err(place) => place,
        };
        let mid = header.extensions(packet, &self.ids).mid?;
        let receiver = self.receivers.iter().position(|(_, r)| r.config.mid == mid)?;
        let config = &mut self.receivers[receiver].1.config;
        let rtx = config.payloads.iter().any(|p| p.rtx_payload_type == Some(header.payload_type));
        if rtx {
            config.rtx_ssrc = Some(header.ssrc);
        } else {
            config.ssrc = Some(header.ssrc);
        }
        let route = Route { receiver, rtx };
        self.routes.insert(place, (header.ssrc, route));
        Some(route)
    }

    fn on_rtcp(&mut self, packet: &mut [u8], arrival: u64, now: Now, totals: &mut Totals, scratch: &mut Scratch) {
        let Some(srtp) = &self.srtp else { return };
        let Ok(len) = srtp.unprotect_rtcp(packet) else { return };
        let Ok(compound) = Compound::parse(&packet[..len]) else { return };
        for part in compound {
            match part {
                Ok(Packet::Sr(report)) => {
                    if let Some((_, receiver)) = self.receivers.iter_mut().find(|(_, r)| r.config.ssrc == Some(report.ssrc())) {
                        receiver.on_sender_report(report.ntp_timestamp(), arrival);
                    }
                    self.on_report_blocks(report.report_blocks(), arrival);
                }
                Ok(Packet::Rr(report)) => self.on_report_blocks(report.report_blocks(), arrival),
                Ok(Packet::TransportFeedback(feedback)) => {
                    if let Ok(nack) = feedback.parse_fci::<Nack<'_>>() {
                        self.on_nack(feedback.media_ssrc(), &nack, now, totals, scratch);
                    } else if let Ok(twcc) = feedback.parse_fci::<Twcc<'_>>() {
                        self.on_twcc(&twcc);
                    }
                }
                Ok(Packet::PayloadFeedback(feedback)) => {
                    if feedback.parse_fci::<Pli<'_>>().is_ok() {
                        let ssrc = feedback.media_ssrc();
                        self.on_keyframe_request(ssrc, |stats| stats.plis += 1);
                    } else if let Ok(fir) = feedback.parse_fci::<Fir<'_>>() {
                        for entry in fir.entries() {
                            self.on_keyframe_request(entry.ssrc(), |stats| stats.firs += 1);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn on_report_blocks<'a>(&mut self, blocks: impl Iterator<Item = rtcp_types::ReportBlock<'a>>, arrival: u64) {
        for block in blocks {
            let Some((_, sender)) = self.senders.iter_mut().find(|(_, s)| s.config.ssrc == block.ssrc()) else { continue };
            let last_sr = block.last_sender_report_timestamp();
            let rtt_ms = (last_sr != 0).then(|| {
                let now = clock::compact_ntp(clock::ntp_from_wall(arrival));
                let ticks = now.wrapping_sub(block.delay_since_last_sender_report_timestamp()).wrapping_sub(last_sr);
                // Slightly negative values come from rounding in 1/65536 s.
                (ticks as i32).max(0) as f64 * 1000.0 / 65_536.0
            });
            sender.reported(block.cumulative_lost(), block.interarrival_jitter(), rtt_ms);
        }
    }

    fn on_nack(&mut self, ssrc: u32, nack: &Nack<'_>, now: Now, totals: &mut Totals, scratch: &mut Scratch) {
        let Some((_, sender)) = self.senders.iter_mut().find(|(_, s)| s.config.ssrc == ssrc) else { return };
        let Some(srtp) = &self.srtp else { return };
        let first = self.transport_sequence;
        let mut wire = Wire { ids: &self.ids, transport_sequence: &mut self.transport_sequence };
        let socket = &self.socket;
        sender.resend(nack.entries(), now.mono, &mut wire, scratch, |plain| transmit(socket, srtp, plain, totals));
        note_transport(&mut self.transport_senders, first, self.transport_sequence, RETRANSMISSION);
    }

    fn on_twcc(&mut self, twcc: &Twcc<'_>) {
        let Some(history) = &self.transport_senders else { return };
        for (sequence, status) in twcc.packets().flatten() {
            let index = history[sequence as usize % TRANSPORT_HISTORY] as usize;
            let Some((_, sender)) = self.senders.get_mut(index) else { continue };
            match status {
                TwccPacketStatus::NotReceived => sender.stats.twcc_lost += 1,
                TwccPacketStatus::Received { .. } => sender.stats.twcc_received += 1,
            }
        }
    }

    fn on_keyframe_request(&mut self, ssrc: u32, count: impl FnOnce(&mut crate::sender::SenderStats)) {
        if let Some((_, sender)) = self.senders.iter_mut().find(|(_, s)| s.config.ssrc == ssrc) {
            count(&mut sender.stats);
            sender.request_keyframe();
        }
    }

    fn send_media(&mut self, now: Now, scratch: &mut Scratch, totals: &mut Totals) {
        let Some(srtp) = &self.srtp else { return };
        let socket = &self.socket;
        for (index, (_, sender)) in self.senders.iter_mut().enumerate() {
            if sender.due_ns() > now.mono {
                continue;
            }
            let first = self.transport_sequence;
            let mut wire = Wire { ids: &self.ids, transport_sequence: &mut self.transport_sequence };
            sender.send_due(now.mono, &mut wire, scratch, |plain| transmit(socket, srtp, plain, totals));
            note_transport(&mut self.transport_senders, first, self.transport_sequence, index as u8);
        }
    }

    fn send_messages(&mut self, now: Now) {
        let mut wrote = false;
        for flow in &mut self.flows {
            let Some(&id) = self.channels.get(&flow.label) else { continue };
            while flow.due_ns <= now.mono {
                let message = flow.next_message(now.mono);
                let len = message.len() as u64;
                // A full channel drops the message: its sequence number is spent, so the receiver tells the loss.
                let accepted = self.rtc.channel(id).is_some_and(|mut channel| channel.write(true, message).unwrap_or(false));
                self.messages_sent += accepted as u64;
                self.message_bytes_sent += accepted as u64 * len;
                wrote = true;
            }
        }
        if wrote {
            self.advance(now);
        }
    }

    fn send_feedback(&mut self, now: Now, totals: &mut Totals) {
        for index in 0..self.receivers.len() {
            let receiver = &mut self.receivers[index].1;
            let Some(ssrc) = receiver.config.ssrc.filter(|_| receiver.feedback_at() <= now.mono) else { continue };
            let nacks = receiver.nacks_due(now.mono);
            let pli = receiver.pli_due(now.mono);
            let own = self.feedback_ssrc();
            if !nacks.is_empty() {
                let entries = nacks.into_iter().fold(Nack::builder(), |nack, sequence| nack.add_rtp_sequence(sequence));
                let message = TransportFeedback::builder_owned(entries).sender_ssrc(own).media_ssrc(ssrc);
                self.send_rtcp(Compound::builder().add_packet(message), totals);
            }
            if pli {
                let message = PayloadFeedback::builder_owned(Pli::builder()).sender_ssrc(own).media_ssrc(ssrc);
                self.send_rtcp(Compound::builder().add_packet(message), totals);
            }
        }
        if self.transport_feedback.due_at() <= now.mono {
            let (own, media) = (self.feedback_ssrc(), self.receivers.iter().find_map(|(_, r)| r.config.ssrc).unwrap_or(0));
            while let Some(message) = self.transport_feedback.message() {
                let message = TransportFeedback::builder_owned(message).sender_ssrc(own).media_ssrc(media);
                self.send_rtcp(Compound::builder().add_packet(message), totals);
            }
        }
    }

    /// Sender and receiver reports, and REMB with them when it was negotiated.
    fn send_reports(&mut self, now: Now, totals: &mut Totals) {
        let ntp = clock::ntp_from_wall(clock::wall_ns());
        let mono = clock::monotonic_ns();
        let chunk = |ssrc: u32| SdesChunk::builder(ssrc).add_item_owned(SdesItem::builder(SdesItem::CNAME, &self.cname));
        let mut reports = Vec::new();
        for (_, sender) in self.senders.iter().filter(|(_, s)| s.is_active() && s.stats.packets > 0) {
            let (timestamp, packets, octets) = sender.report(mono);
            let report = SenderReport::builder(sender.config.ssrc)
                .ntp_timestamp(ntp)
                .rtp_timestamp(timestamp)
                .packet_count(packets)
                .octet_count(octets);
            reports.push(Compound::builder().add_packet(report).add_packet(Sdes::builder().add_chunk(chunk(sender.config.ssrc))));
        }
        let own = self.feedback_ssrc();
        let rtt_ms = self.senders.iter().find_map(|(_, s)| s.stats.rtt_ms).or(Some(self.rtt_ms).filter(|ms| ms.is_finite()));
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
            reports.push(Compound::builder().add_packet(report).add_packet(Sdes::builder().add_chunk(chunk(own))));
        }
        let mut packets: Vec<_> = reports.into_iter().map(written).collect();
        if !remb_ssrcs.is_empty() && self.bandwidth.due_at() <= now.mono {
            const PAYLOAD_FEEDBACK: u8 = 206;
            const APPLICATION_LAYER: u8 = 15;
            let body = remb_body(own, self.bandwidth.report(now.mono, expected, lost), &remb_ssrcs);
            packets.push(written(Compound::builder().add_packet(Unknown::builder(PAYLOAD_FEEDBACK, &body).count(APPLICATION_LAYER))));
        }
        for packet in packets {
            self.send_written(packet, totals);
        }
    }

    fn feedback_ssrc(&self) -> u32 {
        self.senders.first().map_or(self.own_ssrc, |(_, sender)| sender.config.ssrc)
    }

    fn send_rtcp(&mut self, compound: CompoundBuilder<'_>, totals: &mut Totals) {
        self.send_written(written(compound), totals);
    }

    fn send_written(&mut self, mut packet: Vec<u8>, totals: &mut Totals) {
        let Some(srtp) = &mut self.srtp else { return };
        let len = packet.len();
        if len < 8 {
            return;
        }
        packet.resize(len + 20, 0);
        let len = srtp.protect_rtcp(&mut packet, len);
        totals.datagrams_sent += 1;
        // Feedback that the kernel refuses is lost like any other: the next interval repeats it.
        let _ = self.socket.send(&packet[..len]);
    }

    fn input(&mut self, input: Input<'_>) {
        if let Err(error) = self.rtc.handle_input(input) {
            self.close_with(error.to_string());
        }
        self.drain();
    }

    /// Gives str0m the time after a change from outside.
    pub fn advance(&mut self, now: Now) {
        self.input(Input::Timeout(now.instant));
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.rtc_at = at;
                    break;
                }
                Ok(Output::Transmit(transmit)) => {
                    // During a restart data still goes the old way: to fix the socket on that would shut out the checks of the new.
                    let follows_pair = !stun::is_stun(&transmit.contents) && !self.restarting;
                    if follows_pair || stun::nominates(&transmit.contents) {
                        self.set_media_remote(transmit.destination);
                    }
                    // Handshakes repeat what is lost.
                    let _ = self.socket.send_to(&transmit.contents, transmit.destination);
                }
                Ok(Output::Event(event)) => self.on_event(event),
                Err(error) => {
                    self.close_with(error.to_string());
                    break;
                }
            }
        }
        if !self.closed && !self.rtc.is_alive() {
            self.close_with("the transport was closed".into());
        }
    }

    fn set_media_remote(&mut self, remote: SocketAddr) {
        if self.remote != Some(remote) || !self.socket.is_connected() {
            self.remote = Some(remote);
            // Only once media may flow: checks of other pairs must still be heard before that.
            if self.srtp.is_some() {
                let _ = self.socket.connect(remote);
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::IceConnectionStateChange(state) => {
                let state = match state {
                    IceConnectionState::Connected | IceConnectionState::Completed => {
                        self.restarting = false;
                        "connected"
                    }
                    IceConnectionState::Disconnected => "disconnected",
                    _ => "checking",
                };
                self.events.push(PeerEvent::Ice(state));
            }
            Event::Connected => self.on_connected(),
            Event::ChannelOpen(id, label) => {
                // Those that we opened come back without a name of the remote's choosing.
                let label = self.waiting_channels.iter().find(|(waiting, _)| *waiting == id).map_or(label, |(_, label)| label.clone());
                self.channels.insert(label.clone(), id);
                self.events.push(PeerEvent::ChannelOpen(label));
            }
            Event::ChannelData(data) => {
                self.messages_received += 1;
                if let Some(latency) = data_flow::on_message(&mut self.flows_received, &data.data, clock::wall_ns()) {
                    self.message_latencies.push(latency);
                }
            }
            Event::ChannelClose(id) => self.channels.retain(|_, open| *open != id),
            Event::PeerStats(stats) => {
                if let Some(rtt) = stats.selected_candidate_pair.and_then(|pair| pair.current_round_trip_time) {
                    self.rtt_ms = rtt.as_secs_f64() * 1000.0;
                }
            }
            Event::Closed => self.close_with("the remote closed the connection".into()),
            _ => {}
        }
    }

    fn on_connected(&mut self) {
        let keys = self.keys.lock().ok().and_then(|mut slot| slot.take());
        let Some(keys) = keys else {
            return self.close_with("the DTLS handshake gave no SRTP keys".into());
        };
        match Srtp::new(keys.profile, &keys.material, keys.client) {
            Ok(srtp) => {
                self.srtp = Some(srtp);
                if let Some(remote) = self.remote {
                    let _ = self.socket.connect(remote);
                }
                self.events.push(PeerEvent::Connected);
            }
            Err(error) => self.close_with(format!("SRTP cannot start ({:?}): {error:?}", keys.profile)),
        }
    }

    fn close_with(&mut self, reason: String) {
        if !self.closed {
            self.closed = true;
            self.events.push(PeerEvent::Closed(reason));
        }
    }

    /// Says goodbye: BYE is not needed (the signal connection told), but a close_notify frees the remote's side at once.
    pub fn close(&mut self, now: Now) {
        self.closed = true;
        if self.rtc.close().is_ok() {
            self.advance(now);
        }
    }
}

fn written(compound: CompoundBuilder<'_>) -> Vec<u8> {
    let mut packet = vec![0; compound.calculate_size().unwrap_or(0)];
    match compound.write_into(&mut packet) {
        Ok(_) => packet,
        Err(_) => Vec::new(),
    }
}

fn transmit(socket: &Endpoint, srtp: &Srtp, plain: Plain<'_>, totals: &mut Totals) -> bool {
    let len = srtp.protect_rtp(&mut plain.buf[..], plain.header_len, plain.len, plain.ssrc, plain.rollover, plain.sequence);
    totals.datagrams_sent += 1;
    socket.send(&plain.buf[..len]).is_ok()
}

fn note_transport(history: &mut Option<Box<[u8; TRANSPORT_HISTORY]>>, first: u16, next: u16, sender: u8) {
    if let Some(history) = history {
        for offset in 0..next.wrapping_sub(first) {
            history[first.wrapping_add(offset) as usize % TRANSPORT_HISTORY] = sender;
        }
    }
}
