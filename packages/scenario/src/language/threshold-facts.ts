import {
  type Labels,
  type MetricName,
  metricDefinition,
  type Threshold,
  WITNESS_GROUP,
} from '@livekit-swarm/metrics';
import { type MapTree, suggest, treeAt } from '@livekit-swarm/settings';
import { actionNames } from '../actions/plan-actions.ts';
import { type LoadExtent, latestEndMs, stageNames } from '../plan/extent.ts';
import { dataOf, type StreamLabels, streamsOf } from '../plan/streams.ts';
import type { NamedWindow, WitnessSpec } from '../scenario.ts';
import { BUILTIN_WINDOWS, windowNamesIn } from './window-names.ts';

/**
 * Facts of a scenario that thresholds can refer to. Null: unknown, because the scenario has other
 * problems; then it is not checked.
 */
export interface ThresholdFacts {
  /** Roles by group, without those that have no participants. */
  roles: ReadonlyMap<string, readonly string[]>;
  /** Paths that participants use; null: unknown. */
  paths: readonly string[] | null;
  stages: readonly string[];
  windows: readonly string[];
  streams: readonly StreamLabels[] | null;
  data: readonly Pick<StreamLabels, 'direction' | 'group' | 'role'>[] | null;
  /** Roles that receive streams of data; null: unknown. */
  streamed: readonly RoleName[] | null;
  /** Roles that call other participants; null: unknown. */
  callers: readonly RoleName[] | null;
  /** Actions of participants; null: unknown. */
  actions: readonly { action: string; group: string; role: string }[] | null;
  /** True if participants take turns in speaking; null: unknown. */
  turns: boolean | null;
  endMs: number | null;
}

export const factsOf = (
  scenario: LoadExtent & { windows: readonly NamedWindow[]; witnesses?: readonly WitnessSpec[] },
): ThresholdFacts => ({
  roles: new Map([
    ...scenario.groups.map(({ name, roles }): [string, string[]] => [
      name,
      roles.filter(({ count }) => count > 0).map((role) => role.name),
    ]),
    ...witnessRoles(scenario),
  ]),
  paths: pathsOf(scenario),
  stages: stageNames(scenario),
  windows: scenario.windows.map(({ name }) => name),
  streams: withWitnesses(streamsOf(scenario), witnessRoles(scenario)),
  data: dataOf(scenario),
  streamed: streamedOf(scenario),
  callers: callersOf(scenario),
  actions: actionsOf(scenario),
  turns: scenario.groups.some(({ roles }) =>
    roles.some(({ count, turns }) => count > 0 && turns !== undefined),
  ),
  endMs: latestEndMs(scenario),
});

/** Paths that participants use. Real clients gather all candidates: `auto`. */
const pathsOf = ({ groups, witnesses = [] }: Parameters<typeof factsOf>[0]): string[] => {
  const used = groups.flatMap(({ roles }) =>
    roles
      .filter(({ count }) => count > 0)
      .map(({ engine, path }) => (engine === undefined ? path : 'auto')),
  );
  return [...new Set([...used, ...witnesses.map(() => 'auto')])];
};

const witnessRoles = ({
  witnesses = [],
}: {
  witnesses?: readonly WitnessSpec[];
}): [group: string, roles: string[]][] =>
  witnesses.length === 0 ? [] : [[WITNESS_GROUP, witnesses.map(({ engine }) => engine)]];

/** Streams with those of witnesses, which receive everything that is sent. */
const withWitnesses = (
  streams: StreamLabels[],
  witnesses: readonly [group: string, roles: string[]][],
): StreamLabels[] => [
  ...streams,
  ...witnesses.flatMap(([group, roles]) =>
    roles.flatMap((role) =>
      streams
        .filter(({ direction }) => direction === 'up')
        .map((sent): StreamLabels => ({ ...sent, direction: 'down', group, role })),
    ),
  ),
];

/** Reason why a threshold can match nothing. `about`: part of the threshold's text to point at. */
export interface UnmatchedThreshold {
  message: string;
  hint: string;
  about: RegExp;
}

/** Reason why the threshold can match nothing in such a scenario; null if it can. */
export const whyUnmatched = (
  threshold: Threshold,
  facts: ThresholdFacts,
): UnmatchedThreshold | null =>
  whyOfAnotherCommand(threshold) ??
  whyUnmatchedGroup(threshold.selector, facts) ??
  whyUnmatchedRole(threshold.selector, facts) ??
  whyUnmatchedPath(threshold.selector, facts) ??
  whyUnmatchedWindow(threshold, facts) ??
  whyUnmatchedMedia(threshold, facts) ??
  whyUnmatchedData(threshold, facts) ??
  whyUnmatchedStreams(threshold, facts) ??
  whyUnmatchedCalls(threshold, facts) ??
  whyUnmatchedAction(threshold, facts) ??
  whyUnmatchedTurns(threshold, facts);

const whyOfAnotherCommand = ({ metric }: Threshold): UnmatchedThreshold | null => {
  const { command } = metricDefinition(metric);
  if (command === undefined) return null;
  return {
    message: `${metric} is measured by swarm ${command} only, not by a run`,
    hint: `use swarm ${command} --threshold for it`,
    about: /^\s*\w+/,
  };
};

const whyUnmatchedGroup = (
  { group }: Labels,
  { roles }: ThresholdFacts,
): UnmatchedThreshold | null => {
  if (group === undefined || roles.has(group)) return null;
  return {
    message: `unknown group "${group}"`,
    hint: suggest(group, [...roles.keys()], 'available:'),
    about: labelled('group'),
  };
};

const whyUnmatchedRole = (
  { group, role }: Labels,
  { roles }: ThresholdFacts,
): UnmatchedThreshold | null => {
  if (role === undefined) return null;
  const known =
    group === undefined ? [...new Set([...roles.values()].flat())] : (roles.get(group) ?? []);
  if (known.includes(role)) return null;
  const where = group === undefined ? '' : ` in the group "${group}"`;
  return {
    message: `no participant has the role "${role}"${where}`,
    hint: suggest(role, known, 'available:'),
    about: labelled('role'),
  };
};

const whyUnmatchedPath = (
  { path }: Labels,
  { paths }: ThresholdFacts,
): UnmatchedThreshold | null =>
  path === undefined || paths === null || paths.includes(path)
    ? null
    : {
        message: `no participant uses the path "${path}"`,
        hint: suggest(path, paths, 'available:'),
        about: labelled('path'),
      };

const whyUnmatchedWindow = (
  { window }: Threshold,
  { stages, windows, endMs }: ThresholdFacts,
): UnmatchedThreshold | null => {
  const about = /@/;
  if (window === null) return null;
  if (window.type === 'stages') {
    if (stages.length > 0) return null;
    return {
      message: '@* selects every stage, and there are none',
      hint: 'leave @* out, or use an executor with stages',
      about,
    };
  }
  if (window.type === 'stretch') {
    if (endMs === null || window.fromMs < endMs) return null;
    return {
      message: `the run ends after ${endMs / 1_000}s`,
      hint: 'use a window that begins earlier',
      about,
    };
  }
  const known = [...BUILTIN_WINDOWS, ...stages, ...windows];
  if (known.includes(window.name)) return null;
  return {
    message: `unknown window "${window.name}"`,
    hint: suggest(window.name, known, 'available:'),
    about,
  };
};

/** Metrics of the uplink. All other metrics of tracks are of the downlink, or of both. */
const UPWARD: ReadonlySet<MetricName> = new Set([
  'publish_rejections',
  'uplink_loss',
  'uplink_loss_before_recovery',
  'uplink_jitter',
  'packets_sent',
  'bytes_sent',
  'frames_sent',
  'nacks_received',
  'plis_received',
  'quality_limitation',
]);
const BOTH_WAYS: ReadonlySet<MetricName> = new Set([
  'rtx_packets',
  'keyframes',
  'rtt',
  'bandwidth_estimate',
]);

const directionsOf = (metric: MetricName): readonly string[] => {
  if (BOTH_WAYS.has(metric)) return ['up', 'down'];
  return [UPWARD.has(metric) ? 'up' : 'down'];
};

const LABELS_OF_MEDIA = ['kind', 'codec', 'direction', 'group', 'role'] as const;

const whyUnmatchedMedia = (
  { metric, selector }: Threshold,
  { streams }: ThresholdFacts,
): UnmatchedThreshold | null => {
  if (streams === null || (selector.kind === undefined && selector.codec === undefined))
    return null;
  const possible = streams.filter(({ direction }) => directionsOf(metric).includes(direction));
  if (
    possible.some((stream) =>
      LABELS_OF_MEDIA.every(
        (label) => selector[label] === undefined || selector[label] === stream[label],
      ),
    )
  )
    return null;
  const upward = directionsOf(metric)[0] === 'up';
  const what = [selector.codec, selector.kind ?? 'track']
    .filter((one) => one !== undefined)
    .join(' ');
  const those = [...new Set(possible.map(({ kind, codec }) => `${kind} (${codec})`))];
  return {
    message: `no ${what} is ${upward ? 'sent' : 'received'} by ${participantsOf(selector)}`,
    hint:
      those.length === 0
        ? 'the scenario has no such media'
        : `the scenario has ${those.join(', ')}`,
    about: labelled(selector.kind === undefined ? 'codec' : 'kind'),
  };
};

/** A role of a group. */
interface RoleName {
  group: string;
  role: string;
}

/**
 * Reason why none of some roles is selected; null: one is.
 * @param hint key that makes a role one of them
 */
const whyNoRole = (
  roles: readonly RoleName[],
  selector: Threshold['selector'],
  message: string,
  hint: string,
): UnmatchedThreshold | null =>
  roles.some(
    ({ group, role }) => (selector.group ?? group) === group && (selector.role ?? role) === role,
  )
    ? null
    : { message, hint, about: selector.role === undefined ? /^/ : labelled('role') };

const whyUnmatchedData = (
  { metric, selector }: Threshold,
  { data }: ThresholdFacts,
): UnmatchedThreshold | null => {
  if (data === null || !metric.startsWith('data_') || /^data_(stream|track)/.test(metric))
    return null;
  const direction = metric === 'data_messages_sent' ? 'up' : 'down';
  return whyNoRole(
    data.filter((one) => one.direction === direction),
    selector,
    `no data messages are ${direction === 'up' ? 'sent' : 'received'} by ${participantsOf(selector)}`,
    'give a role data, as data: 10/s',
  );
};

const whyUnmatchedStreams = (
  { metric, selector }: Threshold,
  { streamed }: ThresholdFacts,
): UnmatchedThreshold | null =>
  streamed === null || !/^data_streams?_/.test(metric)
    ? null
    : whyNoRole(
        streamed,
        selector,
        `no streams of data are received by ${participantsOf(selector)}`,
        'give a role dataStreams, as dataStreams: { to: reader }',
      );

const whyUnmatchedCalls = (
  { metric, selector }: Threshold,
  { callers }: ThresholdFacts,
): UnmatchedThreshold | null =>
  callers === null || !metric.startsWith('rpc_')
    ? null
    : whyNoRole(
        callers,
        selector,
        `${participantsOf(selector)} makes no calls`,
        'give a role rpc, as rpc: { to: robot }',
      );

type Group = LoadExtent['groups'][number];

/** Roles with participants that fulfil a condition. */
const rolesThat = (
  { groups }: LoadExtent,
  fulfils: (role: Group['roles'][number], group: Group) => boolean,
): RoleName[] =>
  groups.flatMap((group) =>
    group.roles
      .filter((role) => role.count > 0 && fulfils(role, group))
      .map((role) => ({ group: group.name, role: role.name })),
  );

const callersOf = (extent: LoadExtent): RoleName[] =>
  rolesThat(extent, ({ rpc }) => rpc !== undefined);

const streamedOf = (extent: LoadExtent): RoleName[] =>
  rolesThat(extent, ({ name }, { roles }) =>
    roles.some(({ count, dataStreams }) => count > 0 && dataStreams?.to === name),
  );

/** Actions of participants by the names of events, once for each role. */
const actionsOf = ({ groups }: LoadExtent): NonNullable<ThresholdFacts['actions']> =>
  groups.flatMap((group) =>
    group.roles
      .filter(({ count }) => count > 0)
      .flatMap((role) =>
        [...new Set((role.actions ?? []).flatMap(actionNames))].map((action) => ({
          action,
          group: group.name,
          role: role.name,
        })),
      ),
  );

const whyUnmatchedAction = (
  { metric, selector }: Threshold,
  { actions }: ThresholdFacts,
): UnmatchedThreshold | null => {
  if (actions === null || !metric.startsWith('action_')) return null;
  const possible = actions.filter(
    ({ group, role }) => (selector.group ?? group) === group && (selector.role ?? role) === role,
  );
  const names = [...new Set(possible.map(({ action }) => action))];
  if (selector.action === undefined ? names.length > 0 : names.includes(selector.action))
    return null;
  return {
    message: `${participantsOf(selector)} does not ${selector.action ?? 'do anything during its stay'}`,
    hint:
      names.length === 0
        ? 'give a role actions, as actions: [{ at: 10s, do: mute, track: audio }]'
        : `available: ${names.join(', ')}`,
    about: selector.action === undefined ? /^/ : labelled('action'),
  };
};

const whyUnmatchedTurns = (
  { metric }: Threshold,
  { turns }: ThresholdFacts,
): UnmatchedThreshold | null =>
  turns === false && metric.startsWith('active_speaker_')
    ? {
        message: 'no participants take turns in speaking',
        hint: 'give roles with audio turns, as turns: {}',
        about: /^/,
      }
    : null;

const participantsOf = ({ role, group }: Labels): string =>
  role ?? (group === undefined ? 'any participant' : `any participant of ${group}`);

const labelled = (label: string): RegExp => new RegExp(`\\b${label}\\s*[:=]`);

/** Position of the problem in the text of a threshold. */
export const positionOf = ({ about }: UnmatchedThreshold, text: string): number =>
  Math.max(0, text.search(about));

/** Facts of a scenario that has problems: names as written; other facts are unknown. */
export const roughFacts = (tree: MapTree): ThresholdFacts => {
  const { stages, windows } = windowNamesIn(tree);
  const groups = treeAt(tree, ['groups']);
  const roles = new Map(
    groups?.type === 'map'
      ? [...groups.entries].map(([name, { value }]): [string, string[]] => {
          const map = treeAt(value, ['roles']);
          return [name, map?.type === 'map' ? [...map.entries.keys()] : []];
        })
      : [],
  );
  return {
    roles,
    paths: null,
    stages: stages.map(({ name }) => name),
    windows: windows.map(({ name }) => name),
    streams: null,
    data: null,
    streamed: null,
    callers: null,
    actions: null,
    turns: null,
    endMs: null,
  };
};
