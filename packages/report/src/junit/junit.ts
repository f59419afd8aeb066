import { isRun, nameOf, type Outcome } from '../report-input.ts';
import type { Reporter } from '../reporter.ts';
import { casesOf } from './cases.ts';
import { junitDocument } from './document.ts';
import { propertiesOf } from './properties.ts';

/** JUnit XML: a suite for each scenario, a test case for each threshold, and one for the verdict. */
export const renderJunit = (outcomes: readonly Outcome[]): string =>
  junitDocument(
    outcomes.map((outcome) => ({
      name: nameOf(outcome),
      startedAt: isRun(outcome) ? outcome.summary.startedAt : null,
      properties: isRun(outcome) ? propertiesOf(outcome) : [],
      cases: casesOf(outcome),
    })),
  );

export const junitReporter = {
  about: 'JUnit XML: one test case a threshold, for Jenkins, GitLab and others',
  fileName: 'junit.xml',
  several: true,
  render: renderJunit,
} as const satisfies Reporter;
