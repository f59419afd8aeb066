import { type G711PayloadType, levelOfG711 } from './g711.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** Level above which audio is voice, dBov. */
const VOICE_DBOV = -45;
const SAMPLES_PER_MS = 8;

/** Audio that a caller received. */
export interface ReceptionFacts {
  packets: number;
  /** Packets of its streams that did not arrive. */
  lost: number;
  /** Interarrival jitter (RFC 3550, §6.4.1), ms; null: fewer than two packets. */
  jitterMs: number | null;
  /** Arrival of the first packet of audio, and of the first with voice, ms since 1970. */
  firstAtMs: number | null;
  voiceAtMs: number | null;
  /** Longest time between two packets, ms. */
  longestGapMs: number;
}

interface Stream {
  first: number;
  highest: number;
  received: number;
}

/** Folds packets of G.711 into facts. */
export class Reception {
  readonly #streams = new Map<number, Stream>();
  #last: { atMs: number; ssrc: number; timestamp: number } | null = null;
  #jitterMs: number | null = null;
  #packets = 0;
  #firstAtMs: number | null = null;
  #voiceAtMs: number | null = null;
  #longestGapMs = 0;

  get facts(): ReceptionFacts {
    let lost = 0;
    for (const { first, highest, received } of this.#streams.values())
      lost += Math.max(0, highest - first + 1 - received);
    return {
      ...{ packets: this.#packets, lost, jitterMs: this.#jitterMs },
      ...{ firstAtMs: this.#firstAtMs, voiceAtMs: this.#voiceAtMs },
      longestGapMs: this.#longestGapMs,
    };
  }

  add({ payloadType, sequence, timestamp, ssrc, payload }: RtpPacket, atMs: number): void {
    if (payloadType !== 0 && payloadType !== 8) return;
    this.#packets++;
    this.#firstAtMs ??= atMs;
    const type: G711PayloadType = payloadType;
    if (this.#voiceAtMs === null && levelOfG711(payload, type) > VOICE_DBOV) this.#voiceAtMs = atMs;
    this.#count(ssrc, sequence);
    const last = this.#last;
    if (last !== null) {
      this.#longestGapMs = Math.max(this.#longestGapMs, atMs - last.atMs);
      if (last.ssrc === ssrc) this.#addJitter(atMs - last.atMs, (timestamp - last.timestamp) | 0);
    }
    this.#last = { atMs, ssrc, timestamp };
  }

  #addJitter(elapsedMs: number, samples: number): void {
    const deviation = Math.abs(elapsedMs - samples / SAMPLES_PER_MS);
    const jitter = this.#jitterMs ?? 0;
    this.#jitterMs = jitter + (deviation - jitter) / 16;
  }

  #count(ssrc: number, sequence: number): void {
    const stream = this.#streams.get(ssrc);
    if (stream === undefined) {
      this.#streams.set(ssrc, { first: sequence, highest: sequence, received: 1 });
      return;
    }
    stream.received++;
    // Distance from the highest number, from -32,768 to 32,767.
    const ahead = ((sequence - stream.highest) << 16) >> 16;
    if (ahead > 0) stream.highest += ahead;
  }
}
