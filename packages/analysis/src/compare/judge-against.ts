import { EXIT_CODES } from '@livekit-swarm/settings';
import type { Judgement } from '../verdict/verdict.ts';
import type { Comparison } from './comparison.ts';

/**
 * What a run comes to that has a baseline: a regression fails it like a crossed threshold; where nobody can tell, it has not passed.
 * What kept the run itself from being judged stays as it is.
 * @param sentence what the comparison found
 */
export const judgeAgainst = (
  judgement: Judgement,
  { verdict }: Pick<Comparison, 'verdict'>,
  sentence: string,
): Judgement => {
  const own = judgement.exitCode;
  const judged =
    own === EXIT_CODES.passed.code ||
    own === EXIT_CODES.failed.code ||
    own === EXIT_CODES.inconclusive.code;
  const reasons = [...judgement.reasons, `Against the baseline: ${sentence}`];
  if (verdict === 'regression' && judgement.verdict !== 'inconclusive') {
    return {
      ...judgement,
      verdict: 'failed',
      exitCode: judged ? EXIT_CODES.failed.code : own,
      reasons,
    };
  }
  if (verdict === 'inconclusive' && judgement.verdict === 'passed') {
    return {
      ...judgement,
      verdict: 'inconclusive',
      exitCode: judged ? EXIT_CODES.inconclusive.code : own,
      reasons,
    };
  }
  return judgement;
};
