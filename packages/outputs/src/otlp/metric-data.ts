import { PUSH_LABEL } from '@livekit-swarm/catalogue';
import type { Snapshot } from '@livekit-swarm/catalogue/registry';
import type { RunFigures, TrendSeries } from '@livekit-swarm/catalogue/run-metrics';
import { type Attributes, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import type { RunIdentity } from '../encoder.ts';
import { explicitDifference, explicitHistogramOf } from './explicit-histogram.ts';
import { exponentialDifference, exponentialHistogramOf } from './exponential-histogram.ts';
import { timeOf } from './otlp-request.ts';
import type { OtlpSettings } from './otlp-settings.ts';

/**
 * Makes a function that converts the figures of a run, push after push, into the data model of
 * OpenTelemetry.
 */
export const createMetricData = (
  { testid, startedAtMs }: RunIdentity,
  { deltas, histograms }: Pick<OtlpSettings, 'deltas' | 'histograms'>,
): ((figures: RunFigures, at: number) => MetricData[]) => {
  const numbers = createDifferences<number>((now, before) => now - before);
  const exponential = createDifferences<ExponentialHistogram>(exponentialDifference);
  const explicit = createDifferences<Histogram>(explicitDifference);
  let lastAt = startedAtMs;

  return ({ snapshots, trends }, at) => {
    const since = { whole: timeOf(startedAtMs), delta: timeOf(lastAt) };
    lastAt = at;
    const point = <T>(labels: Labels, value: T, isDelta: boolean): DataPoint<T> => ({
      startTime: isDelta ? since.delta : since.whole,
      endTime: timeOf(at),
      attributes: attributesOf(labels, testid),
      value,
    });
    const isDelta = deltas.has('counter');
    const isHistogramDelta = deltas.has('histogram');
    const pointsOf = <T>(
      series: readonly TrendSeries[],
      read: (trend: TrendSeries) => T,
      differences: Differences<T>,
    ): DataPoint<T>[] =>
      series.map((trend) => {
        const value = read(trend);
        const shown = isHistogramDelta ? differences(trend.name, trend.labels, value) : value;
        return point(trend.labels, shown, isHistogramDelta);
      });

    return snapshots.map((snapshot): MetricData => {
      const { name, type, values } = snapshot;
      const descriptor = descriptorOf(snapshot);
      const ofHistogram = {
        descriptor,
        aggregationTemporality: temporalityOf(isHistogramDelta),
      };
      const series = trends.filter((trend) => trend.name === name);
      if (type === 'histogram' && histograms === 'explicit')
        return {
          ...ofHistogram,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: pointsOf(series, explicitHistogramOf, explicit),
        };
      if (type === 'histogram')
        return {
          ...ofHistogram,
          dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
          dataPoints: pointsOf(series, ({ sketch }) => exponentialHistogramOf(sketch), exponential),
        };
      if (type === 'counter')
        return {
          descriptor,
          aggregationTemporality: temporalityOf(isDelta),
          dataPointType: DataPointType.SUM,
          isMonotonic: true,
          dataPoints: values.map(({ labels, value }) =>
            point(labels, isDelta ? numbers(name, labels, value) : value, isDelta),
          ),
        };
      return {
        descriptor,
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPointType: DataPointType.GAUGE,
        dataPoints: values.map(({ labels, value }) => point(labels, value, false)),
      };
    });
  };
};

type Labels = Readonly<Record<string, string | number>>;

/** Difference between a value of a series and its value at the last call. */
type Differences<T> = (name: string, labels: Labels, value: T) => T;

const createDifferences = <T>(difference: (now: T, before: T) => T): Differences<T> => {
  const last = new Map<string, T>();
  return (name, labels, value) => {
    const key = `${name} ${JSON.stringify(labels)}`;
    const before = last.get(key);
    last.set(key, value);
    return before === undefined ? value : difference(value, before);
  };
};

const temporalityOf = (isDelta: boolean): AggregationTemporality =>
  isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;

const descriptorOf = ({ name, help }: Snapshot): MetricData['descriptor'] => ({
  name,
  description: help,
  unit: unitOf(name),
  valueType: ValueType.DOUBLE,
});

/** UCUM unit of a metric, from the end of its name in the catalogue. */
const unitOf = (name: string): string => {
  const base = name.replace(/_total$/, '');
  return base.endsWith('_seconds') ? 's' : base.endsWith('_bytes') ? 'By' : '';
};

const attributesOf = (labels: Labels, testid: string): Attributes => ({
  ...labels,
  [PUSH_LABEL]: testid,
});
