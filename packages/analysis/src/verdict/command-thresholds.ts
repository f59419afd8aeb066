import {
  type MetricDefinition,
  type MetricName,
  metricDefinition,
  parseThreshold,
  type Threshold,
  thresholdError,
} from '@livekit-swarm/metrics';
import { type SourcedThreshold, withDefaults } from './default-thresholds.ts';

interface CommandThresholds {
  command: NonNullable<MetricDefinition['command']>;
  defaults: readonly { text: string }[];
  /** Message for a metric that the command does not measure, and where its metrics are. */
  notMeasured(metric: MetricName): { message: string; hint: string };
  /** Message for `abortOnFail`, which these commands do not have. */
  noAbort: string;
}

/**
 * Thresholds of a command other than a run: those that were given, and defaults on other metrics.
 * @throws SwarmError `invalid_threshold` for a metric that the command does not measure
 */
export const commandThresholds = (
  given: readonly string[],
  options: CommandThresholds,
): SourcedThreshold[] =>
  withDefaults(
    options.defaults,
    given.map((text) => parseOwn(text, options)),
  );

const parseOwn = (
  text: string,
  { command, notMeasured, noAbort }: CommandThresholds,
): Threshold => {
  const threshold = parseThreshold(text);
  if (metricDefinition(threshold.metric).command !== command)
    throw thresholdError(text, { ...notMeasured(threshold.metric), position: 0 });
  if (threshold.abortOnFail === null) return threshold;
  throw thresholdError(text, {
    message: noAbort,
    hint: 'leave it out',
    position: text.indexOf('abortOnFail'),
  });
};
