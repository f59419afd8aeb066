import { aggregate, type Labels, type MetricName, type MetricSet } from '@livekit-swarm/metrics';
import type { Scenario } from '@livekit-swarm/scenario';
import type { SampleFold } from './fold-samples.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';
import type { RoleTraffic, Traffic, TrafficRow } from './summary.ts';

const KINDS = ['audio', 'video', 'data'] as const;
const DIRECTIONS = ['up', 'down'] as const;

/** Metrics that measure one direction of media or data; absent: not measured. */
type Source = { packets: MetricName } & Partial<
  Record<'bytes' | 'loss' | 'lossBeforeRecovery' | 'jitter' | 'latency', MetricName>
>;
const MEDIA: Record<Traffic['direction'], Source> = {
  up: {
    packets: 'packets_sent',
    bytes: 'bytes_sent',
    loss: 'uplink_loss',
    lossBeforeRecovery: 'uplink_loss_before_recovery',
    jitter: 'uplink_jitter',
  },
  down: {
    packets: 'packets_received',
    bytes: 'bytes_received',
    loss: 'packet_loss',
    lossBeforeRecovery: 'packet_loss_before_recovery',
    jitter: 'jitter',
    latency: 'media_latency',
  },
};
const DATA: Record<Traffic['direction'], Source> = {
  up: { packets: 'data_messages_sent' },
  down: { packets: 'data_messages_received', loss: 'data_loss', latency: 'data_latency' },
};

const trafficOf = (
  metrics: MetricSet,
  kind: Traffic['kind'],
  direction: Traffic['direction'],
  role: Labels = {},
): Traffic => {
  const media = kind !== 'data';
  const source = (media ? MEDIA : DATA)[direction];
  const labels = media ? { ...role, kind } : role;
  const figure = (metric: MetricName | undefined, type: 'count' | 'rate'): number | null =>
    metric === undefined ? null : (aggregate(metrics.measure(metric, labels), { type }) ?? null);
  const percentiles = (metric: MetricName | undefined): Percentiles | null =>
    metric === undefined ? null : percentilesOf(metrics.measure(metric, labels));
  const uncertaintyOf = (metric: MetricName | undefined): number => {
    const value = metric === undefined ? undefined : metrics.measure(metric, labels);
    return value?.type === 'trend' ? value.uncertaintyMs : 0;
  };
  const bytesPerSecond = figure(source.bytes, 'rate');
  return {
    kind,
    direction,
    packets: figure(source.packets, 'count') ?? 0,
    bytes: figure(source.bytes, 'count') ?? 0,
    packetsPerSecond: figure(source.packets, 'rate'),
    bitsPerSecond: bytesPerSecond === null ? null : bytesPerSecond * 8,
    loss: figure(source.loss, 'rate'),
    lossBeforeRecovery: figure(source.lossBeforeRecovery, 'rate'),
    jitter: percentiles(source.jitter),
    latency: percentiles(source.latency),
    latencyUncertaintyMs: uncertaintyOf(source.latency),
    rtt: media ? percentilesOf(metrics.measure('rtt', { ...labels, direction })) : null,
  };
};

/** Rows of media by kind and direction, and of data messages, without empty ones. */
export const trafficRows = (metrics: MetricSet, samples: SampleFold): TrafficRow[] =>
  KINDS.flatMap((kind) =>
    DIRECTIONS.map((direction): TrafficRow => {
      const traffic = trafficOf(metrics, kind, direction);
      return {
        ...traffic,
        tracks: samples.mostTracks(direction, kind),
        bytes: kind === 'data' ? samples.dataBytes(direction) : traffic.bytes,
      };
    }),
  ).filter(({ tracks, packets }) => tracks > 0 || packets > 0);

/**
 * Rows of each role, without empty ones; none with a single role, because the totals are the same.
 */
export const roleTraffic = (metrics: MetricSet, { groups }: Scenario): RoleTraffic[] => {
  const roles = groups.flatMap(({ name, roles: own }) =>
    own.map((role) => ({ group: name, role: role.name })),
  );
  if (roles.length < 2) return [];
  return roles.flatMap((role) =>
    KINDS.flatMap((kind) =>
      DIRECTIONS.flatMap((direction) => {
        const traffic = trafficOf(metrics, kind, direction, role);
        return traffic.packets > 0 ? [{ ...role, ...traffic }] : [];
      }),
    ),
  );
};
