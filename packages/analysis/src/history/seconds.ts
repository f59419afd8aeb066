import type { SampleLine } from '@livekit-swarm/record';

const SECOND_MS = 1_000;

/** Delay after which a second is complete, s of the record: overloaded workers write late. */
export const LATE_SAMPLES_S = 15;

/**
 * Lateness of a timer, ms, up to which a sample counts as taken at the full second, as workers do.
 */
const PUNCTUAL_MS = 200;
/**
 * Longest interval, ms: of a longer one only the end counts, because no process survives so long a
 * suspension.
 */
const MAX_INTERVAL_MS = 60_000;

/** Number of the second, from 0, that contains a time. */
export const secondAt = (at: number): number => Math.max(0, Math.floor(at / SECOND_MS));

/**
 * Number of the second to which a whole sample belongs, where counts must not be divided: the one
 * that contains the middle of its interval.
 */
export const secondOfSample = ({ at, intervalMs }: Pick<SampleLine, 'at' | 'intervalMs'>): number =>
  secondAt(at - intervalMs / 2);

/** Second of the run with the share of an interval that lies in it. */
export interface PartialSecond {
  second: number;
  share: number;
  /** Part of this second that the interval covers, s, at most 1. */
  covers: number;
}

/**
 * Seconds that an interval touches. Workers sample at full seconds, apart from the lateness of a
 * timer, so an interval is usually one second. An interval that ended at another time or is longer
 * is spread over the seconds that it touches; otherwise a worker that samples half a second late
 * would leave every second empty and count the next one twice. Time before the start of the run is
 * left out.
 * @param at end of the interval, ms after the start of the run
 */
export const secondsOf = (at: number, intervalMs: number): PartialSecond[] => {
  const to = punctual(at);
  const from = Math.min(to, Math.max(0, punctual(at - Math.min(intervalMs, MAX_INTERVAL_MS))));
  const length = to - from;
  if (to <= 0) return [];
  if (length < 1)
    return [{ second: Math.max(0, Math.ceil(to / SECOND_MS) - 1), share: 1, covers: 0 }];
  const parts: PartialSecond[] = [];
  for (let second = Math.floor(from / SECOND_MS); second * SECOND_MS < to; second++) {
    const inside = Math.min(to, (second + 1) * SECOND_MS) - Math.max(from, second * SECOND_MS);
    parts.push({ second, share: inside / length, covers: inside / SECOND_MS });
  }
  return parts;
};

const punctual = (at: number): number => {
  const full = Math.round(at / SECOND_MS) * SECOND_MS;
  return Math.abs(at - full) <= PUNCTUAL_MS ? full : at;
};

/** Content of one second that was collected. */
export interface CollectedSecond<Content> {
  second: number;
  content: Content;
  /** True if the content arrived after the second had been complete, and must be added to it. */
  late: boolean;
}

/**
 * Buffer of the content of each second until late samples have arrived: memory holds only the last
 * few seconds. All folds by second use it.
 */
export class SecondBuffer<Content> {
  readonly #create: (second: number) => Content;
  readonly #open = new Map<number, Content>();
  #newest = -1;
  /** Number of the first second that is not complete. */
  #completeUntil = 0;
  /** First second whose content was requested since `takeChanged`; infinite: none. */
  #changedFrom = Number.POSITIVE_INFINITY;

  constructor(create: (second: number) => Content) {
    this.#create = create;
  }

  /** Content of a second, empty at the first call. */
  at(second: number): Content {
    let content = this.#open.get(second);
    if (content === undefined) {
      content = this.#create(second);
      this.#open.set(second, content);
    }
    this.#newest = Math.max(this.#newest, second);
    this.#changedFrom = Math.min(this.#changedFrom, second);
    return content;
  }

  /** Seconds before `until` that are not taken out yet, in order of time. */
  open(until: number): CollectedSecond<Content>[] {
    return [...this.#open]
      .filter(([second]) => second < until)
      .sort(([a], [b]) => a - b)
      .map(([second, content]) => ({ second, content, late: second < this.#completeUntil }));
  }

  /** First second whose content was requested since the last call; infinite: none. */
  takeChanged(): number {
    const from = this.#changedFrom;
    this.#changedFrom = Number.POSITIVE_INFINITY;
    return from;
  }

  /** Takes out the seconds that have become complete, in order of time. */
  takeComplete(): CollectedSecond<Content>[] {
    const end = this.#newest - LATE_SAMPLES_S;
    return end > this.#completeUntil ? this.#take(end) : [];
  }

  /** Takes out all seconds, at the end of the record. */
  takeAll(): CollectedSecond<Content>[] {
    return this.#take(this.#newest + 1);
  }

  #take(end: number): CollectedSecond<Content>[] {
    const taken = this.open(end);
    for (const { second } of taken) this.#open.delete(second);
    this.#completeUntil = Math.max(this.#completeUntil, end);
    return taken;
  }
}
