import type { Readiness } from '@livekit-swarm/ready';
import type { ResultPage } from '../page/result-page.ts';
import { answerText, nextSteps } from '../verify/answer.ts';
import { checkSections, VERIFY_TONES } from '../verify/page.ts';
import { questionText } from './phrases.ts';

/** The answer, what to do, and every check. */
export const readyPage = (readiness: Readiness): ResultPage => {
  const { url, verdict, exitCode, checks, headroom } = readiness;
  return {
    kind: 'ready',
    subject: url,
    tone: VERIFY_TONES[verdict],
    headline: answerText(readiness),
    lead: `${questionText(readiness)} Exit code ${exitCode}.`,
    asked: `headroom ${headroom}`,
    reasons: nextSteps(readiness),
    sections: checkSections(checks),
    startedAt: null,
  };
};
