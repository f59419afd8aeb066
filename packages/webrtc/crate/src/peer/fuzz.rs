//! Fuzz targets for the receive path of a peer: what any host can send, and what a hostile server
//! can. They check that nothing acts on a packet before it is authenticated.

use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use aws_lc_rs::hmac;
use bolero::check;
use str0m::IceCreds;
use str0m::config::{DtlsCert, Fingerprint};

use super::{Context, Peer, PeerEvent, Remote, Tracks};
use crate::clip::{Clip, Codec};
use crate::clock::{MS, Now};
use crate::dtls_keys;
use crate::endpoint::Endpoint;
use crate::error::PumpError;
use crate::fuzz::input::Input;
use crate::fuzz::seeds;
use crate::path::Way;
use crate::reactor::Reactor;
use crate::receiver::{ReceiverConfig, ReceiverPayload};
use crate::rtp::{MAX_DATAGRAM, RtpHeader};
use crate::sender::SenderConfig;
use crate::socket::UdpSocket;
use crate::srtp::{RTCP_OVERHEAD, Srtp, TAG_LEN};
use crate::totals::Totals;

/// Random inputs of one `cargo test`.
const QUICK: usize = 1_000;
/// Inputs of one peer with planted keys. State of the transport is kept between them.
const INPUTS_PER_PEER: usize = 10_000;
/// Inputs of one peer before its handshake.
const INPUTS_PER_WAITING_PEER: usize = 256;
/// Packets of one input.
const MAX_PACKETS: usize = 64;

const REMOTE: &str = "127.0.0.1:9";
const STRANGER: &str = "127.0.0.9:9";

fn local() -> IpAddr {
    IpAddr::V4(Ipv4Addr::LOCALHOST)
}

fn add_tracks(peer: &mut Peer, now: Now) {
    peer.set_extensions(seeds::IDS);
    let payload = |payload_type, codec, clock_rate, rtx_payload_type| ReceiverPayload {
        payload_type,
        codec,
        clock_rate,
        rtx_payload_type,
    };
    let audio = ReceiverConfig {
        video: false,
        mid: b"0".to_vec(),
        ssrc: Some(seeds::AUDIO),
        rtx_ssrc: None,
        payloads: vec![payload(111, Codec::Opus, 48_000, None)],
        nack: true,
        pli: false,
        remb: false,
        cohort: None,
    };
    let video = ReceiverConfig {
        video: true,
        mid: b"1".to_vec(),
        ssrc: None,
        rtx_ssrc: None,
        payloads: vec![
            payload(96, Codec::Vp8, 90_000, Some(97)),
            payload(98, Codec::H264, 90_000, Some(99)),
        ],
        nack: true,
        pli: true,
        remb: true,
        cohort: None,
    };
    peer.add_receiver(0, audio, now);
    peer.add_receiver(1, video, now);
    let clip = Clip::new(
        Codec::Vp8,
        90_000,
        (0..40).collect(),
        &[0, 20, 0, 1, 20, 20, 1, 0],
        &[0, 2, 3000, 1],
        &[],
    );
    let sender = SenderConfig {
        mid: b"2".to_vec(),
        rid: None,
        ssrc: seeds::OWN,
        payload_type: 96,
        rtx: Some((seeds::OWN_RTX, 97)),
        extensions: None,
        frame_metadata: false,
        active: true,
    };
    peer.add_sender(2, sender, "fuzz".into(), vec![Arc::new(clip.unwrap())], now);
}

/// State that a packet must not change if it is not authentic, or was received before.
fn state(peer: &Peer, count_duplicates: bool) -> String {
    let Tracks { routes, receivers, senders, bandwidth, transport_feedback, .. } = &peer.tracks;
    let routes: Vec<_> =
        routes.iter().map(|route| (route.ssrc, route.receiver, route.rtx)).collect();
    let receivers: Vec<_> = receivers
        .iter()
        .map(|(_, receiver)| {
            let mut counters = receiver.counters.clone();
            if !count_duplicates {
                counters.duplicates = 0;
            }
            (receiver.config.ssrc, receiver.config.rtx_ssrc, counters)
        })
        .collect();
    let senders: Vec<_> = senders.iter().map(|(_, sender)| sender.counters).collect();
    let feedback = (bandwidth.current_bps(), transport_feedback.due_at());
    let target = peer.transport.access.endpoint.send_target();
    let data = (peer.data.messages_received, peer.data.flows_received.len());
    format!(
        "{routes:?} {receivers:?} {senders:?} {feedback:?} {target:?} {data:?} closed: {}",
        peer.is_closed()
    )
}

/// The remote of a peer, with the keys of both.
struct Server {
    srtp: Srtp,
    last: Vec<u8>,
}

impl Server {
    /// `None` for what is not RTP.
    fn rtp(&mut self, mut packet: Vec<u8>, rollover: u32) -> Option<Vec<u8>> {
        let RtpHeader { len: header_len, ssrc, sequence, .. } = RtpHeader::parse(&packet)?;
        let len = packet.len();
        packet.resize(len + TAG_LEN, 0);
        self.srtp.protect_rtp(&mut packet, header_len, len, ssrc, rollover, sequence);
        self.last.clone_from(&packet);
        Some(packet)
    }

    /// `None` for what is too short for RTCP.
    fn rtcp(&mut self, mut packet: Vec<u8>) -> Option<Vec<u8>> {
        let len = packet.len();
        if len < 8 {
            return None;
        }
        packet.resize(len + RTCP_OVERHEAD, 0);
        self.srtp.protect_rtcp(&mut packet, len);
        self.last.clone_from(&packet);
        Some(packet)
    }
}

/// The message with the integrity of a sender that knows the password (RFC 8489 §14.5).
fn sign(mut message: Vec<u8>, password: &str) -> Vec<u8> {
    message.resize(message.len().max(20).next_multiple_of(4), 0);
    let len = ((message.len() + 24 - 20) as u16).to_be_bytes();
    message[2..4].copy_from_slice(&len);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let tag = hmac::sign(&key, &message);
    message.extend([0, 8, 0, 20]);
    message.extend_from_slice(tag.as_ref());
    message
}

/// A peer that believes to be connected: the keys are planted, str0m waits for its handshake.
fn planted_peer() -> Peer {
    let certificate = dtls_keys::crypto_provider().dtls_provider.generate_certificate().unwrap();
    let endpoint = Endpoint::Own(UdpSocket::bind(local()).unwrap());
    let mut peer = Peer::new(endpoint, &certificate, Now::read()).unwrap();
    peer.transport.access.endpoint.connect(REMOTE.parse().unwrap()).unwrap();
    peer
}

struct Planted {
    peer: Peer,
    inputs: usize,
    now: Now,
    totals: Totals,
    scratch: Box<super::Scratch>,
}

impl Planted {
    fn new() -> Self {
        Self {
            peer: planted_peer(),
            inputs: 0,
            now: Now::read(),
            totals: Totals::default(),
            scratch: Box::new([0; MAX_DATAGRAM + 64]),
        }
    }

    fn begin(&mut self) -> Server {
        self.inputs += 1;
        if self.inputs > INPUTS_PER_PEER || self.peer.is_closed() {
            *self = Self::new();
        }
        let [here, there] = crate::fuzz::srtp_pair();
        self.peer.transport.srtp = Some(here);
        self.peer.tracks = Tracks::new(self.now);
        self.peer.data = Default::default();
        self.peer.events.clear();
        add_tracks(&mut self.peer, self.now);
        Server { srtp: there, last: Vec::new() }
    }

    fn receive(&mut self, mut datagram: Vec<u8>, source: &str) {
        let way = Way { endpoint: 0, remote: source.parse().unwrap() };
        let (scratch, totals) = (&mut *self.scratch, &mut self.totals);
        let mut cx = Context { now: self.now, scratch, totals };
        self.peer.on_datagram(&mut datagram, way, self.now.wall, &mut cx);
    }

    fn pass_time(&mut self, ms: u64) {
        self.now.mono += ms * MS;
        self.now.wall += ms * MS;
        self.now.instant += std::time::Duration::from_millis(ms);
        let (scratch, totals) = (&mut *self.scratch, &mut self.totals);
        self.peer.on_timer(&mut Context { now: self.now, scratch, totals });
    }
}

#[test]
fn peer_with_planted_keys() {
    let (rtp, rtcp, stun, messages) =
        (seeds::rtp(), seeds::rtcp(), seeds::stun(), seeds::messages());
    let raw = [&rtp[..], &rtcp, &stun, &seeds::dtls()].concat();
    let mut planted = AssertUnwindSafe(Planted::new());
    check!().with_iterations(QUICK).for_each(move |bytes: &[u8]| {
        let planted: &mut Planted = &mut planted;
        let mut server = planted.begin();
        let mut input = Input::new(bytes);
        for _ in 0..MAX_PACKETS {
            if input.is_empty() {
                break;
            }
            let kind = input.byte();
            match kind % 8 {
                0 | 1 => {
                    let before = state(&planted.peer, true);
                    let source = if kind & 128 == 0 { REMOTE } else { STRANGER };
                    planted.receive(input.packet(&raw), source);
                    assert_eq!(state(&planted.peer, true), before, "a packet of a stranger");
                }
                2 => {
                    let packet = server.rtp(input.packet(&rtp), (kind >> 6).into());
                    packet.into_iter().for_each(|packet| planted.receive(packet, REMOTE));
                }
                3 => {
                    let packet = server.rtcp(input.packet(&rtcp));
                    packet.into_iter().for_each(|packet| planted.receive(packet, REMOTE));
                }
                4 => {
                    let password = planted.peer.transport.credentials().pass;
                    planted.receive(sign(input.packet(&stun), &password), REMOTE);
                }
                5 => {
                    let before = state(&planted.peer, false);
                    planted.receive(server.last.clone(), REMOTE);
                    assert_eq!(state(&planted.peer, false), before, "a packet for a second time");
                }
                6 => {
                    let message = input.packet(&messages);
                    planted.peer.data.on_message(false, &message, Some(planted.now.wall));
                }
                _ => planted.pass_time(input.byte().into()),
            }
        }
        planted.pass_time(100);
        planted.peer.data.latencies.clear();
        planted.totals.interruptions.clear();
    });
}

/// Two peers after a real handshake, with a data channel.
struct Connected {
    reactor: Reactor,
    /// Handles of both peers.
    handles: [u32; 2],
    inputs: usize,
}

impl Connected {
    fn new() -> Self {
        let certificate =
            dtls_keys::crypto_provider().dtls_provider.generate_certificate().unwrap();
        let mut reactor = Reactor::new(0, 1, certificate, false).unwrap();
        let handles = [0, 1].map(|_| reactor.create_peer(local()).unwrap().0);
        let descriptions: Vec<(IceCreds, Fingerprint, String)> = handles
            .iter()
            .map(|&handle| {
                reactor
                    .with_peer(handle, |peer, now| {
                        add_tracks(peer, now);
                        let transport = &mut peer.transport;
                        let fingerprint = transport.fingerprint().parse().unwrap();
                        Ok((
                            transport.credentials(),
                            fingerprint,
                            transport.candidate().unwrap_or_default().to_owned(),
                        ))
                    })
                    .unwrap()
            })
            .collect();
        for (index, handle) in handles.into_iter().enumerate() {
            let (credentials, fingerprint, candidate) = descriptions[1 - index].clone();
            let active = index == 0;
            reactor
                .with_peer(handle, |peer, now| {
                    let remote = Remote {
                        credentials,
                        fingerprint,
                        dtls_client: active,
                        controlling: active,
                        data_channels: true,
                    };
                    peer.set_remote(remote, now)?;
                    peer.add_remote_candidate(&candidate, now);
                    if active {
                        peer.create_channel("_reliable", true, None, now);
                    }
                    Ok(())
                })
                .unwrap();
        }
        let mut connected = Self { reactor, handles, inputs: 0 };
        for _ in 0..20_000 {
            connected.reactor.tick(0);
            let sent = connected.with(0, |peer, now| peer.send_data("_reliable", b"hello", now));
            if sent.is_ok() {
                return connected;
            }
            std::thread::sleep(std::time::Duration::from_micros(500));
        }
        panic!("the peers do not connect");
    }

    fn with<T>(
        &mut self,
        index: usize,
        act: impl FnOnce(&mut Peer, Now) -> crate::error::Result<T>,
    ) -> crate::error::Result<T> {
        self.reactor.with_peer(self.handles[index], act)
    }

    /// No datagram of a stranger, and no message, may end the connection.
    fn assert_open(&mut self) {
        for (handle, _, event) in self.reactor.events.drain(..) {
            if let PeerEvent::Closed(reason) = event {
                panic!("peer {handle} closed after {} inputs: {reason}", self.inputs);
            }
        }
    }

    /// Gives peer 1 a datagram, and returns its state before and after.
    fn receive(&mut self, mut datagram: Vec<u8>, stranger: bool) -> [String; 2] {
        self.with(1, |peer, now| {
            let before = state(peer, true);
            let remote = peer.transport.access.endpoint.send_target().unwrap();
            let remote = if stranger { STRANGER.parse().unwrap() } else { remote };
            let way = Way { endpoint: 0, remote };
            let (mut scratch, mut totals) = ([0; MAX_DATAGRAM + 64], Totals::default());
            let mut cx = Context { now, scratch: &mut scratch, totals: &mut totals };
            peer.on_datagram(&mut datagram, way, now.wall, &mut cx);
            Ok([before, state(peer, true)])
        })
        .unwrap()
    }
}

#[test]
fn peer_after_its_handshake() {
    let (rtp, rtcp, stun, dtls) = (seeds::rtp(), seeds::rtcp(), seeds::stun(), seeds::dtls());
    let raw = [&dtls[..], &stun, &rtp, &rtcp].concat();
    let messages = seeds::messages();
    let mut connected = AssertUnwindSafe(Connected::new());
    check!().with_iterations(QUICK).for_each(move |bytes: &[u8]| {
        let connected: &mut Connected = &mut connected;
        connected.inputs += 1;
        let mut input = Input::new(bytes);
        for _ in 0..MAX_PACKETS {
            if input.is_empty() {
                break;
            }
            let kind = input.byte();
            match kind % 8 {
                // A hostile server has the keys: RTP, RTCP and messages of any content.
                0 => {
                    let message = input.packet(&messages);
                    // The channel may be full, and an empty message is rejected.
                    let _ =
                        connected.with(0, |peer, now| peer.send_data("_reliable", &message, now));
                    connected.reactor.tick(0);
                }
                1 | 2 => {
                    let (is_rtp, plain) = if kind % 8 == 1 {
                        (true, input.packet(&rtp))
                    } else {
                        (false, input.packet(&rtcp))
                    };
                    let packet = connected.with(0, |peer, _| {
                        let mut server =
                            Server { srtp: peer.transport.srtp.take().unwrap(), last: Vec::new() };
                        let packet = if is_rtp { server.rtp(plain, 0) } else { server.rtcp(plain) };
                        peer.transport.srtp = Some(server.srtp);
                        Ok(packet)
                    });
                    if let Some(packet) = packet.unwrap() {
                        connected.receive(packet, false);
                    }
                }
                _ => {
                    let packet = input.packet(&raw);
                    let [before, after] = connected.receive(packet, kind & 128 != 0);
                    assert_eq!(after, before, "a packet of a stranger");
                }
            }
        }
        connected.assert_open();
    });
}

/// A peer that waits for its handshake.
struct Waiting {
    certificate: DtlsCert,
    peer: Peer,
    inputs: usize,
    now: Now,
}

impl Waiting {
    fn new(certificate: DtlsCert, input: &mut Input<'_>) -> Self {
        let now = Now::read();
        let endpoint = Endpoint::Own(UdpSocket::bind(local()).unwrap());
        let mut peer = Peer::new(endpoint, &certificate, now).unwrap();
        let remote = Remote {
            credentials: IceCreds { ufrag: "remote".into(), pass: "a remote password".into() },
            fingerprint: peer.transport.fingerprint().parse().unwrap(),
            dtls_client: input.byte() & 1 == 0,
            controlling: input.byte() & 1 == 0,
            data_channels: true,
        };
        peer.set_remote(remote, now).unwrap();
        Self { certificate, peer, inputs: 0, now }
    }

    fn pass_time(&mut self, ms: u64) {
        self.now.mono += ms * MS;
        self.now.wall += ms * MS;
        self.now.instant += std::time::Duration::from_millis(ms);
    }
}

/// Checks that the peer survives packets from any host before the handshake, and follows none of
/// them.
#[test]
fn peer_before_its_handshake() {
    let raw = [seeds::dtls(), seeds::stun(), seeds::rtp(), seeds::rtcp()].concat();
    let candidates = [b"candidate:1 1 udp 1 127.0.0.1 9 typ host".to_vec()];
    let certificate = dtls_keys::crypto_provider().dtls_provider.generate_certificate().unwrap();
    let mut waiting = AssertUnwindSafe(Waiting::new(certificate, &mut Input::new(&[])));
    check!().with_iterations(QUICK).for_each(move |bytes: &[u8]| {
        let waiting: &mut Waiting = &mut waiting;
        let mut input = Input::new(bytes);
        waiting.inputs += 1;
        if waiting.inputs > INPUTS_PER_WAITING_PEER || waiting.peer.is_closed() {
            *waiting = Waiting::new(waiting.certificate.clone(), &mut input);
            let candidate = input.packet(&candidates);
            waiting.peer.add_remote_candidate(&String::from_utf8_lossy(&candidate), waiting.now);
        }
        let (mut scratch, mut totals) = ([0; MAX_DATAGRAM + 64], Totals::default());
        for _ in 0..MAX_PACKETS {
            if input.is_empty() {
                break;
            }
            waiting.pass_time((input.byte() >> 6).into());
            let now = waiting.now;
            let mut cx = Context { now, scratch: &mut scratch, totals: &mut totals };
            let way = Way { endpoint: 0, remote: REMOTE.parse().unwrap() };
            waiting.peer.on_datagram(&mut input.packet(&raw), way, now.wall, &mut cx);
            waiting.peer.on_timer(&mut cx);
        }
        assert!(!waiting.peer.transport.has_keys());
        assert_eq!(waiting.peer.transport.access.endpoint.send_target(), None);
        waiting.peer.events.clear();
    });
}

#[test]
fn a_channel_carries_more_messages_than_its_sequence_numbers_count() {
    let mut connected = Connected::new();
    for number in 0..70_000_u32 {
        connected
            .with(0, |peer, now| peer.send_data("_reliable", &number.to_be_bytes(), now))
            .unwrap();
        connected.reactor.tick(0);
        connected.inputs += 1;
        connected.assert_open();
    }
    for _ in 0..1_000 {
        connected.reactor.tick(0);
    }
    let received = connected.with(1, |peer, _| Ok(peer.data.messages_received)).unwrap();
    assert_eq!(received, 70_001);
}

#[test]
fn an_empty_message_is_rejected_instead_of_blocking_its_channel() {
    let mut connected = Connected::new();
    let empty = connected.with(0, |peer, now| peer.send_data("_reliable", b"", now));
    assert!(matches!(empty, Err(PumpError::EmptyMessage)));
    connected.with(0, |peer, now| peer.send_data("_reliable", b"next", now)).unwrap();
    for _ in 0..10_000 {
        connected.reactor.tick(0);
        let received = connected.with(1, |peer, _| Ok(peer.data.messages_received)).unwrap();
        if received == 2 {
            return; // that of the handshake, and the next one
        }
        std::thread::sleep(std::time::Duration::from_micros(500));
    }
    panic!("the channel is blocked");
}
