import { randomBytes, randomInt } from 'node:crypto';
import {
  type AddTrackRequest,
  type JoinRequest,
  JoinResponse,
  MediaSectionsRequirement,
  ParticipantInfo,
  ParticipantInfo_State,
  ParticipantPermission,
  ParticipantUpdate,
  Pong,
  Room as RoomInfo,
  ServerInfo,
  SessionDescription,
  SignalRequest,
  SignalResponse,
  SignalTarget,
  TrackInfo,
  TrackPublishedResponse,
  TrackSubscribed,
  TrickleRequest,
} from '@livekit/protocol';
import type { Pump } from '@livekit-swarm/webrtc';
import type { WebSocket } from 'ws';
import { type RemoteSection, readDescription } from '../../packages/livekit/src/sdp/read.ts';
import { type SentTrack, writeAnswer } from './answer.ts';
import type { Room } from './room.ts';

/** Media engine, and the participants by their peers. */
export interface ReflectedMedia {
  pump: Pump;
  /** Clip that every subscriber receives. */
  clip: number;
  participants: Map<number, ReflectedParticipant>;
}

interface ReflectedParticipantOptions {
  identity: string;
  room: Room<ReflectedParticipant>;
  client: WebSocket;
  media: ReflectedMedia;
}

/** Track that this participant receives, and its sender. */
interface Subscription extends SentTrack {
  sender: number;
}

/** Time in which livekit-server collects changes into one negotiation, ms. */
const NEGOTIATE_AFTER_MS = 150;
/** Extensions of `sdp/profile.ts` that livekit-server accepts for audio. */
const EXTENSIONS = { audioLevel: 1, mid: 4, absCaptureTime: 8 };
const PAYLOAD = { payloadType: 111, codec: 'opus', clockRate: 48_000 } as const;

/**
 * One participant from the side of the server: its signal connection, its PeerConnection, and its
 * subscriptions.
 */
export class ReflectedParticipant {
  readonly #options: ReflectedParticipantOptions;
  readonly #sid = `PA_${randomBytes(9).toString('base64url')}`;
  readonly #tracks = new Map<string, TrackInfo>();
  /** Subscriptions by mid. */
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #receivers = new Set<string>();
  #local: ReturnType<Pump['createPeer']> | null = null;
  #answers = 0;
  #version = 1;
  #state = ParticipantInfo_State.JOINED;
  #negotiation: NodeJS.Timeout | null = null;

  constructor(options: ReflectedParticipantOptions) {
    this.#options = options;
    const { client } = options;
    client.on('message', (data: Buffer) => this.#receive(SignalRequest.fromBinary(data).message));
    client.on('close', () => this.leave());
    client.on('error', () => this.leave());
  }

  /** True when its media can flow, and it has tracks. */
  get publishes(): boolean {
    return this.#tracks.size > 0 && this.#state !== ParticipantInfo_State.JOINED;
  }

  info(): ParticipantInfo {
    const isActive = this.#state === ParticipantInfo_State.ACTIVE;
    return new ParticipantInfo({
      sid: this.#sid,
      identity: this.#options.identity,
      state: this.#state,
      tracks: isActive ? [...this.#tracks.values()] : [],
      version: this.#version++,
      permission: new ParticipantPermission({ canSubscribe: true, canPublish: true }),
      isPublisher: this.#tracks.size > 0,
    });
  }

  join({ addTrackRequests, publisherOffer }: JoinRequest): void {
    const { room } = this.#options;
    const serverInfo = new ServerInfo({ version: '1.13.4', protocol: 17, nodeId: 'ND_reflector' });
    const join = new JoinResponse({
      room: new RoomInfo({ sid: `RM_${room.name}`, name: room.name }),
      participant: this.info(),
      otherParticipants: room.othersThan(this).map((other) => other.info()),
      serverVersion: serverInfo.version,
      serverInfo,
      pingInterval: 5,
      pingTimeout: 15,
      fastPublish: true,
    });
    room.add(this);
    this.#tell({ case: 'join', value: join });
    for (const request of addTrackRequests) this.#publish(request);
    if (publisherOffer !== undefined) this.#answer(publisherOffer);
  }

  tellUpdate(participants: ParticipantInfo[]): void {
    this.#tell({ case: 'update', value: new ParticipantUpdate({ participants }) });
  }

  mediaConnected(): void {
    if (this.#state !== ParticipantInfo_State.JOINED) return;
    this.#state = ParticipantInfo_State.ACTIVE;
    this.#options.room.announce(this);
  }

  /** Requests an offer from the client, so that its m-lines match the participants in the room. */
  negotiateSoon(): void {
    this.#negotiation ??= setTimeout(() => {
      this.#negotiation = null;
      this.#subscribe();
    }, NEGOTIATE_AFTER_MS);
  }

  leave(): void {
    if (this.#state === ParticipantInfo_State.DISCONNECTED) return;
    this.#state = ParticipantInfo_State.DISCONNECTED;
    const { room, client, media } = this.#options;
    if (this.#negotiation !== null) clearTimeout(this.#negotiation);
    room.remove(this);
    client.close(1000);
    if (this.#local === null) return;
    media.participants.delete(this.#local.peer);
    media.pump.closePeer(this.#local.peer);
  }

  #receive(message: SignalRequest['message']): void {
    switch (message.case) {
      case 'offer':
        this.#answer(message.value);
        break;
      case 'addTrack':
        this.#publish(message.value);
        break;
      case 'pingReq': {
        const lastPingTimestamp = message.value.timestamp;
        const timestamp = BigInt(Date.now());
        this.#tell({ case: 'pongResp', value: new Pong({ lastPingTimestamp, timestamp }) });
        break;
      }
      case 'leave':
        this.leave();
    }
  }

  #publish({ cid, name, type, source }: AddTrackRequest): void {
    const sid = `TR_${randomBytes(9).toString('base64url')}`;
    const track = new TrackInfo({ sid, name, type, source, mimeType: 'audio/opus' });
    this.#tracks.set(sid, track);
    this.#tell({ case: 'trackPublished', value: new TrackPublishedResponse({ cid, track }) });
  }

  #answer(offer: SessionDescription): void {
    const { pump } = this.#options.media;
    const { transport, sections } = readDescription(offer.sdp);
    const isFirst = this.#local === null;
    const local = this.#local ?? this.#open(transport);
    this.#local = local;
    const audio = sections.filter(({ kind, rejected }) => kind === 'audio' && !rejected);
    for (const { mid, ssrc, direction } of audio) {
      if (direction !== 'sendonly' || ssrc === null || this.#receivers.has(mid)) continue;
      this.#receivers.add(mid);
      pump.addReceiver({
        ...{ peer: local.peer, kind: 'audio', mid, ssrc, payloads: [PAYLOAD] },
        ...{ nack: true, pli: false, remb: false },
      });
    }
    const fresh = this.#bind(audio.filter(({ direction }) => direction === 'recvonly'));
    const sdp = writeAnswer({
      offer: offer.sdp,
      version: ++this.#answers,
      local,
      withCandidate: !isFirst,
      sent: this.#subscriptions,
    });
    const midToTrackId = Object.fromEntries(
      [...this.#subscriptions].map(([mid, { trackSid }]) => [mid, trackSid]),
    );
    const { id } = offer;
    const value = new SessionDescription({ type: 'answer', sdp, id, midToTrackId });
    this.#tell({ case: 'answer', value });
    if (isFirst) this.#trickle(local.candidate);
    for (const { trackSid } of fresh)
      this.#tell({ case: 'trackSubscribed', value: new TrackSubscribed({ trackSid }) });
  }

  /** Opens the peer like livekit-server: active in DTLS, and controlled in ICE. */
  #open(remote: ReturnType<typeof readDescription>['transport']): ReturnType<Pump['createPeer']> {
    const { pump, participants } = this.#options.media;
    const local = pump.createPeer('127.0.0.1');
    participants.set(local.peer, this);
    pump.setExtensions(local.peer, EXTENSIONS);
    const { ufrag, pwd, fingerprint, dataChannels } = remote;
    const roles = { dtlsRole: 'client', controlling: false } as const;
    pump.setRemote(local.peer, { ufrag, pwd, fingerprint, dataChannels, ...roles });
    for (const candidate of remote.candidates) pump.addRemoteCandidate(local.peer, candidate);
    return local;
  }

  #trickle(candidate: string): void {
    const candidateInit = JSON.stringify({ candidate, sdpMid: '0', sdpMLineIndex: 0 });
    const target = SignalTarget.PUBLISHER;
    this.#tell({ case: 'trickle', value: new TrickleRequest({ candidateInit, target }) });
  }

  /** Tracks that it should receive: those of the others in the room. */
  #wanted(): Map<string, string> {
    const publishers = this.#options.room.othersThan(this).filter(({ publishes }) => publishes);
    return new Map(
      publishers.flatMap((one) => [...one.#tracks.keys()].map((sid) => [sid, one.#sid] as const)),
    );
  }

  #subscribe(): void {
    const free = this.#receiving - this.#subscriptions.size;
    const wanted = this.#wanted();
    const kept = [...this.#subscriptions.values()].filter(({ trackSid }) => wanted.has(trackSid));
    const ended = this.#subscriptions.size - kept.length;
    const numAudios = Math.max(0, wanted.size - kept.length - ended - free);
    const value = new MediaSectionsRequirement({ numAudios });
    this.#tell({ case: 'mediaSectionsRequirement', value });
  }

  /** Number of receiving m-lines in the last offer. */
  #receiving = 0;

  /** Assigns tracks to free m-lines. @returns the new subscriptions */
  #bind(sections: RemoteSection[]): Subscription[] {
    const { pump, clip } = this.#options.media;
    this.#receiving = sections.length;
    const wanted = this.#wanted();
    for (const [mid, { trackSid, sender }] of this.#subscriptions) {
      if (wanted.delete(trackSid)) continue;
      pump.removeSender(sender);
      this.#subscriptions.delete(mid);
    }
    const fresh: Subscription[] = [];
    for (const { mid } of sections) {
      const [next] = wanted;
      if (next === undefined) break;
      if (this.#subscriptions.has(mid)) continue;
      const [trackSid, participantSid] = next;
      wanted.delete(trackSid);
      const ssrc = randomInt(1, 2 ** 32);
      const sender = pump.addSender({
        ...{ peer: this.#local?.peer ?? -1, clip, mid, ssrc, cname: participantSid },
        ...{ payloadType: PAYLOAD.payloadType, active: true },
      });
      const subscription = { trackSid, participantSid, ssrc, sender };
      this.#subscriptions.set(mid, subscription);
      fresh.push(subscription);
    }
    return fresh;
  }

  #tell(message: SignalResponse['message']): void {
    const { client } = this.#options;
    if (client.readyState === client.OPEN) client.send(new SignalResponse({ message }).toBinary());
  }
}
