import { type Finding, keyOf } from '../diagnose/finding.ts';
import { WINDOW_MS } from './windows.ts';

/** Finding over the time for which it held, with the figures of its worst window. */
export type FindingSpan = Finding & {
  fromMs: number;
  toMs: number;
  /** Number of windows with the finding. */
  windows: number;
};

/**
 * Time without a finding that does not end a span, ms: late or missing reports leave a window
 * without figures while the impairment lasts.
 */
const BRIDGED_MS = 2 * WINDOW_MS;

/**
 * Join findings of neighbouring windows.
 * @param found findings by the start of their window
 * @returns spans, the most important one first
 */
export const spansOf = (found: ReadonlyMap<number, readonly Finding[]>): FindingSpan[] => {
  const spans: FindingSpan[] = [];
  const open = new Map<string, FindingSpan>();
  for (const [at, findings] of [...found].sort(([a], [b]) => a - b)) {
    for (const finding of findings) {
      const key = `${keyOf(finding)} ${directionOf(finding)}`;
      const before = open.get(key);
      if (before === undefined || at - before.toMs > BRIDGED_MS) {
        const span = { ...finding, fromMs: at, toMs: at + WINDOW_MS, windows: 1 };
        open.set(key, span);
        spans.push(span);
        continue;
      }
      if (weightOf(finding) > weightOf(before)) Object.assign(before, finding);
      before.toMs = at + WINDOW_MS;
      before.windows += 1;
    }
  }
  return spans.sort((a, b) => importanceOf(b) - importanceOf(a) || a.fromMs - b.fromMs);
};

/**
 * Direction in which a node lost packets, for which it has a finding of its own; empty for other
 * legs.
 */
const directionOf = ({ evidence: [first] }: Finding): string =>
  first?.code === 'sessions_of_node' ? first.direction : '';

const CONFIDENCE = { high: 2, low: 1 } as const;
const weightOf = ({ confidence, loss }: Finding): number => CONFIDENCE[confidence] + (loss ?? 0);

/**
 * Importance of a span: its duration counts most; a certain finding counts twice, an unknown leg
 * half.
 */
const importanceOf = (span: FindingSpan): number =>
  span.windows * CONFIDENCE[span.confidence] * (span.leg === 'unknown' ? 0.5 : 1) +
  (span.loss ?? 0);
