import type { SampleLine } from '@livekit-swarm/record';
import type { Second } from './second.ts';

/** A worker that is not heard for so long (seconds) is not there any more, as far as anybody knows. */
const HELD_S = 10;
/** Pictures come in few sizes; whoever sends more must not fill the memory. */
const MOST_NAMES = 64;

/** The machine is the same for all workers; everything else adds up. */
const SHARED: ReadonlySet<string> = new Set(['busy']);

/**
 * Levels of one worker at the end of an interval: `in` (participants), `cpu` (cores), `memory` (bytes), `busy` (share of the machine's cores in use),
 * `tracks down video`, `layers down 360` (tracks of that height).
 */
export const levelsOf = ({ joined, series, generator }: SampleLine): Record<string, number> => {
  const levels: Record<string, number> = {
    in: joined,
    cpu: generator.cpuCores,
    memory: generator.residentBytes,
  };
  if (generator.hostCpuShare !== undefined) levels.busy = generator.hostCpuShare;
  for (const { labels, tracks, layers } of series) {
    const name = `tracks ${labels.direction} ${labels.kind}`;
    levels[name] = (levels[name] ?? 0) + tracks;
    for (const [height, count] of Object.entries(layers)) {
      const layer = `layers ${labels.direction} ${height}`;
      levels[layer] = (levels[layer] ?? 0) + count;
    }
  }
  return levels;
};

export interface LevelAt {
  second: number;
  name: string;
  figure: number;
}

/** Levels of all workers together. Between two samples a worker is taken to be where it was. */
export class Levels {
  readonly #held = new Map<number, { at: number; levels: Record<string, number> }>();
  readonly #names = new Set<string>();
  #last = -1;

  /** Levels of the seconds up to this one; call with later and later ones. */
  *until(second: number, { levels, gone }: Second): Generator<LevelAt> {
    for (let at = Math.max(this.#last + 1, second - HELD_S); at < second; at++) yield* this.#at(at);
    for (const shard of gone) this.#held.delete(shard);
    for (const [shard, here] of levels) this.#held.set(shard, { at: second, levels: here });
    yield* this.#at(second);
    this.#last = second;
  }

  *#at(second: number): Generator<LevelAt> {
    const totals = new Map<string, number>([...this.#names].map((name) => [name, 0]));
    let heard = 0;
    for (const [shard, { at, levels }] of this.#held) {
      if (second - at > HELD_S) this.#held.delete(shard);
      else heard++;
      if (second - at > HELD_S) continue;
      for (const [name, figure] of Object.entries(levels)) {
        if (!Number.isFinite(figure) || (!totals.has(name) && totals.size >= MOST_NAMES)) continue;
        const sofar = totals.get(name) ?? 0;
        totals.set(name, SHARED.has(name) ? Math.max(sofar, figure) : sofar + figure);
      }
    }
    for (const name of totals.keys()) this.#names.add(name);
    if (heard > 0) for (const [name, figure] of totals) yield { second, name, figure };
  }
}
