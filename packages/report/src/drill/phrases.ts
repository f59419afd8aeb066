/**
 * Every text about a drill: text, HTML, JUnit and JSON reports and the progress of the CLI render
 * the same facts with the same phrases.
 */

import {
  type AlertSpan,
  type DrillReason,
  type DrillResult,
  describeTarget,
  type ObjectiveResult,
  type Recovery,
  type RecoveryMethod,
  type RepeatOutcome,
  type RepeatResult,
  resumedWithoutMedia,
  type Violation,
} from '@livekit-swarm/chaos';
import type { Drill } from '@livekit-swarm/chaos/drill';
import type { DrillLine, DrillVerdict } from '@livekit-swarm/record';
import {
  capital,
  formatDuration,
  formatNumber,
  formatUnlike,
  plural,
} from '@livekit-swarm/settings';
import { describeScenario } from '../describe-scenario.ts';
import { formatTime, shorten } from '../format.ts';
import { healthText, limitOf, measuredOf, thresholdName } from '../phrases/limits.ts';
import { stopReasonText, unprovenText } from '../phrases/run-event.ts';
import { formatParams } from './format-params.ts';

export const VERDICT_MARKS: Readonly<Record<DrillVerdict, string>> = {
  passed: '✓',
  failed: '✗',
  inconclusive: '?',
  void: '?',
  interrupted: '?',
};

/** Tones of verdicts, for which the style sheets have colours. */
export const VERDICT_TONES = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'inconclusive',
  void: 'inconclusive',
  interrupted: 'inconclusive',
} as const satisfies Record<DrillVerdict, string>;

/** `passed`, `failed`, `known failure`. */
export const verdictLabel = ({
  verdict,
  knownFailureStatus,
}: Pick<DrillResult, 'verdict' | 'knownFailureStatus'>): string => {
  if (verdict === 'failed' && knownFailureStatus === 'known_failure') return 'known failure';
  return verdict === 'passed' && knownFailureStatus === 'better_than_known'
    ? 'passed, better than known'
    : verdict;
};

/**
 * Tested deployment: `lab of 3 nodes, livekit-server 1.13.4+small.yaml`,
 * `livekit.example.com, 3 nodes, livekit-server 1.13.4`.
 */
export const describeServer = ({
  deployment,
  server,
  serverVersion,
}: Pick<DrillResult, 'deployment' | 'server' | 'serverVersion'>): string => {
  const version = serverVersion === null ? [] : [`livekit-server ${serverVersion}`];
  if (server === null) return [deployment || 'unknown server', ...version].join(', ');
  const { host, isLab, nodes, started } = server;
  const count = plural(nodes, 'node');
  const where = isLab ? [`lab of ${count}`] : [host, count];
  if (started === undefined) return [...where, ...version].join(', ');
  const { program, configFiles } = started;
  const release = `livekit-server ${serverVersion ?? '(version unknown)'}`;
  return [
    ...where,
    [release, ...configFiles].join('+'),
    ...(program === null ? [] : [`program ${program}`]),
  ].join(', ');
};

/** The result compared with the known failures of the server; null: there are none. */
export const describeKnownFailures = ({
  knownFailureStatus,
  drill,
  serverVersion,
}: DrillResult): string | null => {
  const { knownFailures: known } = drill;
  if (known === null) return null;
  const { always, sometimes } = known;
  const server = `livekit-server ${serverVersion ?? 'of unknown version'}`;
  switch (knownFailureStatus) {
    case 'known_failure':
      return `known failure of livekit-server ${known.serverVersion}: ${known.reason}`;
    case 'better_than_known':
      return `better than known: livekit-server ${known.serverVersion} misses ${always.join(', ')}; ${server} did not in ${plural(drill.repeats, 'repeat')}`;
    case 'unexpected_failure':
      return `unexpected failure: livekit-server ${known.serverVersion} misses ${[...always, ...sometimes].join(', ')}`;
    case 'none':
      return null;
  }
};

/** Description of a load: `10 rooms × 4, each publishing audio`, or that of its scenario. */
export const loadText = (load: Drill['load']): string =>
  'scenario' in load
    ? describeScenario({ ...load.scenario, thresholds: [] })
    : `${plural(load.rooms, 'room')} × ${load.participants}, each publishing ${load.publish.join(' and ')}`;

/** Names of objectives, and how their values are written. */
const OBJECTIVES = {
  timeToRecoverP50Ms: ['time to recover p50', 'time'],
  timeToRecoverP95Ms: ['time to recover p95', 'time'],
  timeToRecoverMaxMs: ['time to recover max', 'time'],
  subscriptionsNotRecovered: ['subscriptions not recovered', 'count'],
  roomsWithoutMedia: ['rooms without media', 'count'],
  splitBrain: ['rooms in split brain', 'count'],
  controlGroupInterruptionMs: ['longest interruption in the control group', 'time'],
  joinProbesConnected: ['join probes connected', 'share'],
  joinProbesWithoutMedia: ['join probes without complete media after recovery', 'count'],
  ghostRooms: ['ghost rooms', 'count'],
  disconnected: ['participants disconnected', 'count'],
  invariantViolations: ['invariants violated', 'count'],
  rtoMs: ['recovery time (RTO)', 'time'],
  rpoMs: ['age of lost writes (RPO)', 'time'],
  stateLost: ['records lost', 'count'],
  agentSilenceMaxMs: ['longest silence of an agent', 'time'],
  conversationsLost: ['conversations without an agent at the end', 'count'],
  alertsWithinMs: ['alerts', 'time'],
} as const satisfies Record<ObjectiveResult['objective'], readonly [string, string]>;

/** `time to recover p95`, `time to recover max, listener receiving`. */
export const objectiveLabel = (result: ObjectiveResult): string => {
  const label = OBJECTIVES[result.objective][0];
  if (!('role' in result) || result.role === undefined) return label;
  return `${label}, ${shorten(result.role, MAX_ROLE)} ${result.direction}`;
};

/** Longest role in a line of an objective. */
const MAX_ROLE = 30;

/** @param digits significant ones; default: three */
const formatObjective = (
  objective: ObjectiveResult['objective'],
  value: number,
  digits = 3,
): string => {
  const more = digits - 3;
  switch (OBJECTIVES[objective][1]) {
    case 'time':
      return seconds(value, more);
    case 'share':
      return `${fixed(100 * value, value === 1 ? 0 : 1, more)} %`;
    case 'count':
      return String(value);
  }
};

/** @param more decimals beside the usual ones */
const seconds = (ms: number, more = 0): string =>
  ms === 0 ? '0 s' : `${fixed(ms / 1_000, ms < 9_950 ? 2 : 1, more)} s`;

/** A number with these decimals, and further ones where they are not zero. */
const fixed = (value: number, decimals: number, more: number): string => {
  const [usual, exact] = [value.toFixed(decimals), value.toFixed(decimals + more)];
  return Number(exact) === Number(usual) ? usual : exact;
};

/** `at most 15 s`, `LiveKitNodeDown within 1m`. */
export const expectedText = (result: ObjectiveResult): string => {
  if (result.objective === 'alertsWithinMs')
    return result.alerts
      .map(({ name, withinMs }) => `${name} within ${formatDuration(withinMs)}`)
      .join(', ');
  const bound = result.objective === 'joinProbesConnected' ? 'at least' : 'at most';
  return `${bound} ${formatObjective(result.objective, result.limit)}`;
};

/** `18.2 s`, `not recovered`, `LiveKitNodeDown after 31.2 s`. */
export const measuredText = (result: ObjectiveResult): string => {
  if (result.objective === 'alertsWithinMs')
    return result.alerts
      .map(({ name, firedAfterMs, firedBefore }) =>
        firedAfterMs !== null
          ? `${name} after ${seconds(firedAfterMs)}`
          : `${name} ${firedBefore ? 'fired before the fault' : 'not fired'}`,
      )
      .join(', ');
  const { objective, measured, limit } = result;
  if (measured !== null) {
    const write = (digits?: number): string => formatObjective(objective, measured, digits);
    return measured === limit ? write() : formatUnlike(formatObjective(objective, limit), write);
  }
  return result.objective === 'joinProbesConnected' ? 'no join probes' : 'not recovered';
};

/** `RTO 4.7 s, RPO 9.8 s`; null: the drill does not measure them. */
export const describeContinuity = ({ continuity }: Recovery): string | null => {
  if (continuity === null) return null;
  const { rtoMs, rpoMs, probes } = continuity;
  const rto = rtoMs === null ? (probes.length === 0 ? 'unknown' : 'not recovered') : seconds(rtoMs);
  return `recovery time (RTO) ${rto}, age of lost writes (RPO) ${rpoMs === null ? 'unknown' : seconds(rpoMs)}`;
};

/** Reasons for the verdicts of all repeats, a sentence each. */
export const describeReasons = ({ repeats }: Pick<DrillResult, 'repeats'>): string[] =>
  repeats.flatMap(({ number, reasons }) =>
    reasons
      .map(describeReason)
      .map((why) => (repeats.length === 1 ? capital(why) : `Repeat ${number}: ${why}`)),
  );

/** Reason for the verdict of a repeat. */
export const describeReason = (reason: DrillReason): string => {
  switch (reason.code) {
    case 'interrupted':
      return 'interrupted; all faults were rolled back';
    case 'steady_state_not_reached':
    case 'ended_before_steady_state':
    case 'target_mismatch':
    case 'target_unproven':
    case 'rolled_back_externally':
    case 'fault_gone':
    case 'effect_unknown':
    case 'execution_failed':
    case 'node_not_ready':
    case 'gate_failed':
    case 'roll_objective_missed':
    case 'control_group_interrupted':
    case 'load_interrupted':
      return stopReasonText(reason);
    case 'fault_unavailable':
      return `fault not available: ${reason.fault}: ${reason.detail}`;
    case 'record_truncated':
      return `the record is truncated ${(reason.atMs / 1_000).toFixed(1)} s into the run: the end is missing`;
    case 'rollback_failed':
      return `not rolled back: ${reason.faults.join(', ')}; run "swarm chaos rollback"`;
    case 'rollback_unknown':
      return `whether ${reason.faults.join(', ')} was rolled back is not known: ${reason.message}; run "swarm chaos rollback"`;
    case 'objective_missed':
      return `${objectiveLabel(reason.result)}: ${measuredText(reason.result)}, expected ${expectedText(reason.result)}`;
    case 'threshold_crossed':
      return `${thresholdName(reason.result)}: measured ${measuredOf(reason.result)}, limit ${limitOf(reason.result)}`;
    case 'threshold_not_measured':
      return `${thresholdName(reason.result)}: not measured`;
    case 'ghost_rooms_unknown':
      return 'ghost rooms at the end are unknown: Redis did not answer';
    case 'generator_impaired':
      return healthText(reason.finding);
  }
};

/** `recovered`, `failed: not_recovered, split_brain`. */
export const describeOutcome = ({ outcome, failedObjectives }: RepeatOutcome): string => {
  switch (outcome) {
    case 'failed':
      return `failed: ${failedObjectives.join(', ') || 'aborted'}`;
    case 'no_interruption':
      return 'no interruption';
    case 'recovered':
    case 'inconclusive':
    case 'void':
    case 'interrupted':
      return outcome;
  }
};

const METHODS: readonly (readonly [RecoveryMethod, string])[] = [
  ['not_needed', 'connection not lost'],
  ['resume', 'resumed'],
  ['reconnect', 'reconnected'],
  ['rejoin', 'rejoined'],
  ['not_recovered', 'not recovered'],
];

/**
 * Participants by how their connections recovered. Those that were disconnected when a drill ended
 * early may have recovered later.
 */
export const recoveryMethods = (
  repeat: Pick<RepeatResult, 'recovery' | 'verdict' | 'reasons'>,
): { method: RecoveryMethod; count: number; text: string }[] =>
  METHODS.map(([method, text]) => ({
    method,
    count: repeat.recovery.participants.filter(({ recoveredBy }) => recoveredBy === method).length,
    text: method === 'not_recovered' && !isComplete(repeat) ? 'not recovered yet' : text,
  })).filter(({ count }) => count > 0);

/** `28 connection not lost, 12 reconnected`. */
export const describeRecoveryMethods = (
  repeat: Pick<RepeatResult, 'recovery' | 'verdict' | 'reasons'>,
): string =>
  recoveryMethods(repeat)
    .map(({ count, text }) => `${count} ${text}`)
    .join(', ');

const hasReason = (
  { reasons }: Pick<RepeatResult, 'reasons'>,
  ...codes: readonly DrillReason['code'][]
): boolean => reasons.some(({ code }) => codes.includes(code));

/** True when the repeat was observed to its end. */
const isComplete = (repeat: Pick<RepeatResult, 'verdict' | 'reasons'>): boolean =>
  repeat.verdict !== 'interrupted' && !hasReason(repeat, 'record_truncated');

/** A fault with its parameters: `packet-loss (2 %, udp)`. */
export const describeInjection = (
  fault: Pick<Recovery['faults'][number], 'fault' | 'params'>,
): string => {
  const params = formatParams(fault);
  return params === '' ? fault.fault : `${fault.fault} (${params})`;
};

/**
 * Time of the rollback of a fault.
 * @param rolledBackAt null when it is not in the record, as with faults that last to the end
 */
export const describeRollback = (
  rolledBackAt: number | null,
  repeat: Pick<RepeatResult, 'reasons'>,
  format: (at: number) => string,
): string => {
  if (rolledBackAt !== null) return `rolled back at ${format(rolledBackAt)}`;
  return hasReason(repeat, 'record_truncated', 'rollback_failed', 'rollback_unknown')
    ? 'no rollback in the record'
    : 'rolled back at the end';
};

/** Participants that only the application's rejoin recovered; null: none. */
export const describeRejoins = ({ recovery }: Pick<RepeatResult, 'recovery'>): string | null => {
  const rejoined = recovery.participants.filter(
    ({ recoveredBy }) => recoveredBy === 'rejoin',
  ).length;
  return rejoined === 0
    ? null
    : `${plural(rejoined, 'participant')} recovered only by rejoining; with reconnectPolicy: sdk they would have stayed disconnected`;
};

/** Participants whose client reported a recovery, and whose media did not recover. */
export const falseReconnects = ({ recovery }: Pick<RepeatResult, 'recovery'>): number =>
  recovery.participants.filter(
    ({ reportedReconnects, timeToRecoverMs }) => reportedReconnects > 0 && timeToRecoverMs === null,
  ).length;

export const describeFalseReconnects = (count: number): string =>
  `${plural(count, 'participant')} reported reconnected, but media did not recover`;

/** Participants that resumed without media while new joins receive everything; null: none. */
export const describeResumedWithoutMedia = ({
  recovery,
}: Pick<RepeatResult, 'recovery'>): string | null => {
  const found = resumedWithoutMedia(recovery);
  if (found === null) return null;
  const { participants, joinProbes, fitsConntrack } = found;
  const what = `New joins receive all media (${plural(joinProbes, 'join probe')}), but ${plural(participants, 'participant')} that resumed did not recover`;
  return fitsConntrack
    ? `${what}: packets between the old ports are lost. Stale UDP conntrack entries do this after a node or pod was started again at the same address behind NAT (hostPort, NodePort): compare "conntrack -L -p udp" with the new address, and delete the entries of the old one`
    : what;
};

/** Recovery time with enough digits to distinguish two drills: `640 ms`, `8.63 s`, `10.4 s`. */
export const formatRecoveryTime = (ms: number | null): string => {
  if (ms === null) return '–';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const value = ms / 1_000;
  return value < 99.95
    ? `${value.toFixed(value < 9.995 ? 2 : 1)} s`
    : `${formatNumber(Math.round(value))} s`;
};

/** Time to recover of a share of the interrupted media; null: it did not recover. */
export const formatQuantile = (ms: number | null): string =>
  ms === null ? 'never' : formatRecoveryTime(ms);

export const formatInterruption = (ms: number | null): string =>
  ms === null ? 'not recovered' : ms === 0 ? 'none' : formatRecoveryTime(ms);

/**
 * `Media interrupted on 84 of 120 subscriptions; 52 recovered (time to recover p50 8.63 s, p95
 * never, max never); 32 not recovered`.
 */
export const describeRecovery = ({
  timeToRecover,
  subscriptions,
  subscriptionsInterrupted,
  subscriptionsNotRecovered,
}: Recovery): string => {
  if (subscriptionsInterrupted === 0)
    return subscriptions.length === 0 ? 'No subscriptions' : 'No interruption';
  const interrupted = `Media interrupted on ${formatNumber(subscriptionsInterrupted)} of ${plural(subscriptions.length, 'subscription')}`;
  if (timeToRecover === null) return `${interrupted}; none recovered`;
  const { p50, p95, max } = timeToRecover;
  const recovered =
    subscriptionsNotRecovered === 0
      ? 'all'
      : formatNumber(subscriptionsInterrupted - subscriptionsNotRecovered);
  const times = `time to recover p50 ${formatQuantile(p50)}, p95 ${formatQuantile(p95)}, max ${formatQuantile(max)}`;
  const rest =
    subscriptionsNotRecovered === 0
      ? ''
      : `; ${formatNumber(subscriptionsNotRecovered)} not recovered`;
  return `${interrupted}; ${recovered} recovered (${times})${rest}`;
};

/** Time of a violation: `from 0:12 to 0:45`. */
const timeOf = ({ fromAt, toAt }: Violation): string =>
  `from ${formatTime(fromAt)} ${toAt === null ? 'to the end' : `to ${formatTime(toAt)}`}`;

/** Violation of an invariant: `connected without media: a-1 in a, from 0:12 to the end`. */
export const describeViolation = (violation: Violation): string => {
  const { invariant, room, participants, publisher = '', nodes = [], fromAt } = violation;
  const some = listSome(participants, 4);
  const where = listSome([room]);
  switch (invariant) {
    case 'connected_without_media':
      return `connected without media: ${some} in ${where}, ${timeOf(violation)}`;
    case 'room_on_two_nodes':
      return `room on ${plural(nodes.length, 'node')}: ${where} on ${listSome(nodes)}, ${timeOf(violation)}`;
    case 'track_of_another_room':
      return `track of another room: ${some} in ${where} received ${listSome([publisher])}, at ${formatTime(fromAt)}`;
    case 'track_delivered_twice':
      return `track delivered twice: ${listSome([publisher])} to ${some} in ${where}, at ${formatTime(fromAt)}`;
    case 'no_media_after_quiet':
      return `no media after the faults were over: ${some} in ${where}, since ${formatTime(fromAt)}`;
  }
};

/**
 * Sentences about conversations with voice agents; empty: none is measured.
 * `Of 6 conversations, 2 lost the audio of their agent: 1 was taken over by another agent, 1 has no
 * agent at the end`.
 */
export const describeConversations = ({ conversations }: Recovery): string[] => {
  if (conversations.length === 0) return [];
  const silent = conversations.filter(({ silenceMs }) => silenceMs !== 0);
  const taken = conversations.filter(({ takenOverBy }) => takenOverBy !== null).length;
  const lost = conversations.filter(({ isLost }) => isLost).length;
  const again = conversations.reduce((sum, { dispatchedAgain }) => sum + dispatchedAgain, 0);
  const dead = conversations.flatMap(({ deadAgentMs }) => deadAgentMs ?? []);
  return [
    silent.length === 0
      ? `${plural(conversations.length, 'conversation')}, none of them without its agent`
      : `${formatNumber(silent.length)} of ${plural(conversations.length, 'conversation')} without audio of an agent: ${formatNumber(taken)} taken over by another agent, ${formatNumber(lost)} without an agent at the end`,
    ...(dead.length === 0
      ? []
      : [`dead agents stayed in their rooms for up to ${formatRecoveryTime(Math.max(...dead))}`]),
    ...(again === 0 ? [] : [`the application dispatched ${plural(again, 'agent')} again`]),
  ];
};

/** True when objectives were evaluated: of repeats that were executed to their end. */
export const hasVerdict = ({ verdict }: Pick<RepeatResult, 'verdict'>): boolean =>
  verdict !== 'void' && verdict !== 'interrupted';

/** Names in a sentence, and how many more there are. */
export const listSome = (names: readonly string[], max = 8): string => {
  const shown = names.slice(0, max).map((name) => shorten(name, MAX_NAME));
  return names.length > max
    ? `${shown.join(', ')} and ${plural(names.length - max, 'more', 'more')}`
    : shown.join(', ');
};

const MAX_NAME = 48;
const MAX_NAMED = 16;

/** `{a-1, a-2} {a-3, a-4}`, or their sizes where there are too many names. */
export const describePartitions = (partitions: readonly (readonly string[])[]): string => {
  const participants = partitions.reduce((sum, { length }) => sum + length, 0);
  if (participants <= MAX_NAMED)
    return partitions.map((one) => `{${listSome(one, MAX_NAMED)}}`).join(' ');
  const sizes = partitions.slice(0, MAX_NAMED).map(({ length }) => formatNumber(length));
  return `${plural(partitions.length, 'partition')} of ${sizes.join(', ')}${partitions.length > MAX_NAMED ? ', …' : ''} participants`;
};

/**
 * `livekit-1 replaced by livekit-4: ready after 6.20 s (terminated 2.30 s, scheduled 2.50 s,
 * running 3.10 s)`.
 */
export const describeReplacement = ({
  component,
  replacement,
  readyMs,
  ...steps
}: Omit<Recovery['replacements'][number], 'at'>): string => {
  const named =
    replacement === component ? `${component} replaced` : `${component} replaced by ${replacement}`;
  const seen = (
    [
      ['terminated', steps.terminatedMs],
      ['scheduled', steps.scheduledMs],
      ['running', steps.runningMs],
    ] as const
  ).flatMap(([step, ms]) => (ms === null ? [] : [`${step} ${formatRecoveryTime(ms)}`]));
  return `${named}: ready after ${formatRecoveryTime(readyMs)}${seen.length === 0 ? '' : ` (${seen.join(', ')})`}`;
};

/**
 * `alert LiveKitNodeDown fired after 31.2 s, resolved after 66.7 s`.
 * @param since of the first fault, ms after the run's start
 */
export const describeAlert = ({ name, fromAt, toAt }: AlertSpan, since: number): string => {
  const fired =
    fromAt < since ? 'fired before the fault' : `fired after ${formatRecoveryTime(fromAt - since)}`;
  const resolved =
    toAt === null
      ? 'not resolved at the end'
      : toAt < since
        ? 'resolved before it'
        : `resolved after ${formatRecoveryTime(toAt - since)}`;
  return `alert ${name} ${fired}, ${resolved}`;
};

const describePhase = ({ phase, reason }: Extract<DrillLine, { event: 'roll_phase' }>): string => {
  switch (phase) {
    case 'forward':
      return 'roll begins';
    case 'undo':
      return `undoing the roll${reason === null ? '' : `: ${describeReason(reason)}`}`;
    case 'rollback':
      return 'rolling back, as the second half of the drill';
    case 'done':
      return 'every node has what it should have';
  }
};

/** `node-1: draining (2 rooms)`. */
export const describeNodeStep = ({
  component,
  step,
  version,
  rooms,
  detail,
}: Pick<
  Extract<DrillLine, { event: 'node_changed' }>,
  'component' | 'step' | 'version' | 'rooms' | 'detail'
>): string => {
  const held = plural(rooms.length, 'room');
  switch (step) {
    case 'draining':
      return `${component}: draining (${held})`;
    case 'cutting':
      return `${component}: the drain is over; ${held} cut`;
    case 'stopped':
      return `${component}: stopped`;
    case 'starting':
      return `${component}: starting${version === null ? '' : ` ${version}`}`;
    case 'ready':
      return `${component}: ready`;
    case 'checked':
      return `${component}: healthy`;
    case 'check_failed':
      return `${component}: not healthy: ${detail ?? 'unknown reason'}`;
  }
};

const KEYS = { first: 'the first key', second: 'the second key', neither: 'neither key' } as const;

/** Sentences about a rotation of API keys: webhooks, and who was refused. @param since of the first fault */
export const describeKeyRotation = (
  { webhooks, joinProbesRefused, participantsRefused }: NonNullable<Recovery['keyRotation']>,
  since: number,
): string[] => [
  ...webhooks.map(
    ({ signer, count, firstAt, lastAt }) =>
      `${plural(count, 'webhook')} signed with ${KEYS[signer]}, from ${signedTime(firstAt - since)} to ${signedTime(lastAt - since)}`,
  ),
  `${plural(joinProbesRefused, 'join probe')} and ${plural(participantsRefused.length, 'participant')} that reconnected were refused: their tokens are signed with the first key`,
];

/** Time from the first fault: `+4.2 s`, `−3.0 s`. */
export const signedTime = (ms: number): string =>
  `${ms < 0 ? '−' : '+'}${formatRecoveryTime(Math.abs(ms))}`;

/**
 * One line of a drill's record as it happens; null: an observation that belongs into the report
 * only.
 */
export const describeDrillEvent = (line: DrillLine): string | null => {
  switch (line.event) {
    case 'steady_state_reached':
      return 'steady state reached';
    case 'target_assumed':
      return `target assumed: ${unprovenText(line)}`;
    case 'void':
      return `drill void: ${describeReason(line.reason)}`;
    case 'aborted':
      return `drill aborted: ${describeReason(line.reason)}`;
    case 'fault_injected': {
      const { components, rooms, target } = line;
      const named = components.length === 0 ? describeTarget(target) : listSome(components, 5);
      const held = rooms.length === 0 ? '' : ` (${plural(rooms.length, 'room')})`;
      return `fault injected: ${describeInjection(line)} on ${named}${held}`;
    }
    case 'fault_rolled_back':
      return `fault rolled back: ${line.fault}`;
    case 'node_changed':
      return describeNodeStep(line);
    case 'roll_phase':
      return describePhase(line);
    case 'fault_skipped':
      return `fault skipped: ${line.fault} (${line.detail})`;
    case 'fault_idle':
      return `fault met no packet: ${line.fault} on ${line.component}`;
    case 'component_replaced':
      return describeReplacement(line);
    case 'users_moved':
      return `new users are sent to ${line.to}`;
    case 'name_moved':
      return `the name leads to ${line.to}, with a TTL of ${formatDuration(line.ttlMs)}`;
    case 'alert_changed':
      return `alert ${line.state === 'firing' ? 'fired' : 'resolved'}: ${line.name}`;
    case 'scale_decided': {
      const why = line.why === 'timetable' ? 'the timetable' : 'the load';
      return `${line.from} → ${plural(line.to, 'node')}, for ${why}`;
    }
    case 'node_ordered':
      return `${line.component}: ordered${line.why === 'spot' ? ', for a Spot node' : ''}`;
    case 'node_registered':
      return `${line.component}: registered`;
    case 'autoscaler_noticed':
      return `autoscaler: ${line.reason}: ${line.message}`;
    case 'spot_noticed':
      return `${line.component}: reclaimed in ${formatDuration(line.noticeMs)} (${plural(line.rooms.length, 'room')})`;
    case 'scale_observed':
    case 'autoscaler_observed':
    case 'registry_observed':
    case 'backends_observed':
    case 'continuity_probed':
    case 'state_written':
    case 'state_read':
    case 'arrivals_observed':
    case 'keys_observed':
    case 'webhooks_observed':
      return null;
  }
};
