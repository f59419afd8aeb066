/** Part of a participant in data tracks: publishes frames, and checks those of others. */
import type { DataTracks } from '@livekit-swarm/scenario';
import type { FrameResult } from './exchange-result.ts';
import { FrameCheck } from './frame-check.ts';
import { frameOf } from './frames.ts';
import { Rounds } from './rounds.ts';

/** Time within which a data track that was subscribed to has a frame, ms. */
const HEARD_WITHIN_MS = 5_000;

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
  /** Name of the data tracks to subscribe to; null: none. */
  subscribes: string | null;
  /** Returns the counts since the last reading. */
  frames(): FrameResult;
}

export class DataTrackPart {
  readonly #options: DataTrackPartOptions;
  readonly #rounds: Rounds | null;
  readonly #checks = new Set<FrameCheck>();
  #track: PublishedDataTrack | null = null;
  #isPublishing = false;
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
    void this.#publish();
  }

  /** Note that the connection was lost. */
  lost(): void {
    this.#rounds?.stop();
  }

  /** Note that participants joined or left. */
  roomChanged(): void {
    this.#rounds?.look();
  }

  async #publish(): Promise<void> {
    const { publishes, room } = this.#options;
    if (publishes === null || this.#isPublishing || this.#track?.isPublished() === true) return;
    this.#isPublishing = true;
    try {
      this.#track = await room.publish(publishes.name);
    } catch {
      // The subscribers miss it; the next connection tries again.
      this.#track = null;
    }
    this.#isPublishing = false;
  }

  #push(): void {
    const { publishes } = this.#options;
    if (publishes === null) return;
    const frames = this.#options.frames();
    frames.sent++;
    if (this.#track === null) {
      frames.dropped++;
      void this.#publish();
      return;
    }
    const payload = frameOf(this.#number++, publishes.settings.bytes);
    this.#track.push(payload).catch(() => this.#options.frames().dropped++);
  }

  /** Read a data track of another participant, if it is for this one. */
  announced(name: string, subscribe: () => ReadableStream<{ payload: Uint8Array }>): void {
    if (name === this.#options.subscribes) void this.#read(subscribe());
  }

  async #read(stream: ReadableStream<{ payload: Uint8Array }>): Promise<void> {
    const check = new FrameCheck(() => this.#options.frames());
    this.#checks.add(check);
    const silence = setTimeout(() => check.silent(), HEARD_WITHIN_MS);
    const reader = stream.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        check.receive(value.payload);
        clearTimeout(silence);
      }
    } catch {
      // The track has ended.
    }
    clearTimeout(silence);
    if (this.#checks.delete(check)) check.end();
  }

  /** End before the participant leaves. */
  end(): void {
    this.#rounds?.stop();
    for (const check of this.#checks) check.end();
    this.#checks.clear();
  }
}
