import type { RemoteTrack, Session } from '@livekit-swarm/livekit';
import type { PumpEvent } from '@livekit-swarm/webrtc';
import type { Emit } from '../../event-lines.ts';
import type { ReceivedStreams } from '../streams/received-streams.ts';
import type { EffectTracker, Observer } from './effect-tracker.ts';
import { MediaWatch } from './media-watch.ts';

export interface ReceptionEventsOptions {
  emit: Emit;
  receiver: Observer;
  effects: EffectTracker;
  streams: Pick<ReceivedStreams, 'all' | 'trackOf'>;
  session(): Session;
  /** True if changes of received publications are reported (`EngineOptions.watchMedia`). */
  watchesMedia: boolean;
  now(): number;
  /** Zero of join times, Unix ms. */
  joinFrom(): number;
}

/**
 * Events of the media that one participant receives: the first packet, the first decrypted frame,
 * publications that start, stop and resume, and tracks whose encryption does not match.
 */
export class ReceptionEvents {
  readonly #options: ReceptionEventsOptions;
  readonly #watch: MediaWatch | null;
  #hasReceived = false;
  #hasDecrypted = false;
  /** Reported publications whose encryption does not match. */
  readonly #mismatches = new Set<string>();

  constructor(options: ReceptionEventsOptions) {
    this.#options = options;
    const { watchesMedia, session, emit } = options;
    this.#watch = watchesMedia
      ? new MediaWatch(
          session().room,
          (sid) => session().isMediaExpected(sid),
          ({ event, at, ...details }) => emit(event, at, details),
        )
      : null;
  }

  /** Report the first packet of a stream: to the record, if it is the participant's first. */
  firstPacket({ receiver, at }: Extract<PumpEvent, { type: 'first_packet' }>): void {
    const { emit, joinFrom, streams, effects } = this.#options;
    if (!this.#hasReceived) emit('first_media', at, { durationMs: at - joinFrom() });
    this.#hasReceived = true;
    const track = streams.trackOf(receiver);
    if (track !== undefined)
      effects.mediaReceived(this.#options.receiver, track.identity, track.source, at);
  }

  firstDecrypted(at: number): void {
    const { emit, joinFrom } = this.#options;
    if (!this.#hasDecrypted) emit('first_decrypted', at, { durationMs: at - joinFrom() });
    this.#hasDecrypted = true;
  }

  /** Expect media of a track again: an interruption counts from now on. */
  silenceEnds(trackSid: string): void {
    this.#watch?.silenceEnds(trackSid, this.#options.now());
  }

  /** Check received media, if it is watched; call right after the pump was read. */
  check(): void {
    this.#watch?.check(this.#options.streams.all, this.#options.now());
  }

  /** Warn of a track that cannot be decrypted, or is not encrypted although it should be. */
  keyMismatch({ identity, kind, encrypted }: RemoteTrack): void {
    const reason = encrypted ? 'encrypted_publication' : 'unencrypted_publication';
    const message = encrypted
      ? `${kind} of ${identity} is encrypted end to end, and this participant has no key`
      : `${kind} of ${identity} is not encrypted, and this participant has a key`;
    if (this.#mismatches.has(message)) return;
    this.#mismatches.add(message);
    this.#options.emit('warning', this.#options.now(), { reason, message });
  }
}
