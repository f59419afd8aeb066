import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@livekit/protocol';
import { NativeEngine } from '@livekit-swarm/engine';
import {
  type ApiTarget,
  agentDispatchOf,
  apiErrorOf,
  readTransfer,
  systemClock,
} from '@livekit-swarm/livekit';
import type { EventLine } from '@livekit-swarm/record';
import type { Answers, ParticipantPlan, Transfer } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings';
import { type Assignment, WorkerConnection } from './worker-connection.ts';
import type { ShownWorker } from './worker-pages.ts';

export interface ReferenceWorkerOptions {
  target: ApiTarget;
  /** Name of the agent; empty: a job in every room. */
  agentName: string;
  answers: Answers;
  /** Largest number of jobs at a time. */
  maxJobs: number;
  /** Take a message about a job, for the log. */
  onEvent(event: WorkerEvent): void;
}

/** Event of a worker. */
export type WorkerEvent =
  | { event: 'answered' | 'stopped'; room: string; afterMs: number }
  | { event: 'registered'; workerId: string }
  | { event: 'job_accepted' | 'job_rejected' | 'job_ended'; jobId: string; room: string }
  | { event: 'job_failed'; jobId: string; room: string; message: string }
  | { event: 'transferred'; room: string; to: string }
  | { event: 'transfer_failed'; room: string; to: string; message: string }
  | { event: 'connection_lost'; message: string };

interface RunningJob {
  index: number;
  room: string;
  hasJoined: boolean;
  /** Transfer of the caller that the dispatch asks for; null: none, or it is made. */
  transfer: Transfer | null;
  answers: number;
  /** Time since which no caller is in the room, ms; null: there is one. */
  aloneSince: number | null;
  /** True if a caller has been in the room. */
  hadCaller: boolean;
  /** Error that ended the session; null: none. */
  error: string | null;
  hasEnded: boolean;
}

const WATCH_EVERY_MS = 500;
/** An agent leaves a room in which it has been alone for this long, ms: its caller has left. */
const ALONE_MS = 3_000;
/** It waits for its first caller: a room may be created before. */
const WITHOUT_CALLER_MS = 60_000;
const DISPATCH_SECONDS = 10;
const JOIN_TIMEOUT_MS = 10_000;
const RECONNECT_MS = [500, 1_000, 2_000, 4_000, 8_000];
const VERSION = 'livekit-swarm reference agent';
/** The server offers nothing to a worker at its target load, 0.7. */
const LOAD_BELOW_FULL = 0.65;

/** Worker without models: joins the room of each job, and answers callers after a known time. */
export class ReferenceWorker implements ShownWorker {
  readonly #options: ReferenceWorkerOptions;
  readonly #engine: NativeEngine;
  readonly #startedAtMs = systemClock.now();
  readonly #jobs = new Map<string, RunningJob>();
  /** Jobs that were accepted and not assigned yet. */
  readonly #accepted = new Set<string>();
  readonly #watch: NodeJS.Timeout;
  #connection: WorkerConnection | null = null;
  #nextIndex = 0;
  #isRegistered = false;
  #isDraining = false;
  #isClosed = false;

  /** Start a worker. @throws SwarmError `unreachable` if it cannot register */
  static async start(options: ReferenceWorkerOptions): Promise<ReferenceWorker> {
    const worker = new ReferenceWorker(options);
    try {
      await worker.#connect();
    } catch (error) {
      await worker.close();
      throw error;
    }
    return worker;
  }

  private constructor(options: ReferenceWorkerOptions) {
    this.#options = options;
    this.#engine = new NativeEngine({
      threads: 1,
      startedAtMs: this.#startedAtMs,
      joinTimeoutMs: JOIN_TIMEOUT_MS,
      joinAttempts: 2,
      signalling: 'auto',
      onEvent: (event) => this.#onEvent(event),
    });
    this.#watch = setInterval(() => this.#endFinished(), WATCH_EVERY_MS);
  }

  get jobs(): number {
    return this.#jobs.size;
  }

  get agentName(): string {
    return this.#options.agentName;
  }

  get version(): string {
    return VERSION;
  }

  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  /** Load that the worker reports: only that of a full worker is one at which nothing is offered. */
  get load(): number {
    const { maxJobs } = this.#options;
    return this.jobs >= maxJobs ? 1 : (LOAD_BELOW_FULL * this.jobs) / maxJobs;
  }

  /** Accept no more jobs. Resolves when all have ended, at most after `longestMs`. */
  async drain(longestMs: number): Promise<void> {
    this.#isDraining = true;
    this.#report();
    const until = performance.now() + longestMs;
    // A job that was accepted is assigned in a moment.
    const isBusy = (): boolean => this.#jobs.size + this.#accepted.size > 0;
    while (isBusy() && performance.now() < until) await sleep(100);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isRegistered = false;
    clearInterval(this.#watch);
    this.#connection?.close();
    await this.#engine.close();
  }

  async #connect(): Promise<void> {
    const { target, agentName, onEvent } = this.#options;
    const connection = await WorkerConnection.open({
      target,
      agentName,
      version: this.version,
      // It can speak as soon as its track is published.
      attributes: { 'lk.agent.state': 'listening' },
      accept: (job) => this.#accept(job),
      onAssignment: (assignment) => void this.#run(assignment),
      onTermination: (jobId) => {
        const job = this.#jobs.get(jobId);
        if (job !== undefined) job.hasEnded = true;
      },
      onClosed: (message) => {
        this.#isRegistered = false;
        onEvent({ event: 'connection_lost', message });
        void this.#reconnect();
      },
    });
    if (this.#isClosed) {
      connection.close();
      return;
    }
    this.#connection = connection;
    this.#isRegistered = true;
    onEvent({ event: 'registered', workerId: connection.workerId });
    this.#report();
  }

  /** Register again after the server, or the way to it, has failed; jobs continue meanwhile. */
  async #reconnect(): Promise<void> {
    for (let attempt = 0; !this.#isClosed; attempt++) {
      await sleep(RECONNECT_MS[Math.min(attempt, RECONNECT_MS.length - 1)]);
      if (this.#isClosed) return;
      try {
        return await this.#connect();
      } catch (error) {
        this.#options.onEvent({ event: 'connection_lost', message: messageOf(error) });
      }
    }
  }

  #accept(job: Job): string | null {
    const { maxJobs, agentName, onEvent } = this.#options;
    const room = job.room?.name ?? '';
    const isFull = this.#jobs.size + this.#accepted.size >= maxJobs;
    if (this.#isDraining || isFull) {
      onEvent({ event: 'job_rejected', jobId: job.id, room });
      return null;
    }
    this.#accepted.add(job.id);
    // An offer that another worker wins is not assigned.
    setTimeout(() => this.#accepted.delete(job.id), JOIN_TIMEOUT_MS).unref();
    onEvent({ event: 'job_accepted', jobId: job.id, room });
    return `agent-${agentName === '' ? 'reference' : agentName}-${job.id}`;
  }

  async #run({ job, url, token }: Assignment): Promise<void> {
    const { target, answers } = this.#options;
    this.#accepted.delete(job.id);
    if (this.#isClosed || this.#jobs.has(job.id)) return;
    const index = this.#nextIndex++;
    const room = job.room?.name ?? '';
    const begun = {
      ...{ transfer: readTransfer(job.metadata), answers: 0 },
      ...{ hasJoined: false, aloneSince: null, hadCaller: false },
      ...{ error: null, hasEnded: false },
    };
    this.#jobs.set(job.id, { index, room, ...begun });
    this.#report();
    const address = url === undefined || url === '' ? target.url : url;
    try {
      await this.#engine.join(
        planOf(index, room, job.id, answers),
        { url: address, token },
        systemClock.now() - this.#startedAtMs,
      );
    } catch (error) {
      await this.#end(job.id, messageOf(error));
    }
  }

  #onEvent({ event, identity, message, reason, durationMs: afterMs = 0 }: EventLine): void {
    const job = this.#jobs.get(identity ?? '');
    if (job === undefined) return;
    const { room } = job;
    if (event === 'agent_answered') {
      this.#options.onEvent({ event: 'answered', room, afterMs });
      job.answers += 1;
      if (job.transfer !== null && job.answers >= job.transfer.after)
        void this.#transfer(identity ?? '', job, job.transfer);
    }
    if (event === 'agent_stopped') this.#options.onEvent({ event: 'stopped', room, afterMs });
    if (event === 'joined') job.hasJoined = true;
    if (event !== 'join_failed' && event !== 'disconnected') return;
    job.hasEnded = true;
    if (event === 'join_failed') job.error = message ?? reason ?? 'the join failed';
  }

  /** Dispatch the next agent into the room of a job, and leave; stay if that fails. */
  async #transfer(jobId: string, job: RunningJob, { to }: Transfer): Promise<void> {
    const { target, onEvent } = this.#options;
    const { room } = job;
    job.transfer = null;
    try {
      const dispatcher = await agentDispatchOf(target, DISPATCH_SECONDS);
      await dispatcher.createDispatch(room, to);
      onEvent({ event: 'transferred', room, to });
    } catch (error) {
      onEvent({ event: 'transfer_failed', room, to, message: apiErrorOf(error).message });
      return;
    }
    await this.#end(jobId, null);
  }

  /** End jobs whose callers have left, and those whose session has ended. */
  #endFinished(): void {
    const now = performance.now();
    for (const [jobId, job] of this.#jobs) {
      const { others = [], agents = [] } = this.#engine.view(job.index) ?? {};
      // Two agents would keep each other in a room. An agent that joins has no view of it yet.
      const hasCaller = others.length > agents.length;
      job.hadCaller ||= hasCaller;
      if (hasCaller || !job.hasJoined) job.aloneSince = null;
      else job.aloneSince ??= now;
      const longest = job.hadCaller ? ALONE_MS : WITHOUT_CALLER_MS;
      const isAlone = job.aloneSince !== null && now - job.aloneSince >= longest;
      if (job.hasEnded || isAlone) void this.#end(jobId, job.error);
    }
  }

  async #end(jobId: string, error: string | null): Promise<void> {
    const job = this.#jobs.get(jobId);
    if (job === undefined) return;
    this.#jobs.delete(jobId);
    if (this.#engine.view(job.index) !== undefined) await this.#engine.leave(job.index);
    this.#connection?.ended(jobId, error);
    this.#report();
    const { room } = job;
    if (error === null) this.#options.onEvent({ event: 'job_ended', jobId, room });
    else this.#options.onEvent({ event: 'job_failed', jobId, room, message: error });
  }

  #report(): void {
    const { load, jobs } = this;
    this.#connection?.report({ load, jobs, isFull: this.#isDraining });
  }
}

const planOf = (
  index: number,
  room: string,
  identity: string,
  answers: Answers,
): ParticipantPlan => ({
  index,
  identity,
  group: 'agents',
  room,
  role: 'agent',
  joinAtMs: 0,
  leaveAtMs: Number.POSITIVE_INFINITY,
  publish: [{ kind: 'audio' }],
  subscribe: true,
  layout: { type: 'audio-only' },
  data: [],
  grants: {},
  network: null,
  path: 'direct',
  e2ee: null,
  answers,
  expectedTracks: { audio: 0, video: 0 },
});
