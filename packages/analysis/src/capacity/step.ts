import {
  aggregate,
  formatThreshold,
  type MetricName,
  type MetricReader,
  metricDefinition,
} from '@livekit-swarm/metrics';
import { loggedMessages } from '../summary/logged-messages.ts';
import { reachedLimits, unmeasuredResources } from '../summary/reached-limits.ts';
import type { Summary } from '../summary/summary.ts';
import { resolveThresholds, type SourcedThreshold } from '../verdict/default-thresholds.ts';
import { assessStrictly } from '../verdict/generator-health.ts';
import { evaluate } from '../verdict/threshold-result.ts';
import type { VerdictDecision } from '../verdict/verdict.ts';
import type { PlannedLoad, StepFacts, StepMeasures, StepOutcome } from './result.ts';
import type { RunEvidence } from './sequential-test.ts';
import { type Resource, type UtilisationLimit, usedOf } from './utilisation.ts';

/** Prefix of the names of the windows that a step is divided into. */
export const PART = 'part-';

/**
 * Largest number of parts: more parts add little evidence, and shorter ones have too few samples.
 */
const MOST_PARTS = 8;
const LEAST_PART_MS = 3_000;

/**
 * Parts of equal length of a run's steady state. The first two seconds after the last join are left
 * out, because rates still rise in them.
 */
export const partsOf = (steady: {
  fromMs: number;
  toMs: number;
}): { name: string; fromMs: number; toMs: number }[] => {
  const fromMs = steady.fromMs + Math.min(SETTLING_MS, (steady.toMs - steady.fromMs) / 4);
  const parts = Math.min(MOST_PARTS, Math.floor((steady.toMs - fromMs) / LEAST_PART_MS));
  const length = (steady.toMs - fromMs) / Math.max(1, parts);
  return Array.from({ length: Math.max(1, parts) }, (_, part) => ({
    name: `${PART}${part + 1}`,
    fromMs: Math.round(fromMs + part * length),
    toMs: Math.round(fromMs + (part + 1) * length),
  }));
};
const SETTLING_MS = 2_000;

/** Run of a search, and the step of the search that it was made for. */
export interface StepRun {
  load: number;
  /** Number of the search, from 1. */
  repeat: number;
  /** Folder of the run's record. */
  record: string | null;
  planned: PlannedLoad;
  summary: Summary;
  decision: VerdictDecision;
  /** Most that a worker of voice agents used: CPU cores, and memory in bytes; null: not measured; absent: not watched. */
  workerUsage?: { cores: number | null; bytes: number | null };
}

/** Facts of a run that decide whether its load was carried. */
export const factsOfStep = (
  { load, repeat, record, planned, summary, decision, workerUsage }: StepRun,
  limits: readonly UtilisationLimit[],
): StepFacts => {
  const crossings = crossingsOf(summary, decision, limits);
  const evidence = evidenceOf(summary, decision, limits, crossings);
  return {
    load,
    repeat,
    record,
    outcome: outcomeOf(evidence, summary),
    evidence,
    planned,
    measured: measuresOf(summary),
    ...(hasCallers(summary) && {
      agents: {
        ...agentsOf(summary),
        ...(workerUsage !== undefined && {
          busiestWorkerCores: workerUsage.cores,
          largestWorkerBytes: workerUsage.bytes,
        }),
      },
    }),
    crossings,
    rejected: summary.joins.failureReasons.map(({ reason, count, message }) => ({
      reason,
      count,
      message,
    })),
    serverEnded: summary.end?.reason === 'server_died',
    ...(endedByKernel(summary) && { outOfMemory: true }),
    ...limitsOf(summary),
    sourcesLost: summary.server.missing.flatMap(({ source, reason }) =>
      source !== null && LOST.has(reason) ? [source] : [],
    ),
    ...loggedIn(summary),
    impairments: impairmentsOf(summary, decision),
    reasons: [
      ...decision.reasons.map(({ code }) => code),
      ...unmeasured(summary, limits).map((resource) => `${resource}_not_measured`),
    ],
  };
};

const endedByKernel = ({ notes }: Summary): boolean =>
  notes.some((note) => note.code === 'server_died' && note.reason === 'out_of_memory');

const limitsOf = ({
  server,
  impaired: { totalMs },
}: Summary): Pick<StepFacts, 'hostCores' | 'reachedLimits' | 'unmeasured'> => {
  const [busiest] = server.nodes.toSorted(
    (a, b) => (b.cpuCores?.avg ?? 0) - (a.cpuCores?.avg ?? 0),
  );
  const hostCores = busiest?.host?.cores ?? null;
  const reached = reachedLimits(server.nodes, totalMs);
  const unmeasured = unmeasuredResources(server.nodes);
  return {
    ...(hostCores !== null && { hostCores }),
    ...(reached.length > 0 && { reachedLimits: reached }),
    ...(unmeasured.length > 0 && { unmeasured }),
  };
};

/** Messages of the logs that a step keeps. */
const MAX_LOGGED = 3;

const loggedIn = ({ server }: Summary): Pick<StepFacts, 'logged'> => {
  const messages = loggedMessages(server)
    .slice(0, MAX_LOGGED)
    .map(({ level, message, error, count }) => ({ level, message, error, count }));
  return messages.length === 0 ? {} : { logged: messages };
};

const hasCallers = ({ scenario }: Summary): boolean =>
  scenario.groups.some(({ roles }) => roles.some(({ conversation }) => conversation !== undefined));

const agentsOf = ({ metrics, notes }: Summary): NonNullable<StepFacts['agents']> => {
  const share = metrics.measure('agents_lost');
  const lost = notes.filter((note) => note.code === 'agent_lost');
  const callersOf = (found: typeof lost): number =>
    found.reduce((total, { callers }) => total + callers, 0);
  return {
    callers: share?.type === 'rate' ? share.total : 0,
    lost: callersOf(lost),
    withoutJob: callersOf(lost.filter(({ state }) => state === 'no_job')),
  };
};

/** Impairments of the load generator during the whole run, or while a threshold was crossed. */
const impairmentsOf = (summary: Summary, { reasons }: VerdictDecision): string[] => [
  ...assessStrictly(summary).map(({ code }) => code),
  ...reasons.flatMap((reason) => (reason.code === 'impaired_at_times' ? reason.codes : [])),
];

/** Reasons of a source of server metrics that answered at the start of a run and then stopped. */
const LOST: ReadonlySet<string> = new Set(['timeout', 'unreachable']);

/**
 * Limits that the run crossed: thresholds, over the whole run or in a window, and limits of
 * utilisation.
 */
const crossingsOf = (
  summary: Summary,
  { thresholds }: VerdictDecision,
  limits: readonly UtilisationLimit[],
): StepFacts['crossings'] => [
  ...thresholds
    .filter(({ ok }) => ok === false)
    .map(({ threshold, value }) => ({
      metric: threshold.metric,
      expression: formatThreshold(threshold),
      value,
      limit: threshold.limit,
      resource: null,
    })),
  ...limits.flatMap(({ resource, limit }) => {
    const value = usedOf(summary.metrics, nodeNames(summary), resource);
    return value === undefined || value < limit
      ? []
      : [
          {
            metric: METRIC_OF[resource],
            expression: `${resource}<${limit}`,
            value,
            limit,
            resource,
          },
        ];
  }),
];

const METRIC_OF = { cpu: 'server_cpu', memory: 'server_memory', network: 'server_bytes' } as const;

/** Resources that have a limit and were not measured: their limits are neither held nor crossed. */
const unmeasured = (summary: Summary, limits: readonly UtilisationLimit[]): Resource[] =>
  limits
    .map(({ resource }) => resource)
    .filter((resource) => usedOf(summary.metrics, nodeNames(summary), resource) === undefined);

const nodeNames = ({ server }: Summary): string[] => server.nodes.map(({ node }) => node);

const evidenceOf = (
  summary: Summary,
  decision: VerdictDecision,
  limits: readonly UtilisationLimit[],
  crossings: StepFacts['crossings'],
): RunEvidence | null => {
  const certain = summary.end?.reason === 'server_died';
  if (summary.end?.reason === 'interrupted') return null;
  // A load generator that lacked CPU may have sent too little in a window, although the whole run
  // passed.
  const isDoubtful =
    decision.verdict === 'inconclusive' ||
    (decision.verdict === 'passed' && assessStrictly(summary).length > 0);
  if (!certain && (isDoubtful || unmeasured(summary, limits).length > 0)) return null;
  const timed = resolveThresholds(summary.scenario).filter(
    ({ threshold }) => threshold.window === null && metricDefinition(threshold.metric).timed,
  );
  const parts = summary.windows.filter(({ window }) => window.name.startsWith(PART));
  const measured = timed.filter((sourced) =>
    evaluate({ metrics: summary.metrics, windows: [] }, sourced).every(
      ({ value }) => value !== null,
    ),
  );
  const judged = parts.flatMap(
    ({ metrics }) => judgePart(metrics, nodeNames(summary), measured, limits) ?? [],
  );
  const inParts = new Set(timed.map(({ threshold }) => formatThreshold(threshold)));
  const failedAsAWhole =
    decision.verdict === 'failed' &&
    // The run ended when it crossed a limit, before most of the windows.
    (summary.end?.reason === 'threshold_crossed' ||
      crossings.some(
        ({ expression, metric, resource }) =>
          resource === null && (!inParts.has(expression) || OF_JOINS.has(metric)),
      ));
  // Without a measurement, nothing shows that the server carried the load.
  if (judged.length === 0 && !certain && !failedAsAWhole) return null;
  const crossed = judged.filter((judgement) => judgement === 'crossed').length;
  return { windows: judged.length, crossed, failedAsAWhole, certain };
};

/** Metrics of joins and of dispatches, which happen before the steady state that the parts cover. */
const OF_JOINS: ReadonlySet<string> = new Set([
  'join_failures',
  'join_retries',
  'join_time',
  'signal_time',
  'ice_time',
  'first_media_time',
  'first_decrypted_time',
  'agents_lost',
  'agent_dispatch_time',
  'agent_offer_time',
  'agent_join_time',
  'agent_publish_time',
  'agent_ready_time',
]);

/**
 * Judges one part of the steady state. If participants sent media or messages and none arrived, a
 * threshold on what arrives is crossed: users notice it.
 * @param thresholds thresholds that have a value for the whole run
 * @returns null if the part has no samples or lacks the utilisation of a node: then it does not
 * count
 */
const judgePart = (
  metrics: MetricReader,
  nodes: readonly string[],
  thresholds: readonly SourcedThreshold[],
  limits: readonly UtilisationLimit[],
): 'crossed' | 'held' | null => {
  const results = thresholds.flatMap((sourced) => evaluate({ metrics, windows: [] }, sourced));
  const used = limits.map(({ resource, limit }) => ({
    value: usedOf(metrics, nodes, resource),
    limit,
  }));
  // Packets or messages sent, for each metric without a value; undefined: there are no samples.
  const sent = results.flatMap(({ value, threshold: { metric, selector } }) => {
    const counter = value === null ? SENT_FOR[metric] : undefined;
    const { kind } = selector;
    return counter === undefined
      ? []
      : [aggregate(metrics.measure(counter, kind === undefined ? {} : { kind }), COUNT)];
  });
  if (
    results.some(({ ok }) => ok === false) ||
    sent.some((count = 0) => count > 0) ||
    used.some(({ value = 0, limit }) => value >= limit)
  )
    return 'crossed';
  return sent.includes(undefined) || used.some(({ value }) => value === undefined) ? null : 'held';
};

/**
 * Metrics that have a value in every second with media or data, each with the counter of what
 * participants must send for it.
 */
const SENT_FOR: Partial<Record<MetricName, MetricName>> = {
  packet_loss: 'packets_sent',
  packet_loss_before_recovery: 'packets_sent',
  uplink_loss: 'packets_sent',
  uplink_loss_before_recovery: 'packets_sent',
  jitter: 'packets_sent',
  media_latency: 'packets_sent',
  data_loss: 'data_messages_sent',
  data_latency: 'data_messages_sent',
};

const COUNT = { type: 'count' } as const;

const outcomeOf = (evidence: RunEvidence | null, { end }: Summary): StepOutcome => {
  if (evidence === null) return end?.reason === 'interrupted' ? 'interrupted' : 'inconclusive';
  if (evidence.certain || evidence.failedAsAWhole) return 'crossed';
  return evidence.crossed * 2 > evidence.windows ? 'crossed' : 'held';
};

const measuresOf = ({ metrics, server, joins }: Summary): StepMeasures => {
  const p95 = (name: 'join_time' | 'media_latency' | 'jitter'): number | null =>
    aggregate(metrics.measure(name), { type: 'p', percentile: 95 }) ?? null;
  const rate = (name: 'packet_loss' | 'uplink_loss' | 'join_failures'): number | null =>
    aggregate(metrics.measure(name), { type: 'rate' }) ?? null;
  const { total, nodes } = server;
  const busiest = nodes.flatMap(({ cpuCores }) => cpuCores?.avg ?? []);
  return {
    joined: joins.joined,
    joinTimeP95Ms: p95('join_time'),
    joinFailures: rate('join_failures'),
    loss: rate('packet_loss'),
    uplinkLoss: rate('uplink_loss'),
    jitterP95Ms: p95('jitter'),
    latencyP95Ms: p95('media_latency'),
    cpuCores: total?.cpuCores?.avg ?? null,
    busiestNodeCores: busiest.length === 0 ? null : Math.max(...busiest),
    memoryBytes: total?.memoryBytes?.avg ?? null,
    bitsUp: total?.bitsUp ?? null,
    bitsDown: total?.bitsDown ?? null,
    packetsUp: total?.packetsUp ?? null,
    packetsDown: total?.packetsDown ?? null,
    drops: total?.drops ?? null,
    nodes: nodes.length,
  };
};
