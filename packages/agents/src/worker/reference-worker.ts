import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@livekit/protocol';
import { type ApiTarget, agentDispatchOf, apiErrorOf, readTransfer } from '@livekit-swarm/livekit';
import type { Answers, Transfer } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings';
import type { ShownWorker } from '../worker-pages.ts';
import type { AgentEvent } from './agent-jobs.ts';
import { EngineJobs } from './engine-jobs.ts';
import { ProcessJobs } from './process-jobs.ts';
import { cpuSecondsWith, residentBytesWith } from './process-usage.ts';
import { type Assignment, WorkerConnection } from './worker-connection.ts';

export interface ReferenceWorkerOptions {
  target: ApiTarget;
  /** Name of the agent; empty: a job in every room. */
  agentName: string;
  /** Beginning of the identities of its agents. Default: `agent-` and the name of the agent. */
  workerName?: string | undefined;
  answers: Answers;
  /** Largest number of jobs at a time. */
  maxJobs: number;
  /**
   * Time for which jobs continue after the death of the worker, ms: each has a process. Default:
   * all are in this process, and die with it.
   */
  orphanMs?: number | null;
  /** Take a message about a job, for the log. */
  onEvent(event: WorkerEvent): void;
}

/** Event of a worker. */
export type WorkerEvent =
  | { event: 'answered' | 'stopped'; room: string; afterMs: number }
  | { event: 'registered'; workerId: string }
  | { event: 'job_accepted' | 'job_rejected' | 'job_ended'; jobId: string; room: string }
  | { event: 'job_failed' | 'job_died'; jobId: string; room: string; message: string }
  | { event: 'transferred'; room: string; to: string }
  | { event: 'transfer_failed'; room: string; to: string; message: string }
  | { event: 'connection_lost'; message: string };

interface RunningJob {
  room: string;
  /** Transfer of the caller that the dispatch asks for; null: none, or it is made. */
  transfer: Transfer | null;
  answers: number;
}

const DISPATCH_SECONDS = 10;

/** Time in which the server assigns a job that was accepted, if it does, ms. */
const ASSIGNED_WITHIN_MS = 10_000;
const RECONNECT_MS = [500, 1_000, 2_000, 4_000, 8_000];
const VERSION = 'livekit-swarm reference agent';
/** The server offers nothing to a worker at its target load, 0.7. */
const LOAD_BELOW_FULL = 0.65;

/** Worker without models: joins the room of each job, and answers callers after a known time. */
export class ReferenceWorker implements ShownWorker {
  readonly #options: ReferenceWorkerOptions;
  readonly #agents: EngineJobs | ProcessJobs;
  readonly #jobs = new Map<string, RunningJob>();
  /** Jobs that were accepted and not assigned yet. */
  readonly #accepted = new Set<string>();
  #connection: WorkerConnection | null = null;
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
    const { orphanMs = null } = options;
    const take = (event: AgentEvent): void => this.#take(event);
    this.#agents = orphanMs === null ? new EngineJobs(take) : new ProcessJobs(take, orphanMs);
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

  get jobs(): number {
    return this.#jobs.size;
  }

  get cpuSeconds(): number {
    return cpuSecondsWith(this.#pidsOfJobs());
  }

  get residentBytes(): number {
    return residentBytesWith(this.#pidsOfJobs());
  }

  #pidsOfJobs(): readonly number[] {
    return this.#agents instanceof ProcessJobs ? this.#agents.pids : [];
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
    this.#connection?.close();
    await this.#agents.close();
  }

  /** End the processes of jobs, of a worker that must exit now. */
  kill(): void {
    if (this.#agents instanceof ProcessJobs) this.#agents.kill();
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
      onAssignment: (assignment) => this.#run(assignment),
      onTermination: (jobId) => this.#agents.end(jobId),
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
    setTimeout(() => this.#accepted.delete(job.id), ASSIGNED_WITHIN_MS).unref();
    onEvent({ event: 'job_accepted', jobId: job.id, room });
    const { workerName = `agent-${agentName === '' ? 'reference' : agentName}` } = this.#options;
    return `${workerName}-${job.id}`;
  }

  #run({ job, url, token }: Assignment): void {
    const { target, answers } = this.#options;
    this.#accepted.delete(job.id);
    if (this.#isClosed || this.#jobs.has(job.id)) return;
    const room = job.room?.name ?? '';
    this.#jobs.set(job.id, { room, transfer: readTransfer(job.metadata), answers: 0 });
    this.#report();
    const address = url === undefined || url === '' ? target.url : url;
    this.#agents.start({ id: job.id, room, url: address, token, answers });
  }

  #take(event: AgentEvent): void {
    const { onEvent } = this.#options;
    const { jobId } = event;
    const job = this.#jobs.get(jobId);
    if (job === undefined) return;
    const { room } = job;
    switch (event.event) {
      case 'answered':
        onEvent({ event: 'answered', room, afterMs: event.afterMs });
        job.answers += 1;
        if (job.transfer !== null && job.answers >= job.transfer.after)
          void this.#transfer(jobId, job, job.transfer);
        break;
      case 'stopped':
        onEvent({ event: 'stopped', room, afterMs: event.afterMs });
        break;
      case 'ended':
        this.#free(jobId);
        this.#connection?.ended(jobId, event.error);
        if (event.error === null) onEvent({ event: 'job_ended', jobId, room });
        else onEvent({ event: 'job_failed', jobId, room, message: event.error });
        break;
      case 'died':
        // LiveKit's SDK for Node.js reports nothing of such a job to the server, either.
        this.#free(jobId);
        onEvent({ event: 'job_died', jobId, room, message: event.message });
    }
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
    this.#agents.end(jobId);
  }

  #free(jobId: string): void {
    this.#jobs.delete(jobId);
    this.#report();
  }

  #report(): void {
    const { load, jobs } = this;
    this.#connection?.report({ load, jobs, isFull: this.#isDraining });
  }
}
