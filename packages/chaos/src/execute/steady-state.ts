import {
  initialParticipantState,
  isConnected,
  type ParticipantState,
  reduceParticipant,
} from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';
import { ACTION_SOURCES, type ParticipantPlan } from '@livekit-swarm/scenario';
import type { Drill } from '../drill/drill.ts';
import {
  expectedMedia,
  isPublished,
  publicationKey,
  receivedSources,
  sourceOfEvent,
} from '../drill/expected-media.ts';
import { isLoad } from '../drill/scenario-of-drill.ts';
import type { DrillTimes } from '../drill/schedule.ts';

/** Connected participants and received subscriptions, from the record as it is written. */
export interface SteadyStateTracker {
  add(line: RecordLine): void;
  /**
   * Returns true when every participant has been connected and every subscription has received
   * media for this time.
   */
  hasLasted(forMs: number, nowMs: number): boolean;
  /** Differences from the steady state. */
  missing(): {
    participants: number;
    participantsMissing: number;
    subscriptionsWithoutMedia: number;
  };
  /** Start of the steady state, ms after the run's start; null: it does not hold. */
  readonly steadySince: number | null;
  /** Node of each room that is open, as the server reports it to participants, by room name. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Backend of each signal connection, by identity; without those that left. */
  readonly backends: ReadonlyMap<string, string>;
  /**
   * Identity of the agent that joined each room last, by room name; without rooms that it, or the
   * last participant, has left.
   */
  readonly agents: ReadonlyMap<string, string>;
  /**
   * Share of subscribers of these rooms that receive no media, 0 … 1; those that joined after the
   * steady state count, too.
   */
  shareWithoutMedia(rooms: ReadonlySet<string>): number;
}

/**
 * @param times steady state: participants that are planned to be present during all of it are
 * required
 */
export const createSteadyStateTracker = (
  participants: readonly ParticipantPlan[],
  { steadyFromMs, steadyMs }: Pick<DrillTimes, 'steadyFromMs' | 'steadyMs'>,
): SteadyStateTracker => {
  const load = new Map(participants.filter(isLoad).map((one) => [one.identity, one]));
  const required = expectedMedia(participants, steadyFromMs, steadyMs);
  const missing = new Set(required.keys());
  const states = new Map<string, ParticipantState>();
  const expected = new Map([...required].map(([identity, keys]) => [identity, new Set(keys)]));
  /** Expected media that each subscriber does not receive. */
  const withoutMedia = new Map([...expected].map(([identity, keys]) => [identity, new Set(keys)]));
  /** Publications of each participant that has not left, and whether it receives them. */
  const received = new Map(
    [...required].map(([identity, keys]) => [identity, notReceived([...keys])]),
  );
  const publishers = Map.groupBy([...load.values()].filter(everPublishes), ({ room }) => room);
  const nodes = new Map<string, string>();
  const backends = new Map<string, string>();
  const agents = new Map<string, string>();
  /** Participants in each room. */
  const inside = new Map<string, Set<string>>();
  let steadySince: number | null = null;

  const isSteady = (): boolean =>
    missing.size === 0 && [...withoutMedia.values()].every(({ size }) => size === 0);

  /** Expect nothing of a publication any more: its publisher left, or ended it, as planned. */
  const endPublication = (key: string): void => {
    for (const keys of [...expected.values(), ...withoutMedia.values(), ...received.values()])
      keys.delete(key);
  };

  /** Expect the publications of those that are connected, for a participant that joins later. */
  const joinLate = (planned: ParticipantPlan, at: number): void => {
    const sources = [...receivedSources(planned)];
    const keys = (publishers.get(planned.room) ?? [])
      .filter(({ identity, grants }) => {
        const state = states.get(identity);
        return state !== undefined && isConnected(state) && grants.hidden !== true;
      })
      .filter((one) => one !== planned)
      .flatMap((one) =>
        sources
          .filter((source) => isPublished(one, source, at))
          .map((source) => publicationKey(source, one.identity)),
      );
    received.set(planned.identity, notReceived(keys));
  };

  /**
   * Forget node and agent of a room that its last participant left: a fault there would affect
   * nothing.
   */
  const leaveRoom = (identity: string): void => {
    received.delete(identity);
    backends.delete(identity);
    const room = load.get(identity)?.room ?? '';
    const others = inside.get(room);
    if (others?.delete(identity) !== true || others.size > 0) return;
    nodes.delete(room);
    agents.delete(room);
  };

  const leave = (identity: string): void => {
    missing.delete(identity);
    expected.delete(identity);
    withoutMedia.delete(identity);
    leaveRoom(identity);
    const planned = load.get(identity);
    if (planned === undefined || !everPublishes(planned)) return;
    for (const source of ACTION_SOURCES) endPublication(publicationKey(source, identity));
  };

  return {
    nodes,
    backends,
    agents,
    get steadySince() {
      return steadySince;
    },
    hasLasted: (forMs, nowMs) => steadySince !== null && nowMs - steadySince >= forMs,
    add: (line) => {
      // A participant that was disconnected then leaves without an event.
      if (line.type === 'participant') leaveRoom(line.identity);
      if (line.type !== 'event' || line.identity === undefined) return;
      const planned = load.get(line.identity);
      if (planned === undefined) return;
      const { event, identity, publisher = '', node, backend, room = '', at } = line;
      if (node !== undefined) {
        nodes.set(room, node);
        inside.set(room, (inside.get(room) ?? new Set<string>()).add(identity));
      }
      if (backend !== undefined) backends.set(identity, backend);
      const isAgent = event === 'agent_joined' || event === 'agent_added';
      if (isAgent && line.agent !== undefined) agents.set(room, line.agent);
      if (event === 'agent_left' && agents.get(room) === line.agent) agents.delete(room);
      const key = publicationKey(sourceOfEvent(line), publisher);
      const missingMedia = withoutMedia.get(identity);
      const state = reduceParticipant(states.get(identity) ?? initialParticipantState(), line);
      states.set(identity, state);
      if (state.connection === 'left') leave(identity);
      else if (event === 'joined' && !received.has(identity)) joinLate(planned, at);
      if (event === 'media_started' || event === 'media_resumed') {
        missingMedia?.delete(key);
        received.get(identity)?.set(key, true);
      }
      if (event === 'media_interrupted') {
        const from = load.get(publisher);
        if (from !== undefined && !isPublished(from, sourceOfEvent(line), at)) endPublication(key);
        else {
          if (expected.get(identity)?.has(key)) missingMedia?.add(key);
          received.get(identity)?.set(key, false);
        }
      }
      if (!required.has(identity)) return;
      if (state.connection !== 'left') {
        if (isConnected(state)) missing.delete(identity);
        else missing.add(identity);
      }
      if (!isSteady()) steadySince = null;
      else if (steadySince === null || event === 'media_resumed') steadySince = at;
    },
    missing: () => ({
      participants: required.size,
      participantsMissing: missing.size,
      subscriptionsWithoutMedia: [...withoutMedia.values()].reduce(
        (sum, { size }) => sum + size,
        0,
      ),
    }),
    shareWithoutMedia: (rooms) => {
      const subscribers = [...received].filter(
        ([identity, { size }]) => size > 0 && rooms.has(load.get(identity)?.room ?? ''),
      );
      const affected = subscribers.filter(([, media]) =>
        [...media.values()].every((isReceived) => !isReceived),
      );
      return subscribers.length === 0 ? 0 : affected.length / subscribers.length;
    },
  };
};

const everPublishes = ({ publish, actions = [] }: ParticipantPlan): boolean =>
  publish.length + actions.length > 0;

const notReceived = (keys: readonly string[]): Map<string, boolean> =>
  new Map(keys.map((key) => [key, false]));

/** Condition that ends a drill when it harms its control group, or all rooms for too long. */
export interface AbortCondition {
  /** Aborted when the condition is met. */
  readonly signal: AbortSignal;
  /** Starts to check the condition. */
  start(): void;
  /** Removes rooms from the control group, because a fault affects them. */
  exclude(rooms: readonly string[]): void;
  /** Condition that was met, and the share of subscribers without media; null: none. */
  readonly metWith: { condition: 'control_group' | 'load'; share: number } | null;
  close(): void;
}

const CHECK_EVERY_MS = 250;

export const watchAbortCondition = (
  { abort }: Pick<Drill, 'abort'>,
  steadyState: Pick<SteadyStateTracker, 'shareWithoutMedia'>,
  rooms: ReadonlySet<string>,
): AbortCondition => {
  const controller = new AbortController();
  const controlGroup = new Set(rooms);
  const since: Record<'control_group' | 'load', number | null> = {
    control_group: null,
    load: null,
  };
  let metWith: AbortCondition['metWith'] = null;
  let timer: NodeJS.Timeout | undefined;
  const check = (
    condition: 'control_group' | 'load',
    group: ReadonlySet<string>,
    limit: number,
    forMs: number,
  ): void => {
    const share = steadyState.shareWithoutMedia(group);
    since[condition] = share <= limit ? null : (since[condition] ?? performance.now());
    const from = since[condition];
    if (from === null || performance.now() - from < forMs) return;
    metWith ??= { condition, share };
    controller.abort();
  };
  return {
    signal: controller.signal,
    start: () => {
      if (abort === null) return;
      const { controlGroupInterrupted, interrupted, forMs } = abort;
      timer = setInterval(() => {
        check('control_group', controlGroup, controlGroupInterrupted, forMs);
        if (interrupted !== null) check('load', rooms, interrupted, forMs);
      }, CHECK_EVERY_MS);
    },
    exclude: (names) => {
      for (const name of names) controlGroup.delete(name);
    },
    get metWith() {
      return metWith;
    },
    close: () => clearInterval(timer),
  };
};
