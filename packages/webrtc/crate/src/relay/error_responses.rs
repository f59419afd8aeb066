//! Error responses of a TURN server, which turn-client-proto does not report.

use std::net::SocketAddr;

use crate::framing::is_channel_data;
use crate::path::{PathFailure, PathFailureCode};
use crate::stun;

/// Error codes of RFC 8656 §19 and RFC 8489 §14.8.
pub(super) const UNAUTHORIZED: u16 = 401;
const FORBIDDEN: u16 = 403;
const STALE_NONCE: u16 = 438;

/// Error responses to requests with credentials.
#[derive(Default)]
pub(super) struct ErrorResponses {
    /// The last one: code and reason; code 0: that credentials are required.
    last: Option<(u16, String)>,
}

impl ErrorResponses {
    /// Keeps the code of an error response. Returns whether it is a refusal, which may be forged.
    pub(super) fn note(&mut self, packet: &[u8], is_allocated: bool) -> bool {
        if is_channel_data(packet) {
            return false;
        }
        let Some((code, reason)) = stun::error_of(packet) else { return false };
        // The first answer to a request without credentials is always this.
        let is_challenge = code == UNAUTHORIZED && self.last.is_none() && !is_allocated;
        self.last = Some(match is_challenge {
            true => (0, String::new()),
            false => (code, reason),
        });
        !is_challenge && code != STALE_NONCE
    }

    /// Forgets the last response, because what follows is about other requests.
    pub(super) fn clear(&mut self) {
        self.last = None;
    }

    /// Reason why there is no allocation.
    pub(super) fn of_allocation(&self, server: SocketAddr) -> PathFailure {
        let (code, detail) = self.said();
        let code = match code {
            None => PathFailureCode::NoAnswer,
            // 400 is what pion sends where the credentials are wrong or have expired.
            Some(400 | UNAUTHORIZED | 441) => PathFailureCode::TurnUnauthorized,
            Some(FORBIDDEN) => PathFailureCode::TurnPeerRefused,
            Some(STALE_NONCE) => PathFailureCode::TurnStale,
            Some(486 | 508) => PathFailureCode::TurnQuota,
            Some(_) => PathFailureCode::TurnError,
        };
        PathFailure { code, server, detail }
    }

    /// Reason why nothing is relayed to a remote.
    pub(super) fn of_remote(&self, server: SocketAddr, remote: SocketAddr) -> PathFailure {
        let (code, reported) = self.said();
        let code = match code {
            // The credentials were good for the allocation: pion answers with other codes than 403.
            Some(400 | UNAUTHORIZED | FORBIDDEN) => PathFailureCode::TurnPeerRefused,
            _ => PathFailureCode::TurnError,
        };
        PathFailure { code, server, detail: format!("{remote}: {reported}") }
    }

    /// The last error: code, and a text of it.
    fn said(&self) -> (Option<u16>, String) {
        match &self.last {
            Some((code @ 1.., reason)) => (Some(*code), format!("error {code} {reason}")),
            _ => (None, "no answer".into()),
        }
    }
}
