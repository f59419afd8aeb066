import type { Family, RemoteAddress, Route } from './route.ts';

export interface LocalSocketsOptions {
  route: Pick<Route, 'towards'>;
  /** Local addresses that the peer has sockets on. */
  bound: readonly string[];
  /** Bind a socket on another local address. @throws Error if no descriptor or port is left */
  bind(local: string): void;
  /** Report that the remote has candidates, and this host reaches none of them. */
  onUnusable(reason: 'no_route' | 'no_socket'): void;
}

/**
 * Time that unusable candidates wait for a usable one, ms: a server sends all its candidates at
 * once.
 */
const CANDIDATES_WITHIN_MS = 500;

/**
 * Sockets of one peer: at most one per address family, bound when the remote has a candidate of
 * that family.
 */
export class LocalSockets {
  readonly #options: LocalSocketsOptions;
  readonly #families: Set<Family>;
  /**
   * True on loopback: one family suffices there, and with IPv4 the peers share a socket. The other
   * family is bound only if nothing else is left.
   */
  readonly #isSparing: boolean;
  /** Candidates of families without a socket. */
  readonly #waiting: RemoteAddress[] = [];
  #reason: 'no_route' | 'no_socket' = 'no_route';
  #timer: NodeJS.Timeout | null = null;
  #isUsable = false;
  #isClosed = false;

  constructor(options: LocalSocketsOptions) {
    this.#options = options;
    this.#families = new Set(options.bound.map((local) => (local.includes(':') ? 6 : 4)));
    this.#isSparing = options.bound.includes('127.0.0.1');
  }

  onCandidate(remote: RemoteAddress): void {
    if (this.#families.has(remote.family)) this.settle();
    else if (!this.#isClosed && !(this.#isSparing && this.#isUsable)) {
      this.#waiting.push(remote);
      if (!this.#isUsable)
        this.#timer ??= setTimeout(() => void this.#runOut(), CANDIDATES_WITHIN_MS);
      if (!this.#isSparing) void this.#bind(remote);
    }
  }

  /** Stop waiting: media has a path, or may find one. */
  settle(): void {
    this.#isUsable = true;
    this.#stop();
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #runOut(): Promise<void> {
    if (this.#isSparing) await Promise.all(this.#waiting.map((remote) => this.#bind(remote)));
    if (!this.#isUsable && !this.#isClosed) this.#options.onUnusable(this.#reason);
  }

  async #bind({ address, family }: RemoteAddress): Promise<void> {
    try {
      const local = await this.#options.route.towards(address);
      if (local === null || this.#isClosed || this.#families.has(family)) return;
      this.#options.bind(local);
      this.#families.add(family);
      this.settle();
    } catch {
      // Candidates of the other family may suffice; if not, this is the reason.
      this.#reason = 'no_socket';
    }
  }
}
