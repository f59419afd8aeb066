import { expect, test } from 'vitest';
import { outcomeOf } from '../../../test/support/check-facts.ts';
import { type Attempt, attemptsRule, type Reply } from './attempt.ts';

const attempt = (expected: Attempt['expected'], reply: Reply): Attempt => ({
  ...{ asked: 'a token of room A: ListParticipants of room B', expected, reply, answer: '401' },
});
const outcome = (...attempts: Attempt[]): string => outcomeOf(attemptsRule(attempts));

test('passes when what must be refused is, and the control is allowed', () => {
  expect(outcome(attempt('refused', 'refused'), attempt('allowed', 'done'))).toBe('passed');
  expect(outcome(attempt('refused', 'refused'), attempt('allowed', 'authorized'))).toBe('passed');
});

test('finds what is carried out, and what fails only after the grants', () => {
  expect(outcome(attempt('refused', 'done'), attempt('allowed', 'done'))).toBe('error');
  expect(outcome(attempt('refused', 'authorized'), attempt('allowed', 'done'))).toBe('error');
  expect(outcome(attempt('refused', 'done'), attempt('refused', 'unclear'))).toBe('error');
});

test('knows nothing without a control, or after an unclear answer', () => {
  expect(outcome(attempt('refused', 'refused'))).toBe('unknown');
  expect(outcome(attempt('refused', 'refused'), attempt('allowed', 'refused'))).toBe('unknown');
  expect(outcome(attempt('refused', 'refused'), attempt('allowed', 'unclear'))).toBe('unknown');
  expect(outcome(attempt('refused', 'unclear'), attempt('allowed', 'done'))).toBe('unknown');
});

test('one service that the deployment does not offer leaves the others', () => {
  const result = attemptsRule([
    attempt('refused', 'refused'),
    attempt('allowed', 'unclear'),
    attempt('allowed', 'done'),
  ]);
  expect(result).toMatchObject({
    outcome: 'passed',
    evidence: [
      'a token of room A: ListParticipants of room B: refused (401)',
      'a token of room A: ListParticipants of room B (control): no clear answer (401)',
      'a token of room A: ListParticipants of room B (control): done (401)',
    ],
  });
});
