import { Sketch } from '@livekit-swarm/metrics';
import {
  COORDINATOR_SHARD,
  type EventLine,
  type EventName,
  type SampleLine,
  type ServerLine,
} from '@livekit-swarm/record';
import { ServerNodes } from '../history/measure-server.ts';
import type { SeriesCell } from '../history/time-series.ts';
import type { LiveColumns } from './live-columns.ts';

const KINDS = ['audio', 'video'] as const;
type Kind = (typeof KINDS)[number];

/** Events of participants that are counted per second. */
export const COUNTED_EVENTS = [
  'joined',
  'join_retry',
  'join_failed',
  'signal_lost',
  'resumed',
  'reconnected',
  'rejoined',
  'disconnected',
] as const satisfies EventName[];
export type CountedEvent = (typeof COUNTED_EVENTS)[number];

const COUNTED: ReadonlySet<string> = new Set(COUNTED_EVENTS);

/** Age of the last reading of a worker or node, ms, from which its levels are unknown. */
const HELD_MS = 10_000;

/** Current figures of the load generator. */
export interface LiveGenerator {
  cpuCores: number;
  residentBytes: number;
  /** Largest value of all workers. */
  eventLoopLagMs: number;
  tickLatenessMs: number;
  /** Sum since the start. */
  lateSends: number;
  socketDrops: number;
}

interface Media {
  bytesUp: number;
  bytesDown: number;
  packets: number;
  lost: number;
  interruptions: number;
}

const emptyMedia = (): Media => ({
  bytesUp: 0,
  bytesDown: 0,
  packets: 0,
  lost: 0,
  interruptions: 0,
});

/**
 * Figures since the end of the last second. Only sums and two distributions are kept, not samples
 * and events.
 */
export class LiveSecond {
  #media: Record<Kind, Media> = { audio: emptyMedia(), video: emptyMedia() };
  #latency = new Sketch();
  #jitter = new Sketch();
  #events = new Map<CountedEvent, number>();
  /** Freezes of real clients; null: there are no real clients. */
  #freezes: number | null = null;
  /** Total length of the samples, ms, by shard: a late worker may add two. */
  readonly #covered = new Map<number, number>();
  /** Last sample of each process. */
  readonly #processes = new Map<number, { at: number; generator: SampleLine['generator'] }>();
  readonly #total = { lateSends: 0, socketDrops: 0 };
  readonly #nodes = new ServerNodes();
  readonly #servers = new Map<string, { at: number; levels: Record<string, number> }>();

  addSample(line: SampleLine): void {
    const { shard, at, intervalMs, generator, series } = line;
    this.#processes.set(shard, { at, generator });
    if (shard === COORDINATOR_SHARD) return;
    this.#total.lateSends += generator.lateSends;
    this.#total.socketDrops += generator.socketDrops;
    this.#covered.set(shard, (this.#covered.get(shard) ?? 0) + intervalMs);
    for (const one of series) {
      const { direction, kind } = one.labels;
      if (kind === 'data') continue;
      const media = this.#media[kind];
      if (direction === 'up') {
        media.bytesUp += one.bytes;
        continue;
      }
      media.bytesDown += one.bytes;
      media.packets += one.packets;
      media.lost += one.lost;
      media.interruptions += one.interruptions;
      this.#latency.addBins(one.latency);
      this.#jitter.addBins(one.jitter);
      if (one.playout !== undefined) this.#freezes = (this.#freezes ?? 0) + one.playout.freezes;
    }
  }

  addServer(line: ServerLine): void {
    this.#nodes.shardOf(line);
    this.#servers.set(line.node, { at: line.at, levels: this.#nodes.levelsOf(line) });
  }

  addEvent({ event, identity }: EventLine): void {
    if (identity === undefined || !isCounted(event)) return;
    this.#events.set(event, (this.#events.get(event) ?? 0) + 1);
  }

  /** Removes the figures of a worker that died. */
  forget(shard: number): void {
    this.#processes.delete(shard);
  }

  get events(): ReadonlyMap<CountedEvent, number> {
    return this.#events;
  }

  generator(): LiveGenerator {
    const all = [...this.#processes.values()].map(({ generator }) => generator);
    const workers = [...this.#processes]
      .filter(([shard]) => shard !== COORDINATOR_SHARD)
      .map(([, { generator }]) => generator);
    return {
      cpuCores: all.reduce((sum, { cpuCores }) => sum + cpuCores, 0),
      residentBytes: all.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
      eventLoopLagMs: Math.max(0, ...workers.map(({ eventLoopLagMs }) => eventLoopLagMs)),
      tickLatenessMs: Math.max(0, ...workers.map(({ tickLatenessMs }) => tickLatenessMs)),
      ...this.#total,
    };
  }

  /**
   * Ends the second: writes its figures to a point of the columns.
   * @param at end of the second, ms after the start
   */
  flush(columns: LiveColumns, point: number, at: number): void {
    const mean = (name: string, figure: number, part = figure, whole = 1): void =>
      columns.add(point, name, 'mean', { part, whole, figure });
    const covered = [...this.#covered.values()];
    if (covered.length > 0) {
      // Each worker covers about one second; together they cover the run.
      const seconds = covered.reduce((sum, ms) => sum + ms, 0) / covered.length / 1_000;
      for (const kind of KINDS) {
        const media = this.#media[kind];
        mean(`down ${kind}`, (media.bytesDown * 8) / seconds);
        mean(`up ${kind}`, (media.bytesUp * 8) / seconds);
        mean(`interruptions ${kind}`, media.interruptions / seconds);
        const packets = media.packets + media.lost;
        const lost = Math.max(0, media.lost);
        if (packets > 0) mean(`loss ${kind}`, lost / packets, lost, packets);
      }
      const { audio, video } = this.#media;
      const packets = audio.packets + video.packets + audio.lost + video.lost;
      const lost = Math.max(0, audio.lost + video.lost);
      if (packets > 0) mean('loss', lost / packets, lost, packets);
      if (this.#freezes !== null) mean('freezes', this.#freezes / seconds);
    }
    for (const [name, sketch] of [
      ['latency', this.#latency],
      ['jitter', this.#jitter],
    ] as const)
      for (const share of [50, 95])
        columns.add(point, `${name} p${share}`, 'max', cellOf(sketch.quantile(share / 100)));
    for (const event of COUNTED_EVENTS) mean(event, this.#events.get(event) ?? 0);
    const { cpuCores, eventLoopLagMs, tickLatenessMs } = this.generator();
    mean('generator cpu', cpuCores);
    columns.add(point, 'event loop lag', 'max', cellOf(eventLoopLagMs));
    columns.add(point, 'tick lateness', 'max', cellOf(tickLatenessMs));
    for (const [name, figure] of this.#serverLevels(at)) mean(name, figure);
    this.#clear();
  }

  /** Levels summed over all nodes, and levels of each of the first nodes. */
  #serverLevels(at: number): Map<string, number> {
    const sums = new Map<string, number>();
    for (const [node, held] of this.#servers) {
      if (at - held.at > HELD_MS) {
        this.#servers.delete(node);
        continue;
      }
      for (const [name, figure] of Object.entries(held.levels))
        sums.set(name, (sums.get(name) ?? 0) + figure);
    }
    return sums;
  }

  #clear(): void {
    this.#media = { audio: emptyMedia(), video: emptyMedia() };
    this.#latency = new Sketch();
    this.#jitter = new Sketch();
    this.#events = new Map();
    if (this.#freezes !== null) this.#freezes = 0;
    this.#covered.clear();
  }
}

const isCounted = (event: EventName): event is CountedEvent => COUNTED.has(event);

const cellOf = (figure: number | undefined): SeriesCell => ({
  part: figure ?? 0,
  whole: 1,
  figure: figure ?? null,
});
