import { setTimeout as sleep } from 'node:timers/promises';
import { hasLabels, type Labels, labelText } from '@livekit-swarm/scenario';
import { plural, SwarmError } from '@livekit-swarm/settings';
import { type AgentFacts, type Agents, readAgents, withUniqueHosts } from './agent-facts.ts';
import { COORDINATOR_MS } from './deadlines.ts';
import { claimKey } from './keys.ts';
import { type Claim, claimSchema, parsedText } from './messages.ts';
import { claimPlace, type Ticket } from './places.ts';
import type { Queue } from './queue.ts';
import { RejectedMessage } from './rejected-message.ts';

export interface AgentRequest {
  /** Number of hosts; null: all idle ones, at most `most`. */
  hosts: number | null;
  most?: number;
  /** Labels that each agent must have. */
  labels: Labels;
  /** Host selectors of roles: at least one of the agents must match each. */
  selectors?: readonly Labels[];
  /** Version of the product that agents must have. */
  version: string;
  run: string;
  /** Time to wait for enough agents, ms. */
  waitMs: number;
  signal: AbortSignal;
}

const POLL_MS = 250;

/**
 * Reserves agents for a run.
 * @throws SwarmError `no_agents` if there are too few, or they have other versions or labels; the
 * message lists all agents and their state
 */
export const reserveAgents = async (queue: Queue, request: AgentRequest): Promise<AgentFacts[]> => {
  const { labels, version, run, waitMs, signal } = request;
  const until = performance.now() + waitMs;
  for (;;) {
    const all = await readAgents(queue);
    const usable = all.usable.filter(
      (one) => one.version === version && one.run === null && hasLabels(one.labels, labels),
    );
    const chosen = choose(usable, request);
    const reserved = chosen === null ? [] : await claim(queue, run, chosen);
    if (choose(reserved, request) !== null) return withUniqueHosts(reserved);
    await release(queue, reserved);
    if (performance.now() > until) throw tooFew(queue, request, all);
    await sleep(POLL_MS, undefined, { signal });
  }
};

/**
 * Chooses the requested number of agents, so that one matches each selector.
 * @returns null if the agents do not suffice
 */
const choose = (
  usable: readonly AgentFacts[],
  { hosts, most = Number.POSITIVE_INFINITY, selectors = [] }: AgentRequest,
): AgentFacts[] | null => {
  const needed = new Set<AgentFacts>();
  for (const selector of selectors) {
    if ([...needed].some((one) => hasLabels(one.labels, selector))) continue;
    const one = usable.find(({ labels }) => hasLabels(labels, selector));
    if (one === undefined) return null;
    needed.add(one);
  }
  const chosen = [...needed, ...usable.filter((one) => !needed.has(one))].slice(0, hosts ?? most);
  const wanted = Math.max(hosts ?? 1, needed.size);
  return chosen.length < wanted ? null : chosen;
};

const claim = async (
  { redis, seal }: Queue,
  run: string,
  agents: readonly AgentFacts[],
): Promise<AgentFacts[]> => {
  const claimOf = ({ agent, ticket }: AgentFacts): string =>
    seal.sign(claimPlace({ agent, ticket }), JSON.stringify({ run } satisfies Claim));
  const claimed: AgentFacts[] = [];
  for (const one of agents)
    if ((await redis.set(claimKey(one.agent), claimOf(one), 'PX', COORDINATOR_MS, 'NX')) !== null)
      claimed.push(one);
  return claimed;
};

/**
 * Checks that a run holds the claim of an agent.
 * @throws RejectedMessage if it does not; Error if Redis does not answer
 */
export const assertClaimed = async (
  { redis, seal }: Queue,
  { agent, ticket }: Ticket,
  run: string,
): Promise<void> => {
  const signed = await redis.get(claimKey(agent));
  if (signed === null) throw new RejectedMessage('claim');
  const claim = parsedText(claimSchema, seal.verify(claimPlace({ agent, ticket }), signed));
  if (claim.run !== run) throw new RejectedMessage('claim');
};

export const release = async ({ redis }: Queue, agents: readonly AgentFacts[]): Promise<void> => {
  if (agents.length > 0) await redis.unlink(...agents.map(({ agent }) => claimKey(agent)));
};

const tooFew = (
  { address }: Queue,
  { hosts, labels, selectors = [], version }: AgentRequest,
  { usable, foreign, refused }: Agents,
): SwarmError => {
  const wanted = hosts ?? 1;
  const list = [
    ...withUniqueHosts(usable).map((one) => `${one.host} (${stateOf(one, version)})`),
    ...foreign.map((one) => `${one.host} (version ${one.version}, which reports other facts)`),
    ...refused.map((one) => `${one} (with another SWARM_QUEUE_KEY, or none)`),
  ];
  const label = labelText(labels);
  const needed = [
    `${plural(wanted, 'host')}${label === '' ? '' : ` with ${label}`}`,
    ...selectors.map((selector) => `one with ${labelText(selector)} for roles that select it`),
  ].join(', ');
  return new SwarmError(
    'no_agents',
    `${needed} ${wanted === 1 && selectors.length === 0 ? 'is' : 'are'} needed, and ${address} has ${list.length === 0 ? 'none' : list.join(', ')}`,
    `start "swarm host --queue ${address}${Object.entries({ ...labels, ...selectors[0] })
      .map(([name, value]) => ` --label ${name}=${value}`)
      .join('')}" on each; "swarm hosts" lists them`,
  );
};

const stateOf = ({ run, version, labels }: AgentFacts, wanted: string): string => {
  const label = labelText(labels) || 'no labels';
  if (version !== wanted) return `${label}; version ${version}, not ${wanted}`;
  return `${label}; ${run === null ? 'idle' : `busy with run ${run}`}`;
};
