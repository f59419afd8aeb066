import { junitDocument } from '../junit/document.ts';
import { thresholdCase } from '../junit/threshold-case.ts';
import type { HlsResult } from './hls-result.ts';
import { findingText } from './phrases.ts';

/** JUnit XML: one test case for each threshold, and one with the findings. */
export const renderHlsJunit = ({ url, audience, judgement }: HlsResult): string => {
  const { findings, startedAtMs, endedAtMs } = audience;
  const { isImpaired, thresholds } = judgement;
  return junitDocument([
    {
      name: 'hls',
      startedAt: new Date(startedAtMs).toISOString(),
      properties: [['url', url]],
      cases: [
        {
          name: 'listeners',
          seconds: (endedAtMs - startedAtMs) / 1_000,
          failed: isImpaired
            ? {
                ...{ kind: 'error', type: 'impaired', text: '' },
                message: 'the host of the listeners was too slow, or had too few sockets',
              }
            : null,
          output: findings.map((finding) => `${findingText(finding, startedAtMs)}\n`).join(''),
        },
        ...thresholds.map(thresholdCase),
      ],
    },
  ]);
};
