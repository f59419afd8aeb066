import {
  checkSchedule,
  extendTo,
  type PlanTimes,
  type RecordedScenario,
  type Scenario,
  scenarioOfRecord,
} from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';

/** Last scenario of each load, because the schedule of the same groups is computed once. */
const KNOWN = new WeakMap<RecordedScenario, { endMs: number; scenario: Scenario }>();

/**
 * Scenario of a load whose groups last until a time, where they can, without windows and
 * thresholds.
 * @param endMs end, ms after the start of the run
 */
export const scenarioUntil = (load: RecordedScenario, endMs: number): Scenario => {
  const known = KNOWN.get(load);
  if (known?.endMs === endMs) return known.scenario;
  const given = scenarioOfRecord({ ...load, windows: [], thresholds: [] });
  const scenario = extendTo(given, endMs) ?? given;
  KNOWN.set(load, { endMs, scenario });
  return scenario;
};

/**
 * Times of the plan of a scenario, without making the plan.
 * @throws SwarmError `usage` if the scenario cannot be planned
 */
export const timesOfScenario = (
  scenario: Pick<RecordedScenario, 'groups' | 'seed' | 'witnesses'>,
): PlanTimes => {
  const { times, problem } = checkSchedule(scenario);
  if (problem === null) return times;
  const { group, message, hint } = problem;
  throw usageError(group === null ? message : `groups.${group}: ${message}`, hint);
};
