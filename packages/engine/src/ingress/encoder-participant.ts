import { type Clock, type Failure, withoutTokens } from '@livekit-swarm/livekit';
import type { ParticipantLine, TrackResult } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Admission, EngineOptions, IngressStream } from '../engine.ts';
import {
  type ConnectionSteps,
  type StreamConnection,
  StreamParticipant,
} from '../stream/stream-participant.ts';
import type { Encoder, EncoderEnd } from './encoder.ts';
import type { Presence } from './room-presence.ts';

export interface EncoderParticipantOptions {
  plan: ParticipantPlan;
  engine: EngineOptions;
  clock: Clock;
  /** Starts the encoder of the stream. */
  encode(stream: IngressStream): Encoder;
  /** Asks whether the participant is in its room. */
  presence(): Promise<Presence>;
  /** Reads what was sent, before the end. Absent: the encoder does not count it. */
  finish?(endedAt: number): Promise<TrackResult[]>;
}

/** Interval in which the API is asked while a participant is expected in its room, or not there, ms. */
const ASK_EVERY_MS = 100;
/** Interval in which the API is asked while all is well, ms. */
const CHECK_EVERY_MS = 5_000;
/** Time for which a participant without an encoder is watched, ms. */
const LINGERS_MS = 60_000;

const ABSENT: Failure = {
  reason: 'encoder_ended',
  message: 'the encoder ran, but its participant had left the room',
  retryable: true,
};
const LATE = { reason: 'timeout', message: 'ingress did not publish all tracks in time' };

/** Participant of the plan that an encoder and ingress publish. */
export class EncoderParticipant {
  readonly #options: EncoderParticipantOptions;
  readonly #stream: StreamParticipant;
  #connection: EncoderConnection | null = null;
  /** True once the end of the participant is no longer awaited. */
  #isClosed = false;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: EncoderParticipantOptions) {
    this.#options = options;
    this.#stream = new StreamParticipant(options);
  }

  get isConnected(): boolean {
    return this.#stream.isConnected;
  }

  async join({ ingress }: Admission, scheduledAt: number): Promise<void> {
    if (ingress === undefined) {
      this.#stream.fail({
        reason: 'ingress_not_created',
        message: 'the API did not create its ingress',
      });
      return;
    }
    this.#connection = new EncoderConnection(this.#options, ingress, this.#stream);
    await this.#stream.join(this.#connection, scheduledAt);
  }

  leave(): Promise<ParticipantLine> {
    return this.#stream.leave((at) => {
      this.#watching = this.#watchEnd(at);
    });
  }

  /** Reports when the participant is gone: ingress and server keep it for a while. */
  async #watchEnd(endedAt: number): Promise<void> {
    const { clock, presence } = this.#options;
    while (!this.#isClosed && clock.now() - endedAt < LINGERS_MS) {
      if ((await presence()).in === 'nowhere') {
        const at = clock.now();
        this.#stream.emit('ingress_left', at, { durationMs: at - endedAt });
        return;
      }
      await pause(clock, ASK_EVERY_MS);
    }
  }

  /** Resolves when the encoder has ended, and its participant is gone or was watched long enough. */
  get gone(): Promise<unknown> {
    return Promise.all([this.#watching, this.#connection?.encoder?.ended]);
  }

  /** Waits until the encoder has ended, and for a bounded time until its participant is gone. */
  async close(withinMs: number): Promise<void> {
    await Promise.race([this.#watching, pause(this.#options.clock, withinMs)]);
    this.#isClosed = true;
    await this.#connection?.encoder?.ended;
  }
}

/** Encoder of a stream, and the participant that ingress makes of it. */
class EncoderConnection implements StreamConnection {
  encoder: Encoder | null = null;
  readonly #options: EncoderParticipantOptions;
  readonly #ingress: IngressStream;
  readonly #participant: Pick<StreamParticipant, 'isLeaving' | 'isConnected'>;
  /** Membership of the room that was seen last: an encoder that starts again gets another one. */
  #sid: string | null = null;

  constructor(
    options: EncoderParticipantOptions,
    ingress: IngressStream,
    participant: Pick<StreamParticipant, 'isLeaving' | 'isConnected'>,
  ) {
    this.#options = options;
    this.#ingress = ingress;
    this.#participant = participant;
  }

  /** Starts the encoder, and waits until its participant is in the room with all its tracks. */
  async start(): Promise<ConnectionSteps | Failure | null> {
    const { encode, presence, plan, clock, engine } = this.#options;
    const encoder = encode(this.#ingress);
    this.encoder = encoder;
    let end: Failure | null = null;
    void encoder.ended.then((failure) => {
      end = failure;
    });
    const until = clock.now() + engine.joinTimeoutMs;
    let unknown: string | null = null;
    while (end === null && clock.now() < until && !this.#participant.isLeaving) {
      const present = await presence();
      const isNew = present.in === 'room' && present.sid !== this.#sid;
      if (end === null && isNew && present.tracks >= plan.publish.length) {
        this.#sid = present.sid;
        return {};
      }
      unknown = present.in === 'unknown' ? present.message : null;
      await pause(clock, ASK_EVERY_MS);
    }
    if (end !== null) return end;
    // Its end is that of the departure.
    if (this.#participant.isLeaving) return null;
    encoder.stop('fail');
    return unknown === null
      ? { ...LATE, retryable: true }
      : { reason: 'api_error', message: withoutTokens(unknown), retryable: true };
  }

  /** Resolves when the encoder has ended, or its participant is no longer in the room. */
  async lost(): Promise<Failure | null> {
    const { encoder } = this;
    if (encoder === null) return null;
    for (;;) {
      const checked = pause(this.#options.clock, CHECK_EVERY_MS).then(() => null);
      const ended = await Promise.race([encoder.ended, checked]);
      if (ended !== null || !this.#participant.isConnected) return ended;
      if ((await this.#options.presence()).in !== 'nowhere') continue;
      encoder.stop('fail');
      return ABSENT;
    }
  }

  stop(how: EncoderEnd): void {
    this.encoder?.stop(how);
  }
}

const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => clock.after(ms, resolve));
