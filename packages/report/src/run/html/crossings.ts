import type { History, ThresholdResult } from '@livekit-swarm/analysis';
import { holds, metricDefinition } from '@livekit-swarm/metrics';
import { clock } from '../../format.ts';
import { seriesQuery } from '../../html/series-queries.ts';

/** Time span, ms after the start. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** A threshold's figure over time, and when it was beyond the limit. */
export interface Crossing {
  /**
   * Worst second of each step; null outside of the window that is judged, and where nothing was
   * measured.
   */
  values: (number | null)[];
  /** The same outside of the window, too. */
  all: (number | null)[];
  /** True for each step that was beyond the limit. */
  over: boolean[];
  spans: Span[];
  /** The worst second, and where its step begins. */
  worst: { value: number; atMs: number } | null;
}

/** Returns true when a part of that time is judged: lies in the window. Null: the whole run is. */
export const isJudged = (window: Span | null, fromMs: number, toMs: number): boolean =>
  window === null || (toMs > window.fromMs && fromMs < window.toMs);

/**
 * Times at which a threshold was crossed: the verdict is about the whole run or a window; to find
 * the cause one needs the time. Null where the time is not known: the metric is not known by time,
 * or the limit is for a sum.
 */
export const crossingOf = (
  { threshold, window }: ThresholdResult,
  history: History | null,
): Crossing | null => {
  const { metric, selector, aggregation, operator, limit } = threshold;
  const { type, timed } = metricDefinition(metric);
  const summed = aggregation.type === 'count' || type === 'gauge' || type === 'counter';
  if (history === null || !timed || summed) return null;
  const line = history.series(seriesQuery(metric, selector, aggregation));
  if (line === undefined) return null;
  const { stepMs } = history;
  const inside = (step: number): boolean => isJudged(window, step * stepMs, (step + 1) * stepMs);
  const over = line.value.map(
    (value, step) => value !== null && inside(step) && !holds(value, operator, limit),
  );
  const downwards = operator === '>' || operator === '>=';
  const all = downwards ? line.low : line.high;
  const values = all.map((value, step) => (inside(step) ? value : null));
  return {
    values,
    all,
    over,
    spans: spansOf(over, stepMs),
    worst: worstOf(values, stepMs, downwards),
  };
};

const worstOf = (
  values: readonly (number | null)[],
  stepMs: number,
  downwards: boolean,
): Crossing['worst'] => {
  let worst: Crossing['worst'] = null;
  for (const [step, value] of values.entries()) {
    if (value === null) continue;
    if (worst === null || (downwards ? value < worst.value : value > worst.value))
      worst = { value, atMs: step * stepMs };
  }
  return worst;
};

/** Spans; spans that are at most two steps apart are joined. */
export const spansOf = (over: readonly boolean[], stepMs: number): Span[] => {
  const spans: Span[] = [];
  for (const [step, is] of over.entries()) {
    if (!is) continue;
    const last = spans.at(-1);
    if (last !== undefined && step * stepMs - last.toMs <= 2 * stepMs)
      last.toMs = (step + 1) * stepMs;
    else spans.push({ fromMs: step * stepMs, toMs: (step + 1) * stepMs });
  }
  return spans;
};

/** Side of the limit on which a value crosses it: `above the limit`. */
export const beyond = ({ threshold: { operator } }: ThresholdResult): string =>
  operator === '<' || operator === '<='
    ? 'above the limit'
    : operator === '>' || operator === '>='
      ? 'below the limit'
      : 'off the limit';

/** `0:16–0:24 and 0:32–0:41`. Of many the longest, in order. */
export const spansText = (spans: readonly Span[], most = 3): string => {
  const longest = spans.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs)).slice(0, most);
  const shown = longest.toSorted((a, b) => a.fromMs - b.fromMs).map(spanText);
  const rest = spans.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} more`] : shown;
  return parts.length < 2
    ? parts.join('')
    : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
};

const spanText = ({ fromMs, toMs }: Span): string => `${clock(fromMs)}–${clock(toMs)}`;

/**
 * Times at which no media was received although tracks were published: an outage shows in no share
 * of packets, since packets that were never sent have no number. Searched between the first and the
 * last received media.
 */
export const outageSpans = (history: History): Span[] => {
  const received = history.series(seriesQuery('bytes_received'))?.value ?? [];
  const sent = history.series(seriesQuery('bytes_sent'))?.value ?? [];
  const first = received.findIndex((bytes) => (bytes ?? 0) > 0);
  const last = received.findLastIndex((bytes) => (bytes ?? 0) > 0);
  if (first < 0) return [];
  return spansOf(
    received.map(
      (bytes, step) => step > first && step < last && bytes === 0 && (sent[step] ?? 0) > 0,
    ),
    history.stepMs,
  );
};
