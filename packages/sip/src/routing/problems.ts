import { isIP } from 'node:net';
import { scopeOfAddress } from '@livekit-swarm/host';
import { allowsAny, allowsNone, kindOfAddress, matchSameAddress } from './allowed-address.ts';
import { withNormalNumbers } from './normal-number.ts';
import { pairsOf } from './pairs.ts';
import type { InboundTrunk, OutboundTrunk, SipRouting } from './routing.ts';
import type { RoutingProblem } from './routing-problem.ts';
import { ruleProblems } from './rule-problems.ts';

/** All that is wrong with trunks and dispatch rules. */
export const findRoutingProblems = (routing: SipRouting): RoutingProblem[] => [
  ...routing.inbound.flatMap(inboundProblems),
  ...ambiguousTrunks(routing.inbound.map(withNormalNumbers)),
  ...routing.outbound.flatMap((trunk) => outboundProblems(trunk)),
  ...ruleProblems(routing),
];

const inboundProblems = (trunk: InboundTrunk): RoutingProblem[] => {
  const problems: RoutingProblem[] = [];
  const { addresses, credentials } = trunk;
  if (credentials === 'half') problems.push({ kind: 'half_credentials', trunk });
  if (credentials !== 'both') {
    if (allowsAny(addresses))
      problems.push({ kind: trunk.numbers.length === 0 ? 'open_trunk' : 'open_number', trunk });
    for (const entry of addresses) {
      const kind = kindOfAddress(entry);
      if (kind === 'name') problems.push({ kind: 'address_by_name', trunk, entry });
      if (kind === 'bare') problems.push({ kind: 'address_without_prefix', trunk, entry });
    }
  }
  const isClosed = allowsNone(addresses);
  if (isClosed) problems.push({ kind: 'no_caller', trunk });
  for (const entry of addresses) {
    const kind = kindOfAddress(entry);
    if (kind === 'ignored') problems.push({ kind: 'address_ignored', trunk, entry });
    if (kind === 'broken' && !isClosed) problems.push({ kind: 'address_broken', trunk, entry });
  }
  return problems;
};

/** Two trunks for the same call: livekit-server refuses the call. */
const ambiguousTrunks = (trunks: readonly InboundTrunk[]): RoutingProblem[] =>
  pairsOf(
    trunks,
    (one, other) =>
      haveSameNumber(one, other) &&
      overlap(one.callers, other.callers) &&
      (allowsAny(one.addresses) ||
        allowsAny(other.addresses) ||
        one.addresses.some((entry) =>
          other.addresses.some((another) => matchSameAddress(entry, another)),
        )),
  ).map(([trunk, other]) => ({ kind: 'ambiguous_trunks', trunk, other }));

/** A trunk with numbers comes before one without: these do not compete. */
const haveSameNumber = (one: InboundTrunk, other: InboundTrunk): boolean =>
  one.numbers.length === 0
    ? other.numbers.length === 0
    : one.numbers.some((number) => other.numbers.includes(number));

const overlap = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === 0 || others.length === 0 || some.some((entry) => others.includes(entry));

const outboundProblems = (trunk: OutboundTrunk): RoutingProblem[] => {
  const problems: RoutingProblem[] = [];
  if (trunk.credentials === 'half') problems.push({ kind: 'half_credentials', trunk });
  // A telephone system in the same network needs neither.
  if (isInternal(hostOf(trunk.address))) return problems;
  if (trunk.transport !== 'tls') problems.push({ kind: 'outbound_without_tls', trunk });
  if (trunk.credentials === 'none') problems.push({ kind: 'outbound_without_password', trunk });
  return problems;
};

/** Ends of names that only an own network resolves, a cluster's `pbx.default.svc` among them. */
const OWN_NAME = /\.(local|internal|lan|svc)\.?$/i;

/** True for a private address, and for a name of the own network: one without a dot, too. */
const isInternal = (host: string): boolean =>
  isIP(host) === 0 ? !host.includes('.') || OWN_NAME.test(host) : scopeOfAddress(host) !== 'public';

/** Host of `HOST`, `HOST:PORT`, `ADDRESS` or `[ADDRESS]:PORT`. */
const hostOf = (address: string): string =>
  // The last group of a bare IPv6 address looks like a port.
  isIP(address) === 0 ? (/^\[(.+)\]/.exec(address)?.[1] ?? address.replace(/:\d+$/, '')) : address;
