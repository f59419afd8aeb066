import type { AnnouncedCandidate } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed } from '../check.ts';
import { isAnnounced, ofNode } from '../facts/facts.ts';
import { type AddressScope, isOwnAddress, isWithin, scopeOfAddress } from '../facts/scope.ts';

/** The candidates of one node. */
export interface NodeCandidates {
  /** In front of evidence: `node-1: `, or nothing. */
  prefix: string;
  candidates: readonly AnnouncedCandidate[];
}

export interface CandidateQuestion {
  nodes: readonly NodeCandidates[];
  /** Addresses of signalling, which users reach. */
  signalling: readonly string[];
  /** Prefixes that candidates must be in; empty: those that fit the addresses of signalling. */
  allowed: readonly string[];
  isOwn(address: string): boolean;
}

const WHAT: Record<AddressScope, string> = {
  loopback: 'a loopback address, which is the user’s own host',
  'link-local': 'a link-local address, which no router passes on',
  bridge: 'an address of Docker’s bridge, which only its host reaches',
  private: 'a private address behind NAT',
  public: 'an address outside the allowed ones',
};

/** Candidates that users of this deployment can reach. Those that no user reaches do no harm beside them. */
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
  return passed(
    ...question.nodes.map(
      ({ prefix, candidates }) => `${prefix}announces ${unique(candidates).join(', ')}`,
    ),
  );
};

const unique = (candidates: readonly AnnouncedCandidate[]): string[] => [
  ...new Set(candidates.map(({ address }) => address)),
];

const ORDER: readonly AddressScope[] = ['loopback', 'link-local', 'bridge', 'private', 'public'];

/** Users come from as far as the widest address of signalling lets them. */
const widest = (addresses: readonly string[]): AddressScope =>
  ORDER.findLast((scope) => addresses.some((address) => scopeOfAddress(address) === scope)) ??
  'public';

const isUsable = (
  address: string,
  users: AddressScope,
  { allowed, isOwn }: CandidateQuestion,
): boolean => {
  // Names of mDNS candidates and the like are resolved by the client.
  if (allowed.length > 0) return true;
  const own = scopeOfAddress(address);
  if (own === 'public') return true;
  // Signalling on this host: so are its users, who reach this host's addresses alone.
  if (users === 'loopback') return own === 'loopback' || isOwn(address);
  return users !== 'public' && ORDER.indexOf(own) >= ORDER.indexOf(users);
};

export const candidates: Check = {
  id: 'candidates',
  title: 'Every node announces an address for media that users can reach',
  severities: ['error'],
  cause:
    'The node announces the address of its own interface, not the one that users reach: users join, and receive no media',
  fix: 'set rtc.use_external_ip: true behind NAT, or rtc.node_ip to the address that users reach; in Docker, use the host network',
  needs: ['nodes'],
  run: async ({ nodes, addresses }, { allowedAddresses }) =>
    candidatesRule({
      nodes: (await nodes()).flatMap(({ name, joined }) =>
        isAnnounced(joined) ? [{ prefix: ofNode({ name }), candidates: joined.candidates }] : [],
      ),
      signalling: (await addresses()).map(({ address }) => address),
      allowed: allowedAddresses,
      isOwn: isOwnAddress,
    }),
};
