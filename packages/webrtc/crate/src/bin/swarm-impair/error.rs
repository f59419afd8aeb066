//! Errors of the program; the message goes to stderr.

use std::io;

pub(crate) type Result<T = (), E = ImpairError> = std::result::Result<T, E>;

/// Failure of a command.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ImpairError {
    #[error("use start, status or stop")]
    Command,
    #[error(transparent)]
    Arguments(#[from] lexopt::Error),
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{option} must be from {min} to {max}, not {value}")]
    OutOfRange { option: &'static str, min: f64, max: f64, value: f64 },
    #[error("{0:?} is not an id: use 1 to 32 lower-case letters and digits")]
    Id(String),
    #[error("{id} is running already: {source}")]
    Running { id: String, source: io::Error },
    #[error("{id} does not answer: {source}")]
    NoAnswer { id: String, source: io::Error },
    #[error("the kernel provides no packet queue: {0}")]
    Queue(#[source] io::Error),
    #[error("the kernel accepts no rule for a packet queue: {0}")]
    Rule(#[source] io::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Message that the started process wrote to stderr.
    #[error("{0}")]
    Child(String),
}
