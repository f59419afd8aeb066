import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type Checked, checkedOf, type VerifyVerdict, verdictOf } from '@livekit-swarm/verify';
import { ANSWERS, type Answer } from '../answer.ts';
import { joinTimeQuestion, latencyQuestion, meetingQuestion } from './checks/across.ts';
import { isolationQuestion, recoveryQuestion } from './checks/loss.ts';
import { entryQuestion, roomQuestion } from './checks/nearest.ts';
import type { RegionQuestion } from './checks/question.ts';
import { residencyQuestion } from './checks/residency.ts';
import type { RegionFacts } from './region-facts.ts';
import type { RegionPlan } from './region-file.ts';

/** Questions in the order of reports. */
export const REGION_QUESTIONS: readonly RegionQuestion[] = [
  entryQuestion,
  roomQuestion,
  meetingQuestion,
  joinTimeQuestion,
  latencyQuestion,
  residencyQuestion,
  recoveryQuestion,
  isolationQuestion,
];

export interface RegionJudgement {
  answer: Answer;
  verdict: VerifyVerdict;
  exitCode: ExitCode;
  checks: readonly Checked[];
}

/** Answers every question from what was seen. */
export const judgeRegions = (facts: RegionFacts, plan: RegionPlan): RegionJudgement => {
  const checks = REGION_QUESTIONS.map((question) =>
    checkedOf(question, question.answer(facts, plan), 0),
  );
  const verdict = verdictOf(checks);
  return { answer: ANSWERS[verdict], verdict, exitCode: EXIT_CODES[EXITS[verdict]].code, checks };
};

const EXITS = {
  passed: 'passed',
  warnings: 'passed',
  failed: 'failed',
  unknown: 'inconclusive',
} as const satisfies Record<VerifyVerdict, keyof typeof EXIT_CODES>;
