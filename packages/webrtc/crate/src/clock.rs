//! Two clocks, in nanoseconds: the monotonic clock schedules, the wall clock stamps. The wall clock
//! of this crate is the monotonic clock plus an offset that was measured once, so that setting the
//! clock of the host moves no time; the kernel's stamps are translated to it, see [`Stamps`].

#[cfg(target_os = "linux")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
#[cfg(target_os = "linux")]
use std::time::Duration;
use std::time::Instant;

/// Nanoseconds of a millisecond.
pub const MS: u64 = 1_000_000;

/// The longest that a wall-clock time may lie back, see [`Now::since`].
const MAX_AGE_NS: u64 = 1000 * MS;

/// All clocks, read once for everything that one wake-up does.
#[derive(Clone, Copy)]
pub struct Now {
    /// [`monotonic_ns`].
    pub mono: u64,
    /// [`wall_ns`].
    pub wall: u64,
    /// The clock that str0m takes.
    pub instant: Instant,
}

impl Now {
    /// Reads the clocks.
    pub fn read() -> Self {
        let mono = monotonic_ns();
        Self { mono, wall: mono + epoch(), instant: instant_at(mono) }
    }

    /// Age of `wall`, ns; at most a second: packets that waited while this process was stopped must
    /// not move str0m far into the past.
    pub fn since(&self, wall: u64) -> u64 {
        self.wall.saturating_sub(wall).min(MAX_AGE_NS)
    }
}

/// The clock that str0m takes at a time of the monotonic clock. Where both are the same clock,
/// reading it once is enough.
#[cfg(target_os = "linux")]
fn instant_at(mono: u64) -> Instant {
    static ANCHOR: OnceLock<(Instant, u64)> = OnceLock::new();
    let (instant, at) = *ANCHOR.get_or_init(|| (Instant::now(), monotonic_ns()));
    // Read before another thread set the anchor: nothing is that exact.
    instant + Duration::from_nanos(mono.saturating_sub(at))
}

#[cfg(not(target_os = "linux"))]
fn instant_at(_mono: u64) -> Instant {
    Instant::now()
}

fn read(id: libc::clockid_t) -> u64 {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `ts` is a valid, writable timespec for the duration of the call.
    unsafe { libc::clock_gettime(id, &mut ts) };
    ts.tv_sec as u64 * 1_000_000_000 + ts.tv_nsec as u64
}

/// The clock for deadlines, ns: it never jumps.
pub fn monotonic_ns() -> u64 {
    read(libc::CLOCK_MONOTONIC)
}

/// Unix time at the zero of the monotonic clock; 0: not known yet.
static EPOCH: AtomicU64 = AtomicU64::new(0);

/// Sets the offset between the clocks, for the whole process. Processes whose times are compared
/// must have the same one. Without it, it is measured at first use.
pub fn set_epoch(ns: u64) {
    EPOCH.store(ns, Ordering::Relaxed);
}

fn epoch() -> u64 {
    let known = EPOCH.load(Ordering::Relaxed);
    if known != 0 {
        return known;
    }
    let measured = read(libc::CLOCK_REALTIME).saturating_sub(monotonic_ns());
    // The first to measure it wins.
    match EPOCH.compare_exchange(0, measured, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => measured,
        Err(first) => first,
    }
}

/// The clock for time stamps that leave this process: nanoseconds since the Unix epoch, as the
/// host's clock was set when the run began.
pub fn wall_ns() -> u64 {
    monotonic_ns() + epoch()
}

/// Offset from [`wall_ns`] to the clock that the hosts of a run share, ns.
static CORRECTION: AtomicI64 = AtomicI64::new(0);

/// Corrects [`shared`] from now on, for the whole process.
pub fn set_correction(ns: i64) {
    CORRECTION.store(ns, Ordering::Relaxed);
}

/// A time of [`wall_ns`] by the clock that the hosts of a run share. Only what is compared between
/// hosts takes it, so that no duration of this one jumps when the correction changes.
pub fn shared(wall: u64) -> u64 {
    wall.wrapping_add_signed(CORRECTION.load(Ordering::Relaxed))
}

/// Stamps of an earlier setting of the clock are read for this long after it was set, ns: what
/// waits in a socket is read within a few ticks.
const SETTLES_NS: u64 = 1000 * MS;
/// The clock was set when the clocks are further apart than this from what was known, ns.
const TOLERANCE_NS: i64 = 200_000;

/// Translates the kernel's stamps (CLOCK_REALTIME) to [`wall_ns`]. The two advance at one rate, so
/// their distance changes only when the clock is set.
#[derive(Debug, Default)]
pub struct Stamps {
    /// CLOCK_REALTIME minus [`wall_ns`], now and before the clock was last set.
    offset: Option<i64>,
    before: Option<i64>,
    set_at: u64,
    /// [`wall_ns`] of the last reading.
    read_at: u64,
}

impl Stamps {
    /// Compares the clocks; call after each reading of a socket, before [`Stamps::wall`].
    pub fn compare(&mut self) {
        // A thread may lose its core between two readings: then they say nothing, and the next do.
        for _ in 0..3 {
            let (wall, real, after) = (wall_ns(), read(libc::CLOCK_REALTIME), wall_ns());
            if self.observe(wall, real, after) {
                return;
            }
        }
    }

    /// CLOCK_REALTIME was `real` at some time from `wall` to `after`. Returns whether that was
    /// exact.
    fn observe(&mut self, wall: u64, real: u64, after: u64) -> bool {
        self.read_at = after;
        let (least, most) = (real.wrapping_sub(after) as i64, real.wrapping_sub(wall) as i64);
        let fits = |offset| offset >= least - TOLERANCE_NS && offset <= most + TOLERANCE_NS;
        if self.offset.is_some_and(fits) {
            return true;
        }
        let is_exact = most - least <= TOLERANCE_NS;
        if is_exact || self.offset.is_none() {
            self.before = self.offset.replace(most);
            self.set_at = after;
        }
        is_exact
    }

    /// Arrival of a datagram that the kernel stamped `stamp`, wall clock, ns. A datagram that was
    /// stamped before the clock was set may be read after it: of the two possible times, the later
    /// one that is not in the future is returned.
    pub fn wall(&self, stamp: u64) -> u64 {
        let at = |offset: i64| stamp.wrapping_sub(offset as u64);
        let is_past = |time: &u64| *time <= self.read_at + TOLERANCE_NS as u64;
        let now = at(self.offset.unwrap_or(0));
        let is_settled = self.read_at.saturating_sub(self.set_at) > SETTLES_NS;
        let Some(before) = self.before.filter(|_| !is_settled).map(at) else { return now };
        [now, before].into_iter().filter(is_past).max().unwrap_or(self.read_at)
    }

    /// [`wall_ns`] of the last reading.
    pub fn read_at(&self) -> u64 {
        self.read_at
    }
}

/// Milliseconds from `earlier` to `later` (both ns), negative when they are the other way round.
/// The difference is taken before the conversion: as floats, epoch nanoseconds lose microseconds.
pub fn ms_between(earlier: u64, later: u64) -> f64 {
    later.wrapping_sub(earlier) as i64 as f64 / 1e6
}

/// CPU time of the calling thread, ns.
pub fn thread_cpu_ns() -> u64 {
    read(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// Seconds between the NTP epoch (1900) and the Unix epoch.
const NTP_OFFSET: u64 = 2_208_988_800;

/// NTP time stamp in 32.32 fixed point (RFC 3550 §4).
pub fn ntp_from_wall(wall_ns: u64) -> u64 {
    let seconds = wall_ns / 1_000_000_000 + NTP_OFFSET;
    let fraction = ((wall_ns % 1_000_000_000) << 32) / 1_000_000_000;
    (seconds << 32) | fraction
}

/// The reverse of [`ntp_from_wall`]; 0 for times before the Unix epoch.
pub fn wall_from_ntp(ntp: u64) -> u64 {
    let seconds = (ntp >> 32).saturating_sub(NTP_OFFSET);
    let nanos = ((ntp & 0xffff_ffff) * 1_000_000_000) >> 32;
    seconds * 1_000_000_000 + nanos
}

/// The middle 32 bits, as LSR carries them (RFC 3550 §6.4.1).
pub fn compact_ntp(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_763_688_123_000_000_000;
    const SECOND: u64 = 1000 * MS;

    /// Clocks of which the host's was set by `step_ns` 10 s after `START`.
    fn set_by(step_ns: i64) -> impl Fn(u64) -> u64 {
        move |wall| {
            if wall < START + 10 * SECOND { wall } else { wall.wrapping_add(step_ns as u64) }
        }
    }

    #[test]
    fn arrivals_survive_a_clock_that_is_set() {
        for step in [30, -30, 1, -1].map(|seconds: i64| seconds * SECOND as i64) {
            let real = set_by(step);
            let mut stamps = Stamps::default();
            // Read every 4 ms, as a pump thread does; each datagram waited for 3 ms.
            for tick in 0..5_000 {
                let now = START + tick * 4 * MS;
                assert!(stamps.observe(now, real(now), now + 300));
                let arrival = now - 3 * MS;
                let error = stamps.wall(real(arrival)).abs_diff(arrival);
                assert!(error < MS / 2, "{step}: {error} ns at tick {tick}");
            }
        }
    }

    #[test]
    fn a_thread_that_lost_its_core_between_two_readings_has_seen_no_set_clock() {
        let mut stamps = Stamps::default();
        assert!(stamps.observe(START, START, START + 300));
        // 80 ms passed between reading one clock and the other.
        assert!(stamps.observe(START + 4 * MS, START + 84 * MS, START + 85 * MS));
        assert_eq!(stamps.wall(START + 3 * MS), START + 3 * MS);
    }

    #[test]
    fn the_wall_clock_advances_with_the_monotonic_one() {
        let (mono, wall) = (monotonic_ns(), wall_ns());
        std::thread::sleep(std::time::Duration::from_millis(5));
        let (mono_later, wall_later) = (monotonic_ns(), wall_ns());
        assert!((wall_later - wall).abs_diff(mono_later - mono) < MS);
        assert!(wall.abs_diff(read(libc::CLOCK_REALTIME)) < 60 * SECOND);
    }

    #[test]
    fn ntp_round_trips_within_a_nanosecond() {
        let wall = 1_763_688_123_456_789_012;
        let back = wall_from_ntp(ntp_from_wall(wall));
        assert!(wall.abs_diff(back) <= 1, "{wall} became {back}");
    }
}
