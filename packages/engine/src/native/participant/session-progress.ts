import type { Failure, SessionEvent, TrackSpec } from '@livekit-swarm/livekit';
import type { ParticipantLine } from '@livekit-swarm/record';
import type { Emit } from '../../event-lines.ts';
import { outcomeOf, type SessionState } from '../../outcome.ts';
import type { PeerConnections } from '../network/peer-connections.ts';
import type { RejectedPublications } from '../streams/results.ts';
import type { ActionRunner } from './action-runner.ts';
import type { TurnTaking } from './turn-taking.ts';

export interface SessionProgressOptions {
  emit: Emit;
  actions: Pick<ActionRunner, 'disconnected' | 'recovered' | 'lost' | 'refused'>;
  turns: Pick<TurnTaking, 'check' | 'lost'>;
  peers: Pick<PeerConnections, 'addressFamily' | 'selectedPair'>;
  /**
   * Zero of join times, Unix ms: the scheduled time, plus the time that the join waited for this
   * host.
   */
  joinFrom(): number;
}

type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

/** Progress of one participant from its join to its end, across all its connections. */
export class SessionProgress {
  readonly #options: SessionProgressOptions;
  #state: SessionState = 'joining';
  #reason: string | null = null;
  /** True once the server ended the session because an action requested it. */
  #isEnded = false;
  #joinedAt: number | null = null;
  #endedAt: number | null = null;
  #resumes = 0;
  #reconnects = 0;
  #rejoins = 0;
  /** Reported rejections of the server: `publish CID`, `data`, `subscribe`. */
  readonly #rejections = new Set<string>();

  constructor(options: SessionProgressOptions) {
    this.#options = options;
  }

  get hasJoined(): boolean {
    return this.#joinedAt !== null;
  }

  /** True from the join until a disconnect. */
  get isJoined(): boolean {
    return this.#state === 'in';
  }

  get isConnected(): boolean {
    return this.isJoined && !this.#isEnded;
  }

  /** End of the session, Unix ms; null: it has not ended. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** Publications that the server rejected. @param tracks all tracks of the participant */
  rejected(tracks: readonly TrackSpec[]): RejectedPublications {
    return {
      tracks: tracks.filter(({ cid }) => this.#rejections.has(`publish ${cid}`)),
      data: this.#rejections.has('data'),
    };
  }

  get result(): Pick<
    ParticipantLine,
    'outcome' | 'reason' | 'joinTimeMs' | 'resumes' | 'reconnects' | 'rejoins'
  > {
    return {
      ...outcomeOf(this.#state, this.#reason),
      joinTimeMs: this.#joinedAt === null ? null : this.#joinedAt - this.#options.joinFrom(),
      resumes: this.#resumes,
      reconnects: this.#reconnects,
      ...(this.#rejoins > 0 && { rejoins: this.#rejoins }),
    };
  }

  /** Take an event of the session into account, and report it. */
  onEvent(event: SessionEvent): void {
    this.#take(event);
    if (event.type !== 'joined') this.#options.turns.check();
  }

  #take(event: SessionEvent): void {
    const { emit, actions, turns } = this.#options;
    const { at } = event;
    switch (event.type) {
      case 'joined':
        this.#joined(event);
        break;
      case 'join_failed':
      case 'disconnected':
        this.#ended(event.type, event);
        break;
      case 'join_retry':
        // If the run ends before the next attempt does, this is the reason of the failed join.
        this.#reason = event.failure.reason;
        emit('join_retry', at, {
          attempt: event.attempt,
          durationMs: at - this.#options.joinFrom(),
          ...event.failure,
        });
        break;
      case 'signal_lost':
        emit('signal_lost', at, event.failure);
        turns.lost();
        break;
      case 'resumed':
        this.#resumes += 1;
        this.#recovered(event);
        break;
      case 'reconnected':
        this.#reconnects += 1;
        this.#recovered(event);
        break;
      case 'rejoined':
        this.#state = 'in';
        this.#reason = null;
        this.#endedAt = null;
        this.#rejoins += 1;
        this.#recovered(event);
        break;
      case 'rejoin_retry': {
        const { attempt, durationMs, failure } = event;
        emit('rejoin_retry', at, { attempt, durationMs, ...failure });
        break;
      }
      case 'refused':
        this.#rejected(event);
        break;
      case 'unpublished':
        actions.lost(event.cid);
        break;
      case 'metadata_refused':
        actions.refused('set', event.message);
        break;
      case 'warning':
        emit('warning', at, { reason: event.reason, message: event.message });
    }
  }

  #joined(event: EventOf<'joined'>): void {
    this.#state = 'in';
    this.#reason = null;
    // A repeated join is an action; the first join was counted.
    if (this.#joinedAt !== null) return;
    const { emit, joinFrom, peers } = this.#options;
    const { at, attempt, startedAt, tokenMs, signalAt, iceAt, dtlsAt } = event;
    const { node, backend, serverVersion, region } = event;
    this.#joinedAt = at;
    const from = joinFrom();
    const phases = {
      started: startedAt - from,
      ...(tokenMs !== null && { token: startedAt + tokenMs - from }),
      signal: signalAt - from,
      ice: iceAt - from,
      dtls: dtlsAt - from,
      joined: at - from,
    };
    const { addressFamily, selectedPair } = peers;
    emit('joined', at, {
      attempt,
      phases,
      node,
      backend,
      serverVersion,
      region,
      ...(addressFamily !== null && { addressFamily }),
      ...(selectedPair !== null && { selectedPair }),
    });
  }

  #ended(
    type: 'join_failed' | 'disconnected',
    { at, failure }: { at: number; failure: Failure },
  ): void {
    const { emit, actions, joinFrom } = this.#options;
    this.#endedAt = at;
    if (actions.disconnected(at)) {
      this.#isEnded = true;
      return;
    }
    this.#state = this.#joinedAt === null ? type : 'disconnected';
    this.#reason = failure.reason;
    emit(this.#state, at, {
      ...failure,
      ...(this.#state === 'join_failed' && { durationMs: at - joinFrom() }),
    });
  }

  #recovered(event: EventOf<'resumed' | 'reconnected' | 'rejoined'>): void {
    const { type, at, attempt, durationMs, node, backend } = event;
    this.#options.emit(type, at, { attempt, durationMs, node, backend });
    this.#options.actions.recovered(at);
  }

  /** Report a rejection once, however often the participant reconnects and is rejected again. */
  #rejected({ at, what, cid, message }: EventOf<'refused'>): void {
    const key = cid === null ? what : `${what} ${cid}`;
    if (this.#rejections.has(key)) return;
    this.#rejections.add(key);
    this.#options.emit('warning', at, { reason: `${what}_rejected`, message });
  }
}
