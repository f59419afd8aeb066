//! Events of a peer, as they are reported to JavaScript.

use napi_derive::napi;
use str0m::crypto::dtls::SrtpProfile;

use crate::path::{PathFailure, PathKind};
use crate::sender::Spoken;
use crate::srtp::SrtpError;
use crate::voice::VoiceEdge;

/// State of the ICE agent, with the states in which media flows taken together (RFC 8445 §6.1.3,
/// `RTCIceConnectionState`).
#[napi(string_enum = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IceState {
    /// Checks are under way.
    Checking,
    /// A pair is selected.
    Connected,
    /// The consent checks of the selected pair fail (RFC 7675).
    Disconnected,
}

/// Reason why a connection ended.
#[napi(string_enum = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// The remote closed it.
    ClosedByRemote,
    /// ICE, DTLS or SCTP failed.
    TransportFailed,
    /// The handshake did not lead to keys that this crate can use.
    SrtpFailed,
    /// A defect of this crate or of a library that it uses: the remote is not to blame.
    InternalError,
}

/// Reason why a connection ended, with details.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// DTLS close_notify.
    #[error("the remote closed the connection")]
    Remote,
    /// The ICE agent or the DTLS state machine stopped.
    #[error("the transport stopped")]
    Stopped,
    /// An error of str0m.
    #[error("the transport failed: {0}")]
    Transport(String),
    /// The handshake ended without `use_srtp` (RFC 5764 §4.1).
    #[error("the DTLS handshake exported no SRTP keys")]
    NoSrtpKeys,
    /// The negotiated profile, or its keys, cannot be used.
    #[error("SRTP cannot start ({profile:?}): {source}")]
    Srtp {
        /// Profile that DTLS negotiated.
        profile: SrtpProfile,
        /// Problem of the profile or its keys.
        source: SrtpError,
    },
    /// Code that served the peer panicked. It ended this peer alone.
    #[error("internal error: {0}")]
    Panic(String),
}

impl CloseReason {
    /// The reason without its details.
    pub fn code(&self) -> CloseCode {
        match self {
            Self::Remote => CloseCode::ClosedByRemote,
            Self::Stopped | Self::Transport(_) => CloseCode::TransportFailed,
            Self::NoSrtpKeys | Self::Srtp { .. } => CloseCode::SrtpFailed,
            Self::Panic(_) => CloseCode::InternalError,
        }
    }
}

/// Something that happened to a peer; at most a few per peer and second, never one per packet.
#[derive(Debug)]
pub enum PeerEvent {
    /// The ICE state changed.
    Ice(IceState),
    /// DTLS is done: media can flow.
    Connected {
        /// Address family of the selected pair.
        is_ipv6: bool,
    },
    /// The connection ended.
    Closed(CloseReason),
    /// A path cannot be used.
    PathFailed {
        /// Path that cannot be used.
        path: PathKind,
        /// Reason of the failure.
        failure: PathFailure,
        /// True if the path has ended. Otherwise it reaches no address of the remote that is known
        /// so far.
        ended: bool,
    },
    /// The data channel with this label is open.
    ChannelOpen(String),
    /// A data message without a stamp, or a packet of a data track, arrived.
    Message {
        /// Label of its channel.
        label: String,
        /// The message.
        message: Vec<u8>,
        /// Arrival of the message, wall clock, ns.
        arrival: u64,
    },
    /// The first media packet of a receiver.
    FirstPacket {
        /// Handle of the receiver.
        receiver: u32,
        /// Arrival of the packet, wall clock, ns.
        arrival: u64,
    },
    /// The first frame of a receiver that could be decrypted is complete.
    FirstDecrypted {
        /// Handle of the receiver.
        receiver: u32,
        /// Arrival of the packet, wall clock, ns.
        arrival: u64,
    },
    /// Voice of a receiver that this side listens to began or paused.
    Voice {
        /// Handle of the receiver.
        receiver: u32,
        /// Beginning or end.
        edge: VoiceEdge,
    },
    /// The voice of a clip that is played once was sent.
    Spoken {
        /// Handle of the sender.
        sender: u32,
        /// Times of the voice.
        spoken: Spoken,
    },
}
