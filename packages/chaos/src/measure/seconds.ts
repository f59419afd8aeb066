import { secondOfSample } from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';

/** One second of a drill, over all participants. */
export interface DrillSecond {
  /** Start, ms after the run's start. */
  at: number;
  /** Media packets received. */
  packets: number;
  /** Share of packets that were never received; null: none was expected. */
  loss: number | null;
}

/** Adds up samples per second, for the charts of the report. */
export const createSeconds = (): { add(line: RecordLine): void; result(): DrillSecond[] } => {
  const seconds = new Map<number, { packets: number; lost: number }>();
  return {
    add: (line) => {
      if (line.type !== 'sample') return;
      const at = secondOfSample(line) * 1_000;
      const sum = seconds.get(at) ?? { packets: 0, lost: 0 };
      for (const { labels, packets, lost } of line.series) {
        if (labels.direction !== 'down' || labels.kind === 'data') continue;
        sum.packets += packets;
        sum.lost += lost;
      }
      seconds.set(at, sum);
    },
    result: () =>
      [...seconds]
        .sort(([a], [b]) => a - b)
        .map(([at, { packets, lost }]) => {
          const expected = packets + lost;
          const loss = expected <= 0 ? null : Math.min(1, Math.max(0, lost / expected));
          return { at, packets, loss };
        }),
  };
};
