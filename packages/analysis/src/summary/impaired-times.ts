import { COORDINATOR_SHARD, type EventLine, type RecordLine } from '@livekit-swarm/record';
import {
  AFTERMATH_MS,
  impairmentOfEvent,
  impairmentOfSample,
} from '../verdict/generator-health.ts';
import type { HealthCode } from '../verdict/health-finding.ts';
import { LostParticipants } from './lost-participants.ts';

/** Interval in which the generator was impaired, ms after the start of the run. */
export interface Interval {
  fromMs: number;
  /** Time at which the generator was healthy again. */
  toMs: number;
  /**
   * Least time after the interval in which its effects may show, whatever the length of the
   * interval, ms.
   */
  aftermathMs: number;
}

/** Delay by which an event may follow the sample of its second, ms: events are sent in batches. */
const BATCHES_MS = 1_500;

/**
 * Times in which the load generator was impaired, and the times right after them, in which the
 * server may still react to it: measurements from these times may be effects of the generator.
 */
export class ImpairedTimes {
  /** Intervals in order of time, without overlaps. */
  #intervals: Interval[] = [];
  readonly #codes = new Set<HealthCode>();
  /**
   * Time of the last sample of each worker; infinite for one that died, because no sample follows.
   */
  readonly #heardAt = new Map<number, number>();
  /** Result of `knownUntilMs`, which each line asks for several times; null: to be computed. */
  #knownUntilMs: number | null = null;
  #workers = 0;
  readonly #lost = new LostParticipants();
  /** Deaths of workers that are tolerated so far. */
  readonly #deaths: EventLine[] = [];

  add(line: RecordLine): void {
    this.#knownUntilMs = null;
    switch (line.type) {
      case 'header':
        this.#workers = line.processes;
        this.#lost.begin(line);
        break;
      case 'sample': {
        if (line.shard !== COORDINATOR_SHARD) this.#heardAt.set(line.shard, line.at);
        const code = impairmentOfSample(line);
        if (code !== null)
          this.#mark(code, {
            fromMs: line.at - line.intervalMs,
            toMs: line.at,
            aftermathMs: AFTERMATH_MS.least,
          });
        break;
      }
      case 'event': {
        if (line.event === 'process_died' && line.shard !== undefined)
          this.#heardAt.set(line.shard, Number.POSITIVE_INFINITY);
        if (line.event === 'process_died' && this.#lost.tolerates) this.#deaths.push(line);
        else this.#markEvent(line);
        break;
      }
      case 'participant':
        this.#lost.add(line);
        if (!this.#lost.tolerates)
          for (const death of this.#deaths.splice(0)) this.#markEvent(death);
        break;
    }
  }

  /** Time until which all impairments are known, ms after the start. */
  get knownUntilMs(): number {
    this.#knownUntilMs ??=
      this.#heardAt.size < this.#workers
        ? Number.NEGATIVE_INFINITY
        : Math.min(...this.#heardAt.values()) - BATCHES_MS;
    return this.#knownUntilMs;
  }

  get codes(): HealthCode[] {
    return [...this.#codes];
  }

  /** Returns true if nothing impaired the generator from `fromMs` to `toMs`. */
  isClean(fromMs: number, toMs: number): boolean {
    return !this.#intervals.some(
      (interval) => interval.fromMs <= toMs && fromMs < interval.toMs + aftermathOf(interval),
    );
  }

  /** Impaired time between 0 and `endMs`, ms. */
  total(endMs: number): number {
    let total = 0;
    let counted = 0;
    for (const interval of this.#intervals) {
      const from = Math.max(counted, interval.fromMs);
      const to = Math.min(endMs, interval.toMs + aftermathOf(interval));
      total += Math.max(0, to - from);
      counted = Math.max(counted, to);
    }
    return total;
  }

  #markEvent(line: EventLine): void {
    const impairment = impairmentOfEvent(line);
    if (impairment !== null) this.#mark(impairment.code, impairment);
  }

  #mark(code: HealthCode, added: Interval): void {
    this.#codes.add(code);
    const touches = (other: Interval): boolean =>
      added.fromMs <= other.toMs && other.fromMs <= added.toMs;
    const merged = [added, ...this.#intervals.filter(touches)];
    const rest = this.#intervals.filter((other) => !touches(other));
    rest.push({
      fromMs: Math.min(...merged.map(({ fromMs }) => fromMs)),
      toMs: Math.max(...merged.map(({ toMs }) => toMs)),
      aftermathMs: Math.max(...merged.map(({ aftermathMs }) => aftermathMs)),
    });
    this.#intervals = rest.sort((a, b) => a.fromMs - b.fromMs);
  }
}

/**
 * Length of the aftermath of an interval, ms: as long as the impairment, within bounds, because
 * late work delays later work.
 */
const aftermathOf = ({ fromMs, toMs, aftermathMs }: Interval): number =>
  Math.max(aftermathMs, Math.min(AFTERMATH_MS.most, toMs - fromMs));
