import { type LookupAddress, type LookupOptions, promises } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from './clock.ts';
import { askNameServer, type FoundAddress, usedNameServer } from './name-server.ts';

/**
 * Every address of a host, in the order of the operating system. Rejects with the error of
 * getaddrinfo.
 */
export type LookupAll = (host: string) => Promise<FoundAddress[]>;

/**
 * Lifetime of a cached answer without a lifetime of its own, ms: short enough to follow a deployment that moves, long enough that
 * thousands of joins share a lookup.
 */
const EXPIRES_AFTER_MS = 30_000;
/**
 * Time limit of a lookup, ms: the default of resolvers (resolv.conf(5): timeout times attempts).
 */
const TIMEOUT_MS = 10_000;

const lookupNow: LookupAll = (host) => {
  const server = usedNameServer();
  return server === null
    ? promises.lookup(host, { all: true, verbatim: true })
    : askNameServer(server, host);
};

/**
 * Cached addresses of one host, with one lookup at a time for all callers; failed lookups are not
 * cached. Node runs lookups on four threads, so lookups of a join storm would otherwise queue.
 */
export class HostResolver {
  readonly #host: string;
  readonly #clock: Clock;
  readonly #lookupAll: LookupAll;
  #current: Promise<readonly FoundAddress[]> | null = null;
  #expiresAt = Number.POSITIVE_INFINITY;

  /** @param host as written in a URL: IPv6 addresses in brackets */
  constructor(host: string, clock: Clock, lookupAll: LookupAll = lookupNow) {
    this.#host = host.replace(/^\[|\]$/g, '');
    this.#clock = clock;
    this.#lookupAll = lookupAll;
  }

  /**
   * @returns at least one address.
   * @throws the error of getaddrinfo; one with the code EAI_AGAIN when nothing answers in time
   */
  addresses(): Promise<readonly LookupAddress[]> {
    if (this.#current !== null && this.#clock.now() < this.#expiresAt) return this.#current;
    const lookup = this.#lookUp();
    this.#current = lookup;
    this.#expiresAt = Number.POSITIVE_INFINITY;
    lookup.then(
      (found) => {
        this.#expiresAt = this.#clock.now() + lifetimeOf(found);
      },
      () => {
        this.#current = null;
      },
    );
    return lookup;
  }

  /** Replacement of `dns.lookup` for sockets of Node. */
  readonly lookup: LookupFunction = (_hostname, options, callback) => {
    this.addresses().then(
      (addresses) => answer(addresses, options, callback),
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };

  async #lookUp(): Promise<readonly FoundAddress[]> {
    const family = isIP(this.#host);
    if (family !== 0) return [{ address: this.#host, family }];
    const timeout = Promise.withResolvers<never>();
    const cancel = this.#clock.after(TIMEOUT_MS, () =>
      timeout.reject(lookupError('EAI_AGAIN', this.#host)),
    );
    try {
      const found = await Promise.race([this.#lookupAll(this.#host), timeout.promise]);
      if (found.length === 0) throw lookupError('ENOTFOUND', this.#host);
      return found;
    } finally {
      cancel();
    }
  }
}

/** Shortest lifetime of these addresses, ms. */
const lifetimeOf = (found: readonly FoundAddress[]): number =>
  Math.min(...found.map(({ ttl }) => (ttl === undefined ? EXPIRES_AFTER_MS : ttl * 1_000)));

const answer = (
  addresses: readonly LookupAddress[],
  { all, family }: LookupOptions,
  callback: Parameters<LookupFunction>[2],
): void => {
  const fitting = addresses.filter((one) => !family || one.family === Number(family));
  const [first] = fitting;
  if (first === undefined) callback(lookupError('ENOTFOUND', 'address family'), []);
  else if (all === true) callback(null, fitting);
  else callback(null, first.address, first.family);
};

/** Error of a lookup, in the form of Node's own errors. */
const lookupError = (code: 'EAI_AGAIN' | 'ENOTFOUND', host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code, syscall: 'getaddrinfo' });
