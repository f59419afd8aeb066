import { isStale, joinedAtOf, type RegistryView, type ReportedNode } from '@livekit-swarm/livekit';
import type { WebhookEvent } from 'livekit-server-sdk';
import { type MeteredRoom, type MeteringRules, OTHER } from './groups.ts';
import { createSessionMeter, type MeteredSession } from './session-meter.ts';
import { createTrafficMeter, type Direction } from './traffic-meter.ts';

/** Room as the API lists it. */
export interface ListedRoom extends MeteredRoom {
  participants: number;
}

export interface Meter {
  onWebhook(event: WebhookEvent): void;
  /**
   * Compare the sessions of webhooks with those that the API lists, and count up to now.
   * @param view view of the registry; null: it is not configured, or did not respond
   * @param list returns the participants of a room; null: the API did not respond
   */
  look(
    listed: readonly ListedRoom[],
    view: RegistryView | null,
    list: (room: string) => Promise<MeteredSession[] | null>,
    nowMs: number,
  ): Promise<void>;
}

export interface MeterSinks {
  minutes(group: string, minutes: number): void;
  bytes(group: string, direction: Direction, bytes: number): void;
}

/**
 * Maximum number of rooms whose participants are listed in one poll: first those in which webhooks
 * and the API disagree, then others in turn, as one participant may have joined and another left
 * unnoticed. With more, many joins at the same time would cause many requests.
 */
const LISTED_AT_ONCE = 50;

/**
 * Mean time from the last report of a node to its death, ms. Reports are two seconds apart and
 * round down to the second.
 */
const DIED_AFTER_REPORT_MS = 1_500;

/** Create the meter of one deployment. */
export const createMeter = (rules: MeteringRules, sinceMs: number, sinks: MeterSinks): Meter => {
  const sessions = createSessionMeter(rules, sinceMs, sinks.minutes);
  const traffic = createTrafficMeter(OTHER, sinks.bytes);
  /** Number of the poll, by which rooms are listed in turn. */
  let turn = 0;

  return {
    onWebhook: ({ event, room, participant, createdAt }) => {
      if (room === undefined || participant === undefined || participant.sid === '') return;
      const metered = { name: room.name, metadata: room.metadata };
      const session = { sid: participant.sid, joinedAtMs: joinedAtOf(participant) };
      // The server rounds down to seconds; the middle of the second is right on average.
      const atMs = Number(createdAt) * 1_000 + 500;
      if (event === 'participant_joined') sessions.joined(metered, session);
      else if (event === 'participant_left' || event === 'participant_connection_aborted')
        sessions.left(metered, session, atMs);
    },
    look: async (listed, view, list, nowMs) => {
      endLost(sessions, view, nowMs);
      const byName = new Map(listed.map((room) => [room.name, room]));
      for (const room of chooseRooms(byName, sessions, turn++)) {
        const participants = byName.has(room.name) ? await list(room.name) : [];
        // Further calls would wait for their timeouts as well.
        if (participants === null) break;
        sessions.reconcile(room, participants, nowMs);
      }
      for (const { name } of sessions.rooms()) {
        if (view === null) sessions.confirm(name, null, nowMs);
        else {
          const node = view.nodes.get(view.rooms.get(name) ?? '');
          if (node !== undefined) sessions.confirm(name, node.id, node.updatedAt * 1_000);
        }
      }
      if (view !== null)
        traffic.look([...view.nodes.values()], weightsOf(sessions.rooms()), staleIn(view, nowMs));
    },
  };
};

type Sessions = ReturnType<typeof createSessionMeter>;

/**
 * End sessions of nodes that stopped reporting or are no longer in the registry, at their last
 * report.
 */
const endLost = (sessions: Sessions, view: RegistryView | null, nowMs: number): void => {
  if (view === null) return;
  for (const { name, nodes } of sessions.rooms())
    for (const id of nodes) {
      const node = view.nodes.get(id);
      if (node !== undefined && !isStale(node, nowMs)) continue;
      sessions.lost(name, id, node === undefined ? 0 : diedAt(node));
    }
};

const diedAt = ({ updatedAt }: ReportedNode): number => updatedAt * 1_000 + DIED_AFTER_REPORT_MS;

const staleIn = ({ nodes }: RegistryView, nowMs: number): ReadonlySet<string> =>
  new Set([...nodes.values()].filter((node) => isStale(node, nowMs)).map(({ id }) => id));

const chooseRooms = (
  listed: ReadonlyMap<string, ListedRoom>,
  sessions: Sessions,
  turn: number,
): MeteredRoom[] => {
  const [settled, disputed] = [[] as MeteredRoom[], [] as MeteredRoom[]];
  for (const room of listed.values())
    (sessions.agrees(room.name, room.participants) ? settled : disputed).push(room);
  // The sessions of closed rooms ended.
  for (const { name } of sessions.rooms())
    if (!listed.has(name)) disputed.push({ name, metadata: '' });
  return [...rotated(disputed, turn), ...rotated(settled, turn)].slice(0, LISTED_AT_ONCE);
};

const rotated = <T>(all: readonly T[], turn: number): T[] => {
  const from = all.length === 0 ? 0 : (turn * LISTED_AT_ONCE) % all.length;
  return [...all.slice(from), ...all.slice(0, from)];
};

const weightsOf = (
  rooms: ReturnType<Sessions['rooms']>,
): ReadonlyMap<string, ReadonlyMap<string, number>> => {
  const weights = new Map<string, Map<string, number>>();
  for (const { group, sessions, nodes } of rooms)
    for (const node of nodes) {
      const ofNode = weights.get(node) ?? new Map<string, number>();
      ofNode.set(group, (ofNode.get(group) ?? 0) + sessions);
      weights.set(node, ofNode);
    }
  return weights;
};
