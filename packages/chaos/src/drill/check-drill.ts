import { MAX_NODES } from '@livekit-swarm/lab';
import {
  LIMITS,
  type ParticipantPlan,
  publicationTimes,
  type RecordedScenario,
  thresholdMisses,
} from '@livekit-swarm/scenario';
import {
  type FileSettings,
  formatDuration,
  type Path,
  type Problem,
  suggest,
} from '@livekit-swarm/settings';
import { ENTRANCES } from '../targets/name-control.ts';
import type { Drill, ObjectiveCode, Objectives, ScenarioLoad } from './drill.ts';
import { expectedMedia, receivedSources } from './expected-media.ts';
import { findConflicts } from './fault-conflicts.ts';
import {
  JOIN_PROBE_GROUP,
  JOIN_PROBE_ROLE,
  planOfLoad,
  scenarioOfDrill,
} from './scenario-of-drill.ts';
import { scenarioUntil, timesOfScenario } from './scenario-until.ts';
import { drillTimes } from './schedule.ts';
import type { Faults } from './schema/fault.ts';
import type { DrillFile } from './schema/file.ts';

/** Longest drill, ms; a longer one is a mistake. */
const MAX_LENGTH_MS = 24 * 3_600_000;

type Report = (path: Path, message: string, hint: string) => void;

/** Reports problems of a drill whose file has the right form. */
export const checkDrill = (
  drill: Drill,
  settings: FileSettings<DrillFile>,
  faults: Faults,
  isRolled = false,
): Problem[] => {
  const problems: Problem[] = [];
  const report: Report = (path, message, hint) =>
    void problems.push(settings.problem(path, message, hint));
  checkLength(drill, report);
  // Without enough load, the drill has no plan that the other rules could judge.
  if (!checkLoad(drill, report)) return problems;
  checkObjectives(drill, settings.value, report, isRolled);
  checkWindows(drill, settings, problems);
  checkLab(drill, settings.value, report);
  for (const { position, message, hint } of findConflicts(drill, settings.value.faults, faults)) {
    report(['faults', position], message, hint);
  }
  return problems;
};

const checkLength = (drill: Drill, report: Report): void => {
  const { endMs } = drillTimes(drill);
  if (endMs <= MAX_LENGTH_MS) return;
  report(
    ['drill'],
    `would take ${formatDuration(endMs)}`,
    `the maximum is ${formatDuration(MAX_LENGTH_MS)}`,
  );
};

/** Key of each objective in a drill file, and its limits. */
const OBJECTIVE_KEYS: Record<
  Exclude<ObjectiveCode, 'alerts' | 'thresholds'>,
  { key: string; limits: readonly (keyof Objectives)[] }
> = {
  time_to_recover: {
    key: 'timeToRecover',
    limits: ['timeToRecoverP50Ms', 'timeToRecoverP95Ms', 'timeToRecoverMaxMs'],
  },
  not_recovered: { key: 'subscriptionsNotRecovered', limits: ['subscriptionsNotRecovered'] },
  rooms_without_media: { key: 'roomsWithoutMedia', limits: ['roomsWithoutMedia'] },
  split_brain: { key: 'splitBrain', limits: ['splitBrain'] },
  control_group: { key: 'controlGroup', limits: ['controlGroupInterruptionMs'] },
  join_probes: {
    key: 'joinProbesConnected',
    limits: ['joinProbesConnected', 'joinProbesWithoutMedia'],
  },
  ghost_rooms: { key: 'ghostRooms', limits: ['ghostRooms'] },
  disconnected: { key: 'disconnected', limits: ['disconnected'] },
  invariants: { key: 'invariantViolations', limits: ['invariantViolations'] },
  rto: { key: 'rto', limits: ['rtoMs'] },
  rpo: { key: 'rpo', limits: ['rpoMs'] },
  state_lost: { key: 'stateLost', limits: ['stateLost'] },
  agent_silence: { key: 'agentSilence', limits: ['agentSilenceMaxMs'] },
  conversations_lost: { key: 'conversationsLost', limits: ['conversationsLost'] },
};

/** Key of an objective in the file, and whether the drill requires it. */
const requirementOf = (
  { objectives, thresholds }: Drill,
  code: ObjectiveCode,
): { key: string; isRequired: boolean } => {
  if (code === 'thresholds') return { key: 'thresholds', isRequired: thresholds.length > 0 };
  if (code === 'alerts') {
    const isRequired = Object.keys(objectives.alertsWithinMs).length > 0;
    return { key: 'objectives.alerts', isRequired };
  }
  const { key, limits } = OBJECTIVE_KEYS[code];
  return {
    key: `objectives.${key}`,
    isRequired: limits.some(
      (limit) =>
        objectives[limit] !== null ||
        objectives.roles.some((one) => limit in one && one[limit as keyof typeof one] !== null),
    ),
  };
};

const checkObjectives = (
  drill: Drill,
  { knownFailures }: DrillFile,
  report: Report,
  isRolled: boolean,
): void => {
  const { objectives, joinProbes, faults, continuity } = drill;
  for (const code of ['rto', 'rpo', 'state_lost'] as const) {
    const { key, isRequired } = requirementOf(drill, code);
    if (isRequired && continuity === null)
      report(
        ['objectives', OBJECTIVE_KEYS[code].key],
        'is not measured: the drill has no continuity',
        `add continuity: {}, or leave ${key} out`,
      );
  }
  for (const code of ['agent_silence', 'conversations_lost'] as const) {
    const { key, isRequired } = requirementOf(drill, code);
    if (isRequired && !hasCallers(drill))
      report(
        ['objectives', OBJECTIVE_KEYS[code].key],
        'is not measured: no participant talks with a voice agent',
        `give a role of the scenario conversation: {}, or leave ${key} out`,
      );
  }
  for (const [key, value] of Object.entries({
    joinProbesConnected: objectives.joinProbesConnected,
    joinProbesWithoutMedia: objectives.joinProbesWithoutMedia,
  })) {
    if (value !== null && joinProbes === null)
      report(
        ['objectives', key],
        'needs join probes, and the drill has none',
        'add joinProbes: { every: 2s, sessionDuration: 4s }',
      );
  }
  if (faults.length === 0 && !isRolled && requirementOf(drill, 'time_to_recover').isRequired) {
    report(
      ['objectives', 'timeToRecover'],
      'counts from a fault, and the drill has none',
      'leave it out',
    );
  }
  checkRoles(drill, report);
  checkAlerts(drill, report);
  for (const list of ['always', 'sometimes'] as const) {
    for (const [index, code] of (knownFailures?.[list] ?? []).entries()) {
      const { key, isRequired } = requirementOf(drill, code);
      if (isRequired) continue;
      report(
        ['knownFailures', list, index],
        `${code} can never be missed: no objective requires it`,
        `add ${key}, or leave it out`,
      );
    }
  }
};

/** Reports objectives of roles that the load does not have, and those that are always met. */
const checkRoles = (drill: Drill, report: Report): void => {
  if (drill.objectives.roles.length === 0) return;
  const names = new Set(
    scenarioOfDrill(drill).groups.flatMap(({ roles }) => roles.map(({ name }) => name)),
  );
  for (const role of new Set(drill.objectives.roles.map((one) => one.role)))
    if (!names.has(role))
      report(
        ['objectives', 'roles', role],
        `the load has no role "${role}"`,
        suggest(role, [...names], 'its roles:'),
      );
  const { participants } = planOfLoad({ ...drill, thresholds: [] }, 'check');
  const publishers = participants.filter(
    (one) => one.grants.hidden !== true && publicationTimes(one).length > 0,
  );
  const byRoom = Map.groupBy(publishers, ({ room }) => room);
  const isSubscribed = (one: ParticipantPlan): boolean =>
    receivedSources(one).size > 0 &&
    (byRoom.get(one.room) ?? []).some(({ identity }) => identity !== one.identity);
  for (const { role, direction } of drill.objectives.roles) {
    const isPublishing = direction === 'publishing';
    const candidates = isPublishing ? publishers : participants.filter(isSubscribed);
    if (!names.has(role) || candidates.some((one) => one.role === role)) continue;
    report(
      ['objectives', 'roles', role, direction],
      `is always met: "${role}" ${isPublishing ? 'publishes nothing' : 'receives no media of others that is reported'} during the drill`,
      'leave it out',
    );
  }
};

const checkAlerts = (drill: Drill, report: Report): void => {
  const { faultFromMs, endMs } = drillTimes(drill);
  const required = Object.entries(drill.objectives.alertsWithinMs);
  if (required.length === 0) return;
  if (drill.faults.length === 0)
    report(
      ['objectives', 'alerts'],
      'count from a fault, and the drill has none',
      'leave them out',
    );
  else if (!drill.lab.alerts)
    report(
      ['objectives', 'alerts'],
      'cannot be observed: the lab has no Prometheus',
      'add lab: { alerts: true }',
    );
  for (const [name, ms] of drill.faults.length === 0 ? [] : required) {
    if (ms <= endMs - faultFromMs) continue;
    const left = formatDuration(endMs - faultFromMs);
    report(
      ['objectives', 'alerts', name],
      `is longer than the drill: it ends ${left} after the fault`,
      'make recovery longer',
    );
  }
};

/** Reports thresholds on media that the drill does not have: they could never be crossed. */
const checkWindows = (
  drill: Drill,
  { value, problem }: FileSettings<DrillFile>,
  problems: Problem[],
): void => {
  for (const { index, message, hint } of thresholdMisses(scenarioOfDrill(drill))) {
    const path = value.thresholds[index]?.path ?? [];
    problems.push(problem(['thresholds', ...path], message, hint));
  }
};

/** Reports a load that is too large or too short; false: it has no plan. */
const checkLoad = ({ load, ...drill }: Drill, report: Report): boolean => {
  if ('scenario' in load) return checkScenario({ load, ...drill }, load, report);
  const { rooms, participants } = load;
  if (rooms * participants > LIMITS.participants)
    report(
      ['load', 'rooms'],
      `${rooms} rooms × ${participants} are more than ${LIMITS.participants} participants`,
      'use fewer rooms, or fewer in each',
    );
  const { lastJoinMs, steadyFromMs, steadyMs } = drillTimes({ load, ...drill });
  if (steadyFromMs > lastJoinMs) return true;
  report(
    ['steadyState', 'at'],
    `the steady state would begin after ${formatDuration(steadyFromMs)}, and the last of the rooms is joined after ${formatDuration(lastJoinMs)}`,
    `write at: ${formatDuration(Math.ceil((lastJoinMs + steadyMs - steadyFromMs) / 1_000) * 1_000 + STEP_MS)} or later, or a higher joinRate`,
  );
  return false;
};

const checkScenario = (drill: Drill, { scenario }: ScenarioLoad, report: Report): boolean => {
  const named = scenario.groups.flatMap(({ name, roles }) => [
    name,
    ...roles.map((role) => role.name),
  ]);
  const reserved = named.find((name) => name === JOIN_PROBE_ROLE || name === JOIN_PROBE_GROUP);
  if (reserved !== undefined)
    report(
      ['scenario'],
      `has a group or a role "${reserved}", as the join probes of a drill`,
      'give it another name',
    );
  const early = scenario.groups
    .flatMap(({ roles }) => roles.flatMap(({ conversation }) => conversation?.agent ?? []))
    .find(({ by }) => by !== 'api');
  if (early !== undefined)
    report(
      ['scenario'],
      `dispatches ${early.name} with its room (by: ${early.by}), and a drill creates the rooms before`,
      `write agent: { name: ${early.name}, by: api }`,
    );
  const { steadyFromMs, steadyMs, endMs } = drillTimes(drill);
  const lastsMs = endOfLoad(scenario, endMs);
  if (lastsMs < endMs - SHORT_MS) {
    report(
      ['scenario'],
      `ends after ${formatDuration(lastsMs)}, and the drill takes ${formatDuration(endMs)}`,
      'make its stages longer, or recovery shorter; groups with constant rooms last as long as the drill',
    );
    return false;
  }
  if (!hasSteadyMedia(drill)) {
    const span = `from ${formatDuration(steadyFromMs)} to ${formatDuration(steadyMs)}`;
    const at = laterSteadyTime(drill, steadyMs);
    report(
      ['scenario'],
      `no participant receives media of another during the whole steady state (${span})`,
      at === null
        ? 'choose a time with steadyState: { at: 1m }, and a shorter for'
        : `write steadyState: { at: ${formatDuration(at)} } (--steady-at)`,
    );
  }
  return true;
};

/** Returns true if any participant must receive media during the whole steady state. */
const hasSteadyMedia = (drill: Drill): boolean => {
  const { steadyFromMs, steadyMs } = drillTimes(drill);
  const { participants } = planOfLoad({ ...drill, thresholds: [] }, 'check');
  // The audio of a voice agent is not planned; its absence is what such a drill measures.
  const isCaller = (one: ParticipantPlan): boolean =>
    one.conversation !== undefined && one.joinAtMs <= steadyFromMs && one.leaveAtMs >= steadyMs;
  return (
    participants.some(isCaller) ||
    [...expectedMedia(participants, steadyFromMs, steadyMs).values()].some(({ size }) => size > 0)
  );
};

const STEP_MS = 2_000;
const MAX_STEPS = 100;

/** Next time, in steps, at which the steady state could hold, ms; null: none was found. */
const laterSteadyTime = (drill: Drill, fromMs: number): number | null => {
  if (!('scenario' in drill.load)) return null;
  for (let step = 1; step <= MAX_STEPS; step++) {
    const atMs = Math.ceil(fromMs / 1_000) * 1_000 + step * STEP_MS;
    const later = { ...drill, steadyState: { ...drill.steadyState, atMs } };
    const { endMs } = drillTimes(later);
    if (endOfLoad(drill.load.scenario, endMs) < endMs - SHORT_MS) return null;
    if (hasSteadyMedia(later)) return atMs;
  }
  return null;
};

/** End of a scenario whose groups last as long as the drill, where they can, ms. */
const endOfLoad = (scenario: RecordedScenario, endMs: number): number =>
  timesOfScenario(scenarioUntil(scenario, endMs)).endAtMs;

/** Time by which a load may end before its drill, ms: joins are spread. */
const SHORT_MS = 2_000;

/** Keys of secrets in LiveKit's configuration. */
const SECRETS: ReadonlySet<string> = new Set([
  'keys',
  'key_file',
  'password',
  'sentinel_password',
  'secret',
  'credential',
]);

/** Paths of the secrets in a configuration. */
const secretsIn = (value: unknown, path: Path): Path[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return SECRETS.has(key) ? [here] : secretsIn(inner, here);
  });
};

/** Fault that lets the name of the load balancer lead elsewhere. */
const CHANGE_DNS = 'change-dns';

/** Faults that replace the certificate of the load balancer. */
const CERTIFICATE_FAULTS: ReadonlySet<string> = new Set([
  'renew-certificate',
  'certificate-expiry',
]);

/** Fault that replaces the API keys of a node: only drills with it observe them. */
export const CHANGE_KEYS = 'change-keys';

const hasCallers = ({ load }: Drill): boolean =>
  'scenario' in load &&
  load.scenario.groups.some(({ roles }) =>
    roles.some(({ conversation }) => conversation !== undefined),
  );

/** Returns true if browsers, or clients of the Rust SDK, take part. */
const hasRealClients = ({ load }: Drill): boolean =>
  'scenario' in load &&
  ((load.scenario.witnesses ?? []).length > 0 ||
    load.scenario.groups.some(({ roles }) => roles.some(({ engine }) => engine !== undefined)));

/** Reports agents that callers dispatch, and of which the lab has no workers. */
const checkAgents = ({ load, lab: { agentWorkers } }: Drill, report: Report): void => {
  if (agentWorkers === null || !('scenario' in load)) return;
  const { agent } = agentWorkers;
  const hint = `write conversation: { agent: { name: ${agent}, by: api } }, or lab: { agentWorkers: { agent: … } }`;
  for (const { name, roles } of load.scenario.groups) {
    // Agents may also be participants of the group.
    const hasAgents = roles.some(({ answers }) => answers !== undefined);
    for (const { name: role, conversation } of roles) {
      if (conversation === undefined) continue;
      const others = [conversation.agent?.name, conversation.transfer?.to].filter(
        (one) => one !== undefined && one !== agent,
      );
      if (others.length > 0)
        report(
          ['scenario'],
          `callers (${name}, role ${role}) dispatch ${others.join(' and ')}, and the workers of the lab are those of ${agent}: they would get no agent`,
          hint,
        );
      else if (conversation.agent === undefined && !hasAgents)
        report(
          ['scenario'],
          `callers (${name}, role ${role}) dispatch no agent, and the workers of the lab are those of ${agent}: they would get none`,
          hint,
        );
    }
  }
};

/** Sites between which a name moves users. */
const SITES_OF_NAME = ENTRANCES.length;

const checkLab = (drill: Drill, { faults }: DrillFile, report: Report): void => {
  const { lab } = drill;
  for (const path of secretsIn(lab.config, ['lab', 'config'])) {
    report(
      path,
      'would be written to records and reports',
      'leave it out: a lab creates its own keys each time',
    );
  }
  for (const [position, { with: params }] of faults.entries()) {
    const config =
      typeof params === 'object' && params !== null && 'config' in params ? params.config : {};
    for (const path of secretsIn(config, ['faults', position, 'with', 'config']))
      report(
        path,
        'would be written to records and reports',
        'leave it out: the node keeps its own',
      );
  }
  for (const [key, isGiven] of [
    ['spare', lab.spare > 0],
    ['tls', lab.tls],
    ['agentWorkers', lab.agentWorkers !== null],
  ] as const)
    if (lab.sites > 1 && isGiven)
      report(['lab', key], 'is for a lab of one site', 'leave it out, or write sites: 1');
  if (lab.sites > 1 && lab.dnsTtlMs !== null) {
    if (lab.sites > SITES_OF_NAME)
      report(['lab', 'dns'], `leads to ${SITES_OF_NAME} sites`, `write sites: ${SITES_OF_NAME}`);
    if (hasRealClients(drill))
      report(
        ['lab', 'dns'],
        'would leave clients with engine: browser or rtc at the first site: they do not ask the name server of the lab',
        'leave it out: they then ask a token endpoint, or give every role the native engine',
      );
  }
  if (lab.tls && lab.agentWorkers !== null)
    report(
      ['lab', 'agentWorkers'],
      'is for a lab without TLS: its certificate does not have the addresses of the workers',
      'write tls: false',
    );
  checkAgents(drill, report);
  if (lab.nodes + lab.spare > MAX_NODES)
    report(['lab', 'spare'], `makes more than ${MAX_NODES} nodes`, 'write fewer nodes');
  if (lab.dnsTtlMs !== null && (lab.dnsTtlMs < 1_000 || lab.dnsTtlMs % 1_000 !== 0))
    report(['lab', 'dns'], 'must be a number of seconds, at least 1s', 'write dns: 10s');
  for (const [position, { fault }] of faults.entries()) {
    if (!CERTIFICATE_FAULTS.has(fault) || lab.tls) continue;
    report(
      ['faults', position, 'fault'],
      'needs a load balancer that terminates TLS',
      'write lab: { tls: true }',
    );
  }
  for (const [position, { fault }] of faults.entries()) {
    if (fault !== CHANGE_DNS || lab.dnsTtlMs !== null || lab.sites > 1) continue;
    report(
      ['faults', position, 'fault'],
      'needs a name by which clients find the load balancer',
      'write lab: { dns: 10s }',
    );
  }
  for (const [position, { fault, with: params }] of faults.entries()) {
    if ((fault === CHANGE_KEYS || fault === CHANGE_DNS) && lab.sites > 1)
      report(['faults', position, 'fault'], 'is for a lab of one site', 'write sites: 1');
    const closes =
      typeof params === 'object' && params !== null && 'closeAfter' in params
        ? params.closeAfter
        : null;
    if (fault === CHANGE_DNS && closes !== null && hasRealClients(drill))
      report(
        ['faults', position, 'with', 'closeAfter'],
        'would shut out clients with engine: browser or rtc, which do not ask the name server of the lab',
        'leave it out, or give every role the native engine',
      );
  }
  for (const [position, { target }] of faults.entries()) {
    if (target?.role !== 'spare-node' || lab.spare > 0) continue;
    report(
      ['faults', position, 'target'],
      'needs a node that does not run: the lab has none',
      'write lab: { spare: 1 }',
    );
  }
  for (const [position, { target }] of faults.entries()) {
    const isAtWorkers = target?.role === 'agent-worker' || target?.role === 'agent-workers';
    if (!isAtWorkers || lab.agentWorkers !== null) continue;
    report(
      ['faults', position, 'target'],
      'needs workers of agents: the lab has none',
      'write lab: { agentWorkers: { count: 2 } }',
    );
  }
  for (const [position, { target }] of faults.entries()) {
    if (target?.role !== 'other-node' || lab.nodes > 1) continue;
    report(
      ['faults', position, 'target'],
      'needs another node: the lab has one',
      'write lab: { nodes: 2 } or more',
    );
  }
};
