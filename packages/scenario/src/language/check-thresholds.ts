import { readThreshold, type ThresholdProblem, thresholdError } from '@livekit-swarm/metrics';
import { usageError } from '@livekit-swarm/settings';
import type { Scenario } from '../scenario.ts';
import { factsOf, missOf, positionOf } from './threshold-facts.ts';

/**
 * Why thresholds cannot be evaluated in a scenario: they cannot be read, or select roles, groups, kinds of media, codecs or windows that are not in it. Such a
 * threshold would never be crossed.
 * @param texts as typed
 */
export const thresholdProblems = (
  scenario: Scenario,
  texts: readonly string[],
): { text: string; problem: ThresholdProblem }[] => {
  const facts = factsOf(scenario);
  return texts.flatMap((text) => {
    const { threshold, problem } = readThreshold(text);
    if (problem !== null) return [{ text, problem }];
    const miss = missOf(threshold, facts);
    if (miss === null) return [];
    const { message, hint } = miss;
    return [{ text, problem: { position: positionOf(miss, text), message, hint } }];
  });
};

/**
 * The same, as an error with all of them.
 * @throws SwarmError `invalid_threshold`, or `usage` where there are several
 */
export const checkThresholds = (scenario: Scenario, texts: readonly string[]): void => {
  const errors = thresholdProblems(scenario, texts).map(({ text, problem }) =>
    thresholdError(text, problem),
  );
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  throw usageError(
    errors
      .map(({ message, hint }) => `${message}${hint === null ? '' : `\n  → ${hint}`}`)
      .join('\n'),
  );
};
