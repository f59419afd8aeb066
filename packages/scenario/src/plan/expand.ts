import { WITNESS_GROUP, type Window } from '@livekit-swarm/metrics';
import { isUsageError, usageError } from '@livekit-swarm/settings';
import type { PlannedAction } from '../actions/action-spec.ts';
import { keyAt, planKeyChanges } from '../actions/key-changes.ts';
import { MAX_ACTIONS, planActions } from '../actions/plan-actions.ts';
import { checkCount } from '../executors/expansion.ts';
import { executorOf } from '../executors/registry.ts';
import type { ParticipantPlan, Plan } from '../plan.ts';
import { randomStream } from '../random.ts';
import { departsWhileJoining } from '../role-keys/departure.ts';
import type { E2ee } from '../role-keys/e2ee.ts';
import { maySubscribe } from '../role-keys/grants.ts';
import { participantSettings, type RoleSpec } from '../role-keys/registry.ts';
import { streamInRoom } from '../role-keys/stream.ts';
import { planTurns } from '../role-keys/turns.ts';
import type { GroupSpec, Scenario, WitnessSpec } from '../scenario.ts';
import { witnessRole } from '../witness-spec.ts';
import { planExchange } from './exchange.ts';
import { type ExpandedGroup, expandGroup } from './expand-group.ts';
import { expectedTracksByRoom } from './expected-tracks.ts';
import { assignIdentities, roleIdentities, roomName } from './identities.ts';
import { customWindows, steadyWindow } from './plan-windows.ts';
import { witnessPlaces } from './witness-places.ts';

/** Session before it has the names of the run. Times in ms after the start of the run. */
interface Draft extends Omit<ParticipantPlan, 'index' | 'identity' | 'room' | 'expectedTracks'> {
  in: GroupSpec;
  /** Number of the room, from 1, within the group. */
  roomNumber: number;
  roleSpec: RoleSpec;
  /** Number of the participant, from 1, within the role. */
  member: number;
  /** Number of the session, from 1, within its slot; null if participants are not replaced. */
  session: number | null;
  firstInSlot: boolean;
}

/** Plan of a scenario without the names of the run and its windows. */
interface Schedule {
  /** Sessions in the order of groups, rooms and slots. */
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

/** Reason why a scenario has no plan. */
export interface PlanProblem {
  /** Group with the problem; null: all groups together. */
  group: string | null;
  message: string;
  hint: string | null;
}

type Scheduling = { schedule: Schedule; problem: null } | { schedule: null; problem: PlanProblem };

/**
 * Schedules by groups: the check of a scenario file computes the schedule that the run uses. Groups
 * are never changed in place, and only the seed and the witnesses matter besides them.
 */
const KNOWN = new WeakMap<
  readonly GroupSpec[],
  { seed: number; witnesses: readonly WitnessSpec[] | undefined; result: Scheduling }
>();

/** Schedule of a scenario, computed once for each seed. */
const scheduleOf = ({
  groups,
  seed,
  witnesses,
}: Pick<Scenario, 'groups' | 'seed' | 'witnesses'>): Scheduling => {
  const known = KNOWN.get(groups);
  if (known?.seed === seed && known.witnesses === witnesses) return known.result;
  const result = createSchedule(groups, seed, witnesses ?? []);
  KNOWN.set(groups, { seed, witnesses, result });
  return result;
};

/** Times of a plan, ms after the start of the run. */
export interface PlanTimes {
  /** Scheduled join of the last participant. */
  lastJoinAtMs: number;
  /** Leave of the last participant. */
  endAtMs: number;
}

/** Times of the plan of a scenario, or the reason why it has none. Makes no plan. */
export const checkSchedule = (
  scenario: Pick<Scenario, 'groups' | 'seed' | 'witnesses'>,
): { times: PlanTimes; problem: null } | { times: null; problem: PlanProblem } => {
  const { schedule, problem } = scheduleOf(scenario);
  if (problem !== null) return { times: null, problem };
  const { lastJoinAtMs, endAtMs } = schedule;
  return { times: { lastJoinAtMs, endAtMs }, problem };
};

/**
 * List every session: participant, room, join and leave. The same scenario and run always give the
 * same plan; another seed changes random values only. Every group has a separate random stream, so
 * that adding a group does not change the others.
 * @param run short random word, part of the names of rooms and of identities, so that runs never
 * share a room
 * @throws SwarmError `usage` if no participant would join, too many would, one named room would be
 * opened twice at a time, or a window begins after the end
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
  const exchangeOf = planExchange(roleIdentities(scenario, run));
  const named = drafts.map(
    ({ in: group, roomNumber, roleSpec, member, session, firstInSlot: _, ...draft }) => ({
      ...draft,
      identity: identityOf({ group, room: roomNumber, role: roleSpec, member, session }),
      room: roomName(scenario, group, run, roomNumber),
      ...inStream(draft, roomName(scenario, group, run, roomNumber), roomNumber),
      ...exchangeOf(group, roomNumber, roleSpec),
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

/** Room and URL of a participant that is in no room of LiveKit; nothing for others. */
const inStream = (
  { stream }: Pick<Draft, 'stream'>,
  room: string,
  number: number,
): Partial<Pick<ParticipantPlan, 'room' | 'stream'>> =>
  stream === undefined ? {} : { room: `${room}-stream`, stream: streamInRoom(stream, number) };

const createSchedule = (
  specs: readonly GroupSpec[],
  seed: number,
  witnesses: readonly WitnessSpec[],
): Scheduling => {
  const groups: ExpandedGroup[] = [];
  const load: Draft[] = [];
  let drafts: readonly Draft[] = [];
  let group: string | null = null;
  try {
    for (const spec of specs) {
      group = spec.name;
      groups.push(expandGroup(seed, spec));
    }
    group = null;
    checkCount(groups.reduce((sum, { participants }) => sum + participants, 0));
    let actions = 0;
    for (const expanded of groups) {
      group = expanded.group.name;
      for (const draft of draftsOf(expanded, seed)) {
        load.push(draft);
        actions += draft.actions?.length ?? 0;
        if (actions > MAX_ACTIONS) throw tooManyActions();
      }
    }
    group = null;
    addTurns(load, seed, MAX_ACTIONS - actions);
    drafts = [...load, ...witnessDrafts(load, witnesses)];
    addKeyChanges(drafts, seed);
    addReaders(drafts);
    addMarkListeners(drafts);
  } catch (error) {
    if (!isUsageError(error)) throw error;
    const { message, hint } = error;
    return { schedule: null, problem: { group, message, hint } };
  }
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
    expectedTracks: expectedTracksByRoom(sorted, specs, roomKey),
    windows: [
      // A join belongs to the window of its scheduled time; this also holds for the last one.
      { name: 'joining', fromMs: 0, toMs: lastJoinAtMs + 1, source: 'builtin' },
      { name: 'steady', ...steadyWindow(load), source: 'builtin' },
      ...groups.flatMap(({ stages }) => stages),
    ],
    droppedRooms: groups.reduce((sum, { droppedRooms }) => sum + droppedRooms, 0),
    lastJoinAtMs,
    endAtMs: drafts.reduce((latest, { leaveAtMs }) => Math.max(latest, leaveAtMs), 0),
  };
  return { schedule, problem: null };
};

/**
 * Drafts of witnesses. They join a room right after its first participant and leave with its last,
 * so that the load is the same as without them. In a room that is encrypted end to end, they have
 * its key.
 */
const witnessDrafts = (load: readonly Draft[], witnesses: readonly WitnessSpec[]): Draft[] => {
  if (witnesses.length === 0 || load.length === 0) return [];
  const rooms = [...Map.groupBy(load, roomKey).values()].flatMap((present) => {
    const [first] = present;
    const e2ee = encryptionOf(present);
    if (first === undefined || e2ee === undefined) return [];
    const fromMs = present.reduce((least, one) => Math.min(least, one.joinAtMs), first.joinAtMs);
    const toMs = present.reduce((most, one) => Math.max(most, one.leaveAtMs), 0);
    return [{ first, e2ee, fromMs, toMs }];
  });
  if (rooms.length === 0)
    throw usageError(
      'the witnesses cannot decrypt what is published: no room has one key for all',
      'leave the witnesses out',
    );
  const places = witnessPlaces(rooms, witnesses);
  return witnesses.flatMap((witness, index) =>
    (places[index] ?? []).map(({ first, e2ee, fromMs, toMs }, position): Draft => {
      const role = witnessRole(witness);
      return {
        in: first.in,
        roomNumber: first.roomNumber,
        roleSpec: role,
        member: position + 1,
        session: null,
        firstInSlot: false,
        group: WITNESS_GROUP,
        joinAtMs: fromMs,
        leaveAtMs: toMs,
        role: role.name,
        ...participantSettings(role),
        e2ee,
      };
    }),
  );
};

/**
 * Encryption of a room's publishers; undefined: they do not have the same. An intruder with another
 * key does not count.
 */
const encryptionOf = (present: readonly Draft[]): E2ee | null | undefined => {
  const publishing = present.filter(
    ({ publish, data, e2ee }) => publish.length + data.length > 0 && e2ee?.secret !== 'wrong-key',
  );
  const kinds = new Map(publishing.map(({ e2ee }) => [JSON.stringify(e2ee), e2ee]));
  const [kind = null] = kinds.values();
  return kinds.size > 1 ? undefined : kind;
};

/**
 * Let only browsers in rooms with frame metadata read it: a browser needs an additional step for
 * each frame of each track.
 */
const addReaders = (drafts: readonly Draft[]): void => {
  for (const present of Map.groupBy(drafts, roomKey).values()) {
    const carries = present.some(({ publish }) =>
      publish.some((track) => track.kind === 'video' && track.frameMetadata === true),
    );
    if (!carries) continue;
    for (const draft of present) if (draft.engine === 'browser') draft.readsFrameMetadata = true;
  }
};

/**
 * Let the first native receiver of each role in a room hear the marks in audio that encoders
 * publish: it decodes the audio, which costs CPU.
 */
const addMarkListeners = (drafts: readonly Draft[]): void => {
  for (const present of Map.groupBy(drafts, roomKey).values()) {
    const isMarked = present.some(
      ({ ingress, stream, publish }) =>
        (ingress !== undefined || stream?.protocol === 'whip') &&
        publish.some(({ kind }) => kind === 'audio'),
    );
    if (!isMarked) continue;
    const receivers = present
      .filter(
        (one) =>
          one.engine === undefined &&
          one.ingress === undefined &&
          one.conversation === undefined &&
          one.answers === undefined &&
          maySubscribe(one) &&
          one.layout.type !== 'none',
      )
      .toSorted((a, b) => a.joinAtMs - b.joinAtMs);
    for (const [first] of Map.groupBy(receivers, ({ role }) => role).values())
      if (first !== undefined) first.hearsMarks = true;
  }
};

/** Add the starts and ends of turns to the actions of participants that take turns. */
const addTurns = (drafts: readonly Draft[], seed: number, most: number): void => {
  let steps = 0;
  for (const [room, present] of Map.groupBy(drafts, roomKey)) {
    const turnTakers = present.flatMap((draft) => {
      const { turns } = draft.roleSpec;
      return turns === undefined ? [] : [{ ...draft, turns, draft }];
    });
    if (turnTakers.length === 0) continue;
    for (const draft of present)
      draft.turns = draft.roleSpec.turns === undefined ? 'hears' : 'takes';
    const turns = planTurns(turnTakers, randomStream(seed, 'turns', room), most);
    for (const [index, { draft }] of turnTakers.entries()) {
      const spoken = (turns[index] ?? []).flatMap(({ fromMs, toMs }): PlannedAction[] => [
        { atMs: fromMs, do: 'speak' },
        ...(toMs < draft.leaveAtMs ? [{ atMs: toMs, do: 'listen' as const }] : []),
      ]);
      steps += spoken.length;
      if (steps > most) throw tooManyActions();
      // Turns first, so that a participant that disappears does so last.
      draft.actions = [...spoken, ...(draft.actions ?? [])].sort((a, b) => a.atMs - b.atMs);
    }
  }
};

/** Largest number of ratchets in a run: each takes about 30 ms of CPU for a passphrase. */
const MOST_RATCHETS_IN_RUN = 32;

/** Add the key changes to the actions of each participant whose key changes. */
const addKeyChanges = (drafts: readonly Draft[], seed: number): void => {
  let steps = 0;
  for (const draft of drafts) {
    const { e2ee, group, role, roomNumber, member, session } = draft;
    if (e2ee?.keyChange === undefined) continue;
    const random = randomStream(seed, group, 'keys', role, roomNumber, member, session ?? 0);
    const changes = planKeyChanges(e2ee.keyChange, draft, random);
    const ratchets = e2ee.ratchet + keyAt(e2ee.keyChange, draft.leaveAtMs - 1);
    if (e2ee.keyChange.by === 'ratchet' && ratchets > MOST_RATCHETS_IN_RUN)
      throw usageError(
        `its key would be ratcheted ${ratchets} times, and ${MOST_RATCHETS_IN_RUN} is the most: a participant that joins late derives them all`,
        'use a longer interval (every), or by: new-key',
      );
    steps += changes.length;
    if (steps > MAX_ACTIONS) throw tooManyActions();
    draft.actions = [...changes, ...(draft.actions ?? [])].sort((a, b) => a.atMs - b.atMs);
  }
};

const tooManyActions = () =>
  usageError(
    `its participants would do more than ${MAX_ACTIONS.toLocaleString('en')} things`,
    'use longer intervals (every, turns, keyChange), or fewer participants with actions',
  );

/** All sessions of a group. */
function* draftsOf({ group, rooms, slots }: ExpandedGroup, seed: number): Generator<Draft> {
  for (const { number, sessions } of rooms) {
    for (const [index, inSlot] of sessions.entries()) {
      const slot = slots[index];
      if (slot === undefined) continue;
      const { role, member } = slot;
      const replaced = replacesParticipants(group) && !role.permanent;
      for (const [position, planned] of inSlot.entries()) {
        const stay = {
          joinAtMs: group.startMs + planned.joinAtMs + afterPublishersMs(group, role),
          leaveAtMs: group.startMs + leaveOf(role, planned),
        };
        const who = [group.name, 'actions', role.name, number, member, position];
        const actions =
          role.actions === undefined
            ? []
            : planActions(role, stay, (action) => randomStream(seed, ...who, action));
        const last = actions.at(-1);
        yield {
          in: group,
          roomNumber: number,
          roleSpec: role,
          member,
          session: replaced ? position + 1 : null,
          firstInSlot: position === 0,
          group: group.name,
          ...stay,
          ...(last?.do === 'disappear' && { leaveAtMs: last.atMs }),
          role: role.name,
          ...participantSettings(role),
          ...(actions.length > 0 && { actions }),
        };
      }
    }
  }
}

/**
 * Time after their scheduled joins at which players of streams join whose publishers are in the
 * plan, ms: a server answers 404 until it has the media of the publisher.
 */
const AFTER_PUBLISHERS_MS = 1_000;

const afterPublishersMs = ({ roles }: GroupSpec, { stream }: RoleSpec): number =>
  stream?.protocol === 'whep' && roles.some((other) => other.stream?.protocol === 'whip')
    ? AFTER_PUBLISHERS_MS
    : 0;

/**
 * Time for a departure during the join, ms: well below the five seconds after which a join counts
 * as failed.
 */
const GONE_AFTER_MS = 2_000;

const leaveOf = (
  { departure }: RoleSpec,
  { joinAtMs, leaveAtMs }: { joinAtMs: number; leaveAtMs: number },
): number =>
  departsWhileJoining(departure) ? Math.min(leaveAtMs, joinAtMs + GONE_AFTER_MS) : leaveAtMs;

const replacesParticipants = ({ executor }: GroupSpec): boolean =>
  executorOf(executor.type).replacesParticipants;

/**
 * Identifier of a room before it has its name in the run. Streams of other servers are in no room of
 * LiveKit: they have a room of their own, and receive each other.
 */
const roomKey = ({ in: group, roomNumber, stream }: Draft): string => {
  const room = group.room === null ? [group.name, roomNumber] : ['named', group.room];
  return JSON.stringify(stream === undefined ? room : [...room, 'stream']);
};
