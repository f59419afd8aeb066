import type { Recovery } from './recovery.ts';

/** A stretch in which an alert fired, ms after the run's start; `toAt` null: it still did when the drill was over. */
export interface AlertSpan {
  name: string;
  fromAt: number;
  toAt: number | null;
}

/** When each alert fired, in the order in which they came. One that fires for several nodes at once is over with the last of them. */
export const alertSpans = ({ alerts }: Pick<Recovery, 'alerts'>): AlertSpan[] => {
  const spans: AlertSpan[] = [];
  const open = new Map<string, { span: AlertSpan; times: number }>();
  for (const { name, at, state } of alerts) {
    const now = open.get(name);
    if (state === 'firing') {
      if (now !== undefined) now.times++;
      else {
        const span: AlertSpan = { name, fromAt: at, toAt: null };
        spans.push(span);
        open.set(name, { span, times: 1 });
      }
    } else if (now !== undefined && --now.times === 0) {
      now.span.toAt = at;
      open.delete(name);
    }
  }
  return spans;
};
