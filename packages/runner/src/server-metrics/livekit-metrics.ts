import type { NodeFigures } from './server-source.ts';

/** Series of an exposition: its name, labels and value. */
export interface Series {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Metric that every version of livekit-server has from its start, and no other program. */
export const NODE_METRIC = 'livekit_room_total';

/**
 * Metrics that are read of a node. They are gauges despite the suffix `_total` (livekit-server,
 * pkg/telemetry/prometheus).
 */
export const NODE_METRICS = [
  NODE_METRIC,
  'livekit_participant_total',
  'livekit_track_published_total',
  'livekit_track_subscribed_total',
  'livekit_packet_total',
  'livekit_packet_bytes',
  'livekit_node_packet_total',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'go_goroutines',
  'process_open_fds',
] as const;

const WANTED: ReadonlySet<string> = new Set(NODE_METRICS);

/** Reads the wanted series of Prometheus' text format; hundreds of others are skipped. */
export const readExposition = (text: string, wanted: ReadonlySet<string> = WANTED): Series[] =>
  text.split('\n').flatMap((line): Series[] => {
    const name = /^\w+/.exec(line)?.[0] ?? '';
    if (!wanted.has(name)) return [];
    const [, labels = '', value = ''] = /^\w+(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    const number = Number(value);
    return Number.isFinite(number) ? [{ name, labels: labelsOf(labels), value: number }] : [];
  });

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([a-zA-Z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

/**
 * ID of the node whose series these are; null: they are not from a livekit-server. The text is
 * copied: V8 keeps a whole text in memory while a part of it is used, and a soak keeps the ID of
 * every reading.
 */
export const nodeIdOf = (series: readonly Series[]): string | null => {
  const id = series.find(({ name }) => name === NODE_METRIC)?.labels.node_id;
  return id === undefined ? null : Buffer.from(id).toString();
};

/**
 * Figures of one node. A counter without a series is zero, because a server creates a series with
 * its first count.
 */
export const figuresOf = (series: readonly Series[]): NodeFigures => {
  const find = (name: string): number | undefined => series.find((one) => one.name === name)?.value;
  const sum = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
    series
      .filter(
        (one) =>
          one.name === name &&
          Object.entries(labels).every(([label, value]) => one.labels[label] === value),
      )
      .reduce((total, { value }) => total + value, 0);
  const process = {
    cpuSeconds: find('process_cpu_seconds_total'),
    memoryBytes: find('process_resident_memory_bytes'),
    goroutines: find('go_goroutines'),
    descriptors: find('process_open_fds'),
    rooms: find(NODE_METRIC),
    participants: find('livekit_participant_total'),
  };
  return {
    ...Object.fromEntries(Object.entries(process).filter(([, value]) => value !== undefined)),
    tracks: sum('livekit_track_published_total'),
    subscriptions: sum('livekit_track_subscribed_total'),
    bytesUp: sum('livekit_packet_bytes', { direction: 'incoming' }),
    bytesDown: sum('livekit_packet_bytes', { direction: 'outgoing' }),
    packetsUp: sum('livekit_packet_total', { direction: 'incoming' }),
    packetsDown: sum('livekit_packet_total', { direction: 'outgoing' }),
    drops: sum('livekit_node_packet_total', { type: 'dropped' }),
  };
};
