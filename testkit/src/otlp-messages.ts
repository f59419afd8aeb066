import { type Message, type MessageType, proto3, ScalarType } from '@bufbuild/protobuf';
import { many, one, part, parts } from './message-fields.ts';

/**
 * Messages of opentelemetry/proto/metrics/v1/metrics.proto and their parts, with the numbers of
 * that file instead of the SDK's, which is under test.
 */
const { STRING, DOUBLE, FIXED64, SFIXED64, SINT32, UINT64, UINT32, BOOL, INT64, BYTES } =
  ScalarType;
export const message = (name: string, fields: Parameters<typeof proto3.makeMessageType>[1]) =>
  proto3.makeMessageType(`opentelemetry.${name}`, fields) as MessageType;

const AnyValue = message('AnyValue', [
  one(1, 'string_value', STRING),
  one(2, 'bool_value', BOOL),
  one(3, 'int_value', INT64),
  one(4, 'double_value', DOUBLE),
  one(7, 'bytes_value', BYTES),
]);
export const KeyValue = message('KeyValue', [one(1, 'key', STRING), part(2, 'value', AnyValue)]);
const TIMES = [one(2, 'start_time_unix_nano', FIXED64), one(3, 'time_unix_nano', FIXED64)] as const;
const NumberDataPoint = message('NumberDataPoint', [
  parts(7, 'attributes', KeyValue),
  ...TIMES,
  one(4, 'as_double', DOUBLE),
  one(6, 'as_int', SFIXED64),
  one(8, 'flags', UINT32),
]);
const HistogramDataPoint = message('HistogramDataPoint', [
  parts(9, 'attributes', KeyValue),
  ...TIMES,
  one(4, 'count', FIXED64),
  one(5, 'sum', DOUBLE),
  many(6, 'bucket_counts', FIXED64),
  many(7, 'explicit_bounds', DOUBLE),
]);
const Buckets = message('Buckets', [one(1, 'offset', SINT32), many(2, 'bucket_counts', UINT64)]);
const ExponentialHistogramDataPoint = message('ExponentialHistogramDataPoint', [
  parts(1, 'attributes', KeyValue),
  ...TIMES,
  one(4, 'count', FIXED64),
  one(5, 'sum', DOUBLE),
  one(6, 'scale', SINT32),
  one(7, 'zero_count', FIXED64),
  part(8, 'positive', Buckets),
  part(9, 'negative', Buckets),
  one(12, 'min', DOUBLE),
  one(13, 'max', DOUBLE),
]);
const temporality = one(2, 'aggregation_temporality', UINT32);
const Metric = message('Metric', [
  one(1, 'name', STRING),
  one(2, 'description', STRING),
  one(3, 'unit', STRING),
  part(5, 'gauge', message('Gauge', [parts(1, 'data_points', NumberDataPoint)])),
  part(
    7,
    'sum',
    message('Sum', [
      parts(1, 'data_points', NumberDataPoint),
      temporality,
      one(3, 'is_monotonic', BOOL),
    ]),
  ),
  part(
    9,
    'histogram',
    message('Histogram', [parts(1, 'data_points', HistogramDataPoint), temporality]),
  ),
  part(
    10,
    'exponential_histogram',
    message('ExponentialHistogram', [
      parts(1, 'data_points', ExponentialHistogramDataPoint),
      temporality,
    ]),
  ),
]);
const ScopeMetrics = message('ScopeMetrics', [parts(2, 'metrics', Metric)]);
export const Resource = message('Resource', [parts(1, 'attributes', KeyValue)]);
const ResourceMetrics = message('ResourceMetrics', [
  part(1, 'resource', Resource),
  parts(2, 'scope_metrics', ScopeMetrics),
]);
const ExportMetricsServiceRequest = message('ExportMetricsServiceRequest', [
  parts(1, 'resource_metrics', ResourceMetrics),
]);

/** Data point with the properties of its metric. */
export interface OtlpPoint {
  name: string;
  unit: string;
  kind: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram';
  temporality: 'delta' | 'cumulative' | null;
  monotonic: boolean;
  labels: Record<string, string>;
  startMs: number;
  atMs: number;
  /** Value of a gauge or a sum. */
  value: number;
  /** Count and sum of a histogram. */
  count: number;
  sum: number;
  /** Bounds of a histogram with explicit ones. */
  bounds: number[];
  /** Counts by bucket; those of an exponential histogram begin at `offset`. */
  buckets: number[];
  scale: number;
  zeroCount: number;
  offset: number;
}

/** @throws Error for bytes that are not such a message */
export const decodeExportRequest = (
  body: Uint8Array,
): { resource: Record<string, string>; points: OtlpPoint[] } => {
  const request = plainOf(ExportMetricsServiceRequest.fromBinary(body));
  const resources = list(request.resourceMetrics);
  return {
    resource: labelsOf(list(record(resources[0]?.resource).attributes)),
    points: resources
      .flatMap(({ scopeMetrics }) => list(scopeMetrics))
      .flatMap(({ metrics }) => list(metrics))
      .flatMap(pointsOf),
  };
};

const KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram'] as const;
const TEMPORALITIES = [null, 'delta', 'cumulative'] as const;

const pointsOf = (metric: Plain): OtlpPoint[] =>
  KINDS.flatMap((kind) => {
    const data = record(metric[kind]);
    return list(data.dataPoints).map((point): OtlpPoint => {
      const positive = record(point.positive);
      return {
        name: String(metric.name),
        unit: String(metric.unit),
        kind,
        temporality: TEMPORALITIES[Number(data.aggregationTemporality ?? 0)] ?? null,
        monotonic: data.isMonotonic === true,
        labels: labelsOf(list(point.attributes)),
        startMs: Number(point.startTimeUnixNano) / 1e6,
        atMs: Number(point.timeUnixNano) / 1e6,
        value: Number(point.asDouble ?? 0) + Number(point.asInt ?? 0),
        count: Number(point.count ?? 0),
        sum: Number(point.sum ?? 0),
        bounds: numbers(point.explicitBounds),
        buckets: numbers(kind === 'histogram' ? point.bucketCounts : positive.bucketCounts),
        scale: Number(point.scale ?? 0),
        zeroCount: Number(point.zeroCount ?? 0),
        offset: Number(positive.offset ?? 0),
      };
    });
  });

export type Plain = Record<string, unknown>;

export const plainOf = (message: Message): Plain => message as unknown as Plain;
export const record = (value: unknown): Plain => (value ?? {}) as Plain;
export const list = (value: unknown): Plain[] => (value ?? []) as Plain[];
const numbers = (value: unknown): number[] => ((value ?? []) as unknown[]).map(Number);
export const labelsOf = (pairs: Plain[]): Record<string, string> =>
  Object.fromEntries(pairs.map(({ key, value }) => [String(key), textOf(record(value))]));

const textOf = ({ stringValue, intValue, doubleValue }: Plain): string =>
  String(stringValue || intValue || doubleValue);
