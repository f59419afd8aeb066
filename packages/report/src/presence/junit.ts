import { junitDocument } from '../junit/document.ts';
import { thresholdCase } from '../junit/threshold-case.ts';
import { doubtTexts, findingText } from './phrases.ts';
import type { PresenceResult } from './presence-result.ts';

/** JUnit XML: one test case for each threshold, and one with the findings. */
export const renderPresenceJunit = (result: PresenceResult): string => {
  const { startedAtMs, deployment, presence, judgement } = result;
  const doubts = doubtTexts(result);
  return junitDocument([
    {
      name: 'presence',
      startedAt: new Date(startedAtMs).toISOString(),
      properties: [['deployment', deployment]],
      cases: [
        {
          ...{ name: 'comparison', seconds: 0 },
          failed:
            judgement.verdict === 'inconclusive'
              ? {
                  ...{ kind: 'error', type: 'inconclusive', text: doubts.join('\n') },
                  message: doubts[0] ?? 'a threshold was not measured',
                }
              : null,
          output: presence.findings.map((finding) => `${findingText(finding)}\n`).join(''),
        },
        ...judgement.thresholds.map(thresholdCase),
      ],
    },
  ]);
};
