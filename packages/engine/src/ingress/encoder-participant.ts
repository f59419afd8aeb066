import {
  type Clock,
  type Failure,
  sdkReconnectPolicy,
  withoutTokens,
} from '@livekit-swarm/livekit';
import type { ParticipantLine, TrackResult } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Admission, EngineOptions, IngressStream } from '../engine.ts';
import { type Emit, type EventDetails, eventEmitter } from '../event-lines.ts';
import { lineHeadOf, outcomeOf, type SessionState } from '../outcome.ts';
import type { Encoder } from './encoder.ts';
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
  finish?(): Promise<TrackResult[]>;
}

/** Interval in which the API is asked while a participant is expected in its room, or not there, ms. */
const ASK_EVERY_MS = 100;
/** Interval in which the API is asked while all is well, ms. */
const CHECK_EVERY_MS = 5_000;
const FIRST_PAUSE_MS = 500;
/** Time for which a participant without an encoder is watched, ms. */
const LINGERS_MS = 60_000;

const ABSENT: Failure = {
  reason: 'encoder_ended',
  message: 'the encoder ran, but its participant had left the room',
  retryable: true,
};
const LATE = { reason: 'timeout', message: 'ingress did not publish all tracks in time' };

/** Participant of the plan that an encoder and ingress publish: its join and its record lines. */
export class EncoderParticipant {
  readonly #options: EncoderParticipantOptions;
  readonly #emit: Emit;
  #state: SessionState = 'joining';
  #reason: string | null = null;
  #joinFrom = 0;
  #joinTimeMs: number | null = null;
  #reconnects = 0;
  #encoder: Encoder | null = null;
  #isLeaving = false;
  /** True once the end of the participant is no longer awaited. */
  #isClosed = false;
  #watching: Promise<void> = Promise.resolve();
  /** Membership of the room that was seen last: an encoder that starts again gets another one. */
  #sid: string | null = null;

  constructor(options: EncoderParticipantOptions) {
    this.#options = options;
    this.#emit = eventEmitter(options.plan, options.engine);
  }

  get isConnected(): boolean {
    return this.#state === 'in' && !this.#isLeaving;
  }

  async join({ ingress }: Admission, scheduledAt: number): Promise<void> {
    const { clock, engine } = this.#options;
    this.#joinFrom = scheduledAt;
    if (ingress === undefined) {
      this.#end('join_failed', {
        reason: 'ingress_not_created',
        message: 'the API did not create its ingress',
      });
      return;
    }
    for (let attempt = 1; !this.#isLeaving; attempt++) {
      const startedAt = clock.now();
      const failure = await this.#start(ingress);
      if (this.#isLeaving) return;
      if (failure === null) {
        const at = clock.now();
        this.#state = 'in';
        this.#reason = null;
        this.#joinTimeMs = at - this.#joinFrom;
        const phases = { started: startedAt - this.#joinFrom, joined: this.#joinTimeMs };
        this.#emit('joined', at, { attempt, phases });
        void this.#watch(ingress);
        return;
      }
      if (attempt >= engine.joinAttempts || !failure.retryable) {
        this.#end('join_failed', failure, { durationMs: this.#sinceJoin });
        return;
      }
      this.#reason = failure.reason;
      this.#emit('join_retry', clock.now(), { attempt, durationMs: this.#sinceJoin, ...failure });
      await this.#pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }

  #pause(ms: number): Promise<null> {
    return new Promise((resolve) => this.#options.clock.after(ms, () => resolve(null)));
  }

  get #sinceJoin(): number {
    return this.#options.clock.now() - this.#joinFrom;
  }

  /**
   * Starts the encoder, and waits until its participant is in the room with all its tracks.
   * @returns null: it is, or the participant leaves; else the encoder has ended
   */
  async #start(stream: IngressStream): Promise<Failure | null> {
    const { encode, presence, plan, clock, engine } = this.#options;
    const encoder = encode(stream);
    this.#encoder = encoder;
    let end: Failure | null = null;
    void encoder.ended.then((failure) => {
      end = failure;
    });
    const until = clock.now() + engine.joinTimeoutMs;
    let unknown: string | null = null;
    while (end === null && clock.now() < until && !this.#isLeaving) {
      const present = await presence();
      const isNew = present.in === 'room' && present.sid !== this.#sid;
      if (end === null && isNew && present.tracks >= plan.publish.length) {
        this.#sid = present.sid;
        return null;
      }
      unknown = present.in === 'unknown' ? present.message : null;
      await this.#pause(ASK_EVERY_MS);
    }
    if (end !== null) return end;
    // Its end is that of the departure.
    if (this.#isLeaving) return null;
    encoder.stop('fail');
    return unknown === null
      ? { ...LATE, retryable: true }
      : { reason: 'api_error', message: withoutTokens(unknown), retryable: true };
  }

  /** Watches the encoder and its participant; after a loss, starts the encoder again. */
  async #watch(stream: IngressStream): Promise<void> {
    const { clock, engine } = this.#options;
    while (this.isConnected) {
      const loss = await this.#lost();
      if (loss === null || !this.isConnected) return;
      const lostAt = clock.now();
      const { reason, message } = loss;
      this.#emit('signal_lost', lostAt, { reason, message: withoutTokens(message) });
      if (engine.reconnectPolicy === 'none') {
        this.#end('disconnected', loss);
        return;
      }
      const policy = sdkReconnectPolicy();
      let last: Failure = loss;
      for (let attempt = 0; ; attempt++) {
        const delay = policy.delayMs(attempt, clock.now() - lostAt);
        if (delay === null) {
          this.#end('disconnected', last);
          return;
        }
        await this.#pause(delay);
        if (!this.isConnected) return;
        const failure = await this.#start(stream);
        if (!this.isConnected) return;
        if (failure === null) break;
        if (!failure.retryable) {
          this.#end('disconnected', failure);
          return;
        }
        last = failure;
      }
      this.#reconnects++;
      this.#emit('reconnected', clock.now(), { durationMs: clock.now() - lostAt });
    }
  }

  /**
   * Resolves when the encoder has ended, or its participant is no longer in the room; null: the
   * participant leaves.
   */
  async #lost(): Promise<Failure | null> {
    const encoder = this.#encoder;
    if (encoder === null) return null;
    for (;;) {
      const ended = await Promise.race([encoder.ended, this.#pause(CHECK_EVERY_MS)]);
      if (ended !== null || !this.isConnected) return ended;
      if ((await this.#options.presence()).in !== 'nowhere') continue;
      encoder.stop('fail');
      return ABSENT;
    }
  }

  async leave(): Promise<ParticipantLine> {
    const { plan, engine, clock, finish } = this.#options;
    const wasIn = this.isConnected;
    this.#isLeaving = true;
    const tracks = (await finish?.()) ?? [];
    const now = clock.now();
    this.#encoder?.stop(plan.departure === 'disappear' ? 'disappear' : 'leave');
    if (wasIn) {
      this.#emit('left', now, {});
      this.#watching = this.#watchEnd(now);
    }
    return {
      ...lineHeadOf(plan, engine, now),
      ...outcomeOf(this.#state, this.#reason),
      joinTimeMs: this.#joinTimeMs,
      resumes: 0,
      reconnects: this.#reconnects,
      expectedTracks: plan.expectedTracks,
      tracks,
    };
  }

  /** Reports when the participant is gone: ingress and server keep it for a while. */
  async #watchEnd(endedAt: number): Promise<void> {
    const { clock, presence } = this.#options;
    while (!this.#isClosed && clock.now() - endedAt < LINGERS_MS) {
      if ((await presence()).in === 'nowhere') {
        const at = clock.now();
        this.#emit('ingress_left', at, { durationMs: at - endedAt });
        return;
      }
      await this.#pause(ASK_EVERY_MS);
    }
  }

  /** Resolves when the encoder has ended, and its participant is gone or was watched long enough. */
  get gone(): Promise<unknown> {
    return Promise.all([this.#watching, this.#encoder?.ended]);
  }

  /** Waits until the encoder has ended, and for a bounded time until its participant is gone. */
  async close(withinMs: number): Promise<void> {
    await Promise.race([this.#watching, this.#pause(withinMs)]);
    this.#isClosed = true;
    await this.#encoder?.ended;
  }

  #end(
    state: 'join_failed' | 'disconnected',
    failure: Omit<Failure, 'retryable'>,
    details: EventDetails = {},
  ): void {
    if (this.#isLeaving) return;
    this.#state = state;
    this.#reason = failure.reason;
    this.#encoder?.stop('fail');
    const now = this.#options.clock.now();
    this.#emit(state, now, { ...details, ...failure, message: withoutTokens(failure.message) });
  }
}
