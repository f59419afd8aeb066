import type { DrillLine, EventLine } from '@livekit-swarm/record';
import { type Annotation, annotationOf } from '../history/annotation.ts';
import type { ThresholdResult } from '../verdict/threshold-result.ts';
import type { CountedEvent } from './live-second.ts';

/** What many participants had at about the same time: one mark, whose count grows while it continues. */
const BURSTS = ['signal_lost', 'disconnected', 'join_failed'] as const satisfies CountedEvent[];

export type LiveEvent =
  | Annotation['event']
  | { code: 'participants_affected'; event: (typeof BURSTS)[number]; participants: number }
  /** Since then a threshold is crossed, or met again. */
  | { code: 'threshold_turned'; result: ThresholdResult };

/** A moment on the time axis. */
export interface LiveMark {
  /** It keeps its number when it changes. */
  id: number;
  /** Milliseconds after the start. */
  at: number;
  event: LiveEvent;
}

type MarkKind = 'run' | 'participants' | 'threshold';

/** A pause of this length, ms, ends a burst. */
const BURST_PAUSE_MS = 5_000;
/** A run with more is not readable; each kind has its own limit, so that lost connections do not hide a fault. */
const MAX_OF_KIND = 150;

/** The events of a run, and those of its participants where they come together. */
export class LiveMarks {
  readonly #marks: LiveMark[] = [];
  readonly #changed = new Set<LiveMark>();
  readonly #bursts = new Map<CountedEvent, { mark: LiveMark; lastAt: number }>();
  readonly #ok = new Map<string, boolean>();
  readonly #ofKind: Record<MarkKind, number> = { run: 0, participants: 0, threshold: 0 };

  get all(): readonly LiveMark[] {
    return this.#marks;
  }

  /** Those that are new or have changed since this was last asked for. */
  takeChanged(): LiveMark[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  addLine(line: EventLine | DrillLine): void {
    const annotation = annotationOf(line);
    if (annotation !== null) this.#add('run', annotation.at, annotation.event);
  }

  /** A second of the run has ended. */
  addSecond(at: number, events: ReadonlyMap<CountedEvent, number>): void {
    for (const event of BURSTS) {
      const count = events.get(event) ?? 0;
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

  /** Thresholds as they are at a moment. */
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
