import {
  type History,
  LAGGING_MS,
  LATE_SENDS_SHARE,
  SEND_ERRORS_SHARE,
  SOCKET_DROPS_SHARE,
  type ThresholdResult,
  TICK_LATE_MS,
  type TimeSeries,
} from '@livekit-swarm/analysis';
import { type MetricName, metricDefinition } from '@livekit-swarm/metrics';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { clock, formatBits, formatFigure, formatRoundMs, formatShare } from '../../format.ts';
import { MAX, percentile, seriesQuery } from '../../html/series-queries.ts';
import type { HtmlInput } from '../report-input.ts';
import { crossingOf, type Span } from './crossings.ts';

/** One figure over the whole run. */
export interface Lane {
  title: string;
  /** The result as text, at the end of the lane. */
  summary: string;
  tone: 'ok' | 'warn' | 'bad';
  values: (number | null)[];
  /** Limit in the unit of the values; null: none. */
  limit: number | null;
  /** Part of the run in which the limit holds; null: everywhere. */
  window: Span | null;
  /** Severity of a second beyond the limit: a warning where the threshold was met in the end. */
  over: 'warn' | 'bad';
  format: (value: number) => string;
}

export const lanesOf = (input: HtmlInput): Lane[] => {
  const { history } = input;
  if (history === null || history.steps === 0) return [];
  return [
    connected(input, history),
    received(history),
    connections(history),
    thresholdLane(
      input,
      history,
      'Loss',
      'packet_loss',
      history.series(seriesQuery('packet_loss')),
      formatShare,
    ),
    thresholdLane(
      input,
      history,
      'Latency p95',
      'media_latency',
      history.series(seriesQuery('media_latency', {}, percentile(95))),
      formatRoundMs,
    ),
    thresholdLane(
      input,
      history,
      'Jitter p95',
      'jitter',
      history.series(seriesQuery('jitter', {}, percentile(95))),
      formatRoundMs,
    ),
    interruptions(history),
    generatorHealth(input, history),
  ].filter((lane) => lane !== null);
};

const connected = ({ summary }: HtmlInput, history: History): Lane => {
  const values = history.line('connected')?.high ?? [];
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  return {
    title: 'Participants connected',
    summary: `max ${formatNumber(most)} of ${formatNumber(summary.plan.participants)}`,
    tone: 'ok',
    values,
    limit: null,
    window: null,
    over: 'warn',
    format: (value) => `${formatNumber(value)} connected`,
  };
};

/** Received media: an outage shows here and in no share of packets. */
const received = (history: History): Lane | null => {
  const line = history.series(seriesQuery('bytes_received'));
  if (line === undefined || line.high.every((value) => value === null || value === 0)) return null;
  const most = Math.max(...line.high.map((value) => value ?? 0));
  return {
    title: 'Received',
    summary: `max ${formatBits(most * 8)}`,
    tone: 'ok',
    values: line.value,
    limit: null,
    window: null,
    over: 'warn',
    format: (value) => formatBits(value * 8),
  };
};

/** Failed joins, lost signal connections and disconnections. */
const connections = (history: History): Lane => {
  const [failed, lost, dropped] = ['join_failed', 'signal_lost', 'disconnected'].map(
    (name) => history.line(name)?.value ?? [],
  );
  const values = Array.from(
    { length: history.steps },
    (_, step) => (failed?.[step] ?? 0) + (lost?.[step] ?? 0) + (dropped?.[step] ?? 0),
  );
  const count = (line: readonly (number | null)[] | undefined): number =>
    (line ?? []).reduce((sum: number, one) => sum + (one ?? 0), 0);
  const parts = [
    [count(failed), 'join failed'],
    [count(lost), 'signal lost'],
    [count(dropped), 'disconnected'],
  ] as const;
  const said = parts.flatMap(([times, what]) =>
    times > 0 ? [`${formatNumber(times)} ${what}`] : [],
  );
  return {
    title: 'Connections',
    summary: said.length === 0 ? 'none lost' : said.join(', '),
    tone: count(failed) + count(dropped) > 0 ? 'bad' : said.length > 0 ? 'warn' : 'ok',
    values,
    limit: 0,
    window: null,
    over: count(failed) + count(dropped) > 0 ? 'bad' : 'warn',
    format: (value) => plural(value, 'connection'),
  };
};

/**
 * A metric with its limit: that of a crossed threshold, with the values that it judges, otherwise
 * that of a threshold on all participants and the whole run.
 */
const thresholdLane = (
  { decision }: HtmlInput,
  history: History,
  title: string,
  metric: MetricName,
  line: TimeSeries | undefined,
  format: (value: number) => string,
): Lane | null => {
  if (line === undefined || line.high.every((value) => value === null)) return null;
  for (const result of decision.thresholds) {
    if (result.ok !== false || result.threshold.metric !== metric || !isUpperLimit(result))
      continue;
    const crossing = crossingOf(result, history);
    if (crossing?.worst == null) continue;
    const { limit, selector } = result.threshold;
    const { value, atMs } = crossing.worst;
    // A limit may lie where the rounded figure has no digits.
    const exact = (one: number): string => formatFigure(one, metricDefinition(metric), 'p');
    return {
      title: [title, ...Object.values(selector)].join(' '),
      summary: `worst ${exact(value)} at ${clock(atMs)}`,
      tone: 'bad',
      values: crossing.all,
      limit,
      window: result.window,
      over: 'bad',
      format: exact,
    };
  }
  const limit = decision.thresholds.find((one) => isOfAll(one, metric))?.threshold.limit ?? null;
  const worst = Math.max(...line.high.map((value) => value ?? 0));
  const at = line.high.indexOf(worst) * history.stepMs;
  return {
    title,
    summary: worst === 0 ? 'none' : `worst ${format(worst)} at ${clock(at)}`,
    tone: limit === null || worst < limit ? 'ok' : 'warn',
    values: line.high,
    limit,
    window: null,
    over: 'warn',
    format,
  };
};

const isOfAll = (result: ThresholdResult, metric: string): boolean =>
  result.threshold.metric === metric &&
  result.threshold.window === null &&
  Object.keys(result.threshold.selector).length === 0 &&
  isUpperLimit(result);

/** Thresholds on what a lane shows: a share, or the 95th percentile. */
const isUpperLimit = ({ threshold }: ThresholdResult): boolean =>
  (threshold.operator === '<' || threshold.operator === '<=') &&
  (threshold.aggregation.type === 'rate' ||
    (threshold.aggregation.type === 'p' && threshold.aggregation.percentile === 95));

const interruptions = (history: History): Lane | null => {
  const line = history.series(seriesQuery('media_interruptions'));
  if (line === undefined || history.series(seriesQuery('packet_loss')) === undefined) return null;
  const perStep = history.stepMs / 1_000;
  const count = Math.round(
    line.value.reduce((sum: number, value) => sum + (value ?? 0) * perStep, 0),
  );
  return {
    title: 'Interruptions',
    summary: count === 0 ? 'none' : plural(count, 'media interruption'),
    tone: count === 0 ? 'ok' : 'warn',
    values: line.high,
    limit: 0,
    window: null,
    over: 'warn',
    format: (value) => plural(value, 'media interruption'),
  };
};

/** Each impairment of the load generator, with its limit. */
const IMPAIRMENTS = [
  [seriesQuery('tick_lateness', {}, MAX), TICK_LATE_MS],
  [seriesQuery('event_loop_lag', {}, MAX), LAGGING_MS],
  [seriesQuery('late_sends'), LATE_SENDS_SHARE],
  [seriesQuery('send_errors'), SEND_ERRORS_SHARE],
  [seriesQuery('socket_drops'), SOCKET_DROPS_SHARE],
] as const;

const generatorHealth = ({ decision }: HtmlInput, history: History): Lane | null => {
  const lines = IMPAIRMENTS.map(([what, limit]) => ({
    values: history.series(what)?.high ?? [],
    limit,
  }));
  const values = Array.from({ length: history.steps }, (_, step) => {
    const shares = lines.flatMap(({ values: line, limit }) =>
      line[step] == null ? [] : [line[step] / limit],
    );
    return shares.length === 0 ? null : Math.max(...shares);
  });
  if (values.every((value) => value === null)) return null;
  const beyond = values.filter((value) => value !== null && value >= 1).length;
  const unfit = decision.health.length > 0;
  return {
    title: 'Load generator health',
    summary: unfit ? 'impaired' : beyond === 0 ? 'healthy' : `healthy, ${plural(beyond, 'spike')}`,
    tone: unfit ? 'bad' : 'ok',
    values,
    limit: 1,
    window: null,
    over: unfit ? 'bad' : 'warn',
    format: (value) => `${formatShare(value)} of the limit`,
  };
};
