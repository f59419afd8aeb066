import { counter, gauge, type MetricFamily } from './entry.ts';

/** States of a job, as the server reports them. */
export const JOB_STATES = ['pending', 'running', 'ended', 'failed'] as const;

const OF_AGENT = ['target', 'agent'] as const;
const WORKER = ['pool', 'worker'] as const;
const DISPATCHED = 'after the first dispatch of an agent with a name';
const POOLS = 'while `agents.workers` is configured';
const ENABLED = 'while the source agents is enabled';
const SHOWN = 'while the pages of the worker show it';

/** Metrics of voice agents: of rooms, from the API; of workers, from their own pages. */
export const AGENT_METRICS = {
  livekit_swarm_agents_participants: gauge('Voice agents in rooms', {
    labels: ['target'],
    why: ENABLED,
  }),
  livekit_swarm_agents_rooms_waiting: gauge(
    'Rooms with a dispatch of the agent and without an agent, now: livekit-server has no metric for them',
    { labels: OF_AGENT, why: DISPATCHED },
  ),
  livekit_swarm_agents_jobs_lost_total: counter(
    'Dispatches whose room had no agent for `agents.lostAfter`',
    { labels: OF_AGENT, why: DISPATCHED },
  ),
  livekit_swarm_agents_jobs: gauge(
    'Jobs of open rooms, by state; the job of a dead agent is running until the agent has left the room',
    { labels: [...OF_AGENT, 'state'], values: { state: JOB_STATES }, why: DISPATCHED },
  ),
  livekit_swarm_agents_rooms_unread: gauge(
    'Rooms whose dispatches cannot be read, as their node does not answer',
    { labels: ['target'], why: ENABLED },
  ),
  livekit_swarm_agents_api_errors_total: counter('Polls of the API that failed', {
    labels: ['target'],
    why: ENABLED,
  }),
  livekit_swarm_agents_workers: gauge(
    'Workers of the pool: up while their health page states that they are registered',
    { labels: ['pool', 'state'], values: { state: ['up', 'down'] }, why: POOLS },
  ),
  livekit_swarm_agents_worker_up: gauge('1 while the worker is registered', {
    labels: WORKER,
    why: POOLS,
  }),
  livekit_swarm_agents_worker_jobs: gauge('Jobs of the worker, of all its rooms', {
    labels: WORKER,
    why: SHOWN,
  }),
  livekit_swarm_agents_worker_load_ratio: gauge(
    'Load that the worker reports; at 0.7 the server offers it no more jobs',
    { labels: WORKER, why: SHOWN },
  ),
  livekit_swarm_agents_worker_start_time_seconds: gauge('Unix time at which the worker started', {
    labels: WORKER,
    why: 'while the metrics of the worker show it',
  }),
  livekit_swarm_agents_worker_info: gauge('Agent and SDK version of the worker: always 1', {
    labels: [...WORKER, 'agent', 'version'],
    why: SHOWN,
  }),
  livekit_swarm_agents_worker_max_jobs: gauge('Jobs that a worker of the pool carries', {
    labels: ['pool'],
    why: 'while `maxJobs` of the pool is configured',
  }),
} as const satisfies MetricFamily;
