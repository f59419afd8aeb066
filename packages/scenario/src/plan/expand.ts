import type { Window } from '@livekit-swarm/metrics';
import { usageError } from '@livekit-swarm/settings';
import { checkCount, type Turn } from '../executors/executor.ts';
import type { ParticipantPlan, Plan } from '../plan.ts';
import type { GroupSpec, RoleSpec, Scenario } from '../scenario.ts';
import { type ExpandedGroup, expandGroup } from './expand-group.ts';
import { expectedTracks } from './expected-tracks.ts';
import { nameIdentities, roomName } from './identities.ts';
import { steadyStretch, timelineWindows } from './plan-windows.ts';
import { togetherMsOf } from './together.ts';

export { identityPrefix } from './identities.ts';

/** Somebody's stay before it is known who comes when, and whom they meet. Times in ms after the run's start. */
type Draft = Omit<ParticipantPlan, 'index' | 'expects'> & { firstInPlace: boolean };

/**
 * Writes out who joins what and when, and leaves when. The same scenario and run always give the same plan; another seed gives another wherever there is
 * chance in it. Every group has random numbers of its own, so that adding one changes no other.
 * @param run short random word, part of the rooms' names and of the identities, so that runs never meet
 * @throws SwarmError `usage` when nobody would join, too many would, one named room would be opened twice at a time, or a named stretch begins after the end
 */
export const expandPlan = (scenario: Scenario, run: string): Plan => {
  const groups = scenario.groups.map((group) => expandGroup(scenario, group));
  checkCount(groups.reduce((sum, { people }) => sum + people, 0));
  const drafts = settle(scenario, groups, run);
  if (drafts.length === 0) {
    throw usageError(
      'nobody would join: no room is open for a second or more',
      'use more rooms, more people or longer stages',
    );
  }
  const expects = expectations(scenario, drafts);
  const participants = drafts.map(({ firstInPlace: _, ...draft }, index): ParticipantPlan => {
    return { index, ...draft, expects: expects[index] ?? { audio: 0, video: 0 } };
  });
  const endAtMs = drafts.reduce((latest, { leaveAtMs }) => Math.max(latest, leaveAtMs), 0);
  const lastJoinAtMs = drafts.reduce(
    (latest, { firstInPlace, joinAtMs }) => (firstInPlace ? Math.max(latest, joinAtMs) : latest),
    0,
  );
  const windows: Window[] = [
    // A join counts when it was due: the last of them, too.
    { name: 'joining', fromMs: 0, toMs: lastJoinAtMs + 1, source: 'builtin' },
    { name: 'steady', ...steadyStretch(participants), source: 'builtin' },
    ...groups.flatMap(({ stages }) => stages),
    ...timelineWindows(scenario.timeline, endAtMs),
  ];
  return {
    scenario,
    participants,
    windows: windows.sort((a, b) => a.fromMs - b.fromMs),
    droppedRooms: groups.reduce((sum, { droppedRooms }) => sum + droppedRooms, 0),
    lastJoinAtMs,
    endAtMs,
  };
};

/** Puts people into all those places, in the order in which they are due. */
const settle = (scenario: Scenario, groups: readonly ExpandedGroup[], run: string): Draft[] => {
  const identityOf = nameIdentities(scenario, run);
  const drafts = groups.flatMap(({ group, rooms, places }) =>
    rooms.flatMap(({ number, places: taken }) => {
      const room = roomName(scenario, group, run, number);
      return taken.flatMap((turns, index) => {
        const place = places[index];
        if (place === undefined) return [];
        const takeTurns = group.executor.type === 'per-room-churn' && !place.role.stays;
        return turns.map((turn, position) => {
          const identity = identityOf({
            group,
            room: number,
            ...place,
            turn: takeTurns ? position + 1 : null,
          });
          return draft(group, place.role, room, identity, turn, position === 0);
        });
      });
    }),
  );
  return drafts.sort((a, b) => a.joinAtMs - b.joinAtMs);
};

const draft = (
  { name, startMs }: GroupSpec,
  role: RoleSpec,
  room: string,
  identity: string,
  turn: Turn,
  firstInPlace: boolean,
): Draft => ({
  identity,
  group: name,
  room,
  role: role.name,
  joinAtMs: startMs + turn.joinAtMs,
  leaveAtMs: startMs + turn.leaveAtMs,
  publish: role.publish,
  subscribe: role.subscribe,
  layout: role.layout,
  data: role.data === null ? [] : [role.data],
  grants: role.grants,
  network: role.network?.impairment ?? null,
  firstInPlace,
});

/** What each must have received, in the order of `drafts`. Groups that name the same room meet in it. */
const expectations = (
  scenario: Scenario,
  drafts: readonly Draft[],
): { audio: number; video: number }[] => {
  const byRoom = Map.groupBy(drafts.keys(), (index) => drafts[index]?.room ?? '');
  const expects: { audio: number; video: number }[] = [];
  const together = new Map(scenario.groups.map((group) => [group.name, togetherMsOf(group)]));
  for (const indices of byRoom.values()) {
    const guests = indices.flatMap((index) => drafts[index] ?? []);
    const togetherMs = [...new Set(guests.map(({ group }) => group))].map(
      (name) => together.get(name) ?? 0,
    );
    const expected = expectedTracks(guests, Math.max(...togetherMs));
    for (const [position, index] of indices.entries())
      expects[index] = expected[position] ?? { audio: 0, video: 0 };
  }
  return expects;
};
