import { readWorker, type WorkerFacts } from '@livekit-swarm/agents';
import { messageOf } from '@livekit-swarm/settings';
import { AgentLabels } from './agent-labels.ts';
import type { WorkerPool } from './config.ts';
import type { AgentHandles } from './job-watch.ts';
import { findWorkers } from './worker-addresses.ts';

/** Labels of what a worker states about itself. */
interface WorkerInfo {
  agent: string;
  version: string;
}

/** Worker whose series are shown. */
interface ShownWorker {
  problem: string | null;
  /** Null: its pages were never read. */
  info: WorkerInfo | null;
}

interface ReadWorker {
  worker: string;
  facts: WorkerFacts;
}

const LONGEST_VERSION = 60;

/** Watch of the workers of one pool, by their own pages: livekit-server lists no workers. */
export class PoolWatch {
  readonly #pool: WorkerPool;
  readonly #metrics: AgentHandles;
  readonly #log: (message: string) => void;
  readonly #labels = new AgentLabels();
  readonly #shown = new Map<string, ShownWorker>();
  #lastProblem: string | null = null;
  /** True while the pool has more workers than are watched. */
  #isCut = false;

  constructor(pool: WorkerPool, metrics: AgentHandles, log: (message: string) => void) {
    this.#pool = pool;
    this.#metrics = metrics;
    this.#log = log;
    if (pool.maxJobs !== null)
      metrics.livekit_swarm_agents_worker_max_jobs.set({ pool: pool.name }, pool.maxJobs);
  }

  /** Read the pages of all workers, and set the metrics. */
  async look(): Promise<void> {
    const { name: pool } = this.#pool;
    const { livekit_swarm_agents_workers: workers } = this.#metrics;
    const read = await this.#read();
    const present = new Set(read?.map(({ worker }) => worker));
    for (const worker of this.#shown.keys()) if (!present.has(worker)) this.#forget(worker);
    if (read === null) {
      // How many there are is not known; 0 would be an outage.
      for (const state of ['up', 'down']) workers.remove({ pool, state });
      return;
    }
    for (const one of read) this.#show(one);
    const up = read.filter(({ facts }) => facts.isRegistered).length;
    workers.set({ pool, state: 'up' }, up);
    workers.set({ pool, state: 'down' }, read.length - up);
  }

  /** Read the workers of the pool; null if their names cannot be resolved. */
  async #read(): Promise<ReadWorker[] | null> {
    try {
      const { workers, leftOut } = await findWorkers(this.#pool);
      this.#note(null);
      this.#noteCut(workers.length, leftOut);
      return await Promise.all(
        workers.map(async (one) => ({ worker: one.worker, facts: await readWorker(one) })),
      );
    } catch (error) {
      this.#note(messageOf(error));
      return null;
    }
  }

  #note(problem: string | null): void {
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#log(`${this.#pool.name}: ${problem ?? 'its names are resolved again'}`);
  }

  /** Log that not all workers are watched when it begins, and when it ends. */
  #noteCut(watched: number, leftOut: number): void {
    const isCut = leftOut > 0;
    if (isCut === this.#isCut) return;
    this.#isCut = isCut;
    this.#log(
      isCut
        ? `${this.#pool.name}: has ${watched + leftOut} workers, of which the first ${watched} are watched: make several pools of them`
        : `${this.#pool.name}: all its workers are watched again`,
    );
  }

  #show({ worker, facts }: ReadWorker): void {
    const labels = { pool: this.#pool.name, worker };
    const before = this.#shown.get(worker) ?? { problem: null, info: null };
    const { problem, isRegistered, activeJobs, load, startedAtMs } = facts;
    if (problem !== before.problem)
      this.#log(`${labels.pool}, ${worker}: ${problem ?? 'works again'}`);
    this.#metrics.livekit_swarm_agents_worker_up.set(labels, isRegistered ? 1 : 0);
    const levels = {
      livekit_swarm_agents_worker_jobs: activeJobs,
      livekit_swarm_agents_worker_load_ratio: load,
      livekit_swarm_agents_worker_start_time_seconds:
        startedAtMs === null ? null : startedAtMs / 1_000,
    };
    for (const [name, value] of Object.entries(levels) as [keyof typeof levels, number | null][])
      if (value === null) this.#metrics[name].remove(labels);
      else this.#metrics[name].set(labels, value);
    this.#shown.set(worker, { problem, info: this.#showInfo(worker, facts, before.info) });
  }

  /** Show agent and version; those of a worker that is down are kept. */
  #showInfo(
    worker: string,
    { agentName, sdkVersion }: WorkerFacts,
    before: WorkerInfo | null,
  ): WorkerInfo | null {
    if (agentName === null && sdkVersion === null) return before;
    const info = {
      agent: this.#labels.of(agentName ?? ''),
      version: (sdkVersion ?? '').slice(0, LONGEST_VERSION),
    };
    const { livekit_swarm_agents_worker_info: gauge } = this.#metrics;
    const labels = { pool: this.#pool.name, worker };
    if (before !== null) gauge.remove({ ...labels, ...before });
    gauge.set({ ...labels, ...info }, 1);
    return info;
  }

  #forget(worker: string): void {
    const labels = { pool: this.#pool.name, worker };
    const info = this.#shown.get(worker)?.info ?? null;
    this.#shown.delete(worker);
    for (const name of [
      'livekit_swarm_agents_worker_up',
      'livekit_swarm_agents_worker_jobs',
      'livekit_swarm_agents_worker_load_ratio',
      'livekit_swarm_agents_worker_start_time_seconds',
    ] as const)
      this.#metrics[name].remove(labels);
    if (info !== null)
      this.#metrics.livekit_swarm_agents_worker_info.remove({ ...labels, ...info });
  }
}
