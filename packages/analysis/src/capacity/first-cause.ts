import type { HostResource, ReachedLimit } from '../summary/reached-limits.ts';
import type { Cause, CauseCode, Crossing, StepFacts } from './result.ts';

/** Facts about the nodes of a deployment that a run does not measure. */
export interface NodeFacts {
  /** Cores of a node; null: unknown. */
  cores: number | null;
  /** Cores of a worker of voice agents; null: unknown. */
  workerCores: number | null;
  /** Memory of a worker of voice agents, bytes; null: unknown. */
  workerBytes: number | null;
}

/**
 * Share of a node's cores from which its CPU is used up: an average this high contains seconds
 * without any idle time.
 */
const CPU_USED_UP = 0.9;
/**
 * Share of a node's cores from which work waits for a core noticeably: a queue at 60 % utilisation
 * waits 1.5 times as long as the work itself takes, and longer if the work comes in bursts, as
 * video frames and the CPU quotas of containers (100 ms) make it.
 */
const CPU_DELAYS = 0.6;

/**
 * Share of a worker's memory from which it is used up: at its limit the kernel ends jobs, and
 * collects the garbage of others all the time.
 */
const MEMORY_USED_UP = 0.9;

/** Symptoms of work that waits for CPU. */
const DELAY: ReadonlySet<CauseCode> = new Set([
  'latency',
  'join_time',
  'loss',
  'join_failures',
  'dispatch',
  'agents',
  'other',
]);

/** Symptoms of workers of voice agents that lack CPU or memory. */
const OF_WORKERS: ReadonlySet<CauseCode> = new Set(['dispatch', 'agents']);

const LIMIT_REASONS: ReadonlySet<string> = new Set(['server_full', 'room_full']);
/**
 * Reasons of joins that got no UDP port, where a smaller load did: the port range is used up. A
 * worker that does not see the ports of the other workers reports the last two.
 */
const PORT_REASONS: ReadonlySet<string> = new Set([
  'udp_ports_exhausted',
  'udp_not_offered',
  'no_candidates',
]);

/** Symptom that each metric shows. */
const SYMPTOMS: Record<string, CauseCode> = {
  join_failures: 'join_failures',
  join_retries: 'join_failures',
  join_time: 'join_time',
  signal_time: 'join_time',
  ice_time: 'join_time',
  first_media_time: 'join_time',
  packet_loss: 'loss',
  uplink_loss: 'loss',
  data_loss: 'loss',
  missing_tracks: 'loss',
  stalled_tracks: 'loss',
  interruptions: 'loss',
  jitter: 'latency',
  media_latency: 'latency',
  data_latency: 'latency',
  rtt: 'latency',
  agents_lost: 'dispatch',
  agent_dispatch_time: 'dispatch',
  agent_offer_time: 'dispatch',
  agent_join_time: 'dispatch',
  agent_publish_time: 'dispatch',
  agent_ready_time: 'dispatch',
  agent_transfer_time: 'dispatch',
  agent_transfers_lost: 'dispatch',
  agent_response_time: 'agents',
  agent_turns_unanswered: 'agents',
  agent_barge_in: 'agents',
  agent_answer_gaps: 'agents',
  agent_overlaps: 'agents',
  agent_echoes: 'agents',
  server_cpu: 'cpu',
  server_memory: 'memory',
  server_memory_used: 'memory',
  server_steal: 'steal',
  server_host_cpu: 'host_cpu',
  server_conntrack: 'conntrack',
  server_conntrack_drops: 'conntrack',
  server_allowance_exceeded: 'allowance',
  server_bytes: 'network',
  server_drops: 'network',
};

/** Causes in order: each may be the cause of those after it. */
const RANK: readonly CauseCode[] = [
  'conntrack',
  'memory',
  'allowance',
  'steal',
  'host_cpu',
  'cpu',
  'network',
  'join_failures',
  'dispatch',
  'loss',
  'latency',
  'agents',
  'join_time',
  'other',
];

/**
 * First cause of failure, from the runs at the smallest load that was exceeded. Order: a server
 * that ended or rejected joins on purpose, a resource that was used up, memory or CPU of the workers
 * of voice agents, jobs that none of them takes, a symptom that participants measured. A symptom is
 * returned only if none of its causes is known.
 *
 * The first resources are those that make a server use more of the others, or whose lack the
 * kernel or the provider counted: a full table of connections drops packets however much CPU is
 * left, a server without memory spends CPU on reclaiming it, and held back packets are sent again.
 * A server that used up its own cores comes before those of its host, since it got them; one that
 * only waits for CPU comes after what took it away.
 */
export const firstCause = (
  steps: readonly StepFacts[],
  { cores, workerCores, workerBytes }: NodeFacts,
): Cause | null => {
  const crossed = steps.filter(({ outcome }) => outcome === 'crossed');
  const [step] =
    crossed.length > 0 ? crossed : steps.filter(({ crossings }) => crossings.length > 0);
  if (step === undefined) return null;
  const { hostCores = null } = step;
  const { busiestNodeCores, bitsDown } = step.measured;
  const cpuShare = shareOf(busiestNodeCores, cores ?? hostCores);
  const { busiestWorkerCores = null, largestWorkerBytes = null } = step.agents ?? {};
  const workerCpuShare = shareOf(busiestWorkerCores, workerCores);
  const workerMemoryShare = shareOf(largestWorkerBytes, workerBytes);
  const rejection = step.rejected.find(({ reason }) => LIMIT_REASONS.has(reason));
  const portless = step.rejected.find(({ reason }) => PORT_REASONS.has(reason));
  const slowed = step.rejected.find(({ reason }) => reason === 'rate_limited');
  const shown = mostTelling(step.crossings);
  const causeOf = (code: CauseCode, failure: StepFacts['rejected'][number] | undefined): Cause => ({
    code,
    crossing: shown,
    reason: failure?.reason ?? null,
    message: failure?.message ?? null,
    cpuShare,
    ...(workerCpuShare !== null && { workerCpuShare }),
    ...(workerMemoryShare !== null && { workerMemoryShare }),
    tracks: step.planned.tracksUp,
    bitsDown,
    ...(step.agents !== undefined && { agents: step.agents }),
    ...(step.logged !== undefined && { logged: step.logged }),
    ...(step.outOfMemory !== undefined && { outOfMemory: step.outOfMemory }),
    ...reachedOf(code, step),
  });
  if (step.outOfMemory === true) return causeOf('memory', undefined);
  if (step.serverEnded) return causeOf('server_ended', undefined);
  if (rejection !== undefined) return causeOf('limit', rejection);
  if (portless !== undefined && !lacks(step, 'conntrack'))
    return causeOf('udp_ports_exhausted', portless);
  if (slowed !== undefined) return causeOf('rate_limit', slowed);
  const symptom = shown === null ? 'other' : symptomOf(shown);
  if (shown?.resource !== null && shown !== null) return causeOf(symptom, undefined);
  const isDelay = DELAY.has(symptom);
  const isQuota = cores !== null && hostCores !== null && cores < hostCores;
  for (const resource of COME_FIRST)
    if (isDelay && lacks(step, resource)) return causeOf(resource, undefined);
  if (cpuShare !== null && cpuShare >= (isDelay && isQuota ? CPU_DELAYS : CPU_USED_UP))
    return causeOf('cpu', undefined);
  for (const resource of OF_HOST)
    if (isDelay && lacks(step, resource)) return causeOf(resource, undefined);
  if (cpuShare !== null && isDelay && cpuShare >= CPU_DELAYS) return causeOf('cpu', undefined);
  if (step.sourcesLost.includes('redis')) return causeOf('redis', undefined);
  if (OF_WORKERS.has(symptom) && (workerMemoryShare ?? 0) >= MEMORY_USED_UP)
    return causeOf('worker_memory', undefined);
  if (OF_WORKERS.has(symptom) && (workerCpuShare ?? 0) >= CPU_DELAYS)
    return causeOf('worker_cpu', undefined);
  if (symptom === 'dispatch' && areWorkersFull(step)) return causeOf('worker_jobs', undefined);
  if (symptom === 'loss' && isOfNetwork(step, cpuShare)) return causeOf('network', undefined);
  return causeOf(symptom, step.rejected[0]);
};

/** Resources whose lack explains that of CPU. */
const COME_FIRST = ['conntrack', 'memory', 'allowance'] as const;
/** Resources whose lack takes CPU away from a server. */
const OF_HOST = ['steal', 'host_cpu'] as const;

const limitOf = ({ reachedLimits = [] }: StepFacts, resource: string): ReachedLimit | undefined =>
  reachedLimits.find((limit) => limit.resource === resource);

const lacks = (step: StepFacts, resource: HostResource): boolean =>
  limitOf(step, resource) !== undefined;

/** Causes that resources of hosts may explain, where these are not measured. */
const OPEN: ReadonlySet<CauseCode> = new Set([
  'network',
  'join_failures',
  'join_time',
  'loss',
  'latency',
  'other',
]);

/** Limit of the cause, or what may be the cause and was not measured. */
const reachedOf = (code: CauseCode, step: StepFacts): Pick<Cause, 'reached' | 'unmeasured'> => {
  const reached = limitOf(step, code);
  if (reached !== undefined) return { reached };
  return OPEN.has(code) && step.unmeasured !== undefined ? { unmeasured: step.unmeasured } : {};
};

/** Share of what there is; null: one of both is unknown. */
const shareOf = (used: number | null, available: number | null): number | null =>
  used === null || available === null ? null : used / available;

/**
 * Returns true if the network lost the packets: interfaces of the node dropped some, or the node
 * had CPU time for all of them.
 */
const isOfNetwork = ({ measured: { drops } }: StepFacts, cpuShare: number | null): boolean =>
  (drops !== null && drops > 0) || (cpuShare !== null && cpuShare < CPU_DELAYS);

/**
 * Returns true if workers were full: no worker took the jobs of most callers that lost their agent.
 * Where no caller has an agent, nothing shows that there is a worker at all.
 */
const areWorkersFull = ({ agents }: StepFacts): boolean =>
  agents !== undefined && agents.lost < agents.callers && agents.withoutJob * 2 > agents.lost;

const symptomOf = ({ metric, resource }: Crossing): CauseCode =>
  resource ?? SYMPTOMS[metric] ?? 'other';

/**
 * Most informative of the crossed limits: those of --until first, then those whose symptom may be
 * the cause of the others.
 */
const mostTelling = (crossings: readonly Crossing[]): Crossing | null =>
  [...crossings].sort(
    (a, b) =>
      Number(a.resource === null) - Number(b.resource === null) ||
      RANK.indexOf(symptomOf(a)) - RANK.indexOf(symptomOf(b)),
  )[0] ?? null;
