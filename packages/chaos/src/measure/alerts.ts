import type { Recovery } from './recovery.ts';

/** Span in which an alert was firing, ms after the run's start; `toAt` null: until the end. */
export interface AlertSpan {
  name: string;
  fromAt: number;
  toAt: number | null;
}

/** Spans of firing alerts. An alert that fires for several nodes ends with the last of them. */
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

/**
 * Time of each alert's first firing, ms after the first fault. `before`: the alert was firing
 * already, which shows nothing about the fault. Alerts that did not fire are absent.
 */
export const firstAlerts = ({
  alerts,
  faults,
}: Pick<Recovery, 'alerts' | 'faults'>): Map<string, number | 'before'> => {
  const [fault] = faults;
  const first = new Map<string, number | 'before'>();
  if (fault === undefined) return first;
  for (const [name, own] of Map.groupBy(alerts, (alert) => alert.name)) {
    // An alert may fire for several nodes at once.
    const before = own.filter(({ at }) => at < fault.injectedAt);
    const open =
      before.filter(({ state }) => state === 'firing').length -
      before.filter(({ state }) => state === 'resolved').length;
    const after = own.find(({ at, state }) => at >= fault.injectedAt && state === 'firing');
    if (after !== undefined) first.set(name, after.at - fault.injectedAt);
    else if (open > 0) first.set(name, 'before');
  }
  return first;
};
