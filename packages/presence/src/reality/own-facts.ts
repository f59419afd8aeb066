import type { EventLine, ParticipantLine, RecordLine, TrackSource } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { TrackName } from '../webhooks/webhook-fact.ts';

/**
 * End of a session. `left`: the participant sent LEAVE. `vanished`: it was gone without a word, so the
 * server notices later. `lost`: the connection was lost, or the server ended it.
 */
export type SessionEnd = 'left' | 'vanished' | 'lost';

/** A session of a participant as it knows it: from a join, or a reconnect, to its end. */
export interface OwnSession {
  identity: string;
  room: string;
  /** Media was ready and own tracks were acknowledged, ms after the start of the run. */
  joinedAtMs: number;
  /** Null: not over yet. */
  endedAtMs: number | null;
  end: SessionEnd | null;
  /** Tracks that were published from the join to the end, and sent media. */
  tracks: readonly TrackName[];
}

interface Participant {
  sessions: OwnSession[];
  /** Joins that failed: the server may have begun a session for each. */
  failedJoins: number;
  /** True after a track was published or unpublished meanwhile. */
  hasActed: boolean;
  /** True from the loss of its signal connection until it has recovered. */
  isRecovering: boolean;
}

/** Sessions of the participants of a run, from the lines of its record. */
export class OwnFacts {
  readonly #plans: ReadonlyMap<string, ParticipantPlan>;
  readonly #participants = new Map<string, Participant>();

  constructor(plans: readonly ParticipantPlan[]) {
    this.#plans = new Map(plans.map((plan) => [plan.identity, plan]));
  }

  add(line: RecordLine): void {
    if (line.type === 'event' && line.identity !== undefined) this.#addEvent(line, line.identity);
    if (line.type === 'participant') this.#addResult(line);
  }

  isOwn(identity: string): boolean {
    return this.#plans.has(identity);
  }

  /** Sessions by participant, each in order of time. */
  get sessions(): ReadonlyMap<string, readonly OwnSession[]> {
    return new Map([...this.#participants].map(([identity, { sessions }]) => [identity, sessions]));
  }

  /** Number of joins that failed, for each of which the server may have begun a session. */
  failedJoinsOf(identity: string): number {
    return this.#participants.get(identity)?.failedJoins ?? 0;
  }

  #addEvent({ event, at, room, kind, action, attempt }: EventLine, identity: string): void {
    const participant = this.#of(identity);
    const begin = (): void => {
      this.#end(participant, at, 'lost');
      participant.isRecovering = false;
      participant.sessions.push({
        ...{ identity, room: room ?? '', joinedAtMs: at, endedAtMs: null, end: null, tracks: [] },
      });
    };
    switch (event) {
      case 'joined':
      case 'reconnected':
      case 'rejoined':
        if (event !== 'joined') participant.failedJoins += Math.max(0, (attempt ?? 1) - 1);
        begin();
        return;
      case 'signal_lost':
        participant.isRecovering = true;
        return;
      case 'resumed':
        participant.isRecovering = false;
        return;
      case 'join_retry':
      case 'join_failed':
      case 'rejoin_retry':
        participant.failedJoins++;
        return;
      case 'disconnected':
        this.#end(participant, at, 'lost');
        return;
      case 'left':
        // Without a signal connection, its LEAVE did not arrive, and a reconnect may be under way.
        if (participant.isRecovering) participant.failedJoins++;
        this.#end(
          participant,
          at,
          participant.isRecovering || this.#vanishes(identity) ? 'vanished' : 'left',
        );
        return;
      case 'acted':
        // The server ends the session, without another event.
        if (action === 'simulate-server-leave') this.#end(participant, at, 'lost');
        // The second session ends the first.
        if (action === 'join-again') begin();
        if (kind !== undefined && (action === 'publish' || action === 'unpublish'))
          participant.hasActed = true;
        return;
      case 'action_failed':
        // The second session may have begun nevertheless.
        if (action === 'join-again') participant.failedJoins++;
        return;
      default:
    }
  }

  /** Returns true for a participant whose plan ends without a LEAVE, by its departure or an action. */
  #vanishes(identity: string): boolean {
    const plan = this.#plans.get(identity);
    const departure = plan?.departure ?? 'leave';
    return departure !== 'leave' || plan?.actions?.at(-1)?.do === 'disappear';
  }

  #addResult({ identity, at, outcome, tracks, reconnects }: ParticipantLine): void {
    const participant = this.#of(identity);
    if (outcome === 'process_died') this.#end(participant, at, 'vanished');
    // It may have left, or given up, while an attempt was under way.
    if (outcome !== 'left' || participant.sessions.length === 0) participant.failedJoins++;
    // Which session a track is of is not known; after a change of tracks, nor is when it began.
    if (participant.hasActed || reconnects > 0 || participant.sessions.length !== 1) return;
    const [only] = participant.sessions;
    if (only !== undefined) participant.sessions = [{ ...only, tracks: namesOf(tracks) }];
  }

  #end({ sessions }: Participant, endedAtMs: number, end: SessionEnd): void {
    const last = sessions.at(-1);
    if (last?.endedAtMs === null) sessions.splice(-1, 1, { ...last, endedAtMs, end });
  }

  #of(identity: string): Participant {
    const known = this.#participants.get(identity);
    if (known !== undefined) return known;
    const participant: Participant = {
      sessions: [],
      failedJoins: 0,
      hasActed: false,
      isRecovering: false,
    };
    this.#participants.set(identity, participant);
    return participant;
  }
}

/** Simulcast layers of a track are one. A track that sent nothing is not published to others. */
const namesOf = (tracks: ParticipantLine['tracks']): TrackName[] => [
  ...new Set(
    tracks.flatMap(({ direction, kind, source, packets, rejected }): TrackName[] =>
      direction === 'down' || kind === 'data' || packets === 0 || rejected === true
        ? []
        : [kind === 'audio' ? 'audio' : nameOf(source)],
    ),
  ),
];

const nameOf = (source: TrackSource | undefined): TrackName => source ?? 'camera';
