import { junitDocument } from '../junit/document.ts';
import { thresholdCase } from '../junit/threshold-case.ts';
import { findingTexts, NEVER_RUN, noteTexts } from './phrases.ts';
import type { SipResult } from './sip-result.ts';

/** JUnit XML: one test case for each threshold, and one with the findings. */
export const renderSipJunit = (result: SipResult): string => {
  const { address, run, judgement } = result;
  const { startedAtMs, endedAtMs } = run;
  const [doubt = ''] = noteTexts(result);
  const isInDoubt = judgement.verdict === 'inconclusive' || judgement.isUnreachable;
  return junitDocument([
    {
      name: 'sip',
      startedAt: new Date(startedAtMs).toISOString(),
      properties: [
        ['address', address],
        ['about', NEVER_RUN],
      ],
      cases: [
        {
          name: 'calls',
          seconds: (endedAtMs - startedAtMs) / 1_000,
          failed: isInDoubt
            ? {
                ...{ kind: 'error', type: 'inconclusive', text: '' },
                message: doubt === NEVER_RUN ? 'a threshold was not measured' : doubt,
              }
            : null,
          output: findingTexts(result)
            .map((text) => `${text}\n`)
            .join(''),
        },
        ...judgement.thresholds.map(thresholdCase),
      ],
    },
  ]);
};
