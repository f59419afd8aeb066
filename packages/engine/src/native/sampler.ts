import { Sketch } from '@livekit-swarm/metrics';
import type { StreamDrops } from '@livekit-swarm/record';
import type { Bins, Pump } from '@livekit-swarm/webrtc';
import type { EngineSample } from '../engine.ts';
import { seriesOf } from './series.ts';
import type { StreamBook } from './stream-book.ts';

/**
 * Read requests within this time share one read, because each reads the counters of every stream of the process. The longer a read
 * takes, the longer the next one waits, so that under churn reads take a bounded share of the event loop; never longer than a leave
 * may wait, ms.
 */
const SHARED_READ_MS = { least: 50, most: 400 };
const READING_SHARE = 0.05;

/** Reads the pump for all its consumers: the sample of each second, and streams that are about to end. */
export class Sampler {
  readonly #pump: Pick<Pump, 'sample'>;
  readonly #book: StreamBook;
  readonly #now: () => number;
  #readMs = 0;
  /** By cohort, since the last sample was taken. */
  readonly #latencies = new Map<number, Sketch>();
  #tickLatenessMs = 0;
  #stuckThreads = 0;
  #datagrams = { sent: 0, received: 0, bytesSent: 0, bytesReceived: 0, dropped: 0 };
  #taken = this.#datagrams;
  #waiting: { done: Promise<void>; timer: NodeJS.Timeout; resolve: () => void } | null = null;

  /** @param now ms, monotonic */
  constructor(
    pump: Pick<Pump, 'sample'>,
    book: StreamBook,
    now: () => number = () => performance.now(),
  ) {
    this.#pump = pump;
    this.#book = book;
    this.#now = now;
  }

  /** Resolves when the book was brought up to date after this call. */
  readSoon(): Promise<void> {
    if (this.#waiting === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const waitMs = Math.min(
        SHARED_READ_MS.most,
        Math.max(SHARED_READ_MS.least, this.#readMs / READING_SHARE),
      );
      this.#waiting = { done: promise, timer: setTimeout(() => this.read(), waitMs), resolve };
    }
    return this.#waiting.done;
  }

  /** Updates the book now. The pump's distributions restart with each read, so they are accumulated here. */
  read(): void {
    const began = this.#now();
    const sample = this.#pump.sample();
    this.#book.read(sample);
    this.#readMs = this.#now() - began;
    for (const { cohort, ...bins } of sample.latencies) addBins(this.#latencyOf(cohort), bins);
    this.#tickLatenessMs = Math.max(this.#tickLatenessMs, sample.maxTickLateMs);
    this.#stuckThreads = Math.max(this.#stuckThreads, sample.stuckThreads);
    // Cumulative, but without the threads that are stuck.
    this.#datagrams = {
      sent: Math.max(this.#datagrams.sent, sample.datagramsSent),
      received: Math.max(this.#datagrams.received, sample.datagramsReceived),
      bytesSent: Math.max(this.#datagrams.bytesSent, sample.wireBytesSent),
      bytesReceived: Math.max(this.#datagrams.bytesReceived, sample.wireBytesReceived),
      dropped: Math.max(this.#datagrams.dropped, sample.sharedSocketDrops),
    };
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) {
      clearTimeout(waiting.timer);
      waiting.resolve();
    }
  }

  /** What happened since the last call. */
  take(connected: number): EngineSample {
    this.read();
    const series = seriesOf(this.#book, this.#latencies);
    const generator = {
      tickLatenessMs: this.#tickLatenessMs,
      stuckThreads: this.#stuckThreads,
      lateSends: total(series.map(({ lateSends }) => lateSends)),
      sendErrors: total(series.map(({ sendErrors }) => sendErrors)) + this.#ofPeers('sendErrors'),
      socketDrops: this.#ofPeers('socketDrops') + (this.#datagrams.dropped - this.#taken.dropped),
      datagramsSent: this.#datagrams.sent - this.#taken.sent,
      datagramsReceived: this.#datagrams.received - this.#taken.received,
      wireBytesSent: this.#datagrams.bytesSent - this.#taken.bytesSent,
      wireBytesReceived: this.#datagrams.bytesReceived - this.#taken.bytesReceived,
    };
    const streamDrops = this.#streamDrops();
    this.#book.settle();
    this.#latencies.clear();
    this.#tickLatenessMs = 0;
    this.#stuckThreads = 0;
    this.#taken = this.#datagrams;
    return { connected, series, generator, ...(streamDrops.length > 0 && { streamDrops }) };
  }

  /** What the peers counted since the last sample. */
  #ofPeers(column: 'sendErrors' | 'socketDrops'): number {
    return total(
      [...this.#book.peers.values()].map(
        ({ stats, taken }) => (stats?.[column] ?? 0) - (taken?.[column] ?? 0),
      ),
    );
  }

  /** By role: a rare thing, so that most samples have none. */
  #streamDrops(): StreamDrops[] {
    const roles = new Map<string, StreamDrops>();
    for (const { owner, stats, taken } of this.#book.peers.values()) {
      const packets = (stats?.streamDrops ?? 0) - (taken?.streamDrops ?? 0);
      if (packets === 0) continue;
      const key = `${owner.group}\n${owner.role}`;
      const known = roles.get(key) ?? { group: owner.group, role: owner.role, packets: 0 };
      known.packets += packets;
      roles.set(key, known);
    }
    return [...roles.values()];
  }

  #latencyOf(cohort: number): Sketch {
    const known = this.#latencies.get(cohort) ?? new Sketch();
    this.#latencies.set(cohort, known);
    return known;
  }
}

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The pump's sketch and core's have the same bins. */
const addBins = (sketch: Sketch, { keys, counts, zeros }: Bins): void => {
  const bins: number[] = [];
  for (const [index, key] of keys.entries()) bins.push(key, counts[index] ?? 0);
  sketch.addBins({ bins, zeros });
};
