import type { EventLine, HeaderLine, ParticipantLine } from '@livekit-swarm/record';
import { identityPrefix } from '@livekit-swarm/scenario';
import { beginsSession } from '../history/connection-changes.ts';
import {
  type ConnectionState,
  initialParticipantState,
  type ParticipantState,
  reduceParticipant,
} from '../participants/participant-state.ts';
import { type AffectedParticipant, bySeverity, isAffected } from '../participants/severity.ts';
import { tallyTracks } from '../summary/fold-tracks.ts';

/** Participant whose session is or was impaired. */
export interface LiveAffected extends AffectedParticipant {
  connection: ConnectionState;
}

interface Present {
  state: ParticipantState;
  room: string;
  role: string;
  longestInterruptionMs: number;
}

/** Number of participants that have left and are kept as most affected. */
const MAX_LEFT = 50;

/**
 * Participants of a run by state, and the most affected of them. Reception is known only once a
 * participant has left; until then, its connection is known, and its interruptions if media is
 * observed.
 */
export class LiveParticipants {
  readonly #present = new Map<string, Present>();
  /** Number of participants with a result, by the state at the end of their session. */
  readonly #ended = new Map<ConnectionState, number>();
  /** Present participants that are candidates for the most affected. */
  readonly #impaired = new Map<string, LiveAffected>();
  #left: LiveAffected[] = [];
  readonly #counts: Record<ConnectionState, number> = {
    joining: 0,
    connected: 0,
    reconnecting: 0,
    disconnected: 0,
    left: 0,
    join_failed: 0,
  };
  #planned = 0;
  #seen = 0;
  /** True if participants have changed since the list was made. */
  #changed = false;
  #list: { most: number; best: readonly LiveAffected[] } = { most: 0, best: [] };
  #isOfRun = (_identity: string): boolean => true;

  begin(header: HeaderLine): void {
    this.#planned = header.plan.participants;
    const prefix = identityPrefix(header.run);
    this.#isOfRun = (identity) => identity.startsWith(prefix);
  }

  /** Adds an event of a participant; other events are ignored. */
  addEvent(line: EventLine): void {
    const { identity } = line;
    if (identity === undefined) return;
    if (!this.#present.has(identity) && !beginsSession(line.event)) return;
    const one = this.#entry(identity, line.room ?? '', line.role ?? '');
    const next = reduceParticipant(one.state, line);
    const interrupted =
      line.event === 'media_resumed' && (line.durationMs ?? 0) > one.longestInterruptionMs;
    if (interrupted) one.longestInterruptionMs = line.durationMs ?? 0;
    if (next === one.state && !interrupted) return;
    this.#move(one.state.connection, next.connection);
    one.state = next;
    this.#look(identity, one);
  }

  addResult(line: ParticipantLine): void {
    const { identity, room, role, outcome, reason } = line;
    const one = this.#entry(identity, room, role);
    const state = reduceParticipant(one.state, line);
    this.#counts[one.state.connection]--;
    this.#present.delete(identity);
    this.#impaired.delete(identity);
    this.#ended.set(state.connection, (this.#ended.get(state.connection) ?? 0) + 1);
    this.#changed = true;
    const tally = tallyTracks(line, this.#isOfRun);
    const packets = tally.packets + tally.lost;
    this.#addLeft({
      ...affectedOf(identity, { ...one, state }),
      outcome,
      reason,
      stalled: tally.received.filter(({ alive }) => !alive).length,
      loss: packets > 0 ? Math.max(0, tally.lost) / packets : null,
      jitterMs: tally.jitterMs,
      latencyP95Ms: tally.latencyP95Ms,
      longestInterruptionMs: tally.longestInterruptionMs,
    });
  }

  /**
   * Number of participants in each state; `joining` includes those that have not started to join.
   */
  counts(): Record<ConnectionState, number> {
    const { joining, ...present } = this.#counts;
    const counts = { ...present, joining: Math.max(0, this.#planned - this.#seen) + joining };
    for (const [state, count] of this.#ended) counts[state] += count;
    return counts;
  }

  get planned(): number {
    return this.#planned;
  }

  /** Most affected participants, the worst first. */
  mostAffected(most: number): readonly LiveAffected[] {
    if (!this.#changed && this.#list.most === most) return this.#list.best;
    this.#changed = false;
    const best: LiveAffected[] = [];
    const consider = (one: LiveAffected): void => {
      const last = best.at(-1);
      if (best.length >= most && last !== undefined && bySeverity(one, last) >= 0) return;
      const place = best.findIndex((other) => bySeverity(one, other) < 0);
      best.splice(place < 0 ? best.length : place, 0, one);
      if (best.length > most) best.pop();
    };
    for (const one of this.#left) consider(one);
    for (const one of this.#impaired.values()) consider(one);
    this.#list = { most, best };
    return best;
  }

  #entry(identity: string, room: string, role: string): Present {
    let one = this.#present.get(identity);
    if (one === undefined) {
      one = { state: initialParticipantState(), room, role, longestInterruptionMs: 0 };
      this.#present.set(identity, one);
      this.#counts.joining++;
      this.#seen++;
    }
    return one;
  }

  #move(from: ConnectionState, to: ConnectionState): void {
    this.#counts[from]--;
    this.#counts[to]++;
  }

  #look(identity: string, one: Present): void {
    const affected = affectedOf(identity, one);
    const impaired = one.state.connection === 'reconnecting' || isAffected(affected);
    if (!impaired && !this.#impaired.has(identity)) return;
    if (impaired) this.#impaired.set(identity, affected);
    else this.#impaired.delete(identity);
    this.#changed = true;
  }

  #addLeft(affected: LiveAffected): void {
    if (!isAffected(affected)) return;
    this.#left.push(affected);
    // The list is sorted in batches, which is cheaper.
    if (this.#left.length >= 2 * MAX_LEFT)
      this.#left = this.#left.sort(bySeverity).slice(0, MAX_LEFT);
  }
}

/**
 * Impairments of a present participant. Expected tracks are known only at the end of the run, so
 * none counts as missing before.
 */
const affectedOf = (
  identity: string,
  { state, room, role, longestInterruptionMs }: Present,
): LiveAffected => ({
  identity,
  room,
  role,
  connection: state.connection,
  outcome:
    state.connection === 'join_failed' || state.connection === 'disconnected'
      ? state.connection
      : null,
  reason: state.reason,
  scheduledAt: state.scheduledAt ?? 0,
  missing: 0,
  stalled: 0,
  loss: null,
  jitterMs: null,
  latencyP95Ms: null,
  longestInterruptionMs,
  reconnects: state.resumes + state.reconnects + state.rejoins,
});
