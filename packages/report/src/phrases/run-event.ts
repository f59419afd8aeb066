import type { Annotation, RunNote } from '@livekit-swarm/analysis';
import type { DrillStopReason, EffectFinding, ThresholdCrossing } from '@livekit-swarm/record';
import { capital, formatNumber, plural } from '@livekit-swarm/settings';
import { formatMs, formatShare } from '../format.ts';
import { crossingText, otherProgramsText, processName, stepText } from './limits.ts';
import { REMEDIES, reachedLimitText } from './reached-limit.ts';
import { MAY_BE_CAUSED_BY_GENERATOR } from './verdict-reason.ts';

/** An event of the run itself, or of the drill it belongs to: `process 1 died (SIGKILL)`. */
export const eventText = ({ event }: Pick<Annotation, 'event'>): string => {
  switch (event.code) {
    case 'process_died':
      return `process ${event.shard ?? '?'} died${inBrackets(event.detail)}`;
    case 'process_paused':
      return `${processName(event.shard)} did not run for ${formatMs(event.durationMs)}`;
    case 'host_suspended':
      return `this host was suspended for ${formatMs(event.durationMs)}`;
    case 'clock_stepped':
      return `the wall clock of this host was set ${stepText(event.stepMs)}`;
    case 'shared_clock_stepped':
      return `the clock of ${event.host}, or the one that hosts share, was set ${stepText(event.stepMs)}`;
    case 'server_died':
      return `server died${inBrackets(event.detail)}`;
    case 'interrupted':
      return 'interrupted';
    case 'threshold_crossed':
      return `threshold crossed${crossingOf(event)}`;
    case 'threshold_doubted':
      return `threshold crossed${crossingOf(event)}; the run continues, as this ${MAY_BE_CAUSED_BY_GENERATOR} (${event.findings.join(', ')})`;
    case 'warning':
      return `warning: ${event.detail ?? event.reason ?? 'no reason given'}`;
    case 'fault_injected':
      return `fault injected: ${event.fault} on ${componentsOf(event)}`;
    case 'fault_rolled_back':
      return `fault rolled back: ${event.fault}`;
    case 'fault_skipped':
      return `fault skipped: ${event.fault}${inBrackets(event.detail)}`;
    case 'fault_idle':
      return `fault met no packet: ${event.fault} on ${event.component}`;
    case 'component_replaced':
      return `component replaced: ${event.replacement} ready after ${formatMs(event.readyMs)}`;
    case 'drill_void':
      return `drill void: ${stopReasonText(event.reason)}`;
    case 'drill_aborted':
      return `drill aborted: ${stopReasonText(event.reason)}`;
  }
};

const crossingOf = ({ crossing }: { crossing: ThresholdCrossing | null }): string =>
  crossing === null ? '' : `: ${crossingText(crossing)}`;

/** Longer lists of names are cut. */
const MAX_COMPONENTS = 5;

const componentsOf = ({ components }: { components: readonly string[] }): string =>
  components.length === 0
    ? 'no component'
    : `${components.slice(0, MAX_COMPONENTS).join(', ')}${components.length > MAX_COMPONENTS ? ', …' : ''}`;

/** A note below a report: `12.3 s: process 1 died (SIGKILL)`, or what was found in the record. */
export const noteText = (note: RunNote): string => {
  switch (note.code) {
    case 'record_truncated':
      return 'The record is truncated: the end of the run is missing.';
    case 'last_line_truncated':
      return `The last line of the record (${formatNumber(note.line)}) is truncated; it was ignored.`;
    case 'unknown_lines':
      return `${formatNumber(note.count)} lines of the record have a type that this version does not know; they were ignored.`;
    case 'loss_tolerated':
      return `${formatNumber(note.lost)} of ${plural(note.planned, 'participant')} (${formatShare(note.lost / note.planned)}) were lost with their processes; up to ${formatNumber(note.tolerated)} are tolerated (--tolerate-lost), so their loss does not count.`;
    case 'agent_lost':
      return `${plural(note.callers, 'caller')} had no ${agentText(note.agent)} in time (the first in ${note.room}): ${LAST_STATES[note.state](note.agent)}.`;
    case 'agent_finding':
      return `${plural(note.callers, 'caller')} of the ${agentText(note.agent)} (the first in ${note.room}): ${AGENT_FINDINGS[note.finding]}.`;
    case 'publish_rejected':
      return `The server rejected ${formatNumber(note.rejected)} of ${formatNumber(note.total)} tracks: their participants are not allowed to publish them.`;
    case 'host_busy':
      return `${capital(otherProgramsText(note))}.`;
    case 'node_at_limit':
      return `${capital(reachedLimitText(note))}. ${REMEDIES[note.resource]}.`;
    case 'data_queued': {
      const { role, group, waitMs, refused, messages } = note;
      const facts = [
        waitMs > 0 &&
          `messages waited about ${formatMs(waitMs)} in the send buffer, which is part of their latency`,
        refused > 0 &&
          `${formatNumber(refused)} of ${formatNumber(refused + messages)} found no room in the send buffer and were dropped`,
      ];
      return `Participants of ${role} (${group}) sent data faster than their connections took it: ${facts.filter(Boolean).join('; ')}. Send fewer or smaller messages, or look for what slows the connection.`;
    }
    case 'drill_record':
      return 'This is the record of a drill: faults were injected on purpose. "swarm chaos report" with its folder shows the recovery and the objectives.';
    case 'metrics_not_pushed':
      return notPushed('pushes of metrics', note);
    case 'spans_not_pushed':
      return notPushed('spans of joins', note);
    case 'process_died':
    case 'process_paused':
    case 'host_suspended':
    case 'clock_stepped':
    case 'shared_clock_stepped':
    case 'server_died':
    case 'interrupted':
    case 'threshold_crossed':
    case 'threshold_doubted':
    case 'warning':
      return `${(note.at / 1_000).toFixed(1)} s: ${eventText({ event: note })}`;
  }
};

type AgentLost = Extract<RunNote, { code: 'agent_lost' }>;
type AgentFinding = Extract<RunNote, { code: 'agent_finding' }>;

const agentText = (agent: string): string => (agent === '' ? 'voice agent' : `agent ${agent}`);

/** Last known states of the job of an agent that did not join, and what to do next. */
const LAST_STATES: Readonly<Record<AgentLost['state'], (agent: string) => string>> = {
  no_job: (agent) =>
    `it was dispatched, and no worker took the job: ${agent === '' ? 'no worker without a name' : 'no worker of this name'} is registered, as none runs or its key is wrong, or all are full; the server reports none of it, so see the logs of the workers, and "swarm agents status --worker"`,
  no_dispatch: (agent) =>
    agent === ''
      ? 'nothing has dispatched one to the room; its dispatch names others'
      : 'nothing has dispatched it to the room: the token names no agent, the call failed, or the room existed before',
  pending: () => 'its job is offered to workers',
  running: () =>
    'a worker took the job, and its agent did not enter the room: see the log of the worker, whose process for the job may be slow or may have died',
  ended: () => 'its job has ended: see the log of the worker',
  failed: () => 'its job has failed: see the log of the worker',
  unknown: () => 'the state of its job is not known, because the API did not report it',
};

const AGENT_FINDINGS: Readonly<Record<AgentFinding['finding'], string>> = {
  agent_never_published:
    'it joined and published no audio: see the log of its worker, which may wait for a model, or lack the permission to publish',
  agent_never_silent:
    'it spoke without a pause, so that it cannot be talked to: check its turn detection',
  agent_greets:
    'it spoke before its callers had finished their first sentence: their first turn is not measured; if it greets, write opens: agent',
  agent_echoes:
    'it sent the voice of its callers back: check which track it plays, and the echo cancellation of a telephone behind it',
  agent_transfer_lost:
    'callers were to be transferred to it, and it published no audio in time: see the log of the agent before, which dispatches it, and whether a worker of this name is registered',
  several_agents:
    'several agents were in the room at once: each dispatch brings one, and so do workers without a name ("swarm agents status")',
  caller_silent:
    'callers could not speak for 10 s, because their audio tracks were not published: see the logs of their clients, and whether their tokens permit to publish',
  utterance_rejected:
    'they did not speak, and none of their turns is measured: the audio file of their role has no voice above -45 dBov',
};

const inBrackets = (detail: string | null): string => (detail === null ? '' : ` (${detail})`);

/** Reason why a drill ended before its schedule, for reports of drills and of their runs. */
export const stopReasonText = (reason: DrillStopReason): string => {
  switch (reason.code) {
    case 'steady_state_not_reached': {
      const { participantsMissing, participants, subscriptionsWithoutMedia } = reason;
      const missing = [
        ...(participantsMissing > 0
          ? [`${participantsMissing} of ${plural(participants, 'participant')} not connected`]
          : []),
        ...(subscriptionsWithoutMedia > 0
          ? [`${plural(subscriptionsWithoutMedia, 'subscription')} without media`]
          : []),
      ];
      return `steady state not reached within ${reason.withinMs / 1_000} s: ${missing.join(', ') || 'it had not lasted long enough'}`;
    }
    case 'ended_before_steady_state':
      return 'the run ended before the steady state was reached';
    case 'target_mismatch':
      return `${reason.components.join(', ')} (${reason.kind}) ${reason.components.length === 1 ? 'is' : 'are'} not what the participants use: their rooms are on ${reason.roomNodes.join(', ')}`;
    case 'target_unproven':
      return `${unprovenText(reason)}; --allow-unproven-target injects all the same`;
    case 'rolled_back_externally':
      return `${reason.fault} was rolled back by another process during the drill`;
    case 'fault_gone':
      return `${reason.fault} of ${reason.component} was gone before its rollback: ${EFFECT_FINDINGS[reason.found]}; probably ${PROBABLE_CAUSES[reason.found]}`;
    case 'effect_unknown':
      return `whether ${reason.fault} of ${reason.component} lasted until its rollback is not known: ${reason.message}`;
    case 'execution_failed':
      return reason.message;
    case 'node_not_ready':
      return `${reason.component} did not start with the new release: ${reason.message}`;
    case 'gate_failed':
      return `${reason.component} failed the health gate: ${reason.message}`;
    case 'roll_objective_missed':
      return `after the change of ${reason.component}, ${reason.objectives.length === 1 ? 'an objective was' : 'objectives were'} missed: ${reason.objectives.join(', ')}`;
    case 'control_group_interrupted':
      return `${Math.round(100 * reason.share)} % of the subscribers in the control group received no media for ${reason.forMs / 1_000} s`;
    case 'load_interrupted':
      return `${Math.round(100 * reason.share)} % of all subscribers received no media for ${reason.forMs / 1_000} s`;
  }
};

/** Phrases for the findings at a target that lacks the effect of its fault. */
const EFFECT_FINDINGS: Readonly<Record<EffectFinding, string>> = {
  still_runs: 'the process that was to be terminated still runs',
  runs: 'its process runs',
  does_not_run: 'its process does not run',
  table_missing: 'its nftables table does not exist',
  rules_missing: 'its nftables table has no rules',
  no_packet_matched: 'no packet has matched its rules',
  impairment_ended: 'swarm-impair has ended',
  cgroup_missing: 'its cgroup does not exist',
  process_left_cgroup: 'its process is in another cgroup',
  limit_changed: 'its limit is another one',
  chaos_object_missing: 'its Chaos Mesh object does not exist',
  chaos_object_not_injected: 'its Chaos Mesh object is not injected (AllInjected)',
  reservation_missing: 'no pod reserves the host',
  still_primary: 'it is still the primary',
  backup_missing: 'the backup does not exist',
  helper_missing: 'the helper pod of its node does not run',
  helper_lost_effect: 'the helper pod of its node has undone it',
  certificate_changed: 'the load balancer has another certificate',
  name_changed: 'the name leads to another address',
};

const RULES_REMOVED =
  'a firewall manager reloaded its rules (nft flush ruleset), or another process rolled it back ("swarm chaos rollback --scan --remove")';
const PROCESS_MOVED =
  'the service manager or the container runtime moved or restarted it, or another process rolled it back';

const PROBABLE_CAUSES: Readonly<Record<EffectFinding, string>> = {
  still_runs: 'it was not the process of the component',
  runs: 'a supervisor, the orchestrator or an operator started or continued it',
  does_not_run: 'a watchdog or an operator terminated it, or its host was replaced',
  table_missing: RULES_REMOVED,
  rules_missing: RULES_REMOVED,
  no_packet_matched: 'the component has other ports or no traffic',
  impairment_ended: 'an operator terminated it, or the kernel did for want of memory',
  cgroup_missing: PROCESS_MOVED,
  process_left_cgroup: PROCESS_MOVED,
  limit_changed: 'the service manager, the container runtime or an operator set another limit',
  chaos_object_missing: 'an operator deleted it, or another process rolled it back',
  chaos_object_not_injected: 'its pod was replaced, or Chaos Mesh recovered it',
  reservation_missing: 'the Kubernetes node was replaced, or an operator deleted the job',
  still_primary: 'the failover was not completed: see the logs of the Sentinels',
  backup_missing: 'an operator deleted it',
  helper_missing: 'an operator deleted it, or it ended because it received no heartbeat',
  helper_lost_effect: 'it was killed, or received no heartbeat for 20 s',
  certificate_changed: 'another process rolled it back',
  name_changed: 'another process rolled it back',
};

type UnprovenTarget = Extract<DrillStopReason, { code: 'target_unproven' }>;

/** Reason why it is unknown if components belong to the deployment that the participants use. */
export const unprovenText = ({ kind, components, why }: Omit<UnprovenTarget, 'code'>): string =>
  `it cannot be proven that the participants use ${components.join(', ') || `a ${kind} of the target`}: ${UNPROVEN[why]}`;

const UNPROVEN: Readonly<Record<UnprovenTarget['why'], string>> = {
  node_id_unknown: 'the ID of a node is not known',
  node_not_registered:
    'it holds no room of the load, and no Redis that can be read lists it next to the nodes that do (--redis)',
  redis_unreadable: 'its keys cannot be read',
  address_unknown: 'the URL leads to another address, such as that of a proxy',
  turn_not_reported: 'which TURN server they use is not observed',
  egress_not_reported: 'which workers of egress record their rooms is not observed',
};

const notPushed = (
  items: string,
  note: Extract<RunNote, { code: 'metrics_not_pushed' | 'spans_not_pushed' }>,
): string => {
  const { output, url, delivered, rejected, lost, detail } = note;
  const [failed, all] = [rejected + lost, delivered + rejected + lost].map(formatNumber);
  return `${failed} of ${all} ${items} to ${output} (${url}) failed: ${formatNumber(rejected)} rejected, ${formatNumber(lost)} lost${inBrackets(detail)}.`;
};
