//! The parsers, each alone.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bolero::check;
use rtcp_types::prelude::*;
use rtcp_types::{TransportFeedback, Twcc, TwccPacketStatus};
use socket2::SockRef;
use str0m::crypto::dtls::SrtpProfile;

use super::input::Input;
use super::seeds;
use crate::clip::Codec;
use crate::clock::{self, MS};
use crate::congestion::{CongestionControl, Wanted};
use crate::data_flow::{FlowsReceived, on_message};
use crate::depacketize::vp9_part;
use crate::dependency_descriptor;
use crate::e2ee::{Decryption, KeyRing, Opened, Part, open_message};
use crate::filler::is_filler;
use crate::frame_size::keyframe_size;
use crate::framing::{CHANNEL_HEADER, FrameReader, Framing, NotFramed, channel_data};
use crate::path::{PathFailureCode, PathKind};
use crate::relay::{Carrier, Relay};
use crate::rtp::{MAX_DATAGRAM, RtpHeader};
use crate::socket::UdpSocket;
use crate::srtp::{RTCP_OVERHEAD, Srtp, SrtpError, TAG_LEN};
use crate::stun;
use crate::tls;

/// Random inputs of one `cargo test`.
pub(crate) const QUICK: usize = 2_000;

#[test]
fn rtp_header() {
    let seeds = seeds::rtp();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let packet = Input::new(bytes).packet(&seeds);
        let Some(header) = RtpHeader::parse(&packet) else { return };
        assert!((12..=packet.len()).contains(&header.len));
        let found = header.extensions(&packet, &seeds::IDS);
        if let Some(mid) = found.mid {
            let inside = packet[12..header.len].as_ptr_range();
            assert!(mid.is_empty() || inside.contains(&mid.as_ptr()));
        }
        assert!(found.send_time.is_none_or(|time| time < 1 << 24));
    });
}

#[test]
fn rtp_payload() {
    let seeds = seeds::payloads();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let payload = Input::new(bytes).packet(&seeds);
        for codec in [Codec::Opus, Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1, Codec::Other] {
            keyframe_size(codec, &payload);
            is_filler(codec, &payload);
        }
        vp9_part(&payload);
        dependency_descriptor::parse(&payload);
    });
}

fn key_ring() -> KeyRing {
    let mut ring = KeyRing::default();
    ring.set(0, &seeds::FRAME_KEY).expect("the key fits");
    ring
}

#[test]
fn encrypted_frame() {
    let ring = Arc::new(key_ring());
    let seeds = seeds::encrypted_payloads(&ring);
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let mut input = Input::new(bytes);
        let mut decryption = Decryption::new(ring.clone(), vec![7; 4]);
        let (mut sequence, mut now, mut parts) = (1 << 16, 0, 0);
        while !input.is_empty() {
            let codec = [Codec::Opus, Codec::Vp8, Codec::H264][input.byte() as usize % 3];
            let flags = input.byte();
            sequence += u64::from(flags & 3);
            now += u64::from(flags & 0x3c) << 26;
            let payload = input.packet(&seeds);
            let marker = flags & 0x80 == 0;
            let timestamp = u32::from(flags & 0x40);
            decryption.is_filler(codec, &payload);
            let part = Part { codec, timestamp, marker, sequence, payload: &payload };
            decryption.on_part(&part, now);
            parts += 1;
        }
        assert!(decryption.counters.decrypted + decryption.counters.undecryptable <= parts);
    });
}

#[test]
fn encrypted_message() {
    let ring = Arc::new(key_ring());
    let seeds = seeds::encrypted_messages(&ring);
    for seed in &seeds {
        assert!(matches!(open_message(seed, &ring), Opened::Content(_)));
    }
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        open_message(&Input::new(bytes).packet(&seeds), &ring);
    });
}

#[test]
fn stun_message() {
    let seeds = seeds::stun();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let message = Input::new(bytes).packet(&seeds);
        stun::nominates(&message);
        stun::error_of(&message);
        assert!(!stun::is_authentic(&message, "a password that no input can know"));
    });
}

/// However a stream is cut, it has the same packets, and none is larger than a buffer.
#[test]
fn framing() {
    let seeds: Vec<Vec<u8>> = [seeds::stun(), seeds::turn(), seeds::framed()].concat();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let mut input = Input::new(bytes);
        let framing = if input.byte() & 1 == 0 { Framing::Ice } else { Framing::Turn };
        let mut stream = Vec::new();
        let mut parts = Vec::new();
        while !input.is_empty() {
            let part = input.packet(&seeds);
            stream.extend_from_slice(&part);
            parts.push(part);
        }
        let read = |parts: &[Vec<u8>]| {
            let (mut reader, mut packets) = (FrameReader::default(), Vec::new());
            for part in parts {
                reader.push(part);
                loop {
                    match reader.next_packet(framing) {
                        Ok(Some(packet)) => packets.push(packet.to_vec()),
                        Ok(None) => break,
                        Err(NotFramed) => return packets,
                    }
                }
            }
            packets
        };
        let packets = read(&parts);
        assert_eq!(packets, read(&[stream]));
        for packet in packets {
            assert!(packet.len() <= MAX_DATAGRAM + CHANNEL_HEADER);
            let payload = channel_data(&packet).map_or(0, |(_, payload)| payload.len());
            assert!(payload <= packet.len());
        }
    });
}

/// Checks that packets open no way to a peer if they are not from the TURN server, or were not
/// requested.
#[test]
fn turn_packet() {
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let seeds: Vec<Vec<u8>> = [seeds::stun(), seeds::turn()].concat();
    let server = UdpSocket::bind(ip).expect("loopback").local();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let kind = PathKind::TurnUdp;
        let carrier = Carrier::open(server, kind, None).expect("a socket");
        let mut relay = Relay::new(carrier, kind, server, "user", "password");
        relay.on_timer(clock::monotonic_ns());
        let mut input = Input::new(bytes);
        while !input.is_empty() {
            assert_eq!(relay.accept(&input.packet(&seeds)), None);
            assert_eq!(relay.relayed(), None);
        }
    });
}

/// No records, in whatever parts, keep the reader from returning, and none of them is taken for
/// media.
#[test]
fn tls_records() {
    let seeds = seeds::tls();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let mut input = Input::new(bytes);
        let mut connection = tls::tests::connection();
        while !input.is_empty() {
            let part = input.packet(&seeds).repeat(1 + (input.byte() & 7) as usize);
            let end = tls::open_records(&mut connection, &part, |_| panic!("no key is agreed on"));
            if end.is_err() {
                break;
            }
        }
    });
}

/// Checks the same as [`turn_packet`], for a stream that the input divides.
#[test]
fn turn_stream() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let server = listener.local_addr().expect("it is bound");
    let seeds: Vec<Vec<u8>> = [seeds::stun(), seeds::turn()].concat();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let kind = PathKind::TurnTcp;
        let carrier = Carrier::open(server, kind, None).expect("a socket");
        let (accepted, _) = listener.accept().expect("a connection");
        // Ports of closed connections are free at once.
        SockRef::from(&accepted).set_linger(Some(Duration::ZERO)).expect("an option");
        let mut relay = Relay::new(carrier, kind, server, "user", "password");
        relay.on_timer(clock::monotonic_ns());
        let (mut input, mut buffer) = (Input::new(bytes), Vec::new());
        while !input.is_empty() {
            let Carrier::Stream(stream) = &mut relay.carrier else { unreachable!() };
            stream.take(&input.packet(&seeds)).expect("there is no TLS to fail");
            match relay.next_packet(&mut buffer) {
                Ok(packet) => assert_eq!(packet, None),
                Err(failure) => {
                    assert_eq!(failure.code, PathFailureCode::TurnError);
                    break;
                }
            }
            assert_eq!(relay.relayed(), None);
        }
    });
}

#[test]
fn data_message() {
    let seeds = seeds::messages();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let (mut input, mut flows) = (Input::new(bytes), FlowsReceived::default());
        let mut counted = 0;
        while !input.is_empty() {
            let message = input.packet(&seeds);
            counted += on_message(&mut flows, &message, 1_700_000_000_000_000_001).is_some() as u64;
        }
        assert_eq!(flows.values().map(|flow| flow.received).sum::<u64>(), counted);
    });
}

/// Two ends with the same keys.
pub(crate) fn srtp_pair() -> [Srtp; 2] {
    let material: Vec<u8> = (0..56).collect();
    [true, false].map(|client| {
        Srtp::new(SrtpProfile::AEAD_AES_128_GCM, &material, client).expect("the keys fit")
    })
}

#[test]
fn srtp() {
    let (rtp, rtcp) = (seeds::rtp(), seeds::rtcp());
    let mut ends = AssertUnwindSafe(srtp_pair());
    check!().with_iterations(QUICK).for_each(move |bytes: &[u8]| {
        let [here, there]: &mut [Srtp; 2] = &mut ends;
        let mut input = Input::new(bytes);
        let plain = input.packet(&rtp);
        let room = MAX_DATAGRAM.max(plain.len());
        if let Some(header) = RtpHeader::parse(&plain) {
            let RtpHeader { len, ssrc, sequence, .. } = header;
            // Not from the remote.
            let mut forged = plain.clone();
            let result = here.unprotect_rtp(&mut forged, len, ssrc, 0, sequence);
            assert!(matches!(result, Err(SrtpError::Forged | SrtpError::Truncated)));
            let mut packet = plain.clone();
            packet.resize(room + TAG_LEN, 0);
            let whole = there.protect_rtp(&mut packet, len, plain.len(), ssrc, 0, sequence);
            packet.truncate(whole);
            // Changed on the way.
            let mut changed = packet.clone();
            let at = input.short() as usize % whole;
            changed[at] ^= input.byte().max(1);
            let result = here.unprotect_rtp(&mut changed, len, ssrc, 0, sequence);
            assert_eq!(result, Err(SrtpError::Forged));
            let opened = here.unprotect_rtp(&mut packet, len, ssrc, 0, sequence);
            assert_eq!(opened, Ok(plain.len()));
            assert_eq!(packet[..plain.len()], plain);
        }
        let plain = input.packet(&rtcp);
        assert!(here.unprotect_rtcp(&mut plain.clone()).is_err());
        if plain.len() >= 8 {
            let mut packet = plain.clone();
            packet.resize(plain.len() + RTCP_OVERHEAD, 0);
            there.protect_rtcp(&mut packet, plain.len());
            let mut changed = packet.clone();
            let at = input.short() as usize % packet.len();
            changed[at] ^= input.byte().max(1);
            assert_eq!(here.unprotect_rtcp(&mut changed), Err(SrtpError::Forged));
            let mut again = packet.clone();
            assert_eq!(here.unprotect_rtcp(&mut packet), Ok(plain.len()));
            assert_eq!(packet[..plain.len()], plain);
            assert_eq!(here.unprotect_rtcp(&mut again), Err(SrtpError::Replayed));
        }
    });
}

/// Transport-wide feedback with any numbers and times.
fn feedback(input: &mut Input<'_>, bytes: &mut Vec<u8>) {
    let (base, reference) = (input.short(), u32::from(input.short()) << (input.byte() & 8));
    let statuses: Vec<_> = (0..input.byte() & 63)
        .map(|_| match input.byte() {
            0..=31 => TwccPacketStatus::NotReceived,
            32..=63 => TwccPacketStatus::Received { delta: input.short() as i16 },
            delta => TwccPacketStatus::Received { delta: i16::from(delta) },
        })
        .collect();
    let message = Twcc::builder(base, reference, input.byte(), &statuses, None);
    let message = TransportFeedback::builder_owned(message).sender_ssrc(1).media_ssrc(2);
    bytes.resize(message.calculate_size().expect("it fits"), 0);
    message.write_into(bytes).expect("it fits");
}

/// No feedback, however wrong, stops the controller or makes its estimate anything but a rate.
#[test]
fn congestion_feedback() {
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let (mut input, mut now, mut sequence) = (Input::new(bytes), 1_000 * MS, 0_u16);
        let mut control = CongestionControl::new(now);
        let mut message = Vec::new();
        while !input.is_empty() {
            match input.byte() % 8 {
                0 => now += u64::from(input.short()) * MS,
                1 => sequence = sequence.wrapping_add(input.short()),
                2 => {
                    let padded = f64::from(input.short()) * 100.0;
                    control.set_wanted(Wanted { full: 2.0 * padded, padded }, now);
                }
                3..=5 => {
                    for _ in 0..input.byte() & 31 {
                        now += u64::from(input.byte()) * MS / 16;
                        control.on_sent(sequence, input.byte() as usize * 5, now);
                        sequence = sequence.wrapping_add(1);
                    }
                }
                _ => {
                    feedback(&mut input, &mut message);
                    let parsed = TransportFeedback::parse(&message).expect("it was just written");
                    control.on_feedback(&parsed.parse_fci::<Twcc<'_>>().expect("so was this"), now);
                }
            }
            control.on_timer(now);
            control.wants_padding(now);
            assert!((1.0..1e12).contains(&control.target_bps()), "{}", control.target_bps());
        }
    });
}
