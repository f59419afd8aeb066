export { type AgentEvent, runAgent } from './agent.ts';
export { type AgentFacts, type Agents, readAgents } from './agent-facts.ts';
export { type Fleet, reserveFleet } from './fleet.ts';
export { openQueue, type Queue, type QueueOptions } from './queue.ts';
