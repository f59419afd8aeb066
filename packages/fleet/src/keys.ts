/** All keys of the queue's Redis. Whatever belongs to a run has its id in the name, so that it can be removed. */

/** Prefix of the keys that BullMQ makes. */
export const JOBS_PREFIX = 'swarm:jobs';

const AGENTS = 'swarm:agent:';
const RUNS = 'swarm:run:';

/** Facts of an agent; expires when the agent stops renewing it. */
export const agentKey = (agent: string): string => `${AGENTS}${agent}`;
export const AGENT_KEYS = `${AGENTS}*`;
export const agentOfKey = (key: string): string => key.slice(AGENTS.length);

/** The run that an agent is reserved for; expires when the coordinator stops renewing it. */
export const claimKey = (agent: string): string => `swarm:claim:${agent}`;

/** Channel on which an agent is invited to a run. */
export const invitationChannel = (agent: string): string => `swarm:invitations:${agent}`;

/** Exists while the coordinator of a run renews it. */
export const coordinatorKey = (run: string): string => `${RUNS}${run}:coordinator`;
export const COORDINATOR_KEYS = coordinatorKey('*');

/** Stream from all agents to the coordinator. */
export const resultsKey = (run: string): string => `${RUNS}${run}:results`;

/** Stream from the coordinator to one agent. */
export const commandsKey = (run: string, agent: string): string => `${RUNS}${run}:to:${agent}`;

/** The agent that has taken a job: set once, so that no other ever does. */
export const jobKey = (run: string, job: number): string => `${RUNS}${run}:job:${job}`;

/** BullMQ queue of the parent job of a run, and of its shards. */
export const runQueue = (run: string): string => run;
export const shardQueue = (run: string): string => `${run}-shards`;

/** Patterns of all keys of a run, and of all runs. */
export const keysOfRun = (run: string): string[] => [
  `${RUNS}${run}:*`,
  `${JOBS_PREFIX}:${runQueue(run)}:*`,
  `${JOBS_PREFIX}:${shardQueue(run)}:*`,
];
export const KEYS_OF_RUNS = [`${RUNS}*`, `${JOBS_PREFIX}:*`];

/** The run that a key belongs to; null where it belongs to none. */
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
