import type { Path } from '@livekit-swarm/settings';
import { formatDuration, isUsageError } from '@livekit-swarm/settings';
import { expandPlan } from '../plan/expand.ts';
import type { NamedWindow, Scenario } from '../scenario.ts';
import type { Checks, Complain } from './checks.ts';

/** Finds what shows only when the scenario is played through: that nobody would come, or too many, or that a stretch begins after the end. */
export const checkPlan = (scenario: Scenario, { complain, warn }: Checks): void => {
  const endMs = lengthOf({ ...scenario, windows: [] }, complain);
  if (endMs === null) return;
  checkStretches(scenario.windows, endMs, { complain, warn });
};

/** When the last one leaves, ms after the start; null when there is no plan. */
const lengthOf = (scenario: Scenario, complain: Complain): number | null => {
  try {
    return expandPlan(scenario, 'check').endAtMs;
  } catch (error) {
    if (!isUsageError(error)) throw error;
    const { path, message } = blamed(error.message, scenario);
    complain(path, message, error.hint, 'key');
    return null;
  }
};

/** Whom a message of the plan is about: `groups.calls: …`. */
const blamed = (message: string, { groups }: Scenario): { path: Path; message: string } => {
  for (const { name } of groups) {
    const prefix = `groups.${name}: `;
    if (message.startsWith(prefix))
      return { path: ['groups', name], message: message.slice(prefix.length) };
  }
  return { path: ['groups'], message };
};

const checkStretches = (
  windows: readonly NamedWindow[],
  endMs: number,
  { complain, warn }: Checks,
): void => {
  for (const [index, { fromMs, toMs }] of windows.entries()) {
    const over = `the run is over after ${formatDuration(endMs)}`;
    if (fromMs >= endMs) complain(['windows', index, 'from'], over, 'take a time before that');
    else if (toMs !== null && toMs > endMs)
      warn(['windows', index, 'to'], over, 'to go until the end, leave it out');
  }
};
