import {
  appRejoinPolicy,
  type Deployment,
  noReconnectPolicy,
  type RemoteTrack,
  Session,
  type SessionEvent,
} from '@livekit-swarm/livekit';
import {
  type EventLine,
  type EventName,
  LEFT_WHILE_JOINING,
  type ParticipantLine,
} from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Pump, PumpEvent } from '@livekit-swarm/webrtc';
import type { EngineOptions } from '../engine.ts';
import type { PublishedTrack } from './clips.ts';
import { MediaWatch } from './media-watch.ts';
import { PumpPlane } from './pump-plane.ts';
import { trackResults } from './results.ts';
import type { Route } from './route.ts';
import type { Sampler } from './sampler.ts';
import type { StreamBook } from './stream-book.ts';

export interface ParticipantOptions {
  plan: ParticipantPlan;
  token: string;
  /** When its join was scheduled, Unix ms. */
  scheduledAt: number;
  deployment: Deployment;
  route: Route;
  tracks: readonly PublishedTrack[];
  engine: EngineOptions;
  pump: Pump;
  book: StreamBook;
  sampler: Sampler;
  nextFlow(): number;
  /** From now on events of this peer are the participant's. */
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}

/** What one participant knows of the others. */
export interface ParticipantView {
  /** Identities of the remote participants that it knows. */
  others: string[];
}

/** One participant of the plan: its session, its media, and the record lines of both. */
export class Participant {
  readonly #options: ParticipantOptions;
  readonly #plane: PumpPlane;
  readonly #session: Session;
  readonly #watch: MediaWatch | null;
  #state: 'joining' | 'in' | 'join_failed' | 'disconnected' = 'joining';
  #reason: string | null = null;
  #joinedAt: number | null = null;
  #endedAt: number | null = null;
  #resumes = 0;
  #reconnects = 0;
  #rejoins = 0;
  #heard = false;
  /** What the server rejected, as reported: `publish CID`, `data`, `subscribe`. */
  readonly #refused = new Set<string>();
  #leaving: Promise<ParticipantLine> | null = null;

  constructor(options: ParticipantOptions) {
    const { plan, token, deployment, route, tracks, engine } = options;
    const cname = plan.identity;
    this.#options = options;
    this.#plane = new PumpPlane({
      pump: options.pump,
      book: options.book,
      sampler: options.sampler,
      owner: { group: plan.group, role: plan.role },
      index: plan.index,
      network: plan.network,
      route,
      onUnroutable: (peer, state) => this.#session.peerChanged(peer, state, deployment.clock.now()),
      cname,
      tracks,
      data: plan.data,
      nextFlow: options.nextFlow,
      describe: (sid) => this.#describe(sid),
      ...(engine.watchMedia === true && {
        onSilenceEnds: (sid: string) => this.#watch?.silenceEnds(sid, deployment.clock.now()),
      }),
      onPeerOpened: options.onPeerOpened,
      onPeerClosed: options.onPeerClosed,
    });
    this.#session = new Session({
      deployment,
      token,
      layout: plan.subscribe ? plan.layout : { type: 'none' },
      tracks: tracks.map(({ spec }) => spec),
      sendsData: plan.data.length > 0,
      expectedTracks: plan.expectedTracks,
      cname,
      plane: this.#plane,
      attemptTimeoutMs: engine.joinTimeoutMs,
      joinAttempts: engine.joinAttempts,
      ...(engine.watchMedia === true && { watchesMedia: true }),
      ...(engine.reconnectPolicy === 'none' && { policy: noReconnectPolicy }),
      ...(engine.reconnectPolicy === 'app' && { rejoin: appRejoinPolicy() }),
      onEvent: (event) => this.#onSession(event),
    });
    const isMediaExpected = (sid: string) => this.#session.isMediaExpected(sid);
    this.#watch =
      engine.watchMedia === true
        ? new MediaWatch(this.#session.room, isMediaExpected, ({ event, at, ...details }) =>
            this.#emit(event, at, details),
          )
        : null;
  }

  get isIn(): boolean {
    return this.#state === 'in' && this.#leaving === null;
  }

  /** The zero of join times: as scheduled, moved by what the join waited for this host. */
  get #joinFrom(): number {
    return this.#options.scheduledAt + this.#session.waitedMs;
  }

  get view(): ParticipantView {
    return { others: this.#session.room.others };
  }

  /** Resolves when it joined, when the join failed, or when it was requested to leave. */
  async join(): Promise<void> {
    await this.#session.join();
  }

  /** Where media is watched: call right after the pump was read. */
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
          this.#session.peerChanged(event.peer, 'ice-connected', event.at);
        } else if (event.state === 'disconnected')
          this.#session.peerChanged(event.peer, 'disconnected', event.at);
        break;
      case 'connected':
        this.#session.peerChanged(event.peer, 'connected', event.at);
        break;
      case 'closed':
        this.#session.peerChanged(
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
    }
  }

  #onSession(event: SessionEvent): void {
    const { at } = event;
    switch (event.type) {
      case 'joined': {
        const scheduledAt = this.#joinFrom;
        const { attempt, startedAt, signalAt, iceAt, dtlsAt, node, backend, serverVersion } = event;
        this.#state = 'in';
        this.#reason = null;
        this.#joinedAt = at;
        const since = (time: number): number => time - scheduledAt;
        const phases = {
          started: since(startedAt),
          signal: since(signalAt),
          ice: since(iceAt),
          dtls: since(dtlsAt),
          joined: since(at),
        };
        this.#emit('joined', at, { attempt, phases, node, backend, serverVersion });
        break;
      }
      case 'join_failed':
      case 'disconnected':
        this.#state = event.type;
        this.#reason = event.failure.reason;
        this.#endedAt = at;
        this.#emit(event.type, at, {
          ...event.failure,
          ...(event.type === 'join_failed' && { durationMs: at - this.#joinFrom }),
        });
        break;
      case 'join_retry':
        // Should the run end before the next attempt does: this is why it is not in.
        this.#reason = event.failure.reason;
        this.#emit('join_retry', at, {
          attempt: event.attempt,
          durationMs: at - this.#joinFrom,
          ...event.failure,
        });
        break;
      case 'signal_lost':
        this.#emit('signal_lost', at, event.failure);
        break;
      case 'resumed':
      case 'reconnected': {
        if (event.type === 'resumed') this.#resumes += 1;
        else this.#reconnects += 1;
        const { attempt, durationMs, node, backend } = event;
        this.#emit(event.type, at, { attempt, durationMs, node, backend });
        break;
      }
      case 'rejoined': {
        this.#state = 'in';
        this.#reason = null;
        this.#endedAt = null;
        this.#rejoins += 1;
        const { attempt, durationMs, node, backend } = event;
        this.#emit('rejoined', at, { attempt, durationMs, node, backend });
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
      case 'warning':
        this.#emit('warning', at, { reason: event.reason, message: event.message });
    }
  }

  /** Reported once, however often it reconnects and is rejected again. */
  #refuse({ at, what, cid, message }: Extract<SessionEvent, { type: 'refused' }>): void {
    const key = cid === null ? what : `${what} ${cid}`;
    if (this.#refused.has(key)) return;
    this.#refused.add(key);
    this.#emit('warning', at, { reason: `${what}_rejected`, message });
  }

  async #leave(): Promise<ParticipantLine> {
    // Now: the others leave, too.
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
    this.#session.leave();
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
      outcome: OUTCOMES[this.#state],
      reason: this.#state === 'joining' ? (this.#reason ?? LEFT_WHILE_JOINING) : this.#reason,
      joinTimeMs: this.#joinedAt === null ? null : this.#joinedAt - this.#joinFrom,
      resumes: this.#resumes,
      reconnects: this.#reconnects,
      ...(this.#rejoins > 0 && { rejoins: this.#rejoins }),
      ...(this.#joinedAt !== null && { remoteParticipants }),
      expectedTracks: plan.expectedTracks,
      tracks,
    };
  }

  #checkMedia(): void {
    this.#watch?.check(this.#plane.streams.down, this.#options.deployment.clock.now());
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
      reason,
      message,
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
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
    });
  }
}

type EventDetails = Partial<
  Omit<EventLine, 'type' | 'at' | 'event' | 'identity' | 'group' | 'room' | 'role' | 'shard'>
>;

const OUTCOMES = {
  joining: 'join_failed',
  in: 'left',
  join_failed: 'join_failed',
  disconnected: 'disconnected',
} as const;
