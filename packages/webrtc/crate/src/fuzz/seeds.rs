//! Packets that are valid, so that a fuzzer has something to change.

use std::sync::Arc;

use crate::clip::Codec;
use crate::dependency_descriptor::tests::two_layers;
use crate::e2ee::{KeyRing, MessageSeal, frame};
use crate::rtp::{ExtensionIds, HeaderWriter};
use crate::tls::tests::record;

/// Extension ids as livekit-server negotiates them.
pub(crate) const IDS: ExtensionIds = ExtensionIds {
    mid: 4,
    rid: 10,
    repaired_rid: 11,
    audio_level: 1,
    abs_send_time: 2,
    abs_capture_time: 7,
    transport_wide_cc: 3,
    dependency_descriptor: 12,
};
/// SSRCs of the receivers in the targets: audio, video, RTX of the video.
pub(crate) const AUDIO: u32 = 0x1111;
/// See [`AUDIO`].
pub(crate) const VIDEO: u32 = 0x2222;
/// See [`AUDIO`].
pub(crate) const VIDEO_RTX: u32 = 0x3333;
/// SSRCs of the sender in the targets, and of its RTX.
pub(crate) const OWN: u32 = 0x4444;
/// See [`OWN`].
pub(crate) const OWN_RTX: u32 = 0x5555;

/// A keyframe of 640 × 360 behind a VP8 descriptor with all fields (RFC 7741 §4.2).
pub(crate) const VP8: [u8; 16] =
    [0x90, 0xe0, 0x81, 0x23, 0x05, 0x20, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 1];
/// A sequence parameter set of 640 × 360.
pub(crate) const H264_SPS: [u8; 25] = [
    0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02, 0x80, 0xbf, 0xe5, 0xc0, 0x4a, 0x50, 0x00, 0x00, 0x03, 0x00,
    0x10, 0x00, 0x00, 0x03, 0x02, 0x88, 0xf1, 0x83, 0x2a,
];

fn rtp_packet(payload_type: u8, sequence: u16, ssrc: u32, mid: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; 64];
    let mut header = HeaderWriter::new(&mut packet, true, payload_type, sequence, 90_000, ssrc);
    header.extension(IDS.mid, mid);
    header.extension(IDS.abs_send_time, &[1, 2, 3]);
    header.extension(IDS.transport_wide_cc, &sequence.to_be_bytes());
    header.extension(IDS.abs_capture_time, &0xe800_0000_0000_0000_u64.to_be_bytes());
    let len = header.finish();
    packet.truncate(len);
    packet.extend_from_slice(payload);
    packet
}

/// Payloads of RTP.
pub(crate) fn payloads() -> Vec<Vec<u8>> {
    let mut stap = vec![0x78, 0, 25];
    stap.extend(H264_SPS);
    stap.extend([0, 5, 0x68, 0xcb, 0x83, 0xcb, 0x20]);
    let mut silence = vec![0; 80];
    silence[..3].copy_from_slice(&[0xf8, 0xff, 0xfe]);
    // A keyframe of two layers with their sizes, and a flexible frame with two references (RFC 9628
    // §4.2).
    let vp9_keyframe =
        vec![0xaa, 0x81, 0x23, 0x00, 0x05, 0x30, 1, 64, 0, 180, 2, 128, 1, 104, 0x82, 0x49];
    let vp9_flexible = vec![0xf0, 0x01, 0x20, 0x03, 0x02, 0x86, 0];
    vec![
        VP8.to_vec(),
        H264_SPS.to_vec(),
        stap,
        silence,
        vec![0x7c, 0x85, 1, 2, 3],
        vp9_keyframe,
        vp9_flexible,
        two_layers(),
    ]
}

/// The key of encrypted frames and messages, with index 0.
pub(crate) const FRAME_KEY: [u8; 16] = [3; 16];

/// Payloads that carry whole encrypted frames.
pub(crate) fn encrypted_payloads(keys: &KeyRing) -> Vec<Vec<u8>> {
    let seal = |codec, frame: &[u8]| frame::seal(codec, frame, keys, 0).expect("there is a key");
    let h264 = seal(Codec::H264, &[&[0, 0, 0, 1, 0x65, 0x88][..], &[0; 40]].concat());
    let fragment = [&[0x7c, 0x85][..], &h264[5..]].concat();
    vec![
        seal(Codec::Opus, &[0x78; 40]),
        [&[0x10][..], &seal(Codec::Vp8, &VP8[6..])].concat(),
        [&[0x10][..], &seal(Codec::Vp8, &[0x31; 40])].concat(),
        h264[4..].to_vec(),
        fragment,
        H264_SPS.to_vec(),
    ]
}

/// Encrypted data messages.
pub(crate) fn encrypted_messages(keys: &Arc<KeyRing>) -> Vec<Vec<u8>> {
    let seal = MessageSeal::new(keys.clone(), 0, vec![8, 1]);
    messages().iter().filter_map(|message| seal.seal(message)).collect()
}

/// RTP packets before encryption.
pub(crate) fn rtp() -> Vec<Vec<u8>> {
    let mut padded = rtp_packet(96, 3, VIDEO, b"1", &VP8);
    padded[0] |= 0x20;
    padded.extend([0, 0, 0, 4]);
    // AV1: the descriptor does not fit into an extension of one byte (RFC 8285 §4.3).
    let descriptor = two_layers();
    let mut extension = vec![IDS.dependency_descriptor, descriptor.len() as u8];
    extension.extend(&descriptor);
    extension.resize(extension.len().next_multiple_of(4), 0);
    let mut described = vec![0x90, 100, 0, 4, 0, 0, 0, 0];
    described.extend(VIDEO.to_be_bytes());
    described.extend([0x10, 0x00, 0, (extension.len() / 4) as u8]);
    described.extend(extension);
    described.extend([0x10, 0x0a, 0x01, 0x00]);
    let mut two_byte = vec![0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0x10, 0x00, 0, 2];
    two_byte.extend([4, 1, b'1', 0, 3, 2, 0, 9, 0x90, 0x80, 0x11, 0x10]);
    vec![
        rtp_packet(111, 1, AUDIO, b"0", &[7; 40]),
        rtp_packet(111, 0xfffe, AUDIO, b"0", &[7; 40]),
        rtp_packet(96, 1, VIDEO, b"1", &VP8),
        rtp_packet(96, 0x7fff, 0x9999, b"1", &VP8),
        rtp_packet(97, 1, VIDEO_RTX, b"1", &[&[0, 1][..], &VP8].concat()),
        rtp_packet(98, 2, VIDEO, b"1", &H264_SPS),
        described,
        padded,
        two_byte,
    ]
}

/// Compound RTCP packets before encryption: SR with a block, RR, NACK, PLI, FIR, transport
/// feedback, REMB, SDES, BYE.
pub(crate) fn rtcp() -> Vec<Vec<u8>> {
    let ssrc = |n: u32| n.to_be_bytes();
    let packet = |first: u8, kind: u8, words: &[[u8; 4]]| {
        let len = (words.len() as u16).to_be_bytes();
        [&[first, kind, len[0], len[1]][..], words.as_flattened()].concat()
    };
    let block = [ssrc(OWN), [0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 9], [1, 2, 3, 4], [0, 0, 5, 0]];
    let report =
        [&[ssrc(VIDEO), [0xe8, 0, 0, 1], [1, 2, 3, 4]][..], &[[0, 1, 95, 144]; 3]].concat();
    let with_block = [&report[..], &block].concat();
    let media = [ssrc(1), ssrc(OWN)];
    let nack = [&media[..], &[[0, 5, 0xff, 0xff], [0, 60, 0, 1]]].concat();
    let fir = [ssrc(1), ssrc(0), ssrc(OWN), [7, 0, 0, 0]];
    let twcc =
        [&media[..], &[[0, 1, 0, 7], [0, 0, 1, 0], [0x20, 7, 4, 4], [4, 4, 4, 4], [4, 0, 0, 0]]]
            .concat();
    let remb = [ssrc(1), ssrc(0), *b"REMB", [1, 0x0b, 0xff, 0xff], ssrc(OWN)];
    vec![
        packet(0x81, 200, &with_block),
        packet(0x80, 200, &report),
        packet(0x81, 201, &[&[ssrc(1)][..], &block].concat()),
        packet(0x81, 205, &nack),
        packet(0x81, 206, &media),
        packet(0x84, 206, &fir),
        packet(0x8f, 205, &twcc),
        packet(0x8f, 206, &remb),
        packet(0x81, 202, &[ssrc(1), [1, 2, b'a', b'b'], [0; 4]]),
        packet(0x81, 203, &[ssrc(VIDEO)]),
        [packet(0x80, 200, &report), packet(0x81, 205, &nack), packet(0x81, 206, &media)].concat(),
    ]
}

/// STUN messages: a binding request that nominates, one of RFC 5769 §2.1, a response, a TURN-like
/// indication.
pub(crate) fn stun() -> Vec<Vec<u8>> {
    let message = |kind: u16, attributes: &[u8]| {
        let mut message = kind.to_be_bytes().to_vec();
        message.extend((attributes.len() as u16).to_be_bytes());
        message.extend([0x21, 0x12, 0xa4, 0x42]);
        message.extend([7; 12]);
        message.extend_from_slice(attributes);
        message
    };
    let username = [&[0, 6, 0, 9][..], b"abcd:efgh", &[0; 3]].concat();
    let nomination = [&username[..], &[0, 0x25, 0, 0, 0, 0x24, 0, 4, 0x6e, 0, 1, 0xff]].concat();
    let integrity = [&[0, 8, 0, 20][..], &[5; 20]].concat();
    let fingerprint = [0x80, 0x28, 0, 4, 1, 2, 3, 4];
    let address = [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
    vec![
        message(1, &nomination),
        message(1, &[&nomination[..], &integrity, &fingerprint].concat()),
        message(0x0101, &[&address[..], &integrity].concat()),
        message(0x0111, &[0, 9, 0, 4, 0, 0, 4, 1]),
        message(0x0017, &[0, 0x13, 0, 3, 1, 2, 3, 0]),
    ]
}

/// DTLS records: an alert, application data, a handshake message, the change of the cipher; in the
/// epochs before and after the handshake (RFC 6347 §4.1), and with the header of DTLS 1.3.
pub(crate) fn dtls() -> Vec<Vec<u8>> {
    let record = |kind: u8, epoch: u8, body: &[u8]| {
        let mut record = vec![kind, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 1];
        record.extend((body.len() as u16).to_be_bytes());
        record.extend_from_slice(body);
        record
    };
    let hello = [&[1, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0, 38, 0xfe, 0xfd][..], &[9; 36]].concat();
    vec![
        record(21, 0, &[2, 40]),
        record(21, 0, &[1, 0]),
        record(21, 1, &[2, 40]),
        record(23, 1, &[3; 48]),
        record(22, 0, &hello),
        record(20, 0, &[1]),
        [&[0x2f, 0, 1, 0, 32][..], &[6; 32]].concat(),
    ]
}

/// Stamped data messages.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let stamp = |flow: u8, sequence: u8| {
        let mut stamp = vec![0xf5, b's', b'w', b'm', 0x02, 0xfa];
        stamp.extend([0, 0, 0, flow, 0, 0, 0, sequence]);
        stamp.extend(&1_700_000_000_000_000_u64.to_be_bytes()[2..]);
        stamp
    };
    vec![stamp(1, 1), stamp(1, 200), [b"envelope".to_vec(), stamp(2, 0)].concat()]
}

/// Packets of a TURN server: ChannelData, and answers to requests that no client made.
pub(crate) fn turn() -> Vec<Vec<u8>> {
    let answer = |kind: [u8; 2], attributes: &[u8]| {
        let length = (attributes.len() as u16).to_be_bytes();
        [&kind[..], &length, &[0x21, 0x12, 0xa4, 0x42], &[7; 12], attributes].concat()
    };
    vec![
        [&[0x40, 0, 0, 5][..], &[0x90; 5], &[0; 3]].concat(),
        // Allocate: success with a relayed address, and refused.
        answer(
            [0x01, 0x03],
            &[0x00, 0x16, 0, 8, 0, 1, 1, 2, 3, 4, 5, 6, 0x00, 0x0d, 0, 4, 0, 0, 2, 88],
        ),
        answer([0x01, 0x13], &[0x00, 0x09, 0, 4, 0, 0, 4, 1]),
        // ChannelBind: success.
        answer([0x01, 0x09], &[]),
        // A data indication.
        answer([0x00, 0x17], &[0x00, 0x13, 0, 4, 1, 2, 3, 4]),
    ]
}

/// TLS records as a server sends them before its first message is whole: a ServerHello, its
/// beginning, one of a length that no server has, alerts, the change of the cipher, application
/// data.
pub(crate) fn tls() -> Vec<Vec<u8>> {
    // RFC 8446 §4.1.3: version, random, session id, TLS_AES_128_GCM_SHA256, supported_versions.
    let hello =
        [&[2, 0, 0, 46, 3, 3][..], &[9; 32], &[0, 0x13, 0x01, 0, 0, 6, 0, 0x2b, 0, 2, 3, 4]]
            .concat();
    vec![
        record(22, &hello),
        record(22, &hello[..20]),
        record(22, &[&[2, 0, 0xff, 0xfd][..], &[0; 9_000]].concat()),
        record(22, &[0; 16_000]),
        record(21, &[1, 0]),
        record(21, &[1, 90]),
        record(21, &[2, 40]),
        record(20, &[1]),
        record(23, &[3; 48]),
    ]
}

/// Packets of ICE/TCP, one and two.
pub(crate) fn framed() -> Vec<Vec<u8>> {
    vec![vec![0, 3, 0x90, 1, 2], vec![0, 0, 0, 1, 9], vec![5, 0xdc]]
}
