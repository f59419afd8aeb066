/** A scenario as its file says it: words and texts in the order in which people read them, what is the default left out. */

import { formatExpression, formatTarget, parseThreshold } from '@livekit-swarm/metrics';
import { formatDataRate } from '../../data-traffic.ts';
import type { ExecutorSpec, Lesson, Span, Stage } from '../../executors/executor-spec.ts';
import { formatLayout } from '../../layout.ts';
import type { LinkImpairment } from '../../network/network-presets.ts';
import { isNetworkPresetName, networkPreset, PERFECT_LINK } from '../../network/network-presets.ts';
import { dataOf, streamsOf } from '../../plan/streams.ts';
import type { TrackPlan } from '../../plan.ts';
import type { GroupSpec, RoleSpec, Scenario } from '../../scenario.ts';
import { bitRateText, decimal, durationText, rateText, shareText } from './texts.ts';

type Entry = [string, unknown];

/** Whatever may stand in a file. Keys that are undefined are left out. */
export type FileForm = Record<string, unknown>;

const form = (...entries: (Entry | false)[]): FileForm =>
  Object.fromEntries(
    entries.filter((entry): entry is Entry => entry !== false && entry[1] !== undefined),
  );

/** @throws ThresholdError for thresholds that nothing could read */
export const fileFormOf = (scenario: Scenario): FileForm => {
  const hears = listeners(scenario);
  return form(
    ['scenario', scenario.name],
    ['description', scenario.description ?? undefined],
    Object.keys(scenario.tags).length > 0 && ['tags', scenario.tags],
    scenario.seed !== 1 && ['seed', scenario.seed],
    [
      'groups',
      Object.fromEntries(scenario.groups.map((group) => [group.name, groupForm(group, hears)])),
    ],
    scenario.timeline.length > 0 && [
      'timeline',
      scenario.timeline.map(({ name, fromMs, toMs }) =>
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

/** Roles that somebody sends something to. */
const listeners = (scenario: Scenario): ReadonlySet<string> =>
  new Set(
    [...streamsOf(scenario), ...dataOf(scenario)]
      .filter(({ direction }) => direction === 'down')
      .map(key),
  );

const groupForm = (group: GroupSpec, hears: ReadonlySet<string>): FileForm => {
  const { executor, room, roomPrefix, startMs, gatherMs, roles } = group;
  return form(
    ['executor', executor.type],
    ...executorEntries(executor, room),
    startMs > 0 && ['startTime', durationText(startMs)],
    gatherMs > 0 && ['gather', durationText(gatherMs)],
    room !== null && ['room', room],
    room === null && roomPrefix !== 'swarm' && ['roomPrefix', roomPrefix],
    [
      'roles',
      Object.fromEntries(
        roles.map((role) => [
          role.name,
          roleForm(role, hears.has(key({ group: group.name, role: role.name }))),
        ]),
      ),
    ],
  );
};

const executorEntries = (executor: ExecutorSpec, room: string | null): (Entry | false)[] => {
  switch (executor.type) {
    case 'constant-rooms':
      return [
        ...roomsEntry(executor.rooms, room),
        ['joinRate', rateText(executor.joinRate)],
        ['duration', durationText(executor.durationMs)],
      ];
    case 'ramping-rooms':
      return [
        ['startRooms', executor.startRooms],
        ['stages', executor.stages.map(stageForm)],
      ];
    case 'constant-arrival-rate':
      return [
        ['rate', executor.rate],
        ['timeUnit', durationText(executor.timeUnitMs)],
        ['duration', durationText(executor.durationMs)],
        ['roomDuration', spanForm(executor.roomDuration)],
        executor.maxRooms !== null && ['maxRooms', executor.maxRooms],
      ];
    case 'ramping-arrival-rate':
      return [
        ['startRate', executor.startRate],
        ['timeUnit', durationText(executor.timeUnitMs)],
        ['stages', executor.stages.map(stageForm)],
        ['roomDuration', spanForm(executor.roomDuration)],
        executor.maxRooms !== null && ['maxRooms', executor.maxRooms],
      ];
    case 'per-room-churn':
      return [
        ...roomsEntry(executor.rooms, room),
        ['joinRate', rateText(executor.joinRate)],
        ['duration', durationText(executor.durationMs)],
        ['stay', spanForm(executor.stay)],
        ['pause', spanForm(executor.pause)],
      ];
    case 'timetable':
      return [['lessons', executor.lessons.map(lessonForm)]];
  }
};

const roomsEntry = (rooms: number, room: string | null): Entry[] =>
  room === null ? [['rooms', rooms]] : [];

const stageForm = ({ name, durationMs, target }: Stage): FileForm =>
  form(['name', name], ['duration', durationText(durationMs)], ['target', target]);

const lessonForm = ({ name, atMs, rooms, fillMs, durationMs }: Lesson): FileForm =>
  form(
    ['name', name],
    ['at', durationText(atMs)],
    ['rooms', rooms],
    ['fill', durationText(fillMs)],
    ['duration', durationText(durationMs)],
  );

const spanForm = (span: Span): unknown => {
  switch (span.distribution) {
    case 'constant':
      return durationText(span.ms);
    case 'uniform':
      return { uniform: [durationText(span.minMs), durationText(span.maxMs)] };
    case 'exponential':
      return { exponential: durationText(span.meanMs) };
    case 'lognormal':
      return { lognormal: { median: durationText(span.medianMs), sigma: span.sigma } };
  }
};

/** @param hears whether somebody sends what they could receive: that they wait in vain must be said in so many words */
const roleForm = (role: RoleSpec, hears: boolean): FileForm => {
  const { count, publish, data, subscribe, layout, grants, network, stays } = role;
  const inVain = subscribe && !hears && publish.length === 0 && data === null;
  return form(
    ['count', count],
    publish.length > 0 && ['publish', publish.map(trackForm)],
    (!subscribe || inVain || layout.type === 'none') && ['subscribe', subscribe],
    subscribe && layout.type !== 'all' && ['layout', formatLayout(layout)],
    data !== null && [
      'data',
      formatDataRate(data).replace(/^[^/]*/, decimal(data.messagesPerSecond)),
    ],
    Object.keys(grants).length > 0 && ['grants', grants],
    network !== null && ['network', networkForm(network)],
    stays && ['stays', true],
  );
};

const trackForm = (track: TrackPlan): unknown => {
  if (track.kind === 'audio') return 'audio';
  const { source, codec, resolution, simulcast } = track;
  return form(
    [source === 'camera' ? 'video' : 'screen', resolution],
    ['codec', codec],
    simulcast && ['simulcast', true],
  );
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
const thresholdsForm = (texts: readonly string[]): FileForm => {
  const byTarget = new Map<string, unknown[]>();
  for (const text of texts) {
    const threshold = parseThreshold(text);
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
