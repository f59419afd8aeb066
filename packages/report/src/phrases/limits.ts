import type {
  HealthFinding,
  RunNote,
  ServerTotals,
  Summary,
  ThresholdResult,
} from '@livekit-swarm/analysis';
import {
  formatAggregation,
  metricDefinition,
  parseThreshold,
  type Threshold,
} from '@livekit-swarm/metrics';
import { COORDINATOR_SHARD, type ThresholdCrossing } from '@livekit-swarm/record';
import { FLAGS_SCENARIO } from '@livekit-swarm/scenario';
import {
  capital,
  formatExactly,
  formatNumber,
  formatUnlike,
  plural,
} from '@livekit-swarm/settings';
import { formatFigure, formatMs, formatShare } from '../format.ts';

type Measured = Pick<ThresholdResult, 'threshold' | 'value'> &
  Partial<Pick<ThresholdResult, 'uncertainty'>>;

/**
 * Measured value in the unit of its metric: `2.06 %`, `105 ms`, `7.9 ms ±0.4 ms`, `not measured`.
 */
export const measuredOf = ({ value, threshold, uncertainty = 0 }: Measured): string =>
  `${figureOf(threshold, value)}${uncertaintyText(uncertainty)}`;

/** A value of a threshold's metric, with as many digits as distinguish it from the limit. */
export const figureOf = (threshold: Threshold, value: number | null): string => {
  const write = (digits?: number): string => figureText(threshold, value, digits);
  return value === threshold.limit ? write() : formatUnlike(limitFigure(threshold), write);
};

const figureText = (
  { metric, aggregation }: Threshold,
  value: number | null,
  digits: number | undefined,
): string => formatFigure(value, metricDefinition(metric), formatAggregation(aggregation), digits);

const limitFigure = (threshold: Threshold): string =>
  formatExactly((digits) => figureText(threshold, threshold.limit, digits));

/** ` ±0.4 ms`: by how much a latency between hosts may be wrong; nothing for one clock. */
export const uncertaintyText = (ms: number): string => (ms === 0 ? '' : ` ±${formatMs(ms)}`);

/** Sentence that readers need besides the value of a result; null: none. */
export const restrictionOf = (
  result: Pick<ThresholdResult, 'metric' | 'expression' | 'doubt' | 'excluded'>,
): string | null => {
  const { doubt, excluded } = result;
  if (doubt !== null) return `${thresholdName(result)} was not judged: ${doubtText(doubt)}.`;
  if (excluded === null) return null;
  return `${thresholdName(result)} was judged without ${percent(excluded.share)} of the values, which compare clocks of hosts: those may be ${formatMs(excluded.uncertaintyMs)} apart, ${formatMs(excluded.allowedMs)} are allowed.`;
};

const doubtText = (doubt: NonNullable<ThresholdResult['doubt']>): string => {
  switch (doubt.code) {
    case 'start_skew':
      return `many participants were to arrive at once, and those of ${doubt.host} may have been ${formatMs(doubt.value)} too early or too late, ${formatMs(doubt.limit)} are allowed`;
    case 'clock_uncertainty':
      return `all values compare clocks of hosts, which may be ${formatMs(doubt.value)} apart, ${formatMs(doubt.limit)} are allowed`;
  }
};

/** The limit of a threshold: `< 2 %`. */
export const limitOf = ({ threshold }: { threshold: Threshold }): string =>
  `${threshold.operator} ${limitFigure(threshold)}`;

/**
 * `packet_loss{kind:video}@peak: rate<0.02`: the same in every report, so that it can be searched
 * for.
 */
export const thresholdName = ({
  metric,
  expression,
}: Pick<ThresholdResult, 'metric' | 'expression'>): string => `${metric}: ${expression}`;

/** `rate was 2.06 %, limit < 2 %`. */
export const measuredText = (result: Measured): string =>
  `${formatAggregation(result.threshold.aggregation)} was ${measuredOf(result)}, limit ${limitOf(result)}`;

/** `join_time@peak: p(95) was 2,410 ms, limit < 2,000 ms`. */
export const crossedText = (result: Measured & Pick<ThresholdResult, 'metric'>): string =>
  `${result.metric}: ${measuredText(result)}`;

/** The same from a record. */
export const crossingText = ({ threshold, metric, value }: ThresholdCrossing): string =>
  crossedText({ threshold: parseThreshold(threshold), metric, value });

/** Origin of the load: the flags of `swarm run`, or a scenario file. */
export type LoadOrigin = 'flags' | 'file';

const percent = (share: number): string => formatShare(Number(share.toPrecision(2)));

/** A process of the load generator by its shard: `process 1`, `the coordinator`. */
export const processName = (shard: number): string =>
  shard === COORDINATOR_SHARD ? 'the coordinator' : `process ${shard}`;

/** `30 s forwards`. */
export const stepText = (stepMs: number): string =>
  `${formatMs(Math.abs(stepMs))} ${stepMs < 0 ? 'back' : 'forwards'}`;

/** Finding about the load generator, and its meaning for the figures of the run. */
export const healthText = (finding: HealthFinding): string =>
  finding.host === undefined || finding.code === 'host_lost'
    ? impairmentText(finding)
    : `${finding.host}: ${impairmentText(finding)}`;

const impairmentText = (finding: HealthFinding): string => {
  switch (finding.code) {
    case 'host_lost':
      return `The participants of ${plural(finding.value, 'process', 'processes')} have no result. ${finding.why}.`;
    case 'process_died':
      return `${formatNumber(finding.value)} of ${formatNumber(finding.processes)} processes died; their participants have no result. See their logs.`;
    case 'server_killed':
      return 'The server of this run was ended from outside, not by a failure of its own; see its log next to the record.';
    case 'engine_error':
      return `${plural(finding.value, 'connection')} ended with an internal error of the load generator; the logs of the processes have the cause.`;
    case 'dns_failed':
      return `${plural(finding.value, 'participant')} did not connect because the resolver of this host did not look up the deployment's name.`;
    case 'no_route':
      return `${plural(finding.value, 'participant')} did not connect because this host has no route to the deployment or to the address family of its media.`;
    case 'no_socket':
      return `${plural(finding.value, 'participant')} did not connect because this host refused a socket or a connection.`;
    case 'engine_stuck':
      return `${plural(finding.value, 'thread')} of the media engine did not run for two seconds or more; the figures of their participants are incomplete.`;
    case 'host_suspended':
      return `This host was suspended for ${formatMs(finding.value)}; the server continued without its participants.`;
    case 'process_paused':
      return `${capital(processName(finding.shard))} did not run for ${formatMs(finding.value)}; servers disconnect participants that do not answer.`;
    case 'clock_stepped':
      return `The wall clock of this host was set ${stepText(finding.stepMs)}; tokens, and a server on this host, depend on it.`;
    case 'clock_wrong':
      return `The clock of this host is ${formatMs(Math.abs(finding.offsetMs))} ${finding.offsetMs < 0 ? 'behind' : 'ahead of'} that of the run; tokens and certificates may not be valid by it.`;
    case 'cpu_starved':
      return `${finding.process === 'server' ? 'The embedded server' : 'The load generator'} had work and waited for a core most of the time in ${percent(finding.value)} of samples: other processes used the CPU.`;
    case 'no_samples':
      return 'The record contains no samples; media was not measured.';
    case 'samples_missing':
      return `Samples of ${processName(finding.shard)} are missing for ${percent(finding.value)} of the time with participants: they were lost on their way into the record.`;
    case 'socket_drops':
      return `${formatNumber(finding.count)} datagrams (${percent(finding.value)}) were dropped because the generator's receive buffers were full; this loss is not the server's.`;
    case 'late_sends':
      return `${percent(finding.value)} of packets were sent more than 20 ms late; measured jitter and latency include generator delay.`;
    case 'send_errors':
      return `${percent(finding.value)} of packets were refused by the generator's kernel; measured uplink loss includes them.`;
    case 'tick_lateness':
      return `Pump threads were more than ${formatNumber(finding.lateMs)} ms late in ${percent(finding.value)} of samples (max ${formatNumber(finding.maxMs)} ms): CPU starvation.`;
    case 'event_loop_lag':
      return `Event loop lag exceeded ${formatNumber(finding.lagMs)} ms in ${percent(finding.value)} of samples; measured join times include generator delay.`;
    case 'late_joins':
      return `${percent(finding.value)} of joins started more than one second late; the generator could not sustain the join rate.`;
    case 'host_saturated':
      return `All cores of this host were busy (above ${percent(finding.busy)}) in ${percent(finding.value)} of samples, including a server on the same host.`;
  }
};

/** `other programs used 1.8 of 2 cores: cc1plus, node, rustc`. */
export const otherProgramsText = ({
  otherCores,
  cores,
  programs,
}: Omit<Extract<RunNote, { code: 'host_busy' }>, 'code'>): string =>
  `other programs used ${otherCores.toFixed(1)} of ${plural(cores, 'core')}${programs.length === 0 ? '' : `: ${programs.join(', ')}`}`;

const LESS_LOAD = 'Reduce participants, add cores, or use a second host';
const LESS_LOAD_OR_SERVER = 'Use fewer rooms, or a server on another host (--url)';

/** Facts of a run on which advice depends. */
export interface AdviceContext {
  origin: LoadOrigin;
  /**
   * Use of the host by other programs; null: other programs did not keep it busy, or the run had
   * several hosts.
   */
  busyHost: Extract<RunNote, { code: 'host_busy' }> | null;
  /** The load generator itself used little of the host. */
  usedLittle: boolean;
  /**
   * Use of the host by the livekit-server that the run started, cores; `unknown`: it was not
   * measured. Null: there is no such server, or it used little of the host.
   */
  ownServer: { usedCores: number; cores: number } | 'unknown' | null;
}

/** Context of a run of which nothing is known: one of several that are compared. */
export const NO_CONTEXT: AdviceContext = {
  origin: 'file',
  busyHost: null,
  usedLittle: false,
  ownServer: null,
};

/** CPU use of all nodes of the deployment. */
interface ServerCpu {
  total: Pick<ServerTotals, 'cpuCores'> | null;
}

/** @param summary of the run whose findings are explained */
export const adviceContextOf = ({
  scenario,
  notes,
  generator: { cpuCores },
  environment: { cores },
  deployment,
  server,
}: Pick<Summary, 'scenario' | 'notes' | 'generator' | 'environment' | 'deployment'> & {
  server: ServerCpu;
}): AdviceContext => ({
  origin: scenario.name === FLAGS_SCENARIO ? 'flags' : 'file',
  busyHost: notes.find((note) => note.code === 'host_busy') ?? null,
  usedLittle: cpuCores !== null && cpuCores.avg < USES_LITTLE * Number(cores),
  ownServer: deployment?.embedded === true ? ownServerOf(server, Number(cores)) : null,
});

/** Less of a host than this part is not the reason why the host is busy. */
const USES_LITTLE = 0.25;

const ownServerOf = ({ total }: ServerCpu, cores: number): AdviceContext['ownServer'] => {
  const usedCores = total?.cpuCores?.avg;
  if (usedCores === undefined) return 'unknown';
  return usedCores < USES_LITTLE * cores ? null : { usedCores, cores };
};

/** Advice to use less of the CPU of the host: by its users that fill it. */
const lessCpu = ({ busyHost, usedLittle, ownServer }: AdviceContext): string => {
  if (busyHost !== null)
    return `End what else uses the CPU (${otherProgramsText(busyHost)}), or use another host`;
  if (ownServer === 'unknown')
    return usedLittle ? `${LESS_LOAD_OR_SERVER}; or end what else uses the CPU` : LESS_LOAD;
  if (ownServer !== null)
    return `${LESS_LOAD_OR_SERVER}: the server of this run used ${ownServer.usedCores.toFixed(1)} of ${plural(ownServer.cores, 'core')}`;
  return usedLittle ? 'End what else uses the CPU, or use another host' : LESS_LOAD;
};

/** Advice for the next run; null where the finding states it already. */
export const healthAdvice = (
  { code, host }: HealthFinding,
  ofRun: AdviceContext,
): string | null => {
  // A finding with a host is of a run on several hosts; the server of such a run is on none of them.
  const context = host === undefined ? ofRun : { ...ofRun, ownServer: null };
  const { origin, busyHost, usedLittle } = context;
  const byOthers = busyHost !== null || usedLittle;
  const lessLoad = lessCpu(context);
  const joinRate = origin === 'flags' ? '--join-rate' : 'joinRate of the scenario';
  switch (code) {
    case 'process_died':
    case 'server_killed':
    case 'engine_error':
    case 'no_samples':
    case 'samples_missing':
    case 'host_lost':
      return null;
    case 'host_suspended':
      return 'Keep the host awake during a run; do not pause a virtual machine.';
    case 'process_paused':
      return !byOthers
        ? 'Give the load generator enough CPU and memory, and do not stop its processes.'
        : `${lessLoad}; and do not stop its processes.`;
    case 'clock_wrong':
    case 'clock_stepped':
      return 'Synchronise the clock before a run; during it, let the time service slew.';
    case 'dns_failed':
      return 'Check the DNS settings of this host: /etc/resolv.conf.';
    case 'no_route':
      return 'Check the interfaces and routes of this host: ip route, ip -6 route.';
    case 'no_socket':
      return 'Check the limits of this host (file descriptors, ports, memory) and its firewall.';
    case 'engine_stuck':
      return 'Give the load generator enough CPU. If it has that, report a defect, with the record.';
    case 'late_sends':
    case 'tick_lateness':
    case 'host_saturated':
    case 'cpu_starved':
      return `${lessLoad}.`;
    case 'socket_drops':
      return `${lessLoad}; or raise net.core.rmem_max.`;
    case 'send_errors':
      return `${lessLoad}; or raise net.core.wmem_max.`;
    case 'event_loop_lag':
      return !byOthers
        ? `Lower ${joinRate}, use more processes, or reduce participants.`
        : `${lessLoad}.`;
    case 'late_joins':
      return !byOthers ? `Lower ${joinRate}, or add cores.` : `${lessLoad}.`;
  }
};

/**
 * Load generator of a run that passed although it had too little CPU: waiting for a core makes
 * figures worse, so the thresholds would be met on an idle host as well.
 */
export const PASSED_WHILE_SHORT = 'short of CPU, and every threshold was met nevertheless';
