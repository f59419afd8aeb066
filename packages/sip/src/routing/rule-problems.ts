import { sentForms, withNormalNumbers } from './normal-number.ts';
import { pairsOf } from './pairs.ts';
import type { DispatchRule, InboundTrunk, SipRouting } from './routing.ts';
import type { RoutingProblem } from './routing-problem.ts';

/** Problems of dispatch rules, and of trunks that have none. */
export const ruleProblems = (routing: SipRouting): RoutingProblem[] => [
  ...routing.inbound.flatMap((trunk) => withoutRule(trunk, routing.rules)),
  ...routing.rules.flatMap((rule) => unknownTrunks(rule, routing)),
  ...ambiguousRules(routing.rules.map(withNormalNumbers)),
  ...routing.rules.flatMap((rule) => openRooms(rule, routing)),
];

/** Calls that match a trunk and no rule are dropped. */
const withoutRule = (trunk: InboundTrunk, rules: readonly DispatchRule[]): RoutingProblem[] => {
  const own = rules.filter(({ trunkIds }) => trunkIds.length === 0 || trunkIds.includes(trunk.id));
  if (own.length === 0) return [{ kind: 'trunk_without_rule', trunk, numbers: trunk.numbers }];
  // livekit-server compares the number that a call has with those of rules as they are written,
  // and only with those of trunks without regard to formatting.
  const numbers = trunk.numbers.filter(
    (number) =>
      !own.some(
        (rule) =>
          rule.numbers.length === 0 ||
          sentForms(number).some((sent) => rule.numbers.includes(sent)),
      ),
  );
  return numbers.length === 0 ? [] : [{ kind: 'trunk_without_rule', trunk, numbers }];
};

const unknownTrunks = (rule: DispatchRule, { inbound, outbound }: SipRouting): RoutingProblem[] =>
  rule.trunkIds
    .filter((trunkId) => !inbound.some(({ id }) => id === trunkId))
    .map((trunkId) => ({
      ...{ kind: 'unknown_trunk', rule, trunkId },
      isOutbound: outbound.some(({ id }) => id === trunkId),
    }));

/**
 * Two rules for the same trunk, caller, number and PIN. livekit-server refuses the second one, but
 * two nodes that are asked at the same time store both; then it refuses every call of the trunk.
 */
const ambiguousRules = (rules: readonly DispatchRule[]): RoutingProblem[] =>
  pairsOf(
    rules,
    (one, other) =>
      one.pin === other.pin &&
      meet(one.trunkIds, other.trunkIds) &&
      meet(one.callers, other.callers) &&
      meet(one.numbers, other.numbers),
  ).map(([rule, other]) => ({ kind: 'ambiguous_rules', rule, other }));

/** A rule for some competes with others for the same, and one for all with others for all. */
const meet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === 0 ? others.length === 0 : some.some((entry) => others.includes(entry));

const openRooms = (rule: DispatchRule, { inbound }: SipRouting): RoutingProblem[] => {
  if (rule.pin !== null) return [];
  const problems: RoutingProblem[] = [];
  if (rule.trunkIds.length === 0) problems.push({ kind: 'open_rule', rule });
  const trunks = inbound.filter(({ id }) => rule.trunkIds.includes(id));
  const isForSome =
    rule.callers.length > 0 ||
    (trunks.length > 0 && trunks.every(({ callers }) => callers.length > 0));
  if (rule.room !== null && !isForSome)
    problems.push({ kind: 'room_without_pin', rule, room: rule.room });
  return problems;
};
