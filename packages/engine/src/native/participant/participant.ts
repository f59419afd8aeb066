import {
  type PeerState,
  RoomView,
  type SessionEvent,
  type SpeakerInfo,
} from '@livekit-swarm/livekit';
import type { ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedStep } from '@livekit-swarm/scenario';
import type { PumpEvent } from '@livekit-swarm/webrtc';
import { type Emit, eventEmitter } from '../../event-lines.ts';
import { exchangeOf } from '../../exchange/exchange-part.ts';
import { lineHeadOf } from '../../outcome.ts';
import { Caller } from '../../voice/caller.ts';
import { MarkListener } from '../../voice/mark-listener.ts';
import { ReferenceAgent } from '../../voice/reference-agent.ts';
import { RoomVoices } from '../../voice/room-voices.ts';
import type { Mouth, VoicePart } from '../../voice/voice-part.ts';
import { trackResults } from '../streams/results.ts';
import { ActionRunner } from './action-runner.ts';
import { DataExchange } from './data-exchange.ts';
import { disappearsByAction } from './departure.ts';
import type { ParticipantOptions } from './participant-options.ts';
import { ParticipantSessions } from './participant-sessions.ts';
import { PumpPlane } from './pump-plane.ts';
import { ReceptionEvents } from './reception-events.ts';
import { SessionProgress } from './session-progress.ts';
import { TurnTaking } from './turn-taking.ts';

/** A participant's knowledge of the others in its room. */
export interface ParticipantView {
  /** Identities of the remote participants. */
  others: string[];
  /** Identities of those that are voice agents. */
  agents: string[];
}

/** Events of a session after which the participant is connected. */
const CONNECTED: ReadonlySet<SessionEvent['type']> = new Set([
  'joined',
  'resumed',
  'reconnected',
  'rejoined',
]);

/** Participant of the plan: its sessions, its media, and the record lines of both. */
export class Participant {
  readonly #options: ParticipantOptions;
  readonly #emit: Emit;
  readonly #room = new RoomView();
  readonly #plane: PumpPlane;
  readonly #sessions: ParticipantSessions;
  readonly #actions: ActionRunner;
  readonly #turns: TurnTaking;
  readonly #progress: SessionProgress;
  readonly #reception: ReceptionEvents;
  /** Part in a conversation with a voice agent; null: none. */
  readonly #voice: VoicePart | null;
  readonly #voices: RoomVoices | null;
  /** Part in calls, streams and data tracks between participants; null: none. */
  readonly #exchange: DataExchange | null;
  #leaving: Promise<ParticipantLine> | null = null;

  constructor(options: ParticipantOptions) {
    const { plan, deployment, engine, effects } = options;
    const { clock } = deployment;
    this.#options = options;
    this.#emit = eventEmitter(plan, engine);
    this.#plane = this.#openPlane();
    const session = () => this.#sessions.current;
    this.#exchange = this.#takePart();
    const dataTracks = this.#exchange?.dataTracks;
    this.#sessions = new ParticipantSessions({
      ...options,
      plane: this.#plane,
      room: this.#room,
      isLeaving: () => this.#leaving !== null,
      onUpdate: (participants) => {
        effects.updated(this, participants);
        this.#voice?.roomChanged();
        this.#exchange?.roomChanged(participants);
      },
      ...(plan.turns !== undefined && {
        onSpeakers: (speakers: readonly SpeakerInfo[]) => this.#turns.announced(speakers),
      }),
      ...(dataTracks !== undefined && { dataTracks }),
      onEvent: (event) => this.#onSession(event),
    });
    this.#actions = new ActionRunner({
      ...options,
      clock,
      session,
      changeAddress: () => this.#plane.peers.changeAddress(),
      joinAgain: () => this.#sessions.joinAgain(),
      emit: this.#emit,
    });
    this.#turns = new TurnTaking({
      ...options,
      clock,
      play: (cid) => this.#plane.senders.playAgain(cid),
      isAudible: () => this.isConnected && this.#actions.isAudible,
      room: this.#room,
    });
    const joinFrom = () => options.scheduledAt + session().waitedMs;
    this.#progress = new SessionProgress({
      emit: this.#emit,
      actions: this.#actions,
      turns: this.#turns,
      peers: this.#plane.peers,
      joinFrom,
    });
    this.#voice = this.#joinConversation();
    this.#voices = this.#voice === null ? null : new RoomVoices(this.#voice);
    this.#reception = new ReceptionEvents({
      emit: this.#emit,
      receiver: this,
      effects,
      streams: this.#plane.receivers,
      session,
      watchesMedia: engine.watchMedia === true,
      now: () => clock.now(),
      joinFrom,
    });
  }

  #takePart(): DataExchange | null {
    const { plan, deployment, engine, exchanges, onTrackRefused } = this.#options;
    const settings = exchangeOf(plan, engine.elsewhere);
    if (settings === null) return null;
    return new DataExchange({
      ...{ plan, settings, clock: deployment.clock, room: this.#room, meter: exchanges },
      channel: this.#plane.channels,
      onRefused: (message) => onTrackRefused(plan, message),
    });
  }

  #joinConversation(): VoicePart | null {
    const { plan, deployment, tracks } = this.#options;
    const mouth: Mouth = {
      clock: deployment.clock,
      speak: (utterance) => this.#plane.senders.playOnce(utterance),
      stop: () => {
        for (const { spec, utterances } of tracks)
          if (utterances !== undefined) this.#plane.senders.playAgain(spec.cid);
      },
    };
    const { conversation, answers, hearsMarks } = plan;
    const elsewhere = this.#options.publishers.of(plan.room);
    if (hearsMarks === true)
      return new MarkListener({
        emit: this.#emit,
        isElsewhere: (identity) => elsewhere.ofMedia(identity).publishersOn !== undefined,
      });
    if (conversation !== undefined)
      return new Caller({ ...mouth, conversation, room: this.#room, emit: this.#emit });
    return answers === undefined
      ? null
      : new ReferenceAgent({ ...mouth, answers, emit: this.#emit });
  }

  #onSession(event: SessionEvent): void {
    this.#progress.onEvent(event);
    if (this.#leaving !== null) return;
    if (CONNECTED.has(event.type)) {
      this.#voice?.connected();
      this.#exchange?.connected();
    } else if (event.type === 'signal_lost' || event.type === 'disconnected') {
      this.#endTalk();
      this.#exchange?.lost();
    }
  }

  #endTalk(): void {
    this.#voices?.lost();
    this.#voice?.lost();
  }

  #openPlane(): PumpPlane {
    const { plan, deployment, engine, publishers } = this.#options;
    return new PumpPlane({
      ...this.#options,
      owner: { group: plan.group, role: plan.role },
      index: plan.index,
      network: plan.network,
      rateAdaptation: plan.rateAdaptation === true,
      readsMessages: plan.exchange !== undefined,
      path: plan.path,
      cname: plan.identity,
      data: plan.data,
      room: this.#room,
      publishers: publishers.of(plan.room),
      onPathFailed: (peer, failure) => this.#sessions.current.membership?.pathFailed(peer, failure),
      onUnusable: (peer, state) => this.#sessions.peerChanged(peer, state, deployment.clock.now()),
      onKeyMismatch: (track) => this.#reception.keyMismatch(track),
      listensTo: (track) => track !== undefined && this.#voice?.listensTo(track) === true,
      onStopped: (receiver) => this.#voices?.stopped(receiver, deployment.clock.now()),
      ...(engine.watchMedia === true && {
        onSilenceEnds: (sid: string) => this.#reception.silenceEnds(sid),
      }),
    });
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

  get isConnected(): boolean {
    return this.#leaving === null && this.#progress.isConnected;
  }

  get view(): ParticipantView {
    return { others: this.#room.others, agents: this.#room.agents };
  }

  act(step: PlannedStep): void {
    if (this.#leaving !== null) return;
    if (step.do === 'change-key') {
      const key = this.#options.keys.change(step.key, this.#options.tracks);
      if (key !== null) this.#plane.changeKey();
      return;
    }
    if (step.do === 'speak' || step.do === 'listen') {
      this.#turns.speak(step.do === 'speak');
      return;
    }
    this.#actions.act(step);
    this.#turns.check();
  }

  publisherDisappeared(identity: string): void {
    this.#sessions.current.publisherDisappeared(identity);
  }

  /** Join. Resolves when the participant has joined or failed, or was requested to leave. */
  async join(): Promise<void> {
    await this.#sessions.current.join();
  }

  /** Check received media, if it is watched; call right after the pump was read. */
  watch(): void {
    if (this.#leaving === null) this.#reception.check();
  }

  leave(): Promise<ParticipantLine> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  onPump(event: PumpEvent): void {
    const { peers, channels } = this.#plane;
    switch (event.type) {
      case 'ice':
        if (event.state === 'connected') {
          peers.iceConnected(event.peer);
          this.#peerChanged(event, 'ice-connected');
        } else if (event.state === 'disconnected') this.#peerChanged(event, 'disconnected');
        break;
      case 'connected':
        peers.connected(event);
        this.#peerChanged(event, 'connected');
        break;
      case 'path_failed':
        peers.pathFailed(event);
        break;
      case 'closed':
        this.#peerChanged(event, event.code === 'internal_error' ? 'failed' : 'closed');
        break;
      case 'channel_open':
        channels.channelOpened(event.peer, event.label);
        break;
      case 'message':
        this.#exchange?.received(event.label, event.message);
        break;
      case 'first_packet':
        this.#reception.firstPacket(event);
        break;
      case 'first_decrypted':
        this.#reception.firstDecrypted(event.at);
        break;
      case 'voice_began':
        this.#voices?.began(event.receiver, event.at);
        break;
      case 'voice_ended':
        this.#voices?.ended(event.receiver, { from: event.from, to: event.at });
        break;
      case 'spoken':
        this.#voice?.spoken({ from: event.from, to: event.at });
    }
  }

  #peerChanged({ peer, at }: { peer: number; at: number }, state: PeerState): void {
    this.#sessions.peerChanged(peer, state, at);
  }

  async #leave(): Promise<ParticipantLine> {
    this.#exchange?.end();
    // Read first: the other participants leave during this call.
    const remoteParticipants = this.view.others.length;
    await this.#options.sampler.readSoon();
    const { plan, engine, deployment, effects, keys } = this.#options;
    const { selectedPair } = this.#plane.peers;
    const now = deployment.clock.now();
    const endedAt = this.#progress.endedAt ?? now;
    const wasJoined = this.#progress.isJoined;
    this.#reception.check();
    this.#plane.finish();
    const rejected = this.#progress.rejected(this.#options.tracks.map(({ spec }) => spec));
    const tracks = trackResults(this.#plane.streams, endedAt, this.#room, rejected);
    this.#sessions.leaveReplaced();
    this.#depart(now);
    effects.left(this);
    keys.left();
    this.#turns.lost();
    this.#endTalk();
    if (wasJoined) this.#emit('left', now, {});
    return {
      ...lineHeadOf(plan, engine, now),
      ...this.#progress.result,
      ...(selectedPair !== null && { selectedPair }),
      ...(this.#progress.hasJoined && { remoteParticipants }),
      expectedTracks: plan.expectedTracks,
      tracks,
    };
  }

  #depart(now: number): void {
    const { plan, engine } = this.#options;
    const { departure } = plan;
    const session = this.#sessions.current;
    if (this.#progress.isJoined && disappearsByAction(plan, now - engine.startedAtMs)) {
      this.#actions.disappear();
      session.disappear();
    } else if (departure === 'close' || departure === 'disappear') {
      this.#options.onDisappeared();
      if (departure === 'close') session.close();
      else session.disappear();
    } else session.leave();
  }
}
