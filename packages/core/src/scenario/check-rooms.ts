import { LIMITS } from '../load-spec.ts';
import type { Checks, Complain } from './check-group.ts';
import { latestEndMs, participantsOf, roomsOpened } from './extent.ts';
import type { GroupSpec, NamedStretch } from './scenario.ts';
import type { ScenarioFile } from './schema/file.ts';
import { dataOf, streamsOf } from './streams.ts';
import { BUILTIN_WINDOWS } from './threshold-facts.ts';
import type { Path } from './yaml/tree.ts';

/** Finds what contradicts itself between the parts of a scenario, each of which is fine by itself. */
export const checkWhole = (
  file: ScenarioFile,
  groups: readonly GroupSpec[],
  timeline: readonly NamedStretch[],
  checks: Checks,
): void => {
  checkListeners(file, groups, checks);
  checkSize(groups, checks.complain);
  checkStretches(groups, timeline, checks);
};

/** Who listens where nobody speaks would make a scenario that measures nothing. */
const checkListeners = (file: ScenarioFile, groups: readonly GroupSpec[], { complain, warn }: Checks): void => {
  const heard = new Set(
    [...streamsOf({ groups }), ...dataOf({ groups })].filter(({ direction }) => direction === 'down').map(keyOf),
  );
  for (const group of groups) {
    for (const role of group.roles) {
      const waits = role.count > 0 && role.subscribe && role.publish.length === 0 && role.data === null;
      if (!waits || heard.has(keyOf({ group: group.name, role: role.name }))) continue;
      const at = ['groups', group.name, 'roles', role.name];
      if (group.room !== null) {
        warn(
          at,
          `nobody of this scenario sends anything into "${group.room}" that they could receive`,
          'right if somebody else does',
          'key',
        );
      } else if (file.groups[group.name]?.roles[role.name]?.subscribe !== true) {
        // Said in so many words it is a test of joining alone.
        complain(
          at,
          'nobody in their rooms sends anything that they could receive',
          'give a role something to publish; to test joining alone, write subscribe: true',
          'key',
        );
      }
    }
  }
};

const keyOf = ({ group, role }: { group: string; role: string }): string => `${group} ${role}`;

const checkSize = (groups: readonly GroupSpec[], complain: Complain): void => {
  for (const group of groups) {
    const rooms = roomsOpened(group);
    if (rooms > LIMITS.rooms)
      complain(['groups', group.name], `would open ${Math.round(rooms)} rooms; at most ${LIMITS.rooms}`, null, 'key');
  }
  const people = Math.round(participantsOf({ groups }));
  if (people > LIMITS.participants) {
    complain(
      ['groups'],
      `would make about ${people} participants; at most ${LIMITS.participants} in all`,
      'take fewer rooms, a lower rate or less time',
      'key',
    );
  }
  const endMs = latestEndMs({ groups });
  if (endMs > LIMITS.maxDurationMs) {
    complain(
      ['groups'],
      `the run would take ${(endMs / 86_400_000).toFixed(1)} days; at most ${LIMITS.maxDurationMs / 86_400_000}`,
      null,
      'key',
    );
  }
};

/** Stretches outside the run. */
const checkStretches = (groups: readonly GroupSpec[], timeline: readonly NamedStretch[], { complain, warn }: Checks): void => {
  const endMs = latestEndMs({ groups });
  for (const [index, { fromMs, toMs }] of timeline.entries()) {
    const over = `the run is over after ${Math.round(endMs / 100) / 10}s`;
    if (fromMs >= endMs) complain(['timeline', index, 'from'], over, 'take a time before that');
    else if (toMs !== null && toMs > endMs) warn(['timeline', index, 'to'], over, 'leave it out: until the end');
  }
};

/** Names of parts of the run must tell them apart: stages, lessons, stretches and the windows that every run has. */
export const checkNames = (parts: readonly { name: string; of: string; path: Path }[], complain: Complain): void => {
  const taken = new Map<string, string>(BUILTIN_WINDOWS.map((name) => [name, 'a window that every run has']));
  for (const { name, of, path } of parts) {
    const holder = taken.get(name);
    if (holder === undefined) taken.set(name, of);
    else complain(path, `the name "${name}" is taken by ${holder}`, 'take another: thresholds speak of windows by name (@NAME)');
  }
};
