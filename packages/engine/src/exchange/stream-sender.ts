/** Streams that a participant sends. Runs in pages of browsers, too. */
import type { DataStreams } from '@livekit-swarm/scenario';
import { atInterval } from './at-interval.ts';
import { randomText } from './random-text.ts';
import { SettledPeers } from './settled-peers.ts';
import { HASH, type Hash, SENT_AT, STREAM_TOPIC } from './stream-marks.ts';

/** Stream as a client sends it. */
export interface StreamToSend {
  kind: DataStreams['kind'];
  topic: string;
  attributes: Record<string, string>;
  /** Contents, letters of one byte each. */
  content: string;
  to: string[];
}

export interface StreamSenderOptions {
  dataStreams: Pick<DataStreams, 'kind' | 'bytes' | 'everyMs'>;
  /** Returns the identities of those in the room that are to receive. */
  receivers(): readonly string[];
  newHash(): Hash;
  /** Sends a stream. @throws Error if that is not possible */
  send(stream: StreamToSend): Promise<void>;
}

/** Sender of streams: one at a time, each to all receivers. */
export class StreamSender {
  readonly #options: StreamSenderOptions;
  readonly #receivers: SettledPeers;
  #content: Promise<{ text: string; hash: string }> | null = null;
  #isSending = false;
  #stop: (() => void) | null = null;

  constructor(options: StreamSenderOptions) {
    this.#options = options;
    this.#receivers = new SettledPeers(options.receivers);
  }

  /** Begin to send. */
  start(): void {
    this.#receivers.look();
    // A stream that takes longer than the interval delays the next one.
    this.#stop ??= atInterval(this.#options.dataStreams.everyMs, () => {
      if (!this.#isSending) void this.#sendNext();
    });
  }

  /** Note that participants joined or left. */
  look(): void {
    if (this.#stop !== null) this.#receivers.look();
  }

  /** Begin no more streams. */
  stop(): void {
    this.#stop?.();
    this.#stop = null;
    this.#receivers.forget();
  }

  async #sendNext(): Promise<void> {
    const { dataStreams, send } = this.#options;
    const to = this.#receivers.settled();
    if (to.length === 0) return;
    this.#isSending = true;
    try {
      this.#content ??= this.#makeContent();
      const { text, hash } = await this.#content;
      const attributes = { [SENT_AT]: String(Date.now()), [HASH]: hash };
      await send({ kind: dataStreams.kind, topic: STREAM_TOPIC, attributes, content: text, to });
    } catch {
      // The receivers notice that the stream does not end.
    } finally {
      this.#isSending = false;
    }
  }

  async #makeContent(): Promise<{ text: string; hash: string }> {
    const text = randomText(this.#options.dataStreams.bytes);
    const hash = this.#options.newHash();
    hash.update(new TextEncoder().encode(text));
    return { text, hash: await hash.digest() };
  }
}
