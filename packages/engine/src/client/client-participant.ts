import { setTimeout as sleep } from 'node:timers/promises';

import {
  askTokenEndpoint,
  type Clock,
  type E2eeSecret,
  isTicket,
  laterKey,
  withoutTokens,
} from '@livekit-swarm/livekit';
import type { ClientSample, EventName, ParticipantLine, SeriesSample } from '@livekit-swarm/record';
import { type ClientEngineName, keyAt, type ParticipantPlan } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { Admission, EngineOptions } from '../engine.ts';
import { type Emit, type EventDetails, eventEmitter } from '../event-lines.ts';
import type { ExchangeMeter } from '../exchange/exchange-meter.ts';
import { lineHeadOf, outcomeOf, type SessionState } from '../outcome.ts';
import type { Client, ClientEvent, ClientHost, ClientReading } from './client.ts';
import { ClientConversation } from './client-conversation.ts';
import { ClientStreams } from './client-streams.ts';
import { type Evidence, keepEvidence } from './evidence.ts';
import { readStats } from './read-stats.ts';

export interface ClientParticipantOptions {
  plan: ParticipantPlan & { engine: ClientEngineName };
  engine: EngineOptions;
  clock: Clock;
  /** Offset from the clock of this host to the shared clock, ms. */
  clockCorrection: { readonly ms: number };
  host: ClientHost;
  exchanges: Pick<ExchangeMeter, 'addCall' | 'addStream' | 'addFrames'>;
}

/**
 * Lateness of timers above which a client is starved of CPU time, ms: late frames are then caused
 * by this host.
 */
const STARVED_LAG_MS = 300;
/** Time after starvation in which the client still decodes and shows late media, ms. */
const AFTER_STARVING_MS = 2_000;

const READ_EVERY_MS = 1_000;
/** Time for the last reading before a leave, ms: a longer answer means that the client is stuck. */
const LAST_READ_MS = 900;

const FIRST_PAUSE_MS = 500;

/** Participant of the plan that is a real client: its join and its record lines. */
export class ClientParticipant {
  readonly #options: ClientParticipantOptions;
  readonly #streams = new ClientStreams();
  readonly #evidence: Evidence;
  readonly #report: Emit;
  /** Part in a conversation with a voice agent; null: none. */
  readonly #conversation: ClientConversation | null;
  #opening: Promise<Client> | null = null;
  #client: Client | null = null;
  #state: SessionState = 'joining';
  #reason: string | null = null;
  #joinFrom: number;
  #joinTimeMs: number | null = null;
  #resumes = 0;
  #reconnects = 0;
  #others: readonly string[] = [];
  #lagMs = 0;
  #starvedUntil = Number.NEGATIVE_INFINITY;
  /** Series that were read since the last sample. */
  #series: SeriesSample[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isLeaving = false;
  /**
   * Secret of end-to-end encryption at the start of the run, and the number of key changes since
   * then.
   */
  #secret: E2eeSecret | undefined;
  #keyNumber: number;
  /** True once an encryption error with the current key was reported. */
  #hasWarned = false;

  constructor(options: ClientParticipantOptions) {
    const { plan, engine, clock } = options;
    this.#options = options;
    this.#report = eventEmitter(plan, engine);
    const { conversation } = plan;
    this.#conversation =
      conversation === undefined
        ? null
        : new ClientConversation({ conversation, clock, emit: this.#report });
    this.#evidence = keepEvidence(engine.dir ?? null, plan);
    this.#joinFrom = engine.startedAtMs + plan.joinAtMs;
    const change = plan.e2ee?.keyChange;
    this.#keyNumber = change === undefined ? 0 : keyAt(change, plan.joinAtMs);
  }

  get isConnected(): boolean {
    return this.#state === 'in' && !this.#isLeaving;
  }

  /** Start the client, so that the join does not wait for its start. */
  prepare(): void {
    this.#opening ??= this.#options.host.open(this.#options.plan, (event) => this.#onClient(event));
    this.#opening.catch(() => {});
  }

  async join(admission: Admission): Promise<void> {
    const { engine, clock } = this.#options;
    this.#secret = admission.e2ee;
    this.prepare();
    try {
      this.#client = (await this.#opening) ?? null;
    } catch (error) {
      this.#fail('client_not_started', messageOf(error));
      return;
    }
    const client = this.#client;
    if (client === null) return;
    // The join time begins when the client is ready: the server has no part in its start.
    this.#joinFrom = Math.max(this.#joinFrom, clock.now());
    for (let attempt = 1; !this.#isLeaving && this.#state === 'joining'; attempt++) {
      const startedAt = clock.now();
      const admitted = await this.#admit(admission);
      const admittedAt = clock.now();
      if (this.#isLeaving) return;
      const joined = 'url' in admitted ? await this.#joinBy(client, admitted) : admitted;
      if (this.#isLeaving || this.#state !== 'joining') return;
      if (joined.ok) {
        const at = clock.now();
        const started = startedAt - this.#joinFrom;
        const token = admittedAt - this.#joinFrom;
        this.#state = 'in';
        this.#reason = null;
        this.#joinTimeMs = at - this.#joinFrom;
        const { signalMs, iceMs, dtlsMs, node, serverVersion } = joined;
        this.#emit('joined', {
          attempt,
          phases: {
            started,
            ...(admission.endpoint !== undefined && { token }),
            ...(signalMs !== null && { signal: token + signalMs }),
            ...(iceMs !== null && { ice: token + iceMs }),
            ...(dtlsMs !== null && { dtls: token + dtlsMs }),
            joined: at - this.#joinFrom,
          },
          ...(node !== '' && { node }),
          ...(serverVersion !== '' && { serverVersion }),
        });
        for (const { message } of joined.rejected)
          this.#emit('warning', { reason: 'publish_rejected', message: withoutTokens(message) });
        const isMute = joined.rejected.some(({ kind }) => kind === 'audio');
        this.#conversation?.connected(isMute ? null : client);
        this.#readSoon();
        return;
      }
      const message = withoutTokens(joined.message);
      const isFinal =
        REJECTED.has(joined.reason) ||
        ('retryable' in joined && joined.retryable === false) ||
        attempt >= engine.joinAttempts;
      if (isFinal) {
        this.#fail(joined.reason, message);
        return;
      }
      this.#reason = joined.reason;
      const durationMs = clock.now() - this.#joinFrom;
      this.#emit('join_retry', { attempt, durationMs, reason: joined.reason, message });
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }

  /** Join with the current key; if the key changed during the join, hand over the new one. */
  async #joinBy(client: Client, { e2ee: _, ...admission }: Admission) {
    const number = this.#keyNumber;
    const e2ee = this.#key;
    const joined = await client.join({ ...admission, ...(e2ee !== undefined && { e2ee }) });
    if (joined.ok && number !== this.#keyNumber) this.#giveKey(client);
    return joined;
  }

  get #key(): E2eeSecret | undefined {
    const by = this.#options.plan.e2ee?.keyChange?.by ?? 'new-key';
    return this.#secret === undefined ? undefined : laterKey(this.#secret, by, this.#keyNumber);
  }

  changeKey(number: number): void {
    this.#keyNumber = number;
    this.#hasWarned = false;
    if (this.isConnected && this.#client !== null) this.#giveKey(this.#client);
  }

  #giveKey(client: Client): void {
    const key = this.#key;
    if (key === undefined) return;
    client.changeKey?.(key).catch((error: unknown) => {
      if (!this.isConnected) return;
      this.#emit('warning', {
        reason: 'key_not_changed',
        message: withoutTokens(messageOf(error)),
      });
    });
  }

  /** Request the URL and the token of this attempt from the endpoint, if there is one. */
  async #admit(
    admission: Admission,
  ): Promise<Admission | { ok: false; reason: string; message: string; retryable: boolean }> {
    const { endpoint } = admission;
    if (endpoint === undefined) return admission;
    const { plan, engine } = this.#options;
    const answer = await askTokenEndpoint(endpoint, plan, engine.joinTimeoutMs);
    return isTicket(answer) ? { ...admission, ...answer } : { ok: false, ...answer };
  }

  /** Measurements since the last call. */
  sample(): { series: SeriesSample[]; client: ClientSample } {
    const { identity, group, role, engine } = this.#options.plan;
    const sampled = {
      series: this.#series,
      client: {
        identity,
        group,
        role,
        engine,
        lagMs: Math.round(this.#lagMs),
        starved: this.#isStarved,
      },
    };
    this.#series = [];
    return sampled;
  }

  async leave(): Promise<ParticipantLine> {
    const { plan, engine, clock } = this.#options;
    this.#isLeaving = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const wasIn = this.#state === 'in';
    this.#conversation?.lost();
    if (wasIn) await Promise.race([this.#read().catch(() => {}), sleep(LAST_READ_MS)]);
    this.#conversation?.report(this.#starvedUntil);
    const now = clock.now();
    await this.#evidence.settled();
    // The leave does not wait for this: a browser takes time to close a page.
    void this.#close();
    if (wasIn) this.#emit('left', {});
    return {
      ...lineHeadOf(plan, engine, now),
      ...outcomeOf(this.#state, this.#reason),
      joinTimeMs: this.#joinTimeMs,
      resumes: this.#resumes,
      reconnects: this.#reconnects,
      ...(this.#joinTimeMs !== null && { remoteParticipants: this.#others.length }),
      engine: plan.engine,
      expectedTracks: plan.expectedTracks,
      tracks: this.#streams.results(now, this.#options.clockCorrection.ms),
    };
  }

  async #close(): Promise<void> {
    const client = this.#client ?? (await this.#opening?.catch(() => null)) ?? null;
    await client?.leave();
  }

  get #isStarved(): boolean {
    return this.#options.clock.now() < this.#starvedUntil;
  }

  #readSoon(): void {
    this.#timer = setTimeout(async () => {
      try {
        await this.#read();
      } catch {
        // A client that does not answer is starved of CPU time, or it has ended, which is reported
        // as an event.
        this.#starve();
      }
      if (this.isConnected) this.#readSoon();
    }, READ_EVERY_MS);
  }

  #starve(): void {
    this.#starvedUntil = this.#options.clock.now() + AFTER_STARVING_MS;
  }

  async #read(): Promise<void> {
    const reading = await this.#client?.read();
    if (reading === undefined) return;
    this.#take(reading);
  }

  #take(reading: ClientReading): void {
    const { plan, clock } = this.#options;
    const now = clock.now();
    this.#evidence.add(now, reading.peers);
    this.#others = reading.others;
    this.#lagMs = reading.lagMs;
    if (reading.lagMs > STARVED_LAG_MS) this.#starve();
    this.#conversation?.report(this.#starvedUntil);
    const { engine, clockCorrection, exchanges } = this.#options;
    for (const call of reading.calls ?? []) exchanges.addCall(plan, call);
    for (const stream of reading.streams ?? []) exchanges.addStream(plan, stream);
    if (reading.frames !== undefined) exchanges.addFrames(plan, reading.frames);
    // Clocks of two hosts may differ by more than the latency of a frame: frames from other hosts
    // are not timed.
    const isElsewhere = (identity: string | undefined): boolean =>
      engine.elsewhere?.some((one) => one.identity === identity) ?? false;
    const tracks = reading.tracks.map(({ timed, ...facts }) =>
      timed === undefined || isElsewhere(facts.publisher) ? facts : { ...facts, timed },
    );
    const peers = reading.peers.map((stats) => readStats(stats, tracks));
    this.#streams.read(peers, now);
    this.#series.push(...this.#streams.take(plan, !this.#isStarved, clockCorrection.ms));
  }

  #onClient(event: ClientEvent): void {
    const { clock } = this.#options;
    if (this.#isLeaving) return;
    switch (event.type) {
      case 'first_media':
        this.#emit('first_media', { durationMs: clock.now() - this.#joinFrom });
        return;
      case 'encryption_error':
        // A client with the wrong key reports an error for each frame; the record gets one for each
        // key.
        if (!this.#hasWarned)
          this.#emit('warning', {
            reason: 'encryption_error',
            message: withoutTokens(event.message),
          });
        this.#hasWarned = true;
        return;
      case 'signal_lost':
        this.#conversation?.lost();
        this.#emit('signal_lost', {
          reason: 'connection_lost',
          message: 'the client reported that it lost its connection',
        });
        return;
      case 'resumed':
      case 'reconnected': {
        if (event.type === 'resumed') this.#resumes++;
        else this.#reconnects++;
        const { durationMs, node } = event;
        this.#emit(event.type, { durationMs, ...(node !== '' && { node }) });
        this.#conversation?.recovered();
        return;
      }
      case 'disconnected':
        if (this.#state === 'joining') this.#fail(event.reason, event.message);
        else if (this.#state === 'in') this.#end('disconnected', event.reason, event.message);
        return;
      case 'agents':
      case 'voice_began':
      case 'voice_ended':
      case 'spoken':
        this.#conversation?.take(event);
    }
  }

  #fail(reason: string, message: string): void {
    this.#end('join_failed', reason, message, {
      durationMs: this.#options.clock.now() - this.#joinFrom,
    });
  }

  #end(
    state: 'join_failed' | 'disconnected',
    reason: string,
    message: string,
    details: EventDetails = {},
  ): void {
    if (this.#isLeaving) return;
    this.#conversation?.lost();
    this.#state = state;
    this.#reason = reason;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#emit(state, { ...details, reason, message: withoutTokens(message) });
    this.#evidence.write(`${state}: ${reason}`, this.#client);
  }

  #emit(event: EventName, details: EventDetails): void {
    this.#report(event, this.#options.clock.now(), details);
  }
}

/** Reasons that another attempt to join would not change. */
const REJECTED: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'browser_ended']);
