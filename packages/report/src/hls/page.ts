import { plural } from '@livekit-swarm/settings';
import type { ResultPage } from '../page/result-page.ts';
import { thresholdTable } from '../phrases/threshold-table.ts';
import type { HlsResult } from './hls-result.ts';
import { findingText, loadText, noteTexts, streamText, timeTable } from './phrases.ts';

/** Page of an audience: findings, thresholds and times. */
export const hlsPage = (result: HlsResult): ResultPage => {
  const { url, audience, judgement } = result;
  const { findings, startedAtMs } = audience;
  return {
    kind: 'hls',
    subject: url,
    tone: judgement.verdict,
    headline: findings.length === 0 ? 'No findings' : plural(findings.length, 'finding'),
    lead: `${streamText(result)} ${loadText(result)}`,
    asked: null,
    reasons: [
      ...findings.map((finding) => findingText(finding, startedAtMs)),
      ...noteTexts(result),
    ],
    sections: [
      { title: 'Thresholds', table: thresholdTable(judgement.thresholds) },
      { title: 'Times', table: timeTable(result) },
    ],
    startedAt: new Date(startedAtMs).toISOString(),
  };
};
