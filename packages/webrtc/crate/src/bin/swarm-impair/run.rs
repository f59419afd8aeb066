//! The loop: packets in, packets out when their time has come, until it is time to go.

use std::io::Write;
use std::os::fd::AsRawFd;
use std::time::Instant;

use crate::arguments::{Order, Outcome};
use crate::flows::Flows;
use crate::queue::Queue;
use crate::{control, rule};

/// How often it looks whether it is still wanted, ns.
const LOOK_UP_EVERY: u64 = 250_000_000;
const SECOND: u64 = 1_000_000_000;
/// Datagrams of netlink that are read before packets are let go again.
const READ_AT_ONCE: usize = 256;

/// Says `ready` on stdout when packets pass it.
pub fn run(order: &Order) -> Outcome {
    let listener = control::listen(&order.id)?;
    let mut queue = Queue::open(number_of(&order.id))
        .map_err(|error| format!("the kernel gives no queue of packets: {error}"))?;
    rule::add(&order.table, &order.chain, queue.number)
        .map_err(|error| format!("the kernel takes no rule for a queue: {error}"))?;
    let mut flows = Flows::new(order.link, order.shared, order.seed);
    println!("ready");
    std::io::stdout().flush().map_err(|error| error.to_string())?;

    let began = Instant::now();
    let now = || began.elapsed().as_nanos() as u64;
    let mut look_up = 0;
    let asked = loop {
        wait(&queue, &listener, flows.due_at().min(look_up).saturating_sub(now()))?;
        for _ in 0..READ_AT_ONCE {
            let mut lost = Vec::new();
            let more = queue
                .receive(|held| {
                    if !flows.enter(held.id, held.bytes, held.leaving, now()) {
                        lost.push(held.id);
                    }
                })
                .map_err(|error| error.to_string())?;
            for id in lost {
                queue.decide(id, false).map_err(|error| error.to_string())?;
            }
            if !more {
                break;
            }
        }
        pass(&queue, &mut flows, now())?;
        if let Some(asked) = control::serve(&listener, flows.stats()) {
            break Some(asked);
        }
        if now() >= look_up {
            look_up = now() + LOOK_UP_EVERY;
            flows.forget(now());
            let too_old =
                order.lifetime.is_some_and(|seconds| now() >= seconds.saturating_mul(SECOND));
            if too_old || order.owner.is_some_and(|owner| !owner.lives()) {
                break None;
            }
        }
    };
    // What is still under way arrives: the kernel would drop it.
    pass(&queue, &mut flows, u64::MAX)?;
    drop(queue);
    drop(listener);
    // Whoever asked learns by this that it is over.
    drop(asked);
    Ok(())
}

fn pass(queue: &Queue, flows: &mut Flows, now: u64) -> Outcome {
    let mut outcome = Ok(());
    flows.leave(now, |id| {
        outcome = std::mem::replace(&mut outcome, Ok(())).and_then(|()| queue.decide(id, true))
    });
    outcome.map_err(|error| error.to_string())
}

/// Until there is something to read, or so many ns are over.
fn wait(queue: &Queue, listener: &impl AsRawFd, ns: u64) -> Outcome {
    let poll = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut fds = [poll(queue.as_raw_fd()), poll(listener.as_raw_fd())];
    let timeout = libc::timespec {
        tv_sec: (ns / SECOND) as libc::time_t,
        tv_nsec: (ns % SECOND) as libc::c_long,
    };
    // SAFETY: `fds` and `timeout` live and are valid for the duration of the call; no signal mask is given.
    let outcome = unsafe {
        libc::ppoll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, &timeout, std::ptr::null())
    };
    match outcome {
        -1 if std::io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) => {
            Err(std::io::Error::last_os_error().to_string())
        }
        _ => Ok(()),
    }
}

/// Different ones for different ids, as a rule, and none of the small ones that others use (FNV-1a).
fn number_of(id: &str) -> u16 {
    let hash = id
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    1_024 + (hash % 60_000) as u16
}
