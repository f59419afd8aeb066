import {
  createRunPhase,
  createSummary,
  decideVerdict,
  evaluate,
  type InterimSummary,
  RolePaths,
  RUN_PHASES,
  type RunPhase,
  resolveThresholds,
  type SourcedThreshold,
  type SummaryFold,
  type Verdict,
} from '@livekit-swarm/analysis';
import { metricDefinition, type Threshold } from '@livekit-swarm/metrics';
import type { DeploymentLine, HeaderLine, RecordLine } from '@livekit-swarm/record';
import { scenarioOfRecord } from '@livekit-swarm/scenario';
import { RUN_METRICS } from '../index.ts';
import type { Snapshot, SnapshotValue } from '../registry/snapshot.ts';
import { emitAgents, emitCalls, emitJoins, emitMedia } from './count-series.ts';
import { type Emit, type RunMetricName, textOf } from './emit.ts';
import { createRunLevels } from './run-levels.ts';
import { pushHistogram, type TrendSeries, trendSeriesOf } from './trend-series.ts';

/**
 * Metrics of a run. They are computed from the lines of its record by the same fold as the report,
 * so that the two cannot disagree.
 */
export interface RunMetrics {
  add(line: RecordLine): void;
  /** Name of the scenario in the header; null before the header. */
  readonly scenario: string | null;
  snapshots(): Snapshot[];
  /** Values of the same moment, with the distributions for histograms. */
  figures(): RunFigures;
}

export interface RunFigures {
  snapshots: Snapshot[];
  trends: TrendSeries[];
}

export const createRunMetrics = (): RunMetrics => {
  const fold = createSummary();
  const levels = createRunLevels();
  const paths = new RolePaths();
  const phase = createRunPhase();
  const counters = new Map<string, number>();
  let header: HeaderLine | null = null;
  let deployment: DeploymentLine | null = null;
  let serverVersion: string | null = null;
  let left = 0;
  let thresholds: readonly SourcedThreshold[] = [];
  /**
   * Summary after the end of the run, which includes values that were unknown before; null during
   * the run.
   */
  let final: InterimSummary | null = null;
  /** Null during the run. */
  let verdict: Verdict | null = null;

  const figures = (): RunFigures => {
    if (header === null) return { snapshots: [], trends: [] };
    const { scenario, run, plan, environment, processes } = header;
    const interim = final ?? fold.interim();
    const series = new Map<RunMetricName, SnapshotValue[]>();
    const name = { scenario: scenario.name };
    const push = (metric: RunMetricName, value: SnapshotValue): void =>
      void series.set(metric, [...(series.get(metric) ?? []), value]);
    const emit: Emit = (metric, labels, value) => {
      const all = { ...name, ...labels };
      push(metric, {
        labels: all,
        value:
          RUN_METRICS[metric].type === 'counter' ? rising(counters, metric, all, value) : value,
      });
    };

    emit(
      'livekit_swarm_run_info',
      {
        run,
        version: String(environment.swarm ?? ''),
        server_version: serverVersion ?? '',
        url: deployment?.url ?? '',
      },
      1,
    );
    const { joined, failed, leftEarly } = interim.joins;
    const waiting = Math.max(0, plan.participants - joined - failed - leftEarly);
    const current: RunPhase = phase.at(waiting);
    for (const one of RUN_PHASES)
      emit('livekit_swarm_run_phase', { phase: one }, one === current ? 1 : 0);
    const states = {
      planned: plan.participants,
      waiting,
      connected: interim.connected,
      failed,
      left,
    };
    for (const [state, count] of Object.entries(states))
      emit('livekit_swarm_run_participants', { state }, count);
    emitJoins(interim, emit);
    emitAgents(interim.metrics, emit);
    emitCalls(interim.metrics, emit);
    emitMedia(interim.metrics, emit);
    const trends = trendSeriesOf(interim.metrics, name);
    for (const trend of trends) pushHistogram(trend, push);
    for (const { labels, tracks } of levels.tracks())
      emit('livekit_swarm_run_tracks', textOf(paths.complete(labels)), tracks);
    for (const { direction, height, tracks } of levels.videoTracks())
      emit('livekit_swarm_run_video_tracks', { direction, height }, tracks);
    emitThresholds(interim, thresholds, emit);
    if (verdict !== null)
      for (const one of VERDICTS)
        emit('livekit_swarm_run_verdict', { verdict: one }, one === verdict ? 1 : 0);
    emit('livekit_swarm_run_generator_cpu_cores', {}, levels.cpuCores);
    emit('livekit_swarm_run_generator_resident_bytes', {}, levels.residentBytes);
    emit('livekit_swarm_run_generator_event_loop_lag_seconds', {}, levels.eventLoopLagMs / 1_000);
    emit('livekit_swarm_run_generator_late_sends_total', {}, levels.counts.lateSends);
    emit('livekit_swarm_run_generator_send_errors_total', {}, levels.counts.sendErrors);
    emit('livekit_swarm_run_generator_socket_drops_total', {}, levels.counts.socketDrops);
    emit('livekit_swarm_run_generator_late_joins_total', {}, levels.counts.lateJoins);
    const alive = current === 'ended' ? 0 : processes - levels.processesDied;
    emit('livekit_swarm_run_generator_processes', { state: 'alive' }, alive);
    emit('livekit_swarm_run_generator_processes', { state: 'died' }, levels.processesDied);
    const snapshots = [...series].map(([metric, values]) => ({ ...headOf(metric), values }));
    return { snapshots, trends };
  };

  return {
    get scenario() {
      return header?.scenario.name ?? null;
    },
    add: (line) => {
      fold.add(line);
      phase.add(line);
      switch (line.type) {
        case 'header':
          header = line;
          paths.begin(line);
          thresholds = resolveThresholds(scenarioOfRecord(line.scenario));
          break;
        case 'deployment':
          deployment = line;
          serverVersion = line.serverVersion ?? serverVersion;
          break;
        case 'sample':
          levels.addSample(line);
          break;
        case 'event':
          levels.addEvent(line);
          serverVersion = line.serverVersion ?? serverVersion;
          break;
        case 'participant':
          if (line.joinTimeMs !== null) left++;
          break;
        case 'end':
          levels.clear();
          final = endOf(fold);
          verdict = decideVerdict(fold.result(), thresholds).verdict;
      }
    },
    snapshots: () => figures().snapshots,
    figures,
  };
};

const VERDICTS = ['passed', 'failed', 'inconclusive'] as const satisfies readonly Verdict[];

const endOf = (fold: SummaryFold): InterimSummary => ({ ...fold.result(), connected: 0 });

const headOf = (name: RunMetricName): Omit<Snapshot, 'values'> => {
  const { help, type } = RUN_METRICS[name];
  return { name, help, type, aggregator: 'omit' };
};

/**
 * Makes a value monotonic. A lost packet may arrive late, and a disconnected participant may
 * rejoin; Prometheus would read a decreasing counter as a restart.
 */
const rising = (
  counters: Map<string, number>,
  metric: RunMetricName,
  labels: Record<string, string>,
  value: number,
): number => {
  const key = `${metric} ${JSON.stringify(labels)}`;
  const risen = Math.max(value, counters.get(key) ?? 0);
  counters.set(key, risen);
  return risen;
};

/**
 * Exports the limit of each threshold, and whether it is met if it can be evaluated. A threshold that is given
 * twice, or for a stage by name and by `@*`, is one series, which is 1 if all are met: scrapers
 * reject duplicate series.
 */
const emitThresholds = (
  interim: InterimSummary,
  thresholds: readonly SourcedThreshold[],
  emit: Emit,
): void => {
  const met = new Map<string, boolean>();
  const limits = new Map<string, Threshold>();
  for (const { metric, expression, ok, threshold } of thresholds.flatMap((each) =>
    evaluate(interim, each),
  )) {
    const name = `${metric}: ${expression}`;
    limits.set(name, threshold);
    if (ok !== null) met.set(name, ok && (met.get(name) ?? true));
  }
  for (const [threshold, ok] of met)
    emit('livekit_swarm_run_threshold_met', { threshold }, ok ? 1 : 0);
  for (const [threshold, { metric, aggregation, limit }] of limits) {
    const isTime = metricDefinition(metric).unit === 'ms' && aggregation.type !== 'count';
    emit(
      'livekit_swarm_run_threshold_limit',
      { threshold, metric },
      isTime ? limit / 1_000 : limit,
    );
  }
};
