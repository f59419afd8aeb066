//! The threads of the pump. Each runs one [`Reactor`]; JavaScript reaches a peer through the mutex
//! of its reactor, between two wake-ups.

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::clock;
use crate::dtls_keys;
use crate::error::{PumpError, Result};
use crate::reactor::{Reactor, TimedEvent};
use crate::rows::Tables;

/// The most threads of a pump.
pub const MAX_THREADS: u32 = 256;
/// Between wake-ups while a handshake is under way.
const HANDSHAKE_TICK_NS: u64 = 1_000_000;
/// What leaves impaired uplinks is gathered for this long: one system call sends many datagrams.
const UPLINK_PAUSE_NS: u64 = 500_000;
/// A thread that is behind still leaves its lock for this long, or JavaScript would never get it.
const MIN_SLEEP: Duration = Duration::from_micros(50);

/// Called on a pump thread with the events of one wake-up.
pub type OnEvents = dyn Fn(Vec<TimedEvent>) + Send + Sync;

/// The running threads.
pub struct Threads {
    reactors: Vec<Arc<Mutex<Reactor>>>,
    handles: Vec<JoinHandle<()>>,
    next: usize,
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
        let mut started = Self { reactors: Vec::new(), handles: Vec::new(), next: 0 };
        for thread in 0..threads {
            let reactor = Reactor::new(thread, threads, certificate.clone(), share)?;
            let reactor = Arc::new(Mutex::new(reactor));
            let (shared, on_events) = (reactor.clone(), on_events.clone());
            let handle = std::thread::Builder::new()
                .name(format!("pump-{thread}"))
                .spawn(move || run(&shared, tick, &*on_events))
                .map_err(PumpError::Thread)?;
            started.reactors.push(reactor);
            started.handles.push(handle);
        }
        Ok(started)
    }

    /// The reactor for a new peer, in turn.
    pub fn next_reactor(&mut self) -> Result<MutexGuard<'_, Reactor>> {
        self.next = (self.next + 1) % self.reactors.len().max(1);
        self.reactor(self.next)
    }

    /// The reactor of the peer or stream with this handle.
    pub fn owner(&self, handle: u32) -> Result<MutexGuard<'_, Reactor>> {
        self.reactor(handle as usize % self.reactors.len().max(1))
    }

    fn reactor(&self, index: usize) -> Result<MutexGuard<'_, Reactor>> {
        self.reactors.get(index).map(|reactor| lock(reactor)).ok_or(PumpError::Closed)
    }

    /// Reads the counters of all threads.
    pub fn sample(&self) -> Tables {
        let mut tables = Tables::default();
        for reactor in &self.reactors {
            lock(reactor).sample(&mut tables);
        }
        tables
    }

    /// Closes all peers and joins the threads. This frees everything at once: JavaScript may keep a
    /// pump that it no longer uses, and file descriptors are few.
    pub fn stop(&mut self) {
        for reactor in &self.reactors {
            lock(reactor).close();
        }
        for handle in self.handles.drain(..) {
            // A thread that panicked has written that to stderr; there is nothing left to stop.
            let _ = handle.join();
        }
        self.reactors.clear();
    }
}

fn lock(reactor: &Mutex<Reactor>) -> MutexGuard<'_, Reactor> {
    // After a panic in one peer the counters of the others can still be read.
    reactor.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn run(reactor: &Mutex<Reactor>, tick: Duration, on_events: &OnEvents) {
    let tick_ns = tick.as_nanos() as u64;
    let mut planned = clock::monotonic_ns();
    loop {
        let (events, is_connecting, mut uplink_at) = {
            let mut reactor = lock(reactor);
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
            uplink_at = lock(reactor).flush_uplinks();
        }
        sleep_until(planned);
    }
}

fn sleep_until(at: u64) {
    let wait = Duration::from_nanos(at.saturating_sub(clock::monotonic_ns()));
    std::thread::sleep(wait.max(MIN_SLEEP));
}
