import type { Readiness } from '@livekit-swarm/ready';
import type { ResultPage } from '../page/result-page.ts';
import { checkSections, VERIFY_TONES } from '../verify/page.ts';
import { countsText } from '../verify/phrases.ts';
import { ANSWER_TEXTS, nextSteps, questionText } from './phrases.ts';

/** The answer, what to do, and every check. */
export const readyPage = (readiness: Readiness): ResultPage => {
  const { url, verdict, exitCode, answer, checks, headroom } = readiness;
  return {
    kind: 'ready',
    subject: url,
    tone: VERIFY_TONES[verdict],
    headline: `${ANSWER_TEXTS[answer]}: ${countsText(checks)}`,
    lead: `${questionText(readiness)} Exit code ${exitCode}.`,
    asked: `headroom ${headroom}`,
    reasons: nextSteps(readiness),
    sections: checkSections(checks),
    startedAt: null,
  };
};
