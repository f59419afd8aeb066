import type { EventLine, EventName, ParticipantLine } from '@livekit-swarm/record';
import {
  type ConnectionState,
  initialParticipantState,
  type ParticipantState,
  reduceParticipant,
} from '../participants/participant-state.ts';

const BEGINNINGS: ReadonlySet<EventName> = new Set(['joined', 'join_retry', 'join_failed']);

/**
 * Returns true for an event that begins a session. Other events of a participant without a session
 * follow its result and are ignored.
 */
export const beginsSession = (event: EventName): boolean => BEGINNINGS.has(event);

/** Change of the number of participants in a state: 1 or −1. */
export interface ConnectionChange {
  state: ConnectionState;
  change: 1 | -1;
}

/** States of which a history has the number of participants. */
const COUNTED: ReadonlySet<ConnectionState> = new Set([
  'reconnecting',
  'disconnected',
  'join_failed',
]);

/** Fold of the lines of participants into changes of their states. */
export class ConnectionChanges {
  /** State of each participant that has a session. */
  readonly #present = new Map<string, ParticipantState>();

  add(line: EventLine | ParticipantLine): ConnectionChange[] {
    const { identity } = line;
    if (identity === undefined) return [];
    const before = this.#present.get(identity) ?? initialParticipantState();
    if (line.type === 'participant') this.#present.delete(identity);
    else if (!this.#present.has(identity) && !beginsSession(line.event)) return [];
    const after = reduceParticipant(before, line);
    if (line.type === 'event') this.#present.set(identity, after);
    if (after.connection === before.connection) return [];
    const changes: ConnectionChange[] = [
      { state: before.connection, change: -1 },
      { state: after.connection, change: 1 },
    ];
    return changes.filter(({ state }) => COUNTED.has(state));
  }
}
