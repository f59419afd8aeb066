import type { ListenerFact } from '../listener/fact.ts';
import { commonPart, type Interval } from '../listener/interval.ts';
import type { LeftOut } from '../playlist/playlist.ts';
import type { Finding, StreamNotes } from './finding.ts';

type FactOf<Type extends ListenerFact['type']> = Extract<ListenerFact, { type: Type }>;
type FindingOf<Code extends Finding['code']> = Extract<Finding, { code: Code }>;

/** Findings that are kept one by one; further ones are of streams that are broken throughout. */
const MOST_FINDINGS = 200;

interface Merged<Code extends Finding['code'] = Finding['code']> {
  finding: FindingOf<Code>;
  /** Numbers of the listeners that found it. */
  by: Set<number>;
}

/**
 * Merges the facts of all listeners of a stream. A moment that several listeners bracket is known
 * better than by each of them.
 */
export class FindingMerger {
  readonly #byKey = new Map<string, Merged>();
  readonly #stalls: (FactOf<'stalled'> & { listener: number })[] = [];
  readonly #discontinuities = new Set<number>();
  readonly #leftOut = new Set<LeftOut>();
  /** Facts that were not kept, as there were too many findings. */
  #dropped = 0;

  add(listener: number, fact: ListenerFact): void {
    switch (fact.type) {
      case 'stalled':
        this.#stalls.push({ ...fact, listener });
        return;
      case 'skipped':
        this.#addSkipped(listener, fact);
        return;
      case 'stale':
        this.#addStale(listener, fact);
        return;
      case 'older_playlist':
        this.#addOlder(listener, fact);
        return;
      case 'restarted': {
        const { mediaSequence, atMs } = fact;
        const found = this.#at(`restarted ${mediaSequence}`, listener, () => ({
          ...{ code: 'restarted', listeners: 0, mediaSequence, firstMs: atMs },
        }));
        if (found !== null) found.firstMs = Math.min(found.firstMs, atMs);
        return;
      }
      case 'problem':
        this.#addProblem(listener, fact);
        return;
      case 'discontinuity':
        this.#discontinuities.add(fact.mediaSequence);
        return;
      case 'left_out':
        this.#leftOut.add(fact.what);
        return;
      case 'playlist':
      case 'segment':
      case 'started':
      case 'stale_unknown':
      case 'ended':
        return;
    }
  }

  get notes(): StreamNotes {
    return { discontinuities: this.#discontinuities.size, leftOut: [...this.#leftOut] };
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Findings by time; stalls that overlap are one. */
  findings(): Finding[] {
    const merged = [...this.#byKey.values()].map(({ finding, by }) => ({
      ...finding,
      listeners: by.size,
    }));
    return [...mergeStalls(this.#stalls), ...merged].sort((a, b) => beginOf(a) - beginOf(b));
  }

  #addSkipped(listener: number, fact: FactOf<'skipped'>): void {
    const { mediaSequence, segments, durationMs, reason, atMs } = fact;
    const found = this.#at(`skipped ${mediaSequence} ${reason}`, listener, () => ({
      ...{ code: 'skipped', listeners: 0, mediaSequence, segments, durationMs, reason, atMs },
    }));
    if (found === null) return;
    found.atMs = Math.min(found.atMs, atMs);
    found.segments = Math.max(found.segments, segments);
    found.durationMs = Math.max(found.durationMs, durationMs);
  }

  #addStale(listener: number, { mediaSequence, from, to, untilMs }: FactOf<'stale'>): void {
    const found = this.#at(`stale ${mediaSequence}`, listener, () => ({
      ...{ code: 'stale', listeners: 0, mediaSequence, from, to, untilMs },
    }));
    if (found === null) return;
    found.from = narrowed(found.from, from);
    found.to = found.to === null || to === null ? (found.to ?? to) : narrowed(found.to, to);
    found.untilMs = Math.max(found.untilMs, untilMs);
  }

  #addOlder(listener: number, { atMs, segmentsBehind }: FactOf<'older_playlist'>): void {
    const found = this.#at('older_playlist', listener, () => ({
      ...{ code: 'older_playlist', listeners: 0, times: 0, segmentsBehind },
      ...{ firstMs: atMs, lastMs: atMs },
    }));
    if (found === null) return;
    found.times++;
    found.segmentsBehind = Math.max(found.segmentsBehind, segmentsBehind);
    widen(found, atMs);
  }

  #addProblem(listener: number, { atMs, problem }: FactOf<'problem'>): void {
    const { code, status, url, detail } = problem;
    const found = this.#at(`problem ${code} ${status} ${url} ${detail}`, listener, () => ({
      ...{ code: 'problem', listeners: 0, times: 0, problem, firstMs: atMs, lastMs: atMs },
    }));
    if (found === null) return;
    found.times++;
    widen(found, atMs);
  }

  /** @returns the finding of this key; null: there are too many */
  #at<Code extends Finding['code']>(
    key: string,
    listener: number,
    make: () => FindingOf<Code>,
  ): FindingOf<Code> | null {
    let merged = this.#byKey.get(key);
    if (merged === undefined) {
      if (this.#byKey.size >= MOST_FINDINGS) {
        this.#dropped++;
        return null;
      }
      merged = { finding: make(), by: new Set() };
      this.#byKey.set(key, merged);
    }
    merged.by.add(listener);
    return merged.finding as FindingOf<Code>;
  }
}

const widen = (found: { firstMs: number; lastMs: number }, atMs: number): void => {
  found.firstMs = Math.min(found.firstMs, atMs);
  found.lastMs = Math.max(found.lastMs, atMs);
};

/** Caches may show different versions to listeners: then the first observation stays. */
const narrowed = (a: Interval, b: Interval): Interval => commonPart(a, b) ?? a;

const mergeStalls = (
  stalls: readonly (FactOf<'stalled'> & { listener: number })[],
): FindingOf<'stalled'>[] => {
  const all: { finding: FindingOf<'stalled'>; by: Set<number> }[] = [];
  for (const stall of stalls.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const { listener, fromMs, toMs, isOver } = stall;
    const longestMs = toMs - fromMs;
    const last = all.at(-1);
    if (last === undefined || fromMs > last.finding.toMs) {
      const finding = { code: 'stalled', listeners: 1, fromMs, toMs, longestMs, isOver } as const;
      all.push({ finding: { ...finding }, by: new Set([listener]) });
      continue;
    }
    last.finding.toMs = Math.max(last.finding.toMs, toMs);
    last.finding.longestMs = Math.max(last.finding.longestMs, longestMs);
    last.finding.isOver &&= isOver;
    last.by.add(listener);
  }
  return all.map(({ finding, by }) => ({ ...finding, listeners: by.size }));
};

const beginOf = (finding: Finding): number => {
  switch (finding.code) {
    case 'stalled':
      return finding.fromMs;
    case 'skipped':
      return finding.atMs;
    case 'stale':
      return finding.from.latestMs;
    case 'older_playlist':
    case 'restarted':
    case 'problem':
      return finding.firstMs;
  }
};
