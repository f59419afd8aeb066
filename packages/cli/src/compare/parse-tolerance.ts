import { DEFAULT_TOLERANCE, type Tolerance } from '@livekit-swarm/analysis/compare';
import {
  isMetricName,
  type MetricName,
  metricDefinition,
  metricNames,
} from '@livekit-swarm/metrics';
import { suggest, usageError } from '@livekit-swarm/settings';

const LARGEST = 10;
const HINT = 'write 10% for all figures, join_time=20% or jitter=1ms for one metric';

/**
 * Reads `--tolerance`: `15%` (of all figures), `join_time=20%` (of one metric), `jitter=1ms`,
 * `packet_loss=0.002`, `nacks_sent=5` (an amount in the metric's unit, below which its changes do
 * not count). Of several values for one metric the last counts.
 * @throws SwarmError `usage`
 */
export const parseTolerance = (texts: readonly string[]): Tolerance => {
  const tolerance: Tolerance = { ...DEFAULT_TOLERANCE, metrics: {} };
  for (const text of texts) {
    const cut = text.indexOf('=');
    if (cut < 0) {
      tolerance.relative = readAccepted(text, text);
      continue;
    }
    const metric = readMetric(text.slice(0, cut).trim(), `--tolerance ${text}`);
    const value = text.slice(cut + 1).trim();
    const margin = value.endsWith('%')
      ? { relative: readAccepted(value, text) }
      : { absolute: readAmount(value, metric, text) };
    tolerance.metrics[metric] = { ...tolerance.metrics[metric], ...margin };
  }
  return tolerance;
};

const readAccepted = (value: string, text: string): number => {
  const share = readShare(value, `--tolerance ${text}`, HINT);
  if (share <= LARGEST) return share;
  throw usageError(`--tolerance ${text}: more than ${LARGEST * 100} % accepts every change`, HINT);
};

/**
 * Reads a share: `5%`.
 * @param where the flag with its value, for an error
 * @throws SwarmError `usage`
 */
export const readShare = (value: string, where: string, hint: string): number => {
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(value.trim());
  if (share !== null) return Number(share[1]) / 100;
  throw usageError(`${where}: "${value.trim()}" is not a share`, hint);
};

/**
 * Reads the name of a metric.
 * @param where the flag with its value, for an error
 * @throws SwarmError `usage`
 */
export const readMetric = (name: string, where: string): MetricName => {
  if (isMetricName(name)) return name;
  throw usageError(
    `${where}: unknown metric "${name}"`,
    suggest(name, metricNames(), 'available:'),
  );
};

const TIMES: Record<string, number> = { us: 0.001, µs: 0.001, ms: 1, s: 1_000 };

/** Reads an amount. Returns it in the metric's unit. */
const readAmount = (value: string, metric: MetricName, text: string): number => {
  const { unit } = metricDefinition(metric);
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)\s*(\D*)$/.exec(value) ?? [];
  const factor = unit === 'ms' ? TIMES[suffix] : suffix === '' ? 1 : undefined;
  const amount = Number(digits) * (factor ?? Number.NaN);
  if (Number.isFinite(amount) && amount > 0) return amount;
  const example = unit === 'ms' ? '5ms' : unit === 'ratio' ? '0.002' : '5';
  throw usageError(
    `--tolerance ${text}: "${value}" is not an amount of ${metric}`,
    `write ${metric}=20% or ${metric}=${example}`,
  );
};
