import type { DispatchRule, RoutingProblem, RoutingProblemKind } from '@livekit-swarm/sip';

/** Id and name of a trunk or rule. */
const named = ({ id, name }: Pick<DispatchRule, 'id' | 'name'>): string =>
  name === '' ? id : `${id} (${name})`;

/** Evidence of a problem: a sentence. Passwords and PINs are not known here. */
export const sipEvidence = (problem: RoutingProblem): string => {
  switch (problem.kind) {
    case 'open_trunk':
      return `inbound trunk ${named(problem.trunk)} takes every call: it has no numbers, allows every address, and has no password`;
    case 'open_number':
      return `inbound trunk ${named(problem.trunk)} takes calls from every address to ${problem.trunk.numbers.join(', ')}: it allows every address, and has no password`;
    case 'no_caller':
      return `inbound trunk ${named(problem.trunk)} takes no call: none of its allowed addresses matches a caller (${problem.trunk.addresses.join(', ')})`;
    case 'half_credentials':
      return `trunk ${named(problem.trunk)} has a user name without a password, or the reverse: livekit/sip then uses neither`;
    case 'address_by_name':
      return `inbound trunk ${named(problem.trunk)} allows ${problem.entry} by its name, which is compared with the header From: the caller writes it`;
    case 'address_without_prefix':
      return `inbound trunk ${named(problem.trunk)} allows ${problem.entry} without a prefix length: livekit-server also compares it with the header From, which the caller writes`;
    case 'address_ignored':
      return `inbound trunk ${named(problem.trunk)}: livekit-server ignores the allowed address "${problem.entry}"`;
    case 'address_broken':
      return `inbound trunk ${named(problem.trunk)}: the allowed address "${problem.entry}" matches no caller`;
    case 'ambiguous_trunks':
      return `inbound trunks ${named(problem.trunk)} and ${named(problem.other)} match the same calls, which livekit-server refuses`;
    case 'outbound_without_tls':
      return `outbound trunk ${named(problem.trunk)} does not demand TLS on the way to ${problem.trunk.address} (transport ${problem.trunk.transport})`;
    case 'outbound_without_password':
      return `outbound trunk ${named(problem.trunk)} has no user name and password for ${problem.trunk.address}: the carrier must know the addresses of livekit/sip`;
    case 'trunk_without_rule':
      return `no dispatch rule takes calls of inbound trunk ${named(problem.trunk)}${problem.numbers.length === 0 ? '' : ` to ${problem.numbers.join(', ')}`}`;
    case 'unknown_trunk':
      return problem.isOutbound
        ? `dispatch rule ${named(problem.rule)} names ${problem.trunkId}, which is an outbound trunk`
        : `dispatch rule ${named(problem.rule)} names trunk ${problem.trunkId}, which does not exist`;
    case 'ambiguous_rules':
      return `dispatch rules ${named(problem.rule)} and ${named(problem.other)} are for the same trunk, caller, number and PIN`;
    case 'room_without_pin':
      return `dispatch rule ${named(problem.rule)} lets every caller into room ${problem.room}, without a PIN`;
    case 'open_rule':
      return `dispatch rule ${named(problem.rule)} names no trunk and has no PIN: it also takes calls that match no trunk, from every address`;
  }
};

const CLOSE_TRUNK =
  'give the trunk allowed_addresses of the carrier, as 203.0.113.7/32, or auth_username and auth_password';

const NO_PORT =
  'write prefixes without a port in allowed_addresses, as 203.0.113.7/32 or 203.0.113.0/24';

const FIXES: Readonly<Record<RoutingProblemKind, string>> = {
  open_trunk: CLOSE_TRUNK,
  open_number: CLOSE_TRUNK,
  no_caller: NO_PORT,
  half_credentials: 'set auth_username and auth_password, or neither',
  address_by_name: 'write prefixes of the carrier in allowed_addresses, as 203.0.113.7/32',
  address_without_prefix:
    'write addresses in allowed_addresses with a prefix length, as 203.0.113.7/32 or 2001:db8::7/128',
  address_ignored:
    'write one prefix in each entry of allowed_addresses, as 203.0.113.7/32 or 203.0.113.0/24',
  address_broken: NO_PORT,
  ambiguous_trunks: 'give the trunks different numbers, allowed_numbers or allowed_addresses',
  outbound_without_tls: 'set transport SIP_TRANSPORT_TLS if the carrier offers it',
  outbound_without_password:
    'set auth_username and auth_password, or have the carrier allow the addresses of livekit/sip alone',
  trunk_without_rule:
    'make a dispatch rule with the id of the trunk in trunk_ids, and its numbers exactly as the carrier sends them',
  unknown_trunk: 'replace the id in trunk_ids by that of an inbound trunk, or delete the rule',
  ambiguous_rules: 'delete one of the rules',
  room_without_pin: 'give the rule a PIN, or a room for each call (dispatchRuleIndividual)',
  open_rule: 'name the trunks of the rule in trunk_ids',
};

/** One fix for all problems of a check. */
export const sipFix = (problems: readonly RoutingProblem[]): string =>
  [...new Set(problems.map(({ kind }) => FIXES[kind]))].join('; ');
