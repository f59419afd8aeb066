import { createSocket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { type Clock, HostResolver, systemClock } from '@livekit-swarm/livekit';
import { codeOf, SwarmError } from '@livekit-swarm/settings';
import { NodePorts } from './node-ports.ts';

export type Family = 4 | 6;

/** The address that this host sends from, for each family that it has a route for. */
export type LocalAddresses = Partial<Record<Family, string>>;

/** Addresses for documentation (RFC 5737, RFC 3849): they have the default route. */
const ANYWHERE: Record<Family, string> = { 4: '192.0.2.1', 6: '2001:db8::1' };

/** Finds the local address towards a remote one; null: no route leads there. */
export type FindLocalAddress = (remote: string) => Promise<string | null>;

/**
 * The way to one deployment, shared by the participants of a worker: which local addresses a peer uses. Signalling and media may be of
 * different families (a load balancer with IPv6 in front of nodes without), so a peer starts with IPv4, which LiveKit nodes nearly always
 * have, and takes the other family, too, as soon as a server has a candidate of it. From then on all peers start with both, and ICE selects.
 */
export class Route {
  /** UDP ports that the nodes of the deployment have given to participants. */
  readonly ports = new NodePorts();
  readonly #resolver: Pick<HostResolver, 'addresses'>;
  readonly #findLocal: FindLocalAddress;
  #local: LocalAddresses = {};
  /** The answer of the resolver that `#local` belongs to: the routing table is asked once for each. */
  #remotes: readonly LookupAddress[] | null = null;
  /** Towards candidates of the servers, of the family that the peers did not start with. */
  #learned: LocalAddresses = {};
  /** Of TURN servers. */
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

  /** The addresses of a TURN server. @throws the error of getaddrinfo */
  resolve(host: string): Promise<readonly LookupAddress[]> {
    let resolver = this.#resolvers.get(host);
    if (resolver === undefined) {
      resolver = new HostResolver(host, this.#clock);
      this.#resolvers.set(host, resolver);
    }
    return resolver.addresses();
  }

  /**
   * Looks the deployment up and asks the routing table. Call before `localAddresses`.
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
    if (v4 === null && v6 === null)
      throw new SwarmError(
        'no_route',
        `this host has no route to ${remotes.map(({ address }) => address).join(', ')}`,
        'check the interfaces and routes of this host: ip route, ip -6 route',
      );
    this.#local = { ...(v4 !== null && { 4: v4 }), ...(v6 !== null && { 6: v6 }) };
    this.#remotes = remotes;
  }

  /** What a new peer binds: one address, or one of each family that the servers have candidates of. */
  get localAddresses(): string[] {
    const { 4: v4, 6: v6 } = this.#local;
    const first = v4 ?? v6;
    if (first === undefined) throw new Error('the route was not prepared');
    const other = v4 === undefined ? this.#learned[4] : this.#learned[6];
    return other === undefined ? [first] : [first, other];
  }

  /** The local address towards a candidate of a family that a peer has no address of; null: no route leads there. */
  async towards(candidate: string): Promise<string | null> {
    const family = isIP(candidate) === 6 ? 6 : 4;
    const local = await this.#findLocal(candidate);
    if (local !== null) this.#learned[family] = local;
    return local;
  }
}

/** Where a remote receives media. */
export interface RemoteAddress {
  address: string;
  family: Family;
}

/** The address of a `candidate:…` line with UDP and an IP address; null for others, which are not used. */
export const addressOfCandidate = (candidate: string): RemoteAddress | null => {
  const [, , transport = '', , address = ''] = candidate.split(' ');
  const family = isIP(address);
  return transport.toLowerCase() === 'udp' && (family === 4 || family === 6)
    ? { address, family }
    : null;
};

/** `ADDRESS:PORT` of a passive TCP candidate (RFC 6544); null for others. */
export const tcpAddressOfCandidate = (candidate: string): string | null => {
  const [, , transport = '', , address = '', port = ''] = candidate.split(' ');
  if (transport.toLowerCase() !== 'tcp' || !/ tcptype passive( |$)/.test(candidate)) return null;
  const family = isIP(address);
  if (family === 0) return null;
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
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
    if (NO_ROUTE.has(codeOf(error) ?? '')) return null;
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
