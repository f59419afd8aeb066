import type { CapacityPoint, CapacityResult, Cause } from '@livekit-swarm/analysis/capacity';
import { HEADROOM } from '@livekit-swarm/analysis/capacity';
import { isMetricName, metricDefinition } from '@livekit-swarm/metrics';
import { formatNumber, formatUnlike, plural } from '@livekit-swarm/settings';
import { formatBits, formatBytes, formatMs, formatShare } from '../format.ts';
import type { PageSection } from '../page/result-page.ts';
import { reachedLimitText, resourceNames } from '../phrases/reached-limit.ts';
import { hasFailed, hasSamples, profileNotes, profileTable } from '../profile/profile-table.ts';

/** `24 rooms`; of a role `24 × viewer`. */
export const loadText = ({ unit }: Pick<CapacityResult, 'unit'>, load: number): string => {
  if (unit === 'rooms') return plural(load, 'room');
  return unit === 'participants'
    ? `${plural(load, 'participant')} per room`
    : `${formatNumber(load)} × ${unit}`;
};

const causeNames: Record<Cause['code'], string> = {
  server_ended: 'livekit-server ended',
  limit: 'a limit of LiveKit',
  udp_ports_exhausted: 'the UDP ports of a node (rtc.port_range_start to rtc.port_range_end)',
  rate_limit: 'a rate limit',
  conntrack: 'the table of tracked connections of a host',
  allowance: 'an allowance of the cloud provider',
  steal: 'CPU time that the hypervisor gave to other guests',
  host_cpu: 'other programs on the host of a node',
  cpu: 'CPU',
  memory: 'memory',
  network: 'the network',
  redis: 'Redis',
  join_failures: 'failed joins',
  worker_jobs: 'the jobs that the workers of the agents take at a time',
  worker_cpu: 'the CPU of the workers of the agents',
  worker_memory: 'the memory of the workers of the agents',
  dispatch: 'the dispatch of agents: no worker took their jobs, or they got them late',
  agents: 'late or missing answers of the agents',
  join_time: 'join time',
  loss: 'loss',
  latency: 'latency',
  other: 'a threshold',
};

export const causeName = ({ code }: Pick<Cause, 'code'>): string => causeNames[code];

/** First cause of failure, and the figures that show it. */
export const causeText = (cause: Cause): string => {
  const { code, crossing, message, tracks, bitsDown, agents, logged } = cause;
  const { cpuShare, workerCpuShare, workerMemoryShare, outOfMemory, reached, unmeasured } = cause;
  const facts = [
    ...(code === 'limit' || code === 'rate_limit' || code === 'udp_ports_exhausted'
      ? [
          `${message ?? 'joins were rejected'} at ${plural(tracks, 'published track')} and ${formatBits(bitsDown)} sent`,
        ]
      : []),
    ...(outOfMemory === true ? ['the kernel ended livekit-server for lack of memory'] : []),
    ...(reached === undefined ? [] : [reachedLimitText(reached)]),
    ...(cpuShare === null
      ? []
      : [
          `the busiest node used ${formatShare(Math.round(cpuShare * 1_000) / 1_000)} of its cores`,
        ]),
    ...(workerCpuShare === undefined
      ? []
      : [
          `the busiest worker used ${formatShare(Math.round(workerCpuShare * 1_000) / 1_000)} of its cores`,
        ]),
    ...(workerMemoryShare === undefined
      ? []
      : [
          `the largest worker used ${formatShare(Math.round(workerMemoryShare * 1_000) / 1_000)} of its memory`,
        ]),
    ...(crossing === null ? [] : [crossingText(crossing)]),
    ...(code === 'agents' ? [limitOfAgents(cpuShare)] : []),
    ...(code === 'worker_jobs' && agents !== undefined
      ? [`no worker took the job of ${plural(agents.withoutJob, 'caller')}`]
      : []),
    ...(logged === undefined ? [] : [`the server logged ${logged.map(loggedText).join(', ')}`]),
  ];
  const sentence = `First bottleneck: ${[causeName(cause), ...facts].join('; ')}.`;
  return unmeasured === undefined
    ? sentence
    : `${sentence} Not measured: ${resourceNames(unmeasured)} (--host-metrics).`;
};

const loggedText = ({
  level,
  message,
  error,
  count,
}: NonNullable<Cause['logged']>[number]): string =>
  `${plural(count, level === 'error' ? 'error' : 'warning')} "${error === null ? message : `${message}: ${error}`}"`;

/** Text of the limit that late answers show. @param cpuShare of the busiest node; null: not known */
const limitOfAgents = (cpuShare: Cause['cpuShare']): string =>
  cpuShare === null
    ? 'whether the workers of the agents or the server were at their limit is not known without the CPU of the server'
    : 'the server had CPU left, so that the workers of the agents were at their limit';

const crossingText = ({
  metric,
  expression,
  value,
  resource,
  limit,
}: NonNullable<Cause['crossing']>): string => {
  if (resource !== null)
    return `${resource} ${amountText(resource, value)}, limit ${amountText(resource, limit)}`;
  if (value === null) return `${expression} was crossed by a value that is not known`;
  const measured = formatUnlike(figure(metric, limit), (digits) => figure(metric, value, digits));
  return `${expression} was crossed by ${measured}`;
};

const amountText = (resource: 'cpu' | 'memory' | 'network', value: number | null): string => {
  if (value === null) return 'not measured';
  if (resource === 'cpu') return `${formatNumber(value)} cores`;
  return resource === 'memory' ? formatBytes(value) : formatBits(value);
};

/** @param digits significant ones; default: three */
const figure = (metric: string, value: number, digits?: number): string => {
  if (!isMetricName(metric)) return formatNumber(value, digits);
  const { type, unit } = metricDefinition(metric);
  if (type === 'rate') return formatShare(value, digits);
  return unit === 'ms' ? formatMs(value, digits) : formatNumber(value, digits);
};

/** The result in one sentence. */
export const conclusionText = (result: CapacityResult): string => {
  const { end, carried, exceeded, knee, participants, target } = result;
  const load = loadText(result, carried);
  const users = plural(participants.total, 'participant');
  const who = target.nodes > 1 ? `${plural(target.nodes, 'node')} carry` : 'The node carries';
  switch (end) {
    case 'knee':
      return carried === 0
        ? `${who} not even ${loadText(result, exceeded ?? 1)}.`
        : `${who} ${load} (${users})${intervalText(knee)}.`;
    case 'max':
      return `${who} ${load} (${users}), the largest load that was asked for.`;
    case 'generator':
      return carried === 0
        ? 'Nothing is known of the server: the load generator was impaired at the smallest load.'
        : `${who} at least ${load} (${users}): beyond that the load generator was impaired, not the server.`;
    case 'not_measured':
      return carried === 0
        ? 'Nothing is known of the server: a limit or a threshold could not be measured.'
        : `${who} at least ${load} (${users}): beyond that a limit or a threshold could not be measured.`;
    case 'undecided':
      return `${who} at least ${load} (${users}): runs contradicted each other too often to decide on more.`;
    case 'interrupted':
      return carried === 0
        ? 'Interrupted before a load was found that is carried.'
        : `Interrupted: ${load} (${users}) so far.`;
    case 'unreachable':
      return 'The deployment was unreachable, or rejected every participant.';
    case 'error':
      return carried === 0 ? 'No run was completed.' : `Ended early: ${load} (${users}) so far.`;
  }
};

const intervalText = (knee: CapacityResult['knee']): string => {
  if (knee === null || knee.repeats.length < 2)
    return knee === null ? '' : `; ${formatNumber(knee.to)} are too many`;
  return `; ${plural(knee.repeats.length, 'search', 'searches')} found ${formatNumber(knee.from)} to ${formatNumber(knee.to)}`;
};

export const STATES: Record<CapacityPoint['state'], string> = {
  carried: 'carried',
  'probably-carried': 'carried (one run)',
  open: 'undecided',
  'probably-exceeded': 'exceeded (one run)',
  exceeded: 'exceeded',
};

/** State of a point, and how many of its runs are inconclusive. */
export const stateText = ({ state, runs, inconclusive }: CapacityPoint): string =>
  runs === 0
    ? 'inconclusive'
    : `${STATES[state]}${inconclusive > 0 ? `, ${inconclusive} inconclusive` : ''}`;

/**
 * Title of the nodes needed: a lower bound of what a node carries is an upper bound of the nodes.
 */
export const sizingTitle = ({ end }: Pick<CapacityResult, 'end'>): string =>
  `Nodes needed${end === 'knee' ? '' : ' at most'}, with ${formatNumber(HEADROOM)} × headroom`;

/** Functions with most CPU time at the limit. */
export const profileSection = ({ profiles = [] }: CapacityResult): Required<PageSection> => ({
  title: 'CPU profile at the limit',
  table: profileTable(profiles),
  note: profileNotes(profiles.filter(hasSamples)).join(' '),
});

/** Error of the cost model; empty without a model. */
export const modelErrorText = ({ model }: Pick<CapacityResult, 'model'>): string => {
  if (model === null) return '';
  const own = Math.max(...model.shapes.map(({ error }) => error));
  const fit = `Off by ${formatShare(Math.round(own * 1_000) / 1_000)} at most at the loads it was fitted on`;
  return model.crossError === null
    ? `${fit}; its error on other shapes is not known: fit it on several (swarm capacity fit).`
    : `${fit}, by ${formatShare(Math.round(model.crossError * 1_000) / 1_000)} at a shape that was left out.`;
};

/** Load of each worker of voice agents; of a room that grows, its participants. */
const workerText = (result: CapacityResult): string[] => {
  const { unit, carried, participants, workers } = result;
  if (workers === undefined || carried === 0) return [];
  const load =
    unit === 'participants'
      ? plural(participants.total / workers, 'participant')
      : loadText(result, carried / workers);
  return [`A worker carries ${load}, on average of ${plural(workers, 'worker')}.`];
};

export const notes = (result: CapacityResult): string[] => {
  const { decided, error, carried, end, profiles } = result;
  return [
    ...workerText(result),
    ...(decided || carried === 0 || end === 'interrupted'
      ? []
      : ['Decided by a single run, not by the sequential test.']),
    ...profileNotes((profiles ?? []).filter(hasFailed)),
    ...(error === null ? [] : [`${error.message}${error.hint === null ? '' : ` (${error.hint})`}`]),
  ];
};
