import type { EventLine } from '@livekit-swarm/record';
import type { WayBack } from './recovery.ts';

/** A stretch in which somebody's signal connection was away, or they were out altogether. */
export interface Absence {
  state: 'lost' | 'out';
  fromAt: number;
  toAt: number | null;
}

/** What became of one participant's connection. */
export interface ConnectionHistory {
  identity: string;
  room: string;
  role: string;
  joinedAt: number | null;
  leftAt: number | null;
  absences: Absence[];
  /** Each time it was told that it is back, and how. */
  returns: { at: number; way: Exclude<WayBack, 'none-needed' | 'never'>; ms: number | null }[];
  /** Nodes, as it was told, in order, without repetitions. */
  nodes: { at: number; node: string }[];
  /** Backend of its first signal connection. */
  via: string | null;
  disconnectedAt: number | null;
  failure: string | null;
}

export interface Connections {
  add(event: EventLine): void;
  all(): ConnectionHistory[];
}

const WAYS = { resumed: 'resume', reconnected: 'reconnect', rejoined: 'rejoin' } as const;

/** Keeps, for each participant, when its connection went and came back, as its events say. */
export const createConnections = (): Connections => {
  const people = new Map<string, ConnectionHistory>();
  const of = ({ identity = '', room = '', role = '' }: EventLine): ConnectionHistory => {
    const known = people.get(identity);
    if (known !== undefined) return known;
    const made: ConnectionHistory = {
      identity,
      room,
      role,
      joinedAt: null,
      leftAt: null,
      absences: [],
      returns: [],
      nodes: [],
      via: null,
      disconnectedAt: null,
      failure: null,
    };
    people.set(identity, made);
    return made;
  };
  const end = (person: ConnectionHistory, at: number): void => {
    const open = person.absences.at(-1);
    if (open?.toAt === null) open.toAt = at;
  };
  const begin = (person: ConnectionHistory, state: Absence['state'], at: number): void => {
    const open = person.absences.at(-1);
    if (open?.toAt === null && open.state === state) return;
    end(person, at);
    person.absences.push({ state, fromAt: at, toAt: null });
  };
  return {
    all: () => [...people.values()],
    add: (line) => {
      if (line.identity === undefined) return;
      const person = of(line);
      const { event, at, node, via } = line;
      if (node !== undefined && person.nodes.at(-1)?.node !== node) person.nodes.push({ at, node });
      if (via !== undefined) person.via ??= via;
      switch (event) {
        case 'joined':
          person.joinedAt ??= at;
          end(person, at);
          break;
        case 'join_failed':
          person.failure = line.reason ?? 'unknown';
          break;
        case 'signal_lost':
          begin(person, 'lost', at);
          break;
        case 'disconnected':
          begin(person, 'out', at);
          person.disconnectedAt ??= at;
          person.failure = line.reason ?? 'unknown';
          break;
        case 'resumed':
        case 'reconnected':
        case 'rejoined':
          end(person, at);
          person.returns.push({ at, way: WAYS[event], ms: line.ms ?? null });
          break;
        case 'left':
          person.leftAt = at;
          break;
        default:
      }
    },
  };
};
