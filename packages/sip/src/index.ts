export { type CallFacts, JUDGED_AFTER_MS, outcomeOf, talkTimeOf } from './load/call-facts.ts';
export type { CallProgress } from './load/call-track.ts';
export { type CallsJudgement, judgeCalls, MOST_DELAY_MS } from './load/judge.ts';
export { isTransferred, measureCalls } from './load/measure.ts';
export {
  type CallsGenerator,
  type CallsRequest,
  type CallsRun,
  runCalls,
} from './load/run-calls.ts';
export { sipThresholds } from './load/thresholds.ts';
export { ownAudio, payloadsOf, readWav } from './media/caller-audio.ts';
export { readDigits } from './media/telephone-event.ts';
export { findRoutingProblems } from './routing/problems.ts';
export { readRouting } from './routing/read-routing.ts';
export type { DispatchRule, InboundTrunk, OutboundTrunk, SipRouting } from './routing/routing.ts';
export {
  ROUTING_PROBLEMS,
  type RoutingProblem,
  type RoutingProblemKind,
} from './routing/routing-problem.ts';
export type { CallEnd } from './signalling/call-signalling.ts';
export { isShortNumber, readNumbers, transferNumber } from './signalling/dialled-numbers.ts';
export { readSipAddress, type SipAddress, sipAddressText } from './signalling/sip-address.ts';
