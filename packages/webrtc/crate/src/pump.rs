//! The threads of the pump. Each runs one [`Reactor`]; JavaScript reaches a peer through the mutex
//! of its reactor, between two wake-ups.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use crate::clock;
use crate::dtls_keys;
use crate::error::{PumpError, Result};
use crate::reactor::{Reactor, TimedEvent};
use crate::rows::Tables;

/// The most threads of a pump.
pub const MAX_THREADS: u32 = 256;
/// Interval between wake-ups while a handshake is under way, ns.
const HANDSHAKE_TICK_NS: u64 = 1_000_000;
/// Time for which datagrams that leave impaired uplinks are gathered, ns: one system call sends
/// many.
const UPLINK_PAUSE_NS: u64 = 500_000;
/// A thread that is behind still leaves its lock for this long, or JavaScript would never get it.
const MIN_SLEEP: Duration = Duration::from_micros(50);

/// The longest tick.
pub const MAX_TICK: Duration = Duration::from_millis(20);
/// A thread that has not run for this long is stuck. JavaScript must not wait for it.
pub const STUCK_AFTER: Duration = Duration::from_secs(2);

/// Called on a pump thread with the events of one wake-up.
pub type OnEvents = dyn Fn(Vec<TimedEvent>) + Send + Sync;

/// The running threads.
pub struct Threads {
    threads: Vec<Thread>,
    next: usize,
}

struct Thread {
    reactor: Arc<Mutex<Reactor>>,
    /// Time at which it last woke, monotonic ns.
    woke_at: Arc<AtomicU64>,
    handle: JoinHandle<()>,
}

impl Thread {
    fn is_stuck(&self) -> bool {
        let asleep = clock::monotonic_ns().saturating_sub(self.woke_at.load(Ordering::Relaxed));
        asleep >= STUCK_AFTER.as_nanos() as u64
    }

    /// `None` for a thread that holds its lock for too long.
    fn lock(&self) -> Option<MutexGuard<'_, Reactor>> {
        // A thread that only slept with the whole process is there again within a tick.
        let wait = if self.is_stuck() { 2 * MAX_TICK } else { STUCK_AFTER };
        self.reactor.try_lock_for(wait)
    }
}

impl Threads {
    /// Starts `threads` threads that wake every `tick`. `share`: peers on loopback share a socket
    /// where the kernel allows it.
    pub fn start(
        threads: u32,
        tick: Duration,
        share: bool,
        on_events: Arc<OnEvents>,
    ) -> Result<Self> {
        if !(1..=MAX_THREADS).contains(&threads) {
            return Err(PumpError::Threads(threads));
        }
        let provider = dtls_keys::crypto_provider().dtls_provider;
        let certificate = provider.generate_certificate().ok_or(PumpError::Certificate)?;
        let mut started = Self { threads: Vec::new(), next: 0 };
        for thread in 0..threads {
            let reactor = Reactor::new(thread, threads, certificate.clone(), share)?;
            let reactor = Arc::new(Mutex::new(reactor));
            let woke_at = Arc::new(AtomicU64::new(clock::monotonic_ns()));
            let (shared, woke, on_events) = (reactor.clone(), woke_at.clone(), on_events.clone());
            let handle = std::thread::Builder::new()
                .name(format!("pump-{thread}"))
                .spawn(move || run(&shared, &woke, tick, &*on_events))
                .map_err(PumpError::Thread)?;
            started.threads.push(Thread { reactor, woke_at, handle });
        }
        Ok(started)
    }

    /// The reactor for a new peer, in turn.
    pub fn next_reactor(&mut self) -> Result<MutexGuard<'_, Reactor>> {
        self.next = (self.next + 1) % self.threads.len().max(1);
        self.reactor(self.next)
    }

    /// The reactor of the peer or stream with this handle.
    pub fn owner(&self, handle: u32) -> Result<MutexGuard<'_, Reactor>> {
        self.reactor(handle as usize % self.threads.len().max(1))
    }

    fn reactor(&self, index: usize) -> Result<MutexGuard<'_, Reactor>> {
        let thread = self.threads.get(index).ok_or(PumpError::Closed)?;
        thread.lock().ok_or(PumpError::StuckThread(index))
    }

    /// Reads the counters of all threads that respond.
    pub fn sample(&self) -> Tables {
        let mut tables = Tables::default();
        for thread in &self.threads {
            let reactor = thread.lock();
            tables.stuck_threads += (reactor.is_none() || thread.is_stuck()) as u32;
            if let Some(mut reactor) = reactor {
                reactor.sample(&mut tables);
            }
        }
        tables
    }

    /// Closes all peers and joins the threads. This frees everything at once: JavaScript may keep a
    /// pump that it no longer uses, and file descriptors are few.
    pub fn stop(&mut self) {
        for thread in &self.threads {
            if let Some(mut reactor) = thread.lock() {
                reactor.close();
            }
        }
        for thread in self.threads.drain(..) {
            // One that panicked outside of its peers has written that to stderr. One that is stuck
            // ends with the process.
            if thread.reactor.try_lock().is_none_or(|reactor| !reactor.stopped) {
                continue;
            }
            let _ = thread.handle.join();
        }
    }
}

fn run(reactor: &Mutex<Reactor>, woke_at: &AtomicU64, tick: Duration, on_events: &OnEvents) {
    let tick_ns = tick.as_nanos() as u64;
    let mut planned = clock::monotonic_ns();
    loop {
        woke_at.store(clock::monotonic_ns(), Ordering::Relaxed);
        let (events, is_connecting, mut uplink_at) = {
            let mut reactor = reactor.lock();
            if reactor.stopped {
                return;
            }
            let uplink_at = reactor.tick(clock::monotonic_ns().saturating_sub(planned));
            (std::mem::take(&mut reactor.events), reactor.is_connecting(), uplink_at)
        };
        if !events.is_empty() {
            on_events(events);
        }
        let now = clock::monotonic_ns();
        let interval = if is_connecting { tick_ns.min(HANDSHAKE_TICK_NS) } else { tick_ns };
        planned = (planned + interval).max(now.saturating_sub(tick_ns));
        loop {
            let wake_at = uplink_at.max(clock::monotonic_ns() + UPLINK_PAUSE_NS);
            if wake_at >= planned {
                break;
            }
            sleep_until(wake_at);
            uplink_at = reactor.lock().flush_uplinks();
        }
        sleep_until(planned);
    }
}

fn sleep_until(at: u64) {
    let wait = Duration::from_nanos(at.saturating_sub(clock::monotonic_ns()));
    std::thread::sleep(wait.max(MIN_SLEEP));
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::Instant;

    use super::*;
    use crate::addon::shapes::Defect;

    #[test]
    fn a_stuck_thread_is_reported_and_blocks_no_caller() {
        let mut threads =
            Threads::start(2, Duration::from_millis(4), true, Arc::new(|_| {})).unwrap();
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (stuck, _) = threads.next_reactor().unwrap().create_peer(local).unwrap();
        let (sound, _) = threads.next_reactor().unwrap().create_peer(local).unwrap();
        assert_eq!(threads.sample().stuck_threads, 0);
        threads.owner(stuck).unwrap().plant(stuck, Defect::Hang).unwrap();
        std::thread::sleep(STUCK_AFTER + Duration::from_millis(200));
        let started = Instant::now();
        assert_eq!(threads.sample().stuck_threads, 1);
        assert!(matches!(threads.owner(stuck), Err(PumpError::StuckThread(_))));
        assert!(threads.owner(sound).unwrap().with_peer(sound, |_, _| Ok(())).is_ok());
        threads.stop();
        assert!(started.elapsed() < STUCK_AFTER, "{:?}", started.elapsed());
    }
}
