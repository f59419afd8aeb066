/**
 * Time after which data is sent to a participant, from the moment when it is seen, ms: until its
 * data channels are open, the server drops what is sent to it.
 */
const SETTLED_MS = 2_000;

/** Participants that data can be sent to. */
export class SettledPeers {
  readonly #present: () => readonly string[];
  readonly #seenAt = new Map<string, number>();

  /** @param present function that returns the identities of those that are in the room */
  constructor(present: () => readonly string[]) {
    this.#present = present;
  }

  /** Note who is in the room. */
  look(): void {
    const present = new Set(this.#present());
    for (const identity of this.#seenAt.keys())
      if (!present.has(identity)) this.#seenAt.delete(identity);
    for (const identity of present)
      if (!this.#seenAt.has(identity)) this.#seenAt.set(identity, performance.now());
  }

  /** Identities of those that have been in the room for long enough. */
  settled(): string[] {
    this.look();
    const before = performance.now() - SETTLED_MS;
    return [...this.#seenAt].flatMap(([identity, at]) => (at <= before ? [identity] : []));
  }

  /** Forget all of them: the connection was lost. */
  forget(): void {
    this.#seenAt.clear();
  }
}
