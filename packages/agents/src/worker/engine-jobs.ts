import { NativeEngine } from '@livekit-swarm/engine';
import { systemClock } from '@livekit-swarm/livekit';
import type { EventLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings';
import type { AgentEvent, AgentJob, AgentJobs } from './agent-jobs.ts';

interface RunningJob {
  index: number;
  hasJoined: boolean;
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
const JOIN_TIMEOUT_MS = 10_000;

/** Agents that are participants of one engine, in this process. */
export class EngineJobs implements AgentJobs {
  readonly #onEvent: (event: AgentEvent) => void;
  readonly #engine: NativeEngine;
  readonly #startedAtMs = systemClock.now();
  readonly #jobs = new Map<string, RunningJob>();
  readonly #watch: NodeJS.Timeout;
  #nextIndex = 0;
  #isClosed = false;

  constructor(onEvent: (event: AgentEvent) => void) {
    this.#onEvent = onEvent;
    this.#engine = new NativeEngine({
      threads: 1,
      startedAtMs: this.#startedAtMs,
      joinTimeoutMs: JOIN_TIMEOUT_MS,
      joinAttempts: 2,
      signalling: 'auto',
      onEvent: (event) => this.#take(event),
    });
    this.#watch = setInterval(() => this.#endFinished(), WATCH_EVERY_MS);
  }

  start(job: AgentJob): void {
    const index = this.#nextIndex++;
    const begun = {
      ...{ hasJoined: false, aloneSince: null, hadCaller: false },
      ...{ error: null, hasEnded: false },
    };
    this.#jobs.set(job.id, { index, ...begun });
    this.#engine
      .join(
        planOf(index, job),
        { url: job.url, token: job.token },
        systemClock.now() - this.#startedAtMs,
      )
      .catch((error: unknown) => this.#end(job.id, messageOf(error)));
  }

  end(jobId: string): void {
    void this.#end(jobId, this.#jobs.get(jobId)?.error ?? null);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#watch);
    await this.#engine.close();
  }

  #take({ event, identity, message, reason, durationMs: afterMs = 0 }: EventLine): void {
    const jobId = identity ?? '';
    const job = this.#jobs.get(jobId);
    if (job === undefined) return;
    if (event === 'agent_answered') this.#onEvent({ event: 'answered', jobId, afterMs });
    if (event === 'agent_stopped') this.#onEvent({ event: 'stopped', jobId, afterMs });
    if (event === 'joined') job.hasJoined = true;
    if (event !== 'join_failed' && event !== 'disconnected') return;
    job.hasEnded = true;
    if (event === 'join_failed') job.error = message ?? reason ?? 'the join failed';
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
    if (job === undefined || this.#isClosed) return;
    this.#jobs.delete(jobId);
    if (this.#engine.view(job.index) !== undefined) await this.#engine.leave(job.index);
    this.#onEvent({ event: 'ended', jobId, error });
  }
}

const planOf = (index: number, { id, room, answers }: AgentJob): ParticipantPlan => ({
  index,
  identity: id,
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
