import { MetricSet } from '@livekit-swarm/metrics';
import type {
  ClockLine,
  EventLine,
  HostLine,
  ParticipantLine,
  SampleLine,
  SeriesSample,
} from '@livekit-swarm/record';
import { Arrivals, START_SKEW_MS } from './arrivals.ts';
import { GeneratorFold } from './fold-generator.ts';
import { HostClock } from './host-clock.ts';
import { ImpairedTimes } from './impaired-times.ts';
import type { RunEvent } from './run-event.ts';
import type { HostSummary, SkewedSpike } from './summary.ts';

interface Entry {
  line: HostLine;
  clock: HostClock;
  generator: GeneratorFold;
  impaired: ImpairedTimes;
  participants: number;
  /** Start lateness of the host's worker that began last, ms; null: none has reported it. */
  startLatenessMs: number | null;
  processesDied: number;
  lost: string | null;
}

/** Uncertainty of a clock that is not in the record, ms. */
const UNKNOWN_MS = 86_400_000;

/**
 * Folds the hosts of a run on several. Each host is assessed separately: among many, one that lacks
 * CPU would not show in the sum.
 */
export class HostFold {
  readonly #hosts: Entry[] = [];
  readonly #ofShard = new Map<number, Entry>();
  readonly #ofAgent = new Map<string, Entry>();
  readonly #arrivals = new Arrivals();

  begin(line: HostLine): void {
    const entry: Entry = {
      line,
      clock: new HostClock(line),
      generator: new GeneratorFold(new MetricSet()),
      impaired: new ImpairedTimes(),
      participants: 0,
      startLatenessMs: null,
      processesDied: 0,
      lost: null,
    };
    this.#hosts.push(entry);
    this.#ofAgent.set(line.agent, entry);
    for (const shard of line.shards) this.#ofShard.set(shard, entry);
  }

  /**
   * Adds a reading of a host's clock.
   * @returns event for readers of the report; null: none
   */
  addClock(line: ClockLine): RunEvent | null {
    const entry = this.#ofAgent.get(line.agent);
    entry?.clock.add(line);
    const { at, stepMs } = line;
    if (entry === undefined || stepMs === undefined) return null;
    return { code: 'shared_clock_stepped', at, host: entry.line.host, stepMs };
  }

  addSample(line: SampleLine, steady: boolean): void {
    const entry = this.#ofShard.get(line.shard);
    if (entry === undefined) return;
    entry.generator.add(line, steady);
    entry.impaired.add(line);
    const { startLatenessMs } = line.generator;
    if (startLatenessMs !== undefined)
      entry.startLatenessMs = Math.max(entry.startLatenessMs ?? 0, startLatenessMs);
  }

  addResult({ shard }: ParticipantLine): void {
    const entry = this.#ofShard.get(shard);
    if (entry !== undefined) entry.participants++;
  }

  addEvent(line: EventLine): void {
    this.#addArrival(line);
    const entry = line.shard === undefined ? undefined : this.#ofShard.get(line.shard);
    if (entry === undefined) return;
    entry.generator.addEvent(line);
    entry.impaired.add(line);
    if (line.event !== 'process_died') return;
    entry.processesDied++;
    entry.lost ??= line.message ?? line.reason ?? null;
  }

  /** Possible error of a series' latency, ms; 0: publishers and subscribers are on one host. */
  uncertaintyOf(shard: number, { publishersOn }: SeriesSample): number {
    if (publishersOn === undefined) return 0;
    const of = (entry: Entry | undefined): number => entry?.clock.uncertaintyMs ?? UNKNOWN_MS;
    return (
      of(this.#ofShard.get(shard)) +
      Math.max(0, ...publishersOn.map((agent) => of(this.#ofAgent.get(agent))))
    );
  }

  /** Spikes of arrivals for which a host may have been too early or too late. */
  skewedSpikes(): SkewedSpike[] {
    if (this.#hosts.length < 2) return [];
    return this.#arrivals.spikes().flatMap((atMs): SkewedSpike[] => {
      // A host that began late made up for the overdue joins at once.
      const skews = this.#hosts.map(({ line, clock, startLatenessMs }) => ({
        host: line.host,
        skewMs: clock.skewMs + Math.max(0, (startLatenessMs ?? 0) - atMs),
      }));
      const worst = skews.reduce((a, b) => (b.skewMs > a.skewMs ? b : a));
      return worst.skewMs > START_SKEW_MS ? [{ atMs, ...worst }] : [];
    });
  }

  close(): void {
    for (const { generator } of this.#hosts) generator.close();
  }

  /** Summary of the hosts so far, `totalMs` after the start of the run. */
  summary(totalMs: number): HostSummary[] {
    return this.#hosts.map(({ line, ...entry }) => {
      const { agent, host, shards, cores, labels, clockUncertaintyMs } = line;
      const { startLatenessMs, participants, processesDied, lost } = entry;
      return {
        ...{ agent, host, shards, participants, cores, labels },
        clock: entry.clock.summary(),
        startSkewMs: startLatenessMs === null ? null : clockUncertaintyMs + startLatenessMs,
        impairedMs: Math.round(entry.impaired.total(totalMs)),
        lost,
        generator: entry.generator.summary(shards.length, processesDied),
      };
    });
  }

  #addArrival({ event, at, phases, durationMs }: EventLine): void {
    if (this.#hosts.length < 2) return;
    if (event === 'joined' && phases !== undefined) this.#arrivals.add(at - phases.joined);
    if (event === 'join_failed' && durationMs !== undefined) this.#arrivals.add(at - durationMs);
  }
}
