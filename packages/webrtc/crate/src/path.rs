//! Paths on which media reaches the remote, and reasons why it does not.

use std::net::SocketAddr;

use napi_derive::napi;

/// Path on which media reaches the remote.
#[napi(string_enum = "kebab-case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// UDP.
    Direct,
    /// TCP (RFC 6544).
    IceTcp,
    /// A TURN server, reached by UDP.
    TurnUdp,
    /// A TURN server, reached by TCP.
    TurnTcp,
    /// A TURN server, reached by TLS.
    TurnTls,
}

/// Reason why a path cannot be used.
#[napi(string_enum = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFailureCode {
    /// The TCP connection was refused or closed.
    TcpRefused,
    /// The TLS handshake failed: its certificate, its name, or an alert of the server.
    TurnTls,
    /// Nothing answered in time.
    NoAnswer,
    /// The TURN server does not accept the credentials (401, 441, or 400 as of pion).
    TurnUnauthorized,
    /// The nonce stayed stale (438).
    TurnStale,
    /// The TURN server relays nothing to the address of the node (403).
    TurnPeerRefused,
    /// The user has as many allocations as it may have (486), or the server has no more (508).
    TurnQuota,
    /// Another error of the TURN server, or what it sent is not TURN.
    TurnError,
}

/// A failure with its details.
#[derive(Debug, Clone)]
pub struct PathFailure {
    /// Reason, for programs.
    pub code: PathFailureCode,
    /// The server that failed, or did not answer.
    pub server: SocketAddr,
    /// Details of the failure, for readers.
    pub detail: String,
}

/// Event that an endpoint reports to its peer.
#[derive(Debug)]
pub enum PathEvent {
    /// The endpoint has a local address now: a TCP connection that is established, or an
    /// allocation.
    Ready,
    /// The endpoint cannot be used, or not any longer.
    Failed(PathFailure),
    /// The endpoint relays to no address of the remote that is known so far.
    Refused(PathFailure),
}

/// One way of a datagram: the endpoint of this side, and the address of the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Number of the endpoint within its peer.
    pub endpoint: u8,
    /// Remote that a datagram goes to, or comes from.
    pub remote: SocketAddr,
}
