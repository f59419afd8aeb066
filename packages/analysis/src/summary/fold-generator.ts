import type { MetricName, MetricSet } from '@livekit-swarm/metrics';
import { aggregate } from '@livekit-swarm/metrics';
import {
  COORDINATOR_SHARD,
  type EventLine,
  type GeneratorSample,
  type OtherPrograms,
  type SampleLine,
} from '@livekit-swarm/record';
import {
  isDelayed,
  isStarved,
  LAGGING_MS,
  pauseLimitOf,
  SATURATED,
  TICK_LATE_MS,
} from '../verdict/generator-health.ts';
import { percentilesOf } from './percentiles.ts';
import type { GeneratorSummary, Share } from './summary.ts';

/** Folds the health of the load generator. */
export class GeneratorFold {
  readonly #metrics: MetricSet;
  #samples = 0;
  #lagging = 0;
  #tickLate = 0;
  #stuckThreads = 0;
  readonly #starved = {
    generator: { samples: 0, count: 0 },
    server: { samples: 0, count: 0 },
  };
  #pauses: GeneratorSummary['pauses'] = null;
  #suspendedMs = 0;
  #clockStepMs = 0;
  /**
   * Samples of the generator or an embedded server that hold the waiting times of threads, and
   * those in which threads waited noticeably.
   */
  readonly #delayed = { samples: 0, count: 0 };
  /**
   * Packets that may have been skipped: late packets of samples in which a thread was later than
   * the time for which frames are kept.
   */
  #unsent = 0;
  readonly #programs = new Map<string, number>();
  #programSamples = 0;
  #ownCores = 0;
  #busy = { samples: 0, sum: 0, saturated: 0 };
  /** Last sample of each shard in this round, which ends when every shard has sampled. */
  #round = new Map<number, GeneratorSample>();
  #roundIsSteady = true;
  /** Highest number of cores at one time, also outside of the steady state. */
  #mostCores: number | null = null;

  constructor(metrics: MetricSet) {
    this.#metrics = metrics;
  }

  add(line: SampleLine, steady: boolean): void {
    this.#addWork(line, steady);
    this.#addStarvation(line);
    const { otherPrograms } = line.generator;
    if (otherPrograms !== undefined) this.#addPrograms(otherPrograms);
    // The coordinator hosts no participants: its health must not compensate for that of workers.
    if (line.shard !== COORDINATOR_SHARD) this.#addHealth(line);
  }

  /** Adds an event that stopped a process or set its clock. */
  addEvent({ event, shard = COORDINATOR_SHARD, durationMs = 0, stepMs = 0 }: EventLine): void {
    if (event === 'host_suspended') this.#suspendedMs = Math.max(this.#suspendedMs, durationMs);
    if (event === 'clock_stepped' && Math.abs(stepMs) > Math.abs(this.#clockStepMs))
      this.#clockStepMs = stepMs;
    if (event !== 'process_paused') return;
    const isLong = durationMs > pauseLimitOf(shard);
    const { count, longestMs } = this.#pauses ?? { count: 0, longestMs: 0 };
    // The longest pause is one of those above the limit, if there are any.
    const isWorse = isLong === count > 0 ? durationMs > longestMs : isLong;
    this.#pauses = {
      ...(this.#pauses === null || isWorse ? { longestMs: durationMs, shard } : this.#pauses),
      count: count + (isLong ? 1 : 0),
    };
  }

  #addPrograms({ ownCores, top }: OtherPrograms): void {
    this.#programSamples++;
    this.#ownCores += ownCores;
    for (const { name, cores } of top)
      this.#programs.set(name, (this.#programs.get(name) ?? 0) + cores);
  }

  #addStarvation({ generator, intervalMs }: SampleLine): void {
    const { scheduling, serverScheduling } = generator;
    for (const [process, of] of [
      ['generator', scheduling],
      ['server', serverScheduling],
    ] as const) {
      if (of === undefined) continue;
      this.#starved[process].samples++;
      this.#delayed.samples++;
      if (isDelayed(of, intervalMs)) this.#delayed.count++;
      if (isStarved(of, intervalMs)) this.#starved[process].count++;
    }
  }

  #addHealth({ generator, series }: SampleLine): void {
    this.#samples++;
    this.#metrics.rate('late_joins', {}, generator.lateJoins, 0);
    if (generator.eventLoopLagMs > LAGGING_MS) this.#lagging++;
    if (generator.tickLatenessMs > TICK_LATE_MS) this.#tickLate++;
    if (generator.tickLatenessMs > TICK_LATE_MS) this.#unsent += generator.lateSends;
    this.#stuckThreads = Math.max(this.#stuckThreads, generator.stuckThreads);
    if (generator.hostCpuShare !== undefined) {
      this.#busy.samples++;
      this.#busy.sum += generator.hostCpuShare;
      if (generator.hostCpuShare > SATURATED) this.#busy.saturated++;
    }
    this.#metrics.trend('event_loop_lag').add(generator.eventLoopLagMs);
    this.#metrics.trend('tick_lateness').add(generator.tickLatenessMs);
    const sent = series.reduce(
      (sum, { labels, packets }) => sum + (labels.direction === 'up' ? packets : 0),
      0,
    );
    this.#metrics.rate('late_sends', {}, generator.lateSends, sent);
    this.#metrics.rate(
      'send_errors',
      {},
      generator.sendErrors,
      generator.datagramsSent + generator.sendErrors,
    );
    this.#metrics.rate(
      'socket_drops',
      {},
      generator.socketDrops,
      generator.datagramsReceived + generator.socketDrops,
    );
  }

  #addWork({ generator, shard, intervalMs }: SampleLine, steady: boolean): void {
    const cpuUs = generator.cpuCores * intervalMs * 1_000;
    this.#metrics.ratio(
      'cpu_per_packet',
      cpuUs,
      generator.datagramsSent + generator.datagramsReceived,
      steady,
    );
    // Shards sample at different times: the level of all of them is complete when one samples
    // again.
    if (this.#round.has(shard)) this.#endRound();
    this.#round.set(shard, generator);
    this.#roundIsSteady &&= steady;
  }

  /** Ends the fold; must be called after the last sample. */
  close(): void {
    this.#endRound();
  }

  /** Summary of the samples so far. */
  summary(processes: number, processesDied: number): GeneratorSummary {
    const max = this.#mostCores;
    const avg = this.#figure('cpu_cores', 'value');
    return {
      processes,
      processesDied,
      samples: this.#samples,
      missingSamples: null,
      cpuCores: avg === null || max === null ? null : { avg, max },
      cpuMicrosPerPacket: this.#figure('cpu_per_packet', 'value'),
      residentBytes: this.#figure('resident_memory', 'max'),
      eventLoopLag: percentilesOf(this.#metrics.measure('event_loop_lag')),
      laggingSamples: this.#shareOfSamples(this.#lagging),
      tickLateness: percentilesOf(this.#metrics.measure('tick_lateness')),
      pauses: this.#pauses,
      suspendedMs: this.#suspendedMs,
      clockStepMs: this.#clockStepMs,
      starvedSamples: {
        generator: shareOf(this.#starved.generator),
        server: shareOf(this.#starved.server),
      },
      delayedSamples: shareOf(this.#delayed),
      lateTickSamples: this.#shareOfSamples(this.#tickLate),
      stuckThreads: this.#stuckThreads,
      lateSends: this.#share('late_sends'),
      unsentPackets: this.#unsentPackets(),
      sendErrors: this.#share('send_errors'),
      socketDrops: this.#share('socket_drops'),
      lateJoins: this.#share('late_joins'),
      hostCpu: this.#hostCpu(),
      ownCoresWhileBusy: this.#programSamples === 0 ? null : this.#ownCores / this.#programSamples,
      otherPrograms: [...this.#programs]
        .sort(([, a], [, b]) => b - a)
        .slice(0, NAMES)
        .map(([name, cores]) => ({ name, cores: cores / this.#programSamples })),
    };
  }

  #endRound(): void {
    const samples = [...this.#round.values()];
    if (samples.length === 0) return;
    const cores = samples.reduce((sum, sample) => sum + sample.cpuCores, 0);
    this.#mostCores = Math.max(this.#mostCores ?? 0, cores);
    // Hosts are sized by the steady state; the ramp-up would lower the figure.
    this.#metrics.gauge('cpu_cores', cores, this.#roundIsSteady);
    this.#metrics.gauge(
      'resident_memory',
      samples.reduce((sum, sample) => sum + sample.residentBytes, 0),
    );
    this.#round = new Map();
    this.#roundIsSteady = true;
  }

  #figure(metric: MetricName, aggregation: 'value' | 'max'): number | null {
    return aggregate(this.#metrics.measure(metric), { type: aggregation }) ?? null;
  }

  #share(metric: MetricName): Share {
    const value = this.#metrics.measure(metric);
    return {
      count: value?.type === 'rate' ? value.hits : 0,
      share: aggregate(value, { type: 'rate' }) ?? null,
    };
  }

  #unsentPackets(): Share {
    const sent = this.#metrics.measure('late_sends');
    const total = sent?.type === 'rate' ? sent.total : 0;
    return { count: this.#unsent, share: total === 0 ? null : this.#unsent / total };
  }

  #shareOfSamples(count: number): Share {
    return { count, share: this.#samples === 0 ? null : count / this.#samples };
  }

  #hostCpu(): GeneratorSummary['hostCpu'] {
    const { samples, sum, saturated } = this.#busy;
    return samples === 0
      ? null
      : { avg: sum / samples, saturated: { count: saturated, share: saturated / samples } };
  }
}

/** Number of programs that reports name. */
const NAMES = 3;

const shareOf = ({ samples, count }: { samples: number; count: number }): Share => ({
  count,
  share: samples === 0 ? null : count / samples,
});
