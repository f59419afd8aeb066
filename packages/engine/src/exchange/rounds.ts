/**
 * Time after which data is sent to a participant, from the moment when it is seen, ms: until its
 * data channels are open, the server drops what is sent to it.
 */
export const SETTLED_MS = 2_000;

export interface RoundsOptions {
  /** Interval, ms. */
  everyMs: number;
  /** Returns the identities of the participants in the room that data goes to. */
  peers(): readonly string[];
  /** Called at the interval with those that have been in the room for long enough. */
  act(settled: readonly string[]): void;
}

/**
 * An action at an interval, for participants that data can be sent to. It begins within the first
 * interval: participants that join together act at different times.
 */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #seenAt = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #dueAt = 0;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Begin; again after `stop`. */
  start(): void {
    this.#look();
    if (this.#timer !== null) return;
    this.#dueAt = performance.now() + Math.random() * this.#options.everyMs;
    this.#waitForNext();
  }

  /** Note that participants joined or left. */
  look(): void {
    if (this.#timer !== null) this.#look();
  }

  /** Act no more, and forget who was in the room. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#seenAt.clear();
  }

  #look(): void {
    const present = new Set(this.#options.peers());
    for (const identity of this.#seenAt.keys())
      if (!present.has(identity)) this.#seenAt.delete(identity);
    for (const identity of present)
      if (!this.#seenAt.has(identity)) this.#seenAt.set(identity, performance.now());
  }

  #settled(): string[] {
    this.#look();
    const before = performance.now() - SETTLED_MS;
    return [...this.#seenAt].flatMap(([identity, at]) => (at <= before ? [identity] : []));
  }

  #waitForNext(): void {
    this.#timer = setTimeout(
      () => {
        this.#options.act(this.#settled());
        if (this.#timer === null) return;
        // A program that was stopped does not catch up.
        this.#dueAt = Math.max(this.#dueAt + this.#options.everyMs, performance.now());
        this.#waitForNext();
      },
      Math.max(0, this.#dueAt - performance.now()),
    );
  }
}
