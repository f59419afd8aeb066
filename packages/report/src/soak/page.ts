import type { ResultPage } from '../page/result-page.ts';
import { type SoakComparison, soakDifferences, soaksTable } from './comparison.ts';
import type { SoakReport } from './soak-report.ts';
import {
  departureTable,
  extentText,
  readingTable,
  resourceTable,
  slopeText,
  soakReasons,
  soakVerdict,
} from './text.ts';

/** Verdict and reasons, what remains, and the readings of the server at rest. */
export const soakPage = (report: SoakReport): ResultPage => {
  const { scenario, server, startedAt, exitCode, result, error } = report;
  const { verdict, name } = soakVerdict(report);
  return {
    kind: 'soak',
    subject: scenario,
    tone: verdict,
    headline: `Soak ${name}`,
    lead: `${scenario} on ${server}: ${extentText(report)} Exit code ${exitCode}.`,
    asked: null,
    reasons: [
      ...soakReasons(report),
      ...(error === null || error.hint === null ? [] : [error.hint]),
    ],
    sections: [
      { title: 'Remains per 1,000 joins', table: resourceTable(result.resources) },
      { title: 'By way of leaving', table: departureTable(result.resources) },
      {
        title: 'Server at rest',
        table: readingTable(report),
        note: `Load generator: ${slopeText('memoryBytes', result.generator)} of its main process per 1,000 joins.`,
      },
    ],
    startedAt,
  };
};

/** Servers that were soaked one after the other. */
export const soakComparisonPage = (comparison: SoakComparison): ResultPage => {
  const { soaks, exitCode } = comparison;
  const [first] = soaks;
  const last = soaks.at(-1)?.soak;
  const scenario = first?.soak.scenario ?? 'soak';
  return {
    kind: 'soaks',
    subject: scenario,
    tone:
      last === undefined ? 'inconclusive' : soakVerdict({ result: last.result, exitCode }).verdict,
    headline: soakDifferences(comparison).join(' '),
    lead: `${scenario}, one server after the other. Exit code ${exitCode}.`,
    asked: null,
    reasons: soaks.flatMap(({ name, soak }) =>
      soakReasons(soak).map((reason) => `${name}: ${reason}`),
    ),
    sections: [{ title: 'Remains per 1,000 joins', table: soaksTable(soaks) }],
    startedAt: first?.soak.startedAt ?? null,
  };
};
