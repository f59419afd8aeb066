import type { Clock } from '../clock.ts';

/** A connection that needs pings, and ends when no pong arrives. Times in ms. */
export interface KeepaliveOptions {
  readonly pingEveryMs: number;
  readonly pingTimeoutMs: number;
  /** Time of the last message, ms. */
  lastHeardAt: number;
  lastPingAt: number;
  ping(now: number): void;
  timedOut(): void;
}

const TICK_MS = 1_000;

/**
 * Timer for all connections of a process: thousands of intervals would each wake the event loop.
 */
export class Keepalive {
  readonly #clock: Clock;
  readonly #kept = new Set<KeepaliveOptions>();
  #stop: (() => void) | null = null;
  #tickedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(kept: KeepaliveOptions): void {
    this.#kept.add(kept);
    if (this.#stop !== null) return;
    this.#tickedAt = this.#clock.now();
    this.#stop = this.#clock.after(TICK_MS, this.#tick);
  }

  remove(kept: KeepaliveOptions): void {
    this.#kept.delete(kept);
    if (this.#kept.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }

  readonly #tick = (): void => {
    this.#stop = this.#clock.after(TICK_MS, this.#tick);
    const now = this.#clock.now();
    // While this process was stopped it read nothing, so the server may have sent messages. They
    // are read after this timer.
    const stoppedMs = now - this.#tickedAt - TICK_MS;
    this.#tickedAt = now;
    if (stoppedMs > TICK_MS) for (const kept of this.#kept) kept.lastHeardAt += stoppedMs;
    for (const kept of this.#kept) {
      if (now - kept.lastHeardAt >= kept.pingTimeoutMs) {
        this.remove(kept);
        kept.timedOut();
      } else if (now - kept.lastPingAt >= kept.pingEveryMs) {
        kept.lastPingAt = now;
        kept.ping(now);
      }
    }
  };
}
