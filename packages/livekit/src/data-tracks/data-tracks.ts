import type { ParticipantInfo } from '@livekit/protocol';
import type { Clock } from '../clock.ts';
import type { ResponseMessage } from '../signal/signal-socket.ts';
import {
  type DataTrackLink,
  DataTrackPublications,
  type OwnDataTrack,
} from './data-track-publications.ts';
import { DataTrackSubscriptions, type FrameReceiver } from './data-track-subscriptions.ts';

export interface DataTracksOptions {
  clock: Pick<Clock, 'after'>;
  /** Returns the receiver of a track's frames; null: it is not subscribed to. */
  receiverOf(name: string, publisher: string): FrameReceiver | null;
}

/** Data tracks of one participant, across all its sessions: its own, and those of others. */
export class DataTracks {
  readonly #own: DataTrackPublications;
  readonly #remote: DataTrackSubscriptions;

  constructor({ clock, receiverOf }: DataTracksOptions) {
    this.#own = new DataTrackPublications(clock);
    this.#remote = new DataTrackSubscriptions(receiverOf);
  }

  /** Begin a membership of the room. */
  joined(link: DataTrackLink): void {
    this.#own.joined(link);
    this.#remote.joined(link);
  }

  get published(): DataTrackPublications['published'] {
    return this.#own.published;
  }

  /** @throws Error if the server refuses the track, or does not answer */
  publish(name: string): Promise<OwnDataTrack> {
    return this.#own.publish(name);
  }

  /** Take a message of the server; those about other things are ignored. */
  answered(message: ResponseMessage): void {
    switch (message.case) {
      case 'publishDataTrackResponse':
        this.#own.accepted(message.value);
        return;
      case 'unpublishDataTrackResponse':
        if (message.value.info !== undefined) this.#own.ended(message.value.info.pubHandle);
        return;
      case 'dataTrackSubscriberHandles':
        this.#remote.handles(message.value);
        return;
      case 'requestResponse': {
        const { request } = message.value;
        if (request.case === 'publishDataTrack') this.#own.answered(request.value, message.value);
        return;
      }
      default:
        return;
    }
  }

  /** Take updates of remote participants. */
  roomChanged(participants: readonly ParticipantInfo[]): void {
    this.#remote.roomChanged(participants);
  }

  /** Take a packet of the data channel. */
  received(packet: Uint8Array): void {
    this.#remote.received(packet);
  }
}
