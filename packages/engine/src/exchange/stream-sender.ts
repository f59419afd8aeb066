/** Streams that a participant sends. Runs in pages of browsers, too. */
import type { DataStreams } from '@livekit-swarm/scenario';
import { randomText } from './random-text.ts';
import { Rounds } from './rounds.ts';
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
  readonly #rounds: Rounds;
  #content: Promise<{ text: string; hash: string }> | null = null;
  #isSending = false;

  constructor(options: StreamSenderOptions) {
    this.#options = options;
    this.#rounds = new Rounds({
      everyMs: options.dataStreams.everyMs,
      peers: options.receivers,
      // A stream that takes longer than the interval delays the next one.
      act: (receivers) => {
        if (!this.#isSending && receivers.length > 0) void this.#sendNext([...receivers]);
      },
    });
  }

  /** Begin to send. */
  start(): void {
    this.#rounds.start();
  }

  /** Note that participants joined or left. */
  look(): void {
    this.#rounds.look();
  }

  /** Begin no more streams. */
  stop(): void {
    this.#rounds.stop();
  }

  async #sendNext(to: string[]): Promise<void> {
    const { dataStreams, send } = this.#options;
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
