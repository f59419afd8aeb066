import type { EventLine, SampleLine, SeriesLabels } from '@livekit-swarm/record';
import { COORDINATOR_SHARD } from '@livekit-swarm/record';

/**
 * Levels of a run: the last values of each process of the load generator. They are exported as
 * gauges.
 */
export interface RunLevels {
  addSample(line: SampleLine): void;
  addEvent(line: EventLine): void;
  /** Removes the levels, because all workers have ended. */
  clear(): void;
  readonly cpuCores: number;
  readonly residentBytes: number;
  /** Event-loop delay of the slowest worker, ms. */
  readonly eventLoopLagMs: number;
  readonly processesDied: number;
  readonly counts: Readonly<Record<GeneratorCount, number>>;
  tracks(): { labels: SeriesLabels; tracks: number }[];
  videoTracks(): { direction: 'up' | 'down'; height: string; tracks: number }[];
}

const COUNTS = ['lateSends', 'sendErrors', 'socketDrops', 'lateJoins'] as const;
type GeneratorCount = (typeof COUNTS)[number];

export const createRunLevels = (): RunLevels => {
  /** Last samples by shard. */
  const latest = new Map<number, SampleLine>();
  const counts: Record<GeneratorCount, number> = {
    lateSends: 0,
    sendErrors: 0,
    socketDrops: 0,
    lateJoins: 0,
  };
  /** All labels seen so far: a removed one is exported as 0 instead of being absent. */
  const tracksSeen = new Map<string, SeriesLabels>();
  const heightsSeen = new Map<string, { direction: 'up' | 'down'; height: string }>();
  let processesDied = 0;

  const all = (): SampleLine[] => [...latest.values()];
  const sum = (figure: (line: SampleLine) => number): number =>
    all().reduce((total, line) => total + figure(line), 0);

  return {
    addSample: (line) => {
      latest.set(line.shard, line);
      for (const count of COUNTS) counts[count] += line.generator[count];
      for (const { labels, layers } of line.series) {
        tracksSeen.set(keyOf(labels), labels);
        for (const height of Object.keys(layers)) {
          heightsSeen.set(`${labels.direction} ${height}`, { direction: labels.direction, height });
        }
      }
    },
    addEvent: ({ event, shard }) => {
      if (event !== 'process_died') return;
      processesDied++;
      if (shard !== undefined) latest.delete(shard);
    },
    clear: () => latest.clear(),
    get cpuCores() {
      return sum(({ generator }) => generator.cpuCores);
    },
    get residentBytes() {
      return sum(({ generator }) => generator.residentBytes);
    },
    get eventLoopLagMs() {
      const workers = all().filter(({ shard }) => shard !== COORDINATOR_SHARD);
      return Math.max(0, ...workers.map(({ generator }) => generator.eventLoopLagMs));
    },
    get processesDied() {
      return processesDied;
    },
    counts,
    tracks: () => {
      const now = new Map<string, number>();
      for (const { labels, tracks } of all().flatMap(({ series }) => series)) {
        now.set(keyOf(labels), (now.get(keyOf(labels)) ?? 0) + tracks);
      }
      return [...tracksSeen].map(([key, labels]) => ({ labels, tracks: now.get(key) ?? 0 }));
    },
    videoTracks: () => {
      const now = new Map<string, number>();
      for (const { labels, layers } of all().flatMap(({ series }) => series)) {
        for (const [height, tracks] of Object.entries(layers)) {
          const key = `${labels.direction} ${height}`;
          now.set(key, (now.get(key) ?? 0) + tracks);
        }
      }
      return [...heightsSeen].map(([key, seen]) => ({ ...seen, tracks: now.get(key) ?? 0 }));
    },
  };
};

const keyOf = ({ group, role, kind, direction, codec }: SeriesLabels): string =>
  [group, role, kind, direction, codec].join(' ');
