//! The threads, and the way to each peer.

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::clock;
use crate::dtls_keys;
use crate::peer::PeerEvent;
use crate::reactor::{Reactor, Rows};

/// Between wake-ups while a handshake is under way.
const HURRY_NS: u64 = 1_000_000;
/// What bad networks let out on its way up is gathered for this long: a system call carries many.
const RELEASE_PAUSE_NS: u64 = 500_000;
/// A thread that is behind still lets go of its lock for this long, or JavaScript would never get in.
const BREATH: Duration = Duration::from_micros(50);

/// Called on a pump thread with what happened in one wake-up: peer, wall clock ns, event.
pub type OnEvents = dyn Fn(Vec<(u32, u64, PeerEvent)>) + Send + Sync;

pub struct Threads {
    reactors: Vec<Arc<Mutex<Reactor>>>,
    handles: Vec<JoinHandle<()>>,
    next: usize,
}

impl Threads {
    pub fn start(
        threads: u32,
        tick: Duration,
        share: bool,
        on_events: Arc<OnEvents>,
    ) -> Result<Self, String> {
        let certificate = dtls_keys::crypto_provider()
            .dtls_provider
            .generate_certificate()
            .ok_or("no DTLS certificate could be made")?;
        let mut started = Self { reactors: Vec::new(), handles: Vec::new(), next: 0 };
        for thread in 0..threads {
            let reactor =
                Arc::new(Mutex::new(Reactor::new(thread, threads, certificate.clone(), share)?));
            let (shared, on_events) = (reactor.clone(), on_events.clone());
            let handle = std::thread::Builder::new()
                .name(format!("pump-{thread}"))
                .spawn(move || run(&shared, tick, &*on_events))
                .map_err(|error| format!("no thread: {error}"))?;
            started.reactors.push(reactor);
            started.handles.push(handle);
        }
        Ok(started)
    }

    /// The thread with the next turn, for a new peer. An error once they were stopped.
    pub fn next(&mut self) -> Result<MutexGuard<'_, Reactor>, String> {
        self.next = (self.next + 1) % self.reactors.len().max(1);
        self.reactor(self.next)
    }

    /// The thread that owns a peer or a stream. An error once they were stopped.
    pub fn owner(&self, handle: u32) -> Result<MutexGuard<'_, Reactor>, String> {
        self.reactor(handle as usize % self.reactors.len().max(1))
    }

    fn reactor(&self, index: usize) -> Result<MutexGuard<'_, Reactor>, String> {
        self.reactors
            .get(index)
            .map(|reactor| lock(reactor))
            .ok_or_else(|| "the pump is closed".into())
    }

    pub fn sample(&self) -> Rows {
        let mut rows = Rows::default();
        for reactor in &self.reactors {
            lock(reactor).sample(&mut rows);
        }
        rows
    }

    /// Frees everything at once: JavaScript may hold on to a pump that it no longer uses, and descriptors are few.
    pub fn stop(&mut self) {
        for reactor in &self.reactors {
            lock(reactor).close();
        }
        for handle in self.handles.drain(..) {
            // A thread that panicked has said so on stderr; there is nothing left to stop.
            let _ = handle.join();
        }
        self.reactors.clear();
    }
}

fn lock(reactor: &Mutex<Reactor>) -> MutexGuard<'_, Reactor> {
    // A panic in one peer's packet must not take the others' numbers away.
    reactor.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn run(reactor: &Mutex<Reactor>, tick: Duration, on_events: &OnEvents) {
    let tick_ns = tick.as_nanos() as u64;
    let mut planned = clock::monotonic_ns();
    loop {
        let (told, hurry, mut release_at) = {
            let mut reactor = lock(reactor);
            if reactor.stopped {
                return;
            }
            let release_at = reactor.tick(clock::monotonic_ns().saturating_sub(planned));
            (std::mem::take(&mut reactor.told), reactor.in_a_hurry(), release_at)
        };
        if !told.is_empty() {
            on_events(told);
        }
        let now = clock::monotonic_ns();
        planned = (planned + if hurry { tick_ns.min(HURRY_NS) } else { tick_ns })
            .max(now.saturating_sub(tick_ns));
        loop {
            let wake_at = release_at.max(clock::monotonic_ns() + RELEASE_PAUSE_NS);
            if wake_at >= planned {
                break;
            }
            sleep_until(wake_at);
            release_at = lock(reactor).release();
        }
        sleep_until(planned);
    }
}

fn sleep_until(at: u64) {
    std::thread::sleep(Duration::from_nanos(at.saturating_sub(clock::monotonic_ns())).max(BREATH));
}
