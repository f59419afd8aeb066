import { UsageError } from '@livekit-swarm/settings';
import {
  formatDifference,
  type ScenarioDifference,
  scenarioDifferences,
} from './scenario-difference.ts';
import type { Side } from './side.ts';

/** Runs of different loads: whatever differs in their figures says nothing about the server. */
export class ScenarioMismatch extends UsageError {
  override readonly name = 'ScenarioMismatch';
  readonly differences: readonly ScenarioDifference[];

  constructor(base: string, current: string, differences: readonly ScenarioDifference[]) {
    const shown = differences
      .slice(0, MOST_SHOWN)
      .map((difference) => `  ${formatDifference(difference)}`);
    const more =
      differences.length > shown.length
        ? [`  … and ${differences.length - shown.length} more`]
        : [];
    super(
      `${base} and ${current} are runs of different scenarios and cannot be compared:\n${[...shown, ...more].join('\n')}`,
      'compare runs of one scenario; its name, description, tags, seed, thresholds, timeline and the names of rooms may differ',
    );
    this.differences = differences;
  }
}

const MOST_SHOWN = 20;

/**
 * All runs must have had the load of the first.
 * @returns what differs and does not matter, between the first runs of the sides
 * @throws ScenarioMismatch
 */
export const expectSameScenario = (base: Side, current: Side): ScenarioDifference[] => {
  const [first] = base.runs;
  if (first === undefined) return [];
  for (const other of [...base.runs, ...current.runs]) {
    const { decisive } = scenarioDifferences(first.summary.scenario, other.summary.scenario);
    if (decisive.length > 0) throw new ScenarioMismatch(first.name, other.name, decisive);
  }
  const [other] = current.runs;
  return other === undefined
    ? []
    : scenarioDifferences(first.summary.scenario, other.summary.scenario).harmless;
};
