import {
  type Codec,
  DisconnectReason,
  type JoinResponse,
  LeaveRequest,
  LeaveRequest_Action,
  MuteTrackRequest,
  type ParticipantInfo,
  ReconnectReason,
  type SpeakerInfo,
} from '@livekit/protocol';
import type { Layout } from '@livekit-swarm/scenario';
import type { DataTracks } from '../data-tracks/data-tracks.ts';
import type { Deployment } from '../deployment.ts';
import { type Failure, failureOf } from '../failure.ts';
import { actionOf, failureOfLeave } from '../leave-reason.ts';
import type { MediaPlane, PeerState } from '../media-plane.ts';
import type { TrackSpec } from '../sdp/own-track.ts';
import { joinEndpoint, resumeEndpoint, type Signalling } from '../signal/endpoint.ts';
import type { RequestMessage, ResponseMessage, SignalConnection } from '../signal/signal-socket.ts';
import { codecFailure } from './allowed-codecs.ts';
import { type ConnectionLoss, type RecoveryStep, timeoutLoss } from './connection-loss.ts';
import { Inbox } from './inbox.ts';
import { peerLoss, plannedLoss } from './peer-loss.ts';
import { Peers } from './peers.ts';
import { type PublishRejection, publishRejection, rejectionsBy } from './permissions.ts';
import { Publications } from './publications.ts';
import type { RoomView } from './room-view.ts';
import { ignoredMessages, trackSettings } from './subscription-settings.ts';
import { Subscriptions } from './subscriptions.ts';
import { syncState } from './sync-state.ts';

/**
 * Point at which a join is abandoned on purpose: before the server's response, before the offer, or
 * before ICE.
 */
export type DeparturePoint = 'response' | 'offer' | 'ice';

export interface MembershipOptions {
  deployment: Deployment;
  signalling: Signalling;
  token(): string;
  layout: Layout;
  tracks: readonly TrackSpec[];
  /**
   * True when data will be published: this needs a publisher's PeerConnection even without tracks.
   */
  sendsData: boolean;
  /** See `SessionOptions`. */
  dataTracks?: DataTracks;
  /** Receiving m-lines of the first offer, v1 only. */
  receive: { audio: number; video: number };
  cname: string;
  plane: MediaPlane;
  room: RoomView;
  /** See `SessionOptions`. */
  watchesMedia?: boolean;
  /** Point at which the participant departs during the join. Default: it stays. */
  departsBefore?: DeparturePoint;
  onDeparted(): void;
  onToken(token: string): void;
  onWarning(reason: string, message: string): void;
  /** A track or data was not permitted; the participant has joined without it. */
  onRefused(refusal: PublishRejection): void;
  /**
   * A joined membership lost a connection; called once for every `open` or `resume` that succeeded.
   */
  onLost(loss: ConnectionLoss): void;
  onUnpublished(cid: string): void;
  onMetadataRefused(why: string): void;
  onUpdate?(participants: readonly ParticipantInfo[]): void;
  onSpeakers?(speakers: readonly SpeakerInfo[]): void;
}

/**
 * Range of the random delay after which the connection is closed before the response, ms: a server
 * answers within milliseconds, so some responses arrive earlier.
 */
const RESPONSE_WITHIN_MS = 20;

/**
 * Time for the LEAVE that explains a closed media connection to arrive on the signal connection,
 * ms.
 */
const CLOSE_GRACE_MS = 500;

/**
 * Membership of a room, from JoinResponse to leave: its signal connection (renewed by a resume) and
 * its peer connections. It does not recover on its own: `Session` decides that.
 */
export class Membership {
  /** Unix ms of the JoinResponse, and of the last ICE and DTLS connection. */
  readonly times = { signalAt: 0, iceAt: 0, dtlsAt: 0 };
  readonly #options: MembershipOptions;
  readonly #publications: Publications;
  readonly #subscriptions: Subscriptions;
  readonly #peers: Peers;
  readonly #inbox: Inbox;
  #socket: SignalConnection | null = null;
  #join: JoinResponse | null = null;
  #state: 'new' | 'opening' | 'in' | 'resuming' | 'lost' | 'closed' = 'new';
  /** True when the server answered the current attempt. */
  #isAnswered = false;
  #settle: ((loss: ConnectionLoss | null) => void) | null = null;

  constructor(options: MembershipOptions) {
    const { plane, room, layout, tracks, signalling, cname, receive, onToken, onWarning } = options;
    const { onUnpublished, onMetadataRefused, onUpdate, onSpeakers, dataTracks } = options;
    const send = (message: RequestMessage) => this.#send(message);
    this.#options = options;
    this.#publications = new Publications(plane.senders, tracks);
    this.#subscriptions = new Subscriptions(layout, room);
    const shared = { publications: this.#publications, send };
    const onRejected = (cid: string) => {
      if (!this.#publications.isRefused(cid))
        onWarning('publish_rejected', `the server takes none of the codecs offered for ${cid}`);
    };
    const onRefused = (cid: string, why: string) => {
      const track = this.#publications.tracks.find((one) => one.cid === cid);
      if (track !== undefined) this.#refuse(publishRejection(track, why));
    };
    const isSilent = (sid: string) => this.#inbox.isSilent(sid);
    this.#peers = new Peers({
      ...{ ...shared, plane, signalling, cname, receive, isSilent, onRejected },
      hasDataTracks: dataTracks !== undefined,
    });
    const ownSid = () => this.participantSid;
    this.#inbox = new Inbox({
      ...shared,
      receivers: plane.receivers,
      room,
      peers: this.#peers,
      subscriptions: this.#subscriptions,
      ownSid,
      onToken,
      onWarning,
      onRefused,
      onUnpublished,
      onMetadataRefused,
      ...(dataTracks !== undefined && { dataTracks }),
      ...(onUpdate !== undefined && { onUpdate }),
      ...(onSpeakers !== undefined && { onSpeakers }),
    });
  }

  get participantSid(): string {
    return this.#join?.participant?.sid ?? '';
  }

  get server(): { node: string; version: string; backend: string; region: string } {
    const info = this.#join?.serverInfo;
    return {
      node: info?.nodeId ?? '',
      version: info?.version ?? this.#join?.serverVersion ?? '',
      backend: this.#socket?.backend ?? '',
      region: info?.region ?? '',
    };
  }

  /** Codecs that the room allows and the server does not disable for this client; empty: all. */
  get #allowedCodecs(): readonly Codec[] {
    const { enabledPublishCodecs = [], room } = this.#join ?? {};
    return enabledPublishCodecs.length > 0 ? enabledPublishCodecs : (room?.enabledCodecs ?? []);
  }

  /**
   * Returns true when media of a remote track is expected now: subscribed, visible, neither muted
   * nor paused.
   */
  isMediaExpected(trackSid: string): boolean {
    return this.#inbox.isMediaExpected(trackSid);
  }

  /** Joins; resolves to null once joined, otherwise to the cause. */
  open(timeoutMs: number): Promise<ConnectionLoss | null> {
    const { signalling, layout, departsBefore, deployment } = this.#options;
    if (departsBefore === 'response')
      deployment.clock.after(Math.random() * RESPONSE_WITHIN_MS, () => this.#depart());
    return this.#attempt('opening', timeoutMs, () => {
      const single = signalling === 'v1';
      const offer = single && departsBefore !== 'offer' ? this.#peers.openPublisher() : null;
      return joinEndpoint(signalling, {
        ...trackSettings(layout),
        addTracks: single ? this.#publications.requests : [],
        offer,
      });
    });
  }

  /** Resumes this membership; resolves as `open` does. */
  resume(timeoutMs: number, reason: ReconnectReason): Promise<ConnectionLoss | null> {
    const { signalling, layout } = this.#options;
    return this.#attempt('resuming', timeoutMs, () =>
      resumeEndpoint(signalling, {
        ...trackSettings(layout),
        participantSid: this.participantSid,
        reason,
      }),
    );
  }

  /** True while requests reach the server. */
  get isConnected(): boolean {
    return this.#state === 'in';
  }

  /** @returns true when the room allows the codec of the track */
  publish(track: TrackSpec): boolean {
    const value = this.#publications.add(track);
    const failure = codecFailure([track], this.#allowedCodecs);
    if (failure === null) this.#send({ case: 'addTrack', value });
    else this.#refuse({ what: 'publish', cid: track.cid, message: failure.message });
    return failure === null;
  }

  unpublish(cid: string): void {
    if (this.#publications.remove(cid)) this.#peers.unpublish(cid);
  }

  /** @returns true when the server knows the track */
  mute(cid: string, muted: boolean): boolean {
    const sid = this.#publications.sidOf(cid);
    if (sid === null || !this.#publications.setMuted(sid, muted)) return false;
    this.#send({ case: 'mute', value: new MuteTrackRequest({ sid, muted }) });
    return true;
  }

  /** Sends a request that changes no local state. */
  request(message: RequestMessage): void {
    this.#send(message);
  }

  publisherDisappeared(identity: string): void {
    // The streams of the participant end with it.
    if (this.#state === 'closed') this.#options.room.setDisappeared(identity);
    else this.#inbox.publisherDisappeared(identity);
  }

  /**
   * Loses its connection on purpose and without notice to the server: as after a change of network
   * (resume), or as livekit-client simulates it (reconnect).
   */
  interrupt(way: 'resume' | 'reconnect'): void {
    this.#socket?.abandon();
    this.#lose(plannedLoss(way));
  }

  /** Disappears: sends no LEAVE and no close. */
  disappear(): void {
    if (this.#state === 'closed') return;
    this.#socket?.abandon();
    this.#end(true);
  }

  /** Ends all connections; pending attempts resolve with the reason `closed`. */
  close(sendsLeave: boolean): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const reason = DisconnectReason.CLIENT_INITIATED;
    if (sendsLeave)
      this.#send({
        case: 'leave',
        value: new LeaveRequest({ reason, action: LeaveRequest_Action.DISCONNECT }),
      });
    this.#socket?.close();
    this.#end(false);
  }

  /** Departs during the join. */
  #depart(): void {
    if (this.#state === 'closed') return;
    this.#options.onDeparted();
    if (this.#options.departsBefore === 'response') this.close(false);
    else this.disappear();
  }

  /** Returns true for the message after which the participant departs. */
  #departsAt(message: ResponseMessage['case']): boolean {
    const { departsBefore } = this.#options;
    if (departsBefore === 'offer') return message === 'join';
    // With v0, the server may be the offerer.
    return departsBefore === 'ice' && (message === 'answer' || message === 'offer');
  }

  #end(silently: boolean): void {
    this.#state = 'closed';
    if (silently) this.#peers.drop();
    else this.#peers.close();
    this.#publications.release();
    const failure = { reason: 'closed', message: 'the session was closed', retryable: false };
    this.#settle?.({ failure, way: 'none', cause: ReconnectReason.RR_UNKNOWN });
  }

  peerChanged(peer: number, state: PeerState, at: number): void {
    if (!this.#peers.owns(peer)) return;
    this.#peers.changed(peer, state);
    const cause =
      peer === this.#peers.publisherPeer
        ? ReconnectReason.RR_PUBLISHER_FAILED
        : ReconnectReason.RR_SUBSCRIBER_FAILED;
    if (state === 'ice-connected') this.times.iceAt = at;
    if (state === 'connected') this.times.dtlsAt = at;
    const loss = peerLoss(state, cause);
    // A peer that disconnects during a recovery is part of that recovery.
    if (loss !== null && (state !== 'disconnected' || this.#state === 'in')) {
      if (state === 'closed')
        this.#options.deployment.clock.after(CLOSE_GRACE_MS, () => this.#lose(loss));
      else this.#lose(loss);
    }
    this.#check();
  }

  /** Fails at once when the media path leads nowhere: waiting for ICE would only take longer. */
  pathFailed(peer: number, failure: Failure): void {
    if (!this.#peers.owns(peer)) return;
    const way = failure.retryable ? 'reconnect' : 'none';
    this.#lose({ failure, way, cause: ReconnectReason.RR_UNKNOWN });
  }

  #attempt(
    state: 'opening' | 'resuming',
    timeoutMs: number,
    endpoint: () => string,
  ): Promise<ConnectionLoss | null> {
    const { deployment, token } = this.#options;
    const { clock, keepalive, url } = deployment;
    this.#socket?.close();
    this.#state = state;
    this.#isAnswered = false;
    return new Promise((resolve) => {
      const cancel = clock.after(timeoutMs, () => this.#timeOut(timeoutMs));
      this.#settle = (loss) => {
        cancel();
        this.#settle = null;
        if (this.#state !== 'closed') this.#state = loss === null ? 'in' : 'lost';
        resolve(loss);
      };
      try {
        this.#socket = deployment.connect({
          base: url.ws,
          endpoint: endpoint(),
          token: token(),
          clock,
          keepalive,
          ignored: ignoredMessages(
            this.#options.layout,
            this.#options.watchesMedia,
            this.#options.onSpeakers !== undefined,
          ),
          onMessage: (message) => this.#receive(message),
          onEnd: (failure) =>
            this.#lose({
              failure,
              way: failure.retryable ? 'resume' : 'none',
              cause: ReconnectReason.RR_SIGNAL_DISCONNECTED,
            }),
        });
      } catch (error) {
        const failure = { ...failureOf(error), reason: 'no_socket' };
        this.#lose({ failure, way: 'none', cause: ReconnectReason.RR_UNKNOWN });
      }
    });
  }

  /** Reports a timeout, or the error of this host when it refused to send. */
  #timeOut(timeoutMs: number): void {
    const step = this.#step();
    const code =
      step === 'ice' || step === 'dtls'
        ? (this.#options.plane.peers.localSendError?.() ?? null)
        : null;
    if (code === null) {
      const known = step === 'ice' ? (this.#options.plane.peers.pathFailure?.() ?? null) : null;
      const loss = timeoutLoss(step, timeoutMs);
      this.#settle?.(known === null ? loss : { ...loss, failure: { ...known, retryable: true } });
      return;
    }
    const message = `this host refuses to send media to the server (${code})`;
    const failure: Failure = { reason: 'no_socket', message, retryable: true };
    this.#settle?.({ failure, way: 'reconnect', cause: ReconnectReason.RR_UNKNOWN });
  }

  #step(): RecoveryStep {
    if (!this.#isAnswered) return 'signal';
    const { phase } = this.#peers;
    return phase === 'ready' ? 'publish' : phase;
  }

  #receive(message: ResponseMessage): void {
    if (this.#departsAt(message.case)) {
      this.#depart();
      return;
    }
    try {
      if (message.case === 'join') this.#joined(message.value);
      else if (message.case === 'reconnect') {
        this.#options.plane.peers.iceServers?.(message.value.iceServers);
        this.#resumed();
      } else if (message.case === 'leave') {
        const action = actionOf(message.value);
        this.#lose({
          failure: failureOfLeave(message.value),
          way: action === 'disconnect' ? 'none' : action,
          cause: ReconnectReason.RR_UNKNOWN,
        });
      } else this.#inbox.handle(message);
    } catch (error) {
      const failure = { ...failureOf(error), reason: 'negotiation', retryable: true };
      this.#lose({ failure, way: 'reconnect', cause: ReconnectReason.RR_UNKNOWN });
    }
    this.#check();
  }

  #joined(join: JoinResponse): void {
    const { signalling, deployment, room, tracks, sendsData } = this.#options;
    this.#isAnswered = true;
    this.#join = join;
    this.times.signalAt = deployment.clock.now();
    this.#socket?.keepAlive(join.pingInterval, join.pingTimeout);
    const subscribes = this.#options.layout.type !== 'none';
    for (const refusal of rejectionsBy(join.participant?.permission, {
      tracks,
      sendsData,
      subscribes,
    }))
      this.#refuse(refusal);
    const published = tracks.filter(({ cid }) => !this.#publications.isRefused(cid));
    const forbidden = codecFailure(published, this.#allowedCodecs);
    if (forbidden !== null) {
      this.#lose({ failure: forbidden, way: 'none', cause: ReconnectReason.RR_UNKNOWN });
      return;
    }
    this.#options.plane.peers.joinedNode?.(this.server.node);
    this.#options.plane.peers.iceServers?.(join.iceServers);
    room.reset();
    room.serverTrailer = join.sifTrailer;
    if (signalling === 'v0') {
      if (join.subscriberPrimary) this.#peers.expectSubscriber();
      if (tracks.length > 0 || sendsData || !join.subscriberPrimary) {
        for (const value of this.#publications.requests) this.#send({ case: 'addTrack', value });
        this.#send({ case: 'offer', value: this.#peers.openPublisher() });
      }
    }
    this.#options.dataTracks?.joined({
      version: this.server.version,
      send: (message) => this.#send(message),
    });
    this.#inbox.updateRoom(join.otherParticipants);
  }

  #resumed(): void {
    this.#isAnswered = true;
    this.#socket?.keepAlive(this.#join?.pingInterval ?? 0, this.#join?.pingTimeout ?? 0);
    this.#send({
      case: 'syncState',
      value: syncState(this.#options.layout, {
        peers: this.#peers,
        publications: this.#publications,
        subscriptions: this.#subscriptions,
        dataTracks: this.#options.dataTracks,
      }),
    });
    this.#peers.restartIce();
  }

  /** Settles the attempt when all its parts are complete. */
  #check(): void {
    if (this.#isAnswered && this.#peers.phase === 'ready' && this.#publications.allAnswered)
      this.#settle?.(null);
  }

  #refuse(refusal: PublishRejection): void {
    if (refusal.cid === null || this.#publications.refuse(refusal.cid))
      this.#options.onRefused(refusal);
  }

  #lose(loss: ConnectionLoss): void {
    if (this.#settle !== null) this.#settle(loss);
    else if (this.#state === 'in') {
      this.#state = 'lost';
      this.#options.onLost(loss);
    }
  }

  #send(message: RequestMessage): void {
    this.#socket?.send(message);
  }
}
