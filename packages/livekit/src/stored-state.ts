/** State that livekit-server keeps in Redis: a deployment writes it, and must still have it later. */
import { IngressInput } from '@livekit/protocol';
import {
  type ApiTarget,
  agentDispatchOf,
  ingressOf,
  roomServiceOf,
  sipOf,
} from './api/api-clients.ts';
import { apiErrorOf } from './api/api-error.ts';
import { ApiRejection } from './api/api-rejection.ts';

export type StoredKind = 'room' | 'participant' | 'dispatch' | 'ingress' | 'sip_trunk';

export interface StoredStateOptions {
  /** Beginning of all names. */
  prefix: string;
  /** Number of rooms, each with metadata and an agent dispatch. */
  rooms: number;
  /** Participants that are connected: their attributes are written. */
  participants: readonly { room: string; identity: string }[];
  /** Kinds to write. */
  kinds: readonly StoredKind[];
}

/** Result of writing one kind. `failure`: reason for which not all of it was written. */
export interface WrittenState {
  kind: StoredKind;
  written: number;
  failure: string | null;
}

/** Result of reading one kind again. `failure`: reason for which it was not read. */
export interface ReadState extends WrittenState {
  lost: number;
  /** Number of those that are there with other contents. */
  changed: number;
}

export interface StoredState {
  /** Writes every kind, as far as the deployment confirms it. */
  write(): Promise<WrittenState[]>;
  /** Compares with what was written and confirmed. */
  read(): Promise<ReadState[]>;
  /** Removes what was written. @returns names of what could not be removed */
  remove(): Promise<string[]>;
}

const TIMEOUT_SECONDS = 4;
/** Time after which the server closes an empty room, s: longer than drills. */
const EMPTY_TIMEOUT_SECONDS = 3_600;
/** Name of an agent that no worker has, so that its dispatches stay. */
const AGENT = 'swarm-continuity';
const ATTRIBUTE = 'swarm.continuity';

/** One kind of state. Keys are those of the deployment: a name, or the id that it assigned. */
interface Kind {
  count: number;
  /** Writes one. @returns its key and its contents */
  write(index: number): Promise<[key: string, contents: string]>;
  /** Contents of all that are there, by key. */
  list(): Promise<ReadonlyMap<string, string>>;
  remove(key: string): Promise<unknown>;
}

export const createStoredState = (target: ApiTarget, options: StoredStateOptions): StoredState => {
  const kinds = kindsOf(target, options);
  const confirmed = new Map<StoredKind, Map<string, string>>();
  const ofKind = (kind: StoredKind): Map<string, string> => {
    const known = confirmed.get(kind) ?? new Map<string, string>();
    confirmed.set(kind, known);
    return known;
  };
  return {
    write: async () => {
      const results: WrittenState[] = [];
      // Rooms come first, because dispatches belong to them.
      for (const kind of options.kinds) {
        const { count, write } = kinds[kind];
        let failure: string | null = null;
        for (let index = 0; index < count && failure === null; index++) {
          try {
            ofKind(kind).set(...(await write(index)));
          } catch (error) {
            failure = apiErrorOf(error).message;
          }
        }
        results.push({ kind, written: ofKind(kind).size, failure });
      }
      return results;
    },
    read: () =>
      Promise.all(
        options.kinds.map(async (kind): Promise<ReadState> => {
          const wanted = [...ofKind(kind)];
          const written = wanted.length;
          if (written === 0) return { kind, written, lost: 0, changed: 0, failure: null };
          try {
            const found = await kinds[kind].list();
            const there = wanted.filter(([key]) => found.has(key));
            const changed = there.filter(([key, contents]) => found.get(key) !== contents).length;
            return { kind, written, lost: written - there.length, changed, failure: null };
          } catch (error) {
            const failure = apiErrorOf(error).message;
            return { kind, written, lost: 0, changed: 0, failure };
          }
        }),
      ),
    remove: async () => {
      const left: string[] = [];
      for (const kind of options.kinds.toReversed()) {
        for (const key of ofKind(kind).keys()) {
          const gone = await kinds[kind].remove(key).then(() => true, isNotFound);
          if (!gone) left.push(`${kind} ${key}`);
        }
      }
      return left;
    },
  };
};

const isNotFound = (error: unknown): boolean =>
  error instanceof ApiRejection && error.code === 'not_found';

/** Result of a list; empty if what contains it no longer exists. */
const orNone = async <T>(list: Promise<T[]>): Promise<T[]> => {
  try {
    return await list;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
};

const kindsOf = (
  target: ApiTarget,
  { prefix, rooms, participants }: StoredStateOptions,
): Record<StoredKind, Kind> => {
  const roomName = (index: number): string => `${prefix}-state-${index + 1}`;
  const names = Array.from({ length: rooms }, (_, index) => roomName(index));
  const contentsOf = (index: number): string => `contents ${index + 1}`;
  const roomsOfParticipants = [...new Set(participants.map(({ room }) => room))];
  const keyOf = (room: string, identity: string): string => `${room} ${identity}`;
  return {
    room: {
      count: rooms,
      write: async (index) => {
        const service = await roomServiceOf(target, TIMEOUT_SECONDS);
        const metadata = contentsOf(index);
        const name = roomName(index);
        await service.createRoom({ name, metadata, emptyTimeout: EMPTY_TIMEOUT_SECONDS });
        return [name, metadata];
      },
      list: async () => {
        const service = await roomServiceOf(target, TIMEOUT_SECONDS);
        const found = await service.listRooms(names);
        return new Map(found.map(({ name, metadata }) => [name, metadata]));
      },
      remove: async (name) => (await roomServiceOf(target, TIMEOUT_SECONDS)).deleteRoom(name),
    },
    dispatch: {
      count: rooms,
      write: async (index) => {
        const service = await agentDispatchOf(target, TIMEOUT_SECONDS);
        const metadata = contentsOf(index);
        const { id } = await service.createDispatch(roomName(index), AGENT, { metadata });
        return [`${roomName(index)} ${id}`, metadata];
      },
      list: async () => {
        // The server does not answer for a room that no node holds.
        const rooms = await (await roomServiceOf(target, TIMEOUT_SECONDS)).listRooms(names);
        const service = await agentDispatchOf(target, TIMEOUT_SECONDS);
        const lists = rooms.map(async ({ name: room }) =>
          (await orNone(service.listDispatch(room))).map(({ id, metadata }): [string, string] => [
            `${room} ${id}`,
            metadata,
          ]),
        );
        return new Map((await Promise.all(lists)).flat());
      },
      remove: async (key) => {
        const [room = '', id = ''] = key.split(' ');
        await (await agentDispatchOf(target, TIMEOUT_SECONDS)).deleteDispatch(id, room);
      },
    },
    participant: {
      count: participants.length,
      write: async (index) => {
        const { room = '', identity = '' } = participants[index] ?? {};
        const service = await roomServiceOf(target, TIMEOUT_SECONDS);
        const attributes = { [ATTRIBUTE]: contentsOf(index) };
        await service.updateParticipant(room, identity, { attributes });
        return [keyOf(room, identity), contentsOf(index)];
      },
      list: async () => {
        const service = await roomServiceOf(target, TIMEOUT_SECONDS);
        const lists = roomsOfParticipants.map(async (room) =>
          (await orNone(service.listParticipants(room))).map(
            ({ identity, attributes }): [string, string] => [
              keyOf(room, identity),
              attributes[ATTRIBUTE] ?? '',
            ],
          ),
        );
        return new Map((await Promise.all(lists)).flat());
      },
      // The attribute ends with the session of the participant.
      remove: async () => {},
    },
    ingress: {
      count: 1,
      write: async (index) => {
        const service = await ingressOf(target, TIMEOUT_SECONDS);
        const name = `${prefix}-ingress-${index + 1}`;
        const { ingressId } = await service.createIngress(IngressInput.RTMP_INPUT, {
          name,
          roomName: roomName(0),
          participantIdentity: name,
        });
        return [ingressId, name];
      },
      list: async () => {
        const found = await (await ingressOf(target, TIMEOUT_SECONDS)).listIngress({});
        return new Map(found.map(({ ingressId, name }) => [ingressId, name]));
      },
      remove: async (id) => (await ingressOf(target, TIMEOUT_SECONDS)).deleteIngress(id),
    },
    sip_trunk: {
      count: 1,
      write: async (index) => {
        const service = await sipOf(target, TIMEOUT_SECONDS);
        const name = `${prefix}-trunk-${index + 1}`;
        // A number of the range that is reserved for fiction.
        const trunk = await service.createSipInboundTrunk(name, ['+12025550100']);
        return [trunk.sipTrunkId, name];
      },
      list: async () => {
        const found = await (await sipOf(target, TIMEOUT_SECONDS)).listSipInboundTrunk();
        return new Map(found.map(({ sipTrunkId, name }) => [sipTrunkId, name]));
      },
      remove: async (id) => (await sipOf(target, TIMEOUT_SECONDS)).deleteSipTrunk(id),
    },
  };
};
