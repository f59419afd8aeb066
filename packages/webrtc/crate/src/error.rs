//! Errors of the pump. JavaScript receives each as an `Error` with a `code` to act on and a message
//! for the log.

use std::io;
use std::net::{IpAddr, SocketAddr};

use napi_derive::napi;

use crate::clip::ClipError;
use crate::cohorts::COHORTS;
use crate::data_flow::STAMP_LEN;
use crate::e2ee::KeyError;
use crate::impairment::LinkError;

/// The result of everything that can fail in the pump.
pub type Result<T, E = PumpError> = std::result::Result<T, E>;

/// Kind of a failure of the pump: the property `code` of the thrown `Error`.
#[napi(string_enum = "snake_case", js_name = "PumpErrorCode")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// An argument is out of range, or of the wrong form. The caller has a bug.
    InvalidArgument,
    /// There is no peer, stream or clip with this handle, or it was closed.
    UnknownHandle,
    /// The pump was closed.
    Closed,
    /// The operating system refused a socket, a thread or a poller.
    SystemResource,
    /// ICE, DTLS or SCTP refused an operation.
    Transport,
    /// A thread does not respond, or code that served the peer panicked: a defect of the pump.
    InternalError,
    /// The data channel is not open.
    ChannelNotOpen,
    /// The data channel buffers too much already; the message was not sent.
    ChannelFull,
}

impl AsRef<str> for ErrorCode {
    fn as_ref(&self) -> &str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::UnknownHandle => "unknown_handle",
            Self::Closed => "closed",
            Self::SystemResource => "system_resource",
            Self::Transport => "transport",
            Self::InternalError => "internal_error",
            Self::ChannelNotOpen => "channel_not_open",
            Self::ChannelFull => "channel_full",
        }
    }
}

/// Failure of a call of the pump.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PumpError {
    /// Number of threads that was asked for.
    #[error("threads must be 1 to {max}, not {0}", max = crate::pump::MAX_THREADS)]
    Threads(u32),
    /// Text that was given as the local address of a peer.
    #[error("{0:?} is not an IP address")]
    Address(String),
    /// A peer has at most one socket of each address family.
    #[error("{0}: the peer has a socket of this address family already")]
    SameFamily(IpAddr),
    /// The peer has no socket of the address family of this one.
    #[error("{0} is of an address family in which the peer has no socket")]
    OtherFamily(IpAddr),
    /// Text that was given as a DTLS fingerprint.
    #[error("{0:?} is not a fingerprint like \"sha-256 AB:CD:…\"")]
    Fingerprint(String),
    /// A payload type that is not in 0 to 127 (RFC 3550 §5.1).
    #[error("an RTP payload type is 0 to 127, not {0}")]
    PayloadType(u32),
    /// A cohort that is not below [`COHORTS`].
    #[error("a cohort is 0 to {max}, not {0}", max = COHORTS - 1)]
    Cohort(u32),
    /// An impairment that no link can have.
    #[error("{direction}: {source}")]
    Link {
        /// `up` or `down`.
        direction: &'static str,
        /// Problem of the impairment.
        source: LinkError,
    },
    /// A clip whose tables contradict each other.
    #[error(transparent)]
    Clip(#[from] ClipError),
    /// A key, or the index of one.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A template of a data flow that is too short for its stamp.
    #[error("the template has {len} bytes: no room for a stamp of {STAMP_LEN} at {offset}")]
    StampRoom {
        /// Bytes of the template.
        len: usize,
        /// Offset at which the stamp should begin, bytes.
        offset: usize,
    },
    /// SCTP has no messages without content: the remote would drop it, and everything behind it.
    #[error("a data message must have content")]
    EmptyMessage,
    /// A data flow without an interval.
    #[error("the interval of a data flow must be above zero")]
    FlowInterval,
    /// A handle of a peer that does not exist.
    #[error("there is no peer {0}: it was closed")]
    UnknownPeer(u32),
    /// A handle of a sender or receiver that does not exist.
    #[error("there is no stream {0}: it was removed, or its peer was closed")]
    UnknownStream(u32),
    /// A handle of a clip that does not exist.
    #[error("there is no clip {0}")]
    UnknownClip(u32),
    /// A handle of a key ring that does not exist.
    #[error("there is no key ring {0}")]
    UnknownKeyRing(u32),
    /// A call after `close`.
    #[error("the pump is closed")]
    Closed,
    /// No UDP socket for a peer.
    #[error("no UDP socket on {address}: {source}")]
    Bind {
        /// The local address of the peer.
        address: IpAddr,
        /// The operating system's reason.
        source: io::Error,
    },
    /// No TCP connection to a remote, or no socket to a TURN server.
    #[error("no connection to {remote}: {source}")]
    Connect {
        /// The remote.
        remote: SocketAddr,
        /// The operating system's reason.
        source: io::Error,
    },
    /// Certificates that are to be trusted.
    #[error("the certificates cannot be used: {0}")]
    Trust(String),
    /// A socket operation on an existing socket.
    #[error("the socket refused an operation: {0}")]
    Socket(#[source] io::Error),
    /// A thread or its poller.
    #[error("a pump thread could not start: {0}")]
    Thread(#[source] io::Error),
    /// No DTLS certificate.
    #[error("no DTLS certificate could be generated")]
    Certificate,
    /// ICE, DTLS or SCTP.
    #[error("the transport refused an operation: {0}")]
    Transport(String),
    /// A thread that has not answered within [`crate::pump::STUCK_AFTER`].
    #[error("pump thread {0} does not respond")]
    StuckThread(usize),
    /// A peer that a panic ended.
    #[error("peer {0} ended with an internal error")]
    Panicked(u32),
    /// Label of a data channel that was never open.
    #[error("data channel {0} is not open")]
    ChannelNotOpen(String),
    /// Label of a data channel that was closed.
    #[error("data channel {0} was closed")]
    ChannelClosed(String),
    /// Label of a data channel whose buffer is full.
    #[error("data channel {0} is full")]
    ChannelFull(String),
}

impl PumpError {
    /// The kind of failure, for callers that act on it.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Threads(_)
            | Self::Address(_)
            | Self::SameFamily(_)
            | Self::OtherFamily(_)
            | Self::Fingerprint(_)
            | Self::PayloadType(_)
            | Self::Cohort(_)
            | Self::Link { .. }
            | Self::Trust(_)
            | Self::Clip(_)
            | Self::Key(_)
            | Self::StampRoom { .. }
            | Self::EmptyMessage
            | Self::FlowInterval => ErrorCode::InvalidArgument,
            Self::UnknownPeer(_)
            | Self::UnknownStream(_)
            | Self::UnknownClip(_)
            | Self::UnknownKeyRing(_) => ErrorCode::UnknownHandle,
            Self::Closed => ErrorCode::Closed,
            Self::Bind { .. }
            | Self::Connect { .. }
            | Self::Socket(_)
            | Self::Thread(_)
            | Self::Certificate => ErrorCode::SystemResource,
            Self::Transport(_) => ErrorCode::Transport,
            Self::StuckThread(_) | Self::Panicked(_) => ErrorCode::InternalError,
            Self::ChannelNotOpen(_) | Self::ChannelClosed(_) => ErrorCode::ChannelNotOpen,
            Self::ChannelFull(_) => ErrorCode::ChannelFull,
        }
    }
}

impl From<PumpError> for napi::Error<ErrorCode> {
    fn from(error: PumpError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
