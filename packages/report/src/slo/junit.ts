import { junitDocument, type TestCase } from '../junit/document.ts';
import { deploymentText, exactShare, goodText, NO_FIGURES, unknownText } from './phrases.ts';
import type { SloReport, SloResult } from './slo-report.ts';

/**
 * JUnit XML: a suite for each month, a test case for each objective of a deployment. A month
 * without figures is an error.
 */
export const renderSloJunit = ({ prometheus, months }: SloReport): string =>
  junitDocument(
    months.map(({ name, results }) => ({
      name: `objectives of ${name}`,
      startedAt: null,
      properties: [['prometheus', prometheus]],
      cases: results.length === 0 ? [NOTHING] : results.map(caseOf),
    })),
  );

const NOTHING: TestCase = {
  name: 'figures',
  seconds: 0,
  failed: { kind: 'error', type: 'no_figures', message: NO_FIGURES, text: '' },
  output: '',
};

const caseOf = (result: SloResult): TestCase => {
  const { title, met, objective, slo } = result;
  const figures = `${goodText(result)}, objective ${exactShare(objective)}, unknown ${unknownText(result)}`;
  const deployment = deploymentText(result);
  return {
    name: deployment === '' ? title : `${title} ${deployment}`,
    seconds: 0,
    failed:
      met === true
        ? null
        : {
            kind: met === null ? 'error' : 'failure',
            type: slo,
            message: met === null ? 'nothing was counted' : figures,
            text: figures,
          },
    output: met === true ? `${figures}\n` : '',
  };
};
