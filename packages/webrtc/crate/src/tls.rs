//! TLS of connections to TURN servers. What to trust comes from JavaScript, so that it is the same as
//! for the signal connection.

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

    /// Begins a connection to the server that `domain` names (SNI, and the name of its certificate).
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
