import type { Labels, MetricName, MetricSet } from '@livekit-swarm/metrics';
import { type Aggregation, aggregate } from '@livekit-swarm/metrics';
import type { SampleFold } from './fold-samples.ts';
import type { TrafficRow } from './summary.ts';

const P50: Aggregation = { type: 'p', percentile: 50 };
const P95: Aggregation = { type: 'p', percentile: 95 };
const COUNT: Aggregation = { type: 'count' };
const RATE: Aggregation = { type: 'rate' };

/** Media by kind and direction, and data messages; only what flowed. */
export const trafficRows = (metrics: MetricSet, samples: SampleFold): TrafficRow[] => {
  const figure = (metric: MetricName, labels: Labels, aggregation: Aggregation): number | null =>
    aggregate(metrics.measure(metric, labels), aggregation) ?? null;

  const media = (['audio', 'video'] as const).flatMap((kind) =>
    (['up', 'down'] as const).map((direction): TrafficRow => {
      const down = direction === 'down';
      const labels = { kind };
      const bytes: MetricName = down ? 'bytes_received' : 'bytes_sent';
      const packets: MetricName = down ? 'packets_received' : 'packets_sent';
      const bytesPerSecond = figure(bytes, labels, RATE);
      return {
        kind,
        direction,
        tracks: samples.mostTracks(direction, kind),
        packets: figure(packets, labels, COUNT) ?? 0,
        bytes: figure(bytes, labels, COUNT) ?? 0,
        packetsPerSecond: figure(packets, labels, RATE),
        bitsPerSecond: bytesPerSecond === null ? null : bytesPerSecond * 8,
        loss: figure(down ? 'packet_loss' : 'uplink_loss', labels, RATE),
        lossBeforeRecovery: figure(
          down ? 'packet_loss_before_recovery' : 'uplink_loss_before_recovery',
          labels,
          RATE,
        ),
        jitterP95: figure(down ? 'jitter' : 'uplink_jitter', labels, P95),
        latencyP50: down ? figure('media_latency', labels, P50) : null,
        latencyP95: down ? figure('media_latency', labels, P95) : null,
        rttP95: figure('rtt', { kind, direction }, P95),
      };
    }),
  );
  const data = (['up', 'down'] as const).map((direction): TrafficRow => {
    const down = direction === 'down';
    const messages: MetricName = down ? 'data_messages_received' : 'data_messages_sent';
    return {
      kind: 'data',
      direction,
      tracks: samples.mostTracks(direction, 'data'),
      packets: figure(messages, {}, COUNT) ?? 0,
      bytes: samples.dataBytes(direction),
      packetsPerSecond: figure(messages, {}, RATE),
      bitsPerSecond: null,
      loss: down ? figure('data_loss', {}, RATE) : null,
      lossBeforeRecovery: null,
      jitterP95: null,
      latencyP50: down ? figure('data_latency', {}, P50) : null,
      latencyP95: down ? figure('data_latency', {}, P95) : null,
      rttP95: null,
    };
  });
  return [...media, ...data].filter((row) => row.tracks > 0 || row.packets > 0);
};
