import type { SampleLine } from '@livekit-swarm/record';

const SECOND_MS = 1_000;

/** A second is complete when the record has come this much further, s: workers under load write late. */
export const LATE_SAMPLES_S = 15;

/** Workers sample at full seconds; a timer that was this late, ms, still means its second. */
const PUNCTUAL_MS = 200;
/** Of a longer interval, ms, only the end counts: no process was suspended for so long and lived. */
const MAX_INTERVAL_MS = 60_000;

/** The second, from 0, in which a moment lies. */
export const secondAt = (at: number): number => Math.max(0, Math.floor(at / SECOND_MS));

/** The second of a sample as a whole, where counts must not be divided: that of the middle of its interval. */
export const secondOfSample = ({ at, intervalMs }: Pick<SampleLine, 'at' | 'intervalMs'>): number =>
  secondAt(at - intervalMs / 2);

/** A second of the run, and the share of an interval that lies in it. */
export interface PartialSecond {
  second: number;
  share: number;
  /** Seconds of this second that the interval covers: at most 1. */
  covers: number;
}

/**
 * The seconds in which an interval lies. Workers sample at full seconds, give or take a timer's
 * lateness, so an interval is mostly one second. One that was sampled at another moment, or that
 * missed a second, is spread over the seconds it touches: a worker that is half a second off must
 * not leave every second empty and count the next one twice. What lies before the start of the
 * run is left out.
 * @param at when it ended, ms after the start of the run
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

/** What was collected of one second. */
export interface CompleteSecond<Content> {
  second: number;
  content: Content;
  /** It came after the second had been complete: what it holds is to be added. */
  late: boolean;
}

/**
 * The only fold per second: keeps what is collected of each second until late samples have
 * arrived, so that only the last few are in memory.
 */
export class SecondBuffer<Content> {
  readonly #create: (second: number) => Content;
  readonly #open = new Map<number, Content>();
  #newest = -1;
  /** Seconds before this one were complete. */
  #completeUntil = 0;

  constructor(create: (second: number) => Content) {
    this.#create = create;
  }

  /** What is collected of a second; it starts empty. */
  at(second: number): Content {
    let content = this.#open.get(second);
    if (content === undefined) {
      content = this.#create(second);
      this.#open.set(second, content);
    }
    this.#newest = Math.max(this.#newest, second);
    return content;
  }

  /** Takes out the seconds that have become complete, in order. */
  takeComplete(): CompleteSecond<Content>[] {
    const end = this.#newest - LATE_SAMPLES_S;
    return end > this.#completeUntil ? this.#take(end) : [];
  }

  /** Takes out all seconds, as nothing more is known. */
  takeAll(): CompleteSecond<Content>[] {
    return this.#take(this.#newest + 1);
  }

  #take(end: number): CompleteSecond<Content>[] {
    const until = this.#completeUntil;
    const taken = [...this.#open]
      .filter(([second]) => second < end)
      .sort(([a], [b]) => a - b)
      .map(([second, content]) => ({ second, content, late: second < until }));
    for (const { second } of taken) this.#open.delete(second);
    this.#completeUntil = Math.max(until, end);
    return taken;
  }
}
