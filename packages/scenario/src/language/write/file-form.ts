/** Form of a scenario in its file: keys in reading order, defaults left out. */

import { formatExpression, formatTarget, type Threshold } from '@livekit-swarm/metrics';
import { executorOf } from '../../executors/registry.ts';
import { DEFAULT_ROOM_PREFIX } from '../../limits.ts';
import { dataOf, streamsOf } from '../../plan/streams.ts';
import { writeRole } from '../../role-keys/registry.ts';
import type { GroupSpec, Scenario } from '../../scenario.ts';
import { formatWitness } from '../../witness-spec.ts';
import { type FileForm, form } from './form.ts';
import { durationText } from './texts.ts';

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

/** Roles to which some participant sends media or data. */
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
    room === null && roomPrefix !== DEFAULT_ROOM_PREFIX && ['roomPrefix', roomPrefix],
    [
      'roles',
      Object.fromEntries(
        roles.map((role) => [
          role.name,
          writeRole(role, receiving.has(key({ group: group.name, role: role.name }))),
        ]),
      ),
    ],
  );
};

/** Thresholds by target (metric, selector, window), in the order of their first use. */
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
