import { isWithoutApi } from '@livekit-swarm/livekit';
import { plural } from '@livekit-swarm/settings';
import {
  findRoutingProblems,
  ROUTING_PROBLEMS,
  type RoutingProblem,
  type SipRouting,
} from '@livekit-swarm/sip';
import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';
import type { Facts } from '../facts/facts.ts';
import { sipEvidence, sipFix } from './sip-text.ts';

/** Problems that a result names: pairs of trunks may be thousands. */
const MOST_EVIDENCE = 20;

/** Result for the problems of one check. Errors come first. */
const judge = (problems: readonly RoutingProblem[], fine: string): CheckResult => {
  if (problems.length === 0) return passed(fine);
  const isError = ({ kind }: RoutingProblem): boolean =>
    ROUTING_PROBLEMS[kind].severity === 'error';
  const [errors, warnings] = [problems.filter(isError), problems.filter((one) => !isError(one))];
  const severity = errors.length > 0 ? 'error' : 'warning';
  const shown = [...errors, ...warnings].slice(0, MOST_EVIDENCE).map(sipEvidence);
  const more = problems.length - shown.length;
  const evidence = more > 0 ? [...shown, `and ${plural(more, 'further problem')}`] : shown;
  return found(severity, evidence, sipFix(problems));
};

const problemsAbout = (about: 'trunks' | 'rules', routing: SipRouting): RoutingProblem[] =>
  findRoutingProblems(routing).filter(({ kind }) => ROUTING_PROBLEMS[kind].about === about);

const WITHOUT_SIP = 'livekit-server has no Redis, and without it no SIP';

/** @param routing null: the deployment has no SIP */
export const sipTrunksRule = (routing: SipRouting | null): CheckResult => {
  if (routing === null) return skipped(WITHOUT_SIP);
  const { inbound, outbound } = routing;
  if (inbound.length + outbound.length === 0) return skipped('there are no SIP trunks');
  const fine = `inbound trunks: ${inbound.length}, outbound trunks: ${outbound.length}`;
  return judge(problemsAbout('trunks', routing), fine);
};

/** @param routing null: the deployment has no SIP */
export const sipRulesRule = (routing: SipRouting | null): CheckResult => {
  if (routing === null) return skipped(WITHOUT_SIP);
  const { inbound, rules } = routing;
  if (inbound.length + rules.length === 0)
    return skipped('there are no inbound SIP trunks and no dispatch rules');
  return judge(problemsAbout('rules', routing), `dispatch rules: ${rules.length}`);
};

/** Judges the trunks and rules of a deployment that offers the API of SIP. */
export const routingOf = async (
  { api, sipRouting }: Pick<Facts, 'api' | 'sipRouting'>,
  rule: (routing: SipRouting | null) => CheckResult,
): Promise<CheckResult> => {
  const withoutApi = await api();
  if (withoutApi !== null) return skipped(withoutApi);
  try {
    return rule(await sipRouting());
  } catch (error) {
    // A proxy may admit the calls for rooms, and not those of SIP.
    if (!isWithoutApi(error)) throw error;
    const { message, hint } = error.rejection;
    return skipped(`${message}: this check needs the API of SIP; ${hint}`);
  }
};

export const sipTrunks: Check = {
  id: 'sip-trunks',
  title: 'SIP trunks are closed to strangers, and protected on the way to carriers',
  severities: ['error', 'warning'],
  cause:
    'A trunk was made for a trial, or an entry of it does not do what it seems to: scanners find SIP services within hours, and their calls reach your agents and rooms, or calls fail',
  fix: 'give inbound trunks allowed_addresses with a prefix length (203.0.113.7/32) or auth_username and auth_password, and outbound trunks TLS',
  needs: ['admission'],
  run: (facts) => routingOf(facts, sipTrunksRule),
};

export const sipRules: Check = {
  id: 'sip-rules',
  title:
    'Every SIP call that a trunk takes has one dispatch rule, and no stranger gets into a room',
  severities: ['error', 'warning'],
  cause:
    'Trunks and rules are changed apart from each other: a trunk was deleted, or made again with another id, and its rule was not: calls are dropped, or reach a room that they should not',
  fix: 'give each inbound trunk one dispatch rule that names it in trunk_ids',
  needs: ['admission'],
  run: (facts) => routingOf(facts, sipRulesRule),
};
