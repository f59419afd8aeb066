//! The event loop: takes packets from the kernel, and passes each when it leaves its link, until
//! the process is to end.

use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::time::Instant;

use crate::error::{ImpairError, Result};
use crate::flows::Flows;
use crate::options::Options;
use crate::queue::Queue;
use crate::{control, rule};

/// Written to stdout once packets pass the process.
pub(crate) const READY: &str = "ready";

/// Interval between checks of the lifetime and the owner, ns.
const CHECK_INTERVAL: u64 = 250_000_000;
const SECOND: u64 = 1_000_000_000;
/// Netlink datagrams that are read before packets are passed again.
const READ_BATCH: usize = 256;

/// Impairs packets until the process is stopped, or its lifetime or its owner ends.
pub(crate) fn run(options: &Options) -> Result {
    let listener = control::listen(&options.id)?;
    let mut queue = Queue::open(queue_number(&options.id)).map_err(ImpairError::Queue)?;
    rule::add(&options.table, &options.chain, queue.number).map_err(ImpairError::Rule)?;
    let mut flows = Flows::new(options.link, options.shared, options.seed);
    println!("{READY}");
    io::stdout().flush()?;

    let began = Instant::now();
    let now = || began.elapsed().as_nanos() as u64;
    let mut check_at = 0;
    let stopped_by = loop {
        wait(&queue, &listener, flows.due_at().min(check_at).saturating_sub(now()))?;
        for _ in 0..READ_BATCH {
            let mut lost = Vec::new();
            let more = queue.receive(|held| {
                if !flows.enter(held.id, held.bytes, held.outbound, now()) {
                    lost.push(held.id);
                }
            })?;
            for id in lost {
                queue.decide(id, false)?;
            }
            if !more {
                break;
            }
        }
        pass_due(&queue, &mut flows, now())?;
        if let Some(client) = control::serve(&listener, flows.stats()) {
            break Some(client);
        }
        if now() >= check_at {
            check_at = now() + CHECK_INTERVAL;
            flows.expire(now());
            let is_expired =
                options.lifetime.is_some_and(|seconds| now() >= seconds.saturating_mul(SECOND));
            if is_expired || options.owner.is_some_and(|owner| !owner.is_alive()) {
                break None;
            }
        }
    };
    // Packets that are still on a link pass now: the kernel would drop them.
    pass_due(&queue, &mut flows, u64::MAX)?;
    drop(queue);
    drop(listener);
    // The client waits for the end of its connection.
    drop(stopped_by);
    Ok(())
}

fn pass_due(queue: &Queue, flows: &mut Flows, now: u64) -> Result {
    let mut outcome = Ok(());
    flows.leave(now, |id| {
        if outcome.is_ok() {
            outcome = queue.decide(id, true);
        }
    });
    Ok(outcome?)
}

/// Waits for something to read, at most `ns`.
fn wait(queue: &Queue, listener: &impl AsRawFd, ns: u64) -> Result {
    let poll = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut fds = [poll(queue.as_raw_fd()), poll(listener.as_raw_fd())];
    let timeout = libc::timespec {
        tv_sec: (ns / SECOND) as libc::time_t,
        tv_nsec: (ns % SECOND) as libc::c_long,
    };
    // SAFETY: `fds` and `timeout` live and are valid for the duration of the call; there is no
    // signal mask.
    let outcome = unsafe {
        libc::ppoll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, &timeout, std::ptr::null())
    };
    match io::Error::last_os_error() {
        error if outcome == -1 && error.raw_os_error() != Some(libc::EINTR) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Spreads ids over the queue numbers above those that other programs use (FNV-1a).
fn queue_number(id: &str) -> u16 {
    let hash = id
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    1_024 + (hash % 60_000) as u16
}
