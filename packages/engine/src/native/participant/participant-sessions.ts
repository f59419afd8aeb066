import {
  type Admitted,
  appRejoinPolicy,
  askTokenEndpoint,
  type Failure,
  isTicket,
  noReconnectPolicy,
  type PeerState,
  type RoomView,
  Session,
  type SessionEvent,
  type SessionOptions,
  type TokenEndpoint,
} from '@livekit-swarm/livekit';
import { departsBefore } from './departure.ts';
import type { ParticipantOptions } from './participant-options.ts';
import type { PumpPlane } from './pump-plane.ts';

export interface ParticipantSessionsOptions
  extends Pick<
      ParticipantOptions,
      'plan' | 'token' | 'endpoint' | 'deployment' | 'target' | 'tracks' | 'engine'
    >,
    Pick<SessionOptions, 'onUpdate' | 'onSpeakers' | 'dataTracks'> {
  plane: PumpPlane;
  /** View of the room, which all sessions of the participant share. */
  room: RoomView;
  isLeaving(): boolean;
  /** Take an event of the current session. */
  onEvent(event: SessionEvent): void;
}

/**
 * Time within which the server must end the earlier session of a participant that joined again, ms.
 */
const REPLACED_WITHIN_MS = 5_000;
const REPLACED_CHECK_MS = 20;

/** Sessions of one participant: the current one, and one that it is about to replace. */
export class ParticipantSessions {
  readonly #options: ParticipantSessionsOptions;
  #current: Session;
  /** Earlier session, until the server has replaced it with the current one. */
  #replaced: Session | null = null;

  constructor(options: ParticipantSessionsOptions) {
    this.#options = options;
    this.#current = this.#open(options.tracks.map(({ spec }) => spec));
  }

  get current(): Session {
    return this.#current;
  }

  peerChanged(peer: number, state: PeerState, at: number): void {
    this.#current.membership?.peerChanged(peer, state, at);
    this.#replaced?.membership?.peerChanged(peer, state, at);
  }

  /**
   * Join with the same identity from another connection: the server ends the earlier session.
   * @returns time of the end of the earlier session, Unix ms; null: it did not end in time
   */
  async joinAgain(): Promise<number | null> {
    const { deployment, isLeaving } = this.#options;
    const { clock } = deployment;
    const before = this.#current;
    this.#replaced = before;
    this.#current = this.#open(before.tracks);
    const joined = await this.#current.join();
    const at = clock.now();
    const until = at + REPLACED_WITHIN_MS;
    while (before.isConnected && clock.now() < until && !isLeaving())
      await new Promise<void>((resolve) => void clock.after(REPLACED_CHECK_MS, resolve));
    const isReplaced = !before.isConnected;
    before.leave();
    this.#replaced = null;
    return joined && isReplaced ? at : null;
  }

  /** Leave the earlier session, if the server has not replaced it yet. */
  leaveReplaced(): void {
    this.#replaced?.leave();
  }

  #open(tracks: SessionOptions['tracks']): Session {
    const { plan, token, endpoint, deployment, engine, room, plane } = this.#options;
    const { onUpdate, onSpeakers, dataTracks } = this.#options;
    const session: Session = new Session({
      deployment,
      token,
      ...(endpoint !== null && { admit: () => this.#admit(endpoint) }),
      room,
      layout: plan.subscribe ? plan.layout : { type: 'none' },
      tracks,
      sendsData: plan.data.length > 0 || plan.exchange !== undefined,
      ...(dataTracks !== undefined && { dataTracks }),
      expectedTracks: plan.expectedTracks,
      cname: plan.identity,
      plane,
      attemptTimeoutMs: engine.joinTimeoutMs,
      joinAttempts: engine.joinAttempts,
      ...departsBefore(plan),
      ...(engine.watchMedia === true && { watchesMedia: true }),
      ...(engine.reconnectPolicy === 'none' && { policy: noReconnectPolicy }),
      ...(engine.reconnectPolicy === 'app' && { rejoin: appRejoinPolicy() }),
      ...(onUpdate !== undefined && { onUpdate }),
      ...(onSpeakers !== undefined && { onSpeakers }),
      onEvent: (event) => {
        if (session === this.#current) this.#options.onEvent(event);
      },
    });
    return session;
  }

  async #admit(endpoint: TokenEndpoint): Promise<Admitted | Failure> {
    const { plan, engine, target, plane } = this.#options;
    const answer = await askTokenEndpoint(endpoint, plan, engine.joinTimeoutMs);
    if (!isTicket(answer)) return answer;
    const { deployment, route } = target(answer.url);
    plane.peers.use(route);
    return { deployment, token: answer.token };
  }
}
