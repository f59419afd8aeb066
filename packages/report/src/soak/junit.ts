import type { ResourceFinding } from '@livekit-swarm/analysis/soak';
import { EXIT_CODES } from '@livekit-swarm/settings';
import {
  type FailedCase,
  junitDocument,
  type TestCase,
  type TestSuite,
} from '../junit/document.ts';
import type { SoakComparison } from './comparison.ts';
import type { SoakReport } from './soak-report.ts';
import {
  amount,
  FINDINGS,
  intervalText,
  NAMES,
  renderSoakText,
  soakReasons,
  soakVerdict,
} from './text.ts';

/** JUnit XML: a test case for the verdict, and one for each resource. */
export const renderSoakJunit = (report: SoakReport): string =>
  junitDocument([suiteOf(`${report.scenario}: soak`, report)]);

/** JUnit XML: a suite for each server. */
export const renderSoakComparisonJunit = ({ soaks }: SoakComparison): string =>
  junitDocument(soaks.map(({ name, soak }) => suiteOf(`${soak.scenario}: soak of ${name}`, soak)));

const suiteOf = (name: string, report: SoakReport): TestSuite => ({
  name,
  startedAt: report.startedAt,
  properties: [
    ['verdict', soakVerdict(report).name],
    ['exit_code', String(report.exitCode)],
    ['server', report.server],
    ['server_version', report.serverVersion ?? ''],
    ['cycles', String(report.result.cycles.length)],
  ],
  cases: [verdictCase(report), ...report.result.resources.map(resourceCase)],
});

const verdictCase = (report: SoakReport): TestCase => {
  const { verdict, name } = soakVerdict(report);
  const reasons = soakReasons(report);
  return {
    name: 'verdict',
    seconds: report.elapsedMs / 1_000,
    failed:
      report.exitCode === EXIT_CODES.passed.code
        ? null
        : {
            kind: verdict === 'failed' ? 'failure' : 'error',
            type: name,
            message: `${name} (exit ${report.exitCode}): ${reasons[0] ?? ''}`,
            text: reasons.join('\n'),
          },
    output: renderSoakText(report),
  };
};

const resourceCase = (found: ResourceFinding): TestCase => {
  const { resource, overall, tolerance, finding } = found;
  const figures = `${amount(resource, overall.perThousand)} per 1,000 joins (${intervalText(resource, overall)}), tolerated ${amount(resource, tolerance)}`;
  return {
    name: NAMES[resource],
    seconds: 0,
    failed: failedOf(found, figures),
    output: finding === 'clean' ? `${figures}\n` : '',
  };
};

/**
 * Failure of the test case of a resource; null: passed. A figure that is not measured is skipped: a
 * server need not have all, and the verdict fails where one is needed.
 */
const failedOf = ({ finding }: ResourceFinding, figures: string): FailedCase | null => {
  switch (finding) {
    case 'clean':
      return null;
    case 'leaks':
      return { kind: 'failure', type: 'leak', message: `leaks: ${figures}`, text: figures };
    case 'uncertain':
      return { kind: 'error', type: 'uncertain', message: `uncertain: ${figures}`, text: figures };
    case 'not_measured':
      return { kind: 'skipped', type: finding, message: FINDINGS[finding], text: '' };
  }
};
