import { type AddressScope, isOwnAddress, isWithin, scopeOfAddress } from '@livekit-swarm/host';
import type { AnnouncedCandidate } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed } from '../check.ts';
import { isAnnounced, ofNode } from '../facts/facts.ts';
import { unreachedAddresses } from '../facts/tcp-candidates.ts';

/** Candidates of one node. */
export interface NodeCandidates {
  /** Prefix of evidence: `node-1: `, or empty for a single node. */
  prefix: string;
  candidates: readonly AnnouncedCandidate[];
}

export interface CandidateQuestion {
  nodes: readonly NodeCandidates[];
  /** Addresses of signalling, which users can reach. */
  signalling: readonly string[];
  /**
   * Prefixes in which candidates must be; empty: candidates are compared with the addresses of
   * signalling.
   */
  allowed: readonly string[];
  isOwn(address: string): boolean;
  /** Addresses that accept no TCP connection at the announced port. */
  unreached?: readonly string[];
}

const WHAT: Record<AddressScope, string> = {
  loopback: 'a loopback address, which is the user’s own host',
  'link-local': 'a link-local address, which no router passes on',
  bridge: 'an address of Docker’s bridge, which only its host reaches',
  private: 'a private address behind NAT',
  public: 'an address outside the allowed ones',
};

/**
 * Checks that users can reach the candidates of each node. An unreachable candidate next to a
 * reachable one costs time: clients try each.
 */
export const candidatesRule = (question: CandidateQuestion): CheckResult => {
  const outside = question.nodes.flatMap(({ prefix, candidates }) =>
    unique(candidates)
      .filter((address) => question.allowed.length > 0 && !isWithin(address, question.allowed))
      .map((address) => `${prefix}announces ${address}, which is not among the allowed addresses`),
  );
  if (outside.length > 0)
    return found(
      'error',
      outside,
      'set rtc.node_ip, or limit rtc.interfaces and rtc.ips: media goes through these addresses',
    );
  const scope = widest(question.signalling);
  const bad = question.nodes.flatMap(({ prefix, candidates }) => {
    const addresses = unique(candidates);
    if (addresses.length === 0) return [`${prefix}announces no candidate at all`];
    if (addresses.some((address) => isUsable(address, scope, question))) return [];
    return addresses.map(
      (address) =>
        `${prefix}announces ${address}, ${WHAT[scopeOfAddress(address)]}; signalling is at ${question.signalling.join(', ')}`,
    );
  });
  if (bad.length > 0) return found('error', bad);
  const beside = question.nodes.flatMap(({ prefix, candidates }) =>
    besideOthers(unique(candidates), scope, question).map((text) => `${prefix}${text}`),
  );
  if (beside.length > 0)
    return found(
      'warning',
      beside,
      'announce only what users reach: rtc.interfaces or rtc.ips (includes, excludes), or rtc.node_ip; in Docker, one network for the server, or the host network',
      'The host or the container of the node has several interfaces, and each is announced: clients try those that lead nowhere, too, so joins and recoveries take longer, and some clients choose them',
    );
  return passed(
    ...question.nodes.map(
      ({ prefix, candidates }) => `${prefix}announces ${unique(candidates).join(', ')}`,
    ),
  );
};

/** Finding for the unreachable addresses of a node that also has reachable ones. */
const besideOthers = (
  addresses: readonly string[],
  scope: AddressScope,
  question: CandidateQuestion,
): string[] => {
  const unreached = addresses.filter((address) => question.unreached?.includes(address));
  return addresses.flatMap((address) => {
    if (!isUsable(address, scope, question))
      return [
        `announces ${address}, ${WHAT[scopeOfAddress(address)]}, beside ${addresses.filter((one) => one !== address).join(', ')}`,
      ];
    return unreached.length < addresses.length && unreached.includes(address)
      ? [`announces ${address}, which takes no TCP connection from here, beside others that do`]
      : [];
  });
};

const unique = (candidates: readonly AnnouncedCandidate[]): string[] => [
  ...new Set(candidates.map(({ address }) => address)),
];

const ORDER: readonly AddressScope[] = ['loopback', 'link-local', 'bridge', 'private', 'public'];

/** Widest scope of signalling addresses: users are expected to come from it. */
const widest = (addresses: readonly string[]): AddressScope =>
  ORDER.findLast((scope) => addresses.some((address) => scopeOfAddress(address) === scope)) ??
  'public';

const isUsable = (
  address: string,
  users: AddressScope,
  { allowed, isOwn }: CandidateQuestion,
): boolean => {
  // The client resolves names of mDNS candidates and the like.
  if (allowed.length > 0) return true;
  const own = scopeOfAddress(address);
  if (own === 'public') return true;
  // Signalling is on this host, so users are too: they reach only this host's addresses.
  if (users === 'loopback') return own === 'loopback' || isOwn(address);
  return users !== 'public' && ORDER.indexOf(own) >= ORDER.indexOf(users);
};

export const candidates: Check = {
  id: 'candidates',
  title: 'Every node announces an address for media that users can reach',
  severities: ['error', 'warning'],
  cause:
    'The node announces the address of its own interface, not the one that users reach: users join, and receive no media',
  fix: 'set rtc.use_external_ip: true behind NAT, or rtc.node_ip to the address that users reach (in the environment NODE_IP; LIVEKIT_RTC_NODE_IP has no effect since livekit-server 1.13); in Docker, use the host network',
  needs: ['nodes'],
  run: async ({ nodes, addresses }, { allowedAddresses }) =>
    candidatesRule({
      nodes: (await nodes()).flatMap(({ name, joined }) =>
        isAnnounced(joined) ? [{ prefix: ofNode({ name }), candidates: joined.candidates }] : [],
      ),
      signalling: (await addresses()).map(({ address }) => address),
      allowed: allowedAddresses,
      isOwn: isOwnAddress,
      unreached: await unreachedAddresses(
        (await nodes()).flatMap(({ joined }) => (isAnnounced(joined) ? joined.candidates : [])),
      ),
    }),
};
