import type { Labels } from '@livekit-swarm/metrics';
import { COORDINATOR_SHARD, type EventLine, type SampleLine } from '@livekit-swarm/record';
import { measureParticipantEvent, measureSeries, measureStreamDrops } from '../summary/measure.ts';
import type { SecondMetrics } from './second-metrics.ts';

/** Adds the media of a sample to its second. */
export const measureMedia = (
  second: SecondMetrics,
  { series, streamDrops = [], shard }: SampleLine,
): void => {
  const where = { shard, steady: true };
  for (const one of series) measureSeries(second, one, where);
  for (const one of streamDrops) measureStreamDrops(second, one, where);
};

/** Adds the generator health of a sample to its second, by the same rules as the summary. */
export const measureGenerator = (
  second: SecondMetrics,
  { shard, series, generator }: SampleLine,
): void => {
  if (shard === COORDINATOR_SHARD) return;
  second.trend('event_loop_lag').add(generator.eventLoopLagMs);
  second.trend('tick_lateness').add(generator.tickLatenessMs);
  const sent = series.reduce(
    (sum, { labels, packets }) => sum + (labels.direction === 'up' ? packets : 0),
    0,
  );
  second.rate('late_sends', {}, generator.lateSends, sent);
  second.rate(
    'send_errors',
    {},
    generator.sendErrors,
    generator.datagramsSent + generator.sendErrors,
  );
  second.rate(
    'socket_drops',
    {},
    generator.socketDrops,
    generator.datagramsReceived + generator.socketDrops,
  );
};

/**
 * Adds an event of a participant: its count, and the durations that it holds.
 * @param secondOf returns the second that contains a time, ms after the start
 */
export const measureEvent = (line: EventLine, secondOf: (at: number) => SecondMetrics): void => {
  const { event, at, identity, group, role, phases, durationMs } = line;
  if (identity === undefined) return;
  const labels: Labels = {
    ...(group !== undefined && { group }),
    ...(role !== undefined && { role }),
  };
  secondOf(at).countEvent(event);
  // A join counts at its scheduled time, as in windows.
  if (event === 'joined') secondOf(at - (phases?.joined ?? 0)).rate('join_failures', labels, 0, 1);
  if (event === 'join_failed') secondOf(at - (durationMs ?? 0)).rate('join_failures', labels, 1, 1);
  measureParticipantEvent(line, labels, (when) => [secondOf(when)]);
};

/** Age of a worker's last sample, s, from which its levels are unknown. */
const HELD_S = 10;
/**
 * Largest number of levels, so that a client that sends many video heights cannot fill the memory.
 */
const MAX_NAMES = 64;

/** Levels of the host, which are the same for all workers of it; all others are added up. */
const SHARED: ReadonlySet<string> = new Set(['host_cpu']);

/**
 * Levels of one worker at the end of an interval: `connected` (participants), `cpu` (cores),
 * `memory` (bytes), `host_cpu` (utilisation of the host, share of its cores), `tracks down video`,
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

/**
 * Sums of the levels of all workers, or of all nodes. Between two samples of a worker or node, its
 * levels count as constant.
 */
export class Levels {
  readonly #of: (second: SecondMetrics) => ReadonlyMap<number, Record<string, number>>;
  readonly #held = new Map<number, { at: number; levels: Record<string, number> }>();
  readonly #names = new Set<string>();
  #last = -1;

  constructor(of: (second: SecondMetrics) => ReadonlyMap<number, Record<string, number>>) {
    this.#of = of;
  }

  /** Copy that continues on its own: seconds that may still change are tried on it. */
  copy(): Levels {
    const copy = new Levels(this.#of);
    for (const [shard, held] of this.#held) copy.#held.set(shard, held);
    for (const name of this.#names) copy.#names.add(name);
    copy.#last = this.#last;
    return copy;
  }

  /** Levels of the seconds up to this one; must be called in order of time. */
  *until(second: number, content: SecondMetrics): Generator<LevelAt> {
    const { died } = content;
    for (let at = Math.max(this.#last + 1, second - HELD_S); at < second; at++) yield* this.#at(at);
    for (const shard of died) this.#held.delete(shard);
    for (const [shard, here] of this.#of(content))
      this.#held.set(shard, { at: second, levels: here });
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
