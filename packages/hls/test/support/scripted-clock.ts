import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@livekit-swarm/livekit';

/** A clock whose time passes only while it is run, from one timer to the next. */
export class ScriptedClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ atMs: number; action: () => void }>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, action: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, action };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets time pass. Between timers, everything that waits for no timer is done. */
  async run(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await setImmediate();
      const [next] = [...this.#timers].sort((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers.delete(next);
      this.#nowMs = next.atMs;
      next.action();
    }
    this.#nowMs = untilMs;
  }
}
