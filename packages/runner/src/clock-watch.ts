import { uptime } from 'node:os';
import { CLOCK_STEP_MS, RECORDED_PAUSE_MS, SUSPENSION_MS } from '@livekit-swarm/analysis';
import type { EventLine } from '@livekit-swarm/record';

/**
 * Three clocks, ms. They advance together, unless the clock is set, the host is suspended, or a
 * process is stopped.
 */
export interface Clocks {
  wall(): number;
  /** Time of a clock that stops while the host is suspended. */
  monotonic(): number;
  /** Time of a clock that continues while the host is suspended; null: this platform has none. */
  sinceBoot(): number | null;
}

export type Disturbance = Pick<EventLine, 'event' | 'durationMs' | 'stepMs'>;

/** Interval between two comparisons, ms; a longer one contains a pause. */
const EVERY_MS = 500;
/**
 * Longest time between the readings of the clocks, ms: a process that loses its core in between
 * reads them again.
 */
const EXACT_MS = 20;

const HOST_CLOCKS: Clocks = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot: () => (process.platform === 'linux' ? uptime() * 1_000 : null),
};

/**
 * Watches the clocks: compares them with the last comparison, and reports each disturbance in
 * between.
 */
export const createClockWatch = (
  report: (disturbance: Disturbance) => void,
  clocks: Clocks = HOST_CLOCKS,
): { check(): void; close(): void } => {
  let last = readAtOnce(clocks);
  const check = (): void => {
    const now = readAtOnce(clocks);
    const passed = now.monotonic - last.monotonic;
    const pausedMs = passed - EVERY_MS;
    const suspendedMs =
      now.sinceBoot === null || last.sinceBoot === null
        ? 0
        : now.sinceBoot - last.sinceBoot - passed;
    const isSuspended = suspendedMs > SUSPENSION_MS;
    // The wall clock advances during a suspension.
    const stepMs = now.wall - last.wall - passed - (isSuspended ? suspendedMs : 0);
    last = now;
    if (pausedMs >= RECORDED_PAUSE_MS)
      report({ event: 'process_paused', durationMs: Math.round(pausedMs) });
    if (isSuspended) report({ event: 'host_suspended', durationMs: Math.round(suspendedMs) });
    if (Math.abs(stepMs) > CLOCK_STEP_MS)
      report({ event: 'clock_stepped', stepMs: Math.round(stepMs) });
  };
  const timer = setInterval(check, EVERY_MS);
  timer.unref();
  return { check, close: () => clearInterval(timer) };
};

interface Reading {
  wall: number;
  monotonic: number;
  sinceBoot: number | null;
}

const readAtOnce = ({ wall, monotonic, sinceBoot }: Clocks, attempts = 5): Reading => {
  const before = monotonic();
  const reading = { wall: wall(), sinceBoot: sinceBoot() };
  const after = monotonic();
  return after - before <= EXACT_MS || attempts <= 1
    ? { ...reading, monotonic: after }
    : readAtOnce({ wall, monotonic, sinceBoot }, attempts - 1);
};
