import { createSocket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { HostResolver } from '@livekit-swarm/livekit';
import { SwarmError } from '@livekit-swarm/settings';

export type Family = 4 | 6;

/** The address that this host sends from, for each family that it has a route for. */
export type LocalAddresses = Partial<Record<Family, string>>;

/** Addresses for documentation (RFC 5737, RFC 3849): they have the default route. */
const ANYWHERE: Record<Family, string> = { 4: '192.0.2.1', 6: '2001:db8::1' };

/** Finds the local address towards a remote one; null: no route leads there. */
export type FindLocalAddress = (remote: string) => Promise<string | null>;

/**
 * The way to one deployment, shared by the participants of a worker: which local addresses there are, and which address family
 * media uses. A peer has one socket. Signalling and media may be of different families (a load balancer with IPv6 in front of
 * nodes without), so media starts with IPv4, which LiveKit nodes nearly always have, and follows the candidates of the server.
 */
export class Route {
  readonly #resolver: Pick<HostResolver, 'addresses'>;
  readonly #findLocal: FindLocalAddress;
  #local: LocalAddresses = {};
  /** The answer of the resolver that `#local` belongs to: the routing table is asked once for each. */
  #remotes: readonly LookupAddress[] | null = null;
  #family: Family = 4;
  /** The family of a server's candidates, where it is another than expected; then it stays. */
  #learned: { family: Family; local: string } | null = null;

  constructor(
    resolver: Pick<HostResolver, 'addresses'>,
    findLocal: FindLocalAddress = localAddressTowards,
  ) {
    this.#resolver = resolver;
    this.#findLocal = findLocal;
  }

  /**
   * Looks the deployment up and asks the routing table. Call before `family` and `localAddress`.
   * @throws what the resolver throws; SwarmError `no_route`
   */
  async prepare(): Promise<void> {
    const remotes = await this.#resolver.addresses();
    if (remotes === this.#remotes) return;
    const towards = async (family: Family): Promise<string | null> => {
      for (const { address } of remotes.filter((one) => one.family === family)) {
        const local = await this.#findLocal(address);
        if (local !== null) return local;
      }
      return await this.#findLocal(ANYWHERE[family]);
    };
    const [v4, v6] = await Promise.all([towards(4), towards(6)]);
    this.#local = { ...(v4 !== null && { 4: v4 }), ...(v6 !== null && { 6: v6 }) };
    if (v4 === null && v6 === null)
      throw new SwarmError(
        'no_route',
        `this host has no route to ${remotes.map(({ address }) => address).join(', ')}`,
        'check the interfaces and routes of this host: ip route, ip -6 route',
      );
    if (this.#learned !== null) this.#local[this.#learned.family] ??= this.#learned.local;
    else this.#family = v4 === null ? 6 : 4;
    this.#remotes = remotes;
  }

  get family(): Family {
    return this.#family;
  }

  get localAddress(): string {
    const address = this.#local[this.#family];
    if (address === undefined) throw new Error('the route was not prepared');
    return address;
  }

  /**
   * A server has candidates of another family only, as this address. From now on media uses that family, where this host has a route.
   * @returns false: it has none
   */
  async follow(candidate: string): Promise<boolean> {
    const local = await this.#findLocal(candidate);
    if (local === null) return false;
    const family = isIP(candidate) === 6 ? 6 : 4;
    this.#local[family] = local;
    this.#family = family;
    this.#learned = { family, local };
    return true;
  }
}

/** Where a remote receives media. */
export interface RemoteAddress {
  address: string;
  port: number;
  family: Family;
}

/** Address and port of a `candidate:…` line with UDP and an IP address; null for others, which are not used. */
export const addressOfCandidate = (candidate: string): RemoteAddress | null => {
  const [, , transport = '', , address = '', port = ''] = candidate.split(' ');
  const family = isIP(address);
  return transport.toLowerCase() === 'udp' && (family === 4 || family === 6)
    ? { address, port: Number(port), family }
    : null;
};

/**
 * The address that the operating system would send from: connecting a UDP socket asks its routing table and sends nothing. A loopback
 * address gives a loopback address.
 */
const localAddressTowards: FindLocalAddress = async (remote) => {
  const socket = createSocket(isIP(remote) === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Any port: the discard service's, which nothing is sent to.
      socket.connect(9, remote, resolve);
    });
    const { address } = socket.address();
    // Without a route, Linux may leave an IPv6 socket unbound and report nothing.
    return UNSPECIFIED.has(address) ? null : address;
  } catch (error) {
    if (NO_ROUTE.has(codeOf(error))) return null;
    throw error;
  } finally {
    socket.close();
  }
};

const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** No route, no address of that family, an interface that is down, or a kernel without that family. */
const NO_ROUTE: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'ENETDOWN',
  'EACCES',
  'EPERM',
  'EINVAL',
]);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** STUN Binding Indication (RFC 8489 §5): no receiver answers it. */
const INDICATION = Buffer.from('001100002112a442000000000000000000000000', 'hex');

/** Errors of a send that come from this host. Not among them: what a remote or a router reported (ECONNREFUSED, EHOSTUNREACH). */
const REFUSED_HERE: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOBUFS',
  'ENETDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/** The error code with which this host refuses a datagram to this address; null: it sends it. */
export const localSendError = async ({
  address,
  port,
  family,
}: RemoteAddress): Promise<string | null> => {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.send(INDICATION, port, address, (error) => (error ? reject(error) : resolve()));
    });
    return null;
  } catch (error) {
    const code = codeOf(error);
    return REFUSED_HERE.has(code) ? code : null;
  } finally {
    socket.close();
  }
};
