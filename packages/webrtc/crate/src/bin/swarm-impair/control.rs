//! Access to a running process by an abstract socket, which ends with the process and belongs to
//! its network namespace. Any user may connect to it: users other than the one that this process
//! runs as are rejected.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::Duration;

use crate::error::{ImpairError, Result};
use crate::impairment::LinkStats;

pub(crate) const STATUS: &str = "status";
pub(crate) const STOP: &str = "stop";

const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// A client that sends nothing must not delay packets for longer than this.
const COMMAND_TIMEOUT: Duration = Duration::from_millis(50);

fn address(id: &str) -> Result<SocketAddr> {
    Ok(SocketAddr::from_abstract_name(format!("swarm-impair-{id}"))?)
}

/// Fails for an id that is in use.
pub(crate) fn listen(id: &str) -> Result<UnixListener> {
    let listener = UnixListener::bind_addr(&address(id)?)
        .map_err(|source| ImpairError::Running { id: id.into(), source })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Sends a command and prints the answer as JSON: counters, or that no such process is running.
/// After [`STOP`] the process has ended.
pub(crate) fn request(id: &str, command: &str) -> Result {
    let mut stream = match UnixStream::connect_addr(&address(id)?) {
        Ok(stream) => stream,
        Err(error)
            if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) =>
        {
            println!("{{\"running\":false}}");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let mut answer = String::new();
    stream
        .set_read_timeout(Some(ANSWER_TIMEOUT))
        .and_then(|()| stream.write_all(format!("{command}\n").as_bytes()))
        .and_then(|()| BufReader::new(&stream).read_line(&mut answer))
        // It closes the connection when it is done.
        .and_then(|_| BufReader::new(&stream).read_line(&mut String::new()))
        .map_err(|source| ImpairError::NoAnswer { id: id.into(), source })?;
    println!("{}", answer.trim_end());
    Ok(())
}

/// Answers a client, if there is one. Returns the connection of one that stops the process: it is
/// to be closed last, as the client waits for that.
pub(crate) fn serve(listener: &UnixListener, stats: LinkStats) -> Option<UnixStream> {
    let (mut stream, _) = listener.accept().ok()?;
    // SAFETY: geteuid has no arguments and cannot fail.
    if peer_uid(&stream)? != unsafe { libc::geteuid() } {
        return None;
    }
    let mut command = String::new();
    stream
        .set_nonblocking(false)
        .and_then(|()| stream.set_read_timeout(Some(COMMAND_TIMEOUT)))
        .ok()?;
    BufReader::new(&stream).read_line(&mut command).ok()?;
    let LinkStats { datagrams, dropped } = stats;
    writeln!(stream, "{{\"running\":true,\"packets\":{datagrams},\"dropped\":{dropped}}}").ok()?;
    (command.trim_end() == STOP).then_some(stream)
}

/// The user that connected (unix(7), SO_PEERCRED).
fn peer_uid(stream: &UnixStream) -> Option<libc::uid_t> {
    let mut peer = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut len = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: `peer` is a valid, writable ucred of `len` bytes for the duration of the call.
    let outcome = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut peer).cast(),
            &mut len,
        )
    };
    (outcome == 0).then_some(peer.uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_at_the_other_end_is_known() {
        let (here, _there) = UnixStream::pair().unwrap();
        // SAFETY: geteuid has no arguments and cannot fail.
        assert_eq!(peer_uid(&here), Some(unsafe { libc::geteuid() }));
    }
}
