import {
  type Clock,
  type Failure,
  sdkReconnectPolicy,
  withoutTokens,
} from '@livekit-swarm/livekit';
import type { EventLine, ParticipantLine, TrackResult } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { EngineOptions } from '../engine.ts';
import { type Emit, type EventDetails, eventEmitter } from '../event-lines.ts';
import type { EncoderEnd } from '../ingress/encoder.ts';
import { lineHeadOf, outcomeOf, type SessionState } from '../outcome.ts';

/** Times of the steps of a connection, Unix ms. */
export type ConnectionSteps = Pick<NonNullable<EventLine['phases']>, 'signal' | 'ice'>;

/** Connection of one stream, which may start several times. */
export interface StreamConnection {
  /**
   * Starts, and waits until the stream is there.
   * @returns the steps; a failure; null: the participant leaves
   */
  start(): Promise<ConnectionSteps | Failure | null>;
  /** Resolves when the stream is lost; null: the participant leaves. */
  lost(): Promise<Failure | null>;
  stop(how: EncoderEnd): void;
}

export interface StreamParticipantOptions {
  plan: ParticipantPlan;
  engine: EngineOptions;
  clock: Clock;
  /** Reads what was sent and received, before the end. Absent: it is not counted. */
  finish?(endedAt: number): Promise<TrackResult[]>;
  selectedPair?(): ParticipantLine['selectedPair'];
}

const FIRST_PAUSE_MS = 500;
/** Longest pause that a server may ask for, ms. */
const LONGEST_PAUSE_MS = 30_000;

/** Participant of the plan that is a stream: its attempts, its reconnects, and its record lines. */
export class StreamParticipant {
  readonly emit: Emit;
  readonly #options: StreamParticipantOptions;
  #connection: StreamConnection | null = null;
  #state: SessionState = 'joining';
  #reason: string | null = null;
  #joinFrom = 0;
  #joinTimeMs: number | null = null;
  #reconnects = 0;
  #isLeaving = false;

  constructor(options: StreamParticipantOptions) {
    this.#options = options;
    this.emit = eventEmitter(options.plan, options.engine);
  }

  get isConnected(): boolean {
    return this.#state === 'in' && !this.#isLeaving;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Zero of join times, Unix ms. */
  get joinFrom(): number {
    return this.#joinFrom;
  }

  /** Joins. Resolves when the participant has joined or failed, or was requested to leave. */
  async join(connection: StreamConnection, scheduledAt: number): Promise<void> {
    const { clock, engine } = this.#options;
    this.#joinFrom = scheduledAt;
    this.#connection = connection;
    for (let attempt = 1; !this.#isLeaving; attempt++) {
      const startedAt = clock.now();
      const started = await connection.start();
      if (this.#isLeaving || started === null) return;
      if (!isFailure(started)) {
        const at = clock.now();
        this.#state = 'in';
        this.#reason = null;
        this.#joinTimeMs = at - this.#joinFrom;
        const { signal, ice } = started;
        const phases = {
          started: startedAt - this.#joinFrom,
          ...(signal !== undefined && { signal: signal - this.#joinFrom }),
          ...(ice !== undefined && { ice: ice - this.#joinFrom }),
          joined: this.#joinTimeMs,
        };
        const selectedPair = this.#options.selectedPair?.();
        this.emit('joined', at, { attempt, phases, ...(selectedPair && { selectedPair }) });
        void this.#watch(connection);
        return;
      }
      if (attempt >= engine.joinAttempts || !started.retryable) {
        this.fail(started);
        return;
      }
      this.#reason = started.reason;
      this.emit('join_retry', clock.now(), {
        attempt,
        durationMs: this.#sinceJoin,
        ...of(started),
      });
      await this.#pause(pauseAfter(started, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }

  /** Ends the join with a failure. */
  fail(failure: Omit<Failure, 'retryable'>): void {
    this.#end('join_failed', failure, { durationMs: this.#sinceJoin });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(ms, resolve));
  }

  get #sinceJoin(): number {
    return this.#options.clock.now() - this.#joinFrom;
  }

  /** Watches the connection; after a loss, starts it again. */
  async #watch(connection: StreamConnection): Promise<void> {
    const { clock, engine } = this.#options;
    while (this.isConnected) {
      const loss = await connection.lost();
      if (loss === null || !this.isConnected) return;
      const lostAt = clock.now();
      const { reason, message } = loss;
      this.emit('signal_lost', lostAt, { reason, message: withoutTokens(message) });
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
        await this.#pause(pauseAfter(last, delay));
        if (!this.isConnected) return;
        const started = await connection.start();
        if (!this.isConnected || started === null) return;
        if (!isFailure(started)) break;
        if (!started.retryable) {
          this.#end('disconnected', started);
          return;
        }
        last = started;
      }
      this.#reconnects++;
      this.emit('reconnected', clock.now(), { durationMs: clock.now() - lostAt });
    }
  }

  /** Leaves. @param onLeft called if the participant was connected, with the time */
  async leave(onLeft: (at: number) => void = () => {}): Promise<ParticipantLine> {
    const { plan, engine, clock, finish, selectedPair } = this.#options;
    const wasIn = this.isConnected;
    this.#isLeaving = true;
    const tracks = (await finish?.(clock.now())) ?? [];
    const now = clock.now();
    this.#connection?.stop(plan.departure === 'disappear' ? 'disappear' : 'leave');
    if (wasIn) {
      this.emit('left', now, {});
      onLeft(now);
    }
    const pair = selectedPair?.();
    return {
      ...lineHeadOf(plan, engine, now),
      ...outcomeOf(this.#state, this.#reason),
      joinTimeMs: this.#joinTimeMs,
      resumes: 0,
      reconnects: this.#reconnects,
      ...(pair !== undefined && { selectedPair: pair }),
      expectedTracks: plan.expectedTracks,
      tracks,
    };
  }

  #end(
    state: 'join_failed' | 'disconnected',
    failure: Omit<Failure, 'retryable'>,
    details: EventDetails = {},
  ): void {
    if (this.#isLeaving) return;
    this.#state = state;
    this.#reason = failure.reason;
    this.#connection?.stop('fail');
    this.emit(state, this.#options.clock.now(), { ...details, ...of(failure) });
  }
}

const isFailure = (started: ConnectionSteps | Failure): started is Failure => 'reason' in started;

/** Details of a failure for its event. */
const of = ({ reason, message, hint }: Omit<Failure, 'retryable'>): EventDetails => ({
  ...{ reason, message: withoutTokens(message) },
  ...(hint !== undefined && { hint }),
});

/** Pause before the next attempt, ms: at least as long as the server asks for. */
const pauseAfter = ({ retryAfterMs = 0 }: Failure, ms: number): number =>
  Math.max(ms, Math.min(retryAfterMs, LONGEST_PAUSE_MS));
