import {
  GAMMA,
  isMetricName,
  type MetricName,
  metricDefinition,
  metricNames,
} from '@livekit-swarm/metrics';
import { suggest, usageError } from '@livekit-swarm/settings';
import { type CrowdSize, feltFrom } from './felt.ts';
import type { Figure } from './figures.ts';
import type { Margin } from './margin.ts';

/** How much worse a figure may get: for all, and for single metrics. */
export interface Tolerance {
  relative: number;
  metrics: Partial<Record<MetricName, Partial<Margin>>>;
}

/**
 * A tenth. Runs of one server on one quiet machine differ by less in what people feel (docs/comparisons.md), and what costs an operator a tenth is worth
 * a look, while less is not worth a stopped release.
 */
export const DEFAULT_TOLERANCE: Tolerance = { relative: 0.1, metrics: {} };

/** Two equal values can come out of a sketch as neighbouring bins: 2 % up and 2 % down. */
const SKETCH_STEP = GAMMA - 1;

const LARGEST = 10;
const HINT = 'write 10% for all figures, join_time=20% or jitter=1ms for one metric';

/**
 * Reads what was typed: `15%` (of all figures), `join_time=20%` (of one metric), `jitter=1ms`, `packet_loss=0.002`, `nacks_sent=5` (an amount in
 * the metric's unit, below which its changes do not count). May be given several times; the last word counts.
 * @throws SwarmError `usage`
 */
export const parseTolerance = (texts: readonly string[]): Tolerance => {
  const tolerance: Tolerance = { ...DEFAULT_TOLERANCE, metrics: {} };
  for (const text of texts) {
    const cut = text.indexOf('=');
    if (cut < 0) {
      tolerance.relative = readShare(text, text);
      continue;
    }
    const metric = readMetric(text.slice(0, cut).trim(), text);
    const said = text.slice(cut + 1).trim();
    const margin = said.endsWith('%')
      ? { relative: readShare(said, text) }
      : { absolute: readAmount(said, metric, text) };
    tolerance.metrics[metric] = { ...tolerance.metrics[metric], ...margin };
  }
  return tolerance;
};

/** How far two values of a figure may be apart and still count as equal. */
export const marginOf = (
  { metric, aggregation }: Figure,
  tolerance: Tolerance,
  crowd: CrowdSize,
): Margin => {
  const own = tolerance.metrics[metric];
  const relative = own?.relative ?? tolerance.relative;
  const sketched =
    metricDefinition(metric).type === 'trend' &&
    aggregation.type !== 'count' &&
    aggregation.type !== 'avg';
  return {
    relative: sketched ? Math.max(relative, SKETCH_STEP) : relative,
    absolute: own?.absolute ?? feltFrom(metric, crowd),
  };
};

const readShare = (said: string, text: string): number => {
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(said.trim());
  const value = Number(share?.[1]) / 100;
  if (share === null) throw usageError(`--tolerance ${text}: "${said.trim()}" is no share`, HINT);
  if (value > LARGEST)
    throw usageError(
      `--tolerance ${text}: more than ${LARGEST * 100} % tolerates everything`,
      HINT,
    );
  return value;
};

const readMetric = (name: string, text: string): MetricName => {
  if (isMetricName(name)) return name;
  throw usageError(
    `--tolerance ${text}: there is no metric "${name}"`,
    suggest(name, metricNames(), 'metrics are'),
  );
};

const TIMES: Record<string, number> = { us: 0.001, µs: 0.001, ms: 1, s: 1_000 };

/** In the metric's unit. */
const readAmount = (said: string, metric: MetricName, text: string): number => {
  const { unit } = metricDefinition(metric);
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)\s*(\D*)$/.exec(said) ?? [];
  const factor = unit === 'ms' ? TIMES[suffix] : suffix === '' ? 1 : undefined;
  const amount = Number(digits) * (factor ?? Number.NaN);
  if (Number.isFinite(amount) && amount > 0) return amount;
  const example = unit === 'ms' ? '5ms' : unit === 'ratio' ? '0.002' : '5';
  throw usageError(
    `--tolerance ${text}: "${said}" is no amount of ${metric}`,
    `write ${metric}=20% or ${metric}=${example}`,
  );
};
