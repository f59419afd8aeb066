import type { SampleLine } from '@livekit-swarm/record';
import type { SecondMetrics } from './second-metrics.ts';

/** The level of a worker without samples for so long, s, is unknown. */
const HELD_S = 10;
/** Video has few heights; a client that sends more must not fill the memory. */
const MAX_NAMES = 64;

/** The host is the same for all workers; everything else adds up. */
const SHARED: ReadonlySet<string> = new Set(['host_cpu']);

/**
 * Levels of one worker at the end of an interval: `connected` (participants), `cpu` (cores),
 * `memory` (bytes), `host_cpu` (share of the cores of the host in use), `tracks down video`,
 * `layers down 360` (tracks of that height).
 */
export const levelsOf = ({ connected, series, generator }: SampleLine): Record<string, number> => {
  const levels: Record<string, number> = {
    connected,
    cpu: generator.cpuCores,
    memory: generator.residentBytes,
  };
  if (generator.hostCpuShare !== undefined) levels.host_cpu = generator.hostCpuShare;
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

/** Levels of all workers together. Between two samples of a worker its level is taken to be constant. */
export class Levels {
  readonly #held = new Map<number, { at: number; levels: Record<string, number> }>();
  readonly #names = new Set<string>();
  #last = -1;

  /** Levels of the seconds up to this one; call in order of time. */
  *until(second: number, { levels, died }: SecondMetrics): Generator<LevelAt> {
    for (let at = Math.max(this.#last + 1, second - HELD_S); at < second; at++) yield* this.#at(at);
    for (const shard of died) this.#held.delete(shard);
    for (const [shard, here] of levels) this.#held.set(shard, { at: second, levels: here });
    yield* this.#at(second);
    this.#last = second;
  }

  *#at(second: number): Generator<LevelAt> {
    const totals = new Map<string, number>([...this.#names].map((name) => [name, 0]));
    let workers = 0;
    for (const [shard, { at, levels }] of this.#held) {
      if (second - at > HELD_S) this.#held.delete(shard);
      else workers++;
      if (second - at > HELD_S) continue;
      for (const [name, figure] of Object.entries(levels)) {
        if (!Number.isFinite(figure) || (!totals.has(name) && totals.size >= MAX_NAMES)) continue;
        const total = totals.get(name) ?? 0;
        totals.set(name, SHARED.has(name) ? Math.max(total, figure) : total + figure);
      }
    }
    for (const name of totals.keys()) this.#names.add(name);
    if (workers > 0) for (const [name, figure] of totals) yield { second, name, figure };
  }
}
