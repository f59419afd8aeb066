import { plural } from '@livekit-swarm/settings';
import type { ResultPage } from '../page/result-page.ts';
import { thresholdTable } from '../phrases/threshold-table.ts';
import { findingTexts, loadText, noteTexts, outcomeTable, timeTable } from './phrases.ts';
import type { SipResult } from './sip-result.ts';

/** Page of calls: findings, thresholds, outcomes and times. */
export const sipPage = (result: SipResult): ResultPage => {
  const { address, run, judgement } = result;
  const findings = findingTexts(result);
  return {
    kind: 'sip',
    subject: address,
    tone: judgement.verdict,
    headline: findings.length === 0 ? 'No findings' : plural(findings.length, 'finding'),
    lead: loadText(result),
    asked: null,
    reasons: [...findings, ...noteTexts(result)],
    sections: [
      { title: 'Thresholds', table: thresholdTable(judgement.thresholds) },
      { title: 'Outcomes', table: outcomeTable(result) },
      { title: 'Times', table: timeTable(result) },
    ],
    startedAt: new Date(run.startedAtMs).toISOString(),
  };
};
