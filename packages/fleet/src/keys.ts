/**
 * Keys of the queue's Redis. Every key of a run has its id in the name, so that it can be removed.
 */

/** Prefix of BullMQ's keys. */
export const JOBS_PREFIX = 'swarm:jobs';

const AGENTS = 'swarm:agent:';
const RUNS = 'swarm:run:';

/** Key of an agent's facts; expires when the agent stops renewing it. */
export const agentKey = (agent: string): string => `${AGENTS}${agent}`;
export const AGENT_KEYS = `${AGENTS}*`;
export const agentOfKey = (key: string): string => key.slice(AGENTS.length);

/**
 * Key of the run for which an agent is reserved; expires when the coordinator stops renewing it.
 */
export const claimKey = (agent: string): string => `swarm:claim:${agent}`;

/** Channel on which an agent is invited to a run. */
export const invitationChannel = (agent: string): string => `swarm:invitations:${agent}`;

/** Key that exists while the coordinator of a run renews it. */
export const coordinatorKey = (run: string): string => `${RUNS}${run}:coordinator`;
export const COORDINATOR_KEYS = coordinatorKey('*');

/** Stream of results from all agents to the coordinator. */
export const resultsKey = (run: string): string => `${RUNS}${run}:results`;

/** Stream of commands from the coordinator to one agent. */
export const commandsKey = (run: string, agent: string): string => `${RUNS}${run}:to:${agent}`;

/** Key of the agent that has taken a job. It is set once, so that no other agent takes the job. */
export const jobKey = (run: string, job: number): string => `${RUNS}${run}:job:${job}`;

/** BullMQ queues of a run: that of its parent job, and that of its shards. */
export const runQueue = (run: string): string => run;
export const shardQueue = (run: string): string => `${run}-shards`;

/** Patterns of all keys of a run, and of all runs. */
export const keysOfRun = (run: string): string[] => [
  `${RUNS}${run}:*`,
  `${JOBS_PREFIX}:${runQueue(run)}:*`,
  `${JOBS_PREFIX}:${shardQueue(run)}:*`,
];
export const KEYS_OF_RUNS = [`${RUNS}*`, `${JOBS_PREFIX}:*`];

/** Run that a key belongs to; null: none. */
export const runOfKey = (key: string): string | null => {
  if (key.startsWith(RUNS)) return key.slice(RUNS.length).split(':', 1)[0] ?? null;
  if (key.startsWith(`${JOBS_PREFIX}:`))
    return (
      key
        .slice(JOBS_PREFIX.length + 1)
        .split(':', 1)[0]
        ?.replace(/-shards$/, '') ?? null
    );
  return null;
};
