import { type G711PayloadType, levelOfG711 } from './g711.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** Level above which audio is voice, dBov. */
const VOICE_DBOV = -45;
const SAMPLES_PER_MS = 8;
/** Payload types that RTCP on the same port seems to have (RFC 5761, §4). */
const RTCP = { first: 64, last: 95 } as const;

/** Audio that a caller received. */
export interface ReceptionFacts {
  packets: number;
  /** Packets of its streams without audio: comfort noise, telephone events. */
  others: number;
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
  #others = 0;
  #lastAtMs: number | null = null;
  #firstAtMs: number | null = null;
  #voiceAtMs: number | null = null;
  #longestGapMs = 0;

  get facts(): ReceptionFacts {
    let lost = 0;
    for (const { first, highest, received } of this.#streams.values())
      lost += Math.max(0, highest - first + 1 - received);
    return {
      ...{ packets: this.#packets, others: this.#others, lost, jitterMs: this.#jitterMs },
      ...{ firstAtMs: this.#firstAtMs, voiceAtMs: this.#voiceAtMs },
      longestGapMs: this.#longestGapMs,
    };
  }

  add({ payloadType, sequence, timestamp, ssrc, payload }: RtpPacket, atMs: number): void {
    if (payloadType >= RTCP.first && payloadType <= RTCP.last) return;
    // All payload types of a stream share its sequence numbers.
    this.#count(ssrc, sequence);
    if (this.#lastAtMs !== null)
      this.#longestGapMs = Math.max(this.#longestGapMs, atMs - this.#lastAtMs);
    this.#lastAtMs = atMs;
    if (payloadType !== 0 && payloadType !== 8) {
      this.#others++;
      return;
    }
    this.#packets++;
    this.#firstAtMs ??= atMs;
    const type: G711PayloadType = payloadType;
    if (this.#voiceAtMs === null && levelOfG711(payload, type) > VOICE_DBOV) this.#voiceAtMs = atMs;
    const last = this.#last;
    if (last?.ssrc === ssrc) this.#addJitter(atMs - last.atMs, (timestamp - last.timestamp) | 0);
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
