//! TLS of connections to TURN servers. What to trust comes from JavaScript, so that it is the same
//! as for the signal connection.

use std::io::{self, Read};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

/// Certificates that a TLS connection trusts.
#[derive(Clone)]
pub struct Trust(Arc<ClientConfig>);

impl Trust {
    /// Reads certificates in PEM. Those that cannot be read are trusted no more than any other.
    pub fn new(pem: &str) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        let read = CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok);
        roots.add_parsable_certificates(read);
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// Begins a connection to the server that `domain` names (SNI, and the name of its
    /// certificate).
    pub fn connect(&self, domain: &str) -> Result<ClientConnection, rustls::Error> {
        let name = ServerName::try_from(domain.to_owned()).map_err(|_| {
            rustls::Error::General(format!("{domain:?} is not the name of a server"))
        })?;
        let mut connection = ClientConnection::new(self.0.clone(), name)?;
        // The stream has a bound of its own.
        connection.set_buffer_limit(None);
        Ok(connection)
    }
}

/// Bytes that are decrypted at a time.
const CHUNK: usize = 16 << 10;

/// Reason why no further records of a connection are read.
#[derive(Debug)]
pub enum RecordsEnd {
    /// The server has announced that it sends no more (RFC 8446 §6.1, `close_notify`).
    Closed,
    /// A record that rustls cannot read, or more than it buffers.
    Invalid(io::Error),
}

/// Reads records that have arrived, in whatever parts, and hands on what was encrypted in them.
/// Takes all of `bytes` or ends: rustls takes nothing any more once its buffer is full or the
/// server has closed the connection.
pub fn open_records(
    connection: &mut ClientConnection,
    bytes: &[u8],
    mut on_plain: impl FnMut(&[u8]),
) -> Result<(), RecordsEnd> {
    let mut rest = bytes;
    let mut plain = [0; CHUNK];
    while !rest.is_empty() {
        if connection.read_tls(&mut rest).map_err(RecordsEnd::Invalid)? == 0 {
            return Err(RecordsEnd::Closed);
        }
        let state = connection
            .process_new_packets()
            .map_err(|error| RecordsEnd::Invalid(io::Error::other(error)))?;
        while let Ok(len @ 1..) = connection.reader().read(&mut plain) {
            on_plain(&plain[..len]);
        }
        if state.peer_has_closed() {
            return Err(RecordsEnd::Closed);
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::crypto::CryptoProvider;
    use rustls::pki_types::{PrivateKeyDer, UnixTime};
    use rustls::{
        DigitallySignedStruct, ServerConfig, ServerConnection, SignatureScheme,
        SupportedProtocolVersion,
    };

    use super::*;
    use crate::dtls_keys;

    /// A connection whose handshake has begun.
    pub(crate) fn connection() -> ClientConnection {
        Trust::new("").expect("no roots").connect("turn.example").expect("a name")
    }

    /// A record of TLS 1.2 (RFC 8446 §5.1).
    pub(crate) fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u16).to_be_bytes();
        [&[kind, 3, 3][..], &length, body].concat()
    }

    /// Records of a handshake message of `announced` bytes, of which 80 KiB arrive.
    fn long_message(announced: u32) -> Vec<u8> {
        let header = [&[2][..], &announced.to_be_bytes()[1..]].concat();
        let message = [header, vec![0; 80 << 10]].concat();
        message.chunks(16 << 10).flat_map(|part| record(22, part)).collect()
    }

    #[test]
    fn a_message_larger_than_the_buffer_of_rustls_ends_the_connection() {
        for announced in [0xfff0, 0xfffb, 0xfffc, 0xfffd, 0xffff, 0x1_0000, 0xff_ffff] {
            let end = open_records(&mut connection(), &long_message(announced), |_| {});
            assert!(matches!(end, Err(RecordsEnd::Invalid(_))), "{announced}: {end:?}");
        }
    }

    /// Any certificate: only records are tested.
    #[derive(Debug)]
    struct TrustAll(Arc<CryptoProvider>);

    impl ServerCertVerifier for TrustAll {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, rustls::Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.signature_verification_algorithms.supported_schemes()
        }
    }

    /// Both ends of a connection whose handshake is over.
    fn connected(
        version: &'static SupportedProtocolVersion,
    ) -> (ClientConnection, ServerConnection) {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let dtls = dtls_keys::crypto_provider().dtls_provider;
        let own = dtls.generate_certificate().expect("a certificate");
        let key = PrivateKeyDer::try_from(own.private_key.clone()).expect("a key");
        let certificates = vec![CertificateDer::from(own.certificate.clone())];
        let server = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .expect("a certificate");
        let client = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[version])
            .expect("a version")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TrustAll(provider)))
            .with_no_client_auth();
        let name = ServerName::try_from("turn.example").expect("a name");
        let mut client = ClientConnection::new(Arc::new(client), name).expect("a client");
        let mut server = ServerConnection::new(Arc::new(server)).expect("a server");
        while client.is_handshaking() || server.is_handshaking() {
            let mut up = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut up).expect("into memory");
            }
            while !up.is_empty() {
                let taken = server.read_tls(&mut &up[..]).expect("from memory");
                up.drain(..taken);
                server.process_new_packets().expect("it is valid");
            }
            open_records(&mut client, &written(&mut server), |_| {}).expect("it is valid");
        }
        (client, server)
    }

    fn written(server: &mut ServerConnection) -> Vec<u8> {
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).expect("into memory");
        }
        bytes
    }

    #[test]
    fn what_follows_a_close_notify_is_not_waited_for() {
        for version in rustls::ALL_VERSIONS {
            for after in [&[][..], &[23][..], &[0; 70_000][..]] {
                let (mut client, mut server) = connected(version);
                server.writer().write_all(b"media").expect("into memory");
                server.send_close_notify();
                let bytes = [&written(&mut server), after].concat();
                let mut plain = Vec::new();
                let end = open_records(&mut client, &bytes, |part| plain.extend_from_slice(part));
                assert!(matches!(end, Err(RecordsEnd::Closed)), "{end:?}");
                assert_eq!(plain, b"media");
                let end = open_records(&mut client, &[23], |_| panic!("nothing follows"));
                assert!(matches!(end, Err(RecordsEnd::Closed)), "{end:?}");
            }
        }
    }

    #[test]
    fn records_are_read_in_whatever_parts_they_arrive() {
        let (mut client, mut server) = connected(&rustls::version::TLS13);
        let sent: Vec<u8> = (0..200_000_u32).map(|at| at as u8).collect();
        let mut bytes = Vec::new();
        for part in sent.chunks(30_000) {
            server.writer().write_all(part).expect("into memory");
            bytes.extend(written(&mut server));
        }
        let mut plain = Vec::new();
        for part in bytes.chunks(7_001) {
            open_records(&mut client, part, |part| plain.extend_from_slice(part)).expect("valid");
        }
        assert!(plain == sent);
    }
}
