//! How one that runs is found: a socket with a name instead of a file, which goes with the process and belongs to its network namespace.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::Duration;

use crate::arguments::Outcome;
use crate::impairment::LinkStats;

pub const LOOK: &str = "look";
pub const END: &str = "end";

const PATIENCE: Duration = Duration::from_secs(5);

fn address(id: &str) -> Outcome<SocketAddr> {
    SocketAddr::from_abstract_name(format!("swarm-impair-{id}")).map_err(|error| error.to_string())
}

/// One for each id: a second is refused.
pub fn listen(id: &str) -> Outcome<UnixListener> {
    let listener = UnixListener::bind_addr(&address(id)?)
        .map_err(|error| format!("{id} runs already: {error}"))?;
    listener.set_nonblocking(true).map_err(|error| error.to_string())?;
    Ok(listener)
}

/// Prints what it says; that it is gone, where there is none. After [`END`] it is.
pub fn ask(id: &str, command: &str) -> Outcome {
    let mut stream = match UnixStream::connect_addr(&address(id)?) {
        Ok(stream) => stream,
        Err(error)
            if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) =>
        {
            println!("{{\"gone\":true}}");
            return Ok(());
        }
        Err(error) => return Err(error.to_string()),
    };
    let mut answer = String::new();
    let asked = stream
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| stream.write_all(format!("{command}\n").as_bytes()))
        .and_then(|()| BufReader::new(&stream).read_line(&mut answer))
        // It closes the connection when it is done.
        .and_then(|_| BufReader::new(&stream).read_line(&mut String::new()));
    match asked {
        Ok(_) => println!("{}", answer.trim_end()),
        Err(error) => return Err(format!("{id} does not answer: {error}")),
    }
    Ok(())
}

/// Answers who asks. True: it is to end, and who asked waits until it has.
pub fn serve(listener: &UnixListener, stats: LinkStats) -> Option<UnixStream> {
    let (mut stream, _) = listener.accept().ok()?;
    let mut command = String::new();
    // Somebody who says nothing must not hold up packets.
    stream
        .set_nonblocking(false)
        .and_then(|()| stream.set_read_timeout(Some(Duration::from_millis(50))))
        .ok()?;
    BufReader::new(&stream).read_line(&mut command).ok()?;
    let LinkStats { datagrams, dropped } = stats;
    writeln!(stream, "{{\"gone\":false,\"packets\":{datagrams},\"dropped\":{dropped}}}").ok()?;
    (command.trim_end() == END).then_some(stream)
}
