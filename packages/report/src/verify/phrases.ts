import { plural } from '@livekit-swarm/settings';
import type { Checked, Verification } from '@livekit-swarm/verify';

export const CHECK_MARKS = {
  passed: '✓',
  warning: '!',
  error: '✗',
  unknown: '?',
  skipped: '–',
} as const satisfies Record<Checked['outcome'], string>;

export const VERIFY_VERDICTS = {
  passed: 'Passed',
  warnings: 'Passed with warnings',
  failed: 'Failed',
  unknown: 'Could not be checked',
} as const satisfies Record<Verification['verdict'], string>;

/** Reason why a check was skipped. */
export const reasonText = ({ outcome, reason }: Pick<Checked, 'outcome' | 'reason'>): string =>
  `${outcome === 'unknown' ? 'could not be checked' : 'not checked'}: ${reason}`;

export const countsText = (checks: readonly Pick<Checked, 'outcome'>[]): string => {
  const count = (outcome: Checked['outcome']): number =>
    checks.filter((check) => check.outcome === outcome).length;
  return `${plural(count('passed'), 'check')} passed, ${count('skipped')} skipped`;
};
