/** Time as a parameter, so that a test of a 40 s policy takes no seconds. */
export interface Clock {
  /**
   * Unix epoch, whole milliseconds. Advances with the monotonic clock: setting the clock of the
   * host does not move it.
   */
  now(): number;
  /** Calls `action` once after `ms`; returns a function that cancels it. */
  after(ms: number, action: () => void): () => void;
}

/**
 * CLOCK_MONOTONIC at the zero of `performance.now()`, ms: that zero differs from process to
 * process.
 */
const ORIGIN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** CLOCK_MONOTONIC, ms: the same in all processes of a host. */
export const monotonicMs = (): number => ORIGIN_MS + performance.now();

/** Unix time minus CLOCK_MONOTONIC, ms, as the clock of the host is set now. */
export const measureClockOffset = (): number => Date.now() - monotonicMs();

/**
 * A clock that shows monotonic time plus `offsetMs`. Processes of a host that share the offset
 * share their times.
 */
export const steadyClock = (offsetMs: number): Clock => ({
  now: () => Math.round(monotonicMs() + offsetMs),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
});

/** Clock offset of a process that shares its times with no other process, ms. */
export const PROCESS_CLOCK_OFFSET_MS = measureClockOffset();

export const systemClock: Clock = steadyClock(PROCESS_CLOCK_OFFSET_MS);
