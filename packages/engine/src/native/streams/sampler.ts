import { Sketch } from '@livekit-swarm/metrics';
import type { StreamDrops } from '@livekit-swarm/record';
import type { Bins, Pump } from '@livekit-swarm/webrtc';
import type { EngineSample } from '../../engine.ts';
import { dataQueuesOf } from './data-queues.ts';
import { seriesOf } from './series.ts';
import type { StreamRegistry } from './stream-registry.ts';

/**
 * Time within which requests share one read, ms: each read covers all streams of the process. The
 * longer a read takes, the longer the next one waits, so that reads under churn take a limited
 * share of the event loop; but a leave never waits longer than `most`.
 */
const SHARED_READ_MS = { least: 50, most: 400 };
const READING_SHARE = 0.05;

/**
 * Reader of the pump for all its consumers: the sample of each second, and streams that are about
 * to end.
 */
export class Sampler {
  readonly #pump: Pick<Pump, 'sample'>;
  readonly #registry: StreamRegistry;
  readonly #now: () => number;
  #readMs = 0;
  /** Latencies by cohort since the last sample. */
  readonly #latencies = new Map<number, Sketch>();
  #tickLatenessMs = 0;
  #stuckThreads = 0;
  #datagrams = { sent: 0, received: 0, bytesSent: 0, bytesReceived: 0, dropped: 0 };
  #taken = this.#datagrams;
  #waiting: { done: Promise<void>; timer: NodeJS.Timeout; resolve: () => void } | null = null;

  /** @param now monotonic clock, ms */
  constructor(
    pump: Pick<Pump, 'sample'>,
    registry: StreamRegistry,
    now: () => number = () => performance.now(),
  ) {
    this.#pump = pump;
    this.#registry = registry;
    this.#now = now;
  }

  /** Read soon. Resolves when the registry was updated after this call. */
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

  /**
   * Update the registry now. The pump resets its distributions at each read, so they are
   * accumulated here.
   */
  read(): void {
    const began = this.#now();
    const sample = this.#pump.sample();
    this.#registry.read(sample);
    this.#readMs = this.#now() - began;
    for (const { cohort, ...bins } of sample.latencies) addBins(this.#latencyOf(cohort), bins);
    this.#tickLatenessMs = Math.max(this.#tickLatenessMs, sample.maxTickLateMs);
    this.#stuckThreads = Math.max(this.#stuckThreads, sample.stuckThreads);
    // Cumulative counters, but without those of stuck threads: they must not decrease.
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

  /** Measurements since the last call. */
  take(connected: number): EngineSample {
    this.read();
    const series = seriesOf(this.#registry, this.#latencies);
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
    const dataQueues = dataQueuesOf(this.#registry.peers.values());
    this.#registry.settle();
    this.#latencies.clear();
    this.#tickLatenessMs = 0;
    this.#stuckThreads = 0;
    this.#taken = this.#datagrams;
    return {
      ...{ connected, series, generator },
      ...(streamDrops.length > 0 && { streamDrops }),
      ...(dataQueues.length > 0 && { dataQueues }),
    };
  }

  /** Sum of a column of all peers since the last sample. */
  #ofPeers(column: 'sendErrors' | 'socketDrops'): number {
    return total(
      [...this.#registry.peers.values()].map(
        ({ stats, taken }) => (stats?.[column] ?? 0) - (taken?.[column] ?? 0),
      ),
    );
  }

  /** Packets dropped on TCP paths since the last sample, by role; usually none. */
  #streamDrops(): StreamDrops[] {
    const roles = new Map<string, StreamDrops>();
    for (const { owner, stats, taken } of this.#registry.peers.values()) {
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

/** Add bins of the pump, whose sketch has the same layout. */
const addBins = (sketch: Sketch, { keys, counts, zeros }: Bins): void => {
  const bins: number[] = [];
  for (const [index, key] of keys.entries()) bins.push(key, counts[index] ?? 0);
  sketch.addBins({ bins, zeros });
};
