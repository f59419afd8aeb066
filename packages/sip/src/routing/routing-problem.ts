import type { DispatchRule, InboundTrunk, OutboundTrunk } from './routing.ts';

/** One thing that is wrong, with what it concerns. */
export type RoutingProblem =
  | { kind: 'open_trunk' | 'open_number' | 'no_caller'; trunk: InboundTrunk }
  | { kind: 'half_credentials'; trunk: InboundTrunk | OutboundTrunk }
  | {
      kind: 'address_by_name' | 'address_without_prefix' | 'address_ignored' | 'address_broken';
      trunk: InboundTrunk;
      entry: string;
    }
  | { kind: 'ambiguous_trunks'; trunk: InboundTrunk; other: InboundTrunk }
  | { kind: 'outbound_without_tls' | 'outbound_without_password'; trunk: OutboundTrunk }
  | {
      kind: 'trunk_without_rule';
      trunk: InboundTrunk;
      /** Numbers that no rule takes; empty: the trunk has none of its own. */
      numbers: readonly string[];
    }
  | { kind: 'unknown_trunk'; rule: DispatchRule; trunkId: string; isOutbound: boolean }
  | { kind: 'ambiguous_rules'; rule: DispatchRule; other: DispatchRule }
  | { kind: 'room_without_pin'; rule: DispatchRule; room: string }
  | { kind: 'open_rule'; rule: DispatchRule };

export type RoutingProblemKind = RoutingProblem['kind'];

/** Subject and severity of each problem. `error`: strangers are accepted, or calls fail. */
export const ROUTING_PROBLEMS: Readonly<
  Record<RoutingProblemKind, { about: 'trunks' | 'rules'; severity: 'error' | 'warning' }>
> = {
  open_trunk: { about: 'trunks', severity: 'error' },
  open_number: { about: 'trunks', severity: 'warning' },
  no_caller: { about: 'trunks', severity: 'error' },
  half_credentials: { about: 'trunks', severity: 'warning' },
  address_by_name: { about: 'trunks', severity: 'warning' },
  address_without_prefix: { about: 'trunks', severity: 'warning' },
  address_ignored: { about: 'trunks', severity: 'warning' },
  address_broken: { about: 'trunks', severity: 'warning' },
  ambiguous_trunks: { about: 'trunks', severity: 'error' },
  outbound_without_tls: { about: 'trunks', severity: 'warning' },
  outbound_without_password: { about: 'trunks', severity: 'warning' },
  trunk_without_rule: { about: 'rules', severity: 'error' },
  unknown_trunk: { about: 'rules', severity: 'warning' },
  ambiguous_rules: { about: 'rules', severity: 'error' },
  room_without_pin: { about: 'rules', severity: 'warning' },
  open_rule: { about: 'rules', severity: 'warning' },
};
