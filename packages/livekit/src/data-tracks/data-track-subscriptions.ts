import {
  type DataTrackSubscriberHandles,
  type ParticipantInfo,
  ParticipantInfo_State,
  UpdateDataSubscription,
  UpdateDataSubscription_Update,
} from '@livekit/protocol';
import type { DataTrackLink } from './data-track-publications.ts';
import { FrameAssembly } from './frame-assembly.ts';
import { readTrackPacket } from './track-packet.ts';

/** Receiver of the frames of a data track. */
export type FrameReceiver = (frame: Uint8Array) => void;

interface Subscription {
  receive: FrameReceiver;
  frames: FrameAssembly;
}

/** Participant that publishes data tracks. */
interface Publisher {
  /** Sid of its present session: a reconnect gives it another. */
  sid: string;
  /** Sids of its tracks. */
  tracks: ReadonlySet<string>;
}

/** Data tracks of other participants to which a participant subscribes. */
export class DataTrackSubscriptions {
  /** @returns null: no subscription */
  readonly #receiverOf: (name: string, publisher: string) => FrameReceiver | null;
  /** Subscriptions by the sid of the track. */
  readonly #bySid = new Map<string, Subscription>();
  /** Publishers by their identities. */
  readonly #publishers = new Map<string, Publisher>();
  /** Sids by the numbers that the server gives to the tracks on the way down. */
  readonly #byHandle = new Map<number, string>();
  #link: DataTrackLink | null = null;

  constructor(receiverOf: (name: string, publisher: string) => FrameReceiver | null) {
    this.#receiverOf = receiverOf;
  }

  /** Begin a membership: the server knows no subscription of earlier ones. */
  joined(link: DataTrackLink): void {
    this.#link = link;
    this.#bySid.clear();
    this.#publishers.clear();
    this.#byHandle.clear();
  }

  /**
   * Subscribe to new tracks, and forget those that are no longer published. The server reports no
   * end of a session that its participant has replaced: its tracks ended with it.
   */
  roomChanged(participants: readonly ParticipantInfo[]): void {
    for (const { sid: publisher, identity, state, dataTracks } of participants) {
      const before = this.#publishers.get(identity);
      const hasLeft = state === ParticipantInfo_State.DISCONNECTED;
      if (hasLeft && before?.sid !== publisher) continue;
      const now = new Set(hasLeft ? [] : dataTracks.map(({ sid }) => sid));
      for (const sid of before?.tracks ?? []) if (!now.has(sid)) this.#forget(sid);
      this.#publishers.delete(identity);
      if (now.size > 0) this.#publishers.set(identity, { sid: publisher, tracks: now });
      if (!hasLeft) for (const { sid, name } of dataTracks) this.#announced(sid, name, identity);
    }
  }

  /** Take the numbers of tracks whose subscription the server has granted. */
  handles({ subHandles }: DataTrackSubscriberHandles): void {
    for (const [handle, { trackSid }] of Object.entries(subHandles))
      this.#byHandle.set(Number(handle), trackSid);
  }

  /** Take a packet; one of an unknown track, or a damaged one, is ignored. */
  received(message: Uint8Array): void {
    const packet = readTrackPacket(message);
    if (packet === null) return;
    const sid = this.#byHandle.get(packet.handle);
    const subscription = sid === undefined ? undefined : this.#bySid.get(sid);
    const frame = subscription?.frames.take(packet) ?? null;
    if (frame !== null) subscription?.receive(frame);
  }

  #announced(sid: string, name: string, publisher: string): void {
    if (this.#bySid.has(sid)) return;
    const receive = this.#receiverOf(name, publisher);
    if (receive === null) return;
    this.#bySid.set(sid, { receive, frames: new FrameAssembly() });
    const updates = [new UpdateDataSubscription_Update({ trackSid: sid, subscribe: true })];
    this.#link?.send({
      case: 'updateDataSubscription',
      value: new UpdateDataSubscription({ updates }),
    });
  }

  #forget(sid: string): void {
    this.#bySid.delete(sid);
    for (const [handle, one] of this.#byHandle) if (one === sid) this.#byHandle.delete(handle);
  }
}
