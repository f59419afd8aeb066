import { createRunMetrics, type RunFigures } from '@livekit-swarm/catalogue/run-metrics';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { decodeExportRequest, type OtlpPoint } from '@livekit-swarm/testkit/otlp-messages';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { createOtlpEncoder, otlpProtocol } from './otlp-output.ts';
import { readOtlpSettings } from './otlp-settings.ts';

const record = recordOf(
  specOf({ rooms: 2, participants: 2, subscribers: 1, publish: ['audio'], durationMs: 5_000 }),
  1,
);
const STARTED_AT = 1_795_242_948_992;
const IDENTITY = { testid: 'k3x9h', startedAtMs: STARTED_AT };

const figuresOf = (lines: readonly RecordLine[]): RunFigures => {
  const metrics = createRunMetrics();
  for (const line of lines) metrics.add(line);
  return metrics.figures();
};
const until = (ms: number): RunFigures =>
  figuresOf(record.filter((line) => !('at' in line) || line.at < ms));
const [midway, end] = [until(3_000), figuresOf(record)];

/** Points of two pushes. */
const pushed = (env: Record<string, string>): [OtlpPoint[], OtlpPoint[]] => {
  const encoder = createOtlpEncoder(readOtlpSettings(null, env), '0.1.0', IDENTITY);
  const read = (bodies: Uint8Array[]): OtlpPoint[] =>
    bodies.flatMap((body) => decodeExportRequest(body).points);
  return [
    read(encoder.push(midway, STARTED_AT + 3_000)),
    read(encoder.push(end, STARTED_AT + 6_000)),
  ];
};

const valuesIn = (figures: RunFigures, name: string): Map<string, number> =>
  new Map(
    figures.snapshots
      .filter((snapshot) => snapshot.name === name)
      .flatMap(({ values }) => values)
      .map(({ labels, value }) => [JSON.stringify({ ...labels, testid: 'k3x9h' }), value]),
  );
const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

describe('OTLP', () => {
  it('has the metrics of /metrics with their labels and values, and the name of the run', () => {
    const [, points] = pushed({});
    for (const { name, type, values } of end.snapshots.filter(({ type }) => type !== 'histogram')) {
      const own = points.filter((point) => point.name === name);
      expect(new Map(own.map(({ labels, value }) => [JSON.stringify(labels), value]))).toEqual(
        valuesIn(end, name),
      );
      expect(own).toHaveLength(values.length);
      for (const point of own)
        expect(point).toMatchObject(
          type === 'counter'
            ? { kind: 'sum', monotonic: true, temporality: 'cumulative', startMs: STARTED_AT }
            : { kind: 'gauge', atMs: STARTED_AT + 6_000 },
        );
    }
    expect(points.find(({ name }) => name === 'livekit_swarm_run_bytes_total')?.unit).toBe('By');
  });

  it('has distributions as exponential histograms with exact counts', () => {
    const [, points] = pushed({});
    for (const { name, labels, sketch } of end.trends) {
      const point = points.find(
        (one) =>
          one.name === name &&
          JSON.stringify(one.labels) === JSON.stringify({ ...labels, testid: 'k3x9h' }),
      );
      expect(point).toMatchObject({
        kind: 'exponentialHistogram',
        unit: 's',
        scale: 4,
        count: sketch.count,
      });
      expect(point?.sum).toBeCloseTo(sketch.sum / 1_000, 9);
      expect((point?.zeroCount ?? 0) + total(point?.buckets ?? [])).toBe(sketch.count);
    }
    expect(end.trends.length).toBeGreaterThan(4);
  });

  it('has the buckets of /metrics for backends that need explicit ones', () => {
    const [, points] = pushed({
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'explicit_bucket_histogram',
    });
    const name = 'livekit_swarm_run_media_latency_seconds';
    const point = points.find((one) => one.name === name);
    expect(point?.buckets).toHaveLength((point?.bounds.length ?? 0) + 1);
    const bound = point?.bounds[6] ?? 0;
    const { le: _, ...labels } = { ...point?.labels, le: '' };
    const upTo = end.snapshots
      .find((snapshot) => snapshot.name === name)
      ?.values.find(
        (one) =>
          one.labels.le === bound &&
          Object.entries(labels).every(
            ([label, text]) => label === 'testid' || one.labels[label] === text,
          ),
      );
    expect(total(point?.buckets.slice(0, 7) ?? [])).toBe(upTo?.value);
  });

  it('has differences to the last push where deltas are preferred', () => {
    const [first, second] = pushed({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' });
    const [, whole] = pushed({});
    for (const name of [
      'livekit_swarm_run_packets_total',
      'livekit_swarm_run_media_latency_seconds',
    ]) {
      const of = (points: OtlpPoint[]) => points.filter((point) => point.name === name);
      const amount = (points: OtlpPoint[]) =>
        total(of(points).map(({ value, count }) => value + count));
      expect(amount(first)).toBeGreaterThan(0);
      expect(amount(first) + amount(second)).toBe(amount(whole));
      expect(
        of(first).every(
          ({ startMs, temporality }) => startMs === STARTED_AT && temporality === 'delta',
        ),
      ).toBe(true);
      expect(of(second).every(({ startMs }) => startMs === STARTED_AT + 3_000)).toBe(true);
      expect(
        total(of(first).flatMap(({ buckets }) => buckets)) +
          total(of(second).flatMap(({ buckets }) => buckets)),
      ).toBe(total(of(whole).flatMap(({ buckets }) => buckets)));
    }
  });

  it('names the service as the environment does', () => {
    const resourceOf = (env: Record<string, string>) => {
      const [body] = createOtlpEncoder(readOtlpSettings(null, env), '0.1.0', IDENTITY).push(
        end,
        STARTED_AT,
      );
      return decodeExportRequest(body ?? new Uint8Array()).resource;
    };
    const instance = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{21}$/);
    expect(resourceOf({})).toEqual({
      'service.name': 'livekit-swarm',
      'service.version': '0.1.0',
      'service.instance.id': instance,
    });
    // One process is one instance, whatever number of runs it makes.
    expect(resourceOf({})).toEqual(resourceOf({}));
    expect(
      resourceOf({
        OTEL_SERVICE_NAME: 'load',
        OTEL_RESOURCE_ATTRIBUTES: 'team=voice,service.instance.id=host-1',
      }),
    ).toEqual({
      'service.name': 'load',
      'service.version': '0.1.0',
      'service.instance.id': 'host-1',
      team: 'voice',
    });
  });

  it('uses JSON on request', () => {
    const settings = readOtlpSettings(null, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    const [body] = createOtlpEncoder(settings, '0.1.0', IDENTITY).push(end, STARTED_AT + 1);
    const request = JSON.parse(Buffer.from(body ?? []).toString());
    expect(request.resourceMetrics[0].scopeMetrics[0].metrics.length).toBe(end.snapshots.length);
    expect(otlpProtocol(settings).headers).toEqual({ 'content-type': 'application/json' });
  });

  it('reads the part that a receiver rejected of an accepted request, and never fails on its answer', () => {
    const protocol = otlpProtocol(readOtlpSettings(null, {}));
    // partial_success { rejected_data_points: 3, error_message: "old" }
    const answer = Buffer.from([0x0a, 0x07, 0x08, 0x03, 0x12, 0x03, 0x6f, 0x6c, 0x64]);
    expect(protocol.partialRejection?.(answer)).toEqual({
      rejected: 3,
      why: '3 points rejected: old',
    });
    for (const body of [Buffer.alloc(0), Buffer.from('nonsense'), Buffer.from([0x0a, 0xff, 0xff])])
      expect(protocol.partialRejection?.(body)).toBe(null);
    expect([429, 502, 503, 504, 500, 400].map((status) => protocol.isRetryable(status))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
