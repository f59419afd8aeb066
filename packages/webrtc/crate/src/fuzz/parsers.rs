//! The parsers, each alone.

use std::panic::AssertUnwindSafe;

use bolero::check;
use str0m::crypto::dtls::SrtpProfile;

use super::input::Input;
use super::seeds;
use crate::clip::Codec;
use crate::data_flow::{FlowsReceived, on_message};
use crate::filler::is_filler;
use crate::frame_size::keyframe_size;
use crate::rtp::{MAX_DATAGRAM, RtpHeader};
use crate::srtp::{RTCP_OVERHEAD, Srtp, SrtpError, TAG_LEN};
use crate::stun;

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
        for codec in [Codec::Opus, Codec::Vp8, Codec::H264, Codec::Other] {
            keyframe_size(codec, &payload);
            is_filler(codec, &payload);
        }
    });
}

#[test]
fn stun_message() {
    let seeds = seeds::stun();
    check!().with_iterations(QUICK).for_each(|bytes: &[u8]| {
        let message = Input::new(bytes).packet(&seeds);
        stun::nominates(&message);
        assert!(!stun::is_authentic(&message, "a password that no input can know"));
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
