import type { Family, RemoteAddress, Route } from './route.ts';

export interface LocalSocketsOptions {
  route: Pick<Route, 'towards'>;
  /** What the peer has sockets on. */
  bound: readonly string[];
  /** Binds one more. @throws when no descriptor or port is left */
  bind(local: string): void;
  /** The remote has candidates, and this host reaches none. */
  onUnusable(reason: 'no_route' | 'no_socket'): void;
}

/** How long candidates that cannot be used wait for one that can, ms: a server sends all of its own at once. */
const CANDIDATES_WITHIN_MS = 500;

/** The sockets of one peer: at most one of each address family, bound when the remote has a candidate of that family. */
export class LocalSockets {
  readonly #options: LocalSocketsOptions;
  readonly #families: Set<Family>;
  /** On loopback one family suffices, and with IPv4 the peers share a socket: the other one is only bound where nothing else is left. */
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

  /** Media can find a way, or has found one. */
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
      // The other family may do; if not, this is why.
      this.#reason = 'no_socket';
    }
  }
}
