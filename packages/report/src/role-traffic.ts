import type { Summary } from '@livekit-swarm/analysis';
import { type Aggregation, aggregate, type Labels, type MetricName } from '@livekit-swarm/metrics';

/** Media of one role, kind and direction. Rates are those while all participants were connected; null means not measured. */
export interface RoleTraffic {
  group: string;
  role: string;
  kind: 'audio' | 'video' | 'data';
  direction: 'up' | 'down';
  /** Messages, of data. */
  packets: number;
  packetsPerSecond: number | null;
  bitsPerSecond: number | null;
  /** After recovery, 0 … 1. */
  loss: number | null;
  /** Milliseconds. */
  jitterP95: number | null;
  latencyP95: number | null;
}

const P95: Aggregation = { type: 'p', percentile: 95 };
const RATE: Aggregation = { type: 'rate' };
const COUNT: Aggregation = { type: 'count' };

/** Role by role, in the order of the scenario; only what flowed. Empty with a single role: the totals are the same. */
export const roleTraffic = ({ scenario, metrics }: Summary): RoleTraffic[] => {
  const roles = scenario.groups.flatMap(({ name, roles: inIt }) =>
    inIt.map((role) => ({ group: name, role: role.name })),
  );
  if (roles.length < 2) return [];
  return roles.flatMap((role) =>
    (['audio', 'video', 'data'] as const).flatMap((kind) =>
      (['up', 'down'] as const).flatMap((direction) => {
        const row = rowOf(metrics, role, kind, direction);
        return row.packets > 0 ? [row] : [];
      }),
    ),
  );
};

const rowOf = (
  metrics: Summary['metrics'],
  role: { group: string; role: string },
  kind: RoleTraffic['kind'],
  direction: RoleTraffic['direction'],
): RoleTraffic => {
  const down = direction === 'down';
  const data = kind === 'data';
  const labels: Labels = data ? role : { ...role, kind };
  const figure = (metric: MetricName | null, aggregation: Aggregation): number | null =>
    metric === null ? null : (aggregate(metrics.measure(metric, labels), aggregation) ?? null);
  const amount: MetricName = data
    ? down
      ? 'data_messages_received'
      : 'data_messages_sent'
    : down
      ? 'packets_received'
      : 'packets_sent';
  const bytes = data ? null : figure(down ? 'bytes_received' : 'bytes_sent', RATE);
  return {
    ...role,
    kind,
    direction,
    packets: figure(amount, COUNT) ?? 0,
    packetsPerSecond: figure(amount, RATE),
    bitsPerSecond: bytes === null ? null : bytes * 8,
    loss: figure(data ? (down ? 'data_loss' : null) : down ? 'packet_loss' : 'uplink_loss', RATE),
    jitterP95: figure(data ? null : down ? 'jitter' : 'uplink_jitter', P95),
    latencyP95: figure(down ? (data ? 'data_latency' : 'media_latency') : null, P95),
  };
};
