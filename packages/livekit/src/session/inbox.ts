import {
  type ParticipantInfo,
  type RequestResponse,
  RequestResponse_Reason,
  type SpeakerInfo,
  StreamState,
  type StreamStateInfo,
} from '@livekit/protocol';
import type { DataTracks } from '../data-tracks/data-tracks.ts';
import type { MediaReceivers } from '../media-plane.ts';
import type { OwnTrack } from '../sdp/own-track.ts';
import type { RequestMessage, ResponseMessage } from '../signal/signal-socket.ts';
import type { Peers } from './peers.ts';
import type { Publications } from './publications.ts';
import type { RoomView } from './room-view.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface InboxOptions {
  receivers: MediaReceivers;
  room: RoomView;
  peers: Peers;
  publications: Publications;
  subscriptions: Subscriptions;
  dataTracks?: DataTracks;
  ownSid(): string;
  send(message: RequestMessage): void;
  onToken(token: string): void;
  onWarning(reason: string, message: string): void;
  onRefused(cid: string, why: string): void;
  /** The server rejects changes of name, metadata or attributes. */
  onMetadataRefused(why: string): void;
  /** The server unpublished a local track. */
  onUnpublished(cid: string): void;
  /** Called for updates of all participants, including the local one. */
  onUpdate?(participants: readonly ParticipantInfo[]): void;
  onSpeakers?(speakers: readonly SpeakerInfo[]): void;
}

/**
 * Handlers for messages of the server to a joined membership, one case a line. `Membership` itself
 * joins, resumes and leaves.
 */
export class Inbox {
  readonly #options: InboxOptions;
  /** Sids of tracks that the server pauses for lack of bandwidth; empty unless observed. */
  readonly #paused = new Set<string>();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** @throws Error when a session description cannot be used */
  handle(message: ResponseMessage): void {
    const { peers, publications, dataTracks, onToken, onWarning } = this.#options;
    switch (message.case) {
      case 'answer':
        peers.acceptAnswer(message.value);
        break;
      case 'offer':
        peers.acceptOffer(message.value);
        break;
      case 'trickle':
        peers.addCandidate(message.value);
        break;
      case 'mediaSectionsRequirement':
        peers.requireSections(message.value.numAudios, message.value.numVideos);
        break;
      case 'trackPublished':
        this.#acknowledged(publications.acknowledge(message.value));
        break;
      case 'subscribedQualityUpdate':
        publications.applyQuality(message.value);
        break;
      case 'mute':
        publications.setMuted(message.value.sid, message.value.muted);
        break;
      case 'trackUnpublished':
        this.#unpublished(message.value.trackSid);
        break;
      case 'update':
        this.updateRoom(message.value.participants);
        break;
      case 'speakersChanged':
        this.#speakersChanged(message.value.speakers);
        break;
      case 'streamStateUpdate':
        this.#streamsChanged(message.value.streamStates);
        break;
      case 'refreshToken':
        onToken(message.value);
        break;
      case 'subscriptionResponse':
        onWarning(
          'subscription_failed',
          `the server could not subscribe us to ${this.#nameOf(message.value.trackSid)}`,
        );
        break;
      case 'requestResponse':
        this.#answered(message.value);
    }
    dataTracks?.answered(message);
  }

  #acknowledged(track: OwnTrack | null): void {
    if (track !== null) this.#options.peers.publish(track);
  }

  /** Removes a track that the server unpublished, because its permission was revoked. */
  #unpublished(sid: string): void {
    const { publications, peers } = this.#options;
    const cid = publications.cidOf(sid);
    if (cid === null || !publications.remove(cid)) return;
    peers.unpublish(cid);
    this.#options.onUnpublished(cid);
  }

  /** Reports a request that the server rejected. Queued requests are acknowledged later. */
  #answered({ request, reason, message }: RequestResponse): void {
    if (reason === RequestResponse_Reason.OK || reason === RequestResponse_Reason.QUEUED) return;
    if (request.case === 'addTrack') this.#options.onRefused(request.value.cid, message);
    else if (request.case === 'updateMetadata') this.#options.onMetadataRefused(message);
  }

  updateRoom(participants: readonly ParticipantInfo[]): void {
    const ownSid = this.#options.ownSid();
    const changes = this.#options.room.apply(participants, ownSid);
    this.#options.onUpdate?.(participants);
    this.#options.dataTracks?.roomChanged(participants.filter(({ sid }) => sid !== ownSid));
    this.#request(this.#options.subscriptions.tracksChanged(changes));
    for (const { sid } of changes.muted) this.#updateSilence(sid);
    // An unpublished track is muted until it leaves its m-line, so that its end does not count as
    // an interruption.
    for (const { sid } of changes.removed) this.#options.receivers.setMuted(sid, true);
  }

  /**
   * Returns true when no media of a track is expected: its publisher muted it, or it is not
   * visible.
   */
  isSilent(sid: string): boolean {
    return this.#options.room.isSilent(sid) || this.#options.subscriptions.isOffScreen(sid);
  }

  /** Returns true when media of a remote track is expected now. */
  isMediaExpected(sid: string): boolean {
    return (
      !this.isSilent(sid) && !this.#paused.has(sid) && this.#options.subscriptions.isSubscribed(sid)
    );
  }

  /** Records that a publisher disappeared as planned: no media of it is expected. */
  publisherDisappeared(identity: string): void {
    this.#options.room.setDisappeared(identity);
    for (const { sid, identity: publisher } of this.#options.room.tracks)
      if (publisher === identity) this.#updateSilence(sid);
  }

  #streamsChanged(streams: readonly StreamStateInfo[]): void {
    for (const { trackSid, state } of streams) {
      if (state === StreamState.PAUSED) this.#paused.add(trackSid);
      else this.#paused.delete(trackSid);
    }
  }

  #speakersChanged(speakers: readonly SpeakerInfo[]): void {
    this.#options.onSpeakers?.(speakers);
    const own = this.#options.ownSid();
    const [loudest] = speakers
      .filter(({ active, sid }) => active && sid !== own)
      .sort((a, b) => b.level - a.level);
    if (loudest !== undefined)
      this.#request(this.#options.subscriptions.speakerChanged(loudest.sid));
  }

  #nameOf(trackSid: string): string {
    const track = this.#options.room.track(trackSid);
    return track === undefined ? `track ${trackSid}` : `the ${track.kind} of ${track.identity}`;
  }

  #request(messages: readonly RequestMessage[]): void {
    for (const message of messages) {
      this.#options.send(message);
      if (message.case === 'trackSetting')
        for (const sid of message.value.trackSids) this.#updateSilence(sid);
    }
  }

  #updateSilence(sid: string): void {
    this.#options.receivers.setMuted(sid, this.isSilent(sid));
  }
}
