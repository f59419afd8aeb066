import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { readSystemLimits } from '@livekit-swarm/runner';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { LOST_AFTER_MS } from './deadlines.ts';
import { AGENT_KEYS, agentKey } from './keys.ts';
import { scanKeys } from './remove-run.ts';
import { clockReadingSchema } from './shared-clock.ts';

/** What an agent reports of its host. */
const agentFactsSchema = z.object({
  /** Unique; from the name of the host. */
  agent: z.string(),
  host: z.string(),
  pid: z.number(),
  /** Of the product. */
  version: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  /** Of one process; null: unlimited. */
  openFiles: z.number().nullable(),
  /** null: unknown. */
  localPorts: z.number().nullable(),
  kernel: z.string(),
  labels: z.record(z.string(), z.string()),
  /** The run that it takes part in. */
  run: z.string().nullable(),
  clock: clockReadingSchema,
});

export type AgentFacts = z.infer<typeof agentFactsSchema>;

export const newAgentId = (): string =>
  `${os.hostname().replaceAll(/[^\w.-]/g, '-')}-${randomBytes(3).toString('hex')}`;

export const factsOfThisHost = (): Pick<
  AgentFacts,
  'host' | 'pid' | 'cores' | 'memoryBytes' | 'openFiles' | 'localPorts' | 'kernel'
> => {
  const { openFiles, localPorts } = readSystemLimits();
  return {
    host: os.hostname(),
    pid: process.pid,
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    openFiles: Number.isFinite(openFiles) ? openFiles : null,
    localPorts: Number.isFinite(localPorts) ? localPorts : null,
    kernel: os.release(),
  };
};

/** With names that tell the hosts apart: cloned machines often have the same, and an agent's own is unique. */
export const withUniqueHosts = (agents: readonly AgentFacts[]): AgentFacts[] =>
  agents.map((one) =>
    agents.some(({ agent, host }) => host === one.host && agent !== one.agent)
      ? { ...one, host: one.agent }
      : one,
  );

export const writeFacts = async (redis: Redis, facts: AgentFacts): Promise<void> => {
  await redis.set(agentKey(facts.agent), JSON.stringify(facts), 'PX', LOST_AFTER_MS);
};

/** What an agent of another version reports, as far as it can be read here. */
export type ForeignAgent = z.infer<typeof foreignAgentSchema>;

const foreignAgentSchema = z.object({
  agent: z.string().catch('unknown'),
  host: z.string().catch('unknown'),
  version: z.string().catch('unknown'),
});

export interface Agents {
  usable: AgentFacts[];
  foreign: ForeignAgent[];
}

/** All agents that answer, in the order of their hosts. */
export const readAgents = async (redis: Redis): Promise<Agents> => {
  const keys = await scanKeys(redis, AGENT_KEYS);
  const agents: Agents = { usable: [], foreign: [] };
  if (keys.length === 0) return agents;
  for (const text of await redis.mget(keys)) {
    if (text === null) continue;
    const reported: unknown = JSON.parse(text);
    const { success, data } = agentFactsSchema.safeParse(reported);
    if (success) agents.usable.push(data);
    else agents.foreign.push(foreignAgentSchema.parse(reported));
  }
  agents.usable.sort((a, b) => a.host.localeCompare(b.host) || a.agent.localeCompare(b.agent));
  return agents;
};
