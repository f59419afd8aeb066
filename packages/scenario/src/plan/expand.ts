import type { Window } from '@livekit-swarm/metrics';
import { isUsageError, usageError } from '@livekit-swarm/settings';
import { checkCount } from '../executors/expansion.ts';
import { executorOf } from '../executors/registry.ts';
import type { ParticipantPlan, Plan } from '../plan.ts';
import type { RoleSpec } from '../role-spec.ts';
import type { GroupSpec, Scenario } from '../scenario.ts';
import { type ExpandedGroup, expandGroup } from './expand-group.ts';
import { expectedTracks } from './expected-tracks.ts';
import { overlapMs } from './extent.ts';
import { assignIdentities, roomName } from './identities.ts';
import { customWindows, steadyWindow } from './plan-windows.ts';

/** A session before it has names of the run. Times in ms after the run's start. */
interface Draft extends Omit<ParticipantPlan, 'index' | 'identity' | 'room' | 'expectedTracks'> {
  in: GroupSpec;
  /** From 1, within the group. */
  roomNumber: number;
  roleSpec: RoleSpec;
  /** From 1, within the role. */
  member: number;
  /** From 1, within its slot; null where participants are not replaced. */
  session: number | null;
  firstInSlot: boolean;
}

/** The plan of a scenario without the names of the run and its windows. */
interface Schedule {
  /** In the order of groups, rooms and slots. */
  drafts: readonly Draft[];
  /** Indices of drafts, in the order of their joins. */
  byJoin: readonly number[];
  /** Tracks that each participant must have received, in the order of `byJoin`. */
  expectedTracks: readonly { audio: number; video: number }[];
  /** Built-in windows and stages. */
  windows: readonly Window[];
  droppedRooms: number;
  lastJoinAtMs: number;
  endAtMs: number;
}

/** Why a scenario has no plan. */
export interface PlanProblem {
  /** Null: of all groups together. */
  group: string | null;
  message: string;
  hint: string | null;
}

type Scheduling = { schedule: Schedule; problem: null } | { schedule: null; problem: PlanProblem };

/**
 * The check of a scenario file computes the schedule that the run uses: groups are never changed in place, and only the seed matters besides them.
 */
const KNOWN = new WeakMap<readonly GroupSpec[], { seed: number; result: Scheduling }>();

/** Plans a scenario, once for each of its seeds. */
const scheduleOf = ({ groups, seed }: Scenario): Scheduling => {
  const known = KNOWN.get(groups);
  if (known?.seed === seed) return known.result;
  const result = createSchedule(groups, seed);
  KNOWN.set(groups, { seed, result });
  return result;
};

/** Why the scenario cannot be planned, or when its last participant leaves, ms after the start. */
export const checkSchedule = (
  scenario: Scenario,
): { endAtMs: number; problem: null } | { endAtMs: null; problem: PlanProblem } => {
  const { schedule, problem } = scheduleOf(scenario);
  return problem === null ? { endAtMs: schedule.endAtMs, problem } : { endAtMs: null, problem };
};

/**
 * Lists every session: participant, room, join and leave. The same scenario and run always give the same plan; another seed changes random values only.
 * Every group has a separate random stream, so that adding a group does not change the others.
 * @param run short random word, part of the rooms' names and of the identities, so that runs never share a room
 * @throws SwarmError `usage` when no participant would join, too many would, one named room would be opened twice at a time, or a window begins after the end
 */
export const expandPlan = (scenario: Scenario, run: string): Plan => {
  const { schedule, problem } = scheduleOf(scenario);
  if (problem !== null)
    throw usageError(
      problem.group === null ? problem.message : `groups.${problem.group}: ${problem.message}`,
      problem.hint,
    );
  const { drafts, byJoin, expectedTracks, windows, droppedRooms, lastJoinAtMs, endAtMs } = schedule;
  const identityOf = assignIdentities(scenario, run);
  const named = drafts.map(
    ({ in: group, roomNumber, roleSpec, member, session, firstInSlot: _, ...draft }) => ({
      ...draft,
      identity: identityOf({ group, room: roomNumber, role: roleSpec, member, session }),
      room: roomName(scenario, group, run, roomNumber),
    }),
  );
  return {
    scenario,
    participants: byJoin.flatMap((draft, index): ParticipantPlan[] => {
      const participant = named[draft];
      if (participant === undefined) return [];
      return [
        { index, ...participant, expectedTracks: expectedTracks[index] ?? { audio: 0, video: 0 } },
      ];
    }),
    windows: [...windows, ...customWindows(scenario.windows, endAtMs)].sort(
      (a, b) => a.fromMs - b.fromMs,
    ),
    droppedRooms,
    lastJoinAtMs,
    endAtMs,
  };
};

const createSchedule = (specs: readonly GroupSpec[], seed: number): Scheduling => {
  const groups: ExpandedGroup[] = [];
  let group: string | null = null;
  try {
    for (const spec of specs) {
      group = spec.name;
      groups.push(expandGroup(seed, spec));
    }
    group = null;
    checkCount(groups.reduce((sum, { participants }) => sum + participants, 0));
  } catch (error) {
    if (!isUsageError(error)) throw error;
    const { message, hint } = error;
    return { schedule: null, problem: { group, message, hint } };
  }
  const drafts = groups.flatMap(draftsOf);
  if (drafts.length === 0) {
    const message = 'no participant would join: no room is open for a second or more';
    const hint = 'use more rooms, more participants or longer stages';
    return { schedule: null, problem: { group: null, message, hint } };
  }
  const byJoin = [...drafts.keys()].sort(
    (a, b) => (drafts[a]?.joinAtMs ?? 0) - (drafts[b]?.joinAtMs ?? 0),
  );
  const sorted = byJoin.flatMap((index) => drafts[index] ?? []);
  const lastJoinAtMs = drafts.reduce(
    (latest, { firstInSlot, joinAtMs }) => (firstInSlot ? Math.max(latest, joinAtMs) : latest),
    0,
  );
  const schedule: Schedule = {
    drafts,
    byJoin,
    expectedTracks: expectations(specs, sorted),
    windows: [
      // A join counts when it was scheduled: the last of them, too.
      { name: 'joining', fromMs: 0, toMs: lastJoinAtMs + 1, source: 'builtin' },
      { name: 'steady', ...steadyWindow(sorted), source: 'builtin' },
      ...groups.flatMap(({ stages }) => stages),
    ],
    droppedRooms: groups.reduce((sum, { droppedRooms }) => sum + droppedRooms, 0),
    lastJoinAtMs,
    endAtMs: drafts.reduce((latest, { leaveAtMs }) => Math.max(latest, leaveAtMs), 0),
  };
  return { schedule, problem: null };
};

/** All sessions of a group. */
const draftsOf = ({ group, rooms, slots }: ExpandedGroup): Draft[] =>
  rooms.flatMap(({ number, sessions }) =>
    sessions.flatMap((inSlot, index) => {
      const slot = slots[index];
      if (slot === undefined) return [];
      const { role, member } = slot;
      const replaced = replacesParticipants(group) && !role.permanent;
      return inSlot.map(
        ({ joinAtMs, leaveAtMs }, position): Draft => ({
          in: group,
          roomNumber: number,
          roleSpec: role,
          member,
          session: replaced ? position + 1 : null,
          firstInSlot: position === 0,
          group: group.name,
          role: role.name,
          joinAtMs: group.startMs + joinAtMs,
          leaveAtMs: group.startMs + leaveAtMs,
          publish: role.publish,
          subscribe: role.subscribe,
          layout: role.layout,
          data: role.data === null ? [] : [role.data],
          grants: role.grants,
          network: role.network?.impairment ?? null,
        }),
      );
    }),
  );

const replacesParticipants = ({ executor }: GroupSpec): boolean =>
  executorOf(executor.type).replacesParticipants;

/** Tracks that each participant must have received, in the order of `drafts`. Groups that name the same room share it. */
const expectations = (
  specs: readonly GroupSpec[],
  drafts: readonly Draft[],
): { audio: number; video: number }[] => {
  const byRoom = Map.groupBy(drafts.keys(), (index) => roomKey(drafts[index]));
  const expects: { audio: number; video: number }[] = [];
  const required = new Map(specs.map((group) => [group.name, overlapMs(group)]));
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

/** Identifies a room before it has its name in the run. */
const roomKey = (draft: Draft | undefined): string =>
  draft === undefined
    ? ''
    : JSON.stringify(
        draft.in.room === null ? [draft.group, draft.roomNumber] : ['named', draft.in.room],
      );
