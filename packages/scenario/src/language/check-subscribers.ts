import { everPublished } from '../actions/action-spec.ts';
import { exchanges } from '../plan/exchange.ts';
import { dataOf, gatherings, streamsOf } from '../plan/streams.ts';
import type { GroupSpec } from '../scenario.ts';
import type { Checks } from './checks.ts';
import type { ScenarioFile } from './schema/file.ts';

/** Report roles that subscribe and have nothing to receive: the scenario would measure nothing. */
export const checkSubscribers = (
  file: ScenarioFile,
  groups: readonly GroupSpec[],
  checks: Checks,
): void => {
  checkListeners(groups, checks);
  const { complain, warn } = checks;
  const served = new Set(
    [...streamsOf({ groups }), ...dataOf({ groups })]
      .filter(({ direction }) => direction === 'down')
      .map(keyOf),
  );
  for (const group of groups) {
    for (const role of group.roles) {
      const waits =
        role.count > 0 &&
        role.subscribe &&
        role.publish.length === 0 &&
        role.data === null &&
        !exchanges(group, role);
      if (!waits || served.has(keyOf({ group: group.name, role: role.name }))) continue;
      // With `subscribe` stated explicitly, the role is a test of joining alone.
      if (file.groups[group.name]?.roles[role.name]?.subscribe === true) continue;
      const at = ['groups', group.name, 'roles', role.name];
      if (group.room === null) {
        const hint =
          'give a role something to publish; to test joining alone, write subscribe: true';
        complain(
          at,
          'no participant of their rooms sends anything that they could receive',
          hint,
          'key',
        );
      } else {
        const hint = 'right if others do: then write subscribe: true';
        warn(
          at,
          `no participant of this scenario sends anything into "${group.room}" that they could receive`,
          hint,
          'key',
        );
      }
    }
  }
};

/** Report roles that receive audio only, in rooms without audio. */
const checkListeners = (groups: readonly GroupSpec[], { complain, warn }: Checks): void => {
  for (const members of gatherings({ groups })) {
    const kinds = members.flatMap(({ role }) => everPublished(role).map(({ kind }) => kind));
    const isSilent =
      !kinds.includes('audio') &&
      members.every(({ group, role }) => role.data === null && !exchanges(group, role));
    if (!isSilent || kinds.length === 0) continue;
    for (const { group, role } of members)
      if (role.subscribe && role.layout.type === 'audio-only')
        (group.room === null ? complain : warn)(
          ['groups', group.name, 'roles', role.name, 'layout'],
          'leaves nothing to receive: their rooms have video only',
          'publish audio as well, or choose another layout',
        );
  }
};

const keyOf = ({ group, role }: { group: string; role: string }): string => `${group} ${role}`;
