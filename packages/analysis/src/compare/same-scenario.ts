import { SwarmError } from '@livekit-swarm/settings';
import {
  formatDifference,
  type ScenarioDifference,
  scenarioDifferences,
} from './scenario-difference.ts';
import type { Side } from './side.ts';

/** Runs of different loads: a difference between their metrics does not describe the server. */
export const scenarioMismatch = (
  base: string,
  current: string,
  differences: readonly ScenarioDifference[],
): SwarmError => {
  const shown = differences
    .slice(0, MAX_SHOWN)
    .map((difference) => `  ${formatDifference(difference)}`);
  const more =
    differences.length > shown.length ? [`  … and ${differences.length - shown.length} more`] : [];
  return new SwarmError(
    'scenario_mismatch',
    `${base} and ${current} are runs of different scenarios and cannot be compared:\n${[...shown, ...more].join('\n')}`,
    'compare runs of one scenario; its name, description, tags, seed, thresholds, windows and the names of rooms may differ',
  );
};

const MAX_SHOWN = 20;

/**
 * All runs must have had the load of the first.
 * @returns what differs and does not matter, between the first runs of the sides
 * @throws SwarmError `scenario_mismatch`
 */
export const expectSameScenario = (base: Side, current: Side): ScenarioDifference[] => {
  const [first] = base.runs;
  if (first === undefined) return [];
  for (const other of [...base.runs, ...current.runs]) {
    const { decisive } = scenarioDifferences(first.summary.scenario, other.summary.scenario);
    if (decisive.length > 0) throw scenarioMismatch(first.name, other.name, decisive);
  }
  const [other] = current.runs;
  return other === undefined
    ? []
    : scenarioDifferences(first.summary.scenario, other.summary.scenario).harmless;
};
