import type { Cause, CauseCode, Crossing, StepFacts } from './result.ts';

/** What is known of the deployment besides a run. */
export interface NodeFacts {
  /** Cores of a node; null: not known. */
  cores: number | null;
}

/** A node this busy on average has no CPU left: it is an average over seconds in which it had none. */
const CPU_USED_UP = 0.9;
/**
 * From here on waiting for a core shows: a queue at 60 % utilisation holds work for as long again as it takes, and more when work comes in bursts, as frames of video
 * and CPU quotas of containers (100 ms) make it.
 */
const CPU_DELAYS = 0.6;

/** Symptoms of work that waits. */
const DELAY: ReadonlySet<CauseCode> = new Set([
  'latency',
  'join_time',
  'loss',
  'join_failures',
  'other',
]);

const LIMIT_REASONS: ReadonlySet<string> = new Set(['server_full', 'room_full']);
/** Joins that got no UDP port, where a smaller load did: the range is used up, also where a worker did not see the ports of the others. */
const PORT_REASONS: ReadonlySet<string> = new Set([
  'udp_ports_exhausted',
  'udp_not_offered',
  'no_candidates',
]);

/** How a symptom is called, by the metric that shows it. */
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
  server_cpu: 'cpu',
  server_memory: 'memory',
  server_bytes: 'network',
  server_drops: 'network',
};

/** From what is the cause of others to what may be their effect. */
const RANK: readonly CauseCode[] = [
  'cpu',
  'memory',
  'network',
  'join_failures',
  'loss',
  'latency',
  'join_time',
  'other',
];

/**
 * What gave first, of the runs at the smallest load that is exceeded: what ended or rejected on purpose, then a resource that was used up, then what participants noticed. A
 * symptom is named only where no cause of it is known.
 */
export const firstCause = (steps: readonly StepFacts[], { cores }: NodeFacts): Cause | null => {
  const crossed = steps.filter(({ outcome }) => outcome === 'crossed');
  const [step] =
    crossed.length > 0 ? crossed : steps.filter(({ crossings }) => crossings.length > 0);
  if (step === undefined) return null;
  const { busiestNodeCores, bitsDown } = step.measured;
  const cpuShare = cores === null || busiestNodeCores === null ? null : busiestNodeCores / cores;
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
    tracks: step.planned.tracksUp,
    bitsDown,
  });
  if (step.serverEnded) return causeOf('server_ended', undefined);
  if (rejection !== undefined) return causeOf('limit', rejection);
  if (portless !== undefined) return causeOf('udp_ports_exhausted', portless);
  if (slowed !== undefined) return causeOf('rate_limit', slowed);
  const symptom = shown === null ? 'other' : symptomOf(shown);
  if (shown?.resource !== null && shown !== null) return causeOf(symptom, undefined);
  if (cpuShare !== null && cpuShare >= (DELAY.has(symptom) ? CPU_DELAYS : CPU_USED_UP))
    return causeOf('cpu', undefined);
  if (step.sourcesLost.includes('redis')) return causeOf('redis', undefined);
  if (symptom === 'loss' && isOfNetwork(step, cpuShare)) return causeOf('network', undefined);
  return causeOf(symptom, step.rejected[0]);
};

/** Packets are lost although the node has time for them: by its interfaces, or behind them. */
const isOfNetwork = ({ measured: { drops } }: StepFacts, cpuShare: number | null): boolean =>
  (drops !== null && drops > 0) || (cpuShare !== null && cpuShare < CPU_DELAYS);

const symptomOf = ({ metric, resource }: Crossing): CauseCode =>
  resource ?? SYMPTOMS[metric] ?? 'other';

/** What --until limits first; of the others, what may be the cause of the rest. */
const mostTelling = (crossings: readonly Crossing[]): Crossing | null =>
  [...crossings].sort(
    (a, b) =>
      Number(a.resource === null) - Number(b.resource === null) ||
      RANK.indexOf(symptomOf(a)) - RANK.indexOf(symptomOf(b)),
  )[0] ?? null;
