import type { Labels, MetricName, Threshold } from '@livekit-swarm/metrics';
import { suggest } from '@livekit-swarm/settings';
import { type LoadExtent, latestEndMs, stageNames } from '../plan/extent.ts';
import { dataOf, type StreamLabels, streamsOf } from '../plan/streams.ts';
import type { NamedWindow } from '../scenario.ts';

/** Windows that every run has. */
export const BUILTIN_WINDOWS = ['joining', 'steady'] as const;

/** What thresholds can speak of in a scenario. Null: not known, as the scenario has other problems; then nothing is said about it. */
export interface ThresholdFacts {
  /** Roles by group; those with nobody in them are left out. */
  roles: ReadonlyMap<string, readonly string[]>;
  stages: readonly string[];
  stretches: readonly string[];
  streams: readonly StreamLabels[] | null;
  data: readonly Pick<StreamLabels, 'direction' | 'group' | 'role'>[] | null;
  endMs: number | null;
}

export const factsOf = (
  scenario: LoadExtent & { windows: readonly NamedWindow[] },
): ThresholdFacts => ({
  roles: new Map(
    scenario.groups.map(({ name, roles }) => [
      name,
      roles.filter(({ count }) => count > 0).map((role) => role.name),
    ]),
  ),
  stages: stageNames(scenario),
  stretches: scenario.windows.map(({ name }) => name),
  streams: streamsOf(scenario),
  data: dataOf(scenario),
  endMs: latestEndMs(scenario),
});

/** Why a threshold is about nothing. `about`: the text in it to point at. */
export interface Miss {
  message: string;
  hint: string;
  about: RegExp;
}

/** Why the threshold can match nothing in such a scenario; null when it can. */
export const missOf = (threshold: Threshold, facts: ThresholdFacts): Miss | null =>
  missOfGroup(threshold.selector, facts) ??
  missOfRole(threshold.selector, facts) ??
  missOfWindow(threshold, facts) ??
  missOfMedia(threshold, facts) ??
  missOfData(threshold, facts);

const missOfGroup = ({ group }: Labels, { roles }: ThresholdFacts): Miss | null => {
  if (group === undefined || roles.has(group)) return null;
  return {
    message: `there is no group "${group}"`,
    hint: suggest(group, [...roles.keys()], 'groups are'),
    about: labelled('group'),
  };
};

const missOfRole = ({ group, role }: Labels, { roles }: ThresholdFacts): Miss | null => {
  if (role === undefined) return null;
  const known =
    group === undefined ? [...new Set([...roles.values()].flat())] : (roles.get(group) ?? []);
  if (known.includes(role)) return null;
  const where = group === undefined ? '' : ` in the group "${group}"`;
  return {
    message: `nobody has the role "${role}"${where}`,
    hint: suggest(role, known, 'roles are'),
    about: labelled('role'),
  };
};

const missOfWindow = (
  { window }: Threshold,
  { stages, stretches, endMs }: ThresholdFacts,
): Miss | null => {
  const about = /@/;
  if (window === null) return null;
  if (window.type === 'stages') {
    if (stages.length > 0) return null;
    return {
      message: '@* is every stage, and there are none',
      hint: 'leave the @* out, or use an executor with stages',
      about,
    };
  }
  if (window.type === 'stretch') {
    if (endMs === null || window.fromMs < endMs) return null;
    return {
      message: `the run is over after ${endMs / 1_000}s`,
      hint: 'take a window that begins before',
      about,
    };
  }
  const known = [...BUILTIN_WINDOWS, ...stages, ...stretches];
  if (known.includes(window.name)) return null;
  return {
    message: `there is no window "${window.name}"`,
    hint: suggest(window.name, known, 'windows are'),
    about,
  };
};

/** Of tracks that we send; every other metric of tracks is of those that we receive, unless a direction tells them apart. */
const UPWARD: ReadonlySet<MetricName> = new Set([
  'publish_rejections',
  'publish_rejections',
  'uplink_loss',
  'uplink_loss_before_recovery',
  'uplink_jitter',
  'packets_sent',
  'bytes_sent',
  'nacks_received',
  'plis_received',
]);
const BOTH_WAYS: ReadonlySet<MetricName> = new Set(['rtx_packets', 'keyframes', 'rtt']);

const directionsOf = (metric: MetricName): readonly string[] => {
  if (BOTH_WAYS.has(metric)) return ['up', 'down'];
  return [UPWARD.has(metric) ? 'up' : 'down'];
};

const LABELS_OF_MEDIA = ['kind', 'codec', 'direction', 'group', 'role'] as const;

const missOfMedia = ({ metric, selector }: Threshold, { streams }: ThresholdFacts): Miss | null => {
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
    message: `no ${what} is ${upward ? 'sent' : 'received'} by ${whom(selector)}`,
    hint:
      those.length === 0
        ? 'there is no media in this scenario for it'
        : `in this scenario there is ${those.join(', ')}`,
    about: labelled(selector.kind === undefined ? 'codec' : 'kind'),
  };
};

const missOfData = ({ metric, selector }: Threshold, { data }: ThresholdFacts): Miss | null => {
  if (data === null || !metric.startsWith('data_')) return null;
  const direction = metric === 'data_messages_sent' ? 'up' : 'down';
  const possible = data.filter((one) => one.direction === direction);
  if (
    possible.some(
      ({ group, role }) => (selector.group ?? group) === group && (selector.role ?? role) === role,
    )
  )
    return null;
  return {
    message: `no data messages are ${direction === 'up' ? 'sent' : 'received'} by ${whom(selector)}`,
    hint: 'give a role data, as data: 10/s',
    about: selector.role === undefined ? /^/ : labelled('role'),
  };
};

const whom = ({ role, group }: Labels): string =>
  role ?? (group === undefined ? 'anybody' : `anybody of ${group}`);

const labelled = (label: string): RegExp => new RegExp(`\\b${label}\\s*[:=]`);

/** Where in the text of a threshold the problem is. */
export const positionOf = ({ about }: Miss, text: string): number =>
  Math.max(0, text.search(about));
