import { createSocket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { type Clock, HostResolver, systemClock } from '@livekit-swarm/livekit';
import { codeOf, SwarmError } from '@livekit-swarm/settings';
import { NodePorts } from './node-ports.ts';

export type Family = 4 | 6;

/** Local address for each address family that this host has a route for. */
export type LocalAddresses = Partial<Record<Family, string>>;

/** Addresses for documentation (RFC 5737, RFC 3849), which follow the default route. */
const ANYWHERE: Record<Family, string> = { 4: '192.0.2.1', 6: '2001:db8::1' };

/** Function that finds the local address towards a remote one; null: there is no route. */
export type FindLocalAddress = (remote: string) => Promise<string | null>;

/**
 * Route to one deployment, which the participants of a worker share: the local addresses of new
 * peers. Signalling and media may use different families (a load balancer with IPv6 before nodes
 * without it). A peer therefore starts with IPv4, which nearly all LiveKit nodes have, and binds
 * the other family when a server sends a candidate of it. From then on all peers start with both,
 * and ICE selects.
 */
export class Route {
  /** UDP ports that the nodes of the deployment have given to participants. */
  readonly ports = new NodePorts();
  readonly #resolver: Pick<HostResolver, 'addresses'>;
  readonly #findLocal: FindLocalAddress;
  #local: LocalAddresses = {};
  /** Answer of the resolver that `#local` belongs to: the routing table is read once for each. */
  #remotes: readonly LookupAddress[] | null = null;
  /** Local addresses towards candidates of the family that peers did not start with. */
  #learned: LocalAddresses = {};
  /** Resolvers of TURN servers, by host. */
  readonly #resolvers = new Map<string, HostResolver>();
  readonly #clock: Clock;

  constructor(
    resolver: Pick<HostResolver, 'addresses'>,
    findLocal: FindLocalAddress = localAddressTowards,
    clock: Clock = systemClock,
  ) {
    this.#resolver = resolver;
    this.#findLocal = findLocal;
    this.#clock = clock;
  }

  /** Look up the addresses of a TURN server. @throws Error of getaddrinfo */
  resolve(host: string): Promise<readonly LookupAddress[]> {
    let resolver = this.#resolvers.get(host);
    if (resolver === undefined) {
      resolver = new HostResolver(host, this.#clock);
      this.#resolvers.set(host, resolver);
    }
    return resolver.addresses();
  }

  /**
   * Look up the deployment, and read the routing table. Call this before `localAddresses`.
   * @throws Error of the resolver, or SwarmError `no_route`
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
    if (v4 === null && v6 === null)
      throw new SwarmError(
        'no_route',
        `this host has no route to ${remotes.map(({ address }) => address).join(', ')}`,
        'check the interfaces and routes of this host: ip route, ip -6 route',
      );
    this.#local = { ...(v4 !== null && { 4: v4 }), ...(v6 !== null && { 6: v6 }) };
    this.#remotes = remotes;
  }

  /**
   * Local addresses that a new peer binds: one, or one for each family that the servers have
   * candidates of.
   */
  get localAddresses(): string[] {
    const { 4: v4, 6: v6 } = this.#local;
    const first = v4 ?? v6;
    if (first === undefined) throw new Error('the route was not prepared');
    const other = v4 === undefined ? this.#learned[4] : this.#learned[6];
    return other === undefined ? [first] : [first, other];
  }

  /**
   * Find the local address towards a candidate of a family that a peer has no socket of; null:
   * there is no route.
   */
  async towards(candidate: string): Promise<string | null> {
    const family = isIP(candidate) === 6 ? 6 : 4;
    const local = await this.#findLocal(candidate);
    if (local !== null) this.#learned[family] = local;
    return local;
  }
}

/** Address at which a remote receives media. */
export interface RemoteAddress {
  address: string;
  family: Family;
}

/**
 * Address of a `candidate:…` line with UDP and an IP address; null for other lines, which are not
 * used.
 */
export const addressOfCandidate = (candidate: string): RemoteAddress | null => {
  const [, , transport = '', , address = ''] = candidate.split(' ');
  const family = isIP(address);
  return transport.toLowerCase() === 'udp' && (family === 4 || family === 6)
    ? { address, family }
    : null;
};

/** `ADDRESS:PORT` of a passive TCP candidate (RFC 6544); null for other lines. */
export const tcpAddressOfCandidate = (candidate: string): string | null => {
  const [, , transport = '', , address = '', port = ''] = candidate.split(' ');
  if (transport.toLowerCase() !== 'tcp' || !/ tcptype passive( |$)/.test(candidate)) return null;
  const family = isIP(address);
  if (family === 0) return null;
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
};

/**
 * Local address that the operating system would send from. Connecting a UDP socket reads the
 * routing table and sends nothing. A loopback address has a loopback address.
 */
const localAddressTowards: FindLocalAddress = async (remote) => {
  const socket = createSocket(isIP(remote) === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Any port works: this is the discard service's, and nothing is sent.
      socket.connect(9, remote, resolve);
    });
    const { address } = socket.address();
    // Without a route, Linux may leave an IPv6 socket unbound and report no error.
    return UNSPECIFIED.has(address) ? null : address;
  } catch (error) {
    if (NO_ROUTE.has(codeOf(error) ?? '')) return null;
    throw error;
  } finally {
    socket.close();
  }
};

const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Errors of a missing route, address family or interface. */
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
