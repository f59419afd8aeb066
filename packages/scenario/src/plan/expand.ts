import type { Window } from '@livekit-swarm/metrics';
import { usageError } from '@livekit-swarm/settings';
import { checkCount, type SessionSlot } from '../executors/expansion.ts';
import { executorOf } from '../executors/registry.ts';
import type { ParticipantPlan, Plan } from '../plan.ts';
import type { RoleSpec } from '../role-spec.ts';
import type { GroupSpec, Scenario } from '../scenario.ts';
import { type ExpandedGroup, expandGroup } from './expand-group.ts';
import { expectedTracks } from './expected-tracks.ts';
import { assignIdentities, roomName } from './identities.ts';
import { customWindows, steadyWindow } from './plan-windows.ts';
import { overlapMs } from './session-overlap.ts';

/** A session before the order of joins and its overlaps with others are known. Times in ms after the run's start. */
type Draft = Omit<ParticipantPlan, 'index' | 'expects'> & { firstInSlot: boolean };

/**
 * Writes out who joins what and when, and leaves when. The same scenario and run always give the same plan; another seed gives another wherever there is
 * chance in it. Every group has random numbers of its own, so that adding one changes no other.
 * @param run short random word, part of the rooms' names and of the identities, so that runs never meet
 * @throws SwarmError `usage` when nobody would join, too many would, one named room would be opened twice at a time, or a named stretch begins after the end
 */
export const expandPlan = (scenario: Scenario, run: string): Plan => {
  const groups = scenario.groups.map((group) => expandGroup(scenario, group));
  checkCount(groups.reduce((sum, { participants }) => sum + participants, 0));
  const drafts = settle(scenario, groups, run);
  if (drafts.length === 0) {
    throw usageError(
      'no participant would join: no room is open for a second or more',
      'use more rooms, more participants or longer stages',
    );
  }
  const expects = expectations(scenario, drafts);
  const participants = drafts.map(({ firstInSlot: _, ...draft }, index): ParticipantPlan => {
    return { index, ...draft, expects: expects[index] ?? { audio: 0, video: 0 } };
  });
  const endAtMs = drafts.reduce((latest, { leaveAtMs }) => Math.max(latest, leaveAtMs), 0);
  const lastJoinAtMs = drafts.reduce(
    (latest, { firstInSlot, joinAtMs }) => (firstInSlot ? Math.max(latest, joinAtMs) : latest),
    0,
  );
  const windows: Window[] = [
    // A join counts when it was scheduled: the last of them, too.
    { name: 'joining', fromMs: 0, toMs: lastJoinAtMs + 1, source: 'builtin' },
    { name: 'steady', ...steadyWindow(participants), source: 'builtin' },
    ...groups.flatMap(({ stages }) => stages),
    ...customWindows(scenario.windows, endAtMs),
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

/** Puts participants into all slots, in the order of their joins. */
const settle = (scenario: Scenario, groups: readonly ExpandedGroup[], run: string): Draft[] => {
  const identityOf = assignIdentities(scenario, run);
  const drafts = groups.flatMap(({ group, rooms, slots }) =>
    rooms.flatMap(({ number, sessions }) => {
      const room = roomName(scenario, group, run, number);
      return sessions.flatMap((inSlot, index) => {
        const slot = slots[index];
        if (slot === undefined) return [];
        const replaced = replacesParticipants(group) && !slot.role.permanent;
        return inSlot.map((session, position) => {
          const identity = identityOf({
            group,
            room: number,
            ...slot,
            session: replaced ? position + 1 : null,
          });
          return draft(group, slot.role, room, identity, session, position === 0);
        });
      });
    }),
  );
  return drafts.sort((a, b) => a.joinAtMs - b.joinAtMs);
};

const replacesParticipants = ({ executor }: GroupSpec): boolean =>
  executorOf(executor.type).replacesParticipants;

const draft = (
  { name, startMs }: GroupSpec,
  role: RoleSpec,
  room: string,
  identity: string,
  session: SessionSlot,
  firstInSlot: boolean,
): Draft => ({
  identity,
  group: name,
  room,
  role: role.name,
  joinAtMs: startMs + session.joinAtMs,
  leaveAtMs: startMs + session.leaveAtMs,
  publish: role.publish,
  subscribe: role.subscribe,
  layout: role.layout,
  data: role.data === null ? [] : [role.data],
  grants: role.grants,
  network: role.network?.impairment ?? null,
  firstInSlot,
});

/** What each must have received, in the order of `drafts`. Groups that name the same room share it. */
const expectations = (
  scenario: Scenario,
  drafts: readonly Draft[],
): { audio: number; video: number }[] => {
  const byRoom = Map.groupBy(drafts.keys(), (index) => drafts[index]?.room ?? '');
  const expects: { audio: number; video: number }[] = [];
  const required = new Map(scenario.groups.map((group) => [group.name, overlapMs(group)]));
  for (const indices of byRoom.values()) {
    const present = indices.flatMap((index) => drafts[index] ?? []);
    const requiredMs = [...new Set(present.map(({ group }) => group))].map(
      (name) => required.get(name) ?? 0,
    );
    const expected = expectedTracks(present, Math.max(...requiredMs));
    for (const [position, index] of indices.entries())
      expects[index] = expected[position] ?? { audio: 0, video: 0 };
  }
  return expects;
};
