import type { Recovery } from './recovery.ts';

/**
 * When each alert first fired after the first fault, ms after it. `before`: it fired already, and went on: who looks at it learns nothing of the fault. An
 * alert that was over, or never came, is not there.
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
    const before = own.filter(({ at }) => at < fault.at);
    const open =
      before.filter(({ state }) => state === 'firing').length -
      before.filter(({ state }) => state === 'resolved').length;
    const after = own.find(({ at, state }) => at >= fault.at && state === 'firing');
    if (after !== undefined) first.set(name, after.at - fault.at);
    else if (open > 0) first.set(name, 'before');
  }
  return first;
};
