import { type RoomFacts, readAgentRooms, waitsForAgent } from '@livekit-swarm/agents';
import { type AGENT_METRICS, JOB_STATES } from '@livekit-swarm/catalogue';
import type { Handles } from '@livekit-swarm/catalogue/registry';
import { type ApiTarget, apiErrorOf } from '@livekit-swarm/livekit';
import { AgentLabels } from './agent-labels.ts';
import { LostJobs } from './lost-jobs.ts';

export type AgentHandles = Handles<typeof AGENT_METRICS>;

/** Deployment whose rooms are watched. Keys are read for each poll, as they may be rotated. */
export interface WatchedDeployment extends ApiTarget {
  readonly name: string;
}

/** Missed polls after which the gauges are removed: their values are unknown then. */
const FORGET_AFTER = 3;

/** Watch of the dispatches, jobs and agents of one deployment, by its API. */
export class JobWatch {
  readonly #target: WatchedDeployment;
  readonly #metrics: AgentHandles;
  readonly #lost: LostJobs;
  readonly #log: (message: string) => void;
  readonly #labels = new AgentLabels();
  /** Labels of agents that have gauges. */
  readonly #shown = new Set<string>();
  #missed = 0;
  #lastReason: string | null = null;

  constructor(
    target: WatchedDeployment,
    lostAfterMs: number,
    metrics: AgentHandles,
    log: (message: string) => void,
  ) {
    this.#target = target;
    this.#metrics = metrics;
    this.#lost = new LostJobs(lostAfterMs);
    this.#log = log;
    metrics.livekit_swarm_agents_api_errors_total.inc({ target: target.name }, 0);
  }

  /** Poll the API, and set the metrics. @returns false if it did not answer */
  async look(): Promise<boolean> {
    const { name: target } = this.#target;
    try {
      const rooms = await readAgentRooms(this.#target);
      this.#missed = 0;
      this.#note(null);
      this.#show(rooms);
      return true;
    } catch (error) {
      this.#metrics.livekit_swarm_agents_api_errors_total.inc({ target });
      this.#missed += 1;
      this.#note(apiErrorOf(error));
      if (this.#missed === FORGET_AFTER) this.#forget();
      return false;
    }
  }

  #show(rooms: readonly RoomFacts[]): void {
    const { name: target } = this.#target;
    const {
      livekit_swarm_agents_participants: participants,
      livekit_swarm_agents_rooms_unread: unread,
      livekit_swarm_agents_jobs_lost_total: lost,
      livekit_swarm_agents_rooms_waiting: waiting,
      livekit_swarm_agents_jobs: jobs,
    } = this.#metrics;
    participants.set(
      { target },
      rooms.reduce((total, { agents }) => total + agents.length, 0),
    );
    unread.set({ target }, rooms.filter(({ problem }) => problem !== null).length);
    const dispatches = rooms.flatMap(({ dispatches: own, agents }) =>
      own
        .filter(({ agentName }) => agentName !== '')
        .map((dispatch) => ({
          agent: this.#labels.of(dispatch.agentName),
          jobs: dispatch.jobs,
          waits: waitsForAgent(dispatch, agents),
        })),
    );
    for (const { agent } of dispatches) this.#shown.add(agent);
    for (const agent of this.#shown) {
      // The counter begins with the first dispatch, so that the first lost job is an increase.
      lost.inc({ target, agent }, 0);
      waiting.set({ target, agent }, 0);
      for (const state of JOB_STATES) jobs.set({ target, agent, state }, 0);
    }
    for (const { agent, jobs: own, waits } of dispatches) {
      if (waits) waiting.inc({ target, agent });
      for (const { state } of own) jobs.inc({ target, agent, state });
    }
    for (const name of this.#lost.look(rooms, performance.now()))
      lost.inc({ target, agent: this.#labels.of(name) });
  }

  #forget(): void {
    const { name: target } = this.#target;
    this.#metrics.livekit_swarm_agents_participants.remove({ target });
    this.#metrics.livekit_swarm_agents_rooms_unread.remove({ target });
    for (const agent of this.#shown) {
      this.#metrics.livekit_swarm_agents_rooms_waiting.remove({ target, agent });
      for (const state of JOB_STATES)
        this.#metrics.livekit_swarm_agents_jobs.remove({ target, agent, state });
    }
  }

  /** Log an outage when it begins, changes and ends. */
  #note(failure: { reason: string; message: string } | null): void {
    const reason = failure?.reason ?? null;
    if (reason === this.#lastReason) return;
    this.#lastReason = reason;
    this.#log(`${this.#target.name}: ${failure?.message ?? 'the API answers again'}`);
  }
}
