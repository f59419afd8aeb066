//! Takes the SRTP keys out of a DTLS handshake for the RTP path of this crate. str0m accepts any
//! [`DtlsProvider`]: this one makes the same instances as the default, of one configuration, and
//! copies the exported keying material.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use dimpl::{Config, Dtls};
use str0m::config::DtlsVersion;
use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, ProtocolVersion, SrtpProfile,
};
use str0m::crypto::{CryptoError, CryptoProvider};

/// Keys that a handshake exports for SRTP.
pub struct ExportedKeys {
    /// Keying material (RFC 5764 §4.2).
    pub material: Vec<u8>,
    /// The negotiated protection profile.
    pub profile: SrtpProfile,
    /// True if this side was the DTLS client.
    pub client: bool,
}

/// Slot that a handshake puts its keys into, once.
pub type KeySlot = Arc<Mutex<Option<ExportedKeys>>>;

thread_local! {
    /// str0m creates the DTLS instance inside `RtcConfig::build`, on the caller's thread: this is
    /// how an instance finds its slot.
    static NEXT_SLOT: RefCell<Option<KeySlot>> = const { RefCell::new(None) };
}

/// Runs `build`; the DTLS instance that it creates puts its keys into the returned slot.
pub fn with_key_slot<T>(build: impl FnOnce() -> T) -> (T, KeySlot) {
    let slot = KeySlot::default();
    NEXT_SLOT.with(|next| next.replace(Some(slot.clone())));
    let built = build();
    NEXT_SLOT.with(|next| next.replace(None));
    (built, slot)
}

/// The default provider, with keys exported.
pub fn crypto_provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    static EXPORTING: OnceLock<KeyExportingProvider> = OnceLock::new();
    PROVIDER
        .get_or_init(|| {
            let default = str0m::crypto::from_feature_flags();
            let dtls_provider =
                EXPORTING.get_or_init(|| KeyExportingProvider { inner: default.dtls_provider });
            Arc::new(CryptoProvider { dtls_provider, ..default })
        })
        .clone()
}

#[derive(Debug)]
struct KeyExportingProvider {
    inner: &'static dyn DtlsProvider,
}

impl DtlsProvider for KeyExportingProvider {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        self.inner.generate_certificate()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let (config, cert) = (configuration(mtu)?, cert.clone());
        let inner = match version {
            DtlsVersion::Dtls12 => Dtls::new_12(config, cert, now),
            DtlsVersion::Dtls13 => Dtls::new_13(config, cert, now),
            DtlsVersion::Auto => Dtls::new_auto(config, cert, now),
            _ => return Err(CryptoError::Other(format!("no DTLS of version {version}"))),
        };
        let slot = NEXT_SLOT.with(|next| next.borrow_mut().take()).unwrap_or_default();
        Ok(Box::new(KeyExportingInstance { inner, slot }))
    }
}

/// The configuration of all instances, as str0m's own provider has it. dimpl tests every algorithm
/// when it builds one, which takes longer than a handshake.
fn configuration(mtu: Option<usize>) -> Result<Arc<Config>, CryptoError> {
    static BUILT: Mutex<Option<(Option<usize>, Arc<Config>)>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, config)) = built.as_ref().filter(|(known, _)| *known == mtu) {
        return Ok(config.clone());
    }
    // ICE verifies that the remote receives at its address before DTLS begins: no cookie is needed.
    let mut builder = Config::builder().use_server_cookie(false);
    if let Some(mtu) = mtu {
        builder = builder.mtu(mtu);
    }
    let config = builder.build().map_err(|error| CryptoError::Other(error.to_string()))?;
    let config = Arc::new(config);
    *built = Some((mtu, config.clone()));
    Ok(config)
}

struct KeyExportingInstance {
    inner: Dtls,
    slot: KeySlot,
}

impl fmt::Debug for KeyExportingInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyExportingInstance")
    }
}

impl DtlsInstance for KeyExportingInstance {
    fn set_active(&mut self, active: bool) {
        self.inner.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        let client = self.inner.is_active();
        let output = self.inner.poll_output(buf);
        if let DtlsOutput::KeyingMaterial(material, profile) = &output {
            let keys = ExportedKeys { material: material.to_vec(), profile: *profile, client };
            if let Ok(mut slot) = self.slot.lock() {
                *slot = Some(keys);
            }
        }
        output
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.inner.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.inner.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.inner.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.inner.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.inner.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.inner.close()
    }
}
