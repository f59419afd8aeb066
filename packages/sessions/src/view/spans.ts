import { type Finding, keyOf } from '../diagnose/finding.ts';
import { WINDOW_MS } from './windows.ts';

/** A finding for as long as it held, with the figures of its worst window. */
export type FindingSpan = Finding & {
  fromMs: number;
  toMs: number;
  /** In how many windows it was found. */
  windows: number;
};

/** Reports that are late or missing leave a window without figures; the fault continued. */
const BRIDGED_MS = 2 * WINDOW_MS;

/** Joins findings of neighbouring windows. @param found findings by the start of their window @returns the most important first */
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

/** A node may lose packets in one direction or in both. */
const directionOf = ({ evidence: [first] }: Finding): string =>
  first?.code === 'sessions_of_node' ? first.direction : '';

const CONFIDENCE = { high: 2, low: 1 } as const;
const weightOf = ({ confidence, loss }: Finding): number => CONFIDENCE[confidence] + (loss ?? 0);

/** How long it lasted counts most; what is certain counts twice, what is unknown half. */
const importanceOf = (span: FindingSpan): number =>
  span.windows * CONFIDENCE[span.confidence] * (span.leg === 'unknown' ? 0.5 : 1) +
  (span.loss ?? 0);
