import type { TrackResult } from '@livekit-swarm/record';
import { type Observation, SIDES } from '../observation.ts';

/**
 * Figures of one kind of media. Packets of both sides are added up; of other figures, the worse
 * side counts.
 */
export interface MediaFigures {
  kind: 'audio' | 'video';
  packets: { up: number; down: number };
  /** Packet loss, 0 … 1; null without packets. */
  loss: { up: number | null; down: number | null };
  jitterMs: number | null;
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
}

/**
 * Figures of data messages. An echo time is the sum of the one-way latencies in both directions,
 * ms; null if a direction received no message.
 */
export interface DataFigures {
  echoP50Ms: number | null;
  echoP95Ms: number | null;
  loss: number | null;
}

export const figuresOf = (kind: 'audio' | 'video', all: readonly TrackResult[]): MediaFigures => {
  const of = (direction: 'up' | 'down'): TrackResult[] =>
    all.filter((track) => track.kind === kind && track.direction === direction);
  const [up, down] = [of('up'), of('down')];
  return {
    kind,
    packets: { up: sum(up, 'packets'), down: sum(down, 'packets') },
    loss: {
      // Sent packets include those that the server missed; received packets do not include missed
      // ones.
      up: ratio(sum(up, 'lost'), sum(up, 'packets')),
      down: ratio(sum(down, 'lost'), sum(down, 'packets') + sum(down, 'lost')),
    },
    jitterMs: highest(down.map(({ jitterMs }) => jitterMs)),
    latencyP50Ms: highest(down.map(({ latencyP50Ms }) => latencyP50Ms)),
    latencyP95Ms: highest(down.map(({ latencyP95Ms }) => latencyP95Ms)),
  };
};

export const dataFigures = (sides: Observation['sides']): DataFigures => {
  const received = SIDES.map((side) =>
    sides[side].tracks.filter(({ kind, direction }) => kind === 'data' && direction === 'down'),
  );
  const all = received.flat();
  /** Sum of the latencies in both directions; null if either is unknown. */
  const echo = (figure: 'latencyP50Ms' | 'latencyP95Ms'): number | null => {
    const ways = received.map((flows) => highest(flows.map((flow) => flow[figure])));
    return ways.includes(null) ? null : ways.reduce<number>((total, way) => total + (way ?? 0), 0);
  };
  return {
    echoP50Ms: echo('latencyP50Ms'),
    echoP95Ms: echo('latencyP95Ms'),
    loss: ratio(sum(all, 'lost'), sum(all, 'packets') + sum(all, 'lost')),
  };
};

export const sumBoth = (
  tracks: readonly TrackResult[],
  field: 'nacks' | 'plis',
): { up: number; down: number } => ({
  up: sum(
    tracks.filter(({ direction }) => direction === 'up'),
    field,
  ),
  down: sum(
    tracks.filter(({ direction }) => direction === 'down'),
    field,
  ),
});

/** Sum of a counter, at least 0: packets that arrive late make a loss negative. */
const sum = (
  tracks: readonly TrackResult[],
  field: 'packets' | 'lost' | 'nacks' | 'plis',
): number =>
  Math.max(
    0,
    tracks.reduce((total, track) => total + track[field], 0),
  );

const ratio = (part: number, whole: number): number | null =>
  whole > 0 ? Math.min(1, part / whole) : null;

export const highest = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};
