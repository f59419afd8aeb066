import {
  initialParticipantState,
  type ParticipantState,
  reduceParticipant,
} from '@livekit-swarm/analysis';
import type { EventLine, ParticipantLine } from '@livekit-swarm/record';
import type { ActionSource } from '@livekit-swarm/scenario';
import { sourceOfEvent } from '../drill/expected-media.ts';
import type { RecoveryMethod } from './recovery.ts';

/** Span in which a participant was reconnecting or disconnected. */
export interface Disconnection {
  state: 'reconnecting' | 'disconnected';
  fromAt: number;
  toAt: number | null;
}

/** The connection of one participant during the drill. */
export interface ConnectionHistory {
  identity: string;
  group: string;
  room: string;
  role: string;
  joinedAt: number | null;
  leftAt: number | null;
  disconnections: Disconnection[];
  /** Recoveries that its client reported. */
  recoveries: {
    at: number;
    method: Exclude<RecoveryMethod, 'not_needed' | 'not_recovered'>;
    durationMs: number | null;
  }[];
  /** Nodes that the server reported, in order, without repetition. */
  nodes: { at: number; node: string }[];
  /** Backend of its first signal connection; null: unknown. */
  backend: string | null;
  disconnectedAt: number | null;
  failure: string | null;
  /** Publications that it ended as planned; `source` null: any, by a change of its permission. */
  unpublished: { at: number; source: ActionSource | null }[];
  /** Planned stay, also of a participant that never joined; null: not in the record. */
  planned: Pick<ParticipantLine, 'joinAtMs' | 'leaveAtMs'> | null;
}

/** End of a participant's stay, also of one that was disconnected then; infinite: unknown. */
export const leftAtOf = ({ leftAt, planned }: ConnectionHistory): number =>
  leftAt ?? planned?.leaveAtMs ?? Number.POSITIVE_INFINITY;

export interface Connections {
  add(event: EventLine): void;
  /** Adds the plan of a participant, from its result. */
  addPlan(result: ParticipantLine): void;
  all(): ConnectionHistory[];
}

const METHODS = { resumed: 'resume', reconnected: 'reconnect', rejoined: 'rejoin' } as const;

/**
 * Collects the spans in which each participant was disconnected or reconnecting: an observer of
 * `reduceParticipant`.
 */
export const createConnections = (): Connections => {
  const entries = new Map<string, { state: ParticipantState; history: ConnectionHistory }>();

  const observe = (history: ConnectionHistory, state: ParticipantState, at: number): void => {
    const open = history.disconnections.at(-1);
    if (open?.toAt === null && state.connection !== 'left') open.toAt = at;
    if (state.connection === 'reconnecting')
      history.disconnections.push({ state: 'reconnecting', fromAt: at, toAt: null });
    if (state.connection === 'disconnected')
      history.disconnections.push({ state: 'disconnected', fromAt: at, toAt: null });
  };

  return {
    all: () => [...entries.values()].map(({ history }) => history),
    addPlan: (line) => {
      const { identity, joinAtMs, leaveAtMs } = line;
      const known = entries.get(identity);
      const history = known?.history ?? emptyHistory(identity, line);
      history.planned = { joinAtMs, leaveAtMs };
      entries.set(identity, { state: known?.state ?? initialParticipantState(), history });
    },
    add: (line) => {
      const { identity, event, at, node, backend } = line;
      if (identity === undefined) return;
      const known = entries.get(identity);
      const before = known?.state ?? initialParticipantState();
      const history = known?.history ?? emptyHistory(identity, line);
      const state = reduceParticipant(before, line);
      entries.set(identity, { state, history });
      if (state.connection !== before.connection) observe(history, state, at);
      if (node !== undefined && history.nodes.at(-1)?.node !== node)
        history.nodes.push({ at, node });
      history.backend ??= backend ?? null;
      history.joinedAt = state.joinedAt;
      history.disconnectedAt ??= state.disconnectedAt;
      if (state.connection === 'left') history.leftAt ??= state.since;
      if (event === 'acted' && line.action === 'unpublish')
        history.unpublished.push({ at, source: sourceOfEvent(line) });
      // The server ends publications that are no longer allowed.
      if (event === 'acted' && line.action === 'permit')
        history.unpublished.push({ at, source: null });
      if (event === 'join_failed' || event === 'disconnected')
        history.failure = line.reason ?? 'unknown';
      if (event === 'resumed' || event === 'reconnected' || event === 'rejoined')
        history.recoveries.push({
          at,
          method: METHODS[event],
          durationMs: line.durationMs ?? null,
        });
    },
  };
};

const emptyHistory = (
  identity: string,
  { group = '', room = '', role = '' }: Pick<EventLine, 'group' | 'room' | 'role'>,
): ConnectionHistory => ({
  identity,
  group,
  room,
  role,
  joinedAt: null,
  leftAt: null,
  disconnections: [],
  recoveries: [],
  nodes: [],
  backend: null,
  disconnectedAt: null,
  failure: null,
  unpublished: [],
  planned: null,
});
