import { setTimeout as sleep } from 'node:timers/promises';

import {
  askTokenEndpoint,
  type Clock,
  type E2eeSecret,
  isTicket,
  laterKey,
  withoutTokens,
} from '@livekit-swarm/livekit';
import type { ClientSample, EventLine, ParticipantLine, SeriesSample } from '@livekit-swarm/record';
import { type ClientEngineName, keyAt, type ParticipantPlan } from '@livekit-swarm/scenario';
import type { Admission, EngineOptions } from '../engine.ts';
import { outcomeOf, type SessionState } from '../outcome.ts';
import type { Client, ClientEvent, ClientHost, ClientReading } from './client.ts';
import { ClientStreams } from './client-streams.ts';
import { type Evidence, keepEvidence } from './evidence.ts';
import { messageOf } from './message-of.ts';
import { readStats } from './read-stats.ts';

export interface ClientParticipantOptions {
  plan: ParticipantPlan & { engine: ClientEngineName };
  engine: EngineOptions;
  clock: Clock;
  /** What the clock of this host lacks to that which the hosts of the run share. */
  clockCorrection: { readonly ms: number };
  host: ClientHost;
}

/** A client whose timers are this late does not get the CPU time it needs, ms: a late frame is then its own fault. */
const STARVED_LAG_MS = 300;
/** What was late then is decoded and shown afterwards, ms. */
const AFTER_STARVING_MS = 2_000;

const READ_EVERY_MS = 1_000;
/** An answer takes longer than this only if the client is stuck, ms. */
const LAST_READ_MS = 900;

const FIRST_PAUSE_MS = 500;

/** One participant of the plan that is a real client: its join and its record lines. */
export class ClientParticipant {
  readonly #options: ClientParticipantOptions;
  readonly #streams = new ClientStreams();
  readonly #evidence: Evidence;
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
  /** Series since the last sample. */
  #series: SeriesSample[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isLeaving = false;
  /** Of end-to-end encryption: the secret at the start of the run, and how often its key has changed. */
  #secret: E2eeSecret | undefined;
  #keyNumber: number;
  /** Of an encryption error. */
  #hasWarned = false;

  constructor(options: ClientParticipantOptions) {
    const { plan, engine } = options;
    this.#options = options;
    this.#evidence = keepEvidence(engine.dir ?? null, plan);
    this.#joinFrom = engine.startedAtMs + plan.joinAtMs;
    const change = plan.e2ee?.keyChange;
    this.#keyNumber = change === undefined ? 0 : keyAt(change, plan.joinAtMs);
  }

  get isIn(): boolean {
    return this.#state === 'in' && !this.#isLeaving;
  }

  /** Starts the client, so that the join does not have to wait for it. */
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
    // A join counts from when its client was there: the server has no part in starting that.
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

  /** With the key of this moment: it may change while the client joins. */
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
    if (this.isIn && this.#client !== null) this.#giveKey(this.#client);
  }

  #giveKey(client: Client): void {
    const key = this.#key;
    if (key === undefined) return;
    client.changeKey?.(key).catch((error: unknown) => {
      if (!this.isIn) return;
      this.#emit('warning', {
        reason: 'key_not_changed',
        message: withoutTokens(messageOf(error)),
      });
    });
  }

  /** With the URL and the token of this attempt. */
  async #admit(
    admission: Admission,
  ): Promise<Admission | { ok: false; reason: string; message: string; retryable: boolean }> {
    const { endpoint } = admission;
    if (endpoint === undefined) return admission;
    const { plan, engine } = this.#options;
    const answer = await askTokenEndpoint(endpoint, plan, engine.joinTimeoutMs);
    return isTicket(answer) ? { ...admission, ...answer } : { ok: false, ...answer };
  }

  /** What happened since the last call. */
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
    if (wasIn) await Promise.race([this.#read().catch(() => {}), sleep(LAST_READ_MS)]);
    const now = clock.now();
    await this.#evidence.settled();
    // Without waiting: a browser takes its time to close a page.
    void this.#close();
    if (wasIn) this.#emit('left', {});
    const { identity, group, room, role, joinAtMs, leaveAtMs, expectedTracks } = plan;
    return {
      type: 'participant',
      at: now - engine.startedAtMs,
      shard: engine.shard ?? 0,
      identity,
      group,
      room,
      role,
      joinAtMs,
      leaveAtMs,
      ...outcomeOf(this.#state, this.#reason),
      joinTimeMs: this.#joinTimeMs,
      resumes: this.#resumes,
      reconnects: this.#reconnects,
      ...(this.#joinTimeMs !== null && { remoteParticipants: this.#others.length }),
      engine: plan.engine,
      expectedTracks,
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
        // A client that does not answer is starved, or it has ended; then there is an event.
        this.#starve();
      }
      if (this.isIn) this.#readSoon();
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
    const { engine, clockCorrection } = this.#options;
    // The clocks of two hosts differ by more than a frame takes.
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
        // A client with the wrong key reports it for each frame: it is recorded once for each key.
        if (!this.#hasWarned)
          this.#emit('warning', {
            reason: 'encryption_error',
            message: withoutTokens(event.message),
          });
        this.#hasWarned = true;
        return;
      case 'signal_lost':
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
        return;
      }
      case 'disconnected':
        if (this.#state === 'joining') this.#fail(event.reason, event.message);
        else if (this.#state === 'in') this.#end('disconnected', event.reason, event.message);
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
    details: Partial<EventLine> = {},
  ): void {
    if (this.#isLeaving) return;
    this.#state = state;
    this.#reason = reason;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#emit(state, { ...details, reason, message: withoutTokens(message) });
    this.#evidence.write(`${state}: ${reason}`, this.#client);
  }

  #emit(event: EventLine['event'], details: Partial<EventLine>): void {
    const { plan, engine, clock } = this.#options;
    const { identity, group, room, role } = plan;
    engine.onEvent({
      type: 'event',
      at: clock.now() - engine.startedAtMs,
      event,
      identity,
      group,
      room,
      role,
      ...details,
    });
  }
}

/** The server has decided: another attempt would end in the same way. */
const REJECTED: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'browser_ended']);
