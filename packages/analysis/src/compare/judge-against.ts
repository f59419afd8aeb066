import { EXIT_CODES } from '@livekit-swarm/settings';
import type { Judgement } from '../verdict/verdict.ts';
import type { Comparison } from './comparison.ts';

/**
 * The verdict of a run with a baseline: a regression fails it like a crossed threshold; with an inconclusive comparison it has not passed. A run that
 * is inconclusive on its own stays so.
 */
export const judgeAgainst = (judgement: Judgement, comparison: Comparison): Judgement => {
  const own = judgement.exitCode;
  const judged =
    own === EXIT_CODES.passed.code ||
    own === EXIT_CODES.failed.code ||
    own === EXIT_CODES.inconclusive.code;
  const { verdict } = comparison;
  if (verdict === 'regression' && judgement.verdict !== 'inconclusive') {
    return {
      ...judgement,
      verdict: 'failed',
      exitCode: judged ? EXIT_CODES.failed.code : own,
      reasons: [...judgement.reasons, { code: 'baseline_regression', comparison }],
    };
  }
  if (verdict === 'inconclusive' && judgement.verdict === 'passed') {
    return {
      ...judgement,
      verdict: 'inconclusive',
      exitCode: judged ? EXIT_CODES.inconclusive.code : own,
      reasons: [...judgement.reasons, { code: 'baseline_inconclusive', comparison }],
    };
  }
  return judgement;
};
