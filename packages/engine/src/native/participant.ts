import {
  type Admitted,
  appRejoinPolicy,
  askTokenEndpoint,
  type Deployment,
  type Failure,
  isTicket,
  noReconnectPolicy,
  type PeerState,
  type RemoteTrack,
  Session,
  type SessionEvent,
  type SessionOptions,
  type SpeakerInfo,
  type TokenEndpoint,
} from '@livekit-swarm/livekit';
import type { EventLine, EventName, ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedStep, TrackPlan } from '@livekit-swarm/scenario';
import type { Pump, PumpEvent } from '@livekit-swarm/webrtc';
import type { EngineOptions } from '../engine.ts';
import { outcomeOf, type SessionState } from '../outcome.ts';
import { Actor, type Neighbour } from './actor.ts';
import type { PublishedTrack } from './clips.ts';
import type { Effects } from './effects.ts';
import { MediaWatch } from './media-watch.ts';
import type { ParticipantKeys } from './participant-keys.ts';
import { PumpPlane } from './pump-plane.ts';
import type { RemotePublishers } from './remote-publishers.ts';
import { trackResults } from './results.ts';
import type { Family, Route } from './route.ts';
import type { Sampler } from './sampler.ts';
import type { Speakers } from './speakers.ts';
import type { StreamBook } from './stream-book.ts';
import type { TurnAddress } from './turn-servers.ts';
import { Voice } from './voice.ts';

export interface ParticipantOptions {
  plan: ParticipantPlan;
  token: string;
  /** Scheduled time of the join, Unix ms. */
  scheduledAt: number;
  deployment: Deployment;
  route: Route;
  /** Endpoint for the participant's deployment and token; null: both are given here. */
  endpoint: TokenEndpoint | null;
  /** Deployment and route, which all participants at a URL share. */
  target(url: string): { deployment: Deployment; route: Route };
  /** All tracks of the participant; actions add more during its stay. */
  tracks: PublishedTrack[];
  load(track: TrackPlan, cid: string): PublishedTrack;
  effects: Effects;
  speakers: Speakers;
  /** Other connected participants of its room on this engine. */
  neighbours(): Neighbour[];
  /**
   * Let the room's participants on this engine expect no more media of this one, although the
   * server has not noticed its end.
   */
  goneUnnoticed(): void;
  keys: ParticipantKeys;
  turn: TurnAddress | null;
  engine: EngineOptions;
  pump: Pump;
  book: StreamBook;
  sampler: Sampler;
  publishers: RemotePublishers;
  nextFlow(): number;
  /** Direct the events of an opened peer to this participant. */
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}

/** A participant's knowledge of the others in its room. */
export interface ParticipantView {
  /** Identities of the remote participants. */
  others: string[];
}

/** Participant of the plan: its session, its media, and the record lines of both. */
export class Participant {
  readonly #options: ParticipantOptions;
  readonly #plane: PumpPlane;
  #session: Session;
  /** Earlier session, until the server has replaced it with the current one. */
  #replaced: Session | null = null;
  readonly #actor: Actor;
  readonly #voice: Voice;
  readonly #watch: MediaWatch | null;
  #state: SessionState = 'joining';
  #reason: string | null = null;
  /** True once the server ended the session because an action requested it. */
  #isEnded = false;
  #joinedAt: number | null = null;
  #endedAt: number | null = null;
  #resumes = 0;
  #reconnects = 0;
  #rejoins = 0;
  #heard = false;
  #decrypted = false;
  /** Family of the selected addresses, once connected. */
  #addressFamily: Family | null = null;
  /** Reported rejections of the server: `publish CID`, `data`, `subscribe`. */
  readonly #refused = new Set<string>();
  /** Reported publications whose encryption does not match. */
  readonly #warned = new Set<string>();
  #leaving: Promise<ParticipantLine> | null = null;

  constructor(options: ParticipantOptions) {
    const { plan, deployment, route, tracks, engine } = options;
    this.#options = options;
    this.#plane = new PumpPlane({
      pump: options.pump,
      book: options.book,
      sampler: options.sampler,
      owner: { group: plan.group, role: plan.role },
      index: plan.index,
      network: plan.network,
      rateAdaptation: plan.rateAdaptation === true,
      path: plan.path,
      turn: options.turn,
      route,
      onPathFailed: (peer, failure) => this.#session.pathFailed(peer, failure),
      onUnusable: (peer, state) => this.#peerChanged(peer, state, deployment.clock.now()),
      cname: plan.identity,
      tracks,
      data: plan.data,
      key: options.keys.current,
      serverTrailer: () => this.#session.room.serverTrailer,
      onKeyMismatch: (track) => this.#warnOfKey(track),
      publishers: options.publishers.of(plan.room),
      nextFlow: options.nextFlow,
      describe: (sid) => this.#describe(sid),
      ...(engine.watchMedia === true && {
        onSilenceEnds: (sid: string) => this.#watch?.silenceEnds(sid, deployment.clock.now()),
      }),
      onPeerOpened: options.onPeerOpened,
      onPeerClosed: options.onPeerClosed,
    });
    this.#session = this.#openSession();
    this.#actor = new Actor({
      plan,
      clock: deployment.clock,
      effects: options.effects,
      session: () => this.#session,
      tracks,
      load: options.load,
      neighbours: options.neighbours,
      goneUnnoticed: options.goneUnnoticed,
      changeAddress: () => this.#plane.changeAddress(),
      joinAgain: () => this.#joinAgain(),
      emit: (event, at, details) => this.#emit(event, at, details),
    });
    this.#voice = new Voice({
      plan,
      clock: deployment.clock,
      speakers: options.speakers,
      tracks,
      play: (cid) => this.#plane.playAgain(cid),
      isAudible: () => this.isIn && this.#actor.isAudible,
      neighbours: options.neighbours,
    });
    const isMediaExpected = (sid: string) => this.#session.isMediaExpected(sid);
    this.#watch =
      engine.watchMedia === true
        ? new MediaWatch(this.#session.room, isMediaExpected, ({ event, at, ...details }) =>
            this.#emit(event, at, details),
          )
        : null;
  }

  get index(): number {
    return this.#options.plan.index;
  }

  get room(): string {
    return this.#options.plan.room;
  }

  get plan(): ParticipantPlan {
    return this.#options.plan;
  }

  get isIn(): boolean {
    return this.#state === 'in' && this.#leaving === null && !this.#isEnded;
  }

  /**
   * Zero of join times, Unix ms: the scheduled time, plus the time that the join waited for this
   * host.
   */
  get #joinFrom(): number {
    return this.#options.scheduledAt + this.#session.waitedMs;
  }

  get view(): ParticipantView {
    return { others: this.#session.room.others };
  }

  act(step: PlannedStep): void {
    if (this.#leaving !== null) return;
    if (step.do === 'change-key') {
      const key = this.#options.keys.change(step.key, this.#options.tracks);
      if (key !== null) this.#plane.changeKey(key);
      return;
    }
    if (step.do === 'speak' || step.do === 'listen') {
      this.#voice.speak(step.do === 'speak');
      return;
    }
    this.#actor.act(step);
    this.#voice.check();
  }

  publisherGone(identity: string): void {
    this.#session.publisherGone(identity);
  }

  /** Join. Resolves when the participant has joined or failed, or was requested to leave. */
  async join(): Promise<void> {
    await this.#session.join();
  }

  /** Check received media, if it is watched; call right after the pump was read. */
  watch(): void {
    if (this.#leaving === null) this.#checkMedia();
  }

  leave(): Promise<ParticipantLine> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  onPump(event: PumpEvent): void {
    switch (event.type) {
      case 'ice':
        if (event.state === 'connected') {
          this.#plane.iceConnected(event.peer);
          this.#peerChanged(event.peer, 'ice-connected', event.at);
        } else if (event.state === 'disconnected')
          this.#peerChanged(event.peer, 'disconnected', event.at);
        break;
      case 'connected':
        this.#addressFamily = event.family === 6 ? 6 : 4;
        this.#plane.connected(event.peer);
        this.#peerChanged(event.peer, 'connected', event.at);
        break;
      case 'path_failed':
        this.#plane.pathFailed(event);
        break;
      case 'closed':
        this.#peerChanged(
          event.peer,
          event.code === 'internal_error' ? 'failed' : 'closed',
          event.at,
        );
        break;
      case 'channel_open':
        this.#plane.channelOpened(event.peer, event.label);
        break;
      case 'first_packet':
        if (!this.#heard)
          this.#emit('first_media', event.at, { durationMs: event.at - this.#joinFrom });
        this.#heard = true;
        this.#tellHeard(event.receiver, event.at);
        break;
      case 'first_decrypted':
        if (!this.#decrypted)
          this.#emit('first_decrypted', event.at, { durationMs: event.at - this.#joinFrom });
        this.#decrypted = true;
    }
  }

  /** Warn of a track that cannot be decrypted, or is not encrypted although it should be. */
  #warnOfKey({ identity, kind, encrypted }: RemoteTrack): void {
    const reason = encrypted ? 'encrypted_publication' : 'unencrypted_publication';
    const message = encrypted
      ? `${kind} of ${identity} is encrypted end to end, and this participant has no key`
      : `${kind} of ${identity} is not encrypted, and this participant has a key`;
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#emit('warning', this.#options.deployment.clock.now(), { reason, message });
  }

  /** @param earlier session whose knowledge of the room the new one takes over */
  #openSession(earlier?: Session): Session {
    const { plan, token, endpoint, deployment, tracks, engine, effects } = this.#options;
    const session: Session = new Session({
      deployment,
      token,
      ...(endpoint !== null && { admit: () => this.#admit(endpoint) }),
      ...(earlier !== undefined && { room: earlier.room }),
      layout: plan.subscribe ? plan.layout : { type: 'none' },
      tracks: earlier?.tracks ?? tracks.map(({ spec }) => spec),
      sendsData: plan.data.length > 0,
      expectedTracks: plan.expectedTracks,
      cname: plan.identity,
      plane: this.#plane,
      attemptTimeoutMs: engine.joinTimeoutMs,
      joinAttempts: engine.joinAttempts,
      ...departureOf(plan),
      ...(engine.watchMedia === true && { watchesMedia: true }),
      ...(engine.reconnectPolicy === 'none' && { policy: noReconnectPolicy }),
      ...(engine.reconnectPolicy === 'app' && { rejoin: appRejoinPolicy() }),
      onUpdate: (participants) => effects.updated(this, participants),
      ...(plan.turns !== undefined && {
        onSpeakers: (speakers: readonly SpeakerInfo[]) => this.#tellSpeakers(speakers),
      }),
      onEvent: (event) => {
        if (session === this.#session) this.#onSession(event);
      },
    });
    return session;
  }

  async #admit(endpoint: TokenEndpoint): Promise<Admitted | Failure> {
    const { plan, engine, target } = this.#options;
    const answer = await askTokenEndpoint(endpoint, plan, engine.joinTimeoutMs);
    if (!isTicket(answer)) return answer;
    const { deployment, route } = target(answer.url);
    this.#plane.use(route);
    return { deployment, token: answer.token };
  }

  /** Join with the same identity from another connection: the server ends the earlier session. */
  async #joinAgain(): Promise<number | null> {
    const { clock } = this.#options.deployment;
    const before = this.#session;
    this.#replaced = before;
    this.#session = this.#openSession(before);
    const joined = await this.#session.join();
    const at = clock.now();
    const until = at + REPLACED_WITHIN_MS;
    while (before.isIn && clock.now() < until && this.#leaving === null)
      await new Promise<void>((resolve) => void clock.after(REPLACED_CHECK_MS, resolve));
    const isReplaced = !before.isIn;
    before.leave();
    this.#replaced = null;
    return joined && isReplaced ? at : null;
  }

  #onSession(event: SessionEvent): void {
    this.#react(event);
    if (event.type !== 'joined') this.#voice.check();
  }

  #react(event: SessionEvent): void {
    const { at } = event;
    switch (event.type) {
      case 'joined': {
        this.#state = 'in';
        this.#reason = null;
        // A repeated join is an action; the first join was counted.
        if (this.#joinedAt !== null) return;
        const scheduledAt = this.#joinFrom;
        const {
          attempt,
          startedAt,
          tokenMs,
          signalAt,
          iceAt,
          dtlsAt,
          node,
          backend,
          serverVersion,
        } = event;
        this.#joinedAt = at;
        const since = (time: number): number => time - scheduledAt;
        const phases = {
          started: since(startedAt),
          ...(tokenMs !== null && { token: since(startedAt + tokenMs) }),
          signal: since(signalAt),
          ice: since(iceAt),
          dtls: since(dtlsAt),
          joined: since(at),
        };
        const addressFamily = this.#addressFamily;
        const { selectedPair } = this.#plane;
        this.#emit('joined', at, {
          attempt,
          phases,
          node,
          backend,
          serverVersion,
          ...(addressFamily !== null && { addressFamily }),
          ...(selectedPair !== null && { selectedPair }),
        });
        break;
      }
      case 'join_failed':
      case 'disconnected':
        if (this.#actor.disconnected(at)) {
          this.#isEnded = true;
          this.#endedAt = at;
          break;
        }
        this.#state = this.#joinedAt === null ? event.type : 'disconnected';
        this.#reason = event.failure.reason;
        this.#endedAt = at;
        this.#emit(this.#state, at, {
          ...event.failure,
          ...(this.#state === 'join_failed' && { durationMs: at - this.#joinFrom }),
        });
        break;
      case 'join_retry':
        // If the run ends before the next attempt does, this is the reason of the failed join.
        this.#reason = event.failure.reason;
        this.#emit('join_retry', at, {
          attempt: event.attempt,
          durationMs: at - this.#joinFrom,
          ...event.failure,
        });
        break;
      case 'signal_lost':
        this.#emit('signal_lost', at, event.failure);
        this.#voice.lost();
        break;
      case 'resumed':
      case 'reconnected': {
        if (event.type === 'resumed') this.#resumes += 1;
        else this.#reconnects += 1;
        const { attempt, durationMs, node, backend } = event;
        this.#emit(event.type, at, { attempt, durationMs, node, backend });
        this.#actor.recovered(at);
        break;
      }
      case 'rejoined': {
        this.#state = 'in';
        this.#reason = null;
        this.#endedAt = null;
        this.#rejoins += 1;
        const { attempt, durationMs, node, backend } = event;
        this.#emit('rejoined', at, { attempt, durationMs, node, backend });
        this.#actor.recovered(at);
        break;
      }
      case 'rejoin_retry':
        this.#emit('rejoin_retry', at, {
          attempt: event.attempt,
          durationMs: event.durationMs,
          ...event.failure,
        });
        break;
      case 'refused':
        this.#refuse(event);
        break;
      case 'unpublished':
        this.#actor.lost(event.cid);
        break;
      case 'metadata_refused':
        this.#actor.refused('set', event.message);
        break;
      case 'warning':
        this.#emit('warning', at, { reason: event.reason, message: event.message });
    }
  }

  /** Report a rejection once, however often the participant reconnects and is rejected again. */
  #refuse({ at, what, cid, message }: Extract<SessionEvent, { type: 'refused' }>): void {
    const key = cid === null ? what : `${what} ${cid}`;
    if (this.#refused.has(key)) return;
    this.#refused.add(key);
    this.#emit('warning', at, { reason: `${what}_rejected`, message });
  }

  async #leave(): Promise<ParticipantLine> {
    // Read first: the other participants leave during this call.
    const remoteParticipants = this.view.others.length;
    await this.#options.sampler.readSoon();
    const { plan, engine, deployment } = this.#options;
    const now = deployment.clock.now();
    const endedAt = this.#endedAt ?? now;
    const wasIn = this.#state === 'in';
    this.#checkMedia();
    this.#plane.finish();
    const refused = {
      tracks: this.#options.tracks
        .map(({ spec }) => spec)
        .filter(({ cid }) => this.#refused.has(`publish ${cid}`)),
      data: this.#refused.has('data'),
    };
    const tracks = trackResults(this.#plane.streams, endedAt, this.#session.room, refused);
    this.#replaced?.leave();
    this.#depart(now);
    this.#options.effects.left(this);
    this.#options.keys.left();
    this.#voice.lost();
    if (wasIn) this.#emit('left', now, {});
    return {
      type: 'participant',
      at: now - engine.startedAtMs,
      shard: engine.shard ?? 0,
      identity: plan.identity,
      group: plan.group,
      room: plan.room,
      role: plan.role,
      joinAtMs: plan.joinAtMs,
      leaveAtMs: plan.leaveAtMs,
      ...outcomeOf(this.#state, this.#reason),
      joinTimeMs: this.#joinedAt === null ? null : this.#joinedAt - this.#joinFrom,
      resumes: this.#resumes,
      reconnects: this.#reconnects,
      ...(this.#rejoins > 0 && { rejoins: this.#rejoins }),
      ...(this.#plane.selectedPair !== null && { selectedPair: this.#plane.selectedPair }),
      ...(this.#joinedAt !== null && { remoteParticipants }),
      expectedTracks: plan.expectedTracks,
      tracks,
    };
  }

  #depart(now: number): void {
    const { departure } = this.#options.plan;
    if (this.#isVanishing(now)) {
      this.#actor.disappear();
      this.#session.vanish();
    } else if (departure === 'close' || departure === 'disappear') {
      this.#options.goneUnnoticed();
      if (departure === 'close') this.#session.close();
      else this.#session.vanish();
    } else this.#session.leave();
  }

  /**
   * Check whether the participant leaves because its last action is to disappear, and not because
   * the run ends earlier.
   */
  #isVanishing(now: number): boolean {
    const { plan, engine } = this.#options;
    const last = plan.actions?.at(-1);
    return (
      this.#state === 'in' &&
      last?.do === 'disappear' &&
      now - engine.startedAtMs >= last.atMs - EARLY_MS
    );
  }

  #checkMedia(): void {
    this.#watch?.check(this.#plane.streams.down, this.#options.deployment.clock.now());
  }

  #peerChanged(peer: number, state: PeerState, at: number): void {
    this.#session.peerChanged(peer, state, at);
    this.#replaced?.peerChanged(peer, state, at);
  }

  #tellHeard(receiver: number, at: number): void {
    const sid = this.#plane.trackOf(receiver);
    const track = sid === undefined ? undefined : this.#describe(sid);
    if (track !== undefined) this.#options.effects.heard(this, track.identity, track.source, at);
  }

  #tellSpeakers(speakers: readonly SpeakerInfo[]): void {
    const at = this.#options.deployment.clock.now();
    for (const { sid, active } of speakers) {
      const identity = this.#session.room.identityOf(sid);
      if (identity !== undefined) this.#options.speakers.announced(this, identity, active, at);
    }
  }

  #describe(trackSid: string): RemoteTrack | undefined {
    return this.#session.room.track(trackSid);
  }

  #emit(event: EventName, at: number, details: EventDetails): void {
    const { plan, engine } = this.#options;
    const { identity, group, room, role } = plan;
    const {
      attempt,
      phases,
      durationMs,
      node,
      backend,
      publisher,
      kind,
      source,
      serverVersion,
      addressFamily,
      action,
      selectedPair,
      reason,
      message,
      hint,
    } = details;
    engine.onEvent({
      type: 'event',
      at: at - engine.startedAtMs,
      event,
      identity,
      group,
      room,
      role,
      ...(attempt !== undefined && { attempt }),
      ...(phases !== undefined && { phases }),
      ...(durationMs !== undefined && { durationMs }),
      ...(node !== undefined && node !== '' && { node }),
      ...(backend !== undefined && backend !== '' && { backend }),
      ...(publisher !== undefined && { publisher }),
      ...(kind !== undefined && { kind }),
      ...(source !== undefined && { source }),
      ...(serverVersion !== undefined && serverVersion !== '' && { serverVersion }),
      ...(addressFamily !== undefined && { addressFamily }),
      ...(action !== undefined && { action }),
      ...(selectedPair !== undefined && { selectedPair }),
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
      ...(hint !== undefined && { hint }),
    });
  }
}

type EventDetails = Partial<
  Omit<EventLine, 'type' | 'at' | 'event' | 'identity' | 'group' | 'room' | 'role' | 'shard'>
>;

/**
 * Time within which the server must end the earlier session of a participant that joined again, ms.
 */
const REPLACED_WITHIN_MS = 5_000;
const REPLACED_CHECK_MS = 20;

/** Point at which a departure during the join happens; empty: the join is meant to succeed. */
const departureOf = ({ departure }: ParticipantPlan): Pick<SessionOptions, 'departsBefore'> => {
  switch (departure) {
    case 'before-response':
      return { departsBefore: 'response' };
    case 'before-offer':
      return { departsBefore: 'offer' };
    case 'before-ice':
      return { departsBefore: 'ice' };
    default:
      return {};
  }
};

/** Time by which a timer may fire early, ms. */
const EARLY_MS = 50;
