import { formatDuration } from '@livekit-swarm/settings';
import { checkSchedule } from '../plan/expand.ts';
import type { NamedWindow, Scenario } from '../scenario.ts';
import type { Checks } from './checks.ts';

/** Finds what shows only in the plan: no participant would join, or too many, or a window begins after the end. */
export const checkPlan = (scenario: Scenario, checks: Checks): void => {
  const { endAtMs, problem } = checkSchedule(scenario);
  if (problem === null) {
    checkWindows(scenario.windows, endAtMs, checks);
    return;
  }
  const path = problem.group === null ? ['groups'] : ['groups', problem.group];
  checks.complain(path, problem.message, problem.hint, 'key');
};

const checkWindows = (
  windows: readonly NamedWindow[],
  endMs: number,
  { complain, warn }: Checks,
): void => {
  for (const [index, { fromMs, toMs }] of windows.entries()) {
    const over = `the run ends after ${formatDuration(endMs)}`;
    if (fromMs >= endMs) complain(['windows', index, 'from'], over, 'take a time before that');
    else if (toMs !== null && toMs > endMs)
      warn(['windows', index, 'to'], over, 'to go until the end, leave it out');
  }
};
