import type { ThresholdResult } from '@livekit-swarm/analysis';
import { measuredText, thresholdName } from '../phrases/limits.ts';
import type { TestCase } from './document.ts';

/** Test case of a threshold; a default one that was not measured passes. */
export const thresholdCase = (result: ThresholdResult): TestCase => {
  const { ok, source } = result;
  return {
    name: thresholdName(result),
    seconds: 0,
    failed:
      ok === true || (ok === null && source === 'default')
        ? null
        : {
            kind: ok === null ? 'error' : 'failure',
            type: ok === null ? 'not_measured' : 'threshold_crossed',
            message: measuredText(result),
            text: '',
          },
    output: '',
  };
};
