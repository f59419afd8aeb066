import {
  formatThreshold,
  readThreshold,
  type Threshold,
  thresholdError,
} from '@livekit-swarm/metrics';
import { type SwarmError, usageError } from '@livekit-swarm/settings';
import type { Scenario } from '../scenario.ts';
import { byTarget } from './read-thresholds.ts';
import { factsOf, positionOf, whyUnmatched } from './threshold-facts.ts';

/**
 * Read thresholds of the command line.
 * @throws SwarmError `invalid_threshold`; `usage` that lists several
 */
export const parseThresholds = (texts: readonly string[]): Threshold[] => {
  const errors: SwarmError[] = [];
  const thresholds = texts.flatMap((text) => {
    const { threshold, problem } = readThreshold(text);
    if (problem === null) return [threshold];
    errors.push(thresholdError(text, problem));
    return [];
  });
  throwAll(errors);
  return byTarget(thresholds);
};

/**
 * Check that the scenario has the roles, groups, kinds of media, codecs and windows that thresholds
 * refer to: any other threshold would never be crossed.
 * @throws SwarmError `invalid_threshold`; `usage` that lists several
 */
export const checkThresholds = (scenario: Scenario, thresholds: readonly Threshold[]): void => {
  const facts = factsOf(scenario);
  throwAll(
    thresholds.flatMap((threshold) => {
      const miss = whyUnmatched(threshold, facts);
      if (miss === null) return [];
      const text = formatThreshold(threshold);
      return [thresholdError(text, { ...miss, position: positionOf(miss, text) })];
    }),
  );
};

/**
 * Problems of thresholds that refer to something that the scenario lacks, with the index of the
 * threshold.
 */
export const thresholdMisses = (
  scenario: Scenario,
): { index: number; message: string; hint: string }[] => {
  const facts = factsOf(scenario);
  return scenario.thresholds.flatMap((threshold, index) => {
    const miss = whyUnmatched(threshold, facts);
    return miss === null ? [] : [{ index, message: miss.message, hint: miss.hint }];
  });
};

const throwAll = (errors: readonly SwarmError[]): void => {
  const [first, ...others] = errors;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw usageError(
    errors
      .map(({ message, hint }) => `${message}${hint === null ? '' : `\n  → ${hint}`}`)
      .join('\n'),
  );
};
