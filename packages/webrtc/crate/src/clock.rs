//! Two clocks: the monotonic clock schedules, the wall clock stamps. Both in nanoseconds.

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
        Self { mono: monotonic_ns(), wall: wall_ns(), instant: Instant::now() }
    }

    /// How long ago `wall` was, ns. At most a second: a wall clock that was set in between must not
    /// move a packet far into the past.
    pub fn since(&self, wall: u64) -> u64 {
        self.wall.saturating_sub(wall).min(MAX_AGE_NS)
    }
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

/// The clock for time stamps that leave this process: nanoseconds since the Unix epoch.
pub fn wall_ns() -> u64 {
    read(libc::CLOCK_REALTIME)
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

    #[test]
    fn ntp_round_trips_within_a_nanosecond() {
        let wall = 1_763_688_123_456_789_012;
        let back = wall_from_ntp(ntp_from_wall(wall));
        assert!(wall.abs_diff(back) <= 1, "{wall} became {back}");
    }
}
