import type { Checked, Verification } from '@livekit-swarm/verify';
import { type FailedCase, junitDocument } from '../junit/document.ts';
import { reasonText } from './phrases.ts';

export const renderVerificationJunit = (verification: Verification): string =>
  renderChecksJunit('verify', verification);

/**
 * A warning passes, with its text as output: it must not stop a deployment. A check that could not
 * be made is an error.
 * @param name name of the test suite
 */
export const renderChecksJunit = (
  name: string,
  { url, checks }: Pick<Verification, 'url' | 'checks'>,
): string =>
  junitDocument([
    {
      name,
      startedAt: null,
      properties: [['url', url]],
      cases: checks.map((check) => ({
        name: check.id,
        seconds: check.seconds,
        output: check.outcome === 'warning' ? findingText(check) : '',
        failed: failedOf(check),
      })),
    },
  ]);

const findingText = ({ evidence, cause, fix }: Checked): string =>
  [...evidence, `cause: ${cause ?? ''}`, `fix: ${fix ?? ''}`].join('\n');

const failedOf = (check: Checked): FailedCase | null => {
  switch (check.outcome) {
    case 'passed':
    case 'warning':
      return null;
    case 'error':
      return {
        kind: 'failure',
        ...{ type: check.id, message: check.evidence[0] ?? check.title, text: findingText(check) },
      };
    case 'unknown':
    case 'skipped':
      return {
        kind: check.outcome === 'unknown' ? 'error' : 'skipped',
        ...{ type: check.outcome, message: reasonText(check), text: '' },
      };
  }
};
