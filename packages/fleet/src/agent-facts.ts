import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { readSystemLimits } from '@livekit-swarm/runner';
import { z } from 'zod';
import { LOST_AFTER_MS } from './deadlines.ts';
import { AGENT_KEYS, agentKey, agentOfKey } from './keys.ts';
import { parsedText } from './messages.ts';
import { whole } from './participant-schema.ts';
import { factsPlace } from './places.ts';
import type { Queue } from './queue.ts';
import { RejectedMessage } from './rejected-message.ts';
import { scanKeys } from './remove-run.ts';
import { clockReadingSchema } from './shared-clock.ts';

/** Schema of text that is shown to operators: without control characters. */
const shown = () => z.string().regex(/^\P{Cc}{0,300}$/u);

/** Facts that an agent reports about its host. */
const agentFactsSchema = z.strictObject({
  /** Unique name of the agent, derived from the name of the host. */
  agent: z.string().regex(/^[\w.-]{1,300}$/),
  /**
   * Random text, different for each run: a signature for one run of an agent is not valid in the
   * next.
   */
  ticket: z.string().regex(/^[\w-]{16,64}$/),
  host: shown(),
  pid: whole(0, Number.MAX_SAFE_INTEGER),
  /** Version of the product on the host. */
  version: shown(),
  cores: whole(1, 100_000),
  memoryBytes: whole(0, Number.MAX_SAFE_INTEGER),
  /** Limit of open files for one process; null: unlimited. */
  openFiles: z.number().min(0).nullable(),
  /** Number of local ports; null: unknown. */
  localPorts: z.number().min(0).nullable(),
  kernel: shown(),
  labels: z.record(shown(), shown()),
  /** Run that the agent takes part in; null: idle. */
  run: shown().nullable(),
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

/**
 * Replaces equal host names by the unique names of agents: cloned machines often have the same host
 * name.
 */
export const withUniqueHosts = (agents: readonly AgentFacts[]): AgentFacts[] =>
  agents.map((one) =>
    agents.some(({ agent, host }) => host === one.host && agent !== one.agent)
      ? { ...one, host: one.agent }
      : one,
  );

export const newTicket = (): string => randomBytes(16).toString('base64url');

export const writeFacts = async ({ redis, seal }: Queue, facts: AgentFacts): Promise<void> => {
  const signed = seal.sign(factsPlace(facts.agent), JSON.stringify(facts));
  await redis.set(agentKey(facts.agent), signed, 'PX', LOST_AFTER_MS);
};

/** Facts of an agent of another version, as far as this version can read them. */
export type ForeignAgent = z.infer<typeof foreignAgentSchema>;

const foreignAgentSchema = z.object({
  agent: shown().catch('unknown'),
  host: shown().catch('unknown'),
  version: shown().catch('unknown'),
});

export interface Agents {
  usable: AgentFacts[];
  foreign: ForeignAgent[];
  /** Names of agents whose facts cannot be read, or are not signed with the key of this fleet. */
  refused: string[];
}

/** Reads the facts of all agents that answer, in the order of their hosts. */
export const readAgents = async ({ redis, seal }: Queue): Promise<Agents> => {
  const keys = await scanKeys(redis, AGENT_KEYS);
  const agents: Agents = { usable: [], foreign: [], refused: [] };
  if (keys.length === 0) return agents;
  for (const [index, text] of (await redis.mget(keys)).entries()) {
    const agent = agentOfKey(keys[index] ?? '');
    if (text === null) continue;
    try {
      const reported = parsedText(z.looseObject({}), seal.verify(factsPlace(agent), text));
      const { success, data } = agentFactsSchema.safeParse(reported);
      if (!success) agents.foreign.push(foreignAgentSchema.parse(reported));
      else if (data.agent === agent) agents.usable.push(data);
      else throw new RejectedMessage('form', 'of another agent');
    } catch (error) {
      if (!(error instanceof RejectedMessage)) throw error;
      agents.refused.push(agent.replaceAll(/[^\w.-]/g, '?').slice(0, LONGEST_SHOWN));
    }
  }
  agents.usable.sort((a, b) => a.host.localeCompare(b.host) || a.agent.localeCompare(b.agent));
  agents.refused.sort();
  return agents;
};

const LONGEST_SHOWN = 100;
