import type { DrillLine } from '@livekit-swarm/record';
import type { Recovery } from './recovery.ts';

type Line<Event extends DrillLine['event']> = Extract<DrillLine, { event: Event }>;
type Move = Line<'name_moved'>;
type Arrivals = Line<'arrivals_observed'>;

/** Measures how long clients go to the old address of a name, from the lines of a drill's record. */
export interface NameMovesFold {
  add(line: Move | Arrivals): void;
  result(): Recovery['nameMoves'];
}

export const createNameMovesFold = (): NameMovesFold => {
  const moves: Move[] = [];
  const arrivals: Arrivals[] = [];
  return {
    add: (line) => {
      if (line.event === 'name_moved') moves.push(line);
      else arrivals.push(line);
    },
    result: () =>
      moves.map(({ at, to, ttlMs }, index) => {
        const until = moves[index + 1]?.at ?? Number.POSITIVE_INFINITY;
        const since = arrivals.filter(({ lastAt }) => lastAt >= at && lastAt < until);
        const atOld = since.filter(({ address }) => address !== to);
        const atNew = since.filter(({ address }) => address === to);
        return {
          ...{ at, to, ttlMs },
          oldConnections: sum(atOld),
          oldLastMs:
            atOld.length === 0 ? null : Math.max(...atOld.map(({ lastAt }) => lastAt)) - at,
          newConnections: sum(atNew),
          newFirstMs:
            atNew.length === 0
              ? null
              : Math.max(0, Math.min(...atNew.map(({ firstAt }) => firstAt)) - at),
        };
      }),
  };
};

const sum = (arrivals: readonly Arrivals[]): number =>
  arrivals.reduce((all, { count }) => all + count, 0);
