/** A scenario as its file has it: keys in reading order, defaults left out. */

import { formatExpression, formatTarget, type Threshold } from '@livekit-swarm/metrics';
import type { ActionSpec, ActionStep } from '../../actions/action-spec.ts';
import type { Entry } from '../../executors/definition.ts';
import { distributionForm } from '../../executors/duration-distribution.ts';
import { executorOf } from '../../executors/registry.ts';
import type { LinkImpairment } from '../../network/impairment.ts';
import { isNetworkPresetName, networkPreset, PERFECT_LINK } from '../../network/network-presets.ts';
import { dataOf, streamsOf } from '../../plan/streams.ts';
import { connectForm } from '../../role-keys/connect.ts';
import { formatDataRate } from '../../role-keys/data.ts';
import { e2eeForm } from '../../role-keys/e2ee.ts';
import { formatLayout } from '../../role-keys/layout.ts';
import type { RoleSpec } from '../../role-keys/registry.ts';
import { turnsForm } from '../../role-keys/turns.ts';
import type { GroupSpec, Scenario } from '../../scenario.ts';
import type { TrackPlan } from '../../track-plan.ts';
import { formatWitness } from '../../witness-spec.ts';
import { bitRateText, decimal, durationText, shareText } from './texts.ts';

/** A mapping of a file. Keys that are undefined are left out. */
export type FileForm = Record<string, unknown>;

const form = (...entries: (Entry | false)[]): FileForm =>
  Object.fromEntries(
    entries.filter((entry): entry is Entry => entry !== false && entry[1] !== undefined),
  );

export const fileFormOf = (scenario: Scenario): FileForm => {
  const receiving = rolesThatReceive(scenario);
  return form(
    ['scenario', scenario.name],
    ['description', scenario.description ?? undefined],
    Object.keys(scenario.tags).length > 0 && ['tags', scenario.tags],
    scenario.seed !== 1 && ['seed', scenario.seed],
    [
      'groups',
      Object.fromEntries(scenario.groups.map((group) => [group.name, groupForm(group, receiving)])),
    ],
    scenario.witnesses !== undefined && ['witnesses', scenario.witnesses.map(formatWitness)],
    scenario.windows.length > 0 && [
      'windows',
      scenario.windows.map(({ name, fromMs, toMs }) =>
        form(
          ['name', name],
          ['from', durationText(fromMs)],
          toMs !== null && ['to', durationText(toMs)],
        ),
      ),
    ],
    scenario.thresholds.length > 0 && ['thresholds', thresholdsForm(scenario.thresholds)],
  );
};

const key = ({ group, role }: { group: string; role: string }): string => `${group} ${role}`;

/** Roles that a participant sends something to. */
const rolesThatReceive = (scenario: Scenario): ReadonlySet<string> =>
  new Set(
    [...streamsOf(scenario), ...dataOf(scenario)]
      .filter(({ direction }) => direction === 'down')
      .map(key),
  );

const groupForm = (group: GroupSpec, receiving: ReadonlySet<string>): FileForm => {
  const { executor, room, roomPrefix, startMs, joinSpreadMs, roles } = group;
  return form(
    ['executor', executor.type],
    ...executorOf(executor.type).write(executor, { namedRoom: room !== null }),
    startMs > 0 && ['startTime', durationText(startMs)],
    joinSpreadMs > 0 && ['joinSpread', durationText(joinSpreadMs)],
    room !== null && ['room', room],
    room === null && roomPrefix !== 'swarm' && ['roomPrefix', roomPrefix],
    [
      'roles',
      Object.fromEntries(
        roles.map((role) => [
          role.name,
          roleForm(role, receiving.has(key({ group: group.name, role: role.name }))),
        ]),
      ),
    ],
  );
};

/** @param receives whether a participant sends what they could receive: otherwise the file must state that they subscribe */
const roleForm = (role: RoleSpec, receives: boolean): FileForm => {
  const {
    count,
    publish,
    data,
    subscribe,
    layout,
    grants,
    network,
    rateAdaptation,
    path,
    connect,
    e2ee,
    hostSelector,
    permanent,
    engine,
    departure,
    turns,
    actions = [],
  } = role;
  const unserved = subscribe && !receives && publish.length === 0 && data === null;
  return form(
    ['count', count],
    publish.length > 0 && ['publish', publish.map(trackForm)],
    (!subscribe || unserved || layout.type === 'none') && ['subscribe', subscribe],
    subscribe && layout.type !== 'all' && ['layout', formatLayout(layout)],
    data !== null && [
      'data',
      formatDataRate(data).replace(/^[^/]*/, decimal(data.messagesPerSecond)),
    ],
    Object.keys(grants).length > 0 && ['grants', grants],
    network !== null && ['network', networkForm(network)],
    ['rateAdaptation', rateAdaptation],
    path !== 'direct' && ['path', path],
    ['hostSelector', hostSelector],
    ['connect', connect === undefined ? undefined : connectForm(connect)],
    e2ee !== null && ['e2ee', e2eeForm(e2ee)],
    permanent && ['permanent', true],
    ['engine', engine],
    ['departure', departure],
    ['turns', turns === undefined ? undefined : turnsForm(turns)],
    actions.length > 0 && ['actions', actions.map(actionForm)],
  );
};

const trackForm = (track: TrackPlan): unknown => {
  if (track.media !== undefined)
    return {
      media: track.media.path,
      as: track.kind === 'audio' ? 'audio' : track.source === 'screen' ? 'screen' : 'video',
    };
  if (track.kind === 'audio') {
    const { music, dtx } = track;
    if (music !== undefined) return { audio: 'music', bitrate: bitRateText(music * 1_000) };
    return dtx === true ? { audio: 'speech', dtx } : 'audio';
  }
  const { source, codec, resolution, simulcast, bitrates, scalabilityMode } = track;
  const [only, ...more] = bitrates?.map(bitRateText) ?? [];
  return form(
    [source === 'camera' ? 'video' : 'screen', resolution],
    ['codec', codec],
    ['bitrate', more.length > 0 ? [only, ...more] : only],
    simulcast && ['simulcast', true],
    scalabilityMode !== undefined && ['scalabilityMode', scalabilityMode],
  );
};

const SOURCE_WORDS = { audio: 'audio', camera: 'video', screen: 'screen' } as const;

const actionForm = ({ at, for: lasting, every, step }: ActionSpec): FileForm =>
  form(
    ['at', distributionForm(at)],
    ['do', step.do],
    ...stepForm(step),
    lasting !== null && ['for', distributionForm(lasting)],
    every !== null && ['every', distributionForm(every)],
  );

const stepForm = (step: ActionStep): Entry[] => {
  switch (step.do) {
    case 'mute':
    case 'unmute':
    case 'unpublish':
      return [['track', SOURCE_WORDS[step.source]]];
    case 'publish':
      return [['track', trackForm(step.track)]];
    case 'simulate':
      return [
        ['simulate', step.simulate],
        ['bandwidth', step.bandwidthBps === undefined ? undefined : bitRateText(step.bandwidthBps)],
      ];
    default:
      return Object.entries(step).filter(([name]) => name !== 'do');
  }
};

const networkForm = ({ name, impairment }: NonNullable<RoleSpec['network']>): unknown => {
  if (
    isNetworkPresetName(name) &&
    JSON.stringify(networkPreset(name).impairment) === JSON.stringify(impairment)
  )
    return name;
  const { up, down } = impairment;
  return form(['up', linkForm(up)], ['down', linkForm(down)]);
};

const linkForm = (link: LinkImpairment): FileForm => {
  const differs = (property: keyof LinkImpairment): boolean =>
    link[property] !== PERFECT_LINK[property];
  return form(
    differs('loss') && ['loss', shareText(link.loss)],
    differs('burst') && ['burst', link.burst],
    differs('delayMs') && ['delay', durationText(link.delayMs)],
    differs('jitterMs') && ['jitter', durationText(link.jitterMs)],
    differs('reorder') && ['reorder', shareText(link.reorder)],
    link.rateBps !== null && ['rate', bitRateText(link.rateBps)],
    differs('queueMs') && ['queue', durationText(link.queueMs)],
  );
};

/** By metric, selector and window, in the order in which these come first. */
const thresholdsForm = (thresholds: readonly Threshold[]): FileForm => {
  const byTarget = new Map<string, unknown[]>();
  for (const threshold of thresholds) {
    const target = formatTarget(threshold);
    const { abortOnFail } = threshold;
    const expression = formatExpression(threshold);
    const written =
      abortOnFail === null
        ? expression
        : form(
            ['threshold', expression],
            ['abortOnFail', true],
            abortOnFail.afterMs > 0 && ['delayAbortEval', durationText(abortOnFail.afterMs)],
          );
    byTarget.set(target, [...(byTarget.get(target) ?? []), written]);
  }
  return Object.fromEntries(byTarget);
};
