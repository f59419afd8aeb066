import {
  initialParticipantState,
  type ParticipantState,
  reduceParticipant,
} from '@livekit-swarm/analysis';
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

const METHODS = { resumed: 'resume', reconnected: 'reconnect', rejoined: 'rejoin' } as const;

/** Keeps, for each participant, when it was disconnected or reconnecting: an observer of `reduceParticipant`. */
export const createConnections = (): Connections => {
  const entries = new Map<string, { state: ParticipantState; history: ConnectionHistory }>();

  const observe = (history: ConnectionHistory, state: ParticipantState, at: number): void => {
    const open = history.absences.at(-1);
    if (open?.toAt === null && state.connection !== 'left') open.toAt = at;
    if (state.connection === 'reconnecting')
      history.absences.push({ state: 'lost', fromAt: at, toAt: null });
    if (state.connection === 'disconnected')
      history.absences.push({ state: 'out', fromAt: at, toAt: null });
  };

  return {
    all: () => [...entries.values()].map(({ history }) => history),
    add: (line) => {
      const { identity, event, at, node, via } = line;
      if (identity === undefined) return;
      const known = entries.get(identity);
      const before = known?.state ?? initialParticipantState();
      const history = known?.history ?? emptyHistory(identity, line);
      const state = reduceParticipant(before, line);
      entries.set(identity, { state, history });
      if (state.connection !== before.connection) observe(history, state, at);
      if (node !== undefined && history.nodes.at(-1)?.node !== node)
        history.nodes.push({ at, node });
      history.via ??= via ?? null;
      history.joinedAt = state.joinedAt;
      history.disconnectedAt ??= state.disconnectedAt;
      if (state.connection === 'left') history.leftAt ??= state.since;
      if (event === 'join_failed' || event === 'disconnected')
        history.failure = line.reason ?? 'unknown';
      if (event === 'resumed' || event === 'reconnected' || event === 'rejoined')
        history.returns.push({ at, way: METHODS[event], ms: line.ms ?? null });
    },
  };
};

const emptyHistory = (
  identity: string,
  { room = '', role = '' }: EventLine,
): ConnectionHistory => ({
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
});
