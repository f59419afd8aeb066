import { Sketch } from '@livekit-swarm/metrics';
import type { EventLine } from '@livekit-swarm/record';
import type { JoinFigures, ScaleFacts } from './rehearsal.ts';

interface Join {
  /** Planned time, ms after the start of the run. */
  plannedAt: number;
  /** ms; null: it failed. */
  tookMs: number | null;
}

/** Joins of a rehearsal, before, during and after the changes of its nodes. */
export const createJoinTimes = (slowMs: number) => {
  const joins: Join[] = [];
  return {
    add: (line: EventLine): void => {
      if (line.event === 'joined' && line.phases !== undefined) {
        const { joined } = line.phases;
        joins.push({ plannedAt: line.at - joined, tookMs: joined });
      }
      if (line.event === 'join_failed')
        joins.push({ plannedAt: line.at - (line.durationMs ?? 0), tookMs: null });
    },
    /** @param spans times of changes; a join between two of them counts as after */
    result: (spans: readonly { fromAt: number; toAt: number }[]): ScaleFacts['joins'] => {
      const firstAt = Math.min(...spans.map(({ fromAt }) => fromAt));
      const groups = Map.groupBy(joins, ({ plannedAt }) => {
        if (spans.some(({ fromAt, toAt }) => plannedAt >= fromAt && plannedAt <= toAt))
          return 'during' as const;
        return plannedAt < firstAt ? ('before' as const) : ('after' as const);
      });
      const figures = (phase: keyof ScaleFacts['joins']): JoinFigures =>
        figuresOf(groups.get(phase) ?? [], slowMs);
      return { before: figures('before'), during: figures('during'), after: figures('after') };
    },
  };
};

const figuresOf = (joins: readonly Join[], slowMs: number): JoinFigures => {
  const times = new Sketch();
  for (const { tookMs } of joins) if (tookMs !== null) times.add(tookMs);
  return {
    attempted: joins.length,
    lost: joins.filter(({ tookMs }) => tookMs === null).length,
    slow: joins.filter(({ tookMs }) => tookMs !== null && tookMs > slowMs).length,
    p95Ms: times.quantile(0.95) ?? null,
  };
};
