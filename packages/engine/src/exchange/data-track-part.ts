/** Part of a participant in data tracks: publishes frames, and checks those of others. */
import type { DataTracks, Exchange } from '@livekit-swarm/scenario';
import { isIdentityOf } from '@livekit-swarm/scenario/is-identity-of';
import type { ExchangeSettings } from './exchange-part.ts';
import type { FrameResult } from './exchange-result.ts';
import { frameOf } from './frames.ts';
import { Rounds } from './rounds.ts';
import { TrackWatch } from './track-watch.ts';

/** Interval at which overdue frames are counted, ms. */
const LOOK_EVERY_MS = 1_000;
/** Time after which a track that is not published is published again, ms. */
const AGAIN_AFTER_MS = 5_000;

/** Local data track of a client. */
export interface PublishedDataTrack {
  isPublished(): boolean;
  /** Rejects if the frame was not sent. */
  push(payload: Uint8Array): Promise<void>;
}

export interface DataTrackRoom {
  /** Returns the identities of the other participants. */
  others(): readonly string[];
  publish(name: string): Promise<PublishedDataTrack>;
}

export interface DataTrackPartOptions {
  room: DataTrackRoom;
  /** Data track to publish, and its name; null: none. */
  publishes: { settings: DataTracks; name: string; isSubscriber(identity: string): boolean } | null;
  /** Data tracks to subscribe to; null: none. */
  subscribes: NonNullable<Exchange['subscribes']> | null;
  /** Returns true for a publisher on another host. */
  isElsewhere(identity: string): boolean;
  /** Returns the counts since the last reading. */
  frames(): FrameResult;
}

/** Part of a participant in data tracks; null: none. @param frames see `DataTrackPartOptions` */
export const dataTrackPartOf = (
  { dataTracks, track, subscribes, elsewhere = [] }: ExchangeSettings,
  room: DataTrackRoom,
  frames: DataTrackPartOptions['frames'],
): DataTrackPart | null => {
  const publishes =
    dataTracks === undefined || track === undefined
      ? null
      : {
          ...{ settings: dataTracks, name: track.name },
          isSubscriber: (identity: string) => isIdentityOf(identity, track.subscribers),
        };
  if (publishes === null && subscribes === undefined) return null;
  const isElsewhere = (identity: string): boolean => elsewhere.includes(identity);
  return new DataTrackPart({
    ...{ room, publishes, isElsewhere, frames },
    subscribes: subscribes ?? null,
  });
};

export class DataTrackPart {
  readonly #options: DataTrackPartOptions;
  readonly #rounds: Rounds | null;
  /** Watches by the identity of the publisher. */
  readonly #watches = new Map<string, TrackWatch>();
  #watching: ReturnType<typeof setInterval> | null = null;
  #track: PublishedDataTrack | null = null;
  #isPublishing = false;
  /** Time before which nothing is published again, ms. */
  #notBefore = 0;
  /** Number of the next frame: those that are dropped have none, so no subscriber misses it. */
  #number = 0;

  constructor(options: DataTrackPartOptions) {
    this.#options = options;
    const { room, publishes } = options;
    this.#rounds =
      publishes === null
        ? null
        : new Rounds({
            everyMs: publishes.settings.everyMs,
            peers: () => room.others().filter((identity) => publishes.isSubscriber(identity)),
            // Frames without a subscriber would go nowhere.
            act: (settled) => {
              if (settled.length > 0) this.#push();
            },
          });
  }

  /** Start, or continue after the connection was lost. */
  connected(): void {
    this.#rounds?.start();
    this.#notBefore = 0;
    void this.#publish();
    if (this.#options.subscribes === null) return;
    this.#lookAtPublishers();
    for (const watch of this.#watches.values()) watch.again();
    this.#watching ??= setInterval(() => {
      for (const watch of this.#watches.values()) watch.look();
    }, LOOK_EVERY_MS);
  }

  /** Note that the connection was lost. */
  lost(): void {
    this.#rounds?.stop();
    this.#watchNoMore();
  }

  /** Note that participants joined or left. */
  roomChanged(): void {
    this.#rounds?.look();
    if (this.#watching !== null) this.#lookAtPublishers();
  }

  /** Watch each publisher in the room, and end with those that have left. */
  #lookAtPublishers(): void {
    const present = new Set(this.#options.room.others());
    for (const [identity, watch] of this.#watches)
      if (!present.has(identity)) {
        watch.end();
        this.#watches.delete(identity);
      }
    for (const identity of present) this.#watchOf(identity);
  }

  /** Watch over a publisher; null: it does not publish for this participant. */
  #watchOf(identity: string): TrackWatch | null {
    const known = this.#watches.get(identity);
    if (known !== undefined) return known;
    const { subscribes, isElsewhere, frames } = this.#options;
    const publisher = subscribes?.publishers.find((one) => isIdentityOf(identity, one.identities));
    if (publisher === undefined) return null;
    const { everyMs } = publisher;
    const watch = new TrackWatch({ everyMs, isTimed: !isElsewhere(identity), frames });
    this.#watches.set(identity, watch);
    return watch;
  }

  #watchNoMore(): void {
    if (this.#watching !== null) clearInterval(this.#watching);
    this.#watching = null;
  }

  async #publish(): Promise<void> {
    const { publishes, room } = this.#options;
    if (publishes === null || this.#isPublishing || this.#track?.isPublished() === true) return;
    if (performance.now() < this.#notBefore) return;
    this.#isPublishing = true;
    try {
      this.#track = await room.publish(publishes.name);
    } catch {
      // The subscribers miss it.
      this.#track = null;
    }
    this.#notBefore = performance.now() + AGAIN_AFTER_MS;
    this.#isPublishing = false;
  }

  #push(): void {
    const { publishes } = this.#options;
    if (publishes === null) return;
    const frames = this.#options.frames();
    frames.sent++;
    if (this.#track?.isPublished() !== true) {
      frames.dropped++;
      void this.#publish();
      return;
    }
    const number = this.#number++;
    this.#track.push(frameOf(number, publishes.settings.bytes)).catch(() => {
      this.#options.frames().dropped++;
      // A client that is slow to refuse a frame may have taken the next one already.
      if (this.#number === number + 1) this.#number = number;
    });
  }

  /** Returns the receiver of a data track of another participant; null: it is not for this one. */
  announced(name: string, publisher: string): ((payload: Uint8Array) => void) | null {
    if (name !== this.#options.subscribes?.name || this.#watchOf(publisher) === null) return null;
    return (payload) => this.#watchOf(publisher)?.receive(payload);
  }

  /** End before the participant leaves. */
  end(): void {
    this.#rounds?.stop();
    this.#watchNoMore();
    for (const watch of this.#watches.values()) watch.end();
    this.#watches.clear();
  }
}
