//! SRTP and SRTCP with AES-GCM (RFC 7714); keys are derived as in RFC 3711 §4.3 and RFC 6188. All
//! current WebRTC endpoints negotiate GCM; the older AES-CM profile is rejected with an error
//! instead of being maintained without use.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use rustc_hash::FxHashMap;
use str0m::crypto::dtls::SrtpProfile;

use crate::replay::ReplayWindow;

/// Bytes that [`Srtp::protect_rtp`] adds.
pub const TAG_LEN: usize = 16;
/// Bytes of E flag and index behind an SRTCP packet (RFC 7714 §9.2).
const SRTCP_INDEX_LEN: usize = 4;
/// Bytes that [`Srtp::protect_rtcp`] adds.
pub const RTCP_OVERHEAD: usize = TAG_LEN + SRTCP_INDEX_LEN;
const SALT_LEN: usize = 12;
/// SSRCs of SRTCP whose packets are remembered; those that were silent for longest are forgotten.
const MAX_RTCP_SSRCS: usize = 4096;

/// Reason why keys or a packet cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SrtpError {
    /// The DTLS handshake negotiated a profile that is not AES-GCM.
    #[error("the profile is not AES-GCM")]
    UnsupportedProfile,
    /// Keying material of the wrong length.
    #[error("the keying material has the wrong length")]
    BadKeyingMaterial,
    /// Shorter than its header and tag.
    #[error("the packet is truncated")]
    Truncated,
    /// Authentication failed.
    #[error("the packet is not authentic")]
    Forged,
    /// Received before, or too old to know.
    #[error("the packet was received before")]
    Replayed,
}

/// One direction of one kind of packet: a session key and its salt.
struct Context {
    key: LessSafeKey,
    salt: [u8; SALT_LEN],
}

impl Context {
    fn derive(
        master_key: &[u8],
        master_salt: &[u8],
        key_label: u8,
        salt_label: u8,
    ) -> Result<Self, SrtpError> {
        let mut key = vec![0; master_key.len()];
        derive(master_key, master_salt, key_label, &mut key)?;
        let mut salt = [0; SALT_LEN];
        derive(master_key, master_salt, salt_label, &mut salt)?;
        Self::new(&key, salt)
    }

    fn new(key: &[u8], salt: [u8; SALT_LEN]) -> Result<Self, SrtpError> {
        let algorithm = if key.len() == 16 { &AES_128_GCM } else { &AES_256_GCM };
        let key = UnboundKey::new(algorithm, key).map_err(|_| SrtpError::BadKeyingMaterial)?;
        Ok(Self { key: LessSafeKey::new(key), salt })
    }

    fn nonce(&self, iv: [u8; NONCE_LEN]) -> Nonce {
        let mut nonce = self.salt;
        for (n, i) in nonce.iter_mut().zip(iv) {
            *n ^= i;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}

/// The keys of one peer, both directions.
pub struct Srtp {
    rtp_out: Context,
    rtp_in: Context,
    rtcp_out: Context,
    rtcp_in: Context,
    rtcp_index: u32,
    /// Received packets by the SSRC of the remote's compound packets.
    rtcp_received: FxHashMap<u32, RtcpReceived>,
    rtcp_packets: u64,
}

/// The SRTCP packets of one SSRC.
#[derive(Default)]
struct RtcpReceived {
    window: ReplayWindow<2>,
    /// Number of its last packet among all of the peer.
    last: u64,
}

impl Srtp {
    /// Splits the exporter's output (RFC 5764 §4.2): client key, server key, client salt, server
    /// salt.
    pub fn new(
        profile: SrtpProfile,
        material: &[u8],
        dtls_client: bool,
    ) -> Result<Self, SrtpError> {
        let key_len = match profile {
            SrtpProfile::AEAD_AES_128_GCM => 16,
            SrtpProfile::AEAD_AES_256_GCM => 32,
            _ => return Err(SrtpError::UnsupportedProfile),
        };
        if material.len() < 2 * (key_len + SALT_LEN) {
            return Err(SrtpError::BadKeyingMaterial);
        }
        let (client_key, rest) = material.split_at(key_len);
        let (server_key, rest) = rest.split_at(key_len);
        let (client_salt, rest) = rest.split_at(SALT_LEN);
        let server_salt = &rest[..SALT_LEN];
        let (out, incoming) = if dtls_client {
            ((client_key, client_salt), (server_key, server_salt))
        } else {
            ((server_key, server_salt), (client_key, client_salt))
        };
        Ok(Self {
            rtp_out: Context::derive(out.0, out.1, 0, 2)?,
            rtp_in: Context::derive(incoming.0, incoming.1, 0, 2)?,
            rtcp_out: Context::derive(out.0, out.1, 3, 5)?,
            rtcp_in: Context::derive(incoming.0, incoming.1, 3, 5)?,
            rtcp_index: 0,
            rtcp_received: FxHashMap::default(),
            rtcp_packets: 0,
        })
    }

    /// Encrypts in place; `packet` is header and payload, and the tag is appended behind `len`
    /// bytes. Returns the new length.
    pub fn protect_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        len: usize,
        ssrc: u32,
        roc: u32,
        seq: u16,
    ) -> usize {
        let nonce = self.rtp_out.nonce(rtp_iv(ssrc, roc, seq));
        let (header, rest) = packet.split_at_mut(header_len);
        let (payload, rest) = rest.split_at_mut(len - header_len);
        let tag = self
            .rtp_out
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(&*header), payload)
            .expect("AES-GCM seals anything shorter than 64 GiB");
        rest[..TAG_LEN].copy_from_slice(tag.as_ref());
        len + TAG_LEN
    }

    /// Decrypts in place and returns the length without the tag.
    pub fn unprotect_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        ssrc: u32,
        roc: u32,
        seq: u16,
    ) -> Result<usize, SrtpError> {
        if packet.len() < header_len + TAG_LEN {
            return Err(SrtpError::Truncated);
        }
        let nonce = self.rtp_in.nonce(rtp_iv(ssrc, roc, seq));
        let (header, body) = packet.split_at_mut(header_len);
        let plain = self
            .rtp_in
            .key
            .open_in_place(nonce, Aad::from(&*header), body)
            .map_err(|_| SrtpError::Forged)?;
        Ok(header_len + plain.len())
    }

    /// Encrypts a compound RTCP packet of `len` bytes in place; the buffer must have room for 20
    /// more.
    pub fn protect_rtcp(&mut self, packet: &mut [u8], len: usize) -> usize {
        self.rtcp_index = (self.rtcp_index + 1) & 0x7fff_ffff;
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let index = (self.rtcp_index | 0x8000_0000).to_be_bytes();
        let mut aad = [0; 12];
        aad[..8].copy_from_slice(&packet[..8]);
        aad[8..].copy_from_slice(&index);
        let nonce = self.rtcp_out.nonce(rtcp_iv(ssrc, self.rtcp_index));
        let tag = self
            .rtcp_out
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(aad), &mut packet[8..len])
            .expect("AES-GCM seals anything shorter than 64 GiB");
        packet[len..len + TAG_LEN].copy_from_slice(tag.as_ref());
        packet[len + TAG_LEN..len + TAG_LEN + SRTCP_INDEX_LEN].copy_from_slice(&index);
        len + TAG_LEN + SRTCP_INDEX_LEN
    }

    /// Decrypts in place and returns the length of the compound packet. A packet is accepted once
    /// (RFC 3711 §3.3.2).
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let Some(index_at) =
            packet.len().checked_sub(SRTCP_INDEX_LEN).filter(|&at| at >= 8 + TAG_LEN)
        else {
            return Err(SrtpError::Truncated);
        };
        let index =
            [packet[index_at], packet[index_at + 1], packet[index_at + 2], packet[index_at + 3]];
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let mut aad = [0; 12];
        aad[..8].copy_from_slice(&packet[..8]);
        aad[8..].copy_from_slice(&index);
        let nonce = self.rtcp_in.nonce(rtcp_iv(ssrc, u32::from_be_bytes(index) & 0x7fff_ffff));
        let plain = self
            .rtcp_in
            .key
            .open_in_place(nonce, Aad::from(aad), &mut packet[8..index_at])
            .map_err(|_| SrtpError::Forged)?;
        let len = 8 + plain.len();
        if self.accept_rtcp(ssrc, u32::from_be_bytes(index) & 0x7fff_ffff) {
            Ok(len)
        } else {
            Err(SrtpError::Replayed)
        }
    }

    fn accept_rtcp(&mut self, ssrc: u32, index: u32) -> bool {
        if self.rtcp_received.len() >= MAX_RTCP_SSRCS && !self.rtcp_received.contains_key(&ssrc) {
            let oldest = self.rtcp_received.iter().min_by_key(|(_, received)| received.last);
            if let Some((&oldest, _)) = oldest {
                self.rtcp_received.remove(&oldest);
            }
        }
        self.rtcp_packets += 1;
        let received = self.rtcp_received.entry(ssrc).or_default();
        received.last = self.rtcp_packets;
        received.window.accept(index.into())
    }
}

/// Nonce of an RTP packet (RFC 7714 §8.1).
fn rtp_iv(ssrc: u32, roc: u32, seq: u16) -> [u8; NONCE_LEN] {
    let mut iv = [0; NONCE_LEN];
    iv[2..6].copy_from_slice(&ssrc.to_be_bytes());
    iv[6..10].copy_from_slice(&roc.to_be_bytes());
    iv[10..].copy_from_slice(&seq.to_be_bytes());
    iv
}

/// Nonce of an RTCP packet (RFC 7714 §9.1).
fn rtcp_iv(ssrc: u32, index: u32) -> [u8; NONCE_LEN] {
    let mut iv = [0; NONCE_LEN];
    iv[2..6].copy_from_slice(&ssrc.to_be_bytes());
    iv[8..].copy_from_slice(&index.to_be_bytes());
    iv
}

/// The AES-CM pseudo-random function of RFC 3711 §4.3.3, key derivation rate 0: the key stream
/// under `master salt XOR label`.
fn derive(
    master_key: &[u8],
    master_salt: &[u8],
    label: u8,
    out: &mut [u8],
) -> Result<(), SrtpError> {
    let mut iv = [0; 16];
    iv[..master_salt.len()].copy_from_slice(master_salt);
    iv[7] ^= label;
    let algorithm = if master_key.len() == 16 { &AES_128 } else { &AES_256 };
    let key =
        UnboundCipherKey::new(algorithm, master_key).map_err(|_| SrtpError::BadKeyingMaterial)?;
    let key = EncryptingKey::ctr(key).map_err(|_| SrtpError::BadKeyingMaterial)?;
    out.fill(0);
    key.less_safe_encrypt(out, EncryptionContext::Iv128(FixedLength::from(iv)))
        .map_err(|_| SrtpError::BadKeyingMaterial)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn derives_the_session_keys_of_rfc_3711_b3() {
        let key = hex("E1F97A0D3E018BE0D64FA32C06DE4139");
        let salt = hex("0EC675AD498AFEEBB6960B3AABE6");
        let mut session = [0; 16];
        derive(&key, &salt, 0, &mut session).unwrap();
        assert_eq!(session.to_vec(), hex("C61E7A93744F39EE10734AFE3FF7A087"));
        let mut session_salt = [0; 14];
        derive(&key, &salt, 2, &mut session_salt).unwrap();
        assert_eq!(session_salt.to_vec(), hex("30CBBC08863D8C85D49DB34A9AE1"));
    }

    #[test]
    fn seals_the_packet_of_rfc_7714_16_1_1() {
        let context =
            Context::new(&hex("000102030405060708090a0b0c0d0e0f"), *b"Quid pro quo").unwrap();
        let header = hex("8040f17b 8041f8d3 5501a0b2");
        let mut payload = b"Gallia est omnis divisa in partes tres".to_vec();
        let nonce = context.nonce(rtp_iv(0x5501_a0b2, 0, 0xf17b));
        let tag = context
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(&header), &mut payload)
            .unwrap();
        assert_eq!(
            payload,
            hex(
                "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833"
            )
        );
        assert_eq!(tag.as_ref(), hex("899d7f27 beb16a91 52cf765e e4390cce"));
    }

    fn pair() -> (Srtp, Srtp) {
        let material: Vec<u8> = (0..88).collect();
        let profile = SrtpProfile::AEAD_AES_256_GCM;
        (
            Srtp::new(profile, &material, true).unwrap(),
            Srtp::new(profile, &material, false).unwrap(),
        )
    }

    #[test]
    fn the_server_reads_what_the_client_protects() {
        let (mut client, mut server) = pair();
        let mut rtp = vec![0x80, 111, 0, 7, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4];
        let len = rtp.len();
        rtp.resize(len + TAG_LEN, 0);
        assert_eq!(client.protect_rtp(&mut rtp, 12, len, 9, 3, 7), rtp.len());
        assert_ne!(&rtp[12..16], &[1, 2, 3, 4]);
        assert_eq!(
            server.unprotect_rtp(&mut rtp.clone(), 12, 9, 2, 7),
            Err(SrtpError::Forged),
            "wrong rollover"
        );
        assert_eq!(server.unprotect_rtp(&mut rtp, 12, 9, 3, 7), Ok(len));
        assert_eq!(&rtp[12..16], &[1, 2, 3, 4]);

        let mut rtcp = vec![0x80, 201, 0, 1, 0, 0, 0, 9];
        rtcp.resize(64, 0);
        let len = client.protect_rtcp(&mut rtcp, 8);
        let mut copy = rtcp.clone();
        assert_eq!(server.unprotect_rtcp(&mut rtcp[..len]), Ok(8));
        assert_eq!(server.unprotect_rtcp(&mut copy[..len]), Err(SrtpError::Replayed));
    }

    #[test]
    fn remembers_a_bounded_number_of_rtcp_streams() {
        let (_, mut server) = pair();
        for ssrc in 0..2 * MAX_RTCP_SSRCS as u32 {
            assert!(server.accept_rtcp(ssrc, 1));
        }
        assert_eq!(server.rtcp_received.len(), MAX_RTCP_SSRCS);
        assert!(!server.accept_rtcp(2 * MAX_RTCP_SSRCS as u32 - 1, 1));
    }

    #[test]
    fn garbage_is_rejected() {
        let (mut client, _) = pair();
        assert_eq!(client.unprotect_rtcp(&mut [0; 11]), Err(SrtpError::Truncated));
        assert_eq!(client.unprotect_rtp(&mut [0; 20], 12, 1, 0, 1), Err(SrtpError::Truncated));
        assert_eq!(client.unprotect_rtp(&mut [0; 60], 12, 1, 0, 1), Err(SrtpError::Forged));
    }
}
