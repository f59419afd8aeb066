import { parseThreshold, ThresholdError } from '@livekit-swarm/metrics';
import { usageError } from '@livekit-swarm/settings';
import type { Scenario } from '../scenario.ts';
import { factsOf, missOf, positionOf } from './threshold-facts.ts';

/**
 * Whether thresholds are about something that is in the scenario: its roles, groups, kinds of media, codecs and windows. One that is not would never be
 * crossed, whatever happens.
 * @param texts as typed
 * @throws SwarmError `invalid_threshold`, or `usage` with several
 */
export const checkThresholds = (scenario: Scenario, texts: readonly string[]): void => {
  const facts = factsOf(scenario);
  const errors = texts.flatMap((text): ThresholdError[] => {
    const miss = missOf(parseThreshold(text), facts);
    return miss === null
      ? []
      : [new ThresholdError(text, positionOf(miss, text), miss.message, miss.hint)];
  });
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  throw usageError(
    errors
      .map(({ message, hint }) => `${message}${hint === null ? '' : `\n  → ${hint}`}`)
      .join('\n'),
  );
};
