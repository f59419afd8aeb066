import type { ResultPage } from '../page/result-page.ts';
import { answerText, nextSteps } from '../verify/answer.ts';
import { checkSections, VERIFY_TONES } from '../verify/page.ts';
import { measuredSections, questionText } from './phrases.ts';
import type { RegionsResult } from './regions-result.ts';

/** The answer, what to do, every check, and what was measured. */
export const regionsPage = (result: RegionsResult): ResultPage => {
  const { file, verdict, exitCode, checks, startedAtMs } = result;
  return {
    kind: 'regions',
    subject: file,
    tone: VERIFY_TONES[verdict],
    headline: answerText(result),
    lead: `${questionText(result)} Exit code ${exitCode}.`,
    asked: null,
    reasons: nextSteps(result),
    sections: [...checkSections(checks), ...measuredSections(result)],
    startedAt: new Date(startedAtMs).toISOString(),
  };
};
