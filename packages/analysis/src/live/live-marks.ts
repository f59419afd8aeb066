import type { DrillLine, EventLine, EventName } from '@livekit-swarm/record';
import { type Annotation, annotationOf } from '../history/annotation.ts';
import type { ThresholdResult } from '../verdict/threshold-result.ts';

/**
 * Events that make one mark for all participants affected at about the same time; its count grows
 * while they continue.
 */
const BURSTS = ['signal_lost', 'disconnected', 'join_failed'] as const satisfies EventName[];
type Burst = (typeof BURSTS)[number];

export type LiveEvent =
  | Annotation['event']
  | { code: 'participants_affected'; event: Burst; participants: number }
  /** Change of a threshold: from then on it is crossed, or met again. */
  | { code: 'threshold_turned'; result: ThresholdResult };

/** Mark on the time axis. */
export interface LiveMark {
  /** Number of the mark, the same after each change. */
  id: number;
  /** Time of the mark after the start, ms. */
  at: number;
  event: LiveEvent;
}

type MarkKind = 'run' | 'participants' | 'threshold';

/** Pause after which a burst has ended, ms. */
const BURST_PAUSE_MS = 5_000;
/**
 * Largest number of marks of a kind, above which the page is not readable. Each kind has its own
 * limit, so that lost connections do not hide a fault.
 */
const MAX_OF_KIND = 150;

/** Marks of the events of a run, and of bursts of events of its participants. */
export class LiveMarks {
  readonly #marks: LiveMark[] = [];
  readonly #changed = new Set<LiveMark>();
  readonly #bursts = new Map<Burst, { mark: LiveMark; lastAt: number }>();
  /** Number of events of each burst since the end of the last second. */
  readonly #counts: Record<Burst, number> = { signal_lost: 0, disconnected: 0, join_failed: 0 };
  readonly #ok = new Map<string, boolean>();
  readonly #ofKind: Record<MarkKind, number> = { run: 0, participants: 0, threshold: 0 };

  get all(): readonly LiveMark[] {
    return this.#marks;
  }

  /** Takes out the marks that are new or have changed since the last call. */
  takeChanged(): LiveMark[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  addLine(line: EventLine | DrillLine): void {
    const annotation = annotationOf(line);
    if (annotation !== null) this.#add('run', annotation.at, annotation.event);
    if (line.type === 'event' && line.identity !== undefined && isBurst(line.event))
      this.#counts[line.event]++;
  }

  /** Ends a second: its events of participants become marks, or add to those of a burst. */
  endSecond(at: number): void {
    for (const event of BURSTS) {
      const count = this.#counts[event];
      this.#counts[event] = 0;
      if (count === 0) continue;
      const burst = this.#bursts.get(event);
      if (burst !== undefined && at - burst.lastAt <= BURST_PAUSE_MS) {
        burst.lastAt = at;
        const known = burst.mark.event;
        if (known.code === 'participants_affected') known.participants += count;
        this.#changed.add(burst.mark);
        continue;
      }
      const mark = this.#add('participants', at, {
        code: 'participants_affected',
        event,
        participants: count,
      });
      if (mark !== null) this.#bursts.set(event, { mark, lastAt: at });
    }
  }

  /** Adds the current results of thresholds; one that has changed becomes a mark. */
  addThresholds(at: number, results: readonly ThresholdResult[]): void {
    for (const result of results) {
      const { ok } = result;
      if (ok === null) continue;
      const key = `${result.metric}: ${result.expression}`;
      const before = this.#ok.get(key) ?? true;
      this.#ok.set(key, ok);
      if (before !== ok) this.#add('threshold', at, { code: 'threshold_turned', result });
    }
  }

  #add(kind: MarkKind, at: number, event: LiveEvent): LiveMark | null {
    if (this.#ofKind[kind] >= MAX_OF_KIND) return null;
    this.#ofKind[kind]++;
    const mark: LiveMark = { id: this.#marks.length, at, event };
    this.#marks.push(mark);
    this.#changed.add(mark);
    return mark;
  }
}

const isBurst = (event: EventName): event is Burst =>
  event === 'signal_lost' || event === 'disconnected' || event === 'join_failed';
