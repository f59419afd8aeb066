import type { ResultPage } from '../page/result-page.ts';
import { thresholdTable } from '../phrases/threshold-table.ts';
import { doubtTexts, eventTable, findingText, headlineText, loadText } from './phrases.ts';
import type { PresenceResult } from './presence-result.ts';

/** Findings in a page; all of them are in the JSON. */
const MOST_FINDINGS = 200;

/** Page of a comparison: findings, thresholds, and every kind of event. */
export const presencePage = (result: PresenceResult): ResultPage => {
  const { deployment, presence, judgement } = result;
  const more = presence.findings.length - MOST_FINDINGS;
  return {
    kind: 'presence',
    subject: deployment,
    tone: judgement.verdict,
    headline: headlineText(result),
    lead: loadText(result),
    asked: null,
    reasons: [
      ...doubtTexts(result),
      ...presence.findings.slice(0, MOST_FINDINGS).map(findingText),
      ...(more > 0 ? [`${more} further findings are in the JSON.`] : []),
    ],
    sections: [
      { title: 'Thresholds', table: thresholdTable(judgement.thresholds) },
      {
        title: 'Webhooks',
        table: eventTable(result),
        note: 'due: it happened; again: it was reported once more. Delays: from the moment at which the participant knew it.',
      },
    ],
    startedAt: new Date(result.startedAtMs).toISOString(),
  };
};
