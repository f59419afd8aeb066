import { secondOfSample } from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';

/** One second of a drill, as all participants together had it. */
export interface DrillSecond {
  /** Beginning, ms after the run's start. */
  at: number;
  /** Media packets received. */
  packets: number;
  /** Packets that never came, of those that were to come; null: none were. */
  loss: number | null;
}

/** Adds samples up second by second: what strips and pairs are drawn above. */
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
          const due = packets + lost;
          return { at, packets, loss: due <= 0 ? null : Math.min(1, Math.max(0, lost / due)) };
        }),
  };
};
